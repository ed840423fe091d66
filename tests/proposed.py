"""An incident that a reader proposed, and what can be asked and said about it over the API."""

import json

from incidents.models import Incident, Place
from militias.models import Group, Person
from partners.models import Proposal
from records.models import Source
from tests.factories import AttributionFactory, ClaimFactory, ProposalFactory, cite
from tests.proposers import NEW_SOURCE
from tests.questions import Question

INCIDENTS, PROPOSALS = "/api/v1/incidents/", "/api/v1/proposals/"
NAMING = [  # a kind of record, and a member of a body that names one
    (Place, lambda key: {"place": key}),
    (Place, lambda key: {"further_places": [{"place": key, "role": "launch"}]}),
    (Group, lambda key: {"claims": [{"group": key}]}),
    (Person, lambda key: {"attributions": [{"asserted_by": "A", "person": key}]}),
    (Source, lambda key: {"sources": [{"reference": key}]}),
    (Source, lambda key: {"casualties": [{**KILLED, "sources": [{"reference": key}]}]}),
]
KILLED = {"status": "killed", "number": {"low": 1}}


def body_of(world, **more):
    """A body that names one visible record of each kind."""
    place, group, person, source = (
        world.seen[model][0].reference for model in (Place, Group, Person, Source)
    )
    return {
        "title": "Rockets at the airport",
        "kind": "rocket_attack",
        "occurred": {"from": "2021-02-15"},
        "place": place,
        "further_places": [{"place": place, "role": "launch"}],
        "claims": [{"group": group, "sources": [{"reference": source}]}],
        "attributions": [{"asserted_by": "A newspaper", "person": person}],
        "casualties": [KILLED],
        "sources": [{"reference": source}, NEW_SOURCE],
        **more,
    }


def propose(client, world):
    """The address of a new proposal, and the tag by which it is changed."""
    answer = client.post(INCIDENTS, body_of(world), content_type="application/json")
    assert answer.status_code == 201, answer.content.decode()
    address = answer.headers["Location"].removeprefix("http://testserver")
    return address, client.get(address).headers["ETag"]


def add_unseen(world, address, ways):
    """What staff add to the proposed incident as drafts, and a proposal of somebody else."""
    incident = Incident.objects.get(reference=address.split("/")[-2])
    for way in ways:
        AttributionFactory(incident=incident, group=world.seen[Group][0], **way)
    ClaimFactory(incident=incident, group=world.hidden[Group][0])
    cite(incident, world.hidden[Source][0])
    strangers = ProposalFactory(incident=world.hidden[Incident][0], key_prefix="stranger")
    assert Proposal.objects.exclude(pk=strangers.pk).exists()


def questions(world, ways, address, tag):
    """To read, propose, change and submit. What is hidden, be it in his own house, is named."""
    strangers = f"{PROPOSALS}{world.hidden[Incident][0].reference}/"
    for path in (PROPOSALS, address, strangers):
        yield Question(path)
    yield _said("POST", INCIDENTS, body_of(world))
    yield _said("POST", INCIDENTS, body_of(world), idempotency_key="0")
    for model, member in NAMING:
        hidden = world.hidden[model]
        for row in (hidden[0], hidden[len(ways) - 1]):
            named = member(row.reference)
            yield _said("POST", INCIDENTS, body_of(world, **named))
            yield _said("PATCH", address, named, if_match=tag)
    title = {"title": "Two rockets"}
    for path in (address, strangers):
        yield _said("PATCH", path, title, if_match=tag)
        yield _said("PATCH", path, title, if_match='"other"')
        yield _said("PATCH", path, title)
        yield _said("POST", f"{path}submit/", {}, if_match=tag)
        yield _said("POST", f"{path}submit/", {})


def _said(method, path, body, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Question(path, method, body=json.dumps(body), headers=tuple(named.items()))
