"""Signing in: password and code are one question; codes open once and are not kept."""

import pytest
from django.contrib.sessions.models import Session as DjangosOwn
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.models import Authenticator, RecoveryCodes, Session, SignIn
from config.sign_in import devices
from config.sign_in.devices import could_be, read
from tests.authenticators import (
    PASSWORD,
    SIGN_IN,
    code_of,
    enrolled,
    is_in,
    sign_in,
    words,
    wrong_code,
)
from tests.factories import UserFactory


@pytest.fixture
def person():
    return UserFactory(username="noor", password=PASSWORD, is_staff=True)


# With an authenticator


def test_password_and_code_open(client, person):
    device, _codes = enrolled(person)

    sign_in(client, person, code_of(device.secret))

    assert is_in(client)
    assert SignIn.objects.get().proof == "code"


@pytest.mark.parametrize("typed", ["{0} {1}", "{0}-{1}", " {0}{1} "])
def test_a_code_may_be_typed_with_spaces(client, person, typed):
    device, _codes = enrolled(person)
    code = code_of(device.secret)

    sign_in(client, person, typed.format(code[:3], code[3:]))

    assert is_in(client)


def test_a_code_may_be_typed_in_arabic_digits(client, person):
    device, _codes = enrolled(person)
    arabic = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

    sign_in(client, person, code_of(device.secret).translate(arabic))

    assert is_in(client)


def test_every_wrong_answer_is_the_same(client, person):
    """Wrong password, wrong code, none, a stranger's name, nobody's: the page does not tell."""
    device, _codes = enrolled(person)
    without = UserFactory(username="without", password=PASSWORD, is_staff=True)
    right, wrong = code_of(device.secret), wrong_code(device.secret)
    answers = [
        sign_in(client, person, right, password="wrong"),
        sign_in(client, person, wrong),
        sign_in(client, person, ""),
        sign_in(client, without, password="wrong"),
        sign_in(client, "nobody", right),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({words(answer) for answer in answers}) == 1
    assert not is_in(client)


def test_a_code_opens_once(client, person):
    device, _codes = enrolled(person)
    code = code_of(device.secret)
    sign_in(client, person, code)
    client.post(reverse("admin:logout"))

    sign_in(client, person, code)

    assert not is_in(client)


def test_a_recovery_code_opens_once(client, person):
    _device, codes = enrolled(person)
    sign_in(client, person, codes[3].upper())
    assert is_in(client)
    assert SignIn.objects.get().proof == "recovery code"
    client.post(reverse("admin:logout"))

    sign_in(client, person, codes[3])

    assert not is_in(client)
    assert StaticToken.objects.count() == len(codes) - 1


def test_another_person_s_codes_do_not_open(client, person):
    enrolled(person)
    device, codes = enrolled(UserFactory())

    for code in (code_of(device.secret), codes[0]):
        assert "not right" in words(sign_in(client, person, code))

    assert not SignIn.objects.exists()


def test_wrong_codes_make_the_next_wait(client, person, settings):
    settings.OTP_TOTP_THROTTLE_FACTOR = 3600  # seconds: however slow the machine is
    device, _codes = enrolled(person)
    sign_in(client, person, wrong_code(device.secret))

    sign_in(client, person, code_of(device.secret))

    assert not is_in(client)


def test_the_wait_ends_even_for_who_was_guessed_at_a_hundred_times(person):
    device, _codes = enrolled(person)
    for _ in range(100):
        device.throttle_increment()

    allowed, why = device.verify_is_allowed()
    wait = why["locked_until"] - device.throttling_failure_timestamp
    assert (allowed, wait.total_seconds()) == (False, 512)


def test_wrong_passwords_never_make_a_person_s_codes_wait(client, person):
    """Else a stranger could shut a person out at every address."""
    device, _codes = enrolled(person)

    for _ in range(4):
        sign_in(client, person, wrong_code(device.secret), password="wrong")

    assert Authenticator.objects.get().throttling_failure_count == 0


def test_without_an_authenticator_the_password_opens_where_no_code_is_required(client, person):
    sign_in(client, person)

    assert is_in(client)
    assert SignIn.objects.get().proof == "password"


# What is kept


def test_the_database_alone_makes_no_code(client, person, settings):
    device, codes = enrolled(person)
    stolen = TOTPDevice.objects.get()

    assert stolen.bin_key != device.bin_key
    assert {read(code) for code in codes}.isdisjoint(
        StaticToken.objects.values_list("token", flat=True)
    )

    shown = code_of(device.secret)
    assert could_be(person, shown)
    settings.CODES_KEY = "another"
    assert not could_be(person, shown)
    assert not could_be(person, codes[0])


def test_history_tells_who_has_which_device_and_no_secret(person):
    device, _codes = enrolled(person)
    devices.remove_devices(person)

    for model in (Authenticator, RecoveryCodes):
        events = model.pgh_event_model.objects.filter(user=person).order_by("pgh_id")
        assert [event.pgh_label for event in events] == ["insert", "delete"]
        fields = {field.name for field in events.model._meta.get_fields()}
        assert fields.isdisjoint({"key", "token", "last_t"})
    assert device.key not in str(list(Authenticator.pgh_event_model.objects.values()))


def test_a_sign_in_is_noted_and_the_note_cannot_be_changed(client, person):
    sign_in(client, person)

    [event] = SignIn.pgh_event_model.objects.all()
    assert (event.user, event.pgh_label) == (person, "insert")
    assert event.pgh_context["user"] == person.pk  # whom the audit trail names


def test_django_s_own_table_of_sessions_stays_empty(client, person):
    sign_in(client, person)

    assert not DjangosOwn.objects.exists()
    assert Session.objects.get().user == person


def test_who_has_an_authenticator_gets_nowhere_by_a_session_without_code(client, person):
    enrolled(person)
    client.force_login(person)

    assert client.get("/admin/").url == SIGN_IN.rstrip("?")
    client.force_login(person)
    assert client.get("/api/v1/incidents/").status_code == 403


def test_neither_devices_nor_wrong_sign_ins_are_in_the_admin(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    page = client.get("/admin/").text
    for app in ("otp_totp", "otp_static", "axes", "project"):
        assert f"/admin/{app}/" not in page
