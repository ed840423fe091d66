"""What tests of review share: one person of each kind, and a record in any state."""

from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group as Role

from records.roles import ADMINISTRATOR, AUDITOR, DATA_ENTRY, MONITOR
from records.viewer import Viewer, viewing
from tests.factories import IncidentFactory, OrganisationFactory, UserFactory, cite

CLOSED = "TLP:AMBER+STRICT"
STATES = ["draft", "submitted", "published", "withdrawn"]


def person_in(role, clearance="TLP:RED", **given):
    user = UserFactory(rights=[], clearance=clearance, **given)
    user.groups.add(Role.objects.get(name=role))
    return user


@pytest.fixture
def people():
    """Whoever may come to a record: from its author to who reads none."""
    elsewhere = OrganisationFactory(slug="elsewhere", name="Elsewhere")
    return {
        "author": person_in(DATA_ENTRY),
        "colleague": person_in(DATA_ENTRY),
        "editor": person_in(MONITOR),
        "monitor": person_in(MONITOR),
        "stranger": person_in(MONITOR, organisation=elsewhere),
        "auditor": person_in(AUDITOR),
        "administrator": person_in(ADMINISTRATOR),
    }


@contextmanager
def signed_in(person):
    with viewing(Viewer.of(person), user=person.pk):
        yield


def record_in(state, people, *, edited_by="editor", **given):
    """A record that `author` entered and `edited_by` edited last."""
    reason = "Entered twice." if state == "withdrawn" else ""
    given = {"marking": "TLP:GREEN", "withdrawn_reason": reason} | given
    row = IncidentFactory(
        review_status=state,
        created_by=people["author"],
        updated_by=people[edited_by],
        **given,
    )
    cite(row)
    return row


def asked(people, by="editor"):
    return {
        "marking": "TLP:CLEAR",
        "shared_with": [],
        "readers": [],
        "asked_by": people[by].pk,
        "reason": "For the public.",
    }
