from getpass import getpass

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from records.models import User

ROLE = "administrator"


class Command(BaseCommand):
    help = "Make somebody an administrator: the first one, or a superuser who should be less."

    def add_arguments(self, parser):
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *, username, **options):
        role = Group.objects.filter(name=ROLE).first()
        if role is None:
            raise CommandError(f"There is no role '{ROLE}'. Run `manage.py migrate` first.")
        user, made = User.objects.get_or_create(username=username)
        if made:
            user.set_password(self._asked_password(user))
        user.is_staff, user.is_superuser = True, False
        user.save()
        user.groups.add(role)
        self.stdout.write(f"{username} is an administrator, and no superuser.")

    def _asked_password(self, user):
        password = getpass("Password: ")
        if password != getpass("Password (again): "):
            raise CommandError("The two passwords differ. Nothing was changed.")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return password
