"""Wrong sign-ins make a name wait at an address, and shut nobody out elsewhere."""

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone

from config.sign_in import backend
from config.sign_in.address import client_address
from config.sign_in.lockout import ATTACK, FAILURES, MEMORY, hashed, wait_after
from tests.authenticators import (
    PASSWORD,
    SIGN_IN,
    code_of,
    enrolled,
    is_in,
    sign_in,
    wrong_code,
)
from tests.factories import UserFactory

HERE, ELSEWHERE = "203.0.113.7", "198.51.100.4"


@pytest.fixture
def person():
    return UserFactory(username="noor", password=PASSWORD, is_staff=True)


def wrong(client, name, address=HERE, times=1):
    for _ in range(times):
        answer = sign_in(client, name, password="wrong", REMOTE_ADDR=address)
    return answer


def later(client, **passed):
    """Lets time pass for the wrong sign-ins there were."""
    for attempt in AccessAttempt.objects.all():
        moment = attempt.attempt_time - timedelta(**passed)
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=moment)


def test_five_wrong_sign_ins_make_the_name_wait_at_that_address(client, person):
    assert wrong(client, person, times=FAILURES - 1).status_code == 200

    locked = wrong(client, person)
    right = sign_in(client, person, REMOTE_ADDR=HERE)

    assert locked.status_code == right.status_code == 429
    assert 0 < int(right["Retry-After"]) <= 15 * 60
    assert "Too many wrong sign-ins" in right.text
    assert not is_in(client)


def test_it_opens_at_every_other_address(client, person):
    """Else a stranger could shut anybody out."""
    wrong(client, person, times=FAILURES)

    sign_in(client, person, REMOTE_ADDR=ELSEWHERE)

    assert is_in(client)


def test_other_names_open_at_that_address(client, person):
    wrong(client, "somebody else", times=FAILURES)

    sign_in(client, person, REMOTE_ADDR=HERE)

    assert is_in(client)


def test_a_name_nobody_has_is_answered_like_one_somebody_has(client, person):
    answers = [[wrong(client, name) for _ in range(FAILURES + 1)] for name in (person, "nobody")]

    def seen(answer):
        errors = answer.context["form"].errors if answer.status_code == 200 else answer.text
        return answer.status_code, str(errors), answer.get("Retry-After")

    assert [seen(answer) for answer in answers[0]] == [seen(answer) for answer in answers[1]]


def test_wrong_codes_count_as_wrong_passwords_do(client, person):
    device, _codes = enrolled(person)
    for _ in range(FAILURES):
        answer = sign_in(client, person, wrong_code(device.secret), REMOTE_ADDR=HERE)

    assert answer.status_code == 429


def test_the_wait_ends_and_doubles_with_each_further_mistake(client, person):
    wrong(client, person, times=FAILURES)
    later(client, minutes=15)
    locked = wrong(client, person)
    assert 15 * 60 < int(locked["Retry-After"]) <= 30 * 60

    later(client, minutes=30)
    sign_in(client, person, REMOTE_ADDR=HERE)
    assert is_in(client)
    assert not AccessAttempt.objects.exists()


def test_knocking_while_it_waits_does_not_make_it_longer(client, person):
    wrong(client, person, times=FAILURES + 10)

    assert AccessAttempt.objects.get().failures_since_start == FAILURES


def test_the_wait_never_passes_a_day():
    assert wait_after(FAILURES - 1) == timedelta(0)
    assert wait_after(FAILURES) == timedelta(minutes=15)
    assert wait_after(10_000) == MEMORY == timedelta(days=1)


# Many addresses against one name


@pytest.fixture
def attacked(person):
    AccessAttempt.objects.create(
        username=hashed(person.username),
        ip_address=HERE,
        user_agent="",
        failures_since_start=ATTACK,
    )
    return person


def test_the_password_of_an_attacked_name_is_compared_only_beside_a_right_code(
    client, attacked, monkeypatch
):
    device, _codes = enrolled(attacked)
    compared = []
    monkeypatch.setattr(
        backend.ModelBackend,
        "authenticate",
        lambda *args, **kwargs: compared.append(kwargs["username"]),
    )

    sign_in(client, attacked, wrong_code(device.secret), REMOTE_ADDR=ELSEWHERE)
    assert compared == []
    sign_in(client, attacked, code_of(device.secret), REMOTE_ADDR=ELSEWHERE)
    assert compared == [attacked.username]


@pytest.mark.parametrize("has_authenticator", [True, False])
def test_an_attacked_person_still_signs_in(client, attacked, has_authenticator):
    code = code_of(enrolled(attacked)[0].secret) if has_authenticator else ""

    sign_in(client, attacked, code, REMOTE_ADDR=ELSEWHERE)

    assert is_in(client)


# What is kept


def test_of_a_wrong_sign_in_neither_names_nor_passwords_are_kept(client, caplog):
    """People type their password where the name goes."""
    client.post(
        f"{SIGN_IN}?password=secret-1",
        {"username": "secret-2", "password": "secret-3", "code": "secret-4", "x": "secret-5"},
    )

    [kept] = AccessAttempt.objects.values()
    assert "secret" not in str(kept)
    assert "secret" not in caplog.text
    assert (kept["get_data"], kept["post_data"], kept["user_agent"]) == ("", "", "")


def test_wrong_sign_ins_are_forgotten_after_a_day(client, person):
    wrong(client, person)
    later(client, days=1, seconds=1)

    wrong(client, "somebody else")

    assert AccessAttempt.objects.get().username == hashed("somebody else")


def command(*arguments):
    said = StringIO()
    call_command("lockouts", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_lists_who_waits_and_releases_him(client, person):
    wrong(client, person, times=FAILURES)
    wrong(client, "nobody")

    listed = command()
    assert f"noor\t{HERE}\t5 wrong\twaits until" in listed
    assert f"(no user's name)\t{HERE}\t1 wrong\tfree" in listed
    assert command("--release", "noor", "--address", ELSEWHERE) == "0 forgotten.\n"
    assert command("--release", "noor") == "1 forgotten.\n"
    sign_in(client, person, REMOTE_ADDR=HERE)
    assert is_in(client)


# From where


@pytest.mark.parametrize("address", ["", "unix:", "not an address"])
def test_an_unknown_address_neither_crashes_nor_lets_guess(client, person, address):
    assert wrong(client, person, address, times=FAILURES).status_code == 429
    assert AccessAttempt.objects.get().ip_address is None
    assert AccessAttempt.objects.get().attempt_time > timezone.now() - timedelta(minutes=1)


def came_from(forwarded=None, remote="10.0.0.1"):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))


def test_without_a_proxy_nobody_chooses_his_address():
    assert came_from(HERE) == "10.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, HERE, HERE),
        (1, f"6.6.6.6, {HERE}", HERE),
        (2, f"6.6.6.6, {HERE}, 10.0.0.9", HERE),
        (2, HERE, None),
        (1, "", None),
        (1, None, None),
        (1, "nonsense", None),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:203.0.113.7", HERE),
    ],
)
def test_behind_proxies_the_address_is_what_our_own_saw(settings, proxies, forwarded, address):
    settings.BEHIND_PROXY, settings.PROXY_COUNT = True, proxies

    assert came_from(forwarded) == address


def test_behind_a_proxy_a_made_up_address_does_not_escape_the_wait(settings, person):
    settings.BEHIND_PROXY = True
    for number in range(FAILURES):
        answer = sign_in(
            Client(),
            person,
            password="wrong",
            headers={"x-forwarded-for": f"6.6.6.{number}, {HERE}"},
        )

    assert answer.status_code == 429
