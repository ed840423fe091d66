"""Whether the history in the database is whole: docs/security.md#verifying-the-history.

Each check yields a sentence for each thing that is wrong, and says in passing how far it
got and what nothing proves.
"""

import json
from collections import Counter
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection, transaction

from records.chain import AS_WRITTEN, event_models, triggers_missing
from records.models import AuditEntry
from records.proof import BEFORE_THE_FIRST, Chain, faults_against

ENTRIES = AuditEntry._meta.db_table
PAGE = 50_000  # entries from one word of progress to the next


@contextmanager
def one_moment():
    """All that is read inside is of one moment, whoever writes meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for name, value in AS_WRITTEN.items():
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        yield


def entries():
    """Every entry as (sequence, event_table, content, hash), in order."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT sequence, event_table, content, hash FROM {ENTRIES} ORDER BY sequence"
        )
        yield from iter(cursor)


def end_of_chain():
    """(sequence, hash) of the last entry."""
    last = _ask(f"SELECT sequence, hash FROM {ENTRIES} ORDER BY sequence DESC LIMIT 1")
    return last[0] if last else (0, BEFORE_THE_FIRST)


def kept_hashes(hashes):
    """Those of the hashes that some entry has."""
    found = _ask(f"SELECT hash FROM {ENTRIES} WHERE hash = ANY(%s)", [list(hashes)])
    return {stated for (stated,) in found}


def faults(checkpoints, say):
    """A sentence for each thing that is wrong with the history of the whole database.

    checkpoints: what `read_checkpoints()` found. say: is told of progress, and of what
    nothing proves.
    """
    with connection.cursor() as cursor:
        for table, name in sorted(triggers_missing(cursor)):
            yield f"{table}: the trigger {name} is missing or switched off. `migrate` sets it."
    walk = Chain(sequence for sequence, *_more in checkpoints.values())
    yield from walk.faults(_counted(entries(), say))
    yield from faults_against(checkpoints, walk.sequence, walk.kept)
    yield from _strange_tables(say)
    for model in event_models().values():
        say(f"{model._meta.db_table} ...")
        yield from _faults_of_events(model, say)
        yield from _faults_of_rows(model)


def _counted(rows, say):
    number = 0
    for number, row in enumerate(rows, 1):
        yield row
        if number % PAGE == 0:
            say(f"{number:,} entries ...")
    say(f"{number:,} entries in all.")


def _strange_tables(say):
    """Entries of a table that is none of history's."""
    found = _ask(
        f"SELECT event_table, count(*), min(sequence), to_regclass(event_table) IS NOT NULL "
        f"FROM {ENTRIES} WHERE event_table <> ALL(%s) GROUP BY event_table ORDER BY event_table",
        [list(event_models())],
    )
    for table, number, first, is_there in found:
        if is_there:
            yield f"Entry {first}: {table} holds no events. {number} entries say that it does."
        else:
            say(f"Note: {table} is no longer there. Its {number} entries stand for its events.")


# Events and entries


def _faults_of_events(model, say):
    """Each event has its entry, each entry its event, and they say the same."""
    table = model._meta.db_table
    columns = {field.column for field in model._meta.concrete_fields}
    apart = Counter()
    for sequence, event_id, now, then, is_told in _differing(table):
        where = f"{table}, event {event_id}"
        if sequence is None:
            yield f"{where}: has no entry. It was written past the triggers."
            continue
        where = f"{where} (entry {sequence})"
        if now is None:
            yield f"{where}: is gone."
            continue
        if not is_told:
            yield f"{where}: the entry says otherwise who did what and when."
        try:
            changed, only_now, only_then = _compared(now, then)
        except ValueError:
            yield f"{where}: what the entry holds is not JSON."
            continue
        unknown = only_now - columns | only_then & columns
        if changed | unknown:
            yield f"{where}: was changed after it was written: {_listed(changed | unknown)}."
        apart["came later", _listed(only_now - unknown)] += 1
        apart["are there no longer", _listed(only_then - unknown)] += 1
    for (what, names), number in apart.items():
        if names:
            say(
                f"Note: {number} entries of {table} differ from their events by columns that "
                f"{what}: {names}."
            )


def _differing(table):
    """What is not the same, letter by letter, in an event and its entry."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"""
            SELECT * FROM (
                SELECT entry.sequence, coalesce(event.pgh_id, entry.event_id),
                    to_jsonb(event)::text AS said_now, entry.content AS said_then,
                    (entry.made_at, entry.action, entry.row_id,
                        entry.person_id, entry.key, entry.request)
                    IS NOT DISTINCT FROM (
                        event.pgh_created_at, event.pgh_label, event.pgh_obj_id,
                        context_person(event.pgh_context), context_key(event.pgh_context),
                        context_request(event.pgh_context)
                    ) AS is_told
                FROM "{table}" AS event
                FULL JOIN (SELECT * FROM {ENTRIES} WHERE event_table = %s) AS entry
                    ON entry.event_id = event.pgh_id
            ) AS pair
            WHERE said_now IS DISTINCT FROM said_then OR NOT is_told ORDER BY sequence
            """,
            [table],
        )
        yield from iter(cursor)


def _compared(now, then):
    """Names of the columns that differ, that only the event has, that only the entry has.

    Raises:
        ValueError: the entry holds no JSON object.
    """
    now, then = (json.loads(text, parse_float=Decimal) for text in (now, then))
    if not isinstance(then, dict):
        raise ValueError
    changed = {name for name in now.keys() & then.keys() if now[name] != then[name]}
    return changed, now.keys() - then.keys(), then.keys() - now.keys()


def _listed(names):
    return ", ".join(sorted(names))


# Events and rows


def _faults_of_rows(model):
    """Each row is as its last event left it."""
    tracked, events = model.pgh_tracked_model._meta, model._meta
    key = tracked.pk.column
    columns = [
        field.column for field in events.concrete_fields if not field.name.startswith("pgh_")
    ]
    differing = ", ".join(
        f'CASE WHEN now."{name}" IS DISTINCT FROM event."{name}" THEN \'{name}\' END'
        for name in columns
    )
    found = _ask(
        f"""
        SELECT coalesce(now."{key}", event.pgh_obj_id), event.pgh_id, now."{key}" IS NOT NULL,
            event.pgh_label, array_remove(ARRAY[{differing}], NULL)
        FROM "{tracked.db_table}" AS now
        FULL JOIN (
            SELECT DISTINCT ON (pgh_obj_id) * FROM "{events.db_table}"
            ORDER BY pgh_obj_id, pgh_id DESC
        ) AS event ON event.pgh_obj_id = now."{key}"
        WHERE event.pgh_id IS NULL OR (now."{key}" IS NULL) <> (event.pgh_label = 'delete')
            OR now."{key}" IS NOT NULL AND array_remove(ARRAY[{differing}], NULL) <> '{{}}'
        ORDER BY 1
        """
    )
    for row_id, event_id, is_there, label, changed in found:
        where = f"{tracked.db_table}, row {row_id}"
        if event_id is None:
            yield f"{where}: has no history. It was written past the triggers."
        elif not is_there:
            yield f"{where}: is gone, and its history does not say that it was deleted."
        elif label == "delete":
            yield f"{where}: is there, and its history says that it was deleted (event {event_id})."
        else:
            yield (
                f"{where}: differs from its last event (event {event_id}): "
                f"{_listed(changed)}. It was changed past the triggers."
            )


def _ask(query, params=None):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()
