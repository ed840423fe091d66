"""Who moves a record from one state to the next, by the rules of review."""

import pytest

from incidents.models import Incident
from legal.models import ArrestLink
from records import review
from records.review import Audience, Refused, Stale
from records.review_rules import why_not_edit, why_not_publish
from tests.factories import (
    ArrestLinkFactory,
    OrganisationFactory,
    SourceFactory,
    SuspectFactory,
    cite,
)
from tests.reviewing import CLOSED, STATES, asked, people, record_in, signed_in

__all__ = ["people"]


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
