"""Authenticators and recovery codes: set up, renewed, and taken away by who may."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from config.models import Authenticator, RecoveryCodes, Session
from config.sign_in.devices import could_be
from records.granting import agree
from records.granting_words import digest, lines
from records.models import Grant
from records.viewer import Viewer, viewing
from tests.authenticators import (
    PASSWORD,
    SET_UP,
    code_of,
    enrolled,
    is_in,
    set_up,
    sign_in,
    words,
    wrong_code,
)
from tests.factories import UserFactory

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


# Setting up


@pytest.mark.usefixtures("required")
def test_without_an_authenticator_every_page_leads_to_setting_it_up(client, person):
    sign_in(client, person)

    for address in ("/admin/", "/admin/incidents/incident/", "/admin/password_change/"):
        assert client.get(address).url == SET_UP
    assert client.get("/api/v1/docs/").url == SET_UP
    assert client.get("/api/v1/incidents/").status_code == 403
    assert client.get("/api/v1/incidents/").json()["detail"] == "Sign in with a code."


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


def second_administrator():
    user = UserFactory(username="second", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    return user


def test_two_administrators_take_another_s_devices_away_and_it_is_recorded(
    client, client_two, administrator, person
):
    device, _codes = enrolled(person)
    sign_in(client_two, person, code_of(device.secret))
    assert reset(person) in client.get(f"/admin/records/user/{person.pk}/change/").text

    assert "reason" in client.post(reset(person), {"devices_away": "on"}).context["form"].errors
    client.post(reset(person), {"devices_away": "on", "reason": "He came in person."})
    assert is_in(client_two)
    second, grant = second_administrator(), Grant.objects.get()
    with viewing(Viewer.of(second), user=second.pk):
        agree(grant.pk, second, digest(lines(grant)))

    assert not Authenticator.objects.exists()
    assert not RecoveryCodes.objects.exists()
    assert not is_in(client_two)
    removed = Authenticator.pgh_event_model.objects.get(pgh_label="delete")
    context = removed.pgh_context
    assert (context["user"], context["asked_by"]) == (second.pk, administrator.pk)
    assert context["reason"] == "He came in person."


def test_nobody_takes_his_own_away(client, administrator):
    assert client.post(reset(administrator)).status_code == 403
    assert (
        reset(administrator)
        not in client.get(f"/admin/records/user/{administrator.pk}/change/").text
    )


def test_no_administrator_takes_a_superuser_s_away(client, administrator):
    device, _codes = enrolled(UserFactory(is_superuser=True))

    asked = {"devices_away": "on", "reason": "x"}
    assert client.post(reset(device.user), asked).status_code == 403
    assert Authenticator.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_change_users_takes_nothing_away(client, person, method):
    client.force_login(person)

    assert getattr(client, method)(reset(UserFactory())).status_code == 403
    assert getattr(client, method)("/admin/codes/reset/0/").status_code == 403
