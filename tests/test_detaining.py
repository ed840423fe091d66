"""The people of one arrest, entered at once: "fourteen detained, thirteen bailed"."""

from datetime import date

import pytest
from django.db import IntegrityError

from legal import detaining
from legal.models import Arrest, Step, StepCitation, Suspect
from records.rights import READ
from records.roles import MONITOR
from tests.admin_pages import address
from tests.factories import ArrestFactory, DetentionFactory, SourceFactory, UserFactory
from tests.review_pages import sign_in

__all__ = ["sign_in"]

ADDRESS = "https://site.org/dora"


@pytest.fixture
def dora():
    SourceFactory(address=ADDRESS)
    return ArrestFactory(
        on=date(2020, 6, 26), detained_low=13, detained_high=14, description="Dora raid"
    )


def page_of(arrest):
    return address(Arrest, "people", arrest.reference)


def typed(*outcomes, **given):
    """What a browser would send: each outcome is of so many people, of a kind, on a day."""
    data = {
        "people": 14,
        "occurred_from": "2020-06-26",
        "occurred_to": "2020-06-26",
        "occurred_precision": "day",
        "confidence": "likely",
        "asserted_by": "An official",
        "address": ADDRESS,
        "outcomes-TOTAL_FORMS": 3,
        "outcomes-INITIAL_FORMS": 0,
        "seen": "",
    }
    for number in range(3):
        people, kind, day = outcomes[number] if number < len(outcomes) else ("", "", "")
        data |= {
            f"outcomes-{number}-people": people,
            f"outcomes-{number}-kind": kind,
            f"outcomes-{number}-occurred_from": day,
            f"outcomes-{number}-occurred_precision": "day",
        }
    return data | given


THIRTEEN_BAILED = (13, "bailed", "2020-06-29")


def made(browser, arrest, data):
    """Shown first, then made."""
    shown = browser.post(page_of(arrest), data | {"_show": ""})
    assert Suspect.objects.count() == 0 or shown.context["form"].already
    return browser.post(page_of(arrest), data | {"seen": shown.context["mark"], "_record": ""})


def errors_of(browser, arrest, data):
    answer = browser.post(page_of(arrest), data | {"_record": ""})
    assert answer.status_code == 200
    assert Step.objects.filter(kind="bailed").count() == 0
    found = set(answer.context["form"].errors)
    for form in answer.context["outcomes"]:
        found |= {form.add_prefix(name) for name in form.errors}
    return found


def test_fourteen_detained_and_thirteen_bailed(sign_in, dora):
    browser, person = sign_in(MONITOR)

    answer = made(
        browser,
        dora,
        typed(THIRTEEN_BAILED, **{"outcomes-0-reported_reason": "Pressure"}),
    )

    assert answer.url.endswith(f"?arrest__id__exact={dora.pk}")
    suspects, steps = Suspect.objects.all(), Step.objects.all()
    assert len({suspect.code for suspect in suspects}) == 14
    assert steps.filter(kind="detained", arrest=dora).count() == 14
    bailed = steps.filter(kind="bailed", arrest=dora, occurred_to=date(2020, 6, 29))
    assert bailed.values("suspect").distinct().count() == 13
    assert {step.reported_reason for step in bailed} == {"Pressure"}
    assert {step.asserted_by for step in steps} == {"An official"}
    assert StepCitation.objects.filter(source__address=ADDRESS).count() == 27
    for row in (*suspects, *steps):
        assert (row.review_status, row.created_by_id) == ("draft", person.pk)
        assert (row.owner_id, row.marking) == (person.organisation_id, dora.marking)


def test_what_will_be_made_is_shown_before(sign_in, dora):
    browser, _person = sign_in(MONITOR)

    shown = browser.post(page_of(dora), typed(THIRTEEN_BAILED, _show=""))

    assert "14 suspects" in shown.content.decode() and "13 steps: Bailed" in shown.content.decode()
    assert (shown.context["plan"].steps, shown.context["plan"].remaining) == (27, 1)
    assert Suspect.objects.count() == 0


def test_what_was_not_shown_is_not_made(sign_in, dora):
    browser, _person = sign_in(MONITOR)
    shown = browser.post(page_of(dora), typed(THIRTEEN_BAILED, _show=""))

    other = typed((12, "bailed", "2020-06-29"), seen=shown.context["mark"], _record="")

    assert browser.post(page_of(dora), other).context["moved"]
    assert Suspect.objects.count() == 0


def test_numbers_that_cannot_be_name_their_field(sign_in, dora):
    browser, _person = sign_in(MONITOR)

    assert errors_of(browser, dora, typed(people=15)) == {"people"}
    assert errors_of(browser, dora, typed(people=0)) == {"people"}
    assert errors_of(browser, dora, typed(people="x")) == {"people"}
    assert errors_of(browser, dora, typed(people=201)) == {"people"}
    for_each = {
        (15, "bailed", "2020-06-29"): "people",
        (1, "bailed", "2020-06-25"): "occurred_from",
    }
    for outcome, field in for_each.items():
        assert errors_of(browser, dora, typed(outcome)) == {f"outcomes-0-{field}"}
    two = [THIRTEEN_BAILED, (2, "released", "2020-06-29")]
    assert errors_of(browser, dora, typed(*two)) == {"outcomes-1-people"}
    assert errors_of(browser, dora, typed((13, "", "2020-06-29"))) == {"outcomes-0-kind"}
    assert errors_of(browser, dora, typed((13, "detained", "2020-06-29"))) == {"outcomes-0-kind"}
    assert errors_of(browser, dora, typed(("", "bailed", "2020-06-29"))) == {"outcomes-0-people"}
    assert errors_of(browser, dora, typed(THIRTEEN_BAILED, address="")) == {"address"}
    span = {"outcomes-0-occurred_precision": "span"}
    assert errors_of(browser, dora, typed(THIRTEEN_BAILED, **span)) == {"outcomes-0-occurred_to"}


def test_fewer_than_the_arrest_says_are_made_with_a_warning(sign_in, dora):
    browser, _person = sign_in(MONITOR)

    shown = browser.post(page_of(dora), typed(people=10, _show=""))

    assert "3 of them will still have no code" in shown.content.decode()


def test_those_recorded_already_count_towards_the_number(sign_in, dora):
    browser, _person = sign_in(MONITOR)
    DetentionFactory(arrest=dora)

    assert errors_of(browser, dora, typed(people=14)) == {"people"}
    assert browser.post(page_of(dora), typed(people=13, _show="")).context["plan"]


def test_two_who_enter_the_same_people_make_them_once(sign_in, dora):
    """Both saw the same plan. Where no number stands against it, the second looks again."""
    dora.detained_low = dora.detained_high = None
    dora.save()
    browser, _person = sign_in(MONITOR)
    data = typed(THIRTEEN_BAILED)
    data["seen"] = browser.post(page_of(dora), data | {"_show": ""}).context["mark"]

    first, second = (browser.post(page_of(dora), data | {"_record": ""}) for _each in range(2))

    assert (first.status_code, second.status_code) == (302, 200)
    assert second.context["moved"] and second.context["form"].already == 14
    assert Suspect.objects.count() == 14


def test_all_of_it_is_made_or_nothing(sign_in, dora, monkeypatch):
    browser, person = sign_in(MONITOR)
    data = typed(THIRTEEN_BAILED)
    shown = browser.post(page_of(dora), data | {"_show": ""})
    plan = shown.context["plan"]
    plan.outcomes[0].said["kind"] = "vanished"

    with pytest.raises(IntegrityError):
        detaining.detain(plan, person)

    assert Suspect.objects.count() == Step.objects.count() == 0


def test_a_hidden_suspect_is_not_counted(sign_in, dora):
    browser, _person = sign_in(MONITOR, clearance="TLP:GREEN")
    DetentionFactory(arrest=dora, marking="TLP:AMBER+STRICT")

    assert browser.get(page_of(dora)).context["form"].already == 0


def test_absent_hidden_and_withdrawn_arrests_answer_alike(sign_in):
    browser, _person = sign_in(MONITOR, clearance="TLP:GREEN")
    hidden = ArrestFactory(marking="TLP:AMBER+STRICT")
    gone = ArrestFactory(review_status="withdrawn", withdrawn_reason="Twice")

    for reference in (hidden.reference, gone.reference, "0000-0000-0009"):
        assert browser.get(address(Arrest, "people", reference)).status_code == 404


def test_who_may_not_add_suspects_is_refused(client, dora):
    client.force_login(
        UserFactory(is_staff=True, rights=[READ, "legal.view_arrest", "legal.add_step"])
    )

    assert client.get(page_of(dora)).status_code == 403


def test_two_hundred_people_cost_as_many_queries_as_one(sign_in, dora, count_queries):
    """Making: savepoint, suspects, steps, citations, and the end of the savepoint."""
    dora.detained_low = dora.detained_high = None
    dora.save()
    browser, person = sign_in(MONITOR)

    def cost(people):
        outcome = (people, "bailed", "2020-06-29")
        shown = browser.post(page_of(dora), typed(outcome, people=people, _show=""))
        return count_queries(lambda: detaining.detain(shown.context["plan"], person))

    assert cost(1) == cost(200) == 5
