from django.core.management.base import BaseCommand
from django.utils import timezone

from partners.models import AUDIENCES
from partners.releasing import release
from records.models import Marking


class Command(BaseCommand):
    help = (
        "Make a release: dated, checksummed files of all that everybody of a clearance may "
        "read. It can be cited, and is never changed."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--clearance",
            choices=[marking.value for marking in AUDIENCES],
            default=Marking.CLEAR.value,
            help="for whom it is (TLP:CLEAR)",
        )

    def handle(self, *, clearance, **options):
        made = release(Marking(clearance), timezone.localdate())
        for name, file in made.files.items():
            rows = f"{file['rows']:>9,} rows" if file["columns"] else " " * 14
            self.stdout.write(f"{file['sha256']}  {rows}  {name}")
        self.stdout.write(f"Release {made.number}: /api/v1/exports/{made.number}/")
