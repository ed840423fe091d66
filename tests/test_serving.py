"""A server that would not be safe does not start, and says what to do."""

import pytest
from django.contrib.auth.models import Group
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from config import serving
from config.limits import LONGEST_QUERY
from config.management.commands import administrator
from records.models import User
from records.web_role import WEB_ROLE
from tests.factories import UserFactory


@pytest.fixture
def on_a_server(settings):
    settings.LOCAL = False
    settings.REQUIRE_2FA = True


def complaints(role=WEB_ROLE):
    """Of a server that signs in to the database as `role`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
        asked = run_checks(tags=["serving"], include_deployment_checks=True, databases=["default"])
        cursor.execute("SET LOCAL ROLE NONE")
    return [f"{found.msg} {found.hint}" for found in asked]


def test_the_owner_of_the_tables_is_refused():
    [complaint] = complaints(role="NONE")

    assert "whom no policy binds" in complaint
    assert "DATABASE_OWNER_URL" in complaint


@pytest.mark.usefixtures("on_a_server")
def test_an_active_superuser_is_refused_and_the_remedy_named():
    UserFactory(username="root", is_superuser=True)
    UserFactory(username="gone", is_superuser=True, is_active=False)
    UserFactory(username="noor")

    [complaint] = complaints()
    assert "root is an active superuser" in complaint
    assert "`manage.py administrator root`" in complaint


@pytest.mark.usefixtures("on_a_server")
def test_the_remedy_works(capsys):
    Group.objects.get_or_create(name=administrator.ROLE)
    UserFactory(username="root", is_superuser=True)

    call_command("administrator", "root")

    assert complaints() == []
    user = User.objects.get(username="root")
    assert [role.name for role in user.groups.all()] == [administrator.ROLE]
    assert (user.is_staff, user.is_superuser) == (True, False)


def test_on_somebody_s_own_machine_a_superuser_is_no_matter():
    UserFactory(is_superuser=True)

    assert complaints() == []


def test_the_first_administrator_is_asked_for_a_password(monkeypatch):
    Group.objects.get_or_create(name=administrator.ROLE)
    monkeypatch.setattr(administrator, "getpass", lambda prompt: "quite a long phrase")

    call_command("administrator", "first")

    user = User.objects.get(username="first")
    assert user.check_password("quite a long phrase")
    assert user.is_staff
    assert not user.is_superuser


@pytest.mark.parametrize("typed", [["one phrase here", "another phrase"], ["short", "short"]])
def test_no_administrator_with_a_bad_password(monkeypatch, typed):
    Group.objects.get_or_create(name=administrator.ROLE)
    answers = iter(typed)
    monkeypatch.setattr(administrator, "getpass", lambda prompt: next(answers))

    with pytest.raises(CommandError):
        call_command("administrator", "first")

    assert not User.objects.filter(username="first").exists()


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Has the server's start ask a script that ends with this code."""

    def ends_with(code, local=False):
        script = tmp_path / "manage.py"
        script.write_text(f"import sys; sys.exit(0 if 'serving' not in sys.argv else {code})")
        monkeypatch.setattr(serving, "MANAGE", script)
        monkeypatch.setattr(serving, "LOCAL", local)
        monkeypatch.setattr(serving, "bind", "127.0.0.1:0")
        serving.on_starting(server=None)

    return ends_with


def test_the_server_asks_before_it_starts(asked):
    with pytest.raises(SystemExit, match="does not serve like this"):
        asked(1)
    asked(0)
    asked(1, local=True)


def test_the_longest_query_reaches_what_refuses_it_in_words():
    line = len("GET /api/v1/reports/accountability/? HTTP/1.1")

    assert serving.limit_request_line > LONGEST_QUERY + line
