"""What it costs to save one incident with its parts: with history, chain and feed, and without."""

import statistics
import time
from contextlib import contextmanager
from datetime import date

from django.db import connection, transaction

from incidents.models import Attribution, CasualtyFigure, Claim, Incident

HISTORY = ["pgtrigger_insert_insert%", "pgtrigger_update_update%", "pgtrigger_delete_delete%"]
CHAIN = ["audit_chain"]
FEED = ["feed\\_%"]
ROUNDS, SAVES = 6, 50
DAY = date(2024, 1, 1)
KINDS = {"kind": "rocket_attack", "outcome": "completed", "occurred_precision": "day"}


@contextmanager
def without(*names):
    """Inside, no trigger with such a name fires. The names are patterns of LIKE."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE tgname LIKE ANY(%s)",
            [list(names)],
        )
        found = cursor.fetchall()
        for table, name in found:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER "{name}"')
        yield
        for table, name in found:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER "{name}"')


def costs(place, group, sources):
    """Medians in milliseconds of saving an incident with its parts, and committing.

    Parts are a claim, an attribution, two casualty figures and a citation of each source.
    Returns them by what was at work: all of it, less the feed, less the chain of history, and
    nothing of these.
    """
    ways = {
        "history, chain and feed": [],
        "history and chain": FEED,
        "history alone": [*FEED, *CHAIN],
        "neither": [*FEED, *HISTORY],
    }
    times = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, left_out in ways.items():
            with without(*left_out):
                taken = [_save(place, group, sources) for _ in range(SAVES)]
            times[way] += taken[SAVES // 5 :]  # the first pay for what the others reuse
    return {way: statistics.median(taken) for way, taken in times.items()}


def _save(place, group, sources):
    begun = time.perf_counter()
    of_record = {"owner_id": place.owner_id, "marking": "TLP:CLEAR", "review_status": "published"}
    with transaction.atomic():
        attack = Incident.objects.create(
            title="Bench", place=place, occurred_from=DAY, occurred_to=DAY, **KINDS, **of_record
        )
        of_incident = {"incident": attack, "asserted_by": "Bench", **of_record}
        Claim.objects.create(group=group, **of_incident)
        Attribution.objects.create(group=group, **of_incident)
        for status in ("killed", "wounded"):
            CasualtyFigure.objects.create(status=status, low=1, **of_incident)
        for source in sources:
            attack.citations.create(source=source)
    return (time.perf_counter() - begun) * 1000
