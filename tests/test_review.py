"""Who moves a record from one state to the next: by rule, and by the database behind it."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group as Role
from django.db import ProgrammingError, transaction

from incidents.models import Incident
from legal.models import ArrestLink
from records import review
from records.review import Audience, Refused, Stale
from records.review_rules import why_not_edit, why_not_publish, widens
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from records.viewer import Viewer, viewing
from tests.factories import (
    ArrestLinkFactory,
    IncidentFactory,
    OrganisationFactory,
    SourceFactory,
    SuspectFactory,
    UserFactory,
    cite,
)

CLOSED = "TLP:AMBER+STRICT"
STATES = ["draft", "submitted", "published", "withdrawn"]


def person_in(role, clearance="TLP:RED", **given):
    user = UserFactory(rights=[], clearance=clearance, **given)
    user.groups.add(Role.objects.get(name=role))
    return user


@pytest.fixture
def people():
    """One for each row of the table below."""
    elsewhere = OrganisationFactory(slug="elsewhere", name="Elsewhere")
    return {
        "author": person_in(DATA_ENTRY),
        "colleague": person_in(DATA_ENTRY),
        "editor": person_in(MONITOR),
        "monitor": person_in(MONITOR),
        "stranger": person_in(MONITOR, organisation=elsewhere),
        "auditor": person_in(AUDITOR),
        "administrator": person_in(ADMINISTRATOR),
    }


@contextmanager
def signed_in(person):
    with viewing(Viewer.of(person), user=person.pk):
        yield


def record_in(state, people, *, edited_by="editor", **given):
    """A record that `author` entered and `edited_by` edited last."""
    reason = "Entered twice." if state == "withdrawn" else ""
    given = {"marking": "TLP:GREEN", "withdrawn_reason": reason} | given
    row = IncidentFactory(
        review_status=state,
        created_by=people["author"],
        updated_by=people[edited_by],
        **given,
    )
    cite(row)
    return row


def asked(people, by="editor"):
    return {
        "marking": "TLP:CLEAR",
        "shared_with": [],
        "readers": [],
        "asked_by": people[by].pk,
        "reason": "For the public.",
    }


# A transition: how it is asked for, what the record needs besides its state
TRANSITIONS = {
    "submit": {},
    "return_to_draft": {"reason": "No day."},
    "publish": {},
    "withdraw": {"reason": "A rumour."},
    "reinstate": {"reason": "Confirmed."},
    "countersign": {},
    "narrow": {"audience": Audience(CLOSED, [], [])},
    "ask_wider": {"audience": Audience("TLP:CLEAR", [], []), "reason": "For the public."},
    "agree_wider": {},
    "decline_wider": {"reason": "Too early."},
}
MONITORS = {"editor", "monitor"}
# transition, state: who may. `editor` edited the record last, and asked for what is asked for.
MAY = {
    ("submit", "draft"): {"author", *MONITORS},
    ("return_to_draft", "submitted"): MONITORS,
    ("publish", "submitted"): {"monitor"},
    ("withdraw", "draft"): MONITORS,
    ("withdraw", "submitted"): MONITORS,
    ("withdraw", "published"): MONITORS,
    ("reinstate", "withdrawn"): MONITORS,
    ("countersign", "published"): {"monitor"},
    ("narrow", "draft"): {"author", *MONITORS},
    ("narrow", "submitted"): MONITORS,
    ("narrow", "published"): MONITORS,
    ("ask_wider", "draft"): MONITORS,
    ("ask_wider", "submitted"): MONITORS,
    ("ask_wider", "published"): MONITORS,
    ("agree_wider", "draft"): {"monitor"},
    ("agree_wider", "submitted"): {"monitor"},
    ("agree_wider", "published"): {"monitor"},
    ("decline_wider", "draft"): MONITORS,
    ("decline_wider", "submitted"): MONITORS,
    ("decline_wider", "published"): MONITORS,
}
READS_NONE = {"auditor", "administrator"}


def _ready_for(name, state, people):
    more = {}
    if name.endswith("e_wider"):
        more["wider"] = asked(people)
    if name == "countersign" and state == "published":
        more["to_countersign"] = True
    return record_in(state, people, **more)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", TRANSITIONS)
def test_only_who_may_takes_a_record_further(name, state, people):
    for role, person in people.items():
        row = _ready_for(name, state, people)
        hidden = role in READS_NONE or (role == "stranger" and state != "published")
        expected = Incident.DoesNotExist if hidden else Refused
        may = role in MAY.get((name, state), set())
        if name.endswith("e_wider") and state == "withdrawn":
            may = False if name == "agree_wider" and role != "monitor" else role in MONITORS
        act = getattr(review, name)
        with signed_in(person):
            if may:
                act(person, row, version=row.version, **TRANSITIONS[name])
            else:
                with pytest.raises(expected):
                    act(person, row, version=row.version, **TRANSITIONS[name])
        row.refresh_from_db()
        assert (row.version > 1) is may, role


def test_each_transition_says_where_it_leads(people):
    row = record_in("draft", people, edited_by="author", marking="TLP:AMBER")
    author, one, two = people["author"], people["editor"], people["monitor"]
    organisation = OrganisationFactory(slug="partner")
    steps = [
        ("submit", author, {}, "submitted"),
        ("return_to_draft", one, {"reason": "No day."}, "draft"),
        ("submit", author, {}, "submitted"),
        ("publish", one, {}, "published"),
        (
            "ask_wider",
            one,
            {"audience": Audience("TLP:AMBER", [organisation.pk], []), "reason": "They help."},
            "published",
        ),
        ("agree_wider", two, {}, "published"),
        ("withdraw", two, {"reason": "A rumour."}, "withdrawn"),
        ("reinstate", one, {"reason": "Confirmed."}, "draft"),
    ]
    for name, person, given, state in steps:
        with signed_in(person):
            getattr(review, name)(person, row, version=row.version, **given)
        assert row.review_status == state

    assert (row.shared_with, row.wider, row.withdrawn_reason) == ([organisation.pk], None, "")
    assert row.updated_by == author, "who moved it did not edit it"


# Reasons, versions, races


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("return_to_draft", "submitted"),
        ("withdraw", "published"),
        ("reinstate", "withdrawn"),
        ("ask_wider", "published"),
        ("decline_wider", "published"),
    ],
)
def test_a_reason_is_given(name, state, people):
    row = _ready_for(name, state, people)

    with signed_in(people["monitor"]), pytest.raises(Refused, match="Give the reason") as refusal:
        getattr(review, name)(
            people["monitor"], row, version=row.version, **TRANSITIONS[name] | {"reason": " "}
        )

    assert refusal.value.field == "reason"


def test_the_reason_is_kept_in_the_history(people):
    row = record_in("submitted", people)

    with signed_in(people["monitor"]):
        review.return_to_draft(people["monitor"], row, version=1, reason="No day.")

    event = row.events.order_by("pgh_id").last()
    assert event.pgh_context == {"user": people["monitor"].pk, "reason": "No day."}


def test_a_stale_version_is_refused_and_both_are_named(people):
    row = record_in("submitted", people)
    Incident.objects.filter(pk=row.pk).update(title="Changed meanwhile")

    with (
        signed_in(people["monitor"]),
        pytest.raises(Stale, match="you saw version 1, and by now it is version 2"),
    ):
        review.publish(people["monitor"], row, version=1)

    row.refresh_from_db()
    assert row.review_status == "submitted"


def test_a_citation_added_meanwhile_makes_the_version_stale(people):
    row = record_in("published", people, to_countersign=True)
    another = SourceFactory()
    with signed_in(people["editor"]):
        row.citations.create(source=another)

    with signed_in(people["monitor"]), pytest.raises(Stale):
        review.countersign(people["monitor"], row, version=1)


# Publishing


def test_nothing_is_published_without_a_source(people):
    row = record_in("submitted", people)
    row.citations.all().delete()

    assert "no source" in str(why_not_publish(people["monitor"], row))


def test_a_record_that_cites_nothing_by_its_kind_needs_no_source(people):
    suspect = SuspectFactory(review_status="submitted", updated_by=people["editor"])

    assert why_not_publish(people["monitor"], suspect) is None


def test_a_twin_that_is_published_already_is_told_in_words(people):
    published = ArrestLinkFactory()
    twin = ArrestLinkFactory(
        arrest=published.arrest,
        incident=published.incident,
        review_status="submitted",
        updated_by=people["editor"],
    )
    cite(twin)

    with (
        signed_in(people["monitor"]),
        pytest.raises(Refused, match="already linked to this incident"),
    ):
        review.publish(people["monitor"], twin, version=1)

    assert ArrestLink.objects.get(pk=twin.pk).review_status == "submitted"


# Editing: role, state, who entered it

EDITS = {
    "draft": {"author", *MONITORS},
    "submitted": set(),
    "published": MONITORS,
    "withdrawn": set(),
}


@pytest.mark.parametrize("state", STATES)
def test_only_who_may_edits(state, people):
    row = record_in(state, people)

    assert {role for role, person in people.items() if not why_not_edit(person, row)} == (
        EDITS[state]
    )


def test_data_entry_edits_no_arrests(people):
    link = ArrestLinkFactory(review_status="draft", created_by=people["author"])

    assert "Your role" in str(why_not_edit(people["author"], link))
    assert why_not_edit(people["monitor"], link) is None


# The database behind the rules


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
