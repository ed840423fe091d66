"""Every noun over the API: who may read it, what it costs, what it never shows."""

import pytest

from config.urls import NOUNS
from records.models import Record
from tests.api_rows import ROWS
from tests.catalogue import our_models
from tests.factories import GroupFactory, IncidentFactory, OrganisationFactory, UserFactory

OF_NO_READER = {"id", "pk", "owner", "shared_with", "created_by", "updated_by", "decided_by"}


@pytest.fixture
def reader(client):
    client.force_login(UserFactory())
    return client


def address(noun, row=None):
    return f"/api/v1/{noun}/{row.reference}/" if row else f"/api/v1/{noun}/"


def keys_of(answer):
    """Every key at every depth."""
    if isinstance(answer, dict):
        yield from answer
        answer = list(answer.values())
    if isinstance(answer, list):
        for part in answer:
            yield from keys_of(part)


def test_every_kind_of_record_has_its_endpoint():
    records = {model for model in our_models() if issubclass(model, Record)}

    assert {view.queryset.model for view in NOUNS.values()} == records
    assert set(NOUNS) == set(ROWS)


def test_the_index_lists_every_noun(reader):
    index = reader.get("/api/v1/").json()

    besides = {"changes", "exports", "me", "proposals", "vocabularies", "docs", "schema", "stix"}
    reports = {f"reports/{name}" for name in ("accountability", "arrests", "time", "reach")}
    assert set(index) == {*NOUNS, *besides, *reports}
    assert index["incidents"] == "http://testserver/api/v1/incidents/"


@pytest.mark.parametrize("noun", ROWS)
def test_a_row_is_listed_and_found_by_its_reference(reader, noun):
    row = ROWS[noun]()

    listed = {each["reference"] for each in reader.get(address(noun)).json()["results"]}
    answer = reader.get(address(noun, row))

    assert row.reference in listed
    assert answer.status_code == 200
    assert answer.json()["reference"] == row.reference


@pytest.mark.parametrize("noun", ROWS)
def test_a_row_is_not_found_by_its_database_number(reader, noun):
    row = ROWS[noun]()

    assert reader.get(f"/api/v1/{noun}/{row.pk}/").status_code == 404


@pytest.mark.parametrize("noun", ["", "schema/", *(f"{noun}/" for noun in ROWS)])
def test_nobody_reads_without_signing_in(client, noun):
    assert client.get(f"/api/v1/{noun}").status_code == 401


@pytest.mark.parametrize("noun", ROWS)
def test_one_row_needs_a_sign_in_too(client, noun):
    assert client.get(address(noun, ROWS[noun]())).status_code == 401


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("noun", ROWS)
def test_nothing_is_written(reader, noun, method):
    """Incidents are proposed, which takes a right of its own: tests/test_proposing.py."""
    row = ROWS[noun]()
    proposing = (noun, method) == ("incidents", "post")

    assert getattr(reader, method)(address(noun)).status_code == (403 if proposing else 405)
    assert getattr(reader, method)(address(noun, row)).status_code == 405


# The session, its user, his authenticator, his rights. The viewer is made known to the
# database; within the test's own transaction, he is forgotten again afterwards.
ANY_REQUEST = 4 + 5


@pytest.mark.parametrize("noun", ROWS)
def test_a_list_costs_the_same_with_one_row_as_with_ten(reader, count_queries, noun):
    """What any request costs, and two queries: which rows, and what they say."""
    ROWS[noun]()
    cost_of_one = count_queries(lambda: reader.get(address(noun)))

    for _ in range(9):
        ROWS[noun]()

    assert len(reader.get(address(noun)).json()["results"]) >= 10
    assert count_queries(lambda: reader.get(address(noun))) == cost_of_one
    assert cost_of_one == ANY_REQUEST + 2


@pytest.mark.parametrize("noun", ROWS)
def test_one_row_costs_one_query(reader, count_queries, noun):
    row = ROWS[noun]()

    assert count_queries(lambda: reader.get(address(noun, row))) == ANY_REQUEST + 1


@pytest.mark.parametrize("noun", ROWS)
def test_neither_staff_nor_database_numbers_show(reader, noun):
    row = ROWS[noun]()
    staff = UserFactory(username="noor-of-the-night-desk")
    type(row).objects.update(created_by=staff, updated_by=staff)

    for answer in (reader.get(address(noun)), reader.get(address(noun, row))):
        keys = set(keys_of(answer.json()))
        assert not keys & OF_NO_READER
        assert {key for key in keys if key.endswith("_id")} == {"origin_id"}
        assert "noor-of-the-night-desk" not in answer.content.decode()


def test_a_record_the_viewer_may_not_read_is_absent(reader):
    theirs = IncidentFactory(
        marking="TLP:AMBER+STRICT", owner=OrganisationFactory(slug="partner", name="A partner")
    )

    assert reader.get(address("incidents")).json()["results"] == []
    assert reader.get(address("incidents", theirs)).status_code == 404


def test_pages_hold_every_row_once_though_all_are_of_one_day(reader):
    for _ in range(5):
        IncidentFactory()

    found, page = [], address("incidents") + "?page_size=2"
    while page and len(found) < 9:
        answer = reader.get(page).json()
        found.append([row["reference"] for row in answer["results"]])
        page = answer["next"]

    assert [len(references) for references in found] == [2, 2, 1]
    assert len({reference for references in found for reference in references}) == 5


def test_a_page_begins_after_the_last_row_though_rows_were_added_before_it(reader):
    for name in ("Bet", "Dal", "Jim"):
        GroupFactory(name=name)
    first = reader.get(address("groups") + "?page_size=2").json()
    GroupFactory(name="Alif")

    names = [group["name"] for group in reader.get(first["next"]).json()["results"]]

    assert names == ["Jim"]


def test_incidents_come_newest_first_or_as_asked(reader):
    for day in ("2021-02-15", "2022-01-28", "2020-06-26"):
        IncidentFactory(on=day)

    def days(query=""):
        rows = reader.get(address("incidents") + query).json()["results"]
        return [row["occurred"]["from"] for row in rows]

    assert days() == ["2022-01-28", "2021-02-15", "2020-06-26"]
    assert days("?ordering=occurred") == ["2020-06-26", "2021-02-15", "2022-01-28"]
