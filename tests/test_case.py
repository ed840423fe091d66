"""A suspect's case: what its page tells, whom, and how many queries it makes."""

import html
import re
from datetime import date

import pytest

from records.rights import READ
from tests.admin_pages import address
from tests.factories import (
    ArrestLinkFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    DetentionFactory,
    IdentityFactory,
    RulingFactory,
    RulingSuspectFactory,
    StepFactory,
    SuspectFactory,
    UserFactory,
    cite,
)

DAY = "2023-01-01"


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True, clearance="TLP:AMBER+STRICT"))
    return client


def case_of(client, suspect, key="reference", **asked):
    page = client.get(address(type(suspect), "case", getattr(suspect, key)), asked)
    seen = page.content.decode().partition("<article")[2].partition("</article>")[0]
    return page, re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", seen)))


def test_a_case_runs_from_arrest_over_custody_to_court(reader):
    held = DetentionFactory(on=date(2021, 3, 1))
    suspect = held.suspect
    link = ArrestLinkFactory(arrest=held.arrest, contested=True)
    StepFactory(
        suspect=suspect,
        kind="released",
        on=date(2021, 3, 9),
        stated_reason="Insufficient evidence",
        reported_reason="Pressure",
    )
    made = ConvictionFactory(on=date(2022, 1, 1))
    ConvictionSuspectFactory(conviction=made, suspect=suspect)
    ConvictionIncidentFactory(conviction=made, incident=link.incident)
    RulingFactory(conviction=made, on=date(2022, 2, 15))

    page, told = case_of(reader, suspect, as_of=DAY)

    assert [event.lane for event in page.context["events"]] == [
        "arrest",
        "custody",
        "court",
        "court",
    ]
    for sentence in (
        "Reason stated Insufficient evidence Reason reported Pressure",
        "contested: somebody says the arrest was for another deed",
        f"For: {link.incident}",
        "does not stand on 1 January 2023",
        "Ruling: Annulled",
    ):
        assert sentence in told, told
    assert " stands on 14 February 2022" in case_of(reader, suspect, as_of="2022-02-14")[1]


def test_a_ruling_limited_to_another_leaves_his_conviction_standing(reader):
    made = ConvictionFactory(on=date(2022, 1, 1))
    freed, held = (ConvictionSuspectFactory(conviction=made).suspect for _each in range(2))
    RulingSuspectFactory(ruling=RulingFactory(conviction=made), suspect=freed)

    assert "limited to others of the convicted" in case_of(reader, held, as_of=DAY)[1]
    assert " stands on 1 January 2023" in case_of(reader, held, as_of=DAY)[1]
    assert "No conviction stands on 1 January 2023" in case_of(reader, freed, as_of=DAY)[1]


@pytest.mark.parametrize("key", ["pk", "reference", "code"])
def test_a_case_is_found_by_number_reference_and_code(reader, key):
    suspect = SuspectFactory()

    assert suspect.code in case_of(reader, suspect, key)[1]


def test_a_case_never_shows_a_name(reader):
    suspect = SuspectFactory()
    IdentityFactory(suspect=suspect, name="Zabaniyah Qandil")

    assert "Zabaniyah" not in case_of(reader, suspect)[0].content.decode()


def test_absent_and_hidden_cases_answer_alike(client):
    reader = UserFactory(is_staff=True, clearance="TLP:GREEN", rights=[READ, "legal.view_suspect"])
    client.force_login(reader)
    hidden, shown = SuspectFactory(marking="TLP:AMBER+STRICT"), SuspectFactory(marking="TLP:GREEN")

    assert case_of(client, shown)[0].status_code == 200
    assert case_of(client, hidden)[0].status_code == 404
    assert client.get(address(type(shown), "case", "0000-0000-0000")).status_code == 404


def test_who_may_not_see_suspects_is_refused(client):
    client.force_login(UserFactory(is_staff=True, rights=[READ]))

    assert case_of(client, SuspectFactory())[0].status_code == 403


def test_a_case_costs_the_same_with_one_row_as_with_many(reader, count_queries):
    """Of the case 13 at most; the others are the session, the person, his rights, the walls."""
    suspect = SuspectFactory()

    def tell_more():
        held = DetentionFactory(suspect=suspect)
        link = ArrestLinkFactory(arrest=held.arrest)
        made = ConvictionFactory()
        ConvictionSuspectFactory(conviction=made, suspect=suspect)
        ConvictionIncidentFactory(conviction=made, incident=link.incident)
        for row in (held, held.arrest, link, made, RulingFactory(conviction=made)):
            cite(row)

    tell_more()
    cost = count_queries(lambda: case_of(reader, suspect))
    tell_more()
    tell_more()

    assert count_queries(lambda: case_of(reader, suspect)) == cost == 20
