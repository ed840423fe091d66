"""What widens a sign-in takes two administrators; what narrows it, one. Screens and database."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken

from config.models import Authenticator, RecoveryCodes, Session
from records.granting import GrantRefused, ask
from records.granting_words import digest, lines
from records.models import Grant, User
from records.rights import NAMES
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data, refusals
from tests.authenticators import PASSWORD, enrolled, is_in, sign_in
from tests.factories import OrganisationFactory, UserFactory
from tests.granting import in_role, role

ADD = "/admin/records/user/add/"


@pytest.fixture
def asker():
    return in_role(ADMINISTRATOR, username="asker")


@pytest.fixture
def second():
    return in_role(ADMINISTRATOR, username="second")


@pytest.fixture
def person():
    return UserFactory(username="noor", rights=[], clearance="TLP:GREEN", is_staff=True)


@pytest.fixture
def browser(client, asker):
    client.force_login(asker)
    return client


@pytest.fixture
def other_browser(second):
    client = Client()
    client.force_login(second)
    return client


def save(browser, user, **given):
    page = address(User, "change", user.pk)
    return browser.post(page, form_data(browser.get(page)) | given)


def act(grant, name, browser, **given):
    if name == "agree" and "seen" not in given:
        given["seen"] = digest(lines(grant))
    return browser.post(reverse(f"admin:records_grant_{name}", args=[grant.pk]), given)


def page_of(grant, browser):
    return browser.get(address(Grant, "change", grant.pk))


def new_person(browser, **given):
    data = {
        "username": "salam",
        "organisation": OrganisationFactory().pk,
        "clearance": "TLP:AMBER",
        "groups": [role(MONITOR).pk],
        "reason": "She begins on Sunday.",
    }
    return browser.post(ADD, data | given)


# Screens: what is given waits


def test_what_is_given_waits_until_another_administrator_agrees(browser, other_browser, person):
    elsewhere = OrganisationFactory(slug="elsewhere", name="Elsewhere")
    given = {
        "groups": [role(MONITOR).pk],
        "clearance": "TLP:RED",
        "may_read_names": "on",
        "organisation": elsewhere.pk,
        "reason": "She takes over from Amal.",
    }
    assert save(browser, person, **given).status_code == 302

    before = User.objects.get(pk=person.pk)
    assert (before.clearance, before.groups.count(), before.has_perm(NAMES)) == (
        "TLP:GREEN",
        0,
        False,
    )
    assert before.organisation != elsewhere
    grant = Grant.objects.get()
    page = page_of(grant, other_browser).content.decode()
    for told in ("She takes over from Amal.", "TLP:RED", "Monitor", "Elsewhere"):
        assert told in page

    assert act(grant, "agree", other_browser).status_code == 302
    after = User.objects.get(pk=person.pk)
    assert (after.clearance, after.organisation, after.has_perm(NAMES)) == (
        "TLP:RED",
        elsewhere,
        True,
    )
    assert list(after.groups.all()) == [role(MONITOR)]


def test_what_is_taken_away_holds_at_once_and_by_one(browser, person):
    person.groups.set([role(MONITOR)])
    person.user_permissions.add(Permission.objects.get(codename="read_names"))
    page = address(User, "change", person.pk)
    data = form_data(browser.get(page)) | {"clearance": "TLP:CLEAR", "groups": []}
    for name in ("is_active", "may_read_names"):
        del data[name]

    assert browser.post(page, data).status_code == 302

    now = User.objects.get(pk=person.pk)
    assert (now.clearance, now.is_active, now.groups.count()) == ("TLP:CLEAR", False, 0)
    assert not now.user_permissions.exists()
    assert not Grant.objects.exists()


def test_one_save_that_gives_and_takes_away_does_the_one_and_asks_the_other(browser, person):
    person.groups.set([role(DATA_ENTRY)])

    save(browser, person, groups=[role(MONITOR).pk], email="noor@example.org", reason="Promoted.")

    now = User.objects.get(pk=person.pk)
    assert (now.groups.count(), now.email) == (0, "noor@example.org")
    assert Grant.objects.get().roles == [role(MONITOR).pk]
    assert "Roles" not in LogEntry.objects.get().get_change_message()


def test_who_asked_does_not_agree_and_neither_does_whom_it_concerns(browser, asker, second):
    grant = ask(second, asker, "Needs to read.", clearance="TLP:RED")
    hers = Client()
    hers.force_login(second)

    for one, why in ((browser, "You asked for it yourself"), (hers, "It concerns yourself")):
        page = page_of(grant, one).content.decode()
        assert why in page
        assert 'aria-describedby="why-agree"' in page
        assert why in act(grant, "agree", one).content.decode()
    assert User.objects.get(pk=second.pk).clearance == "TLP:AMBER+STRICT"


def test_an_only_administrator_is_told_what_the_operator_runs(browser, asker, person):
    for page in ("/admin/records/user/", ADD, address(User, "change", person.pk)):
        assert "manage.py administrator NAME" in browser.get(page).content.decode()
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")

    assert "manage.py administrator NAME" in page_of(grant, browser).content.decode()
    in_role(ADMINISTRATOR)
    assert "manage.py administrator NAME" not in page_of(grant, browser).content.decode()


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_asked_for_without_a_reason(browser, person, reason):
    answer = save(browser, person, clearance="TLP:RED", reason=reason)

    assert "another administrator reads it" in refusals(answer)["reason"][0]
    assert answer.context["adminform"].form["clearance"].value() == "TLP:RED"
    assert not Grant.objects.exists()


def test_one_thing_waits_per_person(browser, asker, person):
    ask(person, asker, "Needs to read.", clearance="TLP:RED")

    assert "asked for this person already" in str(
        refusals(save(browser, person, is_active="on", groups=[role(MONITOR).pk], reason="x"))
    )
    with pytest.raises(GrantRefused, match="already"):
        ask(person, asker, "Once more.", may_read_names=True)


def test_who_agrees_agrees_to_what_he_saw(asker, other_browser, person):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    seen = digest(lines(grant))
    person.organisation = OrganisationFactory(slug="elsewhere", name="Elsewhere")
    person.save()

    answer = act(grant, "agree", other_browser, seen=seen)

    assert "changed since you opened" in answer.content.decode()
    assert User.objects.get(pk=person.pk).clearance == "TLP:GREEN"


def test_a_request_of_somebody_who_is_no_administrator_any_more_is_not_agreed_to(
    asker, other_browser, person
):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    asker.groups.clear()

    assert "no administrator any more" in act(grant, "agree", other_browser).content.decode()
    assert User.objects.get(pk=person.pk).clearance == "TLP:GREEN"


def test_roles_that_do_not_go_together_by_now_are_not_agreed_to(asker, other_browser, person):
    grant = ask(person, asker, "Needs to read.", roles=[role(MONITOR).pk])
    person.groups.add(role(AUDITOR))

    assert "Use two persons" in act(grant, "agree", other_browser).content.decode()


def test_a_request_is_declined_or_taken_back_with_a_reason(browser, other_browser, asker, person):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")

    assert act(grant, "decline", other_browser, reason=" ").context["form"].errors
    act(grant, "decline", other_browser, reason="She told me nothing of it.")
    assert "She told me nothing of it." in page_of(grant, browser).content.decode()
    assert "It was declined" in act(grant, "agree", other_browser).content.decode()

    again = ask(person, asker, "She will tell you.", clearance="TLP:RED")
    assert "Take it back" in page_of(again, browser).content.decode()
    act(again, "decline", browser, reason="Mistaken.")
    assert not Grant.objects.waiting().exists()


# A new sign-in


def test_a_new_sign_in_opens_nothing_until_another_administrator_agrees(
    browser, other_browser, client
):
    new_person(browser)
    user = User.objects.get(username="salam")
    assert (user.is_active, user.is_staff, user.organisation) == (False, False, None)
    assert (user.clearance, user.groups.count()) == ("TLP:CLEAR", 0)
    assert not user.has_usable_password()

    made = act(Grant.objects.get(), "agree", other_browser)
    password = made.context["shown"]
    assert made.content.decode().count(password) == 1
    sign_in(client, user, password=password)
    assert is_in(client)
    user = User.objects.get(username="salam")
    assert (user.clearance, user.organisation.slug) == ("TLP:AMBER", "musaala")
    assert list(user.groups.all()) == [role(MONITOR)]


def test_the_new_password_is_nowhere_else(browser, other_browser, caplog):
    caplog.set_level("DEBUG")
    new_person(browser)
    grant = Grant.objects.get()
    made = act(grant, "agree", other_browser)
    password = made.context["shown"]

    elsewhere = [
        *(str(each) for each in get_messages(made.wsgi_request)),
        str(other_browser.session.items()),
        str(list(LogEntry.objects.values())),
        str(list(User.objects.values())),
        str(list(Grant.pgh_event_model.objects.values())),
        page_of(grant, other_browser).content.decode(),
        page_of(grant, browser).content.decode(),
        caplog.text,
    ]
    assert not [where for where in elsewhere if password in where]
    assert made["Cache-Control"] == "no-store"


# Taking a sign-in over


def lost(person, browser, **given):
    return browser.post(reverse("admin:codes_reset", args=[person.pk]), given)


def test_another_s_authenticator_and_password_are_not_taken_by_one(
    browser, other_browser, person, client
):
    person.set_password(PASSWORD)
    person.save()
    enrolled(person)
    before = User.objects.get(pk=person.pk).password

    lost(person, browser, devices_away="on", new_password="on", reason="By telephone.")
    assert Authenticator.objects.exists()
    assert User.objects.get(pk=person.pk).password == before
    hers = Client()
    hers.force_login(person)
    assert Session.objects.filter(user=person).exists()

    made = act(Grant.objects.get(), "agree", other_browser)
    assert not Authenticator.objects.exists()
    assert not RecoveryCodes.objects.exists()
    assert not StaticToken.objects.exists()
    assert not Session.objects.filter(user=person).exists()
    sign_in(client, person, password=made.context["shown"])
    assert is_in(client)


def test_no_page_sets_another_s_password(browser, asker, person):
    address_of = "/admin/records/user/{}/password/".format
    given = {"password1": "a long phrase", "password2": "a long phrase"}

    answer = browser.post(address_of(person.pk), given)
    assert answer.url == reverse("admin:codes_reset", args=[person.pk])
    assert browser.get(address_of(asker.pk)).url == reverse("admin:password_change")
    assert User.objects.get(pk=person.pk).password == person.password


# Who, and how much


@pytest.mark.parametrize(
    ("named", "answers"),
    [(AUDITOR, [200, 200, 403, 403]), (DATA_ENTRY, [403] * 4), (MONITOR, [403] * 4)],
)
def test_auditors_look_on_and_nobody_else_does(client, asker, person, named, answers):
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED")
    client.force_login(in_role(named))

    assert [
        client.get(address(Grant, "changelist")).status_code,
        page_of(grant, client).status_code,
        act(grant, "agree", client).status_code,
        act(grant, "decline", client, reason="x").status_code,
    ] == answers


def test_the_pages_cost_the_same_however_much_waits(other_browser, asker, person, count_queries):
    ask(person, asker, "Needs to read.", clearance="TLP:RED", roles=[role(MONITOR).pk])
    listed = address(Grant, "changelist")
    other_browser.get(listed)
    one = count_queries(lambda: other_browser.get(listed))
    for _n in range(5):
        ask(UserFactory(rights=[]), asker, "As well.", roles=[role(MONITOR).pk])

    assert count_queries(lambda: other_browser.get(listed)) == one == 12


def test_what_the_pages_cost(other_browser, asker, person, count_queries):
    """Besides session, its person, his rights and the viewer's settings, which cost 8."""
    grant = ask(person, asker, "Needs to read.", clearance="TLP:RED", roles=[role(MONITOR).pk])
    pages = [
        address(Grant, "change", grant.pk),
        address(User, "change", person.pk),
        address(User, "changelist"),
        ADD,
    ]
    for page in pages:  # what a process learns once
        other_browser.get(page)

    costs = [count_queries(lambda page=page: other_browser.get(page)) for page in pages]
    assert costs == [16, 18, 16, 13]
