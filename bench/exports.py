"""Whole lists: as they are exported, and by a plain COPY of the same rows and columns."""

import time
from collections import deque
from dataclasses import replace
from resource import RUSAGE_SELF, getrusage

from django.db import transaction

from incidents.models import Incident
from records.exporting import as_csv, as_geojson, as_ndjson, copied, streamed
from records.shapes import FLAT, WHOLE
from reports.api import LadderIncidentViewSet

VIEW = LadderIncidentViewSet
ROUNDS = 3


def exports(viewer, nobody):
    """(name, what exports all incidents to the viewer, a plain COPY of them) of each format.

    The CSV is written by hand. For what is JSON the plain one is our own statement without
    the walls: json_build_object by hand would say the same.
    """
    for name, make, shape in (
        ("CSV", as_csv, WHOLE),
        ("NDJSON", as_ndjson, WHOLE),
        ("NDJSON, flat", as_ndjson, FLAT),
        ("GeoJSON", as_geojson, WHOLE),
    ):
        plain = make(VIEW, _rows(nobody), shape)
        if name == "CSV":
            plain = replace(plain, sql=CSV, parameters=())

        def ours(make=make, shape=shape):
            return streamed(viewer, make(VIEW, _rows(viewer.of_published()), shape))

        yield name, ours, lambda plain=plain: copied(plain)


def _rows(viewer):
    return Incident.objects.visible_to(viewer).order_by("-occurred_from", "-reference")


def seconds(*works):
    """The least that each took over some rounds, in turn: the machine only ever slows one down."""
    least = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            start = time.perf_counter()
            with transaction.atomic():
                deque(work(), maxlen=0)
            least[place] = min(least[place], time.perf_counter() - start)
    return least


def peak_memory():
    """Of this process so far, in megabytes."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


_CITED = """array_to_string(ARRAY(
    SELECT s.reference FROM {0} c JOIN records_source s ON s.id = c.source_id
    WHERE c.record_id = i.id ORDER BY c.id), ' ')"""
_OF_INCIDENT = """array_to_string(ARRAY(
    SELECT o.reference FROM {0} o WHERE o.incident_id = i.id ORDER BY o.id), ' ')"""
CSV = f"""
SELECT i.reference, i.origin_id, i.title, i.title_ar, i.kind, i.outcome, i.occurred_from,
    i.occurred_to, i.occurred_precision, i.time_from, i.time_to, i.time_stated, i.timezone,
    p.reference, p.name, p.name_ar, p.kind, g.reference, g.name, g.name_ar, g.iso_code,
    p.district, p.country, p.iso_code, p.latitude::float8, p.longitude::float8,
    p.point_radius_m, p.point_source,
    array_to_json(ARRAY(
        SELECT json_build_object('place', q.reference, 'role', f.role, 'note', f.note)
        FROM incidents_incidentplace f JOIN incidents_place q ON q.id = f.place_id
        WHERE f.incident_id = i.id ORDER BY f.id)),
    i.weapon, i.weapons_low, i.weapons_high, i.weapons_note, i.target_kind, i.target_name,
    i.summary, i.summary_ar, i.series, {_OF_INCIDENT.format("incidents_casualtyfigure")},
    {_OF_INCIDENT.format("incidents_claim")}, {_OF_INCIDENT.format("incidents_attribution")},
    i.marking, i.review_status, i.certainty,
    to_char(i.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), i.note,
    {_CITED.format("incidents_incidentcitation")}, {_OF_INCIDENT.format("legal_arrestlink")},
    array_to_json(ARRAY(
        SELECT json_build_object('conviction', json_build_object('reference', v.reference,
            'court', v.court, 'court_ar', v.court_ar, 'decided', json_build_object(
                'from', v.decided_from, 'to', v.decided_to, 'precision', v.decided_precision),
            'sentence', v.sentence, 'in_absentia', v.in_absentia), 'note', c.note)
        FROM legal_convictionincident c JOIN legal_conviction v ON v.id = c.conviction_id
        WHERE c.incident_id = i.id ORDER BY c.id))
FROM incidents_incident i JOIN incidents_place p ON p.id = i.place_id
    LEFT JOIN incidents_place g ON g.id = p.governorate_id
WHERE i.review_status = 'published' AND i.marking = 'TLP:CLEAR'
ORDER BY i.occurred_from DESC, i.reference DESC
"""
