"""One slice of an import, whoever asks for it: the page that polls, or the command.

The import's row is locked meanwhile. Who comes second gets nothing to do, and asks again.
"""

from contextlib import nullcontext
from functools import partial
from time import monotonic

from django.db import transaction
from django.db.models import Count

from incidents.importing import checking, writing
from incidents.importing.writing import Faulty
from incidents.models import Import, ImportMode, ImportRow, ImportState, RowState
from records.models import Organisation

CHECKED_AT_ONCE = 500
WRITTEN_AT_ONCE = 250
SECONDS = 2.0  # of one slice, so that a page is answered and a crash costs little


def go_on(pk, viewer, seconds=SECONDS, inserting=nullcontext):
    """Work on an import for a while. Returns whether it was free, not whether it is done.

    inserting: in what the new records are inserted.
    """
    with transaction.atomic():
        run = _locked(pk, viewer)
        if run is None:
            return False
        match run.state:
            case ImportState.CHECKING:
                _check(run, viewer, seconds)
            case ImportState.WRITING:
                return _write(run, viewer, seconds, inserting)
    return True


def _locked(pk, viewer):
    runs = Import.objects.visible_to(viewer).filter(pk=pk)
    return runs.select_for_update(of=("self",), skip_locked=True).first()


def _for(seconds, work):
    """Whether the work is done, repeated until it is or the time is over."""
    until = monotonic() + seconds
    while work():
        if monotonic() > until:
            return False
    return True


def _check(run, viewer, seconds):
    if _for(seconds, lambda: checking.check_some(run, viewer, CHECKED_AT_ONCE)):
        checking.finish(run, viewer)


def _write(run, viewer, seconds, inserting):
    """Of one organisation one import writes at a time: so none repeats what another writes."""
    owners = Organisation.objects.filter(pk=run.owner_id)
    if not owners.select_for_update(no_key=True, skip_locked=True):
        return False
    if run.mode == ImportMode.ALL:
        return _write_all(run, viewer, inserting)
    some = partial(writing.write_some, run, viewer, WRITTEN_AT_ONCE, inserting)
    if _for(seconds, some):
        writing.finish(run)
    return True


def _write_all(run, viewer, inserting):
    """All in one transaction: at the first row that the database refuses, none."""
    try:
        with transaction.atomic():
            while writing.write_some(run, viewer, WRITTEN_AT_ONCE, inserting):
                pass
            writing.finish(run)
    except Faulty as fault:
        run.refresh_from_db()
        writing.refuse(run, viewer, fault.row_id, fault.error)
        run.state = ImportState.CHECKED
        run.save()
    return True


def counts_of(run, viewer):
    """How many rows are in which state: {state: number}. One query."""
    rows = ImportRow.objects.visible_to(viewer).filter(run=run).order_by()
    found = dict(rows.values_list("state").annotate(number=Count("pk")))
    return {state: found.get(state.value, 0) for state in RowState}
