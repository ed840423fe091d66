"""What states answer for: each number is the count of the list that it leads to."""

import html
import re

import pytest
from django.urls import reverse

from militias.models import Group
from records.rights import READ
from tests.factories import (
    AttributionFactory,
    FindingFactory,
    FindingIncidentFactory,
    GroupFactory,
    NegativeResultFactory,
    ObligationFactory,
    StatementFactory,
    UserFactory,
    cite,
)
from tests.starter import StarterDataTestCase


def reader_of(client, clearance="TLP:AMBER+STRICT"):
    client.force_login(UserFactory(is_staff=True, is_superuser=True, clearance=clearance))
    return client


@pytest.fixture
def reader(client):
    return reader_of(client)


@pytest.fixture
def state():
    return GroupFactory(kind="state", name="A state")


def page_of(client, state, key="reference"):
    return client.get(reverse("admin:law_state", args=[getattr(state, key)]))


def text_of(page):
    seen = page.content.decode().partition("<article")[2].partition("</article>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", seen)))


def numbers_of(page):
    context = page.context
    yield from (number for _label, number in context["totals"])
    for article in context["articles"]:
        yield from (article.findings, article.incidents)
    for line in context["owed"]:
        yield from (line.must, line.may, line.met, line.partly_met)


def answer_for(state, **audience):
    finding = FindingFactory(state=state, **audience)
    FindingIncidentFactory(finding=finding)
    obligation = ObligationFactory(finding=finding, bound_state=state, **audience)
    for row in (finding, obligation):
        cite(row)
    return finding


def test_each_number_is_the_count_of_its_list(reader, state):
    answer_for(state)
    twice = answer_for(state)
    FindingIncidentFactory(finding=twice)
    answer_for(state, review_status="draft")
    answer_for(state, review_status="withdrawn", withdrawn_reason="Twice")
    answer_for(GroupFactory(kind="state"))

    found = list(numbers_of(page_of(reader, state)))

    for number in found:
        listed = reader.get(number.address)
        assert listed.status_code == 200, number.address
        assert listed.context["cl"].result_count == number.count, number.address
    assert [number.count for number in found[:3]] == [2, 3, 2]


def test_who_sees_it_otherwise_stands_beside_it(reader, state):
    finding = answer_for(state)
    incident = finding.incidents.get().incident
    other = FindingFactory(state=GroupFactory(kind="state", name="Another state"))
    FindingIncidentFactory(finding=other, incident=incident)
    FindingFactory(state=state, confidence="rejected", reasoning="It is no organ.")
    AttributionFactory(incident=incident, stance="denies", asserted_by="The group itself")
    StatementFactory(group=state, paraphrase="We had no part in it.")
    NegativeResultFactory(incident=incident, statement="No order was found.")

    _before, _heading, beside = text_of(page_of(reader, state)).partition("seen otherwise")

    for said in (
        "Another state answers",
        "It is no organ.",
        "The group itself denies that it was",
        "We had no part in it.",
        "No order was found.",
    ):
        assert said in beside


def test_a_state_of_which_nothing_is_recorded_says_so(reader, state):
    told = text_of(page_of(reader, state))

    for said in (
        "No finding is published.",
        "No obligation is published.",
        "No finding names an incident.",
        "That nobody denies it proves nothing.",
        "No obligation is recorded as met, in part or whole.",
    ):
        assert said in told


def test_a_militia_that_no_finding_names_is_no_state(reader):
    assert page_of(reader, GroupFactory(kind="militia")).status_code == 404


def test_hidden_findings_are_in_no_number_and_on_no_page(client, state):
    reader = reader_of(client, "TLP:GREEN")
    before = text_of(page_of(reader, state))
    answer_for(state, marking="TLP:AMBER+STRICT")

    assert text_of(page_of(reader, state)) == before
    hidden = GroupFactory(kind="state", marking="TLP:AMBER+STRICT")
    assert page_of(reader, hidden).status_code == 404
    assert reader.get(reverse("admin:law")).context["states"] == []


def test_who_may_not_see_findings_is_refused(client, state):
    client.force_login(UserFactory(is_staff=True, rights=[READ]))

    assert page_of(client, state).status_code == 403
    assert client.get(reverse("admin:law")).status_code == 403


def test_the_list_of_states_has_the_numbers_of_their_pages(reader, state, count_queries):
    """Four queries are of the numbers; the others are the session and the walls."""
    twice = answer_for(state)
    FindingIncidentFactory(finding=twice)
    answer_for(state, review_status="draft")
    ObligationFactory(finding=twice, bound_state=state, status="met")
    other = GroupFactory(kind="state", name="Bystander")
    listed = reverse("admin:law")
    cost = count_queries(lambda: reader.get(listed))
    answer_for(other)

    assert count_queries(lambda: reader.get(listed)) == cost == 12
    for each, totals in reader.get(listed).context["states"]:
        assert totals == page_of(reader, each).context["totals"]
    assert [number.count for _label, number in totals] == [1, 1, 1, 0]


@pytest.mark.parametrize("may", [True, False])
def test_the_front_page_leads_there_whoever_may_see_findings(client, may):
    seen = [READ, "incidents.view_incident"]
    rights = [*seen, "legal.view_finding"] if may else seen
    client.force_login(UserFactory(is_staff=True, rights=rights))

    shown = client.get(reverse("admin:index")).content.decode()

    assert (f'href="{reverse("admin:law")}"' in shown) is may


def test_the_page_costs_the_same_with_one_row_as_with_many(reader, state, count_queries):
    """Of the page 13 at most; the others are the session, the rights and the walls."""
    answer_for(state)
    cost = count_queries(lambda: page_of(reader, state))
    for _each in range(3):
        answer_for(state)

    assert count_queries(lambda: page_of(reader, state)) == cost == 18


class StarterTests(StarterDataTestCase):
    def test_iraq_answers_by_the_founding_document(self):
        """One finding for three incidents, seven obligations, none recorded as met."""
        reader = reader_of(self.client, "TLP:CLEAR")
        iraq = Group.objects.get(origin_id="government-of-iraq")

        page = page_of(reader, iraq)

        counts = {str(label): number.count for label, number in page.context["totals"]}
        assert counts == {
            "findings": 1,
            "incidents answered for": 3,
            "obligations": 7,
            "obligations met": 0,
        }
        told = text_of(page)
        assert "No trial or conviction found for the Erbil attack of 15 February 2021." in told
        assert "Reparation: Damaged equipment" in told
        for number in numbers_of(page):
            assert reader.get(number.address).context["cl"].result_count == number.count
