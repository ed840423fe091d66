"""What a reader may ask of the shape of an answer, and of one that he has already."""

import pytest

from records.answers import etag_of
from records.prepared import rows_of
from tests.api_rows import ROWS
from tests.factories import ClaimFactory, IncidentFactory, UserFactory


@pytest.fixture
def ask(client):
    """Returns the answer to an address below /api/v1/."""
    client.force_login(UserFactory())
    return lambda path, parameters=None, **headers: client.get(
        f"/api/v1/{path}", parameters, headers=headers
    )


@pytest.fixture
def row():
    return ROWS["incidents"]()


@pytest.fixture
def path(row):
    return f"incidents/{row.reference}/"


# Fields


def test_fields_are_those_asked_for_in_the_order_they_are_declared(ask, path):
    shown = ask(path, {"fields": "claims.group, title,reference ,sources.publisher"}).json()

    assert list(shown) == ["reference", "title", "claims", "sources"]
    assert [list(claim) for claim in shown["claims"]] == [["group"]]
    assert list(shown["claims"][0]["group"])[:2] == ["reference", "name"]
    assert [list(source) for source in shown["sources"]] == [["publisher"]]


def test_what_is_omitted_is_gone_and_nothing_else(ask, path):
    whole = ask(path).json()

    shown = ask(path, {"omit": "claims.sources,summary"}).json()

    assert set(whole) - set(shown) == {"summary"}
    assert set(whole["claims"][0]) - set(shown["claims"][0]) == {"sources"}
    assert shown["attributions"] == whole["attributions"]


def test_what_is_asked_for_and_omitted_is_omitted(ask, path):
    shown = ask(path, {"fields": "reference,claims,title", "omit": "claims,title"}).json()

    assert list(shown) == ["reference"]
    assert ask(path, {"fields": "title", "omit": "title"}).content == b"{}"


@pytest.mark.parametrize("noun", ROWS)
def test_each_field_can_be_had_alone(ask, noun):
    row = ROWS[noun]()
    whole = ask(f"{noun}/{row.reference}/").json()

    for field, value in whole.items():
        assert ask(f"{noun}/{row.reference}/", {"fields": field}).json() == {field: value}


def test_what_is_not_asked_for_is_not_queried(ask, path, monkeypatch):
    def asked_of_the_database(**parameters):
        read = []
        monkeypatch.setattr(
            "records.compiling.rows_of",
            lambda sql, given, keep: read.append(sql) or rows_of(sql, given, keep=keep),
        )
        assert ask(path, parameters).status_code == 200
        return read[0]

    assert "incidents_claim" in asked_of_the_database()
    assert "incidents_claim" not in asked_of_the_database(omit="claims")
    assert "records_source" not in asked_of_the_database(fields="title")


REFUSED = {
    ("fields", "titel"): ("There is no field “titel” here.", "Did you mean “title”?"),
    ("omit", "claims.gruop"): ("There is no field “claims.gruop” here.", "claims.group"),
    ("fields", "claims.qqqqqqqqqq"): (
        "There is no field “claims.qqqqqqqqqq” here.",
        "Known are: claims.address, claims.asserted, ",
    ),
    ("fields", "title,"): ("There is no field “” here.", "Known are: "),
    ("fields", "occurred.from"): ("There is no field “occurred.from” here.", ""),
    ("fields", "audience_rank"): ("There is no field “audience_rank” here.", ""),
    ("fields", "owner"): ("There is no field “owner” here.", ""),
    ("fields", "version"): ("There is no field “version” here.", ""),
    ("nested", "no"): ("Give true or false.", ""),
}


@pytest.mark.parametrize("asked", REFUSED, ids="=".join)
def test_a_shape_there_is_not_is_refused_and_the_nearest_named(ask, path, asked):
    (parameter, value), (message, remedy) = asked, REFUSED[asked]

    for address in (path, "incidents/"):
        answer = ask(address, {parameter: value})
        assert answer.status_code == 400
        assert answer.json()[parameter][0] == message
        assert remedy in " ".join(answer.json()[parameter])


def test_the_flat_shape_has_no_fields_of_other_records(ask, path):
    assert ask(path, {"nested": "false", "fields": "place"}).json()["place"].count("-") == 2
    assert ask(path, {"nested": "false", "fields": "sources.publisher"}).status_code == 200
    for gone in ("place.name", "claims", "claims.group", "arrest_links"):
        assert ask(path, {"nested": "false", "fields": gone}).status_code == 400


# Whoever has an answer already


def test_an_answer_has_the_etag_of_its_text(ask, path):
    for address in (path, "incidents/"):
        answer = ask(address)
        assert answer["ETag"] == etag_of(answer.content.decode())
        assert answer["Content-Type"] == "application/json"
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("said", ["{}", "W/{}", '"else", {}', "*"])
def test_whoever_has_it_is_told_so_without_a_body(ask, path, said):
    for address in (path, "incidents/", f"{path}?fields=title"):
        etag = ask(address)["ETag"]
        answer = ask(address, **{"If-None-Match": said.format(etag)})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
        assert answer["Cache-Control"] == "no-store"


def test_the_next_page_of_equal_lists_is_equal(ask):
    IncidentFactory.create_batch(3)

    first, again = (ask("incidents/", {"page_size": 2}) for _ in range(2))

    assert first.json()["next"]
    assert first["ETag"] == again["ETag"]


def test_a_change_that_he_may_see_changes_it_and_another_does_not(ask, row, path):
    before = ask(path)["ETag"]
    ClaimFactory(incident=row, marking="TLP:RED", readers=[UserFactory(username="one").pk])
    assert ask(path)["ETag"] == before

    ClaimFactory(incident=row)
    assert ask(path)["ETag"] != before


def test_head_says_the_same_without_a_body(client, ask, path):
    for address in (path, "incidents/"):
        answer, head = ask(address), client.head(f"/api/v1/{address}")
        assert head.status_code == 200
        assert head.content == b""
        assert head["ETag"] == answer["ETag"]
        assert int(head["Content-Length"]) == len(answer.content)
