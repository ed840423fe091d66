"""Two databases that differ only in what a reader may not see answer alike, byte for byte.

So nothing tells that there is something to hide: no count, order, key, page, choice, date,
version, error or header. It is tried with both walls and with each wall alone.

What is compared: status, body and all headers. Set aside, because it differs with chance
and time alone: the value of `csrfmiddlewaretoken` in a form (Django masks it anew for each
answer), the cookies of session and form, the header Expires (the moment of asking), the header
RateLimit (what has come back of an allowance by then), and the moment in which an address is
signed, which stands still.
"""

import re
from contextlib import contextmanager
from difflib import unified_diff

import pytest
from django.core import signing
from django.db import connection, models, transaction
from django.test import Client

from incidents.models import Incident, IncidentCitation, Place
from partners import allowance
from partners.models import Key
from records.compiling import forget
from records.gate import GatedQuerySet
from records.models import Source
from records.viewer import Viewer
from reports.queue import items
from tests.admin_pages import address, form_data
from tests.factories import IncidentFactory, KeyFactory, OrganisationFactory, UserFactory
from tests.hidden_world import (
    EVERY_RIGHT,
    HIDDEN_GOVERNORATE,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.keys import text_of
from tests.questions import Question, everything
from tests.trail import settle

CHANCE = {"Expires", "RateLimit"}
TOKENS = {"csrftoken", "sessionid"}
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


def partners_key():
    """A key of an organisation with which an AMBER record was shared."""
    staff, ways, part_ways = partner()
    return _key(staff.organisation, "TLP:AMBER"), ways, part_ways


def own_key():
    """A key of the owner, who reads no drafts, and no RED although his people are named."""
    staff = _person("musaala", "TLP:RED")
    IncidentFactory(marking="TLP:AMBER+STRICT")
    hidden = [
        {"marking": "TLP:RED", "readers": [staff.pk]},
        {"marking": "TLP:CLEAR", "review_status": "draft"},
        {"marking": "TLP:CLEAR", "review_status": "submitted"},
    ]
    red_part = [{"marking": "TLP:RED", "readers": [staff.pk]}]
    return _key(staff.organisation, "TLP:AMBER+STRICT"), hidden, red_part


def _key(organisation, clearance):
    return KeyFactory(organisation=organisation, clearance=clearance, rate=6000, burst=6000)


def _client_of(reader):
    if isinstance(reader, Key):
        sent = {"HTTP_AUTHORIZATION": f"Bearer {text_of(reader)}"}
        return Client(raise_request_exception=False, **sent)
    client = Client(raise_request_exception=False)
    client.force_login(reader)
    return client


READERS = [partner, junior, not_named, partners_key, own_key]
NAMES = ["partner", "junior", "not_named", "partners_key", "own_key"]


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
    monkeypatch.setattr(allowance, "EXPORTS_AN_HOUR", 100_000)  # what is asked here are exports
    world = visible_world()
    strange = strangers()
    reader, ways, part_ways = a_reader()
    settle()  # so that the feed tells of what is there
    ways, part_ways = ways_to_hide(*strange) + ways, ways_to_hide_a_part(strange[1]) + part_ways
    asking, by_key = _client_of(reader), isinstance(reader, Key)
    forms = (
        {}
        if by_key
        else {
            row: _form(asking, row)
            for model in (Incident, Place, Source)
            for row in world.seen[model][:2]
        }
    )
    first = _sequences("max(coalesce(last_value, 0))") + 1000
    with _undone(first):
        _hide(world, ways, part_ways)
        questions = [*everything(world), *([] if by_key else _attempts(world, forms, reader))]
    with _undone(first):
        expected = _answers(asking, questions, first)

    for walls in WALLS:
        asked = questions if walls is both_walls else questions[turn % 2 :: 2]
        with _undone(first), monkeypatch.context() as patching:
            _hide(world, ways, part_ways)
            walls(patching)
            forget()  # what was compiled with other walls
            items._head.cache_clear()
            answers = _answers(asking, asked, first)
        forget()
        items._head.cache_clear()
        assert len(asked) >= 200
        told_apart = [asked for asked in asked if answers[asked] != expected[asked]]
        assert not told_apart, _difference(walls, told_apart, expected, answers)


def _hide(world, ways, part_ways):
    world.hidden.clear()
    Hider(world, ways, part_ways).hide_everything()
    settle()


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


def _answers(client, questions, first):
    """What each question is answered. A question that changes something leaves no change."""
    answers = {}
    for question in questions:
        if question.method == "GET":
            answers[question] = _answer(client, question)
        else:
            with _undone(first + 10_000):  # the rows of the world lie between
                answers[question] = _answer(client, question)
    return answers


def _answer(client, question):
    cookies = client.cookies.copy()
    if question.data is None:
        answer = client.generic(question.method, question.path)
    else:
        answer = client.post(question.path, dict(question.data))
    headers = {name: value for name, value in answer.headers.items() if name not in CHANCE}
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    client.cookies = cookies
    said = {name: morsel.value for name, morsel in answer.cookies.items() if name not in TOKENS}
    return answer.status_code, headers, said, CSRF.sub(rb"\1", body)


def _attempts(world, forms, reader):
    """Writes that name what is hidden, would meet it, or that it may not change."""
    own = {"owner": reader.organisation_id}
    for row, form in forms.items():
        model, changed = type(row), address(type(row), "change", row.pk)
        for changes in ({}, {"note": "x"}, {"marking": "TLP:GREEN"}, {"marking": "TLP:RED"}):
            yield _post(changed, form, **changes)
        yield _post(address(model, "add"), form, **NO_PARTS, **own)
        for key in (world.hidden[model][0].pk, ABSENT):
            yield _post(address(model, "change", key), form)
            yield _post(address(model, "delete", key), {"post": "yes"})
            yield _post(address(model, "review", key, "publish"), {"version": 1})
            yield _post(address(model, "review", key, "withdraw"), {"version": 1, "reason": "x"})
    incident, place = world.seen[Incident][0], world.seen[Place][0]
    changed, form = address(Incident, "change", incident.pk), forms[incident]
    cited = int(form["citations-TOTAL_FORMS"])
    for key in (world.hidden[Source][0].pk, ABSENT, 10**30):
        new = {"source": key, "support": "states"}
        named = {f"citations-{cited}-{name}": value for name, value in new.items()}
        yield _post(changed, form, **named, **{"citations-TOTAL_FORMS": cited + 1})
    for key in (world.hidden[IncidentCitation][0].pk, ABSENT):
        yield _post(changed, form, **{"citations-0-id": key})
    for key in (world.hidden[Place][0].pk, ABSENT):
        yield _post(changed, form, place=key)
        yield _post(address(Incident, "add"), form, place=key, **own)
    governorate = {"kind": "governorate", "governorate": None, "iso_code": HIDDEN_GOVERNORATE}
    yield _post(address(Place, "add"), forms[place], **NO_PARTS, **governorate, **own)


ABSENT = -(10**6)
NO_PARTS = {
    f"{related}-{form}": 0
    for related in ("names", "citations", "claims", "attributions", "further_places", "casualties")
    for form in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def _post(path, form, **changes):
    data = {name: value for name, value in {**form, **changes}.items() if value is not None}
    return Question(path, "POST", tuple(data.items()))
