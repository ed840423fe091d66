"""The feed tells every reader each change of what he may read, and nothing of what he may not."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from incidents.models import Incident, Place
from legal.models import ConvictionIncident
from partners.models import Change
from partners.noting import note_changes
from records.models import Source
from records.models.audience import Marked
from records.viewer import Viewer, viewing
from tests.factories import (
    ConvictionIncidentFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
    cite,
)
from tests.feeding import CHANGES, Reader
from tests.problems import refused as told
from tests.trail import ask

pytestmark = pytest.mark.django_db(transaction=True)

RED = {"marking": "TLP:RED", "readers": [10**6]}
WITHDRAWN = {"review_status": "withdrawn", "withdrawn_reason": "Told twice."}


def change(row, **values):
    type(row).objects.filter(pk=row.pk).update(**values)


@pytest.fixture
def source():
    return SourceFactory()


@pytest.fixture
def reader(source):
    """Somebody cleared for CLEAR alone who has been told all there is."""
    told = Reader()
    told.follow()
    return told


# What is told


def test_a_reader_is_told_of_what_comes_changes_and_goes(reader):
    source = SourceFactory(publisher="Shafaq")
    assert reader.changes() == [("created", source.reference)]
    assert reader.told[-1]["noun"] == "sources"
    assert reader.told[-1]["record"]["publisher"] == "Shafaq"

    change(source, publisher="Shafaq News")
    assert reader.changes() == [("updated", source.reference)]
    assert reader.told[-1]["record"]["publisher"] == "Shafaq News"

    change(source, **WITHDRAWN)
    assert reader.changes() == [("removed", source.reference)]
    assert reader.told[-1].keys() == {"noun", "reference", "change", "version", "at", "reason"}
    assert reader.told[-1]["reason"] == "withdrawn"

    change(source, review_status="published", withdrawn_reason="")
    assert reader.changes() == [("created", source.reference)]
    assert reader.changes() == []


def test_from_the_beginning_all_is_told_that_can_be_read_and_no_more(source, reader):
    lost, raised = SourceFactory(), SourceFactory()
    change(lost, **WITHDRAWN)
    change(raised, **RED)
    SourceFactory(review_status="draft")
    change(source, note="Changed.")

    late = Reader()
    late.follow()

    assert {entry["reference"] for entry in late.told} == {source.reference}
    assert late.copy == late.readable()


def test_what_was_lost_while_somebody_was_reading_is_told(source):
    SourceFactory.create_batch(2)
    reader = Reader(page_size=1)
    page = reader.ask()
    change(source, **WITHDRAWN)

    assert page["more"] and page["results"][0]["reference"] == source.reference
    assert reader.changes()[-1] == ("removed", source.reference)
    assert len(reader.readable()) == 2


@pytest.mark.parametrize(
    "hidden_by",
    [
        lambda incident: change(incident, marking="TLP:GREEN"),
        lambda incident: change(incident, **RED),
        lambda incident: change(incident.place, marking="TLP:GREEN"),
        lambda incident: change(incident.place, **WITHDRAWN),
    ],
    ids=["raised", "raised to RED", "its place raised", "its place withdrawn"],
)
def test_loss_of_sight_is_told_and_its_return(reader, hidden_by):
    incident = IncidentFactory()
    assert ("created", incident.reference) in reader.changes()

    hidden_by(incident)

    lost = {entry["reference"]: entry for entry in reader.follow()}[incident.reference]
    assert (lost["change"], lost["reason"]) == ("removed", "unavailable")
    assert reader.copy == reader.readable()

    change(incident.place, marking="TLP:CLEAR", review_status="published", withdrawn_reason="")
    change(incident, marking="TLP:CLEAR", readers=[])
    assert ("created", incident.reference) in reader.changes()
    assert reader.copy == reader.readable()


def test_who_is_let_in_or_out_is_told_and_nobody_else(source):
    ours, first, second = (OrganisationFactory(slug=slug) for slug in ("us", "one", "two"))
    source = SourceFactory(owner=ours, marking="TLP:AMBER", shared_with=[first.pk])
    one, two = (Reader("TLP:AMBER", slug) for slug in ("one", "two"))
    one.follow(), two.follow()

    change(source, shared_with=[first.pk, second.pk])
    assert (one.changes(), two.changes()) == ([], [("created", source.reference)])

    change(source, shared_with=[second.pk])
    assert (one.changes(), two.changes()) == ([("removed", source.reference)], [])


def test_what_is_said_beside_a_change_of_readers_is_told_to_all():
    first, second = (OrganisationFactory(slug=slug) for slug in ("one", "two"))
    source = SourceFactory(
        owner=OrganisationFactory(slug="us"), marking="TLP:AMBER", shared_with=[first.pk]
    )
    one, two = (Reader("TLP:AMBER", slug) for slug in ("one", "two"))
    one.follow(), two.follow()

    with transaction.atomic():
        change(source, shared_with=[first.pk, second.pk])
        change(source, note="Changed.")

    assert one.changes() == [("updated", source.reference)]
    assert ("created", source.reference) in two.changes()


def test_a_part_is_told_as_a_change_of_its_record_to_who_may_see_it(reader):
    owner = OrganisationFactory()
    named = UserFactory(organisation=owner, clearance="TLP:RED")
    group = GroupFactory()
    insider = Reader(user=named)
    reader.follow(), insider.follow()

    hidden = GroupNameFactory(bearer=group, marking="TLP:RED", readers=[named.pk])
    assert insider.changes() == [("updated", group.reference)]
    assert insider.copy == insider.readable()
    assert reader.changes() == []

    hidden.delete()
    assert insider.changes() == [("updated", group.reference)]
    seen = GroupNameFactory(bearer=group)
    assert reader.changes() == insider.changes() == [("updated", group.reference)]
    change(seen, marking="TLP:RED", readers=[named.pk])
    assert reader.changes() == [("updated", group.reference)]
    assert reader.copy == reader.readable()


def test_a_citation_is_lost_with_its_source(reader):
    incident = IncidentFactory()
    citation = cite(incident)
    reader.follow()

    change(citation.source, marking="TLP:GREEN")

    assert sorted(change for change, _reference in reader.changes()) == ["removed", "updated"]
    assert reader.copy == reader.readable()


def test_both_records_that_a_row_joins_are_told():
    joined = ConvictionIncidentFactory()
    reader = Reader()
    reader.follow()

    ConvictionIncident.objects.filter(pk=joined.pk).update(note="Named in the judgment.")

    assert {reference for _change, reference in reader.changes()} == {
        joined.conviction.reference,
        joined.incident.reference,
    }


# What is not told


def test_a_draft_is_not_told_whatever_becomes_of_it(reader):
    draft = SourceFactory(review_status="draft")
    change(draft, note="Changed.")
    change(draft, review_status="submitted")
    change(draft, review_status="draft")
    Source.objects.filter(pk=draft.pk).delete()

    assert not Change.objects.filter(reference=draft.reference).exists()
    assert reader.changes() == []


def test_what_was_readable_only_within_a_transaction_never_was(reader):
    with transaction.atomic():
        source = SourceFactory()
        change(source, note="Changed.")
        change(source, **RED)
    assert reader.changes() == []

    with transaction.atomic():
        change(source, marking="TLP:CLEAR", readers=[])
        change(source, **RED)
    assert reader.changes() == []


def test_a_change_and_its_withdrawal_are_one_loss(reader, source):
    with transaction.atomic():
        change(source, marking="TLP:GREEN")
        change(source, **WITHDRAWN)

    assert reader.changes() == [("removed", source.reference)]


def test_how_a_record_stands_with_its_reviewers_is_not_told(reader, source):
    change(source, to_countersign=True)
    change(source, wider={"marking": "TLP:CLEAR"})
    change(source, created_at="2001-01-01T00:00Z")

    assert Change.objects.count() == 1
    assert reader.changes() == []


def test_a_record_and_its_parts_made_together_are_told_once(reader):
    place = PlaceFactory()
    sources = SourceFactory.create_batch(3)
    reader.follow()

    with transaction.atomic():
        incident = IncidentFactory(place=place)
        for source in sources:
            cite(incident, source)
        change(incident, note="Changed.")

    assert [kind for kind, _reference in reader.changes()] == ["created"]
    assert len(reader.told[-1]["record"]["sources"]) == 3


def test_a_deleted_record_is_told_as_out_of_reach(reader, source):
    Source.objects.filter(pk=source.pk).delete()

    assert reader.changes() == [("removed", source.reference)]
    assert reader.told[-1]["reason"] == "unavailable"


# Cursors


def give(user, right):
    app, codename = right.split(".")
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label=app, codename=codename)
    )


def refused(client, cursor):
    answer = client.get(CHANGES, {"cursor": cursor})
    return answer.status_code, answer.content.decode()


def cursor_of(reader):
    return parse_qs(urlsplit(reader.next).query)["cursor"][0]


def test_a_cursor_is_its_readers_alone(reader):
    other = Reader()
    other.follow()

    assert refused(reader.client, cursor_of(other))[0] == 400
    assert refused(reader.client, cursor_of(reader))[0] == 200


@pytest.mark.parametrize("cursor", ["x", "ف", "A" * 80, "=" * 80, "A" * 1900])
def test_what_is_no_cursor_is_refused_and_named(reader, cursor):
    status, said = refused(reader.client, cursor)

    assert status == 400
    assert "cursor" in said


@pytest.mark.parametrize(
    "become",
    [
        lambda user: user.__dict__.update(clearance="TLP:GREEN"),
        lambda user: user.__dict__.update(organisation_id=OrganisationFactory(slug="new").pk),
        lambda user: give(user, "records.read_names"),
    ],
    ids=["clearance", "organisation", "rights"],
)
def test_other_rights_start_over(reader, become):
    cursor = cursor_of(reader)
    become(reader.user)
    reader.user.save()

    status, said = refused(Reader(user=reader.user).client, cursor)

    assert status == 410
    assert "start over" in said


def test_a_cursor_from_a_future_that_was_undone_starts_over(reader):
    """As when the database is restored to the day before: its numbers are given again."""
    SourceFactory()
    reader.follow()
    ask("ALTER TABLE partners_change DISABLE TRIGGER USER")
    ask("DELETE FROM partners_change WHERE number = (SELECT max(number) FROM partners_change)")
    ask("ALTER TABLE partners_change ENABLE TRIGGER USER")

    assert refused(reader.client, cursor_of(reader))[0] == 410


def test_a_cursor_shows_no_number_and_has_one_length(reader):
    SourceFactory.create_batch(3)
    one, two = (Reader(user=reader.user, page_size=size) for size in (1, 3))
    one.ask(), two.ask()

    assert len(cursor_of(one)) == len(cursor_of(two)) == 80
    assert cursor_of(one)[:20] != cursor_of(two)[:20]


def test_an_unknown_parameter_and_a_page_of_no_size_are_refused(reader):
    for parameters in ({"since": "1"}, {"page_size": "0"}, {"page_size": "201"}, {"cursor": ""}):
        answer = reader.client.get(CHANGES, parameters)
        assert answer.status_code == 400
        assert next(iter(parameters)) in told(answer)


def test_a_version_names_one_entry(reader, source):
    for note in ("a", "b", "c"):
        change(source, note=note)
    reader.follow()

    versions = [entry["version"] for entry in reader.told]
    assert len(set(versions)) == len(versions) == 4
    again = Reader(user=reader.user)
    again.follow()
    assert [entry["version"] for entry in again.told] == versions


# The book


def test_what_was_there_before_the_feed_is_told(source):
    ask("SET musaala.forget_history = 'on'")
    ask("TRUNCATE partners_change")
    for name in ("insert", "delete", "said", "audience"):
        ask(f"DROP TRIGGER feed_{name} ON records_source")
    SourceFactory(review_status="draft")

    note_changes()
    note_changes()

    reader = Reader()
    assert reader.changes() == [("created", source.reference)]
    change(source, note="Changed.")
    assert reader.changes() == [("updated", source.reference)]


def test_the_role_that_answers_people_reads_its_own_and_writes_nothing(reader, source):
    change(source, **RED)
    SourceFactory(**RED)
    with viewing(Viewer.of(reader.user)):
        assert ask("SELECT count(*) FROM partners_change") == [(2,)]
        for statement in (
            "INSERT INTO partners_change SELECT * FROM partners_change",
            "UPDATE partners_change SET said = false",
            "DELETE FROM partners_change",
            "SELECT note_change(change) FROM partners_change AS change",
        ):
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                ask(statement)


def test_gate_and_wall_say_the_same(reader, source):
    organisation = OrganisationFactory(slug="us")
    SourceFactory(owner=organisation, marking="TLP:AMBER+STRICT")
    SourceFactory(marking="TLP:RED", readers=[reader.user.pk])
    SourceFactory(marking="TLP:GREEN")
    change(source, marking="TLP:AMBER", shared_with=[organisation.pk])
    viewers = [
        Viewer(person, organisation_id, rank)
        for person in (None, reader.user.pk)
        for organisation_id in (None, organisation.pk)
        for rank in (-1, 0, 1, 3, 4)
    ]
    for viewer in viewers:
        admitted = list(
            Change.objects.visible_to(viewer).order_by("number").values_list("number", flat=True)
        )
        with viewing(viewer):
            behind = ask("SELECT number FROM partners_change ORDER BY number")
        assert [(number,) for number in admitted] == behind, viewer


def test_a_page_costs_one_query_for_each_noun_on_it(count_queries, reader):
    """Its cursor, the changes, and the records of each noun with what they nest."""

    def cost(of):
        cursor = reader.next
        of()
        reader.next = cursor
        return count_queries(reader.ask)

    few = cost(lambda: IncidentFactory(place=PlaceFactory()))
    many = cost(lambda: [IncidentFactory(place=PlaceFactory()) for _again in range(9)])

    assert few == many


def test_every_table_of_records_and_parts_is_noted():
    noted = ask(
        "SELECT relname, count(*) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE tgname LIKE 'feed\\_%%' AND tgdeferrable AND tginitdeferred GROUP BY 1"
    )
    from_models = {
        model._meta.db_table
        for model in Incident.__mro__[0]._meta.apps.get_models()
        if issubclass(model, Marked) and not model.RIGHT  # which the API does not show
    }
    assert {table for table, _number in noted} == from_models
    assert {number for _table, number in noted} == {4}
    assert Place._meta.db_table in from_models
