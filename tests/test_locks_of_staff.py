"""Each lock on rows that what staff do takes: who comes second waits, and goes by what is so then.

As tests/test_locks.py says, which lists every lock.
"""

from datetime import date

import pytest
from axes.models import AccessAttempt
from django.test import Client

from config.sign_in.devices import accepted_by
from incidents.admin.import_forms import meaning_of
from incidents.models import Import, ImportMapping
from legal.models import Ruling, Suspect
from legal.naming import NameChanged, keep_name, read_name, reseal_some
from militias.deciding import Answer, Said, decide
from militias.models import Group, GroupName
from records.granting import GrantRefused, agree, ask, decline
from records.granting_words import digest, lines
from records.review import Refused
from records.rights import NAMES, READ
from records.roles import ADMINISTRATOR, MONITOR
from records.viewer import Viewer, viewing
from reports.models import QueueNote
from tests import queues, test_detaining, test_import_admin, test_rulings_page
from tests.authenticators import PASSWORD, code_of, enrolled, sign_in
from tests.factories import (
    ArrestFactory,
    CandidateLinkFactory,
    GroupFactory,
    IdentityFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)
from tests.granting import in_role
from tests.imports import HEADER, importer, line
from tests.waiting import held_up

pytestmark = pytest.mark.django_db(transaction=True)


# Signing in


def test_a_wrong_sign_in_is_counted_although_earlier_ones_are_being_forgotten():
    """Else it would be counted in a row that is gone when it is written."""

    def fail():
        sign_in(Client(), "noor", password="wrong")

    fail()
    held_up(AccessAttempt.objects.all().delete, fail)

    assert AccessAttempt.objects.get().failures_since_start == 1


@pytest.mark.parametrize("of_recovery", [False, True])
def test_a_code_opens_once_however_many_send_it_at_once(of_recovery):
    person = UserFactory(password=PASSWORD)
    device, recovery = enrolled(person)
    code = recovery[0] if of_recovery else code_of(device.secret)
    taken = []

    again = held_up(
        lambda: taken.append(accepted_by(person, code)), lambda: accepted_by(person, code)
    )

    assert taken[0] is not None and again is None


# Names


def test_a_name_is_recorded_in_the_group_as_it_is_then():
    """Somebody submits the group meanwhile: what is submitted is not edited."""
    person = in_role(MONITOR, clearance="TLP:RED")
    group = GroupFactory(review_status="draft", owner=person.organisation)
    link = CandidateLinkFactory(
        name="The League", given_to=group, may_be=GroupFactory(), review_status="draft"
    )
    alias = GroupName(bearer=group, text="The League", language="en", kind="alias")

    def record():
        with viewing(Viewer.of(person), user=person.pk):
            decide(
                person,
                link,
                Said(Answer.ALIAS, "Compared.", alias),
                on=date(2026, 1, 1),
                version=1,
            )

    submitted = Group.objects.filter(pk=group.pk)
    refused = held_up(lambda: submitted.update(review_status="submitted"), record)

    assert isinstance(refused, Refused), refused
    assert GroupName.objects.count() == 0


@pytest.fixture
def reader():
    return UserFactory(rights=[READ, NAMES])


def test_of_two_who_change_a_name_the_second_is_told(reader):
    viewer, suspect = Viewer.of(reader), IdentityFactory(name="One").suspect

    def change(name):
        with viewing(viewer, user=reader.pk):
            keep_name(viewer, suspect, name, 1)

    refused = held_up(lambda: change("Two"), lambda: change("Three"))

    assert isinstance(refused, NameChanged), refused


def test_a_name_that_is_changed_while_names_are_sealed_anew_stays_changed(reader, settings):
    settings.IDENTITY_KEYS = {"k1": b"1" * 32}
    viewer, suspect = Viewer.of(reader), IdentityFactory(name="One").suspect
    settings.IDENTITY_KEYS = {"k2": b"2" * 32, "k1": b"1" * 32}

    def change():
        with viewing(viewer, user=reader.pk):
            keep_name(viewer, suspect, "Two", 1)

    held_up(change, lambda: reseal_some(0, 10))

    with viewing(viewer, user=reader.pk):
        assert read_name(viewer, suspect, None) == "Two"


# Pages


def test_the_people_of_an_arrest_are_entered_once():
    SourceFactory(address=test_detaining.ADDRESS)
    arrest = ArrestFactory(on=date(2020, 6, 26), detained_low=13, detained_high=14)
    page, data = (
        test_detaining.page_of(arrest),
        test_detaining.typed(test_detaining.THIRTEEN_BAILED),
    )
    browsers = [_signed_in(in_role(MONITOR, clearance="TLP:RED")) for _n in range(2)]
    shown = browsers[0].post(page, data | {"_show": ""})
    data |= {"seen": shown.context["mark"], "_record": ""}

    answer = held_up(lambda: browsers[0].post(page, data), lambda: browsers[1].post(page, data))

    assert answer.status_code == 200 and answer.context["form"].already
    assert Suspect.objects.count() == 14


def test_a_ruling_is_recorded_once():
    made = test_rulings_page.made.__wrapped__()
    page, browsers = (
        test_rulings_page.page_of(made),
        [_signed_in(in_role(MONITOR, clearance="TLP:RED")) for _n in range(2)],
    )
    data = test_rulings_page.typed(browsers[0].get(page))

    again = held_up(lambda: browsers[0].post(page, data), lambda: browsers[1].post(page, data))

    assert again.context["form"].errors.keys() == {"decided_from"}
    assert Ruling.objects.count() == 1


def _signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


def test_of_two_who_plan_for_one_item_the_second_is_told(client):
    first, suspect = queues.monitor(), queues.suspect.__wrapped__()
    browsers = [_signed_in(person) for person in (first, queues.monitor())]
    queues.snooze(browsers[0], suspect, next_action_on="2030-01-01")
    page = queues.of("item", suspect)
    form = browsers[0].get(page).context["form"]
    opened = {name: form[name].value() or "" for name in form.fields}

    told = held_up(
        lambda: browsers[0].post(page, opened | {"next_action_on": "2030-01-02"}),
        lambda: browsers[1].post(page, opened | {"next_action_on": "2030-01-03"}),
    )

    assert "Somebody else changed the plan meanwhile" in told.text
    assert QueueNote.objects.get().next_action_on == date(2030, 1, 2)


def test_meanings_are_kept_beside_those_that_are_being_said():
    PlaceFactory(name="Erbil")
    desk = _signed_in(importer())
    test_import_admin.upload(desk, HEADER, line("1", kind="Katyusha"))
    run = Import.objects.get()
    test_import_admin.matched(desk, run, name="Our monitor")
    test_import_admin.go(desk, run)
    saved = ImportMapping.objects.get()
    saved.mapping["values"] = {"kind": {"Mortar": "mortar"}}
    meant = {meaning_of("kind", "Katyusha"): "rocket_attack"}

    held_up(saved.save, lambda: desk.post(test_import_admin.page("meanings", run.pk), meant))

    saved.refresh_from_db()
    assert saved.mapping["values"]["kind"] == {"Mortar": "mortar", "Katyusha": "rocket_attack"}


# Sign-ins


@pytest.fixture
def administrators():
    return [in_role(ADMINISTRATOR) for _each in range(2)]


def test_what_is_being_declined_is_not_agreed_to(administrators):
    asker, second = administrators
    grant = ask(UserFactory(rights=[]), asker, "Needs to read.", clearance="TLP:RED")
    seen = digest(lines(grant))

    def say_no():
        with viewing(Viewer.of(asker), user=asker.pk):
            decline(grant.pk, asker, "Not he.")

    refused = held_up(say_no, lambda: _agreed(grant, second, seen))

    assert isinstance(refused, GrantRefused), refused
    grant.refresh_from_db()
    assert grant.agreed_at is None


def test_nobody_agrees_to_what_becomes_of_a_sign_in_that_is_being_changed(administrators):
    asker, second = administrators
    person = UserFactory(rights=[], clearance="TLP:CLEAR")
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    seen = digest(lines(grant))
    person.clearance = "TLP:GREEN"

    refused = held_up(person.save, lambda: _agreed(grant, second, seen))

    assert isinstance(refused, GrantRefused), refused
    person.refresh_from_db()
    assert person.clearance == "TLP:GREEN"


def _agreed(grant, person, seen):
    with viewing(Viewer.of(person), user=person.pk):
        return agree(grant.pk, person, seen)
