"""What trust costs: the same work with the gate, the history and the chain, and without."""

from contextlib import contextmanager
from datetime import date
from itertools import count

from django.db import connection, transaction

from incidents.models import Attribution, CasualtyFigure, Claim, Incident, IncidentCitation
from records.models import Marking, User
from records.rights import READ
from records.viewer import Viewer, viewing
from reports.accountability import accountability
from reports.ladder import Question

DAY = date(2025, 1, 1)
HISTORY = ("pgtrigger_insert_insert%", "pgtrigger_update_update%")
CHAIN = "chain%"
numbers = count(1)


def reader():
    """Somebody of the organisation that the made-up incidents belong to."""
    user = User.objects.create(username="reader", organisation_id=1)
    return Viewer(user.pk, 1, Marking.AMBER_STRICT.rank, drafts=True, rights=frozenset([READ]))


def report(viewer):
    question = Question(DAY, viewer.of_published())
    return accountability(Incident.objects.visible_to(viewer), question, "root_group")


def newest(viewer):
    """A list of fifty with what the list shows beside them."""
    rows = Incident.objects.visible_to(viewer).order_by("-occurred_from", "-pk")
    rows = rows.select_related("place__governorate").prefetch_related("claims", "attributions")
    return list(rows[:50])


def save():
    """One incident with two claims, an attribution, a casualty figure and two sources."""
    common = {"owner_id": 1, "marking": Marking.CLEAR, "review_status": "draft"}
    incident = Incident.objects.create(
        title=f"Bench {next(numbers)}",
        kind="rocket_attack",
        occurred_from=DAY,
        occurred_to=DAY,
        place_id=19,
        **common,
    )
    for group in (1, 2):
        Claim.objects.create(incident=incident, group_id=group, **common)
    Attribution.objects.create(incident=incident, group_id=30, asserted_by="Bench", **common)
    CasualtyFigure.objects.create(
        incident=incident, status="wounded", category="civilian", low=1, high=2, **common
    )
    for source in (1, 2):
        IncidentCitation.objects.create(record=incident, source_id=source)


def saved_by(viewer):
    with viewing(viewer, user=viewer.person_id):
        save()


def saved_by_nobody():
    with transaction.atomic():
        save()


@contextmanager
def without_triggers(*like):
    """The tables of incidents and their parts without the triggers named like this."""
    _switch("DISABLE", like)
    try:
        yield
    finally:
        _switch("ENABLE", like)


def _switch(how, like):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgname LIKE ANY (%s)",
            [list(like)],
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} {how} TRIGGER "{trigger}"')
