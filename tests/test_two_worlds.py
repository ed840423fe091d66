"""Two databases that differ only in what a reader may not see answer alike, byte for byte.

So nothing tells that there is something to hide: no count, order, key, page, choice, date,
version, error or header. It is tried with both walls and with each wall alone.

What is compared: status, body and all headers. Set aside, because it differs with chance
and time alone: the value of `csrfmiddlewaretoken` in a form (Django masks it anew for each
answer), the cookies of session and form, the header Expires (the moment of asking), the header
RateLimit (what has come back of an allowance by then), the moment of a change that was just made
over the API, with the ETag of what it made, and the moment in which an address is signed, which
stands still.
"""

import re
from contextlib import contextmanager
from difflib import unified_diff
from random import Random

import pytest
from django.core import signing
from django.db import connection, models, transaction
from django.test import Client

from incidents.models import Incident, Place
from partners import allowance
from partners.models import Key
from records.compiling import forget
from records.gate import GatedQuerySet
from records.models import Source
from records.rights import PROPOSE
from records.viewer import Viewer
from tests import proposed, released
from tests.admin_pages import address, form_data
from tests.attempts import attempts
from tests.factories import IncidentFactory, KeyFactory, OrganisationFactory, UserFactory
from tests.hidden_world import (
    EVERY_RIGHT,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.keys import text_of
from tests.questions import everything, without_screens
from tests.released import make_releases
from tests.trail import settle

CHANCE = {"Expires", "RateLimit"}
TOKENS = {"csrftoken", "sessionid"}
MOMENT = re.compile(rb'("updated_at":")[^"]*')
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
        rights=[*EVERY_RIGHT, PROPOSE],
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
    scopes = ["read", "propose"]
    return KeyFactory(
        organisation=organisation, clearance=clearance, scopes=scopes, rate=6000, burst=6000
    )


def _client_of(reader):
    if isinstance(reader, Key):
        sent = {"HTTP_AUTHORIZATION": f"Bearer {text_of(reader)}"}
        return Client(raise_request_exception=False, **sent)
    client = Client(raise_request_exception=False)
    client.force_login(reader)
    return client


READERS = {
    "partner": partner,
    "junior": junior,
    "not_named": not_named,
    "partners_key": partners_key,
    "own_key": own_key,
}


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


@pytest.mark.parametrize("name", READERS)
def test_two_worlds_answer_alike(monkeypatch, settings, tmp_path, name):
    """Single walls answer a share of the questions, and the readers together all of them.

    Nothing of a proposal is asked of the second wall alone: it lets a proposer through to
    the drafts of his organisation, and the first one keeps him to his own.
    """
    settings.MEDIA_ROOT = str(tmp_path)  # of the releases
    monkeypatch.setattr(signing.TimestampSigner, "timestamp", lambda signer: "then")
    monkeypatch.setattr(allowance, "EXPORTS_AN_HOUR", 100_000)  # what is asked here are exports
    world = visible_world()
    strange = strangers()
    reader, ways, part_ways = READERS[name]()
    ways, part_ways = ways_to_hide(*strange) + ways, ways_to_hide_a_part(strange[1]) + part_ways
    asking = _client_of(reader)
    proposal = proposed.propose(asking, world)
    settle()  # so that the feed tells of what is there
    forms = _forms(asking, world, reader)
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *given, **said: None)
    first = _sequences("max(coalesce(last_value, 0))") + 1000

    answers = {}
    with _undone(first):
        Hider(world, ways, part_ways).hide_everything()
        proposed.add_unseen(world, proposal[0], ways)
        settle()
        asked = _asked(world, forms, reader)
        of_proposals = [*proposed.questions(world, ways, *proposal)]
        for walls in WALLS:
            share = [*asked, *of_proposals] if walls is both_walls else asked[_share(name)]
            if walls is first_wall_alone:
                share = [*share, *of_proposals]
            answers[walls] = _answers(asking, share, first, walls)
    expected = {both_walls: _answers(asking, [*asked, *of_proposals], first)}
    expected[first_wall_alone] = expected[both_walls]
    # That only what is published counts is the first wall's rule, and he has a draft of his own.
    expected[second_wall_alone] = _answers(asking, asked[_share(name)], first, second_wall_alone)

    for walls, given in answers.items():
        assert len(given) >= 200
        without = expected[walls]
        told_apart = [asked for asked, answer in given.items() if answer != without[asked]]
        assert not told_apart, _difference(walls, told_apart, without, given)
    _shows(expected[both_walls], proposal[0])


def _asked(world, forms, reader):
    """For a key, what is beyond the sign-in page is asked of one noun alone."""
    of_releases = released.questions()
    if isinstance(reader, Key):
        return [*without_screens(world), *of_releases]
    return [*everything(world), *of_releases, *attempts(world, forms, reader)]


def _share(name):
    """Every second or third question: those of people, and those of keys, share them all."""
    alike = [each for each in READERS if each.endswith("key") == name.endswith("key")]
    return slice(alike.index(name), None, len(alike))


def _shows(answers, address):
    """That worlds are alike says little where there is nothing in them."""
    statuses = {(asked.method, asked.path): answer[0] for asked, answer in answers.items()}
    assert statuses["GET", "/api/v1/exports/GREEN-1/incidents.csv"] == 200
    assert statuses["GET", "/api/v1/exports/CLEAR-2/"] == 404
    assert statuses["GET", address] == statuses["GET", "/api/v1/proposals/"] == 200
    of_proposals = {(asked.method, answer[0]) for asked, answer in answers.items() if asked.body}
    assert {("POST", 201), ("POST", 200), ("PATCH", 200), ("PATCH", 404)} <= of_proposals
    assert {("POST", 400), ("PATCH", 400), ("PATCH", 412), ("PATCH", 428)} <= of_proposals


def _difference(walls, told_apart, expected, answers):
    """The questions that tell the worlds apart, and what the first of them does."""
    first = told_apart[0]
    lines = [
        [*map(str, answer[:3]), *answer[3].decode(errors="replace").splitlines()]
        for answer in (expected[first], answers[first])
    ]
    shown = "\n".join(list(unified_diff(*lines, "without", "with", n=1, lineterm=""))[:30])
    return f"{walls.__name__}: {len(told_apart)}: {[*map(str, told_apart[:9])]}\n{first}\n{shown}"


def _forms(client, world, reader):
    """Filled-in forms of visible rows, by row. A key gets none."""
    if isinstance(reader, Key):
        return {}
    rows = [row for model in (Incident, Place, Source) for row in world.seen[model][:2]]
    return {row: form_data(client.get(address(type(row), "change", row.pk))) for row in rows}


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


def _answers(client, questions, first, walls=both_walls):
    """What each question is answered. Nothing is left of a question that changes something."""
    answers = {}
    with _undone(first + 10_000), pytest.MonkeyPatch.context() as patching:
        walls(patching)
        make_releases()
        forget()  # what was compiled with other walls
        for question in sorted(questions, key=lambda asked: asked.method != "GET"):
            if question.method == "GET":
                answers[question] = _answer(client, question)
            else:
                with _undone(first + 20_000), _the_same_chance():
                    answers[question] = _answer(client, question)
    forget()
    return answers


@contextmanager
def _the_same_chance():
    """New records get the same references in each world."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr("records.models.record.secrets.choice", Random(4).choice)
        yield


def _answer(client, question):
    cookies = client.cookies.copy()
    if question.data is not None:
        answer = client.post(question.path, dict(question.data))
    elif question.body:
        said = {"content_type": "application/json", "headers": dict(question.headers)}
        answer = client.generic(question.method, question.path, question.body, **said)
    else:
        answer = client.generic(question.method, question.path)
    headers = {name: value for name, value in answer.headers.items() if name not in CHANCE}
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if question.body and answer.status_code in (200, 201):
        body, headers["ETag"] = MOMENT.sub(rb"\1", body), "of that moment"
    client.cookies = cookies
    said = {name: morsel.value for name, morsel in answer.cookies.items() if name not in TOKENS}
    return answer.status_code, headers, said, CSRF.sub(rb"\1", body)
