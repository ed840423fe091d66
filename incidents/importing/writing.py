"""Checked rows -> drafts. Each batch is whole: its incidents, and that its rows are done."""

from contextlib import nullcontext

from django.db import DatabaseError, transaction

from incidents.importing.mappings import Mapping
from incidents.importing.problems import Problem
from incidents.importing.statements import columns_of, write
from incidents.models import (
    ImportMode,
    ImportRow,
    ImportState,
    Incident,
    IncidentCitation,
    Place,
    PlaceCitation,
    RowState,
)
from records.models import Certainty, Source, SourceKind
from records.models.source import Reading, Reliability


def begin(run, mode):
    """From now on `write_some` makes incidents of the rows that are new."""
    run.mode, run.state = mode, ImportState.WRITING
    run.save()


def why_not_begin(rows, mode):
    """Whether an import of these rows can begin in this mode: the code of the reason, or None."""
    if not rows.filter(state=RowState.NEW).exists():
        return "nothing_new"
    if mode == ImportMode.ALL and rows.filter(state=RowState.ERROR).exists():
        return "errors"
    return None


def write_some(run, viewer, number, inserting=nullcontext):
    """Make incidents of the next rows of a locked import. Returns whether there were any.

    What another import of the organisation has written since the check is a duplicate now.
    inserting: in what the new records are inserted.
    """
    rows = list(
        ImportRow.objects.visible_to(viewer)
        .filter(run=run, state=RowState.NEW)
        .order_by("number")
        .only("pk", "number", "origin")[:number]
    )
    if not rows:
        return False
    new = _without_duplicates(rows, viewer)
    if new:
        _make_source(run)
        _write(run, [row.pk for row in new], viewer, inserting)
    return True


def _without_duplicates(rows, viewer):
    origins = {row.origin for row in rows if row.origin}
    seen = Incident.objects.visible_to(viewer).from_origins(origins)
    made_since = dict(seen.values_list("origin", "pk")) if origins else {}
    repeated = [row for row in rows if row.origin in made_since]
    for row in repeated:
        row.state, row.incident_id, row.ready = (
            RowState.DUPLICATE,
            made_since[row.origin],
            None,
        )
    ImportRow.objects.visible_to(viewer).bulk_update(repeated, ["state", "incident", "ready"])
    return [row for row in rows if row.origin not in made_since]


def _write(run, ids, viewer, inserting):
    """A batch, or, if the database refuses it, its halves: down to the rows that are at fault.

    Raises:
        DatabaseError: rows are at fault, and the import is all or nothing.
    """
    try:
        with transaction.atomic(), inserting():
            write(ids, _template(run), run.source)
    except DatabaseError as error:
        if len(ids) > 1:
            half = len(ids) // 2
            _write(run, ids[:half], viewer, inserting)
            _write(run, ids[half:], viewer, inserting)
        elif run.mode == ImportMode.ALL:
            raise Faulty(ids[0], error) from error
        else:
            refuse(run, viewer, ids[0], error)


class Faulty(Exception):
    """The database refused this row of an import that is all or nothing."""

    def __init__(self, row_id, error):
        super().__init__(row_id)
        self.row_id, self.error = row_id, error


def refuse(run, viewer, row_id, error):
    problem = Problem("refused", value=str(error).partition("\n")[0])
    ImportRow.objects.visible_to(viewer).filter(pk=row_id).update(
        state=RowState.ERROR, errors=[problem.as_json(Mapping.of(run.mapping))], ready=None
    )


def _make_source(run):
    """The file as a source. Made with the first incident, so that a dry run changes nothing."""
    if run.source is None:
        run.source = Source.objects.create(
            publisher=run.publisher,
            title=run.title or run.file_name,
            address=run.address,
            kind=SourceKind.REFERENCE,
            note=f"SHA-256 {run.sha256}",
            **_of_run(run),
        )
        run.save(update_fields=["source"])


def _of_run(run):
    return {"owner_id": run.owner_id, "marking": run.marking}


def _template(run):
    record = {
        **_of_run(run),
        "certainty": Certainty.UNVERIFIED,
        "created_by_id": run.created_by_id,
        "updated_by_id": run.created_by_id,
    }
    row_of = {
        Incident: Incident(**record),
        Place: Place(**record),
        Source: Source(**record, reliability=Reliability.F, reading=Reading.NOT_OPENED),
        IncidentCitation: IncidentCitation(),
        PlaceCitation: PlaceCitation(),
    }
    return {model: columns_of(row) for model, row in row_of.items()}


def finish(run):
    run.state = ImportState.DONE
    run.save()
