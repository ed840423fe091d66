"""Two monitors at one record at the same time."""

import time
from threading import Event, Thread

import pytest
from django.contrib.auth.models import Group as Role
from django.db import connection, connections

from incidents.models import Incident
from records import review
from records.roles import MONITOR
from records.viewer import Viewer, viewing
from tests.factories import IncidentFactory, UserFactory, cite


def _somebody_waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def _wait_until(condition):
    for _attempt in range(500):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("Nobody waited.")


@pytest.mark.django_db(transaction=True)
def test_of_two_monitors_the_second_is_refused_and_told():
    one, two = (UserFactory(rights=[], clearance="TLP:RED") for _ in range(2))
    for monitor in (one, two):
        monitor.groups.add(Role.objects.get(name=MONITOR))
    row = IncidentFactory(review_status="submitted")
    cite(row)
    published, said = Event(), []

    def withdraw_the_same():
        try:
            published.wait(10)
            with viewing(Viewer.of(two), user=two.pk):
                review.withdraw(two, Incident(pk=row.pk), version=1, reason="A rumour.")
        except review.Refused as refusal:
            said.append(str(refusal))
        finally:
            connections.close_all()

    second = Thread(target=withdraw_the_same)
    second.start()
    with viewing(Viewer.of(one), user=one.pk):
        review.publish(one, Incident(pk=row.pk), version=1)
        published.set()
        _wait_until(_somebody_waits_for_a_lock)
    second.join()

    assert "you saw version 1, and by now it is version 2" in said[0]
    assert Incident.objects.get(pk=row.pk).review_status == "published"
