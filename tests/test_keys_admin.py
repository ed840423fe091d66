"""Keys on screens: one administrator makes one, another approves, both revoke, auditors look on."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group as Role
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from partners.models import FORM, Key, Usage
from records.models import User
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data, refusals
from tests.factories import KeyFactory, OrganisationFactory, UserFactory
from tests.keys import by

LIST, ADD = "/admin/partners/key/", "/admin/partners/key/add/"


def in_role(role, **values):
    user = UserFactory(is_staff=True, rights=[], **values)
    user.groups.set(Role.objects.filter(name=role))
    return user


@pytest.fixture
def maker():
    return in_role(ADMINISTRATOR, username="maker")


@pytest.fixture
def browser(client, maker):
    client.force_login(maker)
    return client


def act(key, name):
    return reverse(f"admin:partners_key_{name}", args=[key.pk])


def sent_back(page):
    """What a browser would send; a moment is two fields."""
    data = form_data(page)
    day, _space, time = str(timezone.localtime(data.pop("expires_at")))[:19].partition(" ")
    return data | {"expires_at_0": day, "expires_at_1": time}


def new_key(browser, **given):
    data = sent_back(browser.get(ADD)) | {
        "organisation": OrganisationFactory(slug="partner", name="Partner").pk,
        "label": "nightly mirror",
        **given,
    }
    return browser.post(ADD, data)


def test_a_key_is_shown_once_and_nowhere_else(browser, client, caplog):
    caplog.set_level("DEBUG")
    made = new_key(browser, networks="127.0.0.1/32\n2001:db8::/48", clearance="TLP:AMBER")
    page = made.content.decode()
    text = FORM.search(page)[0]
    key = Key.objects.get()

    assert (key.made_by.username, key.approved_at) == ("maker", None)
    assert (key.scopes, key.clearance) == (["read"], "TLP:AMBER")
    assert key.networks == ["127.0.0.1/32", "2001:db8::/48"]
    assert page.count(text) == 1
    secret = text.rsplit("_")[-1]
    elsewhere = [
        *(str(each) for each in get_messages(made.wsgi_request)),
        str(client.session.items()),
        str(list(LogEntry.objects.values())),
        str(list(Key.objects.values())),
        str(list(Key.pgh_event_model.objects.values())),
        *(browser.get(path).content.decode() for path in (LIST, address(Key, "change", key.pk))),
        browser.get(address(Key, "history", key.pk)).content.decode(),
        caplog.text,
    ]
    assert not [where for where in elsewhere if secret in where]
    assert made["Cache-Control"] == "no-store"


def test_a_key_works_when_another_administrator_approved_it(browser, client):
    text = FORM.search(new_key(browser).content.decode())[0]
    key, sent = Key.objects.get(), {"headers": {"authorization": f"Bearer {text}"}}
    assert client.get("/api/v1/me/", **sent).status_code == 401

    refused = browser.post(act(key, "approve"))
    assert "Another administrator approves it" in refused.content.decode()
    assert client.get("/api/v1/me/", **sent).status_code == 401

    client.force_login(in_role(ADMINISTRATOR, username="second"))
    assert "Approve" in client.get(address(Key, "change", key.pk)).content.decode()
    assert client.post(act(key, "approve")).status_code == 302
    assert client.get("/api/v1/me/", **sent).json()["organisation"]["name"] == "Partner"
    key.refresh_from_db()
    assert key.approved_by.username == "second"
    again = client.post(act(key, "approve"))
    assert "This key is approved" in again.content.decode()


def test_a_key_is_revoked_with_a_reason(browser, client):
    key = KeyFactory()

    without = browser.post(act(key, "revoke"), {"reason": " "})
    assert without.status_code == 200
    assert client.get("/api/v1/me/", **by(key)).status_code == 200

    assert browser.post(act(key, "revoke"), {"reason": "The laptop was stolen."}).status_code == 302
    assert client.get("/api/v1/me/", **by(key)).status_code == 401
    page = browser.get(address(Key, "change", key.pk))
    assert "The laptop was stolen." in page.content.decode()
    assert page.context["has_change_permission"] is False
    assert "is revoked" in browser.post(act(key, "revoke"), {"reason": "x"}).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("clearance", "TLP:RED"),
        ("scopes", []),
        ("scopes", ["names"]),
        ("scopes", ["everything"]),
        ("networks", "127.0.0.1/8"),
        ("networks", "the office"),
        ("rate", "0"),
        ("burst", "100000"),
        ("organisation", ""),
        ("label", ""),
    ],
)
def test_what_no_key_may_be_is_refused_in_its_field(browser, field, value):
    answer = new_key(browser, **{field: value})

    assert len({field, "__all__"} & refusals(answer).keys()) == len(refusals(answer)) == 1
    assert not Key.objects.exists()


def test_a_key_lasts_a_year_at_most(browser):
    answer = new_key(browser, expires_at_0="2036-01-01")

    assert "within 365 days" in str(refusals(answer))


def test_a_key_is_narrowed_here_and_never_widened(browser):
    key = KeyFactory(networks=["203.0.113.0/24"], scopes=["read", "propose"])
    page = address(Key, "change", key.pk)
    wider = {
        "scopes": ["read", "names", "propose"],
        "clearance": "TLP:AMBER",
        "networks": "",
        "expires_at_0": f"{key.expires_at.year + 1}-01-01",
        "rate": "61",
        "burst": "21",
    }
    for field, value in wider.items():
        answer = browser.post(page, sent_back(browser.get(page)) | {field: value})
        assert "never widened" in str(refusals(answer)), field

    narrower = {"scopes": ["read"], "networks": "203.0.113.7/32", "rate": "5"}
    assert browser.post(page, sent_back(browser.get(page)) | narrower).status_code == 302
    key.refresh_from_db()
    assert (key.scopes, key.networks, key.rate) == (["read"], ["203.0.113.7/32"], 5)


def test_the_page_of_a_key_tells_its_use(browser, client):
    key = KeyFactory()
    for _n in range(3):
        client.get("/api/v1/incidents/", **by(key))

    page = browser.get(address(Key, "change", key.pk)).content.decode()
    assert '<td dir="ltr">incidents</td><td>3</td><td>0</td>' in page
    listed = browser.get(f"/admin/partners/usage/?key__id__exact={key.pk}").content.decode()
    assert "incidents" in listed
    assert browser.get("/admin/partners/usage/?key__digest__startswith=a").status_code == 400


@pytest.mark.parametrize("state", ["waiting", "in_force", "expired", "revoked"])
def test_keys_are_listed_by_their_state(browser, state):
    now = timezone.now()
    KeyFactory(label="Zin_force")
    KeyFactory(label="Zwaiting", approved_at=None, approved_by=None)
    KeyFactory(label="Zexpired", made_at=now - timedelta(9), expires_at=now - timedelta(1))
    KeyFactory(label="Zrevoked", revoked_at=now, revoked_by=UserFactory(), revoked_reason="Lost.")

    page = browser.get(f"{LIST}?state={state}").content.decode()
    shown = {each for each in ("waiting", "in_force", "expired", "revoked") if f"Z{each}" in page}
    assert shown == {state}


def pages(key):
    return [
        LIST,
        ADD,
        address(Key, "change", key.pk),
        address(Key, "history", key.pk),
        act(key, "approve"),
        act(key, "revoke"),
        address(Usage, "changelist"),
    ]


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        (ADMINISTRATOR, [200, 200, 200, 200, 200, 200, 200]),
        (AUDITOR, [200, 403, 200, 200, 403, 403, 200]),
        (DATA_ENTRY, [403] * 7),
        (MONITOR, [403] * 7),
    ],
)
def test_administrators_keep_keys_and_auditors_look_on(client, role, answers):
    key = KeyFactory(approved_at=None, approved_by=None)
    client.force_login(in_role(role))

    assert [client.get(page).status_code for page in pages(key)] == answers
    if role != ADMINISTRATOR:
        for name in ("approve", "revoke"):
            assert client.post(act(key, name), {"reason": "x"}).status_code == 403
        assert client.post(address(Key, "change", key.pk), {"label": "x"}).status_code == 403


def test_a_key_makes_no_administrator_a_reader(browser, client):
    new_key(browser)

    assert client.get("/api/v1/incidents/").status_code == 403
    assert browser.get("/admin/incidents/incident/").status_code == 403


def test_nobody_deletes_a_key(browser):
    assert browser.get(address(Key, "delete", KeyFactory().pk)).status_code == 403


# Organisations that are not active


def test_of_an_organisation_that_is_not_active_nobody_is_or_gets_in(client):
    closed = OrganisationFactory(slug="closed")
    user = UserFactory(organisation=closed, is_staff=True)
    user.set_password("a long phrase")
    user.save()
    client.force_login(user, "config.sign_in.backend.PasswordAndCode")
    assert client.get("/api/v1/incidents/").status_code == 200

    closed.is_active = False
    closed.save()
    assert client.get("/api/v1/incidents/").status_code == 401
    client.post("/admin/login/", {"username": user.username, "password": "a long phrase"})
    assert client.get("/api/v1/incidents/").status_code == 401


def test_an_administrator_closes_another_organisation_and_not_his_own(browser, maker):
    partner = OrganisationFactory(slug="partner", name="Partner")
    for organisation, is_active in ((maker.organisation, True), (partner, False)):
        page = address(type(partner), "change", organisation.pk)
        data = form_data(browser.get(page))
        data.pop("is_active", None)
        assert browser.post(page, data).status_code == 302
        organisation.refresh_from_db()
        assert organisation.is_active is is_active
    assert User.objects.get(pk=maker.pk).organisation.is_active
