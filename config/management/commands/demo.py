import os
import re
import secrets

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from config.demonstration import submit_demonstration
from config.local_files import SIGN_INS
from incidents.models import Incident
from partners.keeping import approve, make, revoke
from partners.models import FORM, Key
from records.models import Marking, Organisation, User
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from records.web_role import WEB_ROLE

FIXTURES = settings.BASE_DIR / "fixtures"
AUTHOR = "data-entry"
PORT = os.environ.get("PORT", "8000")
INCIDENTS = f"http://127.0.0.1:{PORT}/api/v1/incidents/"
ADDRESS = re.compile(r"http://\S+")
EXAMPLE = "example"
ADMINISTRATORS = ("administrator", "administrator-2")
SIGN_INS_MADE = {  # name: role and clearance. It takes two monitors to publish what one entered
    AUTHOR: (DATA_ENTRY, Marking.AMBER_STRICT),
    "monitor": (MONITOR, Marking.RED),
    "monitor-2": (MONITOR, Marking.RED),
    "auditor": (AUDITOR, Marking.CLEAR),
    "administrator": (ADMINISTRATOR, Marking.CLEAR),
    "administrator-2": (ADMINISTRATOR, Marking.CLEAR),  # approves the keys the first one made
}
PARTNER = {"slug": "example-partner", "name": "Example partner", "name_ar": "شريك تجريبي"}


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
        _let_the_web_role_sign_in()
        if not Incident.objects.exists():
            self._say("Loading the starter data: 94 incidents with their sources ...")
            call_command("loaddata", *sorted(FIXTURES.glob("*.yaml")), verbosity=0)
        if _sign_ins_hold():
            _write_privately(SIGN_INS, ADDRESS.sub(INCIDENTS, SIGN_INS.read_text()))  # today's port
        else:
            self._say("Making demonstration sign-ins and an example key ...")
            self._make_sign_ins()
        if submit_demonstration(User.objects.get(username=AUTHOR)):
            self._say("Submitting a made-up attack for review ...")
        call_command("collectstatic", interactive=False, verbosity=0)

    def _say(self, text):
        self.stdout.write(text)
        self.stdout.flush()

    @transaction.atomic
    def _make_sign_ins(self):
        organisation = Organisation.objects.get(slug="musaala")
        lines = ["Demonstration sign-ins (new passwords: remove this file, start again)"]
        for name, (role, clearance) in SIGN_INS_MADE.items():
            password = secrets.token_urlsafe(9)
            user, _ = User.objects.get_or_create(username=name)
            user.organisation, user.clearance, user.is_staff = organisation, clearance, True
            user.set_password(password)
            user.save()
            user.user_permissions.clear()
            user.groups.set([Group.objects.get(name=role)])
            lines.append(f"  {name:17}{password}")
        lines += [
            "Example key of a partner (reads what is published, up to TLP:GREEN)",
            f'  curl -H "Authorization: Bearer {_example_key()}" {INCIDENTS}',
        ]
        _write_privately(SIGN_INS, "\n".join(lines) + "\n")


def _example_key():
    """A new one in place of that of the last time, which nobody knows any more."""
    made, approved = (User.objects.get(username=name) for name in ADMINISTRATORS)
    partner, _ = Organisation.objects.get_or_create(slug=PARTNER["slug"], defaults=PARTNER)
    for old in Key.objects.filter(organisation=partner, label=EXAMPLE, revoked_at=None):
        revoke(old.pk, made, "Replaced by a new example.")
    key = Key(organisation=partner, label=EXAMPLE, clearance=Marking.GREEN)
    text = make(key, made)
    approve(key.pk, approved)
    return text


def _reach_database():
    """Says in one sentence what `migrate` would say in a hundred lines."""
    try:
        connection.Database.connect(**connection.get_connection_params()).close()
    except connection.Database.OperationalError as error:
        raise CommandError(
            f"The database cannot be used: {error}\n"
            "Start the server, or make the database (createdb), or correct DATABASE_URL."
        ) from None


def _let_the_web_role_sign_in():
    """Over the local database's own socket, which is all there is to its sign-in."""
    if settings.OWN_DATABASE:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {WEB_ROLE} LOGIN")


def _sign_ins_hold():
    """Whether the passwords last written down open this database."""
    if not SIGN_INS.exists():
        return False
    words = [line.split() for line in SIGN_INS.read_text().splitlines()]
    known = {line[0]: line[1] for line in words if len(line) == 2}
    users = {user.username: user for user in User.objects.filter(username__in=SIGN_INS_MADE)}
    return _key_holds(SIGN_INS.read_text()) and all(
        name in users and name in known and users[name].check_password(known[name])
        for name in SIGN_INS_MADE
    )


def _key_holds(text):
    written = FORM.search(text)
    key = written and Key.objects.filter(prefix=written[1]).first()
    return key and key.is_secret(written[2]) and key.works_at(timezone.now(), None)


def _write_privately(path, text):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
