import os
import secrets

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.models import Q

from config.local_files import SIGN_INS
from incidents.models import Incident
from records.models import Organisation, User

FIXTURES = settings.BASE_DIR / "fixtures"
CONTENT = Q(content_type__app_label__in=["records", "militias", "incidents", "legal"]) & ~Q(
    content_type__model__endswith="event"  # history, which nobody writes
)
ACCOUNTS = Q(content_type__app_label="auth", content_type__model="group") | Q(
    content_type__app_label="records", content_type__model__in=["user", "organisation"]
)
READING = Q(codename__startswith="view_")
WRITING = READING | Q(codename__startswith="add_") | Q(codename__startswith="change_")
SIGN_IN_RIGHTS = {
    "data-entry": CONTENT & ~ACCOUNTS & (READING | WRITING & ~Q(content_type__app_label="legal")),
    "monitor": CONTENT & ~ACCOUNTS & WRITING,
    "administrator": ACCOUNTS & WRITING,
}


class Command(BaseCommand):
    help = "Prepare a local installation: migrate, load the starter data once, make sign-ins."

    def handle(self, **options):
        if not settings.LOCAL:
            raise CommandError(
                "This makes demonstration sign-ins, so it runs on a local installation only. "
                "In production run `migrate` and `collectstatic` (docs/operations.md)."
            )
        _reach_database()
        self._say("Bringing the database up to date ...")
        call_command("migrate", verbosity=0)
        if not Incident.objects.exists():
            self._say("Loading the starter data: 94 incidents with their sources ...")
            call_command("loaddata", *sorted(FIXTURES.glob("*.yaml")), verbosity=0)
        if not _sign_ins_hold():
            self._say("Making three demonstration sign-ins ...")
            self._make_sign_ins()
        call_command("collectstatic", interactive=False, verbosity=0)

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    @transaction.atomic
    def _make_sign_ins(self):
        organisation = Organisation.objects.get(slug="musaala")
        lines = ["Demonstration sign-ins (new passwords: remove this file, start again)"]
        for name, rights in SIGN_IN_RIGHTS.items():
            password = secrets.token_urlsafe(9)
            user, _ = User.objects.get_or_create(username=name)
            user.organisation, user.is_staff = organisation, True
            user.set_password(password)
            user.save()
            user.user_permissions.set(Permission.objects.filter(rights))
            lines.append(f"  {name:15}{password}")
        _write_privately(SIGN_INS, "\n".join(lines) + "\n")


def _reach_database():
    """Says in one sentence what `migrate` would say in a hundred lines."""
    try:
        connection.Database.connect(**connection.get_connection_params()).close()
    except connection.Database.OperationalError as error:
        raise CommandError(
            f"The database cannot be used: {error}\n"
            "Start the server, or make the database (createdb), or correct DATABASE_URL."
        ) from None


def _sign_ins_hold():
    """Whether the passwords last written down open this database."""
    if not SIGN_INS.exists():
        return False
    words = [line.split() for line in SIGN_INS.read_text().splitlines()]
    known = {line[0]: line[1] for line in words if len(line) == 2}
    users = {user.username: user for user in User.objects.filter(username__in=SIGN_IN_RIGHTS)}
    return all(
        name in users and name in known and users[name].check_password(known[name])
        for name in SIGN_IN_RIGHTS
    )


def _write_privately(path, text):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
