"""What browsers are told with every answer, whatever made it."""

import pytest
from django.contrib.admin import site
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from config.headers import Headers
from config.urls import NOUNS
from tests.admin_pages import address
from tests.authenticators import PASSWORD, code_of, enrolled, set_up, sign_in
from tests.factories import UserFactory

TOLD = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
ADMIN = [address(model, page) for model in site._registry for page in ("changelist", "add")]
PAGES = [
    "/",
    "/admin/",
    "/admin/codes/",
    "/admin/codes/set-up/",
    "/admin/codes/recovery/",
    "/admin/jsi18n/",
    "/admin/password_change/",
    *ADMIN,
]
API = [
    "/api/v1/",
    "/api/v1/docs/",
    "/api/v1/docs/?script=",
    "/api/v1/schema/",
    "/api/v1/reports/accountability/",
    *(f"/api/v1/{noun}/" for noun in NOUNS),
]
ERRORS = ["/nowhere/", "/admin/nowhere/", "/api/v1/nowhere/", "/api/v1/incidents/?x=1", "/static/x"]


def told(answer):
    assert {name: answer.get(name) for name in TOLD} == TOLD
    assert {rule.strip() for rule in answer["Content-Security-Policy"].split(";")} == POLICY
    assert "camera=()" in answer["Permissions-Policy"]
    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    return answer


@pytest.fixture
def reader(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.mark.parametrize("path", [*PAGES, *API, *ERRORS])
def test_to_who_is_signed_in(reader, path):
    page = told(reader.get(path, headers={"origin": "https://elsewhere.example"}))

    if page["Content-Type"].startswith("text/html"):
        assert not [
            mark for mark in ("<style", "style=", "<script>", "onclick=") if mark in page.text
        ]


@pytest.mark.parametrize("path", [*PAGES, *API, *ERRORS, "/admin/login/"])
def test_to_strangers(client, path):
    told(client.get(path))


def test_while_signing_in(client):
    person = UserFactory(username="noor", password=PASSWORD, is_staff=True)
    told(sign_in(client, person, password="wrong"))
    told(sign_in(client, person))
    told(set_up(client)[1])
    told(client.post(reverse("admin:logout")))
    for _ in range(6):
        locked = told(sign_in(client, person, password="wrong"))
    assert locked.status_code == 429


def test_with_a_code(client):
    person = UserFactory(username="noor", password=PASSWORD, is_staff=True)
    device, codes = enrolled(person)
    told(sign_in(client, person, code_of(device.secret)))
    told(client.post("/admin/codes/recovery/", {"current": codes[0]}))


def test_with_a_form_that_is_out_of_date(client):
    page = told(Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}))

    assert page.status_code == 403
    assert "This form is out of date" in page.text


def test_with_an_error_on_our_side(reader, monkeypatch):
    def broken(request):
        raise ZeroDivisionError

    reader.raise_request_exception = False
    monkeypatch.setattr("config.admin.front_page", broken)

    assert told(reader.get("/admin/")).status_code == 500


def test_under_a_name_we_do_not_answer_to(client):
    assert told(client.get("/admin/", headers={"host": "elsewhere.example"})).status_code == 400


def test_on_the_way_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert told(Client().get("/admin/")).status_code == 301


def test_static_files_may_be_kept(rf):
    """They have their content's hash in their name, and say nothing of anybody."""

    def file(request):
        return HttpResponse(headers={"Cache-Control": "max-age=31536000"})

    assert Headers(file)(rf.get("/static/a.css"))["Cache-Control"] == "max-age=31536000"
    assert Headers(file)(rf.get("/staticky/"))["Cache-Control"] == "no-store"
