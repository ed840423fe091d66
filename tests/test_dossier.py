"""The dossier: what it decides, whom it shows what, and how many queries it makes."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from incidents.models import Attribution, CasualtyFigure
from records.roles import AUDITOR, DATA_ENTRY, MONITOR
from reports.dossier import weighing
from reports.dossier.timeline import said_by
from reports.dossier.wording import when
from tests.admin_pages import address
from tests.dossier_pages import AFTER, page_of, tell_everything, text_of
from tests.factories import (
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    DetentionFactory,
    GroupFactory,
    IncidentFactory,
    RelationFactory,
    ResponseFactory,
    ResponseIncidentFactory,
    RulingFactory,
    UserFactory,
    cite,
)
from tests.review_pages import sign_in

__all__ = ["sign_in"]

KH, KSS = "Kata'ib Hezbollah", "Kata'ib Sayyid al-Shuhada"


@pytest.fixture
def reader(client):
    reader = UserFactory(is_staff=True, is_superuser=True, clearance="TLP:AMBER+STRICT")
    client.force_login(reader)
    return client


# Words


@pytest.mark.parametrize(
    ("first", "last", "precision", "said"),
    [
        (date(2021, 2, 15), date(2021, 2, 15), "day", "on 15 February 2021"),
        (date(2021, 2, 1), date(2021, 2, 28), "month", "in February 2021"),
        (date(2021, 1, 1), date(2021, 12, 31), "year", "in 2021"),
        (date(2021, 2, 15), date(2021, 2, 17), "span", "from 15 February 2021 to 17 February 2021"),
        (
            date(2020, 12, 20),
            date(2020, 12, 25),
            "about",
            "at some time from 20 December 2020 to 25 December 2020",
        ),
        (date(2021, 2, 15), date(2021, 2, 15), "about", "about 15 February 2021"),
        (None, None, "", "on a day not known"),
    ],
)
def test_a_date_says_how_precise_it_is(first, last, precision, said):
    assert when(first, last, precision) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (13, 14, "13 to 14"),
        (13, 13, "13"),
        (5, None, "at least 5"),
        (None, 5, "at most 5"),
        (None, None, "not known"),
        (0, 0, "0"),
        (0, 2, "0 to 2"),
    ],
)
def test_an_unknown_number_is_never_zero(low, high, said):
    assert weighing.people(low, high) == said


# Who prevails, and why


def headline_of(*told):
    """The name and the reason of the headline of attributions: (name, confidence, day)."""
    incident = IncidentFactory()
    for name, confidence, day in told:
        group = GroupFactory._meta.model.objects.filter(name=name).first()
        AttributionFactory(
            incident=incident,
            group=group or GroupFactory(name=name),
            confidence=confidence,
            on=day,
        )
    shown = weighing.headline(list(Attribution.objects.prevailing_first()))
    return str(shown.row.group), shown.why, shown.contested


FEB, MARCH = date(2021, 2, 25), date(2021, 3, 3)


def test_the_only_attribution_is_the_headline():
    assert headline_of((KH, "possible", FEB)) == (
        KH,
        "It is the only one that says who did it.",
        False,
    )


def test_the_surest_attribution_is_the_headline():
    assert headline_of((KH, "possible", MARCH), (KSS, "likely", FEB)) == (
        KSS,
        "It is the surest: Likely.",
        True,
    )


def test_of_the_surest_the_newest_is_the_headline():
    assert headline_of((KH, "likely", FEB), (KSS, "likely", MARCH)) == (
        KSS,
        "None is surer than Likely, and of those it is the newest.",
        True,
    )


def test_of_one_day_the_first_entered_is_the_headline():
    assert headline_of((KH, "likely", FEB), (KH, "likely", FEB)) == (
        KH,
        "None is surer than Likely, none of those is newer, and it was entered first.",
        False,
    )


def test_who_names_nobody_is_no_headline():
    assert weighing.headline([Attribution(stance="cannot_say")]) is None


def test_claimant_named_and_held_are_told_apart_when_they_differ(reader):
    incident = IncidentFactory()
    claim = ClaimFactory(incident=incident, group__name="Saraya Awliya al-Dam")
    AttributionFactory(incident=incident, group=claim.group)

    assert "The accounts differ" not in text_of(page_of(reader, incident))

    ArrestLinkFactory(incident=incident, arrest__affiliation=GroupFactory(name=KSS))

    assert f"those held are said to belong to {KSS}" in text_of(page_of(reader, incident))


def test_figures_that_contradict_are_marked_and_others_are_not():
    told = {"status": "killed", "category": "civilian", "low": 1, "high": 1}
    alike = [CasualtyFigure(**told), CasualtyFigure(**told)]
    other = CasualtyFigure(**{**told, "high": 3})
    of_others = CasualtyFigure(**{**told, "category": "journalist", "low": 0})

    def differing(*rows):
        return [figure.differs for fate in weighing.fates(rows) for figure in fate.figures]

    assert differing(*alike) == [False, False]
    assert differing(alike[0], of_others) == [False, False]
    assert differing(alike[0], other, of_others) == [True, True, False]


# The page


def test_what_is_not_recorded_is_said(reader):
    said = text_of(page_of(reader, IncidentFactory()))

    for sentence in (
        "No summary is written.",
        "No claim is recorded.",
        "No attribution is recorded.",
        "No response or statement is recorded.",
        "No arrest is recorded.",
        "No suspect is recorded.",
        "No conviction is recorded.",
        "No finding is recorded.",
        "No source is cited.",
    ):
        assert sentence in said
    assert "Killed not known" in said and "Wounded not known" in said
    assert "Missing" not in said


def test_sources_are_numbered_as_the_page_cites_them(reader):
    incident = IncidentFactory()
    late = cite(AttributionFactory(incident=incident), support="disputes").source
    early = cite(incident, pinpoint="p. 4").source
    cite(AttributionFactory(incident=incident), early)

    page = page_of(reader, incident)

    assert page.context["sources"] == [(1, early), (2, late)]
    assert "[1, p. 4]" in text_of(page) and "[2, disputes it]" in text_of(page)


def test_the_groups_behind_are_those_of_the_day(reader):
    incident = IncidentFactory(on=FEB)
    facade = ClaimFactory(incident=incident).group
    militia = RelationFactory(from_group=facade, since=FEB, since_precision="day").to_group
    RelationFactory(from_group=militia, kind="brigade_of", to_group__name="The Forces")
    RelationFactory(from_group=facade, since=MARCH, since_precision="day", to_group__name="Later")
    RelationFactory(from_group=facade, confidence="doubtful", to_group__name="Doubted")

    said = text_of(page_of(reader, incident))

    assert militia.name in said and "The Forces" in said
    assert "Later" not in said and "Doubted" not in said


def test_groups_that_go_in_a_circle_end_where_it_closes(reader):
    incident = IncidentFactory()
    first = ClaimFactory(incident=incident).group
    second = RelationFactory(from_group=first).to_group
    RelationFactory(from_group=second, to_group=first)

    assert len(page_of(reader, incident).context["gathered"].relations) == 2


def test_suspects_of_whom_the_same_is_known_stand_together(reader):
    link = ArrestLinkFactory()
    alike = [DetentionFactory(arrest=link.arrest).suspect for _one in range(3)]
    other = DetentionFactory(arrest=link.arrest, confidence="doubtful").suspect

    page = page_of(reader, link.incident)

    assert sorted(len(course.suspects) for course in page.context["courses"]) == [1, 3]
    assert "3 suspects" in text_of(page)
    for suspect in (*alike, other):
        assert suspect.code in text_of(page)


def test_a_conviction_stands_or_not_on_the_day_asked(reader):
    conviction = ConvictionFactory(on=date(2021, 5, 1))
    incident = ConvictionIncidentFactory(conviction=conviction).incident
    RulingFactory(conviction=conviction, kind="annulled", on=date(2022, 2, 15))

    before = text_of(page_of(reader, incident, as_of="2022-02-14"))
    after = text_of(page_of(reader, incident, as_of="2022-02-15"))

    assert " stands on 14 February 2022" in before
    assert "Led to a conviction that stands yes" in before
    assert "does not stand on 15 February 2022" in after
    assert "Led to a conviction that stands no" in after
    assert "Led to a conviction, ever yes" in after
    assert "(after the day asked about)" in before


def test_a_malformed_day_is_said_and_todays_answer_shown(reader):
    page = page_of(reader, IncidentFactory(), as_of="15/02/2021")

    assert page.status_code == 200
    assert "Give a day as YYYY-MM-DD." in text_of(page)


def test_a_vague_date_does_not_stand_before_the_attack(reader):
    incident = IncidentFactory(on=date(2021, 7, 6))
    vague = {"from": date(2021, 1, 1), "to": date(2021, 12, 31), "precision": "year"}
    AttributionFactory(
        incident=incident, **{f"asserted_{part}": value for part, value in vague.items()}
    )

    moments = page_of(reader, incident).context["timeline"]

    assert [moment.is_attack for moment in moments] == [True, False]
    assert moments[1].when == "in 2021"


def test_a_foreign_author_stands_first_in_an_arabic_sentence():
    """Or it would be read as the one who is named: the sentence runs from right to left."""
    group = GroupFactory.build(name=KH, name_ar="كتائب حزب الله")
    attribution = AttributionFactory.build(asserted_by="CENTCOM", group=group)

    with translation.override("ar"):
        assert said_by(attribution) == "\u2068CENTCOM\u2069 يحدد الفاعل: \u2068كتائب حزب الله\u2069"


def test_a_sentence_of_the_timeline_runs_as_its_page_does(reader):
    day = date(2021, 2, 16)
    said = {"asserted_from": day, "asserted_to": day, "asserted_precision": "day"}
    attribution = AttributionFactory(asserted_by="CENTCOM", **said)

    page = page_of(reader, attribution.incident).text

    assert f"<p>CENTCOM says who did it: {attribution.group}" in page.replace("&#x27;", "'")


# Whom it shows what


def test_what_one_may_not_read_leaves_no_trace(client):
    incident = IncidentFactory(marking="TLP:CLEAR")
    public = UserFactory(is_staff=True, is_superuser=True, clearance="TLP:CLEAR")
    client.force_login(public)
    before = text_of(page_of(client, incident))

    tell_everything(incident, marking="TLP:AMBER+STRICT")
    incident.further_places.all().delete()
    incident.citations.all().delete()

    assert text_of(page_of(client, incident)) == before


def test_the_page_is_marked_as_its_best_kept_row(reader):
    incident = IncidentFactory(marking="TLP:CLEAR")

    assert page_of(reader, incident).context["strictest"] == "TLP:CLEAR"

    ClaimFactory(incident=incident, marking="TLP:AMBER")

    assert page_of(reader, incident).context["strictest"] == "TLP:AMBER"
    assert "(a part of it is better kept than the incident)" in text_of(page_of(reader, incident))


def test_the_page_is_marked_as_a_tie_that_is_kept_better_than_both_ends(client):
    reader = UserFactory(is_staff=True, is_superuser=True, clearance="TLP:RED")
    client.force_login(reader)
    incident = IncidentFactory(marking="TLP:CLEAR")
    red = {"marking": "TLP:RED", "readers": [reader.pk]}
    ResponseIncidentFactory(response=ResponseFactory(), incident=incident, **red)

    assert page_of(client, incident).context["strictest"] == "TLP:RED"


def test_withdrawn_statements_are_left_out_and_drafts_say_so(reader):
    incident = IncidentFactory()
    gone = {"review_status": "withdrawn", "withdrawn_reason": "A forgery."}
    ClaimFactory(incident=incident, group__name="Forged", **gone)
    ClaimFactory(incident=incident, group__name="Drafted", review_status="draft")

    said = text_of(page_of(reader, incident))

    assert "Forged" not in said
    assert "Drafted" in said and " Draft " in said


def test_a_draft_is_not_counted_and_says_so(reader):
    incident = IncidentFactory(review_status="draft")
    ClaimFactory(incident=incident)

    said = text_of(page_of(reader, incident))

    assert "It is not counted: only what is published is." in said
    assert "Claimed no" in said


@pytest.mark.parametrize("role", [DATA_ENTRY, MONITOR])
def test_staff_open_it(sign_in, role):
    browser, _person = sign_in(role)

    assert page_of(browser, IncidentFactory()).status_code == 200


def test_who_reads_no_records_does_not_open_it(sign_in):
    browser, _auditor = sign_in(AUDITOR)

    assert page_of(browser, IncidentFactory()).status_code == 403


def test_absent_and_hidden_answer_alike(reader):
    hidden = IncidentFactory(marking="TLP:RED", readers=[UserFactory(username="other").pk])
    model = type(hidden)

    answers = [
        reader.get(address(model, "dossier", key))
        for key in (hidden.pk, hidden.reference, 10**9, 10**30, "ABCD-EFGH-JKMN", "dossier")
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert len({len(answer.content) for answer in answers}) == 1


def test_it_is_linked_from_the_list_and_the_form(reader):
    incident = IncidentFactory()
    page = address(type(incident), "dossier", incident.reference)

    for shown in ("changelist", "change"):
        key = [incident.pk] if shown == "change" else []
        assert page in reader.get(address(type(incident), shown, *key)).content.decode()


def test_it_is_arabic_from_right_to_left(reader):
    incident = IncidentFactory(title="Rockets", title_ar="صواريخ على المطار")
    with translation.override("ar"):
        reader.cookies["django_language"] = "ar"
        page = page_of(reader, incident)

    assert 'dir="rtl"' in page.content.decode()
    assert page.context["title"] == "صواريخ على المطار"


# Queries

THE_PAGE = 29
SESSION_AND_RIGHTS = 8


def test_the_page_costs_the_same_however_much_is_known(reader):
    incident = IncidentFactory()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert page_of(reader, incident).status_code == 200
        return len(queries)

    tell_everything(incident)
    cost_of_one = cost()
    for _more in range(3):
        tell_everything(incident)

    assert incident.occurred_from < AFTER
    assert cost() == cost_of_one == THE_PAGE + SESSION_AND_RIGHTS
