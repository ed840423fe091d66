"""The database refuses what review refuses, whatever way the web role writes."""

import pytest
from django.db import ProgrammingError, transaction

from incidents.models import Incident
from records.review_rules import widens
from records.viewer import Viewer
from tests.factories import IncidentFactory, OrganisationFactory, SourceFactory, cite
from tests.reviewing import CLOSED, asked, people, record_in, signed_in

__all__ = ["people"]


def _refused_by_database(person, change):
    with (
        signed_in(person),
        pytest.raises(ProgrammingError) as refusal,
        transaction.atomic(),
    ):
        change()
    return str(refusal.value).partition("\n")[0]


def test_the_database_refuses_to_publish_what_one_edited_last(people):
    row = record_in("submitted", people)
    rows = Incident.objects.filter(pk=row.pk)

    said = _refused_by_database(
        people["editor"],
        lambda: rows.visible_to(Viewer.of(people["editor"])).update(
            review_status="published", updated_by=people["author"]
        ),
    )

    assert said == "Nobody publishes what he edited last."


FORBIDDEN = [
    ("submitted", "author", {"review_status": "published"}, "does not turn submitted into"),
    ("draft", "monitor", {"review_status": "published"}, "does not turn draft into"),
    ("withdrawn", "monitor", {"review_status": "published"}, "does not turn withdrawn into"),
    ("published", "monitor", {"review_status": "draft"}, "does not turn published into"),
    ("submitted", "monitor", {"title": "Other"}, "What is submitted is not edited"),
    ("withdrawn", "monitor", {"title": "Other"}, "What is withdrawn is not edited"),
    ("published", "author", {"title": "Other"}, "edited by monitors"),
    ("draft", "monitor", {"title": "Other", "review_status": "submitted"}, "one after the other"),
    ("published", "editor", {"to_countersign": False}, "Nobody countersigns what he edited"),
    ("published", "author", {"to_countersign": False}, "Nobody countersigns"),
    ("draft", "monitor", {"marking": "TLP:CLEAR"}, "widened by two people"),
    ("published", "editor", {"marking": "TLP:CLEAR", "wider": None}, "widened by two people"),
    ("published", "monitor", {"wider": {"asked_by": 0}}, "in his own name"),
    ("published", "author", {"wider": None}, "asked for by a monitor"),
]


@pytest.mark.parametrize(("state", "role", "change", "words"), FORBIDDEN)
def test_the_database_refuses_what_takes_another(state, role, change, words, people):
    waiting = {"to_countersign": True, "wider": asked(people)} if state == "published" else {}
    row = record_in(state, people, **waiting)
    viewer = Viewer.of(people[role])

    said = _refused_by_database(
        people[role],
        lambda: Incident.objects.visible_to(viewer).filter(pk=row.pk).update(**change),
    )

    assert words in said


@pytest.mark.parametrize(
    "given",
    [
        {"review_status": "published"},
        {"review_status": "withdrawn", "withdrawn_reason": "A rumour."},
        {"to_countersign": True},
        {"wider": {"asked_by": 1}},
    ],
)
def test_the_database_takes_new_records_as_drafts_alone(people, given):
    row = IncidentFactory.build(place=IncidentFactory().place, owner=OrganisationFactory())
    row.review_status = "draft"
    for name, value in given.items():
        setattr(row, name, value)

    assert "A new record is a draft." in _refused_by_database(people["monitor"], row.save)


def test_the_owner_of_a_record_does_not_change(people):
    row = record_in("published", people)
    other = OrganisationFactory(slug="other")
    viewer = Viewer.of(people["monitor"])

    said = _refused_by_database(
        people["monitor"],
        lambda: Incident.objects.visible_to(viewer).filter(pk=row.pk).update(owner=other),
    )

    assert said == "The owner of a record does not change."


def test_the_database_stamps_who_edited(people):
    row = record_in("published", people)
    monitor = people["monitor"]

    with signed_in(monitor):
        Incident.objects.visible_to(Viewer.of(monitor)).filter(pk=row.pk).update(
            title="Other", updated_by=people["author"], created_by=monitor
        )

    row.refresh_from_db()
    assert (row.updated_by, row.created_by) == (monitor, people["author"])
    assert row.to_countersign


def test_a_changed_part_is_a_changed_record(people):
    row = record_in("published", people)
    monitor = people["monitor"]
    one, two = SourceFactory(), SourceFactory()

    with signed_in(monitor):
        row.citations.create(source=one)
        row.citations.create(source=two)

    row.refresh_from_db()
    assert (row.updated_by, row.to_countersign) == (monitor, True)
    assert row.version == 2, "counted once, however many parts changed together"


def test_a_part_of_what_is_submitted_does_not_change(people):
    row = record_in("submitted", people)
    another = SourceFactory()

    said = _refused_by_database(people["monitor"], lambda: row.citations.create(source=another))

    assert said == "What is submitted is not edited."


def test_the_marking_of_a_part_is_not_lowered(people):
    row = record_in("published", people, marking="TLP:CLEAR")
    citation = cite(row, marking="TLP:AMBER")
    viewer = Viewer.of(people["monitor"])

    said = _refused_by_database(
        people["monitor"],
        lambda: type(citation).objects.visible_to(viewer).filter(pk=citation.pk).update(marking=""),
    )

    assert said == "The marking of a part is not lowered by one person."


@pytest.mark.parametrize(
    "change",
    [
        {"marking": "TLP:GREEN", "shared_with": [8]},
        {"marking": "TLP:AMBER", "shared_with": [7]},
        {"marking": "TLP:AMBER", "shared_with": [8, 9]},
        {"marking": "TLP:AMBER", "shared_with": [8], "readers": [1]},
    ],
)
def test_the_database_agrees_to_exactly_what_was_asked_for(people, change):
    wider = asked(people) | {"marking": "TLP:AMBER", "shared_with": [8]}
    row = record_in("published", people, marking=CLOSED, wider=wider)
    viewer = Viewer.of(people["monitor"])

    said = _refused_by_database(
        people["monitor"],
        lambda: Incident.objects.visible_to(viewer).filter(pk=row.pk).update(**change, wider=None),
    )

    assert "widened by two people" in said


def test_an_audience_widens_if_anybody_could_not_read_before(people):
    ours, partner = people["author"].organisation_id, people["stranger"].organisation_id
    one, two, stranger = people["editor"].pk, people["monitor"].pk, people["stranger"].pk
    clear, green, amber, red = "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:RED"
    table = [
        ((green, [], []), (clear, [], []), True),
        ((clear, [], []), (green, [], []), False),
        ((green, [], []), (amber, [partner], []), False),
        ((amber, [partner], []), (amber, [], []), False),
        ((amber, [], []), (amber, [partner], []), True),
        ((amber, [partner], []), (CLOSED, [], []), False),
        ((CLOSED, [], []), (amber, [], []), True),
        ((CLOSED, [], []), (red, [], [one, two]), False),
        ((CLOSED, [], []), (red, [], [one, stranger]), True),
        ((amber, [partner], []), (red, [], [one, stranger]), False),
        ((green, [], []), (red, [], [stranger]), False),
        ((red, [], [one, two]), (red, [], [one]), False),
        ((red, [], [one]), (red, [], [one, two]), True),
        ((red, [], [one]), (red, [], [two]), True),
        ((red, [], [one]), (CLOSED, [], []), True),
    ]

    for was, becomes, wider in table:
        assert widens(ours, was, becomes) is wider, (was, becomes)
