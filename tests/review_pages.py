"""What tests of review on the screens share: who signs in, what a page offers him."""

import pytest
from django.contrib.auth.models import Group as Role

from tests.admin_pages import address, form_data
from tests.factories import UserFactory


@pytest.fixture
def sign_in(client):
    """Signs in somebody who has a role, and returns the browser and him."""

    def as_(role, **given):
        user = UserFactory(is_staff=True, rights=[], **{"clearance": "TLP:RED"} | given)
        user.groups.add(Role.objects.get(name=role))
        client.force_login(user)
        return client, user

    return as_


def turn(row, name):
    return address(type(row), "review", row.pk, name)


def page_of(browser, row):
    return browser.get(address(type(row), "change", row.pk))


def offered(page):
    return [offer["turn"].name for offer in page.context["review"]["offered"]]


def refused(page):
    """Each button that is grey, and why."""
    return {
        str(label): why for why, labels in page.context["review"]["refused"] for label in labels
    }


def save(browser, row, **given):
    page = page_of(browser, row)
    return browser.post(address(type(row), "change", row.pk), form_data(page) | given)
