"""The history page of a record: who may know what of it, and its pages."""

import re

import pytest
from django.contrib.messages import get_messages

from incidents.models import Incident
from records import history
from records.history import NoSuchPage, history_of
from records.viewer import Viewer, viewing
from tests.admin_pages import address
from tests.factories import (
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.history_pages import amal, by, change, incident, page_of, viewer

__all__ = ["amal", "incident", "page_of", "viewer"]


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
