import json
import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from incidents.importing import checking, staging, writing
from incidents.importing.error_file import write_errors
from incidents.importing.going import counts_of, go_on
from incidents.importing.limits import BY_COMMAND, Refused
from incidents.importing.mappings import Mapping
from incidents.importing.ready_made import PUBLISHERS, READY_MADE
from incidents.importing.statements import by_the_owner
from incidents.importing.texts import ENCODINGS
from incidents.models import Import, ImportMapping, ImportMode, ImportRow, ImportState, RowState
from records.models import Marking, User
from records.review_rules import why_unreadable
from records.viewer import Viewer, viewing

STARTS = {ImportState.MATCHING: checking.start, ImportState.CHECKED: checking.start_again}
MOST_WAITED = 300  # seconds
REASONS = {
    "nothing_new": "No row is new, so there is nothing to import.",
    "errors": "All or nothing: rows have errors, so nothing was imported.",
}


class Command(BaseCommand):
    help = (
        "Import incidents from a CSV or XLSX file of any length, as drafts of the organisation of "
        "the person named. Broken off, the same command goes on where it was; each row becomes "
        "one incident. The rules are those of the desk: docs/operations.md#importing-incidents."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping",
            required=True,
            help="UCDP GED, ACLED, GTD, the name of a saved one, or a JSON file.",
        )
        parser.add_argument(
            "--as", dest="person", required=True, help="User name of whose drafts they will be."
        )
        parser.add_argument("--marking", default=Marking.AMBER_STRICT)
        parser.add_argument("--publisher", default="", help="Of the file, as a source.")
        parser.add_argument("--title", default="", help="Of the data set.")
        parser.add_argument("--encoding", default="", choices=list(ENCODINGS))
        parser.add_argument("--dry-run", action="store_true", help="Check the rows, import none.")
        parser.add_argument(
            "--all-or-nothing", action="store_true", help="Import nothing if a row has an error."
        )
        parser.add_argument(
            "--seconds", type=float, default=10, help="After which a transaction is ended."
        )
        parser.add_argument("--errors", type=Path, help="Write the rows with errors to this file.")

    def handle(self, *, file, mapping, **options):
        self.person, self.viewer = _importer(options["person"], options["marking"])
        self.seconds = options["seconds"]
        chosen = self._mapping(mapping)
        try:
            with file.open("rb") as binary:
                run = self._begun(binary, file.name, mapping, options)
                if run.state == ImportState.STAGING:
                    self._stage(run, binary, options["encoding"])
            begin = STARTS.get(run.state)
            if begin:
                with self._viewing():
                    begin(run, self.viewer, chosen)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self._work(run, ImportState.CHECKING)
        if errors := options["errors"]:
            self._write_errors(run, errors)
        if not options["dry_run"]:
            whole = options["all_or_nothing"]
            self._import(run, ImportMode.ALL if whole else ImportMode.SKIP_BAD)
        self._say_counts(run)

    def _viewing(self):
        return viewing(
            self.viewer, user=self.person.pk, address="manage.py import_incidents", reason=""
        )

    def _mapping(self, given):
        if given in READY_MADE:
            return READY_MADE[given]
        try:
            if (path := Path(given)).suffix == ".json":
                return Mapping.of(json.loads(path.read_text()))
            with self._viewing():
                saved = ImportMapping.objects.visible_to(self.viewer).filter(name=given).first()
                if saved:
                    return Mapping.of(saved.mapping)
        except OSError as error:
            raise CommandError(f"{given} cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise CommandError(f"{given} is no mapping: {error}") from error
        raise CommandError(f"There is no mapping “{given}”. Ready-made: {', '.join(READY_MADE)}.")

    def _begun(self, binary, name, mapping, options):
        """The import of this file by this person that is not done yet, or a new one."""
        sha256 = staging.sha256_of(binary)
        with self._viewing():
            same = Import.objects.visible_to(self.viewer).filter(
                sha256=sha256, created_by=self.person, mapping_name=mapping[:60]
            )
            begun = same.exclude(state=ImportState.DONE).first()
            if begun:
                self._say(f"Going on with the import begun {begun.created_at:%Y-%m-%d %H:%M}.")
                return begun
            publisher, title = PUBLISHERS.get(mapping, (name, ""))
            return Import.objects.create(
                owner_id=self.person.organisation_id,
                created_by=self.person,
                marking=options["marking"],
                file_name=name,
                sha256=sha256,
                mapping_name=mapping[:60],
                publisher=options["publisher"] or publisher,
                title=options["title"] or title,
            )

    def _stage(self, run, binary, encoding):
        staging.stage_by_copy(
            run, binary, BY_COMMAND, encoding, lambda row: self._say(f"Read to row {row:,}.")
        )

    def _work(self, run, state):
        waited = 0
        while run.state == state:
            with self._viewing():
                free = go_on(run.pk, self.viewer, self.seconds, by_the_owner)
                run = Import.objects.visible_to(self.viewer).get(pk=run.pk)
                done = counts_of(run, self.viewer)
            if not free:  # another import, or what is left of this one after it was killed
                waited = self._wait(waited)
                continue
            total = sum(done.values())
            left = done[RowState.STAGED if state == ImportState.CHECKING else RowState.NEW]
            self._say(f"{ImportState(state).label}: {total - left:,} of {total:,} rows.")

    def _wait(self, waited):
        if waited >= MOST_WAITED:
            raise CommandError("Another import of the organisation is at work. Try again later.")
        time.sleep(1)
        return waited + 1

    def _import(self, run, mode):
        with self._viewing():
            run = Import.objects.visible_to(self.viewer).get(pk=run.pk)
            if run.state == ImportState.CHECKED:
                rows = ImportRow.objects.visible_to(self.viewer).filter(run=run)
                if why_not := writing.why_not_begin(rows, mode):
                    self._say(REASONS[why_not])
                    return
                writing.begin(run, mode)
        self._work(run, ImportState.WRITING)

    def _write_errors(self, run, path):
        with self._viewing(), transaction.atomic(), path.open("w", newline="") as file:
            rows = ImportRow.objects.visible_to(self.viewer).filter(run=run)
            for line in write_errors(run, rows):
                file.write(line)

    def _say_counts(self, run):
        with self._viewing():
            counts = counts_of(run, self.viewer)
        for state, number in counts.items():
            if number:
                self._say(f"{state.label}: {number:,}")

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()


def _importer(name, marking):
    person = User.objects.filter(username=name, is_active=True).first()
    if person is None or not person.has_perm("incidents.add_incident"):
        raise CommandError(f"“{name}” is nobody who enters incidents.")
    if person.organisation_id is None:
        raise CommandError(f"“{name}” belongs to no organisation, so the drafts would be nobody's.")
    if marking not in Marking.values or marking == Marking.RED:
        raise CommandError(
            f"“{marking}” is no marking of imported rows: TLP:CLEAR to AMBER+STRICT."
        )
    if why_not := why_unreadable(person, marking, []):
        raise CommandError(str(why_not[1]))
    return person, Viewer.of(person)
