"""The made-up attack that `manage.py demo` submits, so that there is something to review."""

from datetime import date

import pytest
from django.contrib.auth.models import Group as Role

from config.demonstration import submit_demonstration
from incidents.models import Claim, Incident
from militias.models import Group
from records import review
from records.models import Source
from records.review_rules import why_not_publish
from records.roles import DATA_ENTRY, MONITOR
from records.viewer import Viewer, viewing
from reports.accountability import accountability
from reports.ladder import Question
from tests.factories import GovernorateFactory, IncidentFactory, UserFactory

MADE = (Source, Group, Incident, Claim)


def person_in(role, **given):
    user = UserFactory(rights=[], is_staff=True, **given)
    user.groups.add(Role.objects.get(name=role))
    return user


@pytest.fixture
def author():
    GovernorateFactory(iso_code="IQ-BG")
    return person_in(DATA_ENTRY)


def counted_by(person):
    question = Question(date(2030, 1, 1), Viewer.of(person))
    return accountability(Incident.objects.all(), question, "year")


def test_all_of_it_waits_for_review(author):
    assert submit_demonstration(author)

    for model in MADE:
        row = model.objects.get()
        assert (row.review_status, row.owner) == ("submitted", author.organisation)
        assert (row.created_by, row.updated_by) == (author, author)
        assert row.events.order_by("pgh_id").last().pgh_context["user"] == author.pk
    assert Claim.objects.get().incident == Incident.objects.get()
    assert Claim.objects.get().group == Group.objects.get()


def test_it_says_that_it_is_made_up(author):
    submit_demonstration(author)

    for model in MADE:
        row = model.objects.get()
        assert str(row).startswith("Demonstration: ")
        assert "Nothing of it happened" in row.note


def test_it_counts_nowhere(author):
    IncidentFactory()
    monitor = person_in(MONITOR, clearance="TLP:RED")
    before = [counted_by(person) for person in (author, monitor)]

    submit_demonstration(author)

    assert [counted_by(person) for person in (author, monitor)] == before


def test_a_monitor_publishes_it(author):
    submit_demonstration(author)
    monitor = person_in(MONITOR, clearance="TLP:RED")

    for model in MADE:
        row = model.objects.get()
        assert why_not_publish(author, row)
        with viewing(Viewer.of(monitor), user=monitor.pk):
            review.publish(monitor, row, version=row.version)
        assert row.review_status == "published"


def test_it_is_made_once_whatever_became_of_it(author):
    assert submit_demonstration(author)
    assert not submit_demonstration(author)

    Incident.objects.update(review_status="withdrawn", withdrawn_reason="Tried.")

    assert not submit_demonstration(author)
    assert [model.objects.count() for model in MADE] == [1, 1, 1, 1]


def test_without_its_place_nothing_is_made():
    assert not submit_demonstration(person_in(DATA_ENTRY))

    assert not any(model.objects.exists() for model in MADE)
