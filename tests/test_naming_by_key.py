"""Names found by key: each leaves a trace that names the key, and there are so many in an hour."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from legal.models import HowRead, NameReading
from legal.naming import NAMES_AN_HOUR, TooManyNames, record_readings
from partners.holder import KeyHolder
from records.viewer import Viewer, viewing
from tests.factories import (
    IdentityFactory,
    KeyFactory,
    NameReadingFactory,
    SuspectFactory,
)
from tests.keys import by
from tests.test_naming import NAME, has_read, person

__all__ = ["person"]


@pytest.fixture
def key():
    return KeyFactory(scopes=["read", "names"], clearance="TLP:AMBER+STRICT", burst=900, rate=900)


def test_who_is_found_by_key_leaves_a_trace_that_names_the_key(client, key):
    suspect = IdentityFactory(name=NAME).suspect

    found = client.get("/api/v1/suspects/?name=qandil", **by(key)).json()["results"]
    assert [each["code"] for each in found] == [suspect.code]
    reading = NameReading.objects.get()
    assert (reading.key, reading.person, reading.suspect) == (key.pk, None, suspect)
    without = KeyFactory(clearance="TLP:AMBER+STRICT")
    assert client.get("/api/v1/suspects/?name=qandil", **by(without)).status_code == 400
    assert NameReading.objects.count() == 1


def test_a_key_finds_as_many_names_an_hour_as_a_person(client, key, person):
    suspect = has_read(person, NAMES_AN_HOUR)
    IdentityFactory(name=NAME, suspect=suspect)
    other = KeyFactory()
    for reader, times in ((other, 9), (key, NAMES_AN_HOUR - 1)):
        NameReading.objects.bulk_create(
            NameReading(key=reader.pk, suspect=suspect, how="found") for _n in range(times)
        )

    answers = [client.get("/api/v1/suspects/?name=qandil", **by(key)) for _n in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_a_key_sees_its_own_readings_alone(key, person):
    reading = NameReadingFactory(person=person)
    own = NameReading.objects.create(key=key.pk, suspect=reading.suspect, how="found")
    for viewer, expected in (
        (KeyHolder(key).as_viewer(), [own]),
        (KeyHolder(KeyFactory()).as_viewer(), []),
        (Viewer.of(person), [reading]),
        (Viewer(), []),
    ):
        with viewing(viewer):
            assert list(NameReading.objects.visible_to(viewer)) == expected
            assert NameReading.objects.unrestricted(reason="test").count() == len(expected)


@pytest.mark.django_db(transaction=True)
def test_requests_of_one_key_side_by_side_do_not_pass_the_limit(key):
    suspect = SuspectFactory()
    viewer = KeyHolder(key).as_viewer()

    def read(_turn):
        try:
            with viewing(viewer):
                record_readings(viewer, [suspect.pk] * 60, HowRead.FOUND, None)
            return True
        except TooManyNames:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(read, range(6))) == 3
    assert NameReading.objects.count() == 180
