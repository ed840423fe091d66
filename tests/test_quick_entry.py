"""Quick entry: one page becomes a draft with its parts, all of it or nothing."""

from datetime import date

import pytest
from django.contrib.auth.models import Group as Role
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from incidents.models import Attribution, CasualtyFigure, Claim, Incident, Place
from records.models import Marking, Source
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from tests.admin_pages import form_data
from tests.factories import (
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    PlaceNameFactory,
    SourceFactory,
    UserFactory,
)
from tests.imports import importer

PAGE = reverse("admin:incidents_incident_quick")
ALIKE = reverse("admin:incidents_incident_alike")
NEAR = reverse("admin:incidents_incident_near")
RED = {"marking": "TLP:RED", "readers": [-1]}
POINT = {"latitude": 36.24, "longitude": 43.96, "point_radius_m": 100}
RECORDS = (Incident, Claim, Attribution, CasualtyFigure, Source, Place)


@pytest.fixture(autouse=True)
def erbil():
    return PlaceFactory(name="Erbil airport", **POINT)


def typed(**more):
    return {
        "occurred_from": "2021-02-15",
        "occurred_precision": "day",
        "place": "Erbil airport",
        "kind": "rocket_attack",
        "weapon": "unknown",
        "target_kind": "unknown",
        "attribution-confidence": "possible",
        "new-point_radius_m": "1000",
        "marking": "TLP:AMBER+STRICT",
        **more,
    }


EVERYTHING = {
    "time_from": "21:15",
    "target_name": "The airport",
    "killed-low": "1",
    "killed-high": "2",
    "wounded-low": "0",
    "claim-group": "Saraya Awliya al-Dam",
    "claim-channel": "Telegram",
    "claim-address": "https://t.me/sad/1",
    "attribution-group": "KSS",
    "attribution-asserted_by": "The Kurdish police",
    "attribution-confidence": "likely",
    "source-address": "www.shafaq.com/rockets",
    "title": "Rockets at the airport of Erbil",
    "title_ar": "صواريخ على مطار أربيل",
    "summary": "Rockets fell.",
}


@pytest.fixture
def groups():
    return GroupFactory(name="Saraya Awliya al-Dam"), GroupFactory(name="KSS")


def refusals(response):
    entry = response.context["entry"]
    return {
        form.add_prefix(name): list(said)
        for form in entry.forms
        for name, said in form.errors.items()
    }


def numbers():
    return {model.__name__: model.objects.count() for model in RECORDS}


# What becomes of it


def test_six_answers_become_a_draft_of_ones_own(desk, person, erbil):
    response = desk.post(PAGE, typed())

    incident = Incident.objects.get()
    assert response.url == reverse("admin:incidents_incident_change", args=[incident.pk])
    assert (incident.title, incident.place, incident.kind) == (
        "Rocket attack, Erbil airport, 2021-02-15",
        erbil,
        "rocket_attack",
    )
    assert (incident.occurred_from, incident.occurred_to) == (date(2021, 2, 15),) * 2
    assert (incident.review_status, incident.marking) == ("draft", Marking.AMBER_STRICT)
    assert (incident.owner, incident.created_by, incident.updated_by) == (
        person.organisation,
        person,
        person,
    )
    assert desk.get(response.url).status_code == 200


def test_everything_that_is_said_becomes_a_record_with_its_source(desk, person, groups):
    desk.post(PAGE, typed(**EVERYTHING))

    incident, source = Incident.objects.get(), Source.objects.get()
    claim, attribution = Claim.objects.get(), Attribution.objects.get()
    figures = {each.status: (each.low, each.high) for each in CasualtyFigure.objects.all()}
    assert (claim.group, claim.channel, claim.incident) == (groups[0], "Telegram", incident)
    assert (attribution.group, attribution.asserted_by, attribution.confidence) == (
        groups[1],
        "The Kurdish police",
        "likely",
    )
    assert figures == {"killed": (1, 2), "wounded": (0, None)}
    assert (source.publisher, source.address) == ("shafaq.com", "https://www.shafaq.com/rockets")
    for record in (incident, claim, attribution, *CasualtyFigure.objects.all()):
        assert [cited.source for cited in record.citations.all()] == [source]
        assert (record.created_by, record.owner) == (person, person.organisation)
        assert record.marking == Marking.AMBER_STRICT
    assert incident.time_from.hour == 21
    assert incident.title_ar.startswith("صواريخ")


def test_what_is_left_empty_is_not_known_and_never_0(desk):
    desk.post(PAGE, typed())

    assert numbers() == {**dict.fromkeys(numbers(), 0), "Incident": 1, "Place": 1}


def test_a_month_is_given_by_any_of_its_days(desk):
    desk.post(PAGE, typed(occurred_precision="month"))

    incident = Incident.objects.get()
    assert (incident.occurred_from, incident.occurred_to) == (date(2021, 2, 1), date(2021, 2, 28))
    assert incident.title.endswith("2021-02")


def test_the_marking_is_that_of_all_its_records(desk, groups):
    desk.post(PAGE, typed(**EVERYTHING, marking="TLP:GREEN"))

    assert {row.marking for model in RECORDS[:5] for row in model.objects.all()} == {"TLP:GREEN"}


# Where: a known place in any spelling, or a new one with its point


@pytest.mark.parametrize("spelling", ["erbil AIRPORT", "Irbil airport", "مطار أربيل"])
def test_a_place_is_found_in_any_spelling(desk, erbil, spelling):
    PlaceNameFactory(bearer=erbil, text="مطار أربيل", language="ar")

    desk.post(PAGE, typed(place=spelling))

    assert Incident.objects.get().place == erbil


def test_of_several_places_the_one_that_is_chosen(desk, erbil):
    other = PlaceFactory(name="Erbil airport road")

    refused = desk.post(PAGE, typed(place="Erbil air"))
    assert "choose which is meant" in refusals(refused)["place"][0]
    assert '<select name="place_key"' in refused.content.decode()
    desk.post(PAGE, typed(place="Erbil air", place_key=str(other.pk)))

    assert Incident.objects.get().place == other


def test_a_key_that_its_text_does_not_mean_is_not_taken(desk, erbil):
    other = PlaceFactory(name="Basra")

    desk.post(PAGE, typed(place="Erbil airport", place_key=str(other.pk)))

    assert Incident.objects.get().place == erbil


def test_a_hidden_place_and_none_are_one_answer(desk):
    hidden = PlaceFactory(name="Qandil", **RED)

    texts = [
        refusals(desk.post(PAGE, typed(place=name, place_key=str(hidden.pk))))["place"]
        for name in ("Qandil", "Nowhere")
    ]

    assert texts[0][0].replace("Qandil", "Nowhere") == texts[1][0]


def test_a_new_place_has_its_point_and_the_governorate_it_lies_in(desk, person):
    governorate = PlaceFactory(name="Erbil", kind="governorate", iso_code="IQ-AR")
    new = {"new-name": "A farm", "new-latitude": "36.30", "new-longitude": "44.00"}

    desk.post(PAGE, typed(place="", **new))

    place = Incident.objects.get().place
    assert (place.name, place.governorate, place.point_radius_m) == ("A farm", governorate, 1000)
    assert (place.review_status, place.created_by) == ("draft", person)
    assert Incident.objects.get().title == "Rocket attack, A farm, 2021-02-15"


def test_a_touched_point_is_told_in_words_with_the_places_near(desk, erbil):
    PlaceFactory(name="Hidden", **POINT, **RED)

    said = desk.post(NEAR, {"lat": "36.25", "lon": "43.97"}).json()

    assert said["point"] == "36.25° N, 43.97° E, in Erbil"
    assert said["places"] == [{"key": erbil.pk, "label": "Erbil airport", "away": "1 km away"}]


@pytest.mark.parametrize(
    "point", [{}, {"lat": "x", "lon": "1"}, {"lat": "91", "lon": "1"}, {"lat": "nan", "lon": "1"}]
)
def test_what_is_no_point_is_refused(desk, point):
    assert desk.post(NEAR, point).status_code == 400


# What is wrong stands at its field, and nothing is saved


WRONG = {
    "no day": ({"occurred_from": ""}, "occurred_from", "required"),
    "no date": ({"occurred_from": "yesterday"}, "occurred_from", "YYYY-MM-DD"),
    "no last day": ({"occurred_precision": "about"}, "occurred_to", "needs the last possible day"),
    "no time": ({"time_from": "dawn"}, "time_from", "HH:MM"),
    "until without from": ({"time_to": "21:00"}, "time_to", "A closing time needs an opening"),
    "no place": ({"place": ""}, "place", "Say where"),
    "two places": (
        {"new-name": "A farm", "new-latitude": "36", "new-longitude": "44"},
        "place",
        "empty one of the two",
    ),
    "an unknown place": ({"place": "Atlantis"}, "place", "Nothing here is called “Atlantis”"),
    "a new place with half a point": (
        {"place": "", "new-name": "A farm", "new-longitude": "44"},
        "new-latitude",
        "required",
    ),
    "a point off the earth": (
        {"place": "", "new-name": "A", "new-latitude": "99", "new-longitude": "44"},
        "new-longitude",
        "between -90 and 90",
    ),
    "no kind": ({"kind": ""}, "kind", "required"),
    "an unknown kind": ({"kind": "nuisance"}, "kind", "valid choice"),
    "fewer at most than at least": (
        {"killed-low": "3", "killed-high": "2"},
        "killed-high",
        "low figure is above the high",
    ),
    "no number": ({"wounded-low": "some"}, "wounded-low", "whole number"),
    "fewer than none": ({"wounded-low": "-1"}, "wounded-low", "greater than or equal to 0"),
    "an unknown group": ({"claim-group": "Nobody"}, "claim-group", "Nothing here is called"),
    "a channel of nobody": (
        {"claim-channel": "Telegram"},
        "claim-group",
        "Say which group claims it",
    ),
    "an attribution by nobody": (
        {"attribution-group": "KSS"},
        "attribution-asserted_by",
        "Say who attributes it",
    ),
    "no address": ({"source-address": "a friend"}, "source-address", "valid URL"),
    "a publisher without an address": (
        {"source-publisher": "AFP"},
        "source-address",
        "Give the address",
    ),
    "a marking above ones own": ({"marking": "TLP:RED"}, "marking", "You are cleared for"),
    "no marking": ({"marking": ""}, "marking", "required"),
    "shared, and not amber": ({"shared_with": ["1"]}, "shared_with", None),
    "too long": ({"target_name": "x" * 201}, "target_name", "at most 200"),
}


@pytest.mark.parametrize(("wrong", "field", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_at_its_field(desk, groups, wrong, field, words):
    before = numbers()

    response = desk.post(PAGE, typed(**wrong))

    assert response.status_code == 200
    said = refusals(response)
    assert list(said) == [field]
    assert words is None or words in said[field][0]
    assert numbers() == before
    page = response.content.decode()
    assert page.count("autofocus") == 1
    for name, value in wrong.items():
        if isinstance(value, str) and value and name != "marking":
            assert value in page  # nothing typed is lost


def test_all_of_it_is_saved_or_nothing(desk, groups, monkeypatch):
    """The last part to be written fails: the first ones are gone as well."""
    before = numbers()

    def refuse(self, *args, **options):
        raise IntegrityError("refused")

    monkeypatch.setattr(Attribution, "save", refuse)
    response = desk.post(PAGE, typed(**EVERYTHING))

    assert response.status_code == 200
    assert "Another record stands against this" in response.content.decode()
    assert numbers() == before


# Who may


@pytest.mark.parametrize(
    ("role", "may"), [(DATA_ENTRY, True), (MONITOR, True), (AUDITOR, False), (ADMINISTRATOR, False)]
)
def test_who_enters_incidents_may_and_nobody_else(client, role, may):
    person = UserFactory(rights=[], is_staff=True)
    person.groups.add(Role.objects.get(name=role))
    client.force_login(person)

    assert client.get(PAGE).status_code == (200 if may else 403)
    assert client.post(PAGE, typed()).status_code == (302 if may else 403)
    for address in (ALIKE, NEAR):
        answer = client.post(address, {"lat": "36", "lon": "44"})
        assert answer.status_code == (200 if may else 403)
    assert (PAGE in client.get("/admin/").content.decode()) == may
    assert Incident.objects.count() == may


def test_whoever_belongs_to_no_organisation_enters_nothing(client):
    client.force_login(importer(organisation=None))

    assert client.post(PAGE, typed()).status_code == 403


def test_whoever_may_not_enter_all_that_the_page_makes_is_not_let_in(client):
    rights = ["records.read_records", "incidents.view_incident", "incidents.add_incident"]
    client.force_login(UserFactory(rights=rights, is_staff=True))

    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/admin/").content.decode()


def test_the_english_title_is_english_in_arabic_too(desk):
    desk.post(PAGE, typed(), headers={"accept-language": "ar"})

    assert Incident.objects.get().title == "Rocket attack, Erbil airport, 2021-02-15"


def test_nobody_is_asked_in_but_who_is_signed_in():
    for address in (PAGE, ALIKE, NEAR):
        assert Client().post(address, typed()).status_code == 302


# Sources


def test_an_address_that_is_known_is_cited_anew_and_not_entered_twice(desk, person):
    known = SourceFactory(address="https://shafaq.com/rockets", publisher="Shafaq News")

    said = desk.post(ALIKE, typed(**{"source-address": "http://www.shafaq.com/rockets/"})).json()
    desk.post(PAGE, typed(**{"source-address": "http://www.shafaq.com/rockets/"}))

    assert "Shafaq News" in said["source"]
    assert [cited.source for cited in Incident.objects.get().citations.all()] == [known]
    assert Source.objects.count() == 1


def test_a_hidden_source_is_not_recognised(desk):
    SourceFactory(address="https://shafaq.com/rockets", publisher="Secret", **RED)

    said = desk.post(ALIKE, typed(**{"source-address": "https://shafaq.com/rockets"})).json()
    desk.post(PAGE, typed(**{"source-address": "https://shafaq.com/rockets"}))

    assert said["source"] == ""
    assert Source.objects.count() == 2


# Twice never


@pytest.fixture
def already(erbil):
    return IncidentFactory(
        title="Rockets at Erbil", kind="rocket_attack", place=erbil, on=date(2021, 2, 15)
    )


def test_while_typing_what_is_alike_is_shown(desk, already):
    said = desk.post(ALIKE, typed()).json()

    assert said["likely"] == 1
    assert said["title"] == "Rocket attack, Erbil airport, 2021-02-15"
    assert "Rockets at Erbil" in said["alike"]
    assert "same day" in said["alike"]


@pytest.mark.parametrize("missing", ["occurred_from", "place", "kind"])
def test_half_a_page_is_no_fault(desk, already, missing):
    assert desk.post(ALIKE, typed(**{missing: ""})).status_code == 200
    assert desk.post(ALIKE, typed(**{missing: "\0 odd"})).status_code == 200


def test_an_empty_page_is_refused_like_any_other(desk):
    assert {*refusals(desk.post(PAGE, {}))} >= {"occurred_from", "place", "kind", "marking"}


def test_titles_are_sent_by_post_alone(desk):
    assert desk.get(ALIKE).status_code == 400
    assert desk.get(NEAR).status_code == 400


def test_a_likely_duplicate_asks_and_nothing_is_lost(desk, already):
    asked = desk.post(PAGE, typed(summary="Three rockets fell."))

    page = asked.content.decode()
    assert [each.incident for each in asked.context["asked"]] == [already]
    assert reverse("admin:incidents_incident_change", args=[already.pk]) in page
    assert "Three rockets fell." in page
    assert Incident.objects.count() == 1

    desk.post(PAGE, typed(anyway=asked.context["anyway"]))
    assert Incident.objects.count() == 2


def test_the_answer_is_about_what_was_shown(desk, already, erbil):
    asked = desk.post(PAGE, typed()).context["anyway"]
    IncidentFactory(kind="rocket_attack", place=erbil, on=date(2021, 2, 15), title="One more")

    again = desk.post(PAGE, typed(anyway=asked))

    assert len(again.context["asked"]) == 2
    assert Incident.objects.count() == 2


@pytest.mark.parametrize(
    "hidden", [RED, {"marking": "TLP:AMBER+STRICT", "owner": "partner"}], ids=["red", "theirs"]
)
def test_with_and_without_a_hidden_twin_the_answers_are_the_same(desk, erbil, hidden):
    """Two worlds that differ in one hidden incident alone."""

    def world():
        return desk.post(ALIKE, typed()).content, desk.post(PAGE, typed()).status_code

    alone = world()
    Incident.objects.all().unrestricted(reason="tests").update(
        review_status="withdrawn", withdrawn_reason="Entered to compare."
    )
    if "owner" in hidden:
        hidden = {**hidden, "owner": OrganisationFactory(slug="partner")}
    IncidentFactory(kind="rocket_attack", place=erbil, on=date(2021, 2, 15), **hidden)

    assert world() == alone


# On the long form


LONG = reverse("admin:incidents_incident_add")


def long_form(client, place, **more):
    data = form_data(client.get(LONG))
    return data | {
        "title": "Rockets, once more",
        "occurred_from": "2021-02-15",
        "occurred_precision": "day",
        "kind": "rocket_attack",
        "place": place.pk,
        **more,
    }


def test_the_long_form_asks_as_well(desk, already, erbil):
    asked = desk.post(LONG, long_form(desk, erbil))

    assert [each.incident for each in asked.context["asked"]] == [already]
    assert "Is it this one?" in asked.text
    assert "Rockets, once more" in asked.text
    assert Incident.objects.count() == 1

    desk.post(LONG, long_form(desk, erbil, anyway=asked.context["anyway"]))
    assert Incident.objects.count() == 2


def test_the_long_form_of_an_incident_that_is_here_asks_nothing(desk, already, erbil, person):
    mine = IncidentFactory(
        kind="rocket_attack", place=erbil, on=date(2021, 2, 15), review_status="draft",
        owner=person.organisation, created_by=person,
    )  # fmt: skip
    page = reverse("admin:incidents_incident_change", args=[mine.pk])

    saved = desk.post(page, form_data(desk.get(page)) | {"title": "Rockets, corrected"})

    assert saved.status_code == 302
    assert "quick-alike" not in desk.get(page).text


def test_what_the_long_form_lacks_is_said_before_it_asks(desk, already, erbil):
    refused = desk.post(LONG, long_form(desk, erbil, title=""))

    assert list(refused.context["asked"]) == []
    assert "Is it this one?" not in refused.text


# What is kept in the browser


def test_the_seal_is_the_persons_own_and_ends_with_his_password(client, person):
    def seal(somebody):
        client.force_login(somebody)
        return client.get(PAGE).context["seal"]

    first = seal(person)
    other = seal(importer())
    assert first != other
    assert seal(person) == first
    person.set_password("another long phrase")
    person.save()
    assert seal(person) not in (first, other)


def test_after_saving_the_browser_is_told_what_it_need_not_keep(desk):
    entry = "0123456789abcdef" * 2

    saved = desk.post(PAGE, typed(entry=entry), follow=True)
    odd = desk.post(PAGE, typed(entry='"><b', anyway="x", occurred_from="2022-01-01"), follow=True)

    assert f"kept-{entry}" in saved.content.decode()
    assert "kept-" not in odd.content.decode().replace("kept.js", "")


# Cost


def test_what_is_asked_costs_the_same_however_much_there_is(desk, already, erbil, count_queries):
    """Six for the session, the person and his rights. Besides, of the page: organisations,
    and who could be named as a reader; while typing: folding and the place; what is alike and
    its places; near a point: the places."""
    asked = (
        lambda: desk.get(PAGE),
        lambda: desk.post(ALIKE, typed()),
        lambda: desk.post(NEAR, {"lat": "36.25", "lon": "43.97"}),
    )
    cost_of_one = [count_queries(ask) for ask in asked]

    for number in range(8):
        IncidentFactory(kind="rocket_attack", place=erbil, on=date(2021, 2, 15))
        PlaceFactory(name=f"Basra {number}", **POINT)

    assert [count_queries(ask) for ask in asked] == cost_of_one == [11, 12, 10]
