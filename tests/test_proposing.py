"""Incidents proposed over the API: what lands, what is refused, and that nothing lands in part."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Attribution, CasualtyFigure, Claim, Incident, IncidentPlace
from partners.models import Proposal
from records.models import Source
from records.rights import READ
from tests.catalogue import our_models
from tests.factories import (
    GroupFactory,
    PersonFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
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
RECORDS = (Incident, Claim, Attribution, CasualtyFigure, Source)


@pytest.fixture
def world():
    return World()


@pytest.fixture(params=["key", "person"])
def partner(request):
    return by_key() if request.param == "key" else by_person()


def post(client, body, **headers):
    return client.post(INCIDENTS, body, content_type="application/json", headers=headers)


def rows():
    """How many rows and events there are of every kind."""
    return {
        model.__name__: each._base_manager.count()
        for model in our_models()
        for each in (model, getattr(model, "pgh_event_model", model))
    }


# What lands


def test_everything_that_is_proposed_lands_as_drafts(partner, world):
    answer = post(partner, everything(world))

    assert answer.status_code == 201, answer.content.decode()
    incident = Incident.objects.get()
    assert answer.headers["Location"] == f"http://testserver{PROPOSALS}{incident.reference}/"
    assert incident.occurred_to == date(2021, 2, 17)
    assert (incident.weapons_low, incident.weapons_high) == (13, 14)
    assert [place.role for place in IncidentPlace.objects.all()] == ["launch"]
    assert Claim.objects.get().group == world.group
    assert {each.stance for each in Attribution.objects.all()} == {"attributes", "denies"}
    assert (CasualtyFigure.objects.get().low, CasualtyFigure.objects.get().high) == (0, None)
    assert incident.citations.count() == 2
    made = [*Claim.objects.all(), *Attribution.objects.all(), *CasualtyFigure.objects.all()]
    made += [incident, Source.objects.get(publisher="Shafaq News")]
    assert {row.review_status for row in made} == {"draft"}
    assert {row.owner_id for row in made} == {Proposal.objects.get().organisation_id}
    assert {row.reference for row in made} == {*Proposal.objects.get().members}


def test_what_is_proposed_is_read_as_it_was_sent(partner, world):
    body = everything(world)

    read = partner.get(post(partner, body).headers["Location"]).json()

    for name in ("title", "title_ar", "occurred", "weapons", "time_from", "summary", "marking"):
        assert read[name] == body[name], name
    assert read["review_status"] == "draft"
    assert read["claims"][0]["group"]["reference"] == world.group.reference
    assert read["claims"][0]["statement_text"] == "We did it."
    assert read["casualties"][0]["number"] == {"low": 0, "high": None}
    assert read["sources"][0]["reference"] == world.source.reference
    assert read["sources"][1]["published"] == NEW_SOURCE["published"]
    assert read["sources"][1]["pinpoint"] == "§ 3"


def test_what_is_left_out_is_as_usual_or_not_known(partner, world):
    read = post(partner, smallest(world, claims=[{"group": "G-1"}])).json()

    assert read["marking"] == read["claims"][0]["marking"] == "TLP:AMBER+STRICT"
    assert read["occurred"] == {"from": "2021-02-15", "to": "2021-02-15", "precision": "day"}
    assert read["weapons"] is None and read["claims"][0]["asserted"] is None
    assert Incident.objects.get().weapons_low is None
    assert Claim.objects.get().asserted_precision == ""


def test_a_precision_says_the_last_day(partner, world):
    read = post(partner, smallest(world, occurred={"from": "2021-02-15", "precision": "month"}))

    expected = {"from": "2021-02-01", "to": "2021-02-28", "precision": "month"}
    assert read.json()["occurred"] == expected


def test_a_source_described_twice_alike_is_one(partner, world):
    claim = {"group": "G-1", "sources": [NEW_SOURCE]}
    answer = post(partner, smallest(world, sources=[NEW_SOURCE], claims=[claim]))

    assert answer.status_code == 201
    assert Source.objects.filter(publisher="Shafaq News").count() == 1


def test_a_source_of_an_earlier_proposal_may_be_cited_again(partner, world):
    first = post(partner, smallest(world, sources=[NEW_SOURCE])).json()
    described = {"reference": first["sources"][0]["reference"]}

    answer = post(partner, smallest(world, sources=[described]))

    assert answer.status_code == 201, answer.content.decode()
    assert Source.objects.filter(publisher="Shafaq News").count() == 1


def test_the_history_says_who_proposed(world):
    client = by_person()
    post(client, smallest(world))

    incident = Incident.objects.get()
    [event] = Incident.pgh_event_model.objects.filter(pgh_obj_id=incident.pk)
    assert incident.created_by_id == event.pgh_context["user"] is not None
    assert event.pgh_context["address"] == INCIDENTS


# What is refused, where, and that it leaves nothing behind

REFUSED = {
    "no title": ({"title": None}, "/title"),
    "a title too long": ({"title": "x" * 201}, "/title"),
    "a text too long": ({"summary": "x" * 20_001}, "/summary"),
    "a kind that is none": ({"kind": "rocket_attak"}, "/kind"),
    "a kind that is no word": ({"kind": {"a": 1}}, "/kind"),
    "an unknown marking": ({"marking": "TLP:WHITE"}, "/marking"),
    "red": ({"marking": "TLP:RED"}, "/marking"),
    "no marking at all": ({"marking": None}, "/marking"),
    "an unknown member": ({"titel": "x"}, "/titel"),
    "a state of review": ({"review_status": "published"}, "/review_status"),
    "an owner": ({"owner": 1}, "/owner"),
    "a reference": ({"reference": "7F3K-Q9WA-2MXB"}, "/reference"),
    "an identifier of origin": ({"origin_id": "I-1"}, "/origin_id"),
    "a version": ({"version": 1}, "/version"),
    "who entered it": ({"created_by": 1}, "/created_by"),
    "who changed it": ({"updated_by": 1}, "/updated_by"),
    "an audience": ({"audience_rank": 0}, "/audience_rank"),
    "readers": ({"readers": [1]}, "/readers"),
    "organisations": ({"shared_with": [1]}, "/shared_with"),
    "a database number": ({"id": 1}, "/id"),
    "a wider audience": ({"wider": {}}, "/wider"),
    "a countersignature": ({"to_countersign": False}, "/to_countersign"),
    "a day that is none": ({"occurred": {"from": "2021-02-30"}}, "/occurred/from"),
    "a day alone": ({"occurred": "2021-02-15"}, "/occurred"),
    "an unknown member of a day": (
        {"occurred": {"from": "2021-02-15", "till": 1}},
        "/occurred/till",
    ),
    "days that do not fit": (
        {"occurred": {"from": "2021-02-15", "to": "2021-02-16", "precision": "day"}},
        "/occurred",
    ),
    "no last day": ({"occurred": {"from": "2021-02-15", "precision": "about"}}, "/occurred/to"),
    "no day": ({"occurred": None}, "/occurred"),
    "low above high": ({"weapons": {"low": 3, "high": 2}}, "/weapons"),
    "below zero": ({"weapons": {"low": -1}}, "/weapons/low"),
    "too many": ({"weapons": {"low": 2**31}}, "/weapons/low"),
    "an end without a beginning": ({"time_to": "03:00"}, ""),
    "a place that is not there": ({"place": "NONE"}, "/place"),
    "no place": ({"place": None}, "/place"),
    "a number for a place": ({"place": 7}, "/place/reference"),
    "a place that is said to be another": (
        {"place": {"reference": "P-1", "name": "Elsewhere"}},
        "/place/name",
    ),
    "claims that are no list": ({"claims": {}}, "/claims"),
    "a claim that is none": ({"claims": ["x"]}, "/claims/0"),
    "a claim by nobody": ({"claims": [{"group": "G-1"}, {}]}, "/claims/1/group"),
    "a claim by a group that is not there": ({"claims": [{"group": "X"}]}, "/claims/0/group"),
    "a claim that is published": (
        {"claims": [{"group": "G-1", "review_status": "published"}]},
        "/claims/0/review_status",
    ),
    "a claim of another": ({"claims": [{"group": "G-1", "incident": "X"}]}, "/claims/0/incident"),
    "an address that is none": (
        {"claims": [{"group": "G-1", "address": "javascript:alert(1)"}]},
        "/claims/0/address",
    ),
    "an attribution by nobody": (
        {"attributions": [{"group": "G-1"}]},
        "/attributions/0/asserted_by",
    ),
    "an attribution to nobody": ({"attributions": [{"asserted_by": "A"}]}, "/attributions/0"),
    "a figure without number": (
        {"casualties": [{"status": "killed", "number": {}}]},
        "/casualties/0/number",
    ),
    "a figure that says its side": (
        {"casualties": [{"status": "killed", "number": {"low": 1}, "side": "militias"}]},
        "/casualties/0/side",
    ),
    "a source that is not there": ({"sources": [{"reference": "X"}]}, "/sources/0/reference"),
    "a source without publisher": ({"sources": [{"title": "x"}]}, "/sources/0/publisher"),
    "a source of another name": (
        {"sources": [{"reference": "S-1", "publisher": "Another"}]},
        "/sources/0/publisher",
    ),
    "a source with a stored copy": (
        {"sources": [{"publisher": "x", "file": "etc/passwd"}]},
        "/sources/0/file",
    ),
    "a support that is none": (
        {"sources": [{"reference": "S-1", "support": "proves"}]},
        "/sources/0/support",
    ),
    "days of a source that do not fit": (
        {"sources": [{"publisher": "x", "published": {"from": "2021-02-15", "to": "2021-02-14"}}]},
        "/sources/0/published",
    ),
    "a source of a claim": (
        {
            "claims": [
                {"group": "G-1", "sources": [{"reference": "S-1"}, {"publisher": "P", "kind": "x"}]}
            ]
        },
        "/claims/0/sources/1/kind",
    ),
    "a source cited twice": (
        {"claims": [{"group": "G-1", "sources": [{"reference": "S-1"}, {"reference": "S-1"}]}]},
        "/claims/0/sources/1",
    ),
    "a place that is further twice": (
        {"further_places": [{"place": "P-1", "role": "launch"}] * 2},
        "/further_places/1",
    ),
    "too many claims": ({"claims": [{"group": "G-1"}] * 51}, "/claims"),
    "too many sources": ({"sources": [{"publisher": "x"}] * 21}, "/sources"),
    "too much altogether": (
        {"claims": [{"group": "G-1", "sources": [{"publisher": "x"}] * 20}] * 20},
        "",
    ),
}


@pytest.mark.parametrize(("wrong", "path"), REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_named_at_its_place_and_nothing_is_stored(world, wrong, path):
    client, before = by_key(), rows()

    answer = post(client, smallest(world, **wrong))

    assert answer.status_code == 400, answer.content.decode()
    assert [*errors_of(answer)] == [path], answer.json()
    assert rows() == before


def test_every_error_is_named_at_once(partner, world):
    wrong = {"titel": "x", "kind": "x", "place": "x", "claims": [{"group": "x"}, {"grup": 1}]}

    answer = post(partner, smallest(world, **wrong))

    expected = {"/titel", "/kind", "/place", "/claims/0/group", "/claims/1/group", "/claims/1/grup"}
    assert {*errors_of(answer)} == expected


def test_the_nearest_word_is_named(partner, world):
    said = errors_of(post(partner, smallest(world, titel="x", outcome="compleeted")))

    assert "Did you mean “title”?" in said["/titel"]
    assert "Did you mean “completed”?" in said["/outcome"]


def test_a_constraint_speaks_its_own_words(partner, world):
    said = errors_of(post(partner, smallest(world, weapons={"low": 3, "high": 2})))

    assert said["/weapons"] == "The low number of weapons is above the high one."


@pytest.mark.parametrize("body", [[], "x", 7, None, True])
def test_what_is_no_object_is_refused(partner, body):
    assert post(partner, body).status_code == 400


def test_a_list_where_an_object_belongs_is_refused(partner, world):
    assert "/occurred" in errors_of(post(partner, smallest(world, occurred=[])))


# What may be named

NAMED = {
    "place": (PlaceFactory, lambda key: {"place": key}),
    "group": (GroupFactory, lambda key: {"claims": [{"group": key}]}),
    "person": (
        PersonFactory,
        lambda key: {"attributions": [{"asserted_by": "A", "person": key}]},
    ),
    "source": (SourceFactory, lambda key: {"sources": [{"reference": key}]}),
}


@pytest.mark.parametrize(("factory", "named"), NAMED.values(), ids=NAMED)
@pytest.mark.parametrize(
    "hidden",
    [{"marking": "TLP:AMBER+STRICT"}, {"review_status": "draft"}, {"marking": "TLP:AMBER"}],
    ids=str,
)
def test_what_is_hidden_is_refused_as_what_is_absent(world, factory, named, hidden):
    client, key = by_key(), "0000-1111-2222"
    absent = post(client, smallest(world, **named(key)))
    row = factory(reference=key, **hidden)

    answer = post(client, smallest(world, **named(key)))

    assert answer.status_code == 400
    assert (answer.status_code, answer.content) == (absent.status_code, absent.content)
    assert row.pk


@pytest.mark.parametrize(("factory", "named"), NAMED.values(), ids=NAMED)
def test_a_key_does_not_name_drafts_of_its_own_organisation(world, factory, named):
    client = by_key()
    organisation = Proposal._meta.get_field("organisation").related_model.objects.get(
        slug="partner"
    )
    row = factory(owner=organisation, review_status="draft")

    assert post(client, smallest(world, **named(row.reference))).status_code == 400


# Who may


def test_who_only_reads_is_refused(world):
    reader = by_person()
    reader.force_login(UserFactory(rights=[READ]))

    for client in (by_key(scopes=["read"]), reader):
        assert post(client, smallest(world)).status_code == 403
        assert client.get(PROPOSALS).status_code == 403
        assert client.get(INCIDENTS).status_code == 200
    assert not Incident.objects.exists()


def test_a_stranger_is_refused(client, world):
    assert post(client, smallest(world)).status_code in (401, 403)


def test_who_belongs_to_no_organisation_is_refused(world):
    client = by_person(organisation=None)

    assert post(client, smallest(world)).status_code == 403


def test_the_lowest_clearance_may_propose_what_it_does_not_read(world):
    """The marking that is usual is above its own."""
    client = by_key(clearance="TLP:CLEAR")
    answer = post(client, smallest(world))

    assert answer.status_code == 201
    assert client.get(answer.headers["Location"]).json()["marking"] == "TLP:AMBER+STRICT"


def test_a_person_without_the_token_of_his_page_is_refused(world):
    client = by_person()
    client.handler.enforce_csrf_checks = True

    assert post(client, smallest(world)).status_code == 403
    assert not Incident.objects.exists()


# What it costs


def test_the_cost_grows_by_the_same_for_each_statement(world):
    """Three queries more for a claim with a source: what stands against it, and the two rows.

    A record that is named again is not looked for again.
    """
    client = by_key()

    def cost(number):
        body = smallest(
            world, claims=[{"group": "G-1", "sources": [{"reference": "S-1"}]}] * number
        )
        with CaptureQueriesContext(connection) as queries:
            assert post(client, body).status_code == 201
        return len(queries)

    one, two, ten = cost(1), cost(2), cost(10)
    assert (two - one, ten - one) == (3, 27)


def test_reading_costs_the_same_with_ten(world):
    client = by_key()
    claims = [{"group": "G-1", "sources": [{"reference": "S-1"}]}]
    addresses = [
        post(client, smallest(world, claims=claims * number)).headers["Location"]
        for number in (1, 10)
    ]

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    assert cost(addresses[0]) == cost(addresses[1])
    listed = cost(PROPOSALS)
    post(client, smallest(world, claims=claims))
    assert cost(PROPOSALS) == listed
