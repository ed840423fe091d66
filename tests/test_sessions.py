"""Sessions end: after half an hour unused, after twelve hours, and when rights change."""

from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.models import Session
from config.sign_in import middleware
from config.sign_in.journal import BEGAN_AT
from records.admin_people import OrganisationAdmin
from records.models import Organisation
from tests.admin_pages import address, form_data
from tests.authenticators import PASSWORD, is_in, sign_in
from tests.factories import OrganisationFactory, UserFactory


@pytest.fixture
def person():
    return UserFactory(username="noor", password=PASSWORD, is_staff=True)


@pytest.fixture
def signed_in(client, person):
    sign_in(client, person)
    assert is_in(client)
    return client


@pytest.fixture
def clock(monkeypatch):
    """The middleware's clock, to be set forward by seconds."""
    forward = [0]
    real = middleware.time
    monkeypatch.setattr(middleware, "time", lambda: real() + forward[0])
    return forward


def time_left():
    return Session.objects.get().expire_date - timezone.now()


def test_signing_in_makes_a_new_session_id(client, person):
    client.get("/admin/login/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = planted = session.session_key

    sign_in(client, person)

    assert client.cookies[configured.SESSION_COOKIE_NAME].value != planted
    assert not Session.objects.filter(pk=planted).exists()


def test_a_session_ends_half_an_hour_after_the_last_request(signed_in):
    assert timedelta(minutes=29) < time_left() <= timedelta(minutes=30)

    Session.objects.update(expire_date=timezone.now())

    assert not is_in(signed_in)


def test_a_request_renews_it(signed_in, clock):
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    clock[0] = middleware.RENEW_AFTER

    is_in(signed_in)

    assert time_left() > timedelta(minutes=29)


def test_it_is_not_written_anew_at_every_click(signed_in):
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=28))

    is_in(signed_in)

    assert time_left() <= timedelta(minutes=28)


def test_nothing_renews_it_past_twelve_hours(signed_in, clock):
    clock[0] = 12 * 3600 - 60
    assert is_in(signed_in)

    clock[0] = 12 * 3600

    assert not is_in(signed_in)
    assert not Session.objects.exists()


def test_a_session_that_does_not_know_when_it_began_has_ended(signed_in):
    session = signed_in.session
    del session[BEGAN_AT]
    session.save()

    assert not is_in(signed_in)


# Rights


def raw(sql):
    def change(person):
        with connection.cursor() as cursor:
            cursor.execute(sql, [person.pk])

    return change


def set_to(**columns):
    return lambda person: type(person).objects.filter(pk=person.pk).update(**columns)


CHANGES = {
    "role given": lambda person: person.groups.add(Group.objects.create(name="a role")),
    "right given": lambda person: person.user_permissions.add(Permission.objects.first()),
    "organisation": set_to(organisation=None),
    "superuser, by SQL": raw("UPDATE records_user SET is_superuser = true WHERE id = %s"),
    "inactive, by SQL": raw("UPDATE records_user SET is_active = false WHERE id = %s"),
    "name of sign-in": set_to(username="another"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_rights_ends_the_person_s_sessions(signed_in, person, change):
    other = Client()
    other.force_login(UserFactory())

    change(person)

    assert not Session.objects.filter(user=person).exists()
    assert not is_in(signed_in)


def test_a_right_taken_ends_them_and_nobody_else_s(client, person):
    role = Group.objects.create(name="a role")
    person.groups.add(role)
    sign_in(client, person)
    other = Client()
    other.force_login(UserFactory(is_staff=True))

    person.groups.remove(role)

    assert not is_in(client)
    assert is_in(other)


@pytest.mark.parametrize("field", ["first_name", "last_name", "email"])
def test_a_new_name_ends_no_session(signed_in, person, field):
    set_to(**{field: "Noor"})(person)

    assert is_in(signed_in)


def test_a_new_password_ends_all_other_sessions(signed_in, person):
    other = Client()
    sign_in(other, person)
    new = "quite another phrase"

    signed_in.post(
        reverse("admin:password_change"),
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert is_in(signed_in)
    assert not is_in(other)


def test_whose_rights_change_while_he_saves_is_led_to_the_sign_in_page(client, clock, monkeypatch):
    """And what he saved is saved: no error page, although his session cannot be renewed."""
    person = UserFactory(username="noor", password=PASSWORD, is_staff=True, is_superuser=True)
    sign_in(client, person)
    organisation = OrganisationFactory()
    page = address(Organisation, "change", organisation.pk)
    opened = form_data(client.get(page))
    clock[0] = middleware.RENEW_AFTER
    monkeypatch.setattr(OrganisationAdmin, "log_change", lambda *_: set_to(is_staff=False)(person))

    answer = client.post(page, opened | {"name": "Another"})

    organisation.refresh_from_db()
    assert organisation.name == "Another"
    assert (answer.status_code, answer.url) == (302, reverse("admin:login"))


def test_ended_sessions_are_swept_out_at_the_next_sign_in(signed_in):
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))

    Client().force_login(UserFactory())

    assert Session.objects.count() == 1


# Cookies


def test_scripts_do_not_read_the_cookies_and_other_sites_do_not_send_them(client, person):
    client.get("/admin/login/")
    sign_in(client, person)

    for name in (configured.SESSION_COOKIE_NAME, configured.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"] is True
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Lax", "/", "")
