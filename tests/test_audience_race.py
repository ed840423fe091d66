"""A row that is written while another is raised above it does not stay readable."""

import time
from threading import Thread

import pytest
from django.db import connection, connections, transaction

from incidents.models import Claim, Incident, Place
from legal.models import Conviction, Suspect
from records.gate import unrestricted
from tests.factories import (
    ClaimFactory,
    ConvictionFactory,
    ConvictionSuspectFactory,
    GroupFactory,
    IncidentFactory,
    OrganisationFactory,
    SuspectFactory,
)

RED = {"marking": "TLP:RED", "readers": [7]}


def raise_to_red(model):
    """Through `update`, as a form's save does it."""
    return lambda row: model.objects.filter(pk=row.pk).update(**RED)


CASES = {  # the row that is raised, and what somebody adds below it meanwhile
    "a claim of an incident that is raised": (
        lambda incident: incident,
        raise_to_red(Incident),
        lambda incident, group: ClaimFactory(incident=incident, group=group),
    ),
    "a claim of an incident whose place is raised": (
        lambda incident: incident.place,
        raise_to_red(Place),
        lambda incident, group: ClaimFactory(incident=incident, group=group),
    ),
}


def at_once(first, second):
    """Runs both in transactions of their own: the second begins before the first has ended."""
    raised = []

    def meanwhile():
        try:
            with unrestricted("tests"), transaction.atomic():
                second()
        except Exception as error:  # shown in the test's own thread
            raised.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=meanwhile)
    with transaction.atomic():
        first()
        thread.start()
        _wait_for_a_lock()
    thread.join()
    assert raised == []


def _wait_for_a_lock():
    for _attempt in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("Neither had to wait for the other.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("above", "raised", "added"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("raised_first", [True, False], ids=["raised first", "added first"])
def test_a_row_added_while_one_above_it_is_raised_is_raised_too(above, raised, added, raised_first):
    OrganisationFactory()
    incident, group = IncidentFactory(), GroupFactory()
    both = [lambda: raised(above(incident)), lambda: added(incident, group)]

    at_once(*(both if raised_first else reversed(both)))

    claim = Claim.objects.get()
    assert (claim.audience_rank, claim.audience_readers) == (4, [7])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("raised_first", [True, False], ids=["raised first", "added first"])
def test_a_member_added_while_it_is_raised_narrows_the_whole(raised_first):
    suspect, conviction = SuspectFactory(), ConvictionFactory()
    both = [
        lambda: raise_to_red(Suspect)(suspect),
        lambda: ConvictionSuspectFactory(suspect=suspect, conviction=conviction),
    ]

    at_once(*(both if raised_first else reversed(both)))

    assert Conviction.objects.get().audience_readers == [7]
