"""What widens a sign-in, or lets somebody take one over: asked by one administrator, agreed
to by another. What narrows it one administrator does alone, at once.

Behind this stand the triggers of records/models/second_administrator.py.
"""

import secrets

from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django_otp import devices_for_user

from records.granting_words import digest, lines, names_right, reads_names, roles_of
from records.models import Grant, Marking, User
from records.roles import CONTENT_ROLES, TITLES
from records.viewer import because

KEEPS_PEOPLE = "records.change_user"
MAKES_ONE = "manage.py administrator NAME"  # what the operator runs


class GrantRefused(Exception):
    """Why this person cannot do this now, as a sentence."""


# What is wider


def nobody():
    """A sign-in as it begins: it opens nothing."""
    user = User(is_active=False, is_staff=False, clearance=Marking.CLEAR)
    user.set_unusable_password()
    return user


def wider(user, wanted):
    """Of what is wanted for a sign-in, what reaches further than now: {field of Grant: value}.

    user: as it is stored.
    wanted: cleaned values of a form; what is not in it stays as it is.
    """
    found = {
        name: True
        for name in ("is_active", "is_staff")
        if wanted.get(name) and not getattr(user, name)
    }
    if wanted.get("may_read_names") and not reads_names(user):
        found["may_read_names"] = True
    organisation = wanted.get("organisation")
    if organisation and organisation.pk != user.organisation_id:
        found["organisation"] = organisation
    clearance = wanted.get("clearance")
    if clearance and Marking(clearance).rank > Marking(user.clearance).rank:
        found["clearance"] = clearance
    held = roles_of(user)
    if given := [group.pk for group in wanted.get("groups", []) if group not in held]:
        found["roles"] = given
    return found


def why_not_together(roles, names):
    """(field, sentence) if these roles and the right to names do not go together, or None."""
    held = {group.name for group in roles}
    if held & CONTENT_ROLES and held & (TITLES.keys() - CONTENT_ROLES):
        return "groups", _(
            "Administrators and auditors read no records: whoever holds one of these "
            "roles holds neither data entry nor monitor. Use two persons."
        )
    if names and not held & CONTENT_ROLES:
        return "may_read_names", _(
            "Only who reads records reads names: give the role data entry or monitor."
        )
    return None


# What a request would change


def administrators():
    """Who may ask and agree: active people who keep sign-ins."""
    app, codename = KEEPS_PEOPLE.split(".")
    held = Permission.objects.filter(content_type__app_label=app, codename=codename)
    return User.objects.filter(
        Q(is_superuser=True) | Q(user_permissions__in=held) | Q(groups__permissions__in=held),
        is_active=True,
    ).distinct()


def notice(request):
    """What a page says of the second administrator to the first. Makes two queries."""
    if not request.user.has_perm(KEEPS_PEOPLE):
        return None
    keeping = administrators().exclude(pk=request.user.pk).exists()
    return {
        "alone": None if keeping else MAKES_ONE,
        "waiting": Grant.objects.waiting_for(request.user).count(),
    }


# Rules: None, or the sentence why not


def why_not_ask(person, asker):
    if person.pk == asker.pk:
        return _("Nobody changes rights of his own.")
    if not asker.has_perm(KEEPS_PEOPLE):
        return _("Only an administrator asks for this.")
    if person.is_superuser and not asker.is_superuser:
        return _("A superuser is changed by a superuser alone.")
    if person.pk and person.grants.waiting().exists():
        return _(
            "Something is asked for this person already: let another administrator agree to "
            "it or decline it, or take it back, first."
        )
    return None


def why_not_agree(grant, person):
    """Makes up to five queries."""
    if why := why_not_decline(grant):
        return why
    if grant.person_id == person.pk:
        return _("It concerns yourself: another administrator agrees.")
    keeping = set(administrators().values_list("pk", flat=True))
    if grant.asked_by_id == person.pk:
        if keeping - {person.pk, grant.person_id}:
            return _("You asked for it yourself: another administrator agrees.")
        return _(
            "You asked for it yourself, and there is no other administrator who could agree: "
            "let the operator of the server make one with “%(command)s”."
        ) % {"command": MAKES_ONE}
    if grant.asked_by_id not in keeping:
        return _("Who asked for it is no administrator any more: decline it and ask anew.")
    given = [*roles_of(grant.person), *Group.objects.filter(pk__in=grant.roles)]
    wrong = why_not_together(given, grant.may_read_names or reads_names(grant.person))
    return wrong[1] if wrong else None


def why_not_decline(grant):
    if grant.agreed_at:
        return _("It was agreed to.")
    return _("It was declined.") if grant.declined_at else None


# What is done


def ask(person, asker, reason, **asked):
    """Keep what is asked for until another administrator agrees. Raises GrantRefused."""
    if why := why_not_ask(person, asker):
        raise GrantRefused(why)
    try:
        with transaction.atomic():
            because(reason=reason)
            return Grant.objects.create(person=person, asked_by=asker, reason=reason, **asked)
    except IntegrityError as clash:  # somebody asked at the same time
        raise GrantRefused(why_not_ask(person, asker) or str(clash)) from clash


@transaction.atomic
@sensitive_variables("password")
def agree(pk, person, seen):
    """What was asked for holds from now on, and the sessions of whom it concerns end.

    seen: the digest of what the person saw.

    Returns:
        The request, and the new password if there is one: it is kept nowhere.

    Raises:
        GrantRefused: nothing was done.
    """
    grant = _locked(pk)
    if why := why_not_agree(grant, person):
        raise GrantRefused(why)
    if digest(lines(grant)) != seen:
        raise GrantRefused(
            _("Nothing was done: the sign-in changed since you opened this page. Look again.")
        )
    because(reason=grant.reason, asked_by=grant.asked_by_id)
    grant.agreed_at, grant.agreed_by = timezone.now(), person
    grant.save(update_fields=["agreed_at", "agreed_by"])
    return grant, _give(grant)


def _locked(pk):
    """The request, and the sign-in it is about, for one administrator at a time."""
    grant = Grant.objects.select_for_update(no_key=True).get(pk=pk)
    grant.person = User.objects.select_for_update(no_key=True).get(pk=grant.person_id)
    return grant


@sensitive_variables("password")
def _give(grant):
    user, password = grant.person, None
    for name in ("is_active", "is_staff", "organisation", "clearance"):
        if getattr(grant, name):
            setattr(user, name, getattr(grant, name))
    if grant.new_password:
        password = secrets.token_urlsafe(12)
        user.set_password(password)
    user.save(update_fields=["is_active", "is_staff", "organisation", "clearance", "password"])
    user.groups.add(*grant.roles)
    if grant.may_read_names:
        user.user_permissions.add(Permission.objects.get(**names_right()))
    if grant.devices_away:
        for device in devices_for_user(user, confirmed=None):
            device.delete()
    return password


@transaction.atomic
def decline(pk, person, reason):
    """Say no to it, or take one's own request back. Raises GrantRefused."""
    grant = _locked(pk)
    if why := why_not_decline(grant):
        raise GrantRefused(why)
    because(reason=reason)
    grant.declined_at, grant.declined_by, grant.declined_reason = timezone.now(), person, reason
    grant.save(update_fields=["declined_at", "declined_by", "declined_reason"])
    return grant
