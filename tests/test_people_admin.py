"""What administrators may do: sign-ins, roles and clearances of others, never their own."""

import pytest
from django.contrib.auth.models import Group as Role

from records.models import User
from records.rights import NAMES
from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data, refusals
from tests.factories import OrganisationFactory, UserFactory


def with_roles(user, *names):
    user.groups.set(Role.objects.filter(name__in=names))
    return user


def key(name):
    return Role.objects.get(name=name).pk


@pytest.fixture
def administrator():
    return with_roles(UserFactory(is_staff=True, rights=[]), ADMINISTRATOR)


@pytest.fixture
def browser(client, administrator):
    client.force_login(administrator)
    return client


def save(browser, user, **given):
    page = address(User, "change", user.pk)
    return browser.post(page, form_data(browser.get(page)) | given)


def test_nobody_changes_his_own_rights(browser, administrator):
    page = browser.get(address(User, "change", administrator.pk))
    sent = {"groups": [key(MONITOR)], "clearance": "TLP:RED", "may_read_names": "on"}

    assert not {*sent, "organisation"} & set(page.context["adminform"].form.fields)
    assert save(browser, administrator, first_name="Salam", **sent).status_code == 302

    administrator = User.objects.get(pk=administrator.pk)
    assert administrator.first_name == "Salam"
    assert [group.name for group in administrator.groups.all()] == [ADMINISTRATOR]
    assert administrator.clearance == "TLP:AMBER+STRICT"
    assert not administrator.has_perm(NAMES)


@pytest.mark.parametrize("content", [DATA_ENTRY, MONITOR])
@pytest.mark.parametrize("other", [ADMINISTRATOR, AUDITOR])
def test_who_reads_no_records_by_role_holds_no_role_that_does(browser, content, other):
    user = UserFactory(rights=[])

    answer = save(browser, user, groups=[key(content), key(other)])

    assert "Use two persons" in refusals(answer)["groups"][0]
    assert not user.groups.exists()


def test_names_are_read_only_by_who_reads_records(browser):
    user = UserFactory(rights=[])

    answer = save(browser, user, groups=[key(AUDITOR)], may_read_names="on")

    assert "Only who reads records" in refusals(answer)["may_read_names"][0]


def test_no_other_right_is_given_singly(browser):
    user = UserFactory(rights=[])

    save(browser, user, is_superuser="on", user_permissions=[1, 2, 3])

    user.refresh_from_db()
    assert (user.is_superuser, user.user_permissions.count()) == (False, 0)


def test_a_superuser_is_changed_by_a_superuser_alone(browser):
    above = UserFactory(is_superuser=True, rights=[])

    page = browser.get(address(User, "change", above.pk))
    assert page.context["has_change_permission"] is False
    answer = browser.post(f"{address(User, 'change', above.pk)[:-7]}password/", {}, follow=True)
    assert answer.status_code == 403


@pytest.mark.parametrize("missing", ["organisation", "clearance"])
def test_a_new_person_belongs_somewhere_and_is_cleared_for_something(browser, missing):
    given = {
        "username": "salam",
        "organisation": OrganisationFactory().pk,
        "clearance": "TLP:AMBER",
        "reason": "He begins on Sunday.",
    }

    refused = browser.post(address(User, "add"), given | {missing: ""})
    assert list(refusals(refused)) == [missing]

    assert browser.post(address(User, "add"), given).status_code == 302
    asked = User.objects.get(username="salam").grants.get()
    assert (asked.organisation.slug, asked.clearance) == ("musaala", "TLP:AMBER")


def test_the_list_of_people_says_what_each_may(browser):
    with_roles(UserFactory(username="salam", rights=[], clearance="TLP:RED"), MONITOR)

    page = browser.get(address(User, "changelist")).content.decode()

    assert "Monitor" in page
    assert "TLP:RED" in page
