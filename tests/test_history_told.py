"""What the history page of a record tells: changes of fields and parts, and review."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.db import models

from incidents.models import Incident
from legal.models import Conviction
from records import history
from records.history import history_of, trails_of
from tests.admin_pages import address, form_data
from tests.factories import (
    ConvictionSuspectFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.history_pages import (
    amal,
    as_owner,
    by,
    change,
    differences,
    everything,
    incident,
    page_of,
    told,
    viewer,
)

__all__ = ["amal", "incident", "page_of", "viewer"]


# What is told


def test_a_change_through_the_form_is_told_with_its_author(client, amal, incident, page_of):
    client.force_login(amal)
    form = address(Incident, "change", incident.pk)
    client.post(form, form_data(client.get(form)) | {"title": "Drones"})

    shown = page_of(incident)

    assert "Amal Hassan" in shown
    assert "<bdi>Rockets</bdi>" in shown
    assert "<bdi>Drones</bdi>" in shown
    assert re.search(r'class="request"[^>]*>[0-9a-f-]{36}<', shown)


def test_newest_first_with_the_reason(amal, incident, viewer, page_of):
    with by(amal, reason="The ministry corrected itself."):
        change(incident, amal, title="Drones")
    acts = history_of(incident, viewer).acts

    assert [act.reason for act in acts] == ["The ministry corrected itself.", ""]
    assert acts[0].at > acts[1].at
    assert "The ministry corrected itself." in page_of(incident)


def test_what_no_person_did_was_the_command_line(incident, viewer):
    act = history_of(incident, viewer).acts[0]

    assert (act.person, act.request) == ("the operator, on the command line", "")


def test_a_new_record_is_told_with_all_it_says(incident, viewer):
    recorded = history_of(incident, viewer).acts[0].changes[0]
    said = {one.label: one.new for one in recorded.differences}

    assert recorded.action == "Recorded (Published)"
    assert said["Title"] == "Rockets"
    assert said["Place"] == "Erbil"
    assert said["Occurred on"] == "2021-02-15"
    assert {"Version", "Reference", "Created by", "Summary"}.isdisjoint(said)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "drone_attack"}, ("Kind", "Rocket attack", "Drone attack")),
        ({"weapons_low": 3}, ("Number of weapons, low", "", "3")),
        ({"time_from": "04:30"}, ("Local time, from", "", "04:30")),
        (
            {
                "occurred_from": date(2021, 2, 1),
                "occurred_to": date(2021, 2, 28),
                "occurred_precision": "month",
            },
            ("Occurred on", "2021-02-15", "2021-02"),
        ),
        ({"certainty": "high"}, ("Certainty", "Not verified", "High")),
    ],
)
def test_a_field_is_told_as_people_read_it(incident, viewer, values, said):
    change(incident, **values)

    assert differences(incident, viewer) == [said]


def test_a_key_is_told_by_the_label_of_what_it_points_at(incident, viewer):
    change(incident, place=PlaceFactory(name="Basra"))

    assert differences(incident, viewer) == [("Place", "Erbil", "Basra")]


def test_organisations_and_readers_are_told_by_name(amal, incident, viewer):
    partner = OrganisationFactory(slug="partner", name="Partner")
    change(incident, marking="TLP:AMBER", shared_with=[partner.pk])
    assert ("Shared with", "", "Partner") in differences(incident, viewer)

    change(incident, marking="TLP:RED", shared_with=[], readers=[amal.pk])
    assert ("Readers", "", "Amal Hassan") in differences(incident, viewer)


def test_a_long_text_is_compared_word_by_word(incident, viewer, page_of):
    long = "Three rockets fell near the runway of the airport, and one hit a house."
    change(incident, summary=long)
    change(incident, summary=long.replace("house", "hangar"))

    [one] = history_of(incident, viewer).acts[0].changes[-1].differences
    assert [(piece.kind, piece.text.strip()) for piece in one.pieces[1:]] == [
        ("removed", "house."),
        ("added", "hangar."),
    ]
    assert one.pieces[0].text.endswith("hit a ")
    shown = page_of(incident)
    assert '<del><span class="in-words">[deleted: </span>house.' in shown
    assert '<ins><span class="in-words">[inserted: </span>hangar.' in shown


def test_of_a_very_long_text_only_the_changed_stretch_is_shown(incident, viewer):
    before = [f"word{n}" for n in range(3000)]
    change(incident, summary=" ".join(before))
    change(
        incident, summary=" ".join([*before[:1000], *reversed(before[1000:2000]), *before[2000:]])
    )

    [one] = history_of(incident, viewer).acts[0].changes[-1].differences
    kinds = [piece.kind for piece in one.pieces]
    assert kinds == ["same", "skipped", "same", "removed", "added", "same", "skipped", "same"]


def test_text_is_never_markup(incident, page_of):
    change(incident, title="<script>x</script>")

    assert "<script>x" not in page_of(incident)
    assert "&lt;script&gt;x" in page_of(incident)


def test_a_change_of_no_field_is_not_told(incident, viewer):
    """Such as an audience that follows that of the place, or a stamp."""
    change(incident, updated_by=UserFactory())
    incident.place.marking = "TLP:GREEN"
    incident.place.save()

    assert told(incident, viewer) == [["Recorded (Published)"]]


# Parts


def test_parts_are_told_with_their_record(amal, incident, viewer):
    citation = cite(incident, SourceFactory(publisher="Shafaq"), pinpoint="p. 1")
    with by(amal):
        change(citation, amal, pinpoint="p. 2")
    with by(amal):
        type(citation).objects.visible_to(viewer).filter(pk=citation.pk).delete()

    label = "Shafaq, 2021-02-15"
    acts = history_of(incident, viewer).acts
    assert [change.action for act in acts[:2] for change in act.changes] == [
        f"Source removed: {label}",
        f"Source changed: {label}",
    ]
    assert f"Source added: {label}" in [change.action for change in acts[2].changes]
    [pinpoint] = acts[1].changes[0].differences
    assert (pinpoint.label, pinpoint.old, pinpoint.new) == ("Pinpoint", "p. 1", "p. 2")


def test_names_and_joins_are_parts(viewer):
    name = GroupNameFactory(text="Ahl al-Kahf")
    guilty = ConvictionSuspectFactory()

    assert "Other name added: Ahl al-Kahf · en" in everything(name.bearer, viewer)
    assert f"Convicted suspect added: {guilty.suspect}" in everything(guilty.conviction, viewer)


def test_what_one_request_did_stands_together(amal, incident, viewer):
    source = SourceFactory(publisher="Shafaq")
    with by(amal):
        change(incident, amal, title="Drones")
        incident.citations.model.objects.create(record=incident, source=source)
    with by(amal):
        change(incident, amal, title="Mortars")

    assert told(incident, viewer)[:2] == [
        ["Changed"],
        ["Changed", f"Source added: {source}"],
    ]


def test_records_of_their_own_are_told_on_their_own_page():
    assert [trail.model.__name__ for trail in trails_of(Incident)] == [
        "Incident",
        "IncidentPlace",
        "IncidentCitation",
        "FormerReference",
    ]
    assert [trail.model.__name__ for trail in trails_of(Conviction)] == [
        "Conviction",
        "ConvictionSuspect",
        "ConvictionIncident",
        "ConvictionProvision",
        "ConvictionCitation",
    ]


def test_a_table_that_holds_something_sealed_is_told_nowhere(monkeypatch):
    """As if texts were what is sealed: then no part is left."""
    monkeypatch.setattr(history, "BinaryField", models.CharField)

    assert [trail.model for trail in trails_of(Incident)] == [Incident]


# Review


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("draft", "submitted", "Submitted for review"),
        ("submitted", "published", "Published"),
        ("submitted", "draft", "Returned to its author"),
        ("published", "withdrawn", "Withdrawn"),
        ("withdrawn", "draft", "Reinstated as a draft"),
    ],
)
def test_review_is_told_as_what_was_done(viewer, before, after, said):
    reason = {"draft": "", "submitted": "", "published": "", "withdrawn": "Twice."}
    incident = IncidentFactory(review_status=before, withdrawn_reason=reason[before])
    change(incident, review_status=after, withdrawn_reason=reason[after])

    assert told(incident, viewer)[0] == [said] or told(incident, viewer)[0][-1] == said


def test_a_withdrawal_is_told_with_its_reason(incident, viewer):
    change(incident, review_status="withdrawn", withdrawn_reason="Entered twice.")

    [act] = history_of(incident, viewer).acts
    assert act.reason == "Entered twice."
    assert act.changes[-1].differences == ()


def test_a_countersignature_is_told(incident, viewer):
    with as_owner(viewer, user=viewer.person_id, request=str(uuid4())):
        incident.__class__.objects.visible_to(viewer).update(title="Drones", to_countersign=True)
    with as_owner(viewer, user=viewer.person_id, request=str(uuid4())):
        incident.__class__.objects.visible_to(viewer).update(to_countersign=False)

    assert told(incident, viewer)[:2] == [
        ["Countersigned"],
        ["Awaits the signature of a second monitor"],
    ]


def test_a_wider_audience_asked_for_is_told(incident, viewer):
    partner = OrganisationFactory(slug="partner", name="Partner")
    asked = {"marking": "TLP:AMBER", "shared_with": [partner.pk], "readers": []}
    change(incident, wider=asked)

    assert told(incident, viewer)[0][-1] == "Wider audience asked for: TLP:AMBER, Partner"
