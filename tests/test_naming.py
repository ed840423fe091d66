"""Reading names: each leaves a trace, and there are so many in an hour."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from legal.models import HowRead, Identity, NameReading
from legal.naming import (
    NAMES_AN_HOUR,
    WARNED_AT,
    NameChanged,
    TooManyNames,
    bearers,
    keep_name,
    read_name,
    record_readings,
    remove_name,
    version_of,
)
from records.rights import AUDIT, NAMES, READ
from records.sealing import KeyMissing, SealBroken
from records.viewer import Viewer, viewing
from tests.factories import (
    IdentityFactory,
    NameReadingFactory,
    SuspectFactory,
    UserFactory,
)

NAME = "Zabaniyah Qandil"
REQUEST = uuid4()


@pytest.fixture
def person():
    return UserFactory(rights=[READ, NAMES])


def has_read(person, times, ago=timedelta(minutes=1)):
    suspect = SuspectFactory()
    readings = NameReadingFactory.build_batch(
        times, person=person, suspect=suspect, at=timezone.now() - ago
    )
    NameReading.objects.bulk_create(readings)
    return suspect


# Readings


def test_a_reading_says_who_read_what_when_and_in_which_request(person):
    kept = IdentityFactory(name=NAME)
    with viewing(Viewer.of(person)):
        assert read_name(Viewer.of(person), kept.suspect, REQUEST) == NAME

    reading = NameReading.objects.get()
    assert (reading.person, reading.suspect, reading.request) == (person, kept.suspect, REQUEST)
    assert reading.how == HowRead.SHOWN
    assert timezone.now() - reading.at < timedelta(minutes=1)
    event = NameReading.pgh_event_model.objects.get()
    assert (event.pgh_label, event.suspect_id) == ("insert", kept.suspect_id)


def test_where_no_name_is_kept_none_is_read(person):
    suspect = SuspectFactory()
    with viewing(Viewer.of(person)):
        assert read_name(Viewer.of(person), suspect, REQUEST) is None

    assert not NameReading.objects.exists()


def test_without_the_right_there_is_no_name_to_read():
    kept = IdentityFactory()
    viewer = Viewer.of(UserFactory())
    with viewing(viewer):
        assert read_name(viewer, kept.suspect, REQUEST) is None
        assert list(bearers(viewer, NAME)) == []


@pytest.mark.parametrize(
    ("keys", "error"), [({"k9": b"9" * 32}, KeyMissing), ({"k1": b"9" * 32}, SealBroken)]
)
def test_what_cannot_be_opened_is_not_shown(person, settings, keys, error):
    settings.IDENTITY_KEYS = {"k1": b"1" * 32}
    kept = IdentityFactory(name=NAME)
    settings.IDENTITY_KEYS = keys

    with pytest.raises(error) as refusal, viewing(Viewer.of(person)):
        read_name(Viewer.of(person), kept.suspect, REQUEST)
    assert "Zabaniyah" not in str(refusal.value)


# The limit


def test_the_last_name_of_the_hour_is_read_and_the_next_is_not(person):
    has_read(person, NAMES_AN_HOUR - 1, ago=timedelta(minutes=20))
    kept = IdentityFactory(name=NAME)
    viewer = Viewer.of(person)
    with viewing(viewer):
        assert read_name(viewer, kept.suspect, REQUEST) == NAME
        with pytest.raises(TooManyNames, match="At most 200 names are read in an hour") as refusal:
            read_name(viewer, kept.suspect, REQUEST)

    ends = timezone.localtime(timezone.now() + timedelta(minutes=40))
    assert 39 * 60 < refusal.value.wait <= 40 * 60 + 1
    assert any(
        f"{ends - timedelta(seconds=back):%H:%M:%S}" in str(refusal.value) for back in range(10)
    )
    assert NameReading.objects.count() == NAMES_AN_HOUR


@pytest.mark.parametrize("more", [[], [AUDIT]])
def test_readings_older_than_an_hour_and_those_of_others_do_not_count(more):
    person = UserFactory(rights=[READ, NAMES, *more])
    has_read(person, NAMES_AN_HOUR, ago=timedelta(minutes=61))
    has_read(UserFactory(), NAMES_AN_HOUR)
    kept = IdentityFactory(name=NAME)

    with viewing(Viewer.of(person)):
        assert read_name(Viewer.of(person), kept.suspect, REQUEST) == NAME


def test_a_search_that_would_pass_the_limit_records_nothing(person):
    suspect = has_read(person, NAMES_AN_HOUR - 5)
    viewer = Viewer.of(person)
    with viewing(viewer):
        with pytest.raises(TooManyNames):
            record_readings(viewer, [suspect.pk] * 6, HowRead.FOUND, REQUEST)
        record_readings(viewer, [suspect.pk] * 5, HowRead.FOUND, REQUEST)

    assert NameReading.objects.count() == NAMES_AN_HOUR


def test_a_search_that_never_fits_says_so(person):
    viewer = Viewer.of(person)
    with viewing(viewer), pytest.raises(TooManyNames, match="More than 200") as refusal:
        record_readings(viewer, [1] * (NAMES_AN_HOUR + 1), HowRead.FOUND, REQUEST)

    assert refusal.value.wait is None


def test_a_warning_is_logged_once_and_names_nobody(person, caplog):
    kept = IdentityFactory(name=NAME)
    has_read(person, WARNED_AT - 2)
    viewer = Viewer.of(person)
    with caplog.at_level(logging.WARNING), viewing(viewer):
        read_name(viewer, kept.suspect, REQUEST)
        assert caplog.messages == []
        read_name(viewer, kept.suspect, REQUEST)
        read_name(viewer, kept.suspect, REQUEST)

    assert caplog.messages == [f"Person {person.pk} has read 100 names in an hour."]


def test_a_refusal_is_logged(person, caplog):
    suspect = has_read(person, NAMES_AN_HOUR)
    viewer = Viewer.of(person)
    with viewing(viewer), pytest.raises(TooManyNames):
        record_readings(viewer, [suspect.pk], HowRead.SHOWN, REQUEST)

    assert caplog.messages == [f"Person {person.pk} was refused names: 200 read in an hour."]


@pytest.mark.django_db(transaction=True)
def test_requests_side_by_side_do_not_pass_the_limit(person):
    suspect = has_read(person, NAMES_AN_HOUR - 3)
    viewer = Viewer.of(person)

    def read(_):
        try:
            with viewing(viewer):
                record_readings(viewer, [suspect.pk], HowRead.SHOWN, REQUEST)
        except TooManyNames:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        succeeded = list(pool.map(read, range(24)))

    assert succeeded.count(True) == 3
    assert NameReading.objects.count() == NAMES_AN_HOUR


# Finding


@pytest.mark.parametrize("term", ["Qandil", "QANDÎL al-zabaniyah", "زبانية", "الزبانيه"])
def test_a_name_is_found_by_its_words_in_any_spelling(person, term):
    kept = IdentityFactory(name=f"{NAME}\nزبانية قنديل")
    IdentityFactory(name="Somebody Else")
    viewer = Viewer.of(person)

    with viewing(viewer):
        assert [row["suspect"] for row in bearers(viewer, term)] == [kept.suspect_id]


@pytest.mark.parametrize("term", ["Qand", "Qandila", "Qandil Else", "-", "", "a\0b"])
def test_nothing_but_whole_words_finds_a_name(person, term):
    IdentityFactory(name=NAME)
    viewer = Viewer.of(person)

    with viewing(viewer):
        assert list(bearers(viewer, term)) == []


# Writing


def test_a_name_is_kept_replaced_and_removed(person):
    suspect, viewer = SuspectFactory(), Viewer.of(person)
    with viewing(viewer, user=person.pk):
        keep_name(viewer, suspect, "Somebody Else", 0)
        keep_name(viewer, suspect, NAME, 1)
        assert read_name(viewer, suspect, REQUEST) == NAME
        assert version_of(viewer, suspect) == 2
        remove_name(viewer, suspect, 2)
        assert version_of(viewer, suspect) == 0

    events = Identity.pgh_event_model.objects.order_by("pgh_id")
    assert [(e.pgh_label, e.pgh_context["user"]) for e in events] == [
        ("insert", person.pk),
        ("update", person.pk),
        ("delete", person.pk),
    ]


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_name_that_somebody_changed_meanwhile_is_not_overwritten(person, version):
    kept, viewer = IdentityFactory(name=NAME), Viewer.of(person)
    with viewing(viewer):
        keep_name(viewer, kept.suspect, NAME, 1)
        with pytest.raises(NameChanged):
            keep_name(viewer, kept.suspect, "Somebody Else", version)
        with pytest.raises(NameChanged):
            remove_name(viewer, kept.suspect, version)
        assert read_name(viewer, kept.suspect, REQUEST) == NAME
