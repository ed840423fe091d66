"""Each clause of the two walls, switched off in turn, is missed.

The rows and the viewers of tests/all_readings.py differ in each thing that decides who reads
what, and tests/readings.py says in plain Python who does. Each wall is held to that by itself.
A clause is found in the text of the wall, so one that is added is switched off too; what is
switched off and not missed is in a list here, with the reason why nothing shows it.
"""

import pytest
from django.db import transaction

from records.gate import unrestricted
from tests.all_readings import Rows
from tests.direct_sql import sql
from tests.mutants_of_policies import Policy, shown_by_database, survivors
from tests.readings import READ_BY, Stored, shown_by_rule

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
        self.viewers = rows.viewers()
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

    assert [(mutant.table, mutant.words) for mutant in left] == []
