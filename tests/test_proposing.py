"""Incidents proposed over the API: what lands, what is refused, and that nothing lands in part."""

import pytest

from incidents.models import Attribution, CasualtyFigure, Claim, Incident
from partners.models import Proposal
from records.models import Source
from tests.proposers import World, by_key, by_person, errors_of, everything, keys_sign_in, smallest

INCIDENTS, PROPOSALS = "/api/v1/incidents/", "/api/v1/proposals/"


@pytest.fixture(autouse=True)
def _keys(settings):
    keys_sign_in(settings)


@pytest.fixture
def world():
    return World()


@pytest.fixture(params=["key", "person"])
def client(request):
    return by_key() if request.param == "key" else by_person()


def post(client, body, **headers):
    return client.post(INCIDENTS, body, content_type="application/json", headers=headers)


def test_everything_that_is_proposed_lands_as_drafts(client, world):
    answer = post(client, everything(world))

    assert answer.status_code == 201, answer.content.decode()
    print(answer.json())
