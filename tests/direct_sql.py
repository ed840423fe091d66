"""Asking the database itself, as the role that answers people, past all that Django does."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from pghistory.models import Event

from records.models.audience import Marked
from tests.factories import OrganisationFactory, UserFactory
from tests.hidden_world import EVERY_RIGHT, MARKED

EVENTS = [
    model
    for model in apps.get_models()
    if issubclass(model, Event) and issubclass(getattr(model, "pgh_tracked_model", Event), Marked)
]
PROTECTED = [*MARKED, *EVENTS]
every_table = pytest.mark.parametrize("model", PROTECTED, ids=lambda model: model.__name__)
every_history = pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)


def somebody():
    """Of an organisation that owns nothing, cleared for RED and named on nothing."""
    return UserFactory(
        organisation=OrganisationFactory(slug="readers", name="Readers"),
        clearance="TLP:RED",
        is_staff=True,
        rights=EVERY_RIGHT,
    )


def sql(statement, *parameters):
    """The rows that a statement returns, or how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def refused(statement, *parameters):
    """The error with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        sql(statement, *parameters)
    return error.value.__cause__
