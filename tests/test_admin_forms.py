"""The forms of the admin: stamps, dates with a precision, refusals in words, parts."""

from datetime import date

import pytest

from incidents.models import Claim, Incident
from legal.models import Arrest, Step
from records.models import Marking, Source
from tests.admin_pages import address, form_data, refusals
from tests.factories import (
    ArrestFactory,
    ClaimFactory,
    DetentionFactory,
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    SuspectFactory,
    UserFactory,
    cite,
)


@pytest.fixture
def staff():
    return UserFactory(is_staff=True, is_superuser=True, clearance="TLP:RED")


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def blank(browser, staff):
    """Posts the add form of a model with some fields filled in."""

    def post(model, **given):
        page = address(model, "add")
        return browser.post(page, form_data(browser.get(page)) | given)

    return post


@pytest.fixture
def attack():
    return {"title": "Rockets", "kind": "rocket_attack", "place": PlaceFactory().pk}


def part(prefix, **fields):
    """One new row of a form part."""
    return {f"{prefix}-TOTAL_FORMS": 1} | {
        f"{prefix}-0-{name}": value for name, value in fields.items()
    }


def test_an_added_record_belongs_to_the_adder_and_names_him(blank, staff, attack):
    assert blank(Incident, occurred_from="2021-02-15", **attack).status_code == 302

    added = Incident.objects.get()
    assert (added.owner, added.created_by, added.updated_by) == (staff.organisation, staff, staff)
    assert added.marking == Marking.AMBER_STRICT
    assert added.review_status == "draft"


def test_a_part_takes_owner_and_marking_of_what_it_belongs_to(blank, staff, attack):
    other = OrganisationFactory(slug="other")
    claim = part("claims", group=GroupFactory().pk, confidence="likely", certainty="high")

    shared = {"marking": "TLP:AMBER", "shared_with": [other.pk]}
    answer = blank(
        Incident,
        occurred_from="2021-02-15",
        **attack,
        **shared,
        **claim,
        **{"claims-0-marking": ""},
    )

    assert answer.status_code == 302, refusals(answer)
    added = Claim.objects.get()
    assert (added.owner, added.marking, added.shared_with) == (
        staff.organisation,
        "TLP:AMBER",
        [other.pk],
    )
    assert (added.created_by, added.updated_by) == (staff, staff)


def test_who_changed_a_record_is_kept_and_who_only_looked_is_not(browser, staff):
    incident = IncidentFactory()
    page = address(Incident, "change", incident.pk)
    data = form_data(browser.get(page))

    browser.post(page, data)
    incident.refresh_from_db()
    assert incident.updated_by is None

    browser.post(page, data | {"title": "Another title"})
    incident.refresh_from_db()
    assert incident.updated_by == staff


def test_any_day_and_the_word_month_make_the_whole_month(blank, attack):
    answer = blank(Incident, occurred_from="2024-02-17", occurred_precision="month", **attack)

    assert answer.status_code == 302, refusals(answer)
    added = Incident.objects.get()
    assert (added.occurred_from, added.occurred_to) == (date(2024, 2, 1), date(2024, 2, 29))


def test_a_last_day_left_from_before_an_edit_is_replaced(browser):
    incident = IncidentFactory(on=date(2021, 2, 15))
    page = address(Incident, "change", incident.pk)

    browser.post(page, form_data(browser.get(page)) | {"occurred_from": "2021-02-16"})

    incident.refresh_from_db()
    assert incident.occurred_to == date(2021, 2, 16)


@pytest.mark.parametrize(
    ("span", "field", "words"),
    [
        (("2021-02-15", "", "span"), "occurred_to", "needs the last possible day too"),
        (("2021-02-15", "", "about"), "occurred_to", "needs the last possible day too"),
        (("2021-02-15", "2021-02-15", "span"), "occurred_to", "later than the first"),
        (("2021-02-15", "2021-02-01", "about"), "occurred_to", "before the first"),
        (("2021-02-15", "2021-02-17", "day"), "occurred_to", "the last day is 2021-02-15"),
        (("2021-02-15", "2021-03-17", "month"), "occurred_to", "the last day is 2021-02-28"),
        (("", "", "day"), "occurred_from", "required"),
        (("", "2021-02-15", "about"), "occurred_from", "required"),
    ],
)
def test_a_date_that_does_not_fit_is_refused_with_the_remedy(blank, attack, span, field, words):
    first, last, precision = span
    dated = {"occurred_from": first, "occurred_to": last, "occurred_precision": precision}

    refused = refusals(blank(Incident, **attack, **dated))

    assert list(refused) == [field]
    assert words in refused[field][0]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"published_from": "2021-02-15"}, "published_precision", "how exactly"),
        ({"published_precision": "day"}, "published_from", "empty the last day"),
    ],
)
def test_a_date_that_may_be_missing_is_whole_or_missing(blank, given, field, words):
    refused = refusals(blank(Source, publisher="Shafaq News", **given))

    assert list(refused) == [field]
    assert words in refused[field][0]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"weapons_low": 3, "weapons_high": 2}, "weapons_high", "above the high one"),
        ({"marking": "TLP:RED"}, "readers", "persons who may read it"),
    ],
)
def test_a_constraint_is_told_at_the_field_it_speaks_of(blank, attack, given, field, words):
    refused = refusals(blank(Incident, occurred_from="2021-02-15", **attack, **given))

    assert list(refused) == [field]
    assert words in refused[field][0]


def test_a_part_with_a_marking_of_its_own_is_shared_with_nobody(blank, staff, attack):
    shared = {"marking": "TLP:AMBER", "shared_with": [OrganisationFactory().pk]}
    claim = part("claims", group=GroupFactory().pk, confidence="likely", certainty="high")
    own = {"claims-0-marking": "TLP:RED", "claims-0-readers": [staff.pk]}

    answer = blank(Incident, occurred_from="2021-02-15", **attack, **shared, **claim, **own)

    assert answer.status_code == 302, refusals(answer)
    assert (Claim.objects.get().marking, Claim.objects.get().shared_with) == ("TLP:RED", [])


def test_a_source_cited_twice_is_refused_in_words(browser):
    incident = IncidentFactory()
    source = SourceFactory()
    page = address(Incident, "change", incident.pk)
    twice = {"citations-TOTAL_FORMS": 2}
    for row in (0, 1):
        twice |= {f"citations-{row}-source": source.pk, f"citations-{row}-support": "states"}

    answer = browser.post(page, form_data(browser.get(page)) | twice)

    assert "This source is already cited here." in answer.content.decode()


def test_a_citation_is_taken_off(browser):
    citation = cite(IncidentFactory())
    page = address(Incident, "change", citation.record.pk)

    answer = browser.post(page, form_data(browser.get(page)) | {"citations-0-DELETE": "on"})

    assert answer.status_code == 302
    assert not citation.record.citations.exists()


def test_a_part_that_exists_is_neither_changed_nor_deleted_by_the_form_it_is_in(browser):
    claim = ClaimFactory(channel="Telegram")
    page = address(Incident, "change", claim.incident.pk)
    sent = {"title": "Another title", "claims-0-channel": "Other", "claims-0-DELETE": "on"}

    answer = browser.post(page, form_data(browser.get(page)) | sent)

    assert answer.status_code == 302, refusals(answer)
    claim.refresh_from_db()
    assert (claim.channel, claim.incident.title) == ("Telegram", "Another title")


def test_a_form_with_a_hundred_parts_is_saved(browser):
    """Django takes a thousand fields; a step has more than twenty."""
    arrest = ArrestFactory()
    DetentionFactory.create_batch(100, arrest=arrest)
    page = address(Arrest, "change", arrest.pk)

    answer = browser.post(page, form_data(browser.get(page)) | {"description": "Raid"})

    assert answer.status_code == 302, refusals(answer)
    arrest.refresh_from_db()
    assert arrest.description == "Raid"


# Arrests and suspects


@pytest.fixture
def held():
    """What the arrest form sends for one more detained suspect."""

    def fields(row, suspect):
        start = f"steps-{row}"
        return {
            f"{start}-suspect": suspect.pk,
            f"{start}-occurred_precision": "day",
            f"{start}-confidence": "likely",
            f"{start}-certainty": "high",
            f"{start}-review_status": "draft",
            f"{start}-marking": "",
        }

    return fields


def test_a_suspect_is_detained_on_the_day_of_the_arrest(browser, held):
    arrest = ArrestFactory(about=(date(2020, 6, 25), date(2020, 6, 26)), marking="TLP:GREEN")
    suspect = SuspectFactory()
    page = address(Arrest, "change", arrest.pk)
    one = {"steps-TOTAL_FORMS": 1} | held(0, suspect)

    answer = browser.post(page, form_data(browser.get(page)) | one)

    assert answer.status_code == 302, refusals(answer)
    step = Step.objects.get()
    assert (step.kind, step.suspect, step.arrest) == ("detained", suspect, arrest)
    assert (step.occurred_from, step.occurred_to) == (date(2020, 6, 25), date(2020, 6, 26))
    assert (step.occurred_precision, step.marking) == ("about", "TLP:GREEN")


def test_an_arrest_and_its_first_suspect_are_entered_together(blank, held):
    one = {"steps-TOTAL_FORMS": 1} | held(0, SuspectFactory())

    answer = blank(
        Arrest,
        description="Raid",
        occurred_from="2020-06-26",
        authority=GroupFactory().pk,
        **one,
    )

    assert answer.status_code == 302, refusals(answer)
    assert Step.objects.get().occurred_to == date(2020, 6, 26)


def test_a_suspect_detained_twice_in_one_arrest_is_refused_in_words(browser, held):
    step = DetentionFactory()
    page = address(Arrest, "change", step.arrest.pk)
    again = {"steps-TOTAL_FORMS": 2} | held(1, step.suspect)

    answer = browser.post(page, form_data(browser.get(page)) | again)

    assert answer.status_code == 200
    assert "This suspect is already among those detained." in answer.content.decode()
