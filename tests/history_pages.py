"""What tests of the history page share: a record, who changes it, what is told of it."""

from contextlib import contextmanager
from uuid import uuid4

import pytest
from django.db import connection

from records.history import history_of
from records.viewer import Viewer, viewing
from tests.admin_pages import address
from tests.factories import IncidentFactory, PlaceFactory, UserFactory


@pytest.fixture
def amal():
    return UserFactory(
        first_name="Amal", last_name="Hassan", is_staff=True, is_superuser=True, clearance="TLP:RED"
    )


@pytest.fixture
def viewer(amal):
    return Viewer.of(amal)


@pytest.fixture
def incident():
    return IncidentFactory(title="Rockets", place=PlaceFactory(name="Erbil"))


@pytest.fixture
def page_of(client, amal):
    """The history page, as one line of text with its marks."""

    def page(row, user=amal, **asked):
        client.force_login(user)
        answer = client.get(address(type(row), "history", row.pk), asked)
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    return page


def by(user, **context):
    """Inside, rows are written in one request of a user, whatever he may write."""
    return as_owner(Viewer.of(user), user=user.pk, request=str(uuid4()), **context)


@contextmanager
def as_owner(viewer, **context):
    with viewing(viewer, **context), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        yield


def change(row, user=None, **values):
    rows = type(row).objects.visible_to(Viewer.of(user)) if user else type(row).objects
    rows.filter(pk=row.pk).update(**values)


def told(row, viewer):
    """Each act as a list of what it did."""
    return [[change.action for change in act.changes] for act in history_of(row, viewer).acts]


def everything(row, viewer):
    return [change.action for act in history_of(row, viewer).acts for change in act.changes]


def differences(row, viewer):
    """Those of the latest change, as (label, old, new)."""
    latest = history_of(row, viewer).acts[0].changes[-1]
    return [(one.label, one.old, one.new) for one in latest.differences]
