"""Signing in: password and code are one question; codes open once and are not kept."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session as DjangosOwn
from django.test import Client
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
    wrong_code,
)
from tests.factories import UserFactory

SET_UP = "/admin/codes/set-up/"
RECOVERY = "/admin/codes/recovery/"


@pytest.fixture
def person():
    return UserFactory(username="noor", password=PASSWORD, is_staff=True)


@pytest.fixture
def client_two():
    return Client()


@pytest.fixture
def required(settings):
    settings.REQUIRE_2FA = True


def words(response):
    """The errors on a page of a form."""
    return str(response.context["form"].errors)


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


def test_wrong_codes_make_the_next_wait(client, person):
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


def test_django_s_own_table_of_sessions_stays_empty(client, person):
    sign_in(client, person)

    assert not DjangosOwn.objects.exists()
    assert Session.objects.get().user == person


# Setting up


def set_up(client, **given):
    """Set up a new authenticator; its secret and the answer."""
    secret = client.get(SET_UP).context["secret"]
    return secret, client.post(SET_UP, {"code": code_of(secret), **given})


@pytest.mark.usefixtures("required")
def test_without_an_authenticator_every_page_leads_to_setting_it_up(client, person):
    sign_in(client, person)

    for address in ("/admin/", "/admin/incidents/incident/", "/admin/password_change/"):
        assert client.get(address).url == SET_UP
    assert client.get("/api/v1/docs/").url == SET_UP
    assert client.get("/api/v1/incidents/").status_code == 403
    assert client.get("/api/v1/incidents/").json() == {"detail": "Sign in with a code."}


@pytest.mark.usefixtures("required")
def test_setting_up_opens_everything_and_shows_ten_codes_once(client, person):
    sign_in(client, person)

    _secret, answer = set_up(client)

    assert len(answer.context["codes"]) == 10
    assert is_in(client)
    assert client.get("/api/v1/incidents/").status_code == 200
    for address in ("/admin/codes/", SET_UP, RECOVERY):
        page = client.get(address).text
        assert not any(code in page for code in answer.context["codes"])


def test_a_wrong_first_code_sets_nothing_up(client, person):
    client.force_login(person)
    secret = client.get(SET_UP).context["secret"]

    answer = client.post(SET_UP, {"code": wrong_code(secret)})

    assert "not right" in words(answer)
    assert answer.context["secret"] == secret
    assert not Authenticator.objects.exists()


def test_two_sessions_of_one_person_are_not_shown_the_same_secret(client, client_two, person):
    """Else whoever has the password reads along while its owner sets up."""
    client.force_login(person)
    client_two.force_login(person)

    assert client.get(SET_UP).context["secret"] != client_two.get(SET_UP).context["secret"]


def test_setting_up_ends_the_person_s_other_sessions(client, client_two, person):
    client.force_login(person)
    client_two.force_login(person)

    set_up(client)

    assert is_in(client)
    assert Session.objects.get(user=person).pk == client.session.session_key


def test_another_authenticator_needs_a_code_of_the_present_one(client, person):
    device, codes = enrolled(person)
    sign_in(client, person, code_of(device.secret))

    _secret, refused = set_up(client)
    assert "current" in refused.context["form"].errors
    assert Authenticator.objects.get() == device

    secret, _answer = set_up(client, current=codes[0])
    assert Authenticator.objects.get().secret == secret
    assert not could_be(person, codes[1])


def test_new_recovery_codes_need_a_code_and_void_the_old_ones(client, person):
    device, old = enrolled(person)
    sign_in(client, person, old[0])

    assert "current" in client.post(RECOVERY, {"current": ""}).context["form"].errors
    assert "current" in client.post(RECOVERY, {"current": old[0]}).context["form"].errors
    new = client.post(RECOVERY, {"current": code_of(device.secret)}).context["codes"]

    assert not could_be(person, old[1])
    assert could_be(person, new[1])


def test_who_has_an_authenticator_gets_nowhere_by_a_session_without_code(client, person):
    enrolled(person)
    client.force_login(person)

    assert client.get("/admin/").url == SIGN_IN.rstrip("?")
    client.force_login(person)
    assert client.get("/api/v1/incidents/").status_code == 403


def test_the_picture_is_part_of_the_page(client, person):
    client.force_login(person)

    page = client.get(SET_UP)

    assert page.context["picture"].startswith("data:image/svg+xml;base64,")
    assert "<style" not in page.text
    assert "style=" not in page.text


# Taking another's away


@pytest.fixture
def administrator(client):
    user = UserFactory(username="admin", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    client.force_login(user)
    return user


def reset(user):
    return reverse("admin:codes_reset", args=[user.pk])


def test_an_administrator_takes_another_s_devices_away_and_it_is_recorded(
    client, client_two, administrator, person
):
    device, _codes = enrolled(person)
    sign_in(client_two, person, code_of(device.secret))
    assert reset(person) in client.get(f"/admin/records/user/{person.pk}/change/").text

    client.post(reset(person))

    assert not Authenticator.objects.exists()
    assert not RecoveryCodes.objects.exists()
    assert not is_in(client_two)
    assert LogEntry.objects.get().user == administrator
    removed = Authenticator.pgh_event_model.objects.get(pgh_label="delete")
    assert removed.pgh_context.metadata["user"] == administrator.pk


def test_nobody_takes_his_own_away(client, administrator):
    assert client.post(reset(administrator)).status_code == 403
    assert (
        reset(administrator)
        not in client.get(f"/admin/records/user/{administrator.pk}/change/").text
    )


def test_no_administrator_takes_a_superuser_s_away(client, administrator):
    device, _codes = enrolled(UserFactory(is_superuser=True))

    assert client.post(reset(device.user)).status_code == 403
    assert Authenticator.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_change_users_takes_nothing_away(client, person, method):
    client.force_login(person)

    assert getattr(client, method)(reset(UserFactory())).status_code == 403
    assert getattr(client, method)("/admin/codes/reset/0/").status_code == 403


def test_neither_devices_nor_wrong_sign_ins_are_in_the_admin(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    page = client.get("/admin/").text
    for app in ("otp_totp", "otp_static", "axes", "project"):
        assert f"/admin/{app}/" not in page
