"""Whether every stored file of a source is there, and is what was received."""

from datetime import timedelta
from hashlib import file_digest
from pathlib import Path

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from records.models import StoredFile
from records.receiving import FOLDER

A_WHILE = timedelta(hours=1)  # longer than any request lasts: until then a row may still come


class Command(BaseCommand):
    help = (
        "Read every stored file of a source again and compare its SHA-256. Ends with an error "
        "that names each file that is missing or changed."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--remove-leftovers",
            action="store_true",
            help="delete files of uploads that a dying process left without a row",
        )

    def handle(self, *, remove_leftovers, **options):
        wrong, known = 0, set()
        for stored in StoredFile.objects.order_by("pk").iterator():
            known.add(stored.file.name)
            if fault := _fault_of(stored):
                wrong += 1
                self.stderr.write(f"{stored.reference}: {fault}: {stored.file.name}")
        leftovers = [path for path in _old_files() if _name_of(path) not in known]
        for path in leftovers:
            self.stdout.write(f"without a row: {_name_of(path)}")
            if remove_leftovers:
                path.unlink()
        self.stdout.write(f"{len(known)} files, {wrong} wrong, {len(leftovers)} without a row")
        if wrong:
            raise CommandError("Restore these files from the backup: docs/operations.md#backup.")


def _fault_of(stored):
    try:
        with default_storage.open(stored.file.name) as file:
            digest = file_digest(file.file, "sha256").hexdigest()
    except FileNotFoundError:
        return "missing"
    return None if digest == stored.sha256 else "changed"


def _old_files():
    folder = Path(default_storage.path(FOLDER))
    before = (timezone.now() - A_WHILE).timestamp()
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and path.stat().st_mtime < before
    )


def _name_of(path):
    return str(path.relative_to(default_storage.path("")))
