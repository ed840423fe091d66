"""The hand-written SQL of an import.

Rows become records by INSERT ... SELECT: one statement for a batch, so that triggers keep
history, audience and stamps as for any other writer, at a third of the time of single saves.
"""

import json
from contextlib import contextmanager

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from incidents.models import Incident, IncidentCitation, Place, PlaceCitation
from records.models import Source
from records.web_role import WEB_ROLE

# Each record once in a transaction is counted a change by the database, in a list that
# grows with every record. A batch is done with its own, so the next begins an empty one.
_FORGET_COUNTED = "SELECT set_config('musaala.edited', '', true)"

_KEEP_STATES = """
UPDATE incidents_importrow AS row
SET state = found.state, errors = found.errors, origin = found.origin,
    ready = found.ready, incident_id = found.incident_id
FROM jsonb_to_recordset(%s::jsonb) AS found(
    id bigint, state text, errors jsonb, origin text, ready jsonb, incident_id bigint
)
WHERE row.id = found.id
"""

# Made once for an import, whichever row comes first. The column is unique, and names the
# import, so that it is unique among what nobody else can see.
_MAKE_ONCE = """
INSERT INTO {table} ({columns})
SELECT DISTINCT ON (made.origin_id) {values}
FROM incidents_importrow AS row,
    jsonb_populate_record(NULL::{table}, %s::jsonb || (row.ready -> '{part}')) AS made
WHERE row.id = ANY(%s) AND row.ready -> '{part}' <> 'null'
ORDER BY made.origin_id
ON CONFLICT (origin_id) DO NOTHING
RETURNING id
"""
_MAKE_INCIDENTS = """
INSERT INTO incidents_incident ({columns})
SELECT {values}
FROM incidents_importrow AS row
LEFT JOIN incidents_place AS new_place
    ON new_place.origin_id = row.ready -> 'place' ->> 'origin_id',
    jsonb_populate_record(
        NULL::incidents_incident, %s::jsonb || (row.ready -> 'incident')
        || CASE WHEN new_place.id IS NULL THEN '{{}}'
            ELSE jsonb_build_object('place_id', new_place.id) END
    ) AS made
WHERE row.id = ANY(%s)
ORDER BY row.number
"""
_CITE_FOR_INCIDENTS = """
INSERT INTO incidents_incidentcitation ({columns})
SELECT {values}
FROM incidents_importrow AS row
JOIN incidents_incident AS incident
    ON incident.reference = row.ready -> 'incident' ->> 'reference'
CROSS JOIN LATERAL (
    SELECT %s::bigint AS id, CASE WHEN row.origin <> ''
        THEN left(split_part(row.origin, ':', 2), 120) ELSE 'row ' || row.number END AS pinpoint
    UNION ALL
    SELECT source.id, '' FROM records_source AS source
    WHERE source.origin_id = row.ready -> 'source' ->> 'origin_id'
) AS cited,
    jsonb_populate_record(NULL::incidents_incidentcitation, %s::jsonb || jsonb_build_object(
        'record_id', incident.id, 'source_id', cited.id, 'pinpoint', cited.pinpoint
    )) AS made
WHERE row.id = ANY(%s)
ORDER BY row.number
"""
_CITE_FOR_PLACES = """
INSERT INTO incidents_placecitation ({columns})
SELECT {values}
FROM unnest(%s::bigint[]) AS place_id,
    jsonb_populate_record(
        NULL::incidents_placecitation, %s::jsonb || jsonb_build_object('record_id', place_id)
    ) AS made
"""
_MARK_IMPORTED = """
UPDATE incidents_importrow AS row
SET state = 'imported', incident_id = incident.id, ready = NULL
FROM incidents_incident AS incident
WHERE incident.reference = row.ready -> 'incident' ->> 'reference' AND row.id = ANY(%s)
"""


def columns_of(instance):
    """The columns of an unsaved row, as PostgreSQL reads them from JSON."""
    return {
        field.column: field.get_prep_value(getattr(instance, field.attname))
        for field in _written(type(instance))
    }


def _written(model):
    return [
        field
        for field in model._meta.concrete_fields
        if not field.generated and not field.primary_key
    ]


def _as_json(value):
    return json.dumps(value, cls=DjangoJSONEncoder)


def _filled_in(statement, model, **names):
    columns = [f'"{field.column}"' for field in _written(model)]
    return statement.format(
        columns=", ".join(columns),
        values=", ".join(f"made.{column}" for column in columns),
        table=model._meta.db_table,
        **names,
    )


def keep_states(rows):
    """Write what a check found about rows. One query."""
    found = [
        {
            name: getattr(row, name)
            for name in ("id", "state", "errors", "origin", "ready", "incident_id")
        }
        for row in rows
    ]
    _run(_KEEP_STATES, [_as_json(found)])


def write(ids, template, source):
    """Make incidents of checked rows, with their places, sources and citations.

    template: what all records of the import share, as `columns_of` gives it, by model.
    source: the file itself. Makes seven queries, however many rows.
    """
    _run(_FORGET_COUNTED)
    places = _run(
        _filled_in(_MAKE_ONCE, Place, part="place"), [_as_json(template[Place]), ids], True
    )
    of_places = template[PlaceCitation] | {"source_id": source.pk}
    if places:
        _run(_filled_in(_CITE_FOR_PLACES, PlaceCitation), [places, _as_json(of_places)])
    _run(_filled_in(_MAKE_ONCE, Source, part="source"), [_as_json(template[Source]), ids])
    _run(_filled_in(_MAKE_INCIDENTS, Incident), [_as_json(template[Incident]), ids])
    _run(
        _filled_in(_CITE_FOR_INCIDENTS, IncidentCitation),
        [source.pk, _as_json(template[IncidentCitation]), ids],
    )
    return _run(_MARK_IMPORTED, [ids])


@contextmanager
def by_the_owner():
    """Inside, statements run as the owner of the tables, if it is who signed in: a command.

    Whose drafts they are is then said by their columns, and the triggers that ask for a
    second person at each row stand back. What is looked up is looked up before, walled.
    """
    _run("SELECT set_config('role', 'none', true)")
    yield
    _run("SELECT set_config('role', %s, true)", [WEB_ROLE])


def _run(statement, arguments=(), returning=False):
    """The ids that it returns, or how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return [row[0] for row in cursor.fetchall()] if returning else cursor.rowcount
