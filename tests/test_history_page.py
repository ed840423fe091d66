"""The history page of a record: who changed what, as far as a viewer may know."""

import re
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.db import connection, models

from incidents.models import Incident
from legal.models import Conviction
from records import history
from records.history import NoSuchPage, history_of, trails_of
from records.viewer import Viewer, viewing
from tests.admin_pages import address, form_data
from tests.factories import (
    ConvictionSuspectFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
    cite,
)


@pytest.fixture
def amal():
    return UserFactory(
        first_name="Amal", last_name="Hassan", is_staff=True, is_superuser=True, clearance="TLP:RED"
    )


@pytest.fixture
def viewer(amal):
    return Viewer.of(amal)


@pytest.fixture
def incident():
    return IncidentFactory(title="Rockets", place=PlaceFactory(name="Erbil"))


@pytest.fixture
def page_of(client, amal):
    """The history page, as one line of text with its marks."""

    def page(row, user=amal, **asked):
        client.force_login(user)
        answer = client.get(address(type(row), "history", row.pk), asked)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return page


def by(user, **context):
    """Inside, rows are written in one request of a user, whatever he may write."""
    return as_owner(Viewer.of(user), user=user.pk, request=str(uuid4()), **context)


@contextmanager
def as_owner(viewer, **context):
    with viewing(viewer, **context), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield


def change(row, user=None, **values):
    rows = type(row).objects.visible_to(Viewer.of(user)) if user else type(row).objects
    rows.filter(pk=row.pk).update(**values)


def told(row, viewer):
    """Each act as a list of what it did."""
    return [[change.action for change in act.changes] for act in history_of(row, viewer).acts]


def everything(row, viewer):
    return [change.action for act in history_of(row, viewer).acts for change in act.changes]


def differences(row, viewer):
    """Those of the latest change, as (label, old, new)."""
    latest = history_of(row, viewer).acts[0].changes[-1]
    return [(one.label, one.old, one.new) for one in latest.differences]


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


# Who may know


@pytest.fixture
def green():
    return UserFactory(is_staff=True, is_superuser=True, clearance="TLP:GREEN")


def test_a_version_once_restricted_stays_unknown(amal, incident, green, page_of):
    change(incident, marking="TLP:RED", readers=[amal.pk], title="Named after a witness")
    change(incident, marking="TLP:GREEN", readers=[], title="Rockets again")

    shown = page_of(incident, green)

    assert "Named after a witness" not in shown
    assert "TLP:RED" not in shown
    assert "Rockets again" in shown
    assert "Named after a witness" in page_of(incident, amal)


def test_each_wall_hides_it_alone(amal, incident, green):
    """Wall 1 as the owner of the tables, wall 2 with everything ungated."""
    change(incident, marking="TLP:RED", readers=[amal.pk], title="Named after a witness")
    change(incident, marking="TLP:GREEN", readers=[], title="Rockets again")
    viewer = Viewer.of(green)

    said = str(history_of(incident, viewer))
    assert "Rockets again" in said
    assert "Named after a witness" not in said
    with viewing(viewer):
        events = Incident.pgh_event_model.objects.unrestricted(reason="tests")
        titles = list(events.filter(pgh_obj_id=incident.pk).values_list("title", flat=True))
    assert "Named after a witness" not in titles
    assert "Rockets again" in titles


def test_a_part_restricted_today_is_so_in_its_past(amal, incident, green, page_of):
    citation = cite(incident, SourceFactory(publisher="A witness"))
    assert "A witness" in page_of(incident, green)

    change(citation, marking="TLP:RED", readers=[amal.pk])

    assert "A witness" not in page_of(incident, green)
    assert "A witness" in page_of(incident, amal)


def test_a_part_removed_while_restricted_is_told_to_nobody_else(amal, incident, green, page_of):
    citation = cite(incident, SourceFactory(publisher="A witness"))
    change(citation, marking="TLP:RED", readers=[amal.pk])
    type(citation).objects.filter(pk=citation.pk).delete()

    assert "A witness" not in page_of(incident, green)
    assert "Source removed" in page_of(incident, amal)


def test_a_row_one_may_not_see_has_no_name(amal, incident, green, page_of):
    """The place it had before is restricted today."""
    before = incident.place
    change(incident, place=PlaceFactory(name="Basra"))
    change(before, marking="TLP:RED", readers=[amal.pk], name="Safe house")

    shown = page_of(incident, green)

    assert "<bdi>hidden</bdi>" in shown
    assert "Safe house" not in shown
    assert "Erbil" not in shown
    assert "Safe house" in page_of(incident, amal)


def test_staff_of_another_organisation_are_not_named(amal, incident, page_of):
    with by(amal):
        change(incident, amal, title="Drones")
    partner = UserFactory(
        is_staff=True, is_superuser=True, organisation=OrganisationFactory(slug="partner")
    )

    shown = page_of(incident, partner)

    assert "Drones" in shown
    assert "Amal" not in shown
    assert "somebody of another organisation" in shown


def test_hidden_and_absent_answer_alike(client, amal, green):
    hidden = IncidentFactory(marking="TLP:RED", readers=[amal.pk])
    client.force_login(green)

    def answer(pk):
        page = client.get(address(Incident, "history", pk))
        said = [str(message).replace(f"“{pk}”", "") for message in get_messages(page.wsgi_request)][
            -1:
        ]
        return page.status_code, page.headers["Location"], said

    assert answer(hidden.pk) == answer(hidden.pk + 100_000)


def test_whoever_may_not_view_is_refused(client, incident):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(address(Incident, "history", incident.pk)).status_code == 403


def test_whoever_reads_no_records_sees_none(client, incident):
    auditor = UserFactory(
        is_staff=True, rights=["records.read_audit", "incidents.view_incident"], is_superuser=False
    )
    client.force_login(auditor)

    assert client.get(address(Incident, "history", incident.pk)).status_code == 302


# Pages


def test_pages_tell_everything_once(amal, incident, viewer):
    for n in range(120):
        with by(amal):
            change(incident, amal, title=f"Title {n}")
            if n % 10 == 0:
                cite(incident, SourceFactory())

    seen, before = [], ""
    while True:
        page = history_of(incident, viewer, before)
        seen += [one.new for act in page.acts for one in act.changes[0].differences]
        if not page.older:
            break
        before = page.older

    titles = [new for new in seen if new.startswith("Title")]
    assert titles == [f"Title {n}" for n in reversed(range(120))]


def test_a_request_is_not_cut_in_two(amal, incident, viewer, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 5)
    for n in range(3):
        with by(amal):
            change(incident, amal, title=f"Title {n}")
            citations = [SourceFactory(), SourceFactory()]
            for source in citations:
                incident.citations.model.objects.create(record=incident, source=source)

    first = history_of(incident, viewer)
    second = history_of(incident, viewer, first.older)

    assert [len(act.changes) for act in (*first.acts, *second.acts)][:2] == [3, 3]


def test_a_page_leads_to_the_next(incident, page_of, monkeypatch):
    monkeypatch.setattr(history, "PAGE", 2)
    for n in range(4):
        change(incident, title=f"Title {n}")

    shown = page_of(incident)
    older = re.search(r'\?before=([\d.]+)"', shown)[1]

    assert "Title 0" not in shown
    assert "Title 1" in page_of(incident, before=older)


@pytest.mark.parametrize(
    "before", ["x", "1", "1.2", "1.2.3.4", "-1.0.1", "9" * 40 + ".0.1", "١.0.1"]
)
def test_a_malformed_page_is_refused(client, amal, incident, viewer, before):
    with pytest.raises(NoSuchPage):
        history_of(incident, viewer, before)

    client.force_login(amal)
    page = address(Incident, "history", incident.pk)
    assert client.get(page, {"before": before}).status_code == 400


def test_a_page_beyond_the_last_is_empty(incident, page_of):
    assert "Nothing earlier." in page_of(incident, before="0.0.0")


def test_fifty_events_cost_what_five_do(amal, incident, viewer, count_queries):
    """One for the page, two for each of two tables, one for each of three kinds of row."""

    def edits(number):
        for n in range(number):
            with by(UserFactory()):
                change(incident, amal, place=PlaceFactory())
            citation = cite(incident)
            change(citation, pinpoint=f"p. {n}")

    edits(3)
    cost_of_few = count_queries(lambda: history_of(incident, viewer))
    edits(15)

    assert count_queries(lambda: history_of(incident, viewer)) == cost_of_few
    assert cost_of_few <= 12


# In Arabic


def test_the_page_is_there_in_arabic(client, amal, incident):
    group = GroupFactory(name="Ahl al-Kahf", name_ar="أهل الكهف")
    change(group, note="Seen.")
    client.force_login(amal)
    answer = client.get(
        address(type(group), "history", group.pk), headers={"accept-language": "ar"}
    )

    assert 'dir="rtl"' in answer.content.decode()
    assert "أهل الكهف" in answer.content.decode()
