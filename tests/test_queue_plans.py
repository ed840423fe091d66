"""What people plan for items of the queue: it stays, comes back, and is told when it is gone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from legal.models import Suspect
from reports.models import QueueNote
from tests.factories import (
    QueueNoteFactory,
    StepFactory,
    SuspectFactory,
)
from tests.queues import LIST, LONG_AGO, item, monitor, of, person, snooze, suspect, texts, today

__all__ = ["person", "suspect", "today"]

PUT_AWAY = reverse("admin:queue_put_away")


# Plans


def test_an_item_is_taken_and_given(client, person, suspect):
    other = monitor(username="other")
    client.post(of("take", suspect), {"planned": item(suspect, person).planned})
    assert item(suspect, person).person == "nour"
    assert not item(suspect, other).yours

    snooze(client, suspect, person=other.pk, next_action_on="2026-01-01")
    given = item(suspect, other)
    assert given.yours and given.due and given.person == "other"
    assert not item(suspect, person).yours


def test_whoever_may_not_read_the_record_is_not_given_it(client, person, suspect):
    other = monitor(clearance="TLP:CLEAR")
    Suspect.objects.filter(pk=suspect.pk).update(marking="TLP:GREEN")
    said = snooze(client, suspect, person=other.pk)

    assert "may not read this record" in said.content.decode()
    assert not QueueNote.objects.exists()


def test_a_snooze_wants_a_day_ahead_and_a_reason(client, person, suspect, today):
    tomorrow = today + timedelta(1)
    for given, field in [
        ({"snoozed_until": tomorrow}, "reason"),
        ({"reason": "No news before May."}, "snoozed_until"),
        ({"snoozed_until": today, "reason": "No news."}, "snoozed_until"),
        ({"snoozed_until": today + timedelta(400), "reason": "No news."}, "snoozed_until"),
    ]:
        assert field in snooze(client, suspect, **given).context["form"].errors
    assert not QueueNote.objects.exists()


@pytest.fixture
def snoozed(client, person, suspect, today):
    snooze(client, suspect, snoozed_until=today + timedelta(10), reason="The court is on holiday.")
    return suspect


def test_what_is_snoozed_is_counted_and_listed_with_its_reason(client, snoozed):
    page = client.get(LIST)

    assert "quiet" not in [line["item"].kind for line in page.context["lines"]]
    assert page.context["snoozed"] == 1
    assert "1 more is snoozed" in page.content.decode()
    assert (
        "The court is on holiday." in client.get(page.context["snoozed_address"]).content.decode()
    )


def test_what_is_snoozed_comes_back_on_its_day(person, snoozed, today):
    assert item(snoozed, person, day=today + timedelta(9)).snoozed
    assert not item(snoozed, person, day=today + timedelta(10)).snoozed


def test_what_is_snoozed_comes_back_when_its_record_changes(person, snoozed, today):
    assert item(snoozed, person, day=today).snoozed

    Suspect.objects.filter(pk=snoozed.pk).update(note="He was seen.")
    assert not item(snoozed, person, day=today).snoozed


def test_what_is_snoozed_comes_back_when_a_step_is_added(person, snoozed, today):
    StepFactory(suspect=snoozed, kind="transferred", on=LONG_AGO + timedelta(3))

    assert not item(snoozed, person, day=today).snoozed


def test_a_change_while_one_fills_in_the_form_is_not_put_off(client, person, suspect, today):
    page = client.get(of("item", suspect))
    seen = page.context["form"]["seen"].value()
    Suspect.objects.filter(pk=suspect.pk).update(note="He was seen.")
    until = today + timedelta(10)
    client.post(of("item", suspect), {"seen": seen, "snoozed_until": until, "reason": "No news."})

    assert not item(suspect, person, day=today).snoozed


def test_an_item_goes_only_when_its_rule_no_longer_holds(client, person, snoozed, today):
    StepFactory(suspect=snoozed, kind="died", on=today)

    assert item(snoozed, person, day=today) is None
    assert client.get(of("item", snoozed)).status_code == 404


# What waits no longer


def test_what_somebody_planned_is_told_when_it_waits_no_longer(client, person, suspect, today):
    client.post(of("take", suspect), {"planned": item(suspect, person).planned})
    snooze(client, suspect, next_action_on="2026-01-01")
    assert client.get(LIST).context["gone"] == []
    StepFactory(suspect=suspect, kind="died", on=today)

    page = client.get(LIST)
    assert page.context["gone_number"] == 1
    assert f"{suspect.code}</bdi>" in page.content.decode().partition('id="gone"')[2]
    assert "Next action: <time" in page.content.decode()

    answer = client.post(PUT_AWAY, {"plan": page.context["gone"][0]["plan"].pk}, follow=True)
    assert "1 plan is put away." in answer.content.decode()
    assert answer.context["gone"] == []


def test_only_who_planned_it_is_told(client, person, suspect, today):
    client.post(of("take", suspect), {"planned": item(suspect, person).planned})
    StepFactory(suspect=suspect, kind="died", on=today)
    plan = QueueNote.objects.get()
    client.force_login(monitor())

    assert client.get(LIST).context["gone"] == []
    client.post(PUT_AWAY, {"plan": plan.pk})
    plan.refresh_from_db()
    assert plan.person == person


def test_what_still_waits_is_not_put_away(client, person, suspect):
    client.post(of("take", suspect), {"planned": item(suspect, person).planned})
    client.post(PUT_AWAY, {"plan": QueueNote.objects.get().pk})

    assert item(suspect, person).person == "nour"
    assert client.post(PUT_AWAY, {"plan": "x"}).status_code == 404


def test_telling_costs_two_queries_however_much_is_gone(client, person):
    """The plans, and what their records are called."""
    costs = []
    for number in (0, 1, 30):
        for _each in range(number):
            QueueNoteFactory(suspect=SuspectFactory(), person=person, updated_by=person)
        with CaptureQueriesContext(connection) as asked_for:
            page = client.get(LIST)
        costs.append(len(asked_for))
    assert page.context["gone_number"] == 31 and len(page.context["gone"]) == 25

    assert costs == [costs[0], costs[0] + 2, costs[0] + 2] and costs[0] <= 12


def test_plans_lead_back_to_the_list_as_it_was(client, person, suspect):
    asked_with = "?kind=quiet&days=30"
    assert f"{of('item', suspect)}{asked_with.replace('&', '&amp;')}" in texts(
        client, kind="quiet", days=30
    )

    for page, sent in (("take", {}), ("item", {"seen": "2026-01-01T00:00:00.000000+0000"})):
        sent["planned"] = item(suspect, person).planned
        answer = client.post(of(page, suspect) + asked_with, sent)
        assert answer["Location"] == LIST + asked_with


def test_nothing_is_planned_for_an_item_of_another_day(client, person, suspect):
    assert of("item", suspect) in texts(client)
    assert of("item", suspect) not in texts(client, as_of="2024-06-30")


# Two who plan at once


@pytest.fixture
def two_planners(client, person, suspect, today):
    """The form as one monitor opened it, and what another planned since."""
    page = client.get(of("item", suspect))
    opened = {
        name: page.context["form"][name].value() or "" for name in page.context["form"].fields
    }
    other = monitor(username="other")
    client.force_login(other)
    snooze(client, suspect, person=other.pk, next_action_on=today + timedelta(3))
    client.force_login(person)
    return opened


def test_nobody_overwrites_the_plan_of_another_unseen(client, suspect, two_planners, today):
    day = today + timedelta(9)
    said = client.post(of("item", suspect), {**two_planners, "next_action_on": day})

    kept = QueueNote.objects.get()
    assert (kept.person.username, kept.next_action_on) == ("other", today + timedelta(3))
    assert f"given to other; next action on {today + timedelta(3)}" in said.text
    assert f'value="{day}"' in said.text  # nothing typed is lost

    sent = said.context["form"]
    again = {name: sent[name].value() or "" for name in sent.fields}
    client.post(of("item", suspect), again)
    assert QueueNote.objects.get().next_action_on == day


def test_nobody_takes_unseen_what_was_given_to_another(client, person, suspect, two_planners):
    client.post(of("take", suspect), {"planned": two_planners["planned"]})
    assert QueueNote.objects.get().person.username == "other"

    client.post(of("take", suspect), {"planned": item(suspect, person).planned})
    assert QueueNote.objects.get().person == person
