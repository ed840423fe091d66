"""What is asked of the first wall, to see whether a clause of it is missing.

Each probe returns something to compare: with the wall whole it is what the rules say, or what
tests/test_gate.py demands. They are asked as the owner of the database, whom no policy binds.
"""

import inspect
from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Prefetch

import records.gate
import records.viewer
from incidents.models import Claim, Incident, IncidentPlace
from legal.models import Conviction, Identity, Ruling, Step
from partners.models import Change, change
from records.gate import UngatedQuery, Unrestricted, gated, unrestricted
from records.history import Trail, history_of
from records.models import Source, User
from records.rights import AUDIT
from records.viewer import PUBLIC, Patience, Viewer, because, viewing
from tests.all_readings import OF_CHANGES
from tests.direct_sql import EVENTS, sql
from tests.factories import ClaimFactory, IncidentFactory
from tests.readings import READ_BY, _of_marked
from tests.test_gate import EVALUATED, THROUGH

SOMEBODY = Viewer(person_id=1, organisation_id=1, clearance=3, drafts=True)
OF_THE_GATE = [Source, IncidentPlace, Identity, Identity.pgh_event_model]


def functions():
    """{words: function} of all that the first wall consists of."""
    found = {}
    for module in (records.gate, records.viewer):
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) == module.__name__:
                found |= _functions_in(name, value)
    for model in READ_BY:
        for kind in getattr(model.objects, "_queryset_class", models.QuerySet).__mro__:
            for name in ("visible_to", "admitting", "of", "told"):
                if name in vars(kind) and kind is not records.gate.GatedQuerySet:
                    found[f"{kind.__name__}.{name}"] = _bare(vars(kind)[name])
    return found | {"seen_by": change.seen_by, "Trail.events": Trail.events}


def _functions_in(name, value):
    if inspect.isclass(value):
        bare = {of: _bare(each) for of, each in vars(value).items()}
        return {
            f"{name}.{of}": each
            for of, each in bare.items()
            if inspect.isfunction(each) and each.__code__.co_filename == value_file(value)
        }
    return {name: _bare(value)} if inspect.isfunction(_bare(value)) else {}


def value_file(value):
    return inspect.getsourcefile(value)


def _bare(value):
    value = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
    return getattr(value, "__wrapped__", value)


# Probes


@lru_cache
def rows_of(model):
    """Which rows of the model each viewer is shown."""

    def probe(everything):
        rows = model.objects
        return {
            viewer: sorted(rows.visible_to(viewer).values_list("pk", flat=True))
            for viewer in everything.viewers
        }

    return probe


def expected_rows(model, everything):
    """Of an event, the first wall asks for its own audience; records/history.py for the rest."""
    if model in EVENTS:
        stored, right = everything.stored.of(model), model.pgh_tracked_model.RIGHT
        return {
            viewer: sorted(
                key for key, row in stored.items() if _of_marked(right, row, viewer, None)
            )
            for viewer in everything.viewers
        }
    return {
        viewer: everything.expected[model._meta.db_table, viewer] for viewer in everything.viewers
    }


def counted(everything):
    return {
        viewer: Incident.objects.counted_for(viewer).count() for viewer in everything.viewers
    } | {
        "all": Incident.objects.counted_for(Unrestricted("a test")).count(),
        "not published too": Incident.objects.visible_to(Unrestricted("a test")).count(),
        "lifted": Incident.objects.count(),
        "lifted, through a relation": Incident.objects.visible_to(PUBLIC)
        .filter(claims__channel="x")
        .count(),
    }


def told(everything):
    return {
        viewer: [
            *Change.objects.visible_to(viewer)
            .told()
            .filter(reference=OF_CHANGES)
            .values_list("pk", "was_seen", "is_seen")
        ]
        for viewer in everything.viewers
    }


def refusals(everything):
    """What raises, for nobody said who asks or a filter looks at what nobody gated."""
    raised = set()
    for name, evaluated in EVALUATED.items():
        if _is_refused(lambda evaluated=evaluated: evaluated(Incident.objects.all())):
            raised.add(name)
    return raised | {name for name, through in THROUGH.items() if _is_refused(through, list)}


def _is_refused(asked, then=lambda rows: rows):
    try:
        with gated(), transaction.atomic():
            then(asked())
            transaction.set_rollback(True)
    except UngatedQuery:
        return True
    except Exception:  # something else than the gate refuses it
        return False
    return False


def allowed(everything):
    """What does not raise, and what it finds."""
    with gated():
        seen = Incident.objects.visible_to(PUBLIC)
        return [
            sorted(rows.values_list("pk", flat=True))
            for rows in (
                Claim.objects.visible_to(PUBLIC).filter(incident__place__name="x"),
                Conviction.objects.visible_to(PUBLIC).filter(suspects__isnull=True),
                Ruling.objects.visible_to(PUBLIC).filter(suspects__suspect__code="x"),
                Step.objects.visible_to(PUBLIC).filter(incidents__incident__title="x"),
                seen.visible_to(PUBLIC),
                seen.filter(kind="ambush") | seen.filter(pk=1),
                Incident.objects.unrestricted(reason="a test"),
                Incident.objects.unrestricted(reason="a test").filter(claims__channel="x"),
            )
        ] + [Incident.objects.visible_to(SOMEBODY).viewer]


def prefetched(everything):
    """The claims that come with an incident, of which one is hidden."""
    incident = IncidentFactory()
    shown = ClaimFactory(incident=incident)
    ClaimFactory(incident=incident, marking="TLP:RED", readers=[-1])
    found = []
    for lookups in (
        ["claims", "casualties"],
        [Prefetch("claims", Claim.objects.all())],
        [Prefetch("claims", Claim.objects.filter(channel="none"))],
        [
            Prefetch("claims", Claim.objects.all(), to_attr="said"),
            Prefetch("claims", Claim.objects.filter(channel="none"), to_attr="unsaid"),
        ],
        ["place__incidents__claims"],
        ["place"],
    ):
        rows = Incident.objects.visible_to(PUBLIC).filter(pk=incident.pk)
        (row,) = rows.prefetch_related(*lookups)
        if lookups == ["place__incidents__claims"]:
            row = row.place.incidents.all()[0]
        there = {
            **row._prefetched_objects_cache,
            **{name: vars(row)[name] for name in ("said", "unsaid") if name in vars(row)},
        }
        found.append({name: [each.pk - shown.pk for each in rows] for name, rows in there.items()})
    return found


def viewed(everything):
    """As whom the database is asked in a viewing, in one inside it, and afterwards."""
    said = []
    waits = Patience(statement="9s", lock="8s")
    with_key = replace(SOMEBODY, key_id=5)
    for outer, inner in ((with_key, PUBLIC), (PUBLIC, with_key)):
        with transaction.atomic(), unrestricted("a test"):
            with viewing(outer, patience=waits, user=5, request="r"):
                because(reason="one")
                said.append(_as_whom())
                with viewing(inner):
                    said += [_as_whom(), _is_refused(Incident.objects.count)]
                said.append(_as_whom())
                with viewing(inner):
                    transaction.set_rollback(True)
                said.append(_as_whom())
            said += [_as_whom(), sql("SHOW statement_timeout"), sql("SHOW lock_timeout")]
            try:
                with viewing(outer):
                    raise UngatedQuery  # what fails inside leaves nothing behind either
            except UngatedQuery:
                said.append(_as_whom())
    return said


def _as_whom():
    asked = ", ".join(f"current_setting('{name}', true)" for name in records.viewer.SETTINGS)
    return sql(f"SELECT current_user, {asked}")


def made(everything):
    """The viewers that users are."""
    with_key = SimpleNamespace(is_authenticated=True, as_viewer=lambda: SOMEBODY)
    users = [User.objects.get(pk=user.pk) for user in everything.users]  # rights are remembered
    viewers = [Viewer.of(user) for user in (AnonymousUser(), with_key, *users)]
    return viewers, [each.of_published() for each in viewers], [each.has(AUDIT) for each in viewers]


def histories(everything):
    """What is told of each incident: how many changes at each time."""
    viewers = (everything.viewers[0], PUBLIC, SOMEBODY)
    return [
        [len(act.changes) for act in history_of(row, viewer).acts]
        for viewer in viewers
        for row in everything.world.seen[Incident]
    ]


PROBES = [counted, told, allowed, refusals, prefetched, viewed, made]


def answer_of(probe, everything):
    """What it returns, or how it fails. Nothing is left of it."""
    try:
        with transaction.atomic():
            said = probe(everything)
            transaction.set_rollback(True)
    except Exception as error:  # a test would fail
        return type(error)
    return said
