"""What a request for a sign-in says, and what it would make of it: field by field."""

from hashlib import sha256
from typing import NamedTuple

from django.contrib.auth.models import Group
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from records.models import Grant
from records.models.grant import ASKED
from records.rights import NAMES
from records.roles import TITLES

YES, NO, NONE = _("yes"), _("no"), _("none")


def title_of(group):
    return TITLES.get(group.name, group.name)


def names_right():
    app, codename = NAMES.split(".")
    return {"content_type__app_label": app, "codename": codename}


def reads_names(user):
    return bool(user.pk) and user.user_permissions.filter(**names_right()).exists()


def roles_of(user):
    return sorted(user.groups.all(), key=lambda group: group.pk) if user.pk else []


class Line(NamedTuple):
    """One field of a sign-in, as it is and as it would be."""

    label: str | Promise
    now: str | Promise
    becomes: str | Promise

    @property
    def changes(self):
        return str(self.now) != str(self.becomes)


def lines(grant):
    """Every field of the sign-in with what this request would make of it. Makes three queries."""
    person = grant.person
    held, given = roles_of(person), list(Group.objects.filter(pk__in=grant.roles).order_by("pk"))
    reads = reads_names(person)
    found = [
        _switch(_("active"), person.is_active, grant.is_active),
        _switch(_("may open these pages"), person.is_staff, grant.is_staff),
        Line(
            _("organisation"),
            str(person.organisation or NONE),
            str(grant.organisation or person.organisation or NONE),
        ),
        Line(_("clearance"), person.clearance, grant.clearance or person.clearance),
        Line(_("roles"), _roles(held), _roles([*held, *(g for g in given if g not in held)])),
        _switch(_("may read names of suspects"), reads, grant.may_read_names),
    ]
    if grant.new_password:
        has = person.has_usable_password()
        made = _("a new one, shown once to who agrees")
        found.append(Line(_("password"), _("the present one") if has else NONE, made))
    if grant.devices_away:
        found.append(
            Line(_("authenticator and recovery codes"), _("the present ones"), _("taken away"))
        )
    return found


def _switch(label, now, given):
    return Line(label, YES if now else NO, YES if now or given else NO)


def _roles(groups):
    return ", ".join(str(title_of(group)) for group in groups) or NONE


def digest(found):
    """Stands for what somebody saw before he agreed."""
    return sha256(repr([tuple(map(str, line)) for line in found]).encode()).hexdigest()


def asked_for(grant):
    """Labels of what is asked for, and to what: {label: value}. Makes one query if of roles."""
    found = {}
    for name in ASKED:
        if value := getattr(grant, name):
            label = Grant._meta.get_field(name).verbose_name
            found[label] = YES if value is True else value
            if name == "roles":
                found[label] = _roles(Group.objects.filter(pk__in=value).order_by("pk"))
    return found


def in_words(grant):
    """What is asked for, shortly: “clearance, roles”. Makes no query."""
    asked = [name for name in ASKED if getattr(grant, name)]
    return ", ".join(str(Grant._meta.get_field(name).verbose_name) for name in asked)
