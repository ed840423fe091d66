"""How often a key may ask: counted in one place, for however many processes answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from queue import Queue

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import Throttled

from partners.allowance import EXPORTS_AN_HOUR, count, count_export
from partners.models import Allowance, ExportAllowance, Key, Usage
from tests.factories import KeyFactory, UserFactory
from tests.keys import by
from tests.waiting import wait_until_blocked

ME, INCIDENTS = "/api/v1/me/", "/api/v1/incidents/"


def back(key, **ago):
    """As if the last request had been so much earlier."""
    Allowance.objects.filter(key=key).update(at=timezone.now() - timedelta(**ago))


@pytest.mark.django_db(transaction=True)
def test_many_connections_together_never_pass_the_limit():
    """Eight at once, 25 requests each, of which the burst is answered and no other: 20."""
    key = KeyFactory(rate=1)
    together = threading.Barrier(8)

    def ask():
        try:
            together.wait()
            return [count(key, "incidents").admitted for _n in range(25)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        admitted = [
            each for asked in [pool.submit(ask) for _n in range(8)] for each in asked.result()
        ]

    assert (len(admitted), sum(admitted)) == (200, 20)
    used = Usage.objects.get()
    assert (used.requests, used.refused) == (200, 180)


def _asks(key):
    return count(key, "incidents").admitted


def _exports(key):
    try:
        with transaction.atomic():
            count_export(key)
    except Throttled:
        return False
    return True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("asks", "bucket"), [(_asks, Allowance), (_exports, ExportAllowance)])
def test_who_counts_second_waits_and_begins_with_what_the_first_left(asks, bucket):
    """Else he reads, before he waits, what the first is about to take, and takes it again.

    The first stands still between reading and writing, which takes it no time otherwise.
    """
    key = KeyFactory(rate=1, burst=1)
    bucket.objects.create(key=key, left=1, at=timezone.now())
    backend = Queue()

    def second():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.put(cursor.fetchone()[0])
            return asks(key)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            bucket.objects.select_for_update().get(key=key)
            waiting = pool.submit(second)
            wait_until_blocked(backend.get(timeout=20))
            assert asks(key) is True
        assert waiting.result() is False


@pytest.mark.django_db(transaction=True)
def test_a_request_that_lasts_keeps_no_other_of_its_key_waiting():
    """Its count is over before its own transaction begins; nor does an edit of the key matter."""
    key = KeyFactory()
    with transaction.atomic():
        Key.objects.filter(pk=key.pk).update(label="held")

        def ask():
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '2s'")
                return count(key, "incidents").admitted
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(ask).result() is True
    assert not connection.in_atomic_block


def test_the_count_waits_for_no_disk_only_where_nothing_else_is_committed_with_it():
    key = KeyFactory()
    with CaptureQueriesContext(connection) as inside:
        count(key, "incidents")

    assert "synchronous_commit" not in inside[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_by_itself_the_count_waits_for_no_disk():
    key = KeyFactory()
    with CaptureQueriesContext(connection) as alone:
        count(key, "incidents")
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)

    assert "synchronous_commit" in alone[0]["sql"]


def test_who_asks_too_often_is_told_when_to_come_back(client):
    key = KeyFactory(rate=6, burst=2)

    answers = [client.get(ME, **by(key)) for _n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"] for answer in answers] == [
        '"key";r=1;t=10',
        '"key";r=0;t=20',
        '"key";r=0;t=20',
    ]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"key";q=2;w=20'}
    assert answers[2]["Retry-After"] == "10"
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert "6 times a minute" in answers[2].json()["detail"]

    back(key, seconds=9)
    assert client.get(ME, **by(key)).status_code == 429
    back(key, seconds=10)
    assert client.get(ME, **by(key)).status_code == 200
    back(key, days=9)
    assert client.get(ME, **by(key))["RateLimit"] == '"key";r=1;t=10'


def test_keys_do_not_take_from_one_another(client):
    one, other = KeyFactory(burst=1), KeyFactory(burst=1)

    assert client.get(ME, **by(one)).status_code == 200
    assert client.get(ME, **by(other)).status_code == 200


def test_errors_tell_the_allowance_too(client):
    key = KeyFactory()

    for path, status in {f"{INCIDENTS}?x=1": 400, "/api/v1/nothing/": 404}.items():
        answer = client.get(path, **by(key))
        assert (answer.status_code, "RateLimit" in answer.headers) == (status, True)


def test_a_clock_that_was_set_back_gives_nobody_more(client):
    key = KeyFactory(burst=1)
    client.get(ME, **by(key))
    back(key, hours=-1)

    assert client.get(ME, **by(key)).status_code == 429


# Use


def test_requests_are_counted_by_day_and_noun_and_those_refused_too(client):
    key = KeyFactory(burst=4)
    for path in (INCIDENTS, f"{INCIDENTS}AAAA/", f"{INCIDENTS}?x=1", "/api/v1/no/such", INCIDENTS):
        client.get(path, **by(key))
    client.get(INCIDENTS, headers={"authorization": f"Bearer msl_{key.prefix}_{'0' * 43}"})

    counted = {use.noun: (use.requests, use.refused) for use in key.usage.all()}
    assert counted == {"incidents": (4, 1), "nowhere": (1, 0)}
    assert {use.day for use in key.usage.all()} == {timezone.localdate()}


def test_a_revoked_key_that_is_tried_is_counted_as_refused(client):
    key = KeyFactory(approved_at=None, approved_by=None)
    client.get(INCIDENTS, **by(key))

    used = key.usage.get()
    assert (used.requests, used.refused) == (1, 1)
    key.refresh_from_db()
    assert key.last_used_at is None


def test_use_is_kept_for_a_year():
    key, other = KeyFactory(), KeyFactory()
    today = timezone.localdate()
    for each in (key, other):
        for ago in (364, 380):
            day = today - timedelta(days=ago)
            Usage.objects.create(key=each, day=day, noun="me", requests=1, refused=0)
    count(key, "me")

    kept = [(use.key_id, (today - use.day).days) for use in Usage.objects.order_by("key", "-day")]
    assert kept == [(key.pk, 0), (key.pk, 364), (other.pk, 364), (other.pk, 380)]


def test_last_used_is_written_once_a_minute_and_leaves_no_history(client):
    key = KeyFactory()
    events = Key.pgh_event_model.objects.filter(pgh_obj_id=key.pk)
    before = events.count()
    moments = []
    for ago in (0, 30, 61):
        earlier = timezone.now() - timedelta(seconds=ago)
        Key.objects.filter(pk=key.pk).exclude(last_used_at=None).update(last_used_at=earlier)
        client.get(ME, **by(key))
        key.refresh_from_db()
        moments.append(timezone.now() - key.last_used_at < timedelta(seconds=20))

    assert moments == [True, False, True]
    assert events.count() == before


# What a key is told about itself


def test_a_key_is_told_what_it_may_and_what_it_did(client):
    key = KeyFactory(label="mirror", networks=["127.0.0.0/8"], clearance="TLP:AMBER")
    other = KeyFactory(label="of somebody else")
    client.get(ME, **by(other))
    first = timezone.localdate().replace(day=1)
    for day, number in ((first, 5), (first - timedelta(days=1), 7)):
        Usage.objects.create(key=key, day=day, noun="steps", requests=number, refused=1)
    client.get(INCIDENTS, **by(key))

    told = client.get(ME, **by(key)).json()
    today = 7 if first == timezone.localdate() else 2
    assert told == {
        "kind": "key",
        "label": "mirror",
        "organisation": {"name": "Musaala", "name_ar": ""},
        "scopes": ["read"],
        "clearance": "TLP:AMBER",
        "expires_at": f"{key.expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "networks": ["127.0.0.0/8"],
        "limits": {"requests_a_minute": 60, "requests_at_once": 20, "left": 18},
        "use": {
            "today": {"requests": today, "refused": 1 if today == 7 else 0},
            "this_month": {"requests": 7, "refused": 1},
        },
    }


def test_a_person_is_told_what_he_may(client):
    client.force_login(UserFactory(username="salam", clearance="TLP:RED"))

    assert client.get(ME).json() == {
        "kind": "person",
        "label": "salam",
        "organisation": {"name": "Musaala", "name_ar": ""},
        "scopes": ["read"],
        "clearance": "TLP:RED",
        "expires_at": None,
        "networks": None,
        "limits": None,
        "use": None,
    }
    client.force_login(UserFactory(organisation=None, rights=[]))
    assert client.get(ME).json()["organisation"] is None


# Exports


def test_exports_are_counted_apart_and_by_the_hour(client):
    key, other = KeyFactory(), KeyFactory()
    sheet = "/api/v1/sources/?format=csv"

    for _n in range(EXPORTS_AN_HOUR):
        assert client.get(sheet, **by(key)).status_code == 200
    refused = client.get(sheet, **by(key))

    assert refused.status_code == 429
    assert 60 * 14 < int(refused.headers["Retry-After"]) <= 60 * 15
    assert "4 times an hour" in refused.json()["detail"]
    assert client.get("/api/v1/sources/", **by(key)).status_code == 200
    assert client.head(sheet, **by(key)).status_code == 200
    assert client.get(sheet, **by(other)).status_code == 200


def test_an_export_that_is_refused_counts_for_nothing(client):
    key = KeyFactory()
    for _n in range(EXPORTS_AN_HOUR):
        assert client.get("/api/v1/sources/?format=csv&kind=x", **by(key)).status_code == 400

    assert client.get("/api/v1/sources/?format=csv", **by(key)).status_code == 200


def test_an_export_is_there_again_when_its_quarter_of_an_hour_is_over(client):
    key = KeyFactory()
    earlier = timezone.now() - timedelta(minutes=16)
    ExportAllowance.objects.create(key=key, left=0, at=earlier)

    statuses = [client.get("/api/v1/sources/?format=csv", **by(key)).status_code for _n in range(2)]

    assert statuses == [200, 429]
