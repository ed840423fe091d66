from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from reports.queue.digest import send_digests


class Command(BaseCommand):
    help = "Mails the weekly digest of the queue to whoever wants it, once a week at most."

    def handle(self, **options):
        sent, refused = send_digests(timezone.localdate())
        self.stdout.write(f"Digests sent: {sent}")
        if refused:
            raise CommandError(f"Refused by the mail server: {refused}. Run it again.")
