"""What the database holds of sign-ins: two administrators widen one, and it says who they were."""

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, transaction
from django_otp.plugins.otp_static.models import StaticToken

from config.models import Authenticator, RecoveryCodes
from records.granting import agree, ask, nobody
from records.granting_words import digest, lines
from records.models import Grant, User
from records.roles import ADMINISTRATOR, AUDITOR, MONITOR
from records.viewer import Viewer, viewing
from tests.authenticators import enrolled
from tests.factories import OrganisationFactory, UserFactory
from tests.granting import in_role, role


@pytest.fixture
def asker():
    return in_role(ADMINISTRATOR, username="asker")


@pytest.fixture
def second():
    return in_role(ADMINISTRATOR, username="second")


@pytest.fixture
def person():
    return UserFactory(username="noor", rights=[], clearance="TLP:GREEN", is_staff=True)


def refused(attempt):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        attempt()
    return str(refusal.value)


def made(**right):
    user = nobody()
    for name, value in {"username": f"with {right}", **right}.items():
        setattr(user, name, value)
    user.save()


def rows_of(user):
    return User.objects.filter(pk=user.pk)


def test_the_database_widens_nothing_for_one_administrator(asker, second, person):
    enrolled(person)
    RecoveryCodes.objects.create(user=second, name="Recovery codes")
    off = UserFactory(is_active=False, rights=[])
    names = Permission.objects.get(codename="read_names")
    elsewhere = OrganisationFactory(slug="elsewhere")
    attempts = [
        lambda: rows_of(person).update(clearance="TLP:RED"),
        lambda: rows_of(person).update(organisation=elsewhere),
        lambda: rows_of(off).update(is_active=True),
        lambda: rows_of(off).update(is_staff=True),
        lambda: rows_of(person).update(is_superuser=True),
        lambda: rows_of(person).update(password="x"),
        lambda: person.groups.add(role(AUDITOR)),
        lambda: asker.groups.add(role(AUDITOR)),
        lambda: asker.groups.through.objects.filter(user=asker).update(group=role(MONITOR)),
        lambda: person.user_permissions.add(names),
        lambda: person.user_permissions.add(Permission.objects.get(codename="change_user")),
        *(
            lambda right=right: made(**right)
            for right in (
                {"is_active": True},
                {"is_staff": True},
                {"is_superuser": True},
                {"organisation": elsewhere},
                {"clearance": "TLP:GREEN"},
                {"password": "x"},
            )
        ),
        lambda: Authenticator.objects.all().delete(),
        lambda: RecoveryCodes.objects.filter(user=person).delete(),
        lambda: RecoveryCodes.objects.filter(user=second).delete(),  # which has no codes left
        lambda: StaticToken.objects.all().delete(),
        lambda: Authenticator.objects.create(user=person, name="mine"),
        lambda: Authenticator.objects.update(key="00"),
        lambda: Authenticator.objects.update(user=asker),
        lambda: StaticToken.objects.create(
            device=RecoveryCodes.objects.get(user=person), token="mine"
        ),
        lambda: role(AUDITOR).permissions.add(names),
        lambda: Grant.objects.create(
            person=person, asked_by=second, reason="In her name.", clearance="TLP:RED"
        ),
        lambda: Grant.objects.all().delete(),
    ]
    with viewing(Viewer.of(asker)):
        made()
        for number, attempt in enumerate(attempts):
            assert refused(attempt), number
        Grant.objects.create(person=person, asked_by=asker, reason="Mine.", clearance="TLP:RED")
        waiting = Grant.objects.filter(person=person)
        at = asker.date_joined
        for end in (
            {"agreed_by": asker, "agreed_at": at},
            {"agreed_by": second, "agreed_at": at},
            {"declined_by": second, "declined_at": at, "declined_reason": "In her name."},
        ):
            assert refused(lambda end=end: waiting.update(**end)), end
        assert "does not change" in refused(lambda: waiting.update(clearance="TLP:AMBER"))


def test_the_database_takes_no_yes_of_who_keeps_no_sign_ins(asker, person):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    monitor = in_role(MONITOR)

    with viewing(Viewer.of(monitor)):
        said = {"agreed_by": monitor, "agreed_at": asker.date_joined}
        assert "Two administrators" in refused(
            lambda: Grant.objects.filter(pk=grant.pk).update(**said)
        )
        assert "Who asks" in refused(
            lambda: Grant.objects.create(
                person=asker, asked_by=monitor, reason="x", clearance="TLP:RED"
            )
        )


def test_what_was_agreed_to_gives_that_and_nothing_more(asker, second, person):
    another = UserFactory(rights=[], clearance="TLP:GREEN")
    grant = ask(person, asker, "Needs to read.", clearance="TLP:AMBER")
    with viewing(Viewer.of(second)):
        agree(grant.pk, second, digest(lines(grant)))
        for attempt in (
            lambda: rows_of(person).update(clearance="TLP:RED"),
            lambda: rows_of(person).update(password="x"),
            lambda: person.groups.add(role(AUDITOR)),
            lambda: rows_of(another).update(clearance="TLP:AMBER"),
        ):
            assert refused(attempt)


def test_what_was_agreed_to_is_given_by_who_agreed(asker, second, person):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    with viewing(Viewer.of(second)):
        agree(grant.pk, second, digest(lines(grant)))
        rows_of(person).update(clearance="TLP:CLEAR")
    with viewing(Viewer.of(asker)):  # in the same transaction
        assert refused(lambda: rows_of(person).update(clearance="TLP:RED"))


@pytest.mark.django_db(transaction=True)
def test_what_was_agreed_to_is_given_once(asker, second, person):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    with viewing(Viewer.of(second)):
        agree(grant.pk, second, digest(lines(grant)))
    with viewing(Viewer.of(asker)):
        rows_of(person).update(clearance="TLP:CLEAR")

    for one in (asker, second):
        with viewing(Viewer.of(one)):
            assert "second administrator" in refused(
                lambda: rows_of(person).update(clearance="TLP:RED")
            )
            assert "stays so" in refused(
                lambda: Grant.objects.filter(pk=grant.pk).update(agreed_by=None, agreed_at=None)
            )


def test_everybody_keeps_his_own_password_and_devices(person):
    with viewing(Viewer.of(person)):
        enrolled(person)
        rows_of(person).update(password="x")
        Authenticator.objects.all().delete()
        RecoveryCodes.objects.all().delete()


def test_the_operator_s_commands_are_not_asked(person):
    person.groups.add(role(ADMINISTRATOR))
    rows_of(person).update(clearance="TLP:RED", password="x")


# The trail


def test_the_history_says_who_asked_why_and_who_agreed(asker, second, person):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    with viewing(Viewer.of(second), user=second.pk):
        agree(grant.pk, second, digest(lines(grant)))

    event = User.pgh_event_model.objects.filter(pgh_obj=person).order_by("-pgh_id").first()
    assert event.clearance == "TLP:RED"
    context = event.pgh_context
    assert (context["user"], context["asked_by"]) == (second.pk, asker.pk)
    assert context["reason"] == "Needs to read."
