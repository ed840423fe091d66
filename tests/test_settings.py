"""The settings, as the environment of a process gives them."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config import checks
from config.checks import letters_have_case
from config.local_files import local_secret
from config.tiles import origin_of_tiles

PROTECTING = [
    "SECURE_SSL_REDIRECT",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "REQUIRE_2FA",
    "SECURE_HSTS_INCLUDE_SUBDOMAINS",
]


def run(*arguments, **environment):
    """Run Python in a process that has these variables and none of ours besides."""
    ours = {
        "ALLOWED_HOSTS",
        "BEHIND_PROXY",
        "CODES_KEY",
        "DEBUG",
        "HSTS_SECONDS",
        "HTTPS",
        "LOCAL",
        "REQUIRE_2FA",
        "SECRET_KEY",
    }
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=inherited | environment,
        check=False,
        capture_output=True,
        text=True,
    )


def settings_of(names, **environment):
    asked = (
        f"import json, config.settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
    )
    answered = run("-c", asked, **environment)
    assert answered.returncode == 0, answered.stderr
    return dict(zip(names, json.loads(answered.stdout), strict=True))


@pytest.fixture
def production():
    """The variables that docs/operations.md says a server needs."""
    options = settings.DATABASES["default"]["OPTIONS"]
    ours = f"postgresql://postgres@/musaala?host={options.get('host')}&port={options.get('port')}"
    return {
        "DATABASE_URL": os.environ.get("DATABASE_URL", ours),
        "SECRET_KEY": "only-for-this-test-0123456789abcdefghijklmnopqrstuvwxyz",
        "ALLOWED_HOSTS": "musaala.example.org",
    }


def test_the_documented_production_variables_leave_nothing_to_warn_of(production):
    checked = run("manage.py", "check", "--deploy", "--fail-level", "DEBUG", **production)

    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout


def test_with_a_database_of_its_own_it_asks_for_a_secret_and_says_how_to_make_one(production):
    refused = run("manage.py", "check", **production | {"SECRET_KEY": ""})

    assert refused.returncode != 0
    assert "Set SECRET_KEY in the environment" in refused.stderr
    assert "openssl rand -base64 48" in refused.stderr


def test_a_server_is_careful_unless_told_otherwise(production):
    found = settings_of(["DEBUG", "ALLOWED_HOSTS", *PROTECTING], **production)

    assert found == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["musaala.example.org"],
        **dict.fromkeys(PROTECTING, True),
    }


def test_a_server_answers_to_no_name_that_was_not_given(production):
    del production["ALLOWED_HOSTS"]

    assert settings_of(["ALLOWED_HOSTS"], **production) == {"ALLOWED_HOSTS": []}


def test_on_somebodys_own_machine_debug_is_off_and_plain_http_will_do(production):
    found = settings_of(["DEBUG", "ALLOWED_HOSTS", *PROTECTING], **production, LOCAL="on")

    assert found == {
        "DEBUG": False,
        "ALLOWED_HOSTS": ["musaala.example.org"],
        **dict.fromkeys(PROTECTING, False),
    }


def test_over_https_no_other_host_can_set_our_cookies(production):
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"]

    for name in settings_of(names, **production).values():
        assert name.startswith("__Host-")
    assert set(settings_of(names, **production, HTTPS="off").values()) == {"sessionid", "csrftoken"}


def test_codes_have_a_key_of_their_own_if_one_is_given(production):
    assert settings_of(["CODES_KEY"], **production)["CODES_KEY"] == production["SECRET_KEY"]
    assert settings_of(["CODES_KEY"], **production, CODES_KEY="k") == {"CODES_KEY": "k"}


def test_a_server_without_codes_is_warned_of_loudly(production):
    asked = ["manage.py", "check", "--deploy", "--tag", "serving"]

    assert "REQUIRE_2FA is off" in run(*asked, **production, REQUIRE_2FA="off").stderr
    assert "REQUIRE_2FA" not in run(*asked, **production).stderr


def test_debug_is_on_only_if_asked_for(production):
    assert settings_of(["DEBUG"], **production, DEBUG="on") == {"DEBUG": True}


def test_a_server_without_keys_for_names_has_none(production):
    names = ["IDENTITY_KEYS", "IDENTITY_SEARCH_SECRET"]
    found = settings_of(names, **production | dict.fromkeys(names, ""))

    assert found == {"IDENTITY_KEYS": {}, "IDENTITY_SEARCH_SECRET": ""}


def test_a_malformed_key_for_names_stops_the_start_and_is_not_repeated(production):
    refused = run("manage.py", "check", **production, IDENTITY_KEYS="k1:c2VjcmV0IGtleQ==")

    assert refused.returncode != 0
    assert "Key 1 of IDENTITY_KEYS is not" in refused.stderr
    assert "c2VjcmV0" not in refused.stderr


# Secrets of somebody's own machine


def test_a_local_secret_is_made_once_and_read_by_its_owner_only(tmp_path):
    secret = local_secret(tmp_path, "secret_key", True)

    assert len(secret) >= 50
    assert local_secret(tmp_path, "secret_key", True) == secret
    assert (tmp_path / ".local" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_no_secret_is_made_for_a_server(tmp_path):
    with pytest.raises(ImproperlyConfigured, match="Set SECRET_KEY"):
        local_secret(tmp_path, "secret_key", False)

    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_was_not_written_to_its_end_is_made_anew(tmp_path):
    """Killed between making the file and filling it; or read by another process just then."""
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "secret_key").touch(mode=0o600)

    assert len(local_secret(tmp_path, "secret_key", True)) >= 50


def test_a_database_that_knows_only_ascii_letters_is_an_error(monkeypatch):
    assert letters_have_case(databases=["default"]) == []

    monkeypatch.setattr(checks, "lowers_letters", lambda connection: False)
    assert [error.id for error in letters_have_case(databases=["default"])] == ["musaala.E001"]


def test_any_database_but_postgresql_is_refused():
    done = run("manage.py", "check", DATABASE_URL="mysql://a@b/c", SECRET_KEY="x")

    assert done.returncode != 0
    assert "DATABASE_URL must name a PostgreSQL database" in done.stderr


@pytest.mark.parametrize(
    "tiles",
    [
        "tiles.example.org/{z}/{x}/{y}.png",
        "/tiles/{z}/{x}/{y}.png",
        "ftp://tiles.example.org/{z}/{x}/{y}.png",
        "javascript://tiles.example.org/{z}/{x}/{y}",
        "https://tiles.example.org/{z}/{x}.png",
        "https://{s}.tiles.example.org/{z}/{x}/{y}.png",
        "https://*.example.org/{z}/{x}/{y}.png",
        "https://somebody:secret@tiles.example.org/{z}/{x}/{y}.png",
        "https://tiles.example.org; script-src * /{z}/{x}/{y}.png",
        "https://tiles.example.org 'unsafe-inline'/{z}/{x}/{y}.png",
        "https:///{z}/{x}/{y}.png",
    ],
)
def test_tiles_that_would_open_the_policy_to_more_than_one_host_are_refused(tiles):
    with pytest.raises(ImproperlyConfigured, match="MAP_TILES must be an address on one host"):
        origin_of_tiles(tiles)


@pytest.mark.parametrize(
    ("tiles", "origins"),
    [
        ("", []),
        ("https://tiles.example.org/a/{z}/{x}/{y}.png", ["https://tiles.example.org"]),
        ("http://localhost:8080/?x={x}&y={y}&z={z}", ["http://localhost:8080"]),
    ],
)
def test_pages_may_load_pictures_from_the_host_of_the_tiles_alone(tiles, origins):
    assert origin_of_tiles(tiles) == origins


def test_a_server_does_not_start_with_tiles_that_are_refused():
    refused = run("-c", "import config.settings", LOCAL="on", MAP_TILES="https://*/{z}/{x}/{y}")

    assert refused.returncode != 0
    assert "MAP_TILES must be an address on one host" in refused.stderr
