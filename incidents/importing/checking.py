"""The dry run: what would become of each row. Writes nothing but that."""

from dataclasses import replace

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from incidents.importing import days
from incidents.importing.drafting import Drafter, title_of
from incidents.importing.duplicates import Likeness
from incidents.importing.limits import Refused
from incidents.importing.mappings import Mapping
from incidents.importing.places import PlaceFinder
from incidents.importing.problems import Problem
from incidents.importing.statements import keep_states
from incidents.models import ImportRow, ImportState, IncidentKind, RowState

SHOWN = 3  # texts in a refusal


def start(run, viewer, mapping):
    """Read the staged rows by this mapping from now on. Rows already imported stay as they are.

    Raises:
        Refused: the mapping does not fit the file, or a column of dates is not of one format.
    """
    mapping = mapping.within(run.header)
    if not {"date", "year"} & mapping.columns.keys():
        raise Refused(_("No column is chosen for the date. Choose one, or one for the year."))
    if not {"place", "governorate", "latitude"} & mapping.columns.keys():
        raise Refused(
            _("No column is chosen for the place. Choose one for the place, governorate or point.")
        )
    if ("latitude" in mapping.columns) != ("longitude" in mapping.columns):
        raise Refused(_("A point needs a column for its latitude and one for its longitude."))
    rows = ImportRow.objects.visible_to(viewer).filter(run=run)
    mapping = _with_date_format(mapping, run, rows)
    run.mapping, run.state = mapping.as_json(), ImportState.CHECKING
    run.save()
    rows.exclude(state=RowState.IMPORTED).update(
        state=RowState.STAGED, errors=[], ready=None, incident=None, origin=""
    )


def start_again(run, viewer, mapping):
    """The same for an import that was checked: rows with errors alone, if read as they were."""
    again = mapping.within(run.header)
    if again.as_json() | {"date_format": ""} != run.mapping | {"date_format": ""}:
        start(run, viewer, mapping)
        return
    run.state = ImportState.CHECKING
    run.save()
    bad = ImportRow.objects.visible_to(viewer).filter(run=run, state=RowState.ERROR)
    bad.update(state=RowState.STAGED, errors=[], origin="")


def _with_date_format(mapping, run, rows):
    columns = [mapping.columns[name] for name in ("date", "date_to") if name in mapping.columns]
    if mapping.date_format or not columns:
        return mapping
    texts = set()
    for column in columns:
        cell = f"cells__{run.header.index(column)}"
        texts |= set(rows.order_by().values_list(cell, flat=True).distinct())
    fits, unfit = days.formats_of(texts - {"", None})
    if len(fits) == 1:
        return replace(mapping, date_format=fits[0])
    if fits:
        example = next((text for text in sorted(texts - {"", None})), "")
        raise Refused(
            _(
                "Dates such as “%(text)s” in the column “%(column)s” can be read in several ways. "
                "Choose how dates are written."
            )
            % {"text": example, "column": columns[0]}
        )
    closest = min(unfit, key=lambda name: len(unfit[name]))
    raise Refused(
        _(
            "The dates in the column “%(column)s” are not all written in one way: most as "
            "%(format)s, but not %(texts)s. Correct them in the file, or choose how dates are "
            "written: the others then are errors of their rows."
        )
        % {
            "column": columns[0],
            "format": days.FORMAT_LABELS[closest],
            "texts": ", ".join(f"“{text}”" for text in sorted(unfit[closest])[:SHOWN]),
        }
    )


@transaction.atomic
def check_some(run, viewer, number):
    """Check the next rows of a locked import. Returns whether there were any."""
    rows = list(
        ImportRow.objects.visible_to(viewer)
        .filter(run=run, state=RowState.STAGED)
        .order_by("number")[:number]
    )
    if not rows:
        return False
    mapping = Mapping.of(run.mapping)
    drafts = _drafts(rows, Drafter(run, mapping, timezone.localdate()))
    finder = PlaceFinder(viewer, mapping, [draft.asked for _row, draft in drafts])
    placed = [
        (row, where)
        for row, draft in drafts
        if (where := _place(row, draft, finder, mapping, run)) is not None
    ]
    likeness = Likeness(viewer, run, [row.ready | {"origin": row.origin} for row, _where in placed])
    for row, where in placed:
        row.state, row.incident_id = likeness.of(row.ready | {"origin": row.origin}, where)
    keep_states(rows)
    return True


def _drafts(rows, drafter):
    """Pairs of a row and its draft. Rows that are left out get their state here."""
    drafts = []
    for row in rows:
        if drafter.left_out(row.cells):
            row.state, row.errors = RowState.LEFT_OUT, []
        else:
            drafts.append((row, drafter.draft(row.cells)))
    return drafts


def _refuse(row, mapping, *problems):
    row.state = RowState.ERROR
    row.errors = [problem.as_json(mapping) for problem in problems]


def _place(row, draft, finder, mapping, run):
    """Completes `row.ready`. Returns where it is, for duplicates, or None if it has an error."""
    said, asked, problems = draft.said, draft.asked, draft.problems
    try:
        known = finder.find(asked)
    except Problem as problem:
        if not problems or problem.code != "place_missing":  # a faulty point is told once
            problems = [*problems, problem]
    if problems:
        _refuse(row, mapping, *problems)
        return None
    row.errors, row.origin = [], draft.origin
    row.ready = {"incident": said, "source": draft.source, "place": None}
    if known is None:
        new = finder.new_place(asked, run)
        row.ready["place"] = new
        where, name = (None, new["governorate_id"], asked.point), new["name"]
    else:
        said["place_id"] = known.pk
        point = None if known.latitude is None else (known.latitude, known.longitude)
        where, name = (known.pk, known.governorate, point), finder.names[known.pk]
    if not said.get("title"):
        kind = IncidentKind(said["kind"]).label
        said["title"] = title_of(kind, name, said["occurred_from"], said["occurred_precision"])
    return where


@transaction.atomic
def finish(run, viewer):
    """All rows are checked: what stands twice in the file is found, and the import waits."""
    rows = ImportRow.objects.visible_to(viewer).filter(run=run)
    first = rows.exclude(origin="").annotate(
        nth=Window(RowNumber(), partition_by=[F("origin")], order_by="number")
    )
    written = (RowState.NEW, RowState.LIKELY)
    twice = [row for row in first.filter(nth__gt=1) if row.state in written]
    mapping = Mapping.of(run.mapping)
    for row in twice:
        said = row.origin.partition(":")[2]
        _refuse(row, mapping, Problem("origin_twice", "origin", said))
        row.ready, row.incident = None, None
    keep_states(twice)
    run.state = ImportState.CHECKED
    run.save()
