"""Two databases that differ only in what a reader may not see answer alike, byte for byte.

So nothing tells that there is something to hide: no count, order, key, page, choice, date,
version, error or header. It is tried with both walls and with each wall alone.

What is compared: status, body and all headers. Set aside, because it differs with chance
and time alone: the value of `csrfmiddlewaretoken` in a form (Django masks it anew for each
answer), the values and expiry of cookies (their names are compared), the header Expires
(the moment of asking), and the moment in which an address is signed, which stands still.
"""

import re
from contextlib import contextmanager
from difflib import unified_diff

import pytest
from django.core import signing
from django.db import connection, models, transaction
from django.test import Client

from incidents.models import Incident, IncidentCitation, Place
from records.gate import GatedQuerySet
from records.models import Source
from records.viewer import Viewer
from tests.admin_pages import address, form_data
from tests.factories import GovernorateFactory, IncidentFactory, OrganisationFactory, UserFactory
from tests.hidden_world import (
    CANARY,
    EVERY_RIGHT,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.questions import Question, everything

CSRF = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')


# Readers: what each may not see, and one row that he may see and not everybody


def partner():
    """Staff of an organisation with which an AMBER record was shared."""
    ours = OrganisationFactory()
    reader = _person("partner", "TLP:AMBER")
    IncidentFactory(marking="TLP:AMBER", shared_with=[reader.organisation_id])
    not_his = [
        {"marking": "TLP:AMBER+STRICT"},
        {"marking": "TLP:AMBER"},
        {"marking": "TLP:GREEN", "review_status": "draft"},
    ]
    return reader, [{"owner": ours, **way} for way in not_his], [{"marking": "TLP:AMBER+STRICT"}]


def junior():
    """Staff of the owner, cleared for GREEN alone."""
    reader = _person("musaala", "TLP:GREEN")
    IncidentFactory(marking="TLP:GREEN")
    above = [{"marking": f"TLP:{colour}"} for colour in ("AMBER", "AMBER+STRICT")]
    drafts = [{**way, "review_status": "draft"} for way in above]
    return reader, above + drafts, above


def not_named():
    """Somebody cleared for RED who is named on one RED record and on no other."""
    reader = _person("musaala", "TLP:RED")
    IncidentFactory(marking="TLP:RED", readers=[reader.pk])
    return reader, [], []


def _person(slug, clearance):
    organisation = OrganisationFactory(slug=slug, name=slug.title())
    return UserFactory(
        username="reader",
        organisation=organisation,
        clearance=clearance,
        is_staff=True,
        rights=EVERY_RIGHT,
    )


READERS = [partner, junior, not_named]
NAMES = ["partner", "junior", "not_named"]


# Walls


def both_walls(monkeypatch):
    pass


def first_wall_alone(monkeypatch):
    """Requests reach the database as the owner of its tables, whom no policy binds."""
    monkeypatch.setattr("records.viewer.WEB_ROLE", "none")


def second_wall_alone(monkeypatch):
    """Django filters nothing."""

    def ungated(rows, viewer):
        rows = rows._chain()
        rows.query.gate = viewer
        return rows

    monkeypatch.setattr(GatedQuerySet, "visible_to", ungated)
    monkeypatch.setattr(Viewer, "may_read", lambda viewer: models.Q())


WALLS = [both_walls, first_wall_alone, second_wall_alone]


# Worlds


@pytest.mark.parametrize(("turn", "a_reader"), list(enumerate(READERS)), ids=NAMES)
def test_two_worlds_answer_alike(monkeypatch, turn, a_reader):
    """Single walls answer every other question, and the readers together all of them."""
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda signer: "then")
    world = visible_world()
    strange = strangers()
    reader, ways, part_ways = a_reader()
    ways, part_ways = ways_to_hide(*strange) + ways, ways_to_hide_a_part(strange[1]) + part_ways
    asking = Client(raise_request_exception=False)
    asking.force_login(reader)
    forms = {model: _form(asking, world.seen[model][0]) for model in (Incident, Place, Source)}
    first = _sequences("max(coalesce(last_value, 0))") + 1000
    with _undone(first):
        _hide(world, ways, part_ways)
        questions = [*everything(world), *_attempts(world, forms, reader)]
    with _undone(first):
        expected = _answers(asking, questions)

    for walls in WALLS:
        asked = questions if walls is both_walls else questions[turn % 2 :: 2]
        with _undone(first), monkeypatch.context() as patching:
            _hide(world, ways, part_ways)
            walls(patching)
            answers = _answers(asking, asked)
        assert len(asked) >= 200
        told_apart = [asked for asked in asked if answers[asked] != expected[asked]]
        assert not told_apart, _difference(walls, told_apart, expected, answers)


def _hide(world, ways, part_ways):
    world.hidden.clear()
    Hider(world, ways, part_ways).hide_everything()
    GovernorateFactory(pk=-5000, iso_code="ZZ-01", name=f"{CANARY} Place", **ways[0])


def _difference(walls, told_apart, expected, answers):
    """The questions that tell the worlds apart, and what the first of them does."""
    first = told_apart[0]
    lines = [
        [*map(str, answer[:3]), *answer[3].decode().splitlines()]
        for answer in (expected[first], answers[first])
    ]
    shown = "\n".join(list(unified_diff(*lines, "without", "with", n=1, lineterm=""))[:30])
    return f"{walls.__name__}: {len(told_apart)}: {[*map(str, told_apart[:9])]}\n{first}\n{shown}"


def _form(client, row):
    return form_data(client.get(address(type(row), "change", row.pk)))


@contextmanager
def _undone(first):
    """What is written inside is gone afterwards. New rows get the same keys in each world."""
    with transaction.atomic():
        _sequences(f"setval(format('%I.%I', schemaname, sequencename), {first})")
        yield
        transaction.set_rollback(True)


def _sequences(expression):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM pg_sequences WHERE schemaname = current_schema()")
        return cursor.fetchone()[0]


def _answers(client, questions):
    """What each question is answered. A question that changes something leaves no change."""
    return {question: _answer(client, question) for question in questions}


def _answer(client, question):
    cookies = client.cookies.copy()
    with transaction.atomic():
        if question.data is None:
            answer = client.generic(question.method, question.path)
        else:
            answer = client.post(question.path, dict(question.data))
        if question.method != "GET":
            transaction.set_rollback(True)
    headers = {name: value for name, value in answer.headers.items() if name != "Expires"}
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    client.cookies = cookies
    return answer.status_code, headers, sorted(answer.cookies), CSRF.sub(rb"\1", body)


def _attempts(world, forms, reader):
    """Writes that name what is hidden, would meet it, or that it may not change."""
    own = reader.organisation_id
    for model, form in forms.items():
        row, hidden = world.seen[model][0], world.hidden[model][0]
        changed = address(model, "change", row.pk)
        yield _post(changed, form)
        yield _post(changed, form, note="changed")
        yield _post(changed, form, marking="TLP:GREEN")
        yield _post(changed, form, marking="TLP:RED")
        yield _post(changed, form, owner=10**6)
        yield _post(address(model, "change", hidden.pk), form)
        yield _post(address(model, "delete", hidden.pk), {"post": "yes"})
        yield _post(address(model, "add"), form, **NO_PARTS, owner=own)
    for key in (world.hidden[Source][0].pk, -(10**6), 10**30):
        new = {
            "citations-TOTAL_FORMS": 2,
            "citations-1-source": key,
            "citations-1-support": "states",
        }
        yield _post(address(Incident, "change", world.seen[Incident][0].pk), forms[Incident], **new)
    for key in (world.hidden[IncidentCitation][0].pk, -(10**6)):
        yield _post(
            address(Incident, "change", world.seen[Incident][0].pk),
            forms[Incident],
            **{"citations-0-id": key},
        )
    for key in (world.hidden[Place][0].pk, -(10**6)):
        yield _post(address(Incident, "add"), forms[Incident], place=key)
        yield _post(
            address(Incident, "change", world.seen[Incident][0].pk), forms[Incident], place=key
        )
    governorate = {"kind": "governorate", "governorate": "", "iso_code": "ZZ-01"}
    yield _post(address(Place, "add"), forms[Place], **NO_PARTS, **governorate, owner=own)


NO_PARTS = {
    f"{related}-{form}": 0
    for related in ("names", "citations", "claims", "attributions", "further_places", "casualties")
    for form in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def _post(path, form, **changes):
    data = {name: value for name, value in {**form, **changes}.items() if value is not None}
    return Question(path, "POST", tuple(data.items()))
