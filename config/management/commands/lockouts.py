from axes.models import AccessAttempt
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.sign_in.lockout import hashed, wait_after
from records.models import User


class Command(BaseCommand):
    help = "List wrong sign-ins of the last day, and let a name try again at once."

    def add_arguments(self, parser):
        parser.add_argument("--release", metavar="USERNAME", help="forget its wrong sign-ins")
        parser.add_argument("--address", help="with --release: only those from this address")

    def handle(self, *, release, address, **options):
        if address and not release:
            raise CommandError("--address goes with --release USERNAME.")
        if release:
            self._release(release, address)
        else:
            self._list()

    def _release(self, username, address):
        found = AccessAttempt.objects.filter(username=hashed(username))
        if address:
            found = found.filter(ip_address=address)
        self.stdout.write(f"{found.delete()[0]} forgotten.")

    def _list(self):
        """Names are kept as keyed hashes: those of users are found by hashing them all."""
        names = {hashed(name): name for name in User.objects.values_list("username", flat=True)}
        for attempt in AccessAttempt.objects.order_by("-attempt_time"):
            until = attempt.attempt_time + wait_after(attempt.failures_since_start)
            name = names.get(attempt.username, "(no user's name)")
            waits = f"waits until {until:%Y-%m-%d %H:%M} UTC" if until > timezone.now() else "free"
            address = attempt.ip_address or "unknown address"
            self.stdout.write(f"{name}\t{address}\t{attempt.failures_since_start} wrong\t{waits}")
