from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Say how the local PostgreSQL is, or stop it. It starts by itself when needed."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["status", "stop"])

    def handle(self, *, action, **options):
        if not settings.OWN_DATABASE:
            raise CommandError("DATABASE_URL is set, so there is no local PostgreSQL.")
        database = settings.LOCAL_DATABASE
        if action == "stop":
            stopped = database.stop()
            self.stdout.write("Stopped." if stopped else "It was not running.")
        else:
            self.stdout.write("Running." if database.is_ready() else "Not running.")
            self.stdout.write(f"Data:    {database.data}\nAddress: {database.url}")
