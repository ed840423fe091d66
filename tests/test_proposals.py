"""What a proposer reads of his proposals, how he changes them, and that he reads no other draft."""

import json
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import Group as Role
from django.db import connections

from incidents.models import Claim, Incident
from partners.models import Proposal
from records import review
from records.models import Organisation, Source
from records.roles import MONITOR
from records.viewer import Viewer, viewing
from tests.factories import (
    AttributionFactory,
    ClaimFactory,
    GroupFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.proposers import (
    NEW_SOURCE,
    World,
    by_key,
    by_person,
    errors_of,
    everything,
    smallest,
)

INCIDENTS, PROPOSALS = "/api/v1/incidents/", "/api/v1/proposals/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def world():
    return World()


@pytest.fixture(params=["key", "person"])
def partner(request):
    return by_key() if request.param == "key" else by_person()


def proposed(client, body):
    """The address of what was proposed."""
    answer = client.post(INCIDENTS, body, **JSON)
    assert answer.status_code == 201, answer.content.decode()
    return answer.headers["Location"].removeprefix("http://testserver")


def patch(client, address, body, tag=None):
    tag = tag or client.get(address).headers["ETag"]
    return client.patch(address, body, **JSON, headers={"If-Match": tag})


def submit(client, address):
    tag = client.get(address).headers["ETag"]
    return client.post(f"{address}submit/", headers={"If-Match": tag})


def partner_monitor():
    person = UserFactory(
        rights=[], organisation=Organisation.objects.get(slug="partner"), clearance="TLP:RED"
    )
    person.groups.add(Role.objects.get(name=MONITOR))
    return person


# Change


def test_a_change_needs_the_tag_of_what_was_read(partner, world):
    address = proposed(partner, smallest(world))
    stale = partner.get(address).headers["ETag"]

    assert partner.patch(address, {"title": "x"}, **JSON).status_code == 428
    assert patch(partner, address, {"title": "x"}, "*").status_code == 428
    assert patch(partner, address, {"title": "x"}, f"W/{stale}").status_code == 412
    changed = patch(partner, address, {"title": "Second"}, stale)
    assert changed.status_code == 200, changed.content.decode()
    assert changed.json()["title"] == "Second"
    assert changed.headers["ETag"] == partner.get(address).headers["ETag"] != stale
    assert patch(partner, address, {"title": "Third"}, stale).status_code == 412
    assert Incident.objects.get().title == "Second"


def test_the_answer_to_a_proposal_has_its_tag(partner, world):
    answer = partner.post(INCIDENTS, smallest(world), **JSON)

    read = partner.get(answer.headers["Location"])
    assert answer.headers["ETag"] == read.headers["ETag"]
    assert answer.json() == read.json()


def test_what_is_not_changed_is_not_sent_again(partner, world):
    address = proposed(partner, smallest(world))
    tag = partner.get(address).headers["ETag"]

    for known in (tag, f"W/{tag}", f'"another", {tag}', "*"):
        again = partner.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)


def test_what_is_read_can_be_sent_back_and_changes_nothing(partner, world):
    address = proposed(partner, everything(world))
    read = partner.get(address)
    events = Incident.pgh_event_model.objects.count(), Claim.pgh_event_model.objects.count()

    answer = patch(partner, address, read.json())

    assert answer.status_code == 200, answer.content.decode()
    assert answer.json() == read.json()
    assert (
        Incident.pgh_event_model.objects.count(),
        Claim.pgh_event_model.objects.count(),
    ) == events


def test_what_is_read_can_be_sent_back_with_a_change(partner, world):
    address = proposed(partner, everything(world))
    body = partner.get(address).json()
    body["title"], body["claims"][0]["statement_text"] = "Other", "We did not."
    body["weapons"] = None
    body["claims"].append({"group": world.state.reference, "sources": [NEW_SOURCE]})
    body["sources"][0]["pinpoint"] = "p. 7"

    read = patch(partner, address, body).json()

    assert (read["title"], read["weapons"]) == ("Other", None)
    assert read["claims"][0]["reference"] == body["claims"][0]["reference"]
    assert read["claims"][0]["statement_text"] == "We did not."
    assert read["claims"][0]["channel"] == "Telegram"
    assert [each["group"]["reference"] for each in read["claims"]][1] == world.state.reference
    assert read["claims"][1]["sources"][0]["publisher"] == "Shafaq News"
    assert read["sources"][0]["pinpoint"] == "p. 7"
    assert len(read["sources"]) == 2


def test_what_is_left_out_of_a_change_stays(partner, world):
    address = proposed(partner, everything(world))
    before = partner.get(address).json()

    read = patch(partner, address, {"claims": [], "target_name": "The airport"}).json()

    assert read["target_name"] == "The airport"
    for name in ("title", "claims", "attributions", "casualties", "sources", "further_places"):
        assert _settled(read[name]) == _settled(before[name])


def _settled(value):
    return json.loads(json.dumps(value))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"review_status": "published"}, "/review_status"),
        ({"reference": "7F3K-Q9WA-2MXB"}, "/reference"),
        ({"owner": 1}, "/owner"),
        ({"reason": "x"}, "/reason"),
        ({"title": ""}, "/title"),
        ({"marking": "TLP:CLEAR"}, "/marking"),
        ({"claims": [{"reference": "7F3K-Q9WA-2MXB", "channel": "x"}]}, "/claims/0/reference"),
        (
            {"occurred": {"from": "2021-02-15", "to": "2021-02-14", "precision": "span"}},
            "/occurred",
        ),
    ],
    ids=str,
)
def test_a_change_that_is_wrong_is_refused_at_its_place(partner, world, change, path):
    address = proposed(partner, everything(world))
    before = partner.get(address).content

    answer = patch(partner, address, change)

    assert answer.status_code == 400
    assert path in errors_of(answer)
    assert partner.get(address).content == before


def test_a_marking_is_raised_and_never_lowered(partner, world):
    address = proposed(partner, smallest(world, marking="TLP:GREEN"))

    assert patch(partner, address, {"marking": "TLP:AMBER"}).json()["marking"] == "TLP:AMBER"
    refused = patch(partner, address, {"marking": "TLP:GREEN"})
    assert "let more people read it" in errors_of(refused)["/marking"]


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_at_once_none_is_lost(settings):
    """Eight writers add a word each to one text, and read again when told that it changed."""
    world, key = World(), by_key()
    address = proposed(key, smallest(world, summary="Words:"))
    at_once, refusals = Barrier(8), []

    def add(word):
        client = by_key()
        at_once.wait()
        try:
            for _attempt in range(100):
                read = client.get(address)
                body = {"summary": f"{read.json()['summary']} {word}"}
                answer = patch(client, address, body, read.headers["ETag"])
                if answer.status_code == 200:
                    return
                refusals.append(answer.status_code)
        finally:
            connections.close_all()

    connections.close_all()  # eight is as many as the pool has
    threads = [Thread(target=add, args=[f"w{number}"]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    words = Incident.objects.get().summary.split()
    assert sorted(words[1:]) == [f"w{number}" for number in range(8)]
    assert {*refusals} <= {412}


# Review


def test_a_submitted_proposal_is_changed_by_staff_alone(partner, world):
    address = proposed(partner, everything(world))

    answer = submit(partner, address)

    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["review_status"] == "submitted"
    assert answer.json()["claims"][0]["review_status"] == "submitted"
    assert Source.objects.get(publisher="Shafaq News").review_status == "submitted"
    assert patch(partner, address, {"title": "x"}).status_code == 409
    assert submit(partner, address).status_code == 409


def test_to_submit_needs_the_tag_of_what_was_read(partner, world):
    address = proposed(partner, smallest(world))

    assert partner.post(f"{address}submit/").status_code == 428
    stale = partner.get(address).headers["ETag"]
    patch(partner, address, {"title": "x"})
    assert partner.post(f"{address}submit/", headers={"If-Match": stale}).status_code == 412


def test_a_proposer_is_told_why_it_was_returned_and_withdrawn(world):
    client = by_key()
    address = proposed(client, smallest(world))
    submit(client, address)
    monitor, incident = partner_monitor(), Incident.objects.get()

    def act(done, reason):
        incident.refresh_from_db()
        with viewing(Viewer.of(monitor), user=monitor.pk):
            done(monitor, incident, version=incident.version, reason=reason)

    act(review.return_to_draft, "Which airport?")
    read = client.get(address).json()
    assert (read["review_status"], read["reason"]) == ("draft", "Which airport?")
    patch(client, address, {"target_name": "Erbil"})
    act(review.withdraw, "A rumour.")
    read = client.get(PROPOSALS).json()["results"][0]
    assert (read["review_status"], read["reason"]) == ("withdrawn", "A rumour.")
    assert patch(client, address, {"title": "x"}).status_code == 409


def test_what_is_published_is_read_by_all_and_still_his(world):
    client = by_key()
    address = proposed(client, smallest(world, marking="TLP:CLEAR", sources=[{"reference": "S-1"}]))
    reference = client.get(address).json()["reference"]
    assert client.get(f"{INCIDENTS}{reference}/").status_code == 404
    submit(client, address)
    monitor, incident = partner_monitor(), Incident.objects.get()
    with viewing(Viewer.of(monitor), user=monitor.pk):
        review.publish(monitor, incident, version=incident.version)

    assert by_key("bbbbbbbb", OrganisationFactory()).get(f"{INCIDENTS}{reference}/").json()["title"]
    assert client.get(address).json()["review_status"] == "published"


# Nobody else's drafts


def test_nobody_else_sees_a_proposal(world):
    organisation = OrganisationFactory(slug="partner", name="Partner")
    address = proposed(by_key("aaaaaaaa"), smallest(world))
    others = {
        "another key of the same partner": by_key("bbbbbbbb"),
        "a key of another partner": by_key("cccccccc", OrganisationFactory(slug="other")),
        "a person of the same partner": by_person(organisation=organisation),
    }
    for who, client in others.items():
        absent = client.get(f"{PROPOSALS}7F3K-Q9WA-2MXB/")
        answer = client.get(address)
        assert (answer.status_code, client.get(PROPOSALS).json()["results"]) == (404, []), who
        said = answer.content.replace(address.encode(), b"")
        assert said == absent.content.replace(f"{PROPOSALS}7F3K-Q9WA-2MXB/".encode(), b"")
        assert patch(client, address, {"title": "x"}, '"x"').status_code == 404, who
        assert client.post(f"{address}submit/", headers={"If-Match": '"x"'}).status_code == 404


CANARY = "Canary"


def test_no_draft_of_colleagues_is_read_with_a_proposal(world):
    """Whatever staff of his own organisation add to his incident, or draft besides."""
    client = by_key()
    address = proposed(client, everything(world))
    incident, own = Incident.objects.get(), Organisation.objects.get(slug="partner")
    draft = {"owner": own, "review_status": "draft"}
    group = GroupFactory(name=f"{CANARY} group", **draft)
    source = SourceFactory(publisher=f"{CANARY} source", **draft)
    place = PlaceFactory(name=f"{CANARY} place", **draft)
    IncidentFactory(title=f"{CANARY} incident", **draft)
    ClaimFactory(incident=incident, channel=f"{CANARY} claim", **draft)
    ClaimFactory(incident=incident, channel=f"{CANARY} claim", owner=own, review_status="published")
    AttributionFactory(incident=incident, group=group, asserted_by=f"{CANARY} author", **draft)
    IncidentPlaceFactory(incident=incident, place=place)
    cite(incident, source)
    cite(Claim.objects.exclude(channel__startswith=CANARY).get(), source)

    for page in (address, PROPOSALS):
        answer = client.get(page)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
    patched = patch(client, address, {"title": "Mine"})
    assert patched.status_code == 200
    assert CANARY not in patched.content.decode()
    for noun in ("incidents", "claims", "attributions", "sources", "groups", "places"):
        assert CANARY not in client.get(f"/api/v1/{noun}/").content.decode()


def test_what_staff_put_in_the_place_of_what_he_named_stays_unseen(world):
    client = by_key()
    address = proposed(client, everything(world))
    own = Organisation.objects.get(slug="partner")
    draft = {"owner": own, "review_status": "draft"}
    Claim.objects.update(group=GroupFactory(name=f"{CANARY} group", **draft))
    assert CANARY not in client.get(address).content.decode()
    assert client.get(address).json()["claims"] == []

    Incident.objects.update(place=PlaceFactory(name=f"{CANARY} place", **draft))
    assert client.get(address).status_code == 404
    assert CANARY not in client.get(PROPOSALS).content.decode()


def test_what_is_marked_red_meanwhile_is_gone(world):
    client = by_key()
    address = proposed(client, smallest(world))
    person = UserFactory(clearance="TLP:RED")
    Incident.objects.update(marking="TLP:RED", readers=[person.pk])

    assert client.get(address).status_code == 404


def test_the_second_wall_shows_proposals_to_who_made_them(world):
    """Without the application's own filter."""
    proposed(by_key(), smallest(world))
    partner = Organisation.objects.get(slug="partner").pk
    keys = Viewer(organisation_id=partner)
    for viewer, number in [
        (keys, 1),
        (Viewer(person_id=UserFactory().pk, organisation_id=partner, drafts=True), 0),
        (Viewer(organisation_id=OrganisationFactory().pk), 0),
        (Viewer(), 0),
    ]:
        with viewing(viewer):
            assert Proposal.objects.count() == number
