"""The queue as its readers see it: whose, and which items."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from records.rights import READ, REVIEW
from records.viewer import Viewer
from reports.queue.asked import Asked
from reports.queue.items import Wanted, item_of, page_of
from tests.factories import DetentionFactory, StepFactory, SuspectFactory, UserFactory

TODAY = date(2026, 11, 22)
MONITOR = [READ, REVIEW]
LONG_AGO = date(2024, 1, 10)
LIST = reverse("admin:queue")


def monitor(**values):
    return UserFactory(**{"is_staff": True, "rights": MONITOR, **values})


def asked(person=None, day=TODAY, **more):
    return Asked(Viewer.of(person or monitor()), day, **more)


def items(question, **wanted):
    """Every item of a list, page by page."""
    found, more, wanted = [], True, Wanted(**wanted)
    while more:
        rows, more = page_of(question, wanted)
        found += rows
        wanted = replace(wanted, after=rows[-1].position) if more else wanted
    return found


def kinds_of(record, **question):
    """Why a record is in the queue."""
    key = (record._meta.label_lower, record.pk)
    found = items(asked(**question))
    return {item.kind.value for item in found if (item.record_kind, item.row_id) == key}


def case(*steps, **suspect):
    """A suspect with steps: pairs of kind and day, and a confidence if not likely."""
    suspect = SuspectFactory(**suspect)
    for kind, day, *confidence in steps:
        factory = DetentionFactory if kind == "detained" else StepFactory
        factory(suspect=suspect, kind=kind, on=day, confidence=(confidence or ["likely"])[0])
    return suspect


# Pages


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def suspect():
    suspect = SuspectFactory()
    DetentionFactory(suspect=suspect, on=LONG_AGO)
    return suspect


@pytest.fixture
def person(client):
    person = monitor(username="nour")
    client.force_login(person)
    return person


def of(page, suspect, **query):
    keys = ["quiet", "legal.suspect", suspect.pk]
    return reverse(f"admin:queue_{page}", args=keys, query=query)


def texts(client, **query):
    return client.get(LIST, query).content.decode()


def item(suspect, person, **question):
    return item_of(asked(person, **question), "quiet", "legal.suspect", suspect.pk)


def snooze(client, suspect, **given):
    """Sends the form as the page shows it, with what is given."""
    page = client.get(of("item", suspect))
    sent = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    return client.post(of("item", suspect), {**sent, **given})
