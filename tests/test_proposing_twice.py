"""A proposal that is sent twice is made once: Idempotency-Key, whatever happens in between."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.utils import timezone

from incidents.models import Incident
from partners import proposals
from partners.api import proposals as proposals_api
from partners.models import Proposal
from tests.proposers import World, by_key, by_person, smallest

INCIDENTS = "/api/v1/incidents/"


@pytest.fixture
def world():
    return World()


@pytest.fixture(params=["key", "person"])
def partner(request):
    return by_key() if request.param == "key" else by_person()


def post(client, body, key="6f1c"):
    return client.post(
        INCIDENTS, body, content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_the_same_is_answered_alike_and_made_once(partner, world):
    first, second = (post(partner, smallest(world)) for _time in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert first.headers["Location"] == second.headers["Location"]
    assert Incident.objects.count() == Proposal.objects.count() == 1


def test_in_quotes_or_not_it_is_the_same_key(partner, world):
    post(partner, smallest(world), "abc")
    post(partner, smallest(world), '"abc"')

    assert Incident.objects.count() == 1


def test_the_order_of_members_makes_no_other_body(partner, world):
    body = smallest(world)
    post(partner, body)
    post(partner, dict(reversed(body.items())))

    assert Incident.objects.count() == 1


def test_another_body_is_refused(partner, world):
    post(partner, smallest(world))

    assert post(partner, smallest(world, title="Other")).status_code == 422
    assert Incident.objects.count() == 1


def test_what_was_refused_used_nothing_up(partner, world):
    assert post(partner, smallest(world, kind="x")).status_code == 400

    assert post(partner, smallest(world)).status_code == 201


def test_each_proposer_has_keys_of_his_own(world):
    for client in (by_key("aaaaaaaa"), by_key("bbbbbbbb"), by_person()):
        assert post(client, smallest(world)).status_code == 201

    assert Incident.objects.count() == 3


def test_without_a_key_each_is_a_proposal_of_its_own(partner, world):
    for _time in range(2):
        partner.post(INCIDENTS, smallest(world), content_type="application/json")

    assert Incident.objects.count() == 2


@pytest.mark.parametrize("key", ["", '"', "x" * 256, "a b", "ü"])
def test_a_key_that_is_none_is_refused(partner, world, key):
    answer = post(partner, smallest(world), key)

    assert answer.status_code == 400
    assert [error["header"] for error in answer.json()["errors"]] == ["Idempotency-Key"]


def test_a_key_is_forgotten_after_three_days(partner, world):
    post(partner, smallest(world))
    Proposal.objects.update(sent_at=timezone.now() - timedelta(hours=71))
    assert post(partner, smallest(world, title="Other")).status_code == 422

    Proposal.objects.update(sent_at=timezone.now() - timedelta(hours=73))
    assert post(partner, smallest(world, title="Other")).status_code == 201
    assert Incident.objects.count() == 2


def test_what_he_may_not_read_any_more_is_not_answered_again(partner, world):
    post(partner, smallest(world))
    Incident.objects.update(review_status="withdrawn", withdrawn_reason="A rumour.")
    assert post(partner, smallest(world)).json()["reason"] == "A rumour."

    world.place.marking = "TLP:RED"
    world.place.readers = [1]
    world.place.save()
    assert post(partner, smallest(world)).status_code == 404


def test_who_lost_the_right_is_refused_a_repetition(world):
    post(by_key(), smallest(world))

    assert post(by_key(scopes=["read"]), smallest(world)).status_code == 403


def test_what_was_interrupted_before_the_end_left_nothing(partner, world, monkeypatch):
    def power_cut(*arguments):
        raise SystemError("power cut")

    with monkeypatch.context() as cut:
        cut.setattr(proposals, "remember", power_cut)
        with pytest.raises(SystemError):
            post(partner, smallest(world))
    assert not Incident.objects.exists()

    assert post(partner, smallest(world)).status_code == 201
    assert Incident.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_forty_sends_by_eight_threads_make_one(settings):
    world, statuses, references = World(), [], set()
    by_key()
    body, at_once = smallest(world), Barrier(8)

    def send():
        client = by_key()
        at_once.wait()
        try:
            for _time in range(5):
                answer = post(client, body)
                statuses.append(answer.status_code)
                if answer.status_code == 201:
                    references.add(answer.json()["reference"])
        finally:
            connections.close_all()

    connections.close_all()  # eight is as many as the pool has
    threads = [Thread(target=send) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Incident.objects.count() == len(references) == 1
    assert len(statuses) == 40
    assert {*statuses} <= {201, 409}


@pytest.mark.django_db(transaction=True)
def test_what_is_still_running_is_told(settings, monkeypatch):
    """The second comes while the first has written everything and not committed."""
    world, client, statuses = World(), by_key(), []
    body, answer_first = smallest(world), proposals_api.answer

    def send_again():
        try:
            statuses.append(post(by_key(), body).status_code)
        finally:
            connections.close_all()

    def answer(*arguments):
        monkeypatch.setattr(proposals_api, "answer", answer_first)
        second = Thread(target=send_again)
        second.start()
        second.join()
        return answer_first(*arguments)

    monkeypatch.setattr(proposals_api, "answer", answer)

    assert post(client, body).status_code == 201
    assert statuses == [409]
    assert post(client, body).status_code == 201
    assert Incident.objects.count() == 1
