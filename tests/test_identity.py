"""Names of suspects: who may read the rows, what is kept of them, and changing the key."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from legal.models import Identity, NameReading, Suspect
from records.gate import Unrestricted, gated
from records.models import User
from records.rights import AUDIT, NAMES, READ
from records.roles import TITLES, rights_of
from records.sealing import unseal
from records.viewer import Viewer, viewing
from tests.factories import (
    IdentityFactory,
    NameReadingFactory,
    OrganisationFactory,
    SuspectFactory,
    UserFactory,
)
from tests.starter import FIXTURES

NAME = "Zabaniyah Qandil"
EVENTS = Identity.pgh_event_model
TABLES = ["legal_identity", "legal_identityevent"]


def viewer_with(*rights, **given):
    return Viewer.of(User.objects.get(pk=UserFactory(rights=rights, **given).pk))


def rows_in(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.fixture
def two_keys(settings):
    settings.IDENTITY_KEYS = {"k1": b"1" * 32}
    return {"k2": b"2" * 32, "k1": b"1" * 32}


# Who may


@pytest.mark.parametrize("table", [Identity, EVENTS])
def test_the_first_wall_asks_for_the_right_beside_the_audience(table):
    IdentityFactory()
    stranger = {"organisation": OrganisationFactory(slug="partner"), "clearance": "TLP:GREEN"}
    hidden = IdentityFactory(suspect__marking="TLP:AMBER+STRICT")
    of_hidden = {"suspect": hidden.suspect_id}

    assert table.objects.visible_to(viewer_with(READ, NAMES)).count() == 2
    assert table.objects.visible_to(viewer_with(READ)).count() == 0
    assert table.objects.visible_to(viewer_with(NAMES)).count() == 0
    assert table.objects.visible_to(viewer_with(READ, NAMES, **stranger)).count() == 1
    assert not table.objects.visible_to(viewer_with(READ, NAMES, **stranger)).filter(**of_hidden)


@pytest.mark.parametrize("table", TABLES)
def test_the_second_wall_asks_for_it_too(table):
    IdentityFactory()
    IdentityFactory(suspect__marking="TLP:RED", suspect__readers=[UserFactory().pk])

    for rights, seen in [((READ, NAMES), 1), ((READ,), 0), ((NAMES,), 0), ((AUDIT,), 0)]:
        with viewing(viewer_with(*rights)):
            assert rows_in(table) == seen, rights


def test_without_the_right_no_name_is_written_either():
    suspect, sealed = SuspectFactory(), IdentityFactory()
    with viewing(viewer_with(READ)):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            IdentityFactory(suspect=suspect)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE legal_identity SET tokens = '{}'")
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM legal_identity")
            assert cursor.rowcount == 0

    assert Identity.objects.get() == sealed


def test_that_a_name_is_kept_already_is_not_told_by_a_refusal():
    """The uniqueness of the suspect is asked after the policy."""
    kept, unnamed = IdentityFactory(), SuspectFactory()
    with viewing(viewer_with(READ)):
        with pytest.raises(DatabaseError) as twice, transaction.atomic():
            IdentityFactory(suspect=kept.suspect)
        with pytest.raises(DatabaseError) as once, transaction.atomic():
            IdentityFactory(suspect=unnamed)

    assert str(twice.value) == str(once.value)


def test_a_change_of_the_suspects_audience_reaches_a_name_that_its_author_may_not_see():
    kept, monitor = IdentityFactory(), viewer_with(READ)
    with viewing(monitor):
        Suspect.objects.visible_to(monitor).update(marking="TLP:AMBER+STRICT")
    kept.refresh_from_db()
    owner = kept.suspect.owner_id

    assert (kept.audience_rank, kept.audience_organisations) == (3, [owner])


def test_no_relation_leads_from_a_suspect_to_his_name():
    pointing = {
        relation.related_model for relation in Suspect._meta.get_fields() if relation.is_relation
    }

    assert Identity not in pointing
    assert NameReading not in pointing


def test_nobody_has_the_right_by_his_role():
    assert [role for role in TITLES if NAMES in rights_of(role)] == []


# Readings


def test_a_person_sees_his_own_readings_and_an_auditor_all():
    reading = NameReadingFactory()
    for table in ("legal_namereading", "legal_namereadingevent"):
        for viewer, seen in [
            (Viewer.of(reading.person), 1),
            (viewer_with(AUDIT), 1),
            (viewer_with(READ, NAMES), 0),
        ]:
            with viewing(viewer):
                assert rows_in(table) == seen
    with gated():
        rows = NameReading.objects
        assert rows.visible_to(Viewer.of(reading.person)).count() == 1
        assert rows.visible_to(viewer_with(AUDIT)).count() == 1
        assert rows.visible_to(viewer_with(READ, NAMES)).count() == 0
        assert rows.visible_to(Unrestricted("a test")).count() == 1


def test_nobody_reads_in_anothers_name():
    reader, other = UserFactory(), UserFactory()
    suspect = SuspectFactory()
    refused = pytest.raises(DatabaseError, match="row-level security")
    with viewing(Viewer.of(reader)), refused, transaction.atomic():
        NameReadingFactory(suspect=suspect, person=other)


@pytest.mark.parametrize(
    "write", ["UPDATE legal_namereading SET how = 'found'", "DELETE FROM legal_namereading"]
)
def test_a_reading_cannot_be_undone(write):
    reading = NameReadingFactory()
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        connection.cursor().execute(write)
    refused = pytest.raises(DatabaseError, match="permission denied")
    with viewing(Viewer.of(reading.person)), refused, transaction.atomic():
        connection.cursor().execute(write)


# What is kept


def test_history_keeps_every_change_of_a_name_and_nothing_of_it():
    kept = IdentityFactory()
    columns = {field.name for field in EVENTS._meta.fields}

    kept.tokens = []
    kept.save()
    kept.delete()

    events = EVENTS.objects.order_by("pgh_id").values_list("pgh_label", "version")
    assert list(events) == [("insert", 1), ("update", 2), ("delete", 2)]
    assert columns.isdisjoint({"sealed", "tokens"})


def test_the_database_holds_no_name():
    IdentityFactory(name=NAME)
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg(row::text, '') FROM {table} AS row")
            kept = cursor.fetchone()[0].lower()
        for word in NAME.lower().split():
            assert word not in kept
        assert NAME.encode().hex() not in kept


def test_a_dump_holds_what_is_sealed_and_is_loaded_again(tmp_path):
    kept, dump = IdentityFactory(name=NAME), tmp_path / "names.json"
    call_command("dumpdata", "legal.identity", natural_foreign=True, output=dump)
    kept.delete()
    call_command("loaddata", dump, verbosity=0)

    assert "Zabaniyah" not in dump.read_text()
    assert opened(Identity.objects.get()) == NAME


def test_the_starter_data_have_no_names():
    assert [file for file in FIXTURES if "legal.identity" in file.read_text()] == []


def test_a_row_does_not_say_whose_name_it_is():
    kept = IdentityFactory()

    assert str(kept) == f"name of a suspect {kept.pk}"


# Changing the key


def rotate(**options):
    out = StringIO()
    call_command("rotate_identity_key", stdout=out, **options)
    return out.getvalue()


def opened(kept):
    kept.refresh_from_db()
    return unseal(kept.key_id, kept.sealed, kept.suspect.reference)


def test_all_names_are_sealed_anew_and_read_as_before(settings, two_keys):
    kept = [IdentityFactory(name=f"{NAME} {number}") for number in "123"]
    settings.IDENTITY_KEYS = two_keys
    assert [opened(row) for row in kept] == [f"{NAME} {number}" for number in "123"]

    said = rotate(batch=2)
    settings.IDENTITY_KEYS = {"k2": two_keys["k2"]}

    assert "Sealed anew with k2: 3 (k1: 3).\nNo name needs a key other than k2" in said
    assert [opened(row) for row in kept] == [f"{NAME} {number}" for number in "123"]
    assert {row.key_id for row in kept} == {"k2"}
    assert "Zabaniyah" not in said


def test_what_was_done_before_an_interruption_is_not_done_again(settings, two_keys):
    done, left = IdentityFactory(), IdentityFactory()
    settings.IDENTITY_KEYS = two_keys
    call_command("rotate_identity_key", stdout=StringIO())
    Identity.objects.filter(pk=left.pk).delete()
    settings.IDENTITY_KEYS = {"k1": two_keys["k1"]}
    IdentityFactory(suspect=left.suspect)
    settings.IDENTITY_KEYS = two_keys
    done.refresh_from_db()
    before = done.version

    assert "Sealed anew with k2: 1 (k1: 1)." in rotate()
    assert "Sealed anew with k2: 0." in rotate()
    done.refresh_from_db()
    assert done.version == before


def test_a_name_that_cannot_be_opened_stays_and_the_others_are_done(settings, two_keys):
    lost = IdentityFactory()
    sealed = bytes(lost.sealed)
    settings.IDENTITY_KEYS = {"k0": b"0" * 32}
    found = IdentityFactory()
    settings.IDENTITY_KEYS = {"k2": two_keys["k2"], "k0": b"0" * 32}

    with pytest.raises(CommandError, match=f"{lost.suspect.code}(.|\n)*k2: 1 \\(k1: 1\\)") as error:
        rotate()
    found.refresh_from_db()
    lost.refresh_from_db()

    assert (found.key_id, lost.key_id, bytes(lost.sealed)) == ("k2", "k1", sealed)
    assert "Zabaniyah" not in str(error.value)


def test_a_new_secret_to_search_by_is_taken_too(settings):
    kept = IdentityFactory(name=NAME)
    settings.IDENTITY_SEARCH_SECRET = "another secret, " * 3
    assert not Identity.objects.bearing("qandil")

    rotate()

    assert Identity.objects.bearing("qandil").get() == kept


def test_history_says_why_a_name_was_sealed_anew(settings, two_keys):
    IdentityFactory()
    settings.IDENTITY_KEYS = two_keys
    rotate()

    event = EVENTS.objects.order_by("pgh_id").last()
    assert (event.pgh_label, event.key_id) == ("update", "k2")
    assert event.pgh_context == {"reason": "rotate_identity_key"}


def test_sealed_names_that_change_places_do_not_open():
    one, other = IdentityFactory(), IdentityFactory()
    Identity.objects.filter(pk=one.pk).update(sealed=other.sealed)

    with pytest.raises(Exception, match="altered, or belongs elsewhere"):
        opened(one)
