from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from legal.models import Identity
from legal.naming import reseal_some
from records.sealing import SealError, current_key_id

LISTED = 20


class Command(BaseCommand):
    help = (
        "Seal the names of suspects anew with the first key of IDENTITY_KEYS. It may be "
        "interrupted and started again, while people work."
    )

    def add_arguments(self, parser):
        parser.add_argument("--batch", type=int, default=100, help="names in one transaction")

    def handle(self, *, batch, **options):
        try:
            current = current_key_id()
            keys, kept = self._reseal(batch)
        except SealError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Sealed anew with {current}: {_listed(keys)}.")
        if kept:
            others = Identity.objects.exclude(key_id=current).values_list("key_id", flat=True)
            raise CommandError(
                f"Cannot be opened, and stay as they are: {_shortened(kept)}.\n"
                f"Sealed with other keys than {current}: {_listed(Counter(others))}. If "
                "IDENTITY_KEYS lacks one of these, add it after the first and start again; if "
                "not, the sealed name was altered: look for it in a backup."
            )
        self.stdout.write(f"No name needs a key other than {current}: the others may be removed.")

    def _reseal(self, batch):
        keys, kept, after = Counter(), [], 0
        while (done := reseal_some(after, batch)).last is not None:
            keys.update(done.keys)
            kept += done.kept
            after = done.last
            self.stdout.write(f"{keys.total()} names ...")
        return keys, kept


def _listed(keys):
    """`3 (k0: 1, k1: 2)`."""
    by_key = ", ".join(f"{key}: {number}" for key, number in sorted(keys.items()))
    return f"{keys.total()} ({by_key})" if by_key else "0"


def _shortened(codes):
    more = len(codes) - LISTED
    return ", ".join(codes[:LISTED]) + (f" and {more} more" if more > 0 else "")
