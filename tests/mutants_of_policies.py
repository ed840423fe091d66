"""Policies of the database with a clause switched off, many tables at a time.

Those that look at other tables are mutated apart from those that are looked at: so what one
table shows depends on its own mutant alone.
"""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from uuid import UUID

from django.db import transaction

from records.viewer import viewing
from tests.direct_sql import sql
from tests.mutation import clauses_in

# Lets the owner of the tables through, and nobody else: tests/test_gate_mutants.py.
OF_THE_OWNER = "( SELECT is_maintenance("


@dataclass(frozen=True)
class Policy:
    table: str
    shows: str  # which rows

    @classmethod
    def all(cls):
        found = sql(
            "SELECT tablename, qual FROM pg_policies"
            " WHERE schemaname = current_schema() AND cmd IN ('ALL', 'SELECT') ORDER BY 1"
        )
        return [cls(table, re.sub(r"\s+", " ", shows)) for table, shows in found]

    def looks_at(self, tables):
        named = set(re.findall(r"\w+", self.shows)) - {self.table}
        return bool(named & tables)

    def mutants(self):
        """Of each clause, and of the whole."""
        yield Mutant(self.table, self.shows, "true")
        for words, without in clauses_in(self.shows):
            if without != self.shows and not words.startswith(OF_THE_OWNER):
                yield Mutant(self.table, words, without)


@dataclass(frozen=True)
class Mutant:
    table: str
    words: str
    without: str


def survivors(policies, keys, expected, viewers):
    """The mutants under which their table shows each viewer what it should.

    keys: the column that tells the rows of a table apart. expected: {(table, viewer): keys}.
    """
    policies = [policy for policy in policies if policy.shows != "true"]
    tables = {policy.table for policy in policies}
    alone = [policy for policy in policies if not policy.looks_at(tables)]
    looking = [policy for policy in policies if policy.looks_at(tables)]
    for group in (alone, looking):
        for batch in zip_longest(*(policy.mutants() for policy in group)):
            yield from _survivors([each for each in batch if each], keys, expected, viewers)


def _survivors(batch, keys, expected, viewers):
    left = {mutant.table: mutant for mutant in batch}
    with _switched_off(batch):
        for viewer in viewers:
            if left:
                for table, shown in shown_by_database({t: keys[t] for t in left}, viewer).items():
                    if shown != expected[table, viewer]:
                        del left[table]
    return left.values()


@contextmanager
def _switched_off(batch):
    with transaction.atomic():
        for mutant in batch:
            sql(f'ALTER POLICY audience ON "{mutant.table}" USING ({mutant.without})')
        yield
        transaction.set_rollback(True)


def shown_by_database(keys, viewer):
    """{table: keys of the rows that the second wall shows by itself}."""
    asked = " UNION ALL ".join(
        f"SELECT '{table}', array(SELECT {key}::text FROM \"{table}\")"
        for table, key in keys.items()
    )
    with viewing(viewer):
        sql("SELECT set_config('musaala.maintenance', 'on', true)")  # to no avail: not the owner
        return {table: sorted(map(_typed, keys)) for table, keys in sql(asked)}


def _typed(key):
    return UUID(key) if len(key) == 36 else int(key)
