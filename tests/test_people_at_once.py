"""Two administrators at one sign-in, or one organisation, at once: neither overwrites the other."""

import pytest

from records.models import Organisation, User
from records.rights import NAMES
from records.roles import ADMINISTRATOR, DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data, refusals
from tests.factories import OrganisationFactory, UserFactory
from tests.test_people_admin import key, with_roles


@pytest.fixture
def browser(client):
    client.force_login(with_roles(UserFactory(is_staff=True, rights=[]), ADMINISTRATOR))
    return client


@pytest.fixture
def salam():
    return with_roles(UserFactory(rights=[], first_name="Salam"), DATA_ENTRY)


def opened(browser, row):
    page = address(type(row), "change", row.pk)
    return page, form_data(browser.get(page))


def test_what_both_changed_comes_back_with_both_texts(browser, salam):
    page, typed = opened(browser, salam)
    User.objects.filter(pk=salam.pk).update(first_name="Sallam")

    answer = browser.post(page, typed | {"first_name": "Saleem", "last_name": "Pax"})

    assert "changed while you had it open" in str(refusals(answer)["__all__"])
    assert {*refusals(answer)} == {"__all__", "first_name"}
    assert "Sallam" in refusals(answer)["first_name"][0]
    assert answer.context["adminform"].form["last_name"].data == "Pax"
    salam.refresh_from_db()
    assert (salam.first_name, salam.last_name) == ("Sallam", "")


def test_what_others_changed_and_he_did_not_is_in_the_form_that_comes_back(browser, salam):
    page, typed = opened(browser, salam)
    User.objects.filter(pk=salam.pk).update(first_name="Sallam", clearance="TLP:CLEAR")
    again = form_data(browser.post(page, typed | {"last_name": "Pax"}))

    assert browser.post(page, again).status_code == 302
    salam.refresh_from_db()
    assert (salam.first_name, salam.last_name, salam.clearance) == ("Sallam", "Pax", "TLP:CLEAR")
    assert not salam.grants.exists()


def test_a_role_that_was_given_meanwhile_is_not_taken_away_unseen(browser, salam):
    page, typed = opened(browser, salam)
    with_roles(salam, DATA_ENTRY, MONITOR)

    again = form_data(browser.post(page, typed))

    assert salam.groups.count() == 2
    assert browser.post(page, again).status_code == 302
    assert salam.groups.count() == 2


def test_roles_that_both_changed_are_named(browser, salam):
    page, typed = opened(browser, salam)
    with_roles(salam, DATA_ENTRY, MONITOR)

    answer = browser.post(page, typed | {"groups": []})

    assert "Data entry and Monitor" in refusals(answer)["groups"][0]


def test_a_right_to_names_that_was_taken_away_is_not_asked_for_again_unseen(browser):
    reader = with_roles(UserFactory(rights=[NAMES]), DATA_ENTRY)
    page, typed = opened(browser, reader)
    assert "may_read_names" in typed
    reader.user_permissions.clear()

    again = form_data(browser.post(page, typed | {"first_name": "Salam"}))

    assert "may_read_names" not in again
    assert not reader.grants.exists()


def test_a_form_that_says_what_is_stored_is_saved_whatever_it_was_made_from(browser, salam):
    page, typed = opened(browser, salam)
    User.objects.filter(pk=salam.pk).update(first_name="Sallam")

    assert browser.post(page, typed | {"first_name": "Sallam"}).status_code == 302


def test_a_form_that_does_not_say_what_it_was_made_from_changes_nothing(browser, salam):
    page, typed = opened(browser, salam)
    for sent in ("", "forged", typed["seen"][1:]):
        answer = browser.post(page, typed | {"seen": sent, "groups": [key(MONITOR)]})

        assert "does not say which version" in str(refusals(answer)["__all__"])
        assert [group.name for group in salam.groups.all()] == [DATA_ENTRY]


def test_an_organisation_is_not_overwritten_unseen(browser):
    partner = OrganisationFactory(slug="other", name="Other")
    page, typed = opened(browser, partner)
    Organisation.objects.filter(pk=partner.pk).update(name="Friend", is_active=False)

    answer = browser.post(page, typed | {"name_ar": "شريك"})

    assert "changed while you had it open" in str(refusals(answer)["__all__"])
    partner.refresh_from_db()
    assert (partner.name, partner.name_ar, partner.is_active) == ("Friend", "", False)


def test_a_new_organisation_has_nothing_to_compare(browser):
    page = address(Organisation, "add")
    sent = form_data(browser.get(page)) | {"name": "New", "slug": "new"}

    assert browser.post(page, sent).status_code == 302
    assert Organisation.objects.filter(slug="new").exists()
