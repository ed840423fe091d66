"""Each clause of the two walls, switched off in turn, is missed.

The rows and the viewers of tests/all_readings.py differ in each thing that decides who reads
what, and tests/readings.py says in plain Python who does. Each wall is held to that by itself.
A clause is found in the text of the wall, so one that is added is switched off too; what is
switched off and not missed is in a list here, with the reason why nothing shows it.
"""

import re

import pytest
from django.db import transaction

from legal.models import Identity
from partners.models import Change
from records.gate import GatedQuerySet, unrestricted
from records.rights import AUDIT, NAMES, READ
from records.viewer import viewing
from tests.all_readings import Rows
from tests.direct_sql import sql
from tests.factories import UserFactory
from tests.gate_probes import (
    OF_THE_GATE,
    PROBES,
    answer_of,
    expected_rows,
    functions,
    histories,
    rows_of,
    told,
)
from tests.hidden_world import WHOLES
from tests.mutants_of_policies import Policy, shown_by_database, survivors
from tests.mutation import clauses_in, clauses_of, switched_off
from tests.readings import MARKED, READ_BY, Stored, shown_by_rule

GATED = [
    *OF_THE_GATE,
    *(
        model
        for model in READ_BY
        if hasattr(model.objects, "visible_to") and model not in MARKED
        if not hasattr(model, "pgh_tracked_model")
    ),
]
HARMLESS = {
    **dict.fromkeys(
        [
            ("GatedQuerySet.visible_to", "if False for if self.query.gate == viewer"),
            ("AuditQuerySet.visible_to", "if False for if self.query.gate == viewer"),
        ],
        "The same rows are filtered in the same way twice.",
    ),
    **dict.fromkeys(
        [
            ("Viewer.may_read", "always, for if key is not None"),
            ("seen_by", "always, for if key is not None"),
            ("DeskQuerySet.admitting", "viewer.organisation_id is None"),
            ("SavedViewQuerySet.admitting", "viewer.organisation_id is None"),
            ("QueueNoteQuerySet.admitting", "viewer.organisation_id is None"),
            ("HandedOverQuerySet.admitting", "always, for if viewer.organisation_id"),
            ("DigestQuerySet.admitting", "never, for if viewer.person_id is None"),
        ],
        "No row is of no organisation or person, and no list of them holds nobody.",
    ),
    ("HandedOverQuerySet.admitting", "viewer.clearance == NOTHING"): "No marking ranks so low.",
    **dict.fromkeys(
        [
            ("_gated_lookup", "always, for if to_attr and to_attr != path.split('__')[-1]"),
            ("_gated_lookup", "to_attr"),
            ("_gated_lookup", "to_attr != path.split('__')[-1]"),
        ],
        "A name that nobody gave is None.",
    ),
    ("_may_hide", "if False for if not hasattr(far, 'audience_rank')"): (
        "No record has many of what has no audience."
    ),
    ("_many_related", "always, for if relation.one_to_many"): "A key leads to a visible row.",
    ("Trail.events", ".filter(**{f'{self.key}_id': record.pk}) of parts"): (
        "What belongs to another record by now is read there."
    ),
    ("viewing", "always, for if nested"): "It writes down once more what ends by itself.",
    ("viewing", "before"): "Only outside a transaction: tests/test_review_race.py misses it.",
    ("_settings", "''"): "Only before a connection has ever been asked as anybody.",
}
KEYS = {model._meta.db_table: model._meta.pk.column for model in READ_BY}


@pytest.fixture(scope="module")
def everything(django_db_setup, django_db_blocker):
    """Made once for all tests here: nothing of it is committed."""
    with django_db_blocker.unblock(), unrestricted("tests"), transaction.atomic():
        yield Everything()
        transaction.set_rollback(True)


class Everything:
    def __init__(self):
        rows = Rows()
        self.viewers, self.world = rows.viewers(), rows.world
        self.users = [
            UserFactory(clearance="TLP:GREEN", rights=[READ, NAMES]),
            UserFactory(clearance="TLP:RED", rights=[AUDIT]),
        ]
        self.stored = Stored.now()
        self.expected = {
            (model._meta.db_table, viewer): shown_by_rule(model, viewer, self.stored)
            for model in READ_BY
            for viewer in self.viewers
        }


# The second wall


def test_the_second_wall_by_itself_shows_what_the_rules_say(everything):
    for viewer in everything.viewers:
        for table, shown in shown_by_database(KEYS, viewer).items():
            assert shown == everything.expected[table, viewer], (table, viewer)


def test_each_clause_of_a_policy_is_missed(everything):
    left = survivors(Policy.all(), KEYS, everything.expected, everything.viewers)

    told = [(mutant.table, mutant.words) for mutant in left]
    assert [each for each in told if not _hidden_with_its_record(*each)] == []


def _hidden_with_its_record(table, words):
    """A member, and a sealed name, is never hidden unless the record is that it belongs to.

    So in the history of these the clause about the row today says nothing that the one about
    the record does not.
    """
    of_today = f"{table}.pgh_obj_id" in words or "is_gone(" in words
    return of_today and table in {
        model.pgh_event_model._meta.db_table for model in (*WHOLES, Identity)
    }


def test_each_clause_of_who_may_merge_an_incident_is_missed(everything, monkeypatch):
    """A function with the rights of the owner asks by itself whether he reads the incident."""
    monkeypatch.setattr("records.viewer.WEB_ROLE", "none")  # the owner: no policy helps
    ((definition,),) = sql("SELECT pg_get_functiondef('viewer_reads_incident'::regproc)")
    body = re.sub(r"\s+", " ", definition.split("$function$")[1])
    left = []
    for words, without in [("", body), *clauses_in(body)]:
        if "SELECT FROM" not in words:
            with transaction.atomic():
                sql(definition.replace(definition.split("$function$")[1], without))
                if not _reads_otherwise(everything):
                    left.append(words)
                transaction.set_rollback(True)

    assert left == [""]  # with nothing switched off


def _reads_otherwise(everything):
    for viewer in everything.viewers:
        with viewing(viewer):
            read = sql("SELECT id FROM incidents_incident WHERE viewer_reads_incident(id)")
        if sorted(key for (key,) in read) != everything.expected["incidents_incident", viewer]:
            return True
    return False


# The first wall


def test_the_first_wall_by_itself_shows_what_the_rules_say(everything):
    for model in GATED:
        assert rows_of(model)(everything) == expected_rows(model, everything), model


def test_each_clause_of_the_gate_is_missed(everything):
    asked = [*PROBES, histories]
    whole = {probe: answer_of(probe, everything) for probe in asked}
    assert {probe: answer_of(probe, everything) for probe in asked} == whole
    assert not [said for said in whole.values() if isinstance(said, type)]
    whole |= {rows_of(model): expected_rows(model, everything) for model in GATED}
    left = []
    for name, function in functions().items():
        probes = _probes_of(name)
        for words, code in clauses_of(function):
            with switched_off(function, code):
                missed_by = next(
                    (each for each in probes if answer_of(each, everything) != whole[each]), None
                )
            if missed_by is None:
                left.append((name, words))
            else:  # which likely misses the next clause, too
                probes.remove(missed_by)
                probes.insert(0, missed_by)

    assert {*left} == {*HARMLESS}


def _probes_of(name):
    """Those that can tell: of the rules of one kind of rows, these rows."""
    if name == "Trail.events":
        return [histories]
    if name in ("seen_by", "SeenQuerySet.told"):
        return [rows_of(Change), told]
    kinds = {model: type(model.objects.all()) for model in GATED}
    own = [
        model
        for model, kind in kinds.items()
        if kind is not GatedQuerySet and name.startswith(f"{kind.__name__}.")
    ]
    return [*map(rows_of, own)] or [*map(rows_of, OF_THE_GATE), *PROBES]
