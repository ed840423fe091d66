"""Making a release. Whether it may still be handed out: partners/withholding.py.

All its files show one state of the database, as somebody of its audience reads it, whom
both walls bind. Columns are in the order of the serializers, rows in that of references,
so the same records make the same bytes. Why: docs/adr/0028-exports.md.
"""

from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from tempfile import TemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import BooleanField, Case, DateField, F, Value, When

from incidents.api import AttributionViewSet, ClaimViewSet
from incidents.models import Incident
from legal.api import ArrestLinkViewSet, ConvictionViewSet
from legal.models import Conviction
from partners.citing import besides
from partners.dictionary import STANDS, entries
from partners.models import Release, audience_of
from partners.withholding import marked_models
from records.exporting import as_csv, copied
from records.receiving import settle
from records.shapes import WHOLE
from records.tables import Column
from records.viewer import viewing
from reports.api import LadderIncidentViewSet
from reports.ladder import Question, Rung, ladder


@dataclass(frozen=True)
class Sheet:
    """A file of a release: all rows of a view, or those of `rows`, with more columns."""

    view: type
    rows: Callable | None = None


def _incidents(question):
    """Those that count, with the rungs they stand on."""
    rows = ladder(Incident.objects.all()).counted(question).with_rungs(question)
    rungs = [rung.value for rung in Rung if rung != Rung.RECORDED]
    day = Column("ladder.as_of", Value(question.as_of, DateField()))
    return rows, [day, *(Column(f"ladder.{rung}", F(rung)) for rung in rungs)]


def _convictions(question):
    standing = question.convictions.standing_on(question.as_of)
    stands = Case(
        When(pk__in=standing.values("pk"), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return Conviction.objects.counted_for(question.viewer), [Column(STANDS, stands)]


SHEETS = {
    "incidents.csv": Sheet(LadderIncidentViewSet, _incidents),
    "claims.csv": Sheet(ClaimViewSet),
    "attributions.csv": Sheet(AttributionViewSet),
    "arrest_links.csv": Sheet(ArrestLinkViewSet),
    "convictions.csv": Sheet(ConvictionViewSet, _convictions),
}


def release(marking, as_of):
    """Make a release for an audience, as of a day. Returns it.

    Its files are on the disk, for good, before its row is committed. If anything fails,
    there is neither.
    """
    with ExitStack() as undo, _one_state():
        number = f"{marking.value.removeprefix('TLP:')}-{_next(marking)}"
        audience, kept = audience_of(marking), _Files(f"releases/{number}", undo)
        with viewing(audience):
            written = {
                name: _sheet(sheet, Question(as_of, audience.of_published()))
                for name, sheet in SHEETS.items()
            }
            made_from = _rows_behind([table for table, _columns in written.values()], audience)
            files = {name: kept.keep_table(name, *sheet) for name, sheet in written.items()}
        for name, text in besides(number, marking, as_of, files):
            files[name] = kept.keep_text(name, text)
        made = Release.objects.create(
            number=number, marking=marking, as_of=as_of, files=files, made_from=made_from
        )
        undo.pop_all()
        return made


def _next(marking):
    return Release.objects.filter(marking=marking).count() + 1


@contextmanager
def _one_state():
    """A transaction in which every statement sees the same."""
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _sheet(sheet, question):
    """The statement of a sheet, and the dictionary of its columns."""
    view, more = sheet.view, []
    if sheet.rows is None:
        rows = view.queryset.model.objects.counted_for(question.viewer)
    else:
        rows, more = sheet.rows(question)
    table = as_csv(view, rows.order_by("reference"), WHOLE, more=more)
    return table, [asdict(entry) for entry in entries(view, table.names, table.kinds)]


@dataclass(frozen=True)
class _Files:
    """Where the files of a release go, and what takes them away if it fails."""

    folder: str
    undo: ExitStack

    def keep(self, name, lines, before=b""):
        """Store a file under a new name. Returns what the release says of it."""
        digest, number = sha256(before), 0
        with TemporaryFile() as file:
            file.write(before)
            for line in lines:
                digest.update(line)
                file.write(line)
                number += 1
            size = file.tell()
            stored = default_storage.save(f"{self.folder}/{name}", File(file))
        self.undo.callback(default_storage.delete, stored)
        settle(stored)
        return {"bytes": size, "sha256": digest.hexdigest(), "stored": stored, "rows": number}

    def keep_table(self, name, table, columns):
        return {**self.keep(name, copied(table), table.before), "columns": columns}

    def keep_text(self, name, text):
        return {**self.keep(name, [text.encode()]), "rows": None, "columns": []}


# What a release was made from


def _rows_behind(tables, audience):
    """For each table of marked rows that is read, wherever, the numbers of those to be seen."""
    read = " ".join(table.sql for table in tables)
    return {
        model._meta.db_table: sorted(
            model._default_manager.counted_for(audience).values_list("pk", flat=True)
        )
        for model in marked_models()
        if f'"{model._meta.db_table}"' in read
    }
