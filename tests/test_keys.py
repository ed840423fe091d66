"""Signing in by key: who gets in, who does not and learns nothing, and what a key then reads."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.sign_in.journal import RENEWED_AT
from partners.holder import KeyHolder
from partners.keeping import revoke
from partners.models import Key, digest_of, new_key
from records.rights import NAMES, PROPOSE, READ
from records.viewer import NOTHING, viewing
from tests.factories import (
    SECRET,
    IncidentFactory,
    KeyFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.keys import by, text_of

INCIDENTS = "/api/v1/incidents/"
NOW = timezone.now
EXPIRED = {"made_at": NOW() - timedelta(days=9), "expires_at": NOW() - timedelta(days=1)}


@pytest.fixture
def key():
    return KeyFactory(label="the newsroom", networks=["127.0.0.0/8"])


def titles(answer):
    assert answer.status_code == 200, answer.content
    return {row["title"] for row in answer.json()["results"]}


# Who gets in


def test_a_key_gets_in_and_is_told_its_allowance(client, key):
    answer = client.get(INCIDENTS, **by(key))

    assert answer.status_code == 200
    assert answer["RateLimit-Policy"] == '"key";q=20;w=20'
    assert answer["RateLimit"] == '"key";r=19;t=1'


def test_it_is_random_and_only_its_keyed_hash_is_kept(settings):
    made = [new_key() for _n in range(50)]
    assert len({prefix for prefix, _secret in made}) == len({secret for _p, secret in made}) == 50
    assert {(len(prefix), len(secret)) for prefix, secret in made} == {(8, 43)}

    before = digest_of(*made[0])
    settings.KEY_PEPPER = "another"
    assert digest_of(*made[0]) != before


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER   "])
def test_the_scheme_is_written_in_any_case(client, key, scheme):
    sent = {"authorization": scheme + text_of(key)}

    assert client.get(INCIDENTS, headers=sent).status_code == 200


def bad_headers(key):
    text, other = text_of(key), KeyFactory()
    return {
        "no key": "Bearer",
        "nothing": "",
        "another scheme": f"Token {text}",
        "basic": "Basic bXNsOm1zbA==",
        "no scheme": text,
        "an unknown prefix": f"Bearer msl_AAAAAAAA_{SECRET}",
        "the same prefix": f"Bearer {text[:-1]}A",
        "the same secret with another prefix": f"Bearer msl_{key.prefix[:-1]}X_{SECRET}",
        "a secret of which one letter differs in case": f"Bearer {text.replace('s3c', 'S3c')}",
        "too long": f"Bearer {text}0",
        "too short": f"Bearer {text[:-1]}",
        "very long": f"Bearer {text * 500}",
        "twice": f"Bearer {text}, Bearer {text_of(other)}",
        "two words": f"Bearer {text} {text}",
        "a NUL": f"Bearer {text}\x00",
        "Arabic": f"Bearer {text[:-1]}م",
        "digits that are not ASCII": f"Bearer {text[:-1]}٣",
        "the digest": f"Bearer msl_{key.prefix}_{key.digest[:43]}",
        "a line": f"Bearer {text}\n",
    }


def changes():
    return {
        "expired": EXPIRED,
        "revoked": {
            "revoked_at": NOW(),
            "revoked_by": UserFactory,
            "revoked_reason": "Lost.",
        },
        "not approved": {"approved_at": None, "approved_by": None},
        "of another network": {"networks": ["203.0.113.0/24", "2001:db8::/48"]},
        "of an organisation that is not active": {
            "organisation": lambda: OrganisationFactory(slug="closed", is_active=False)
        },
    }


def test_bad_keys_get_one_answer_for_every_reason(client, key):
    """And no other with a session beside them."""
    sent = bad_headers(key)
    for reason, values in changes().items():
        made = KeyFactory(**{n: v() if callable(v) else v for n, v in values.items()})
        sent[reason] = f"Bearer {text_of(made)}"
    signed_in = Client()
    signed_in.force_login(UserFactory())
    answers = {}
    for asking in (client, signed_in):
        for reason, header in sent.items():
            for path in (INCIDENTS, "/api/v1/me/", "/api/v1/nothing/", "/api/v1/schema/"):
                answer = asking.get(path, headers={"authorization": header})
                said = {**answer.headers}
                assert not answer.cookies
                answers[reason, path] = (answer.status_code, str(said), answer.content)

    for path in {path for _reason, path in answers}:
        assert len({told for (_reason, asked), told in answers.items() if asked == path}) == 1
    status, said, body = next(iter(answers.values()))
    assert (status, "'WWW-Authenticate': 'Bearer'" in said) == (401, True)
    assert b"revoked" in body and "RateLimit" not in said
    assert signed_in.get(INCIDENTS).status_code == 200  # its session lives on


@pytest.mark.parametrize("path", [INCIDENTS, "/api/v1/me/", "/api/v1/schema/", "/api/v1/nothing/"])
def test_a_key_in_an_address_is_refused(client, key, path):
    for query in (f"key={text_of(key)}", f"x={text_of(key).replace('_', '%5F')}", text_of(key)):
        for sent in ({}, by(key)):
            answer = client.get(f"{path}?{query}", **sent)
            assert answer.status_code == 400
            assert "kept in logs" in answer.json()["detail"]


def test_where_the_proxy_names_no_address_a_key_bound_to_a_network_gets_in_nowhere(
    client, key, settings
):
    settings.BEHIND_PROXY = True
    free = KeyFactory()

    assert client.get(INCIDENTS, **by(key)).status_code == 401
    assert client.get(INCIDENTS, **by(free)).status_code == 200
    for sent, status in {
        "127.0.0.9": 200,
        "127.0.0.9, 198.51.100.1": 401,
        "198.51.100.1, 127.0.0.9": 200,
        "::ffff:127.0.0.9": 200,
        "somewhere": 401,
    }.items():
        told = by(key, **{"x-forwarded-for": sent})
        assert client.get(INCIDENTS, **told).status_code == status, sent


def test_an_address_of_six_parts_is_compared_to_its_last_bit(client):
    key = KeyFactory(networks=["2001:db8::7/128"])

    assert client.get(INCIDENTS, **by(key), REMOTE_ADDR="2001:db8::7").status_code == 200
    assert client.get(INCIDENTS, **by(key), REMOTE_ADDR="2001:db8::8").status_code == 401


# At the next request


@pytest.mark.parametrize(
    "change",
    [
        lambda key: revoke(key.pk, UserFactory(), "Lost."),
        lambda key: Key.objects.filter(pk=key.pk).update(
            expires_at=key.made_at + timedelta(microseconds=1)
        ),
        lambda key: Key.objects.filter(pk=key.pk).update(networks=["127.9.0.0/16"]),
        lambda key: OrganisationFactory._meta.model.objects.update(is_active=False),
    ],
    ids=["revoked", "expired", "narrower", "organisation"],
)
def test_what_changes_holds_at_the_next_request(client, key, change):
    assert client.get(INCIDENTS, **by(key)).status_code == 200
    change(key)
    assert client.get(INCIDENTS, **by(key)).status_code == 401


# No session


def test_a_key_gets_no_cookie_and_its_request_is_nobodys_session(client, key):
    """Neither does it touch the one that comes along with it, which a person's would renew."""
    client.force_login(UserFactory(username="somebody"))
    session = client.session
    session[RENEWED_AT] -= 600
    session.save()
    before = dict(client.session.items())

    answer = client.get("/api/v1/me/", **by(key))
    assert answer.json()["label"] == "the newsroom"
    assert not answer.cookies and "Set-Cookie" not in answer.headers
    assert dict(client.session.items()) == before
    refused = client.get("/api/v1/me/", headers={"authorization": "Bearer x"})
    assert not refused.cookies and dict(client.session.items()) == before
    assert client.get("/api/v1/me/").json()["label"] == "somebody"


@pytest.mark.parametrize("page", ["/admin/", "/admin/incidents/incident/", "/admin/partners/key/"])
def test_a_key_opens_no_page_of_the_admin(client, key, page):
    answer = client.get(page, **by(key))

    assert answer.status_code == 302
    assert answer.url.startswith("/admin/login/")


def test_a_request_by_key_needs_no_form_token(key):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/api/v1/claims/", **by(key)).status_code == 405
    strict.force_login(UserFactory())
    assert strict.post(INCIDENTS).status_code == 403


def test_without_key_and_session_one_is_told_how_to_sign_in(client):
    answer = client.get(INCIDENTS)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert "RateLimit" not in answer.headers


# What it reads


def test_scopes_are_rights(key):
    asked = {
        ("read",): (1, {READ}),
        ("propose",): (NOTHING, {PROPOSE}),
        ("read", "names"): (1, {READ, NAMES}),
    }
    for scopes, (clearance, rights) in asked.items():
        key.scopes = list(scopes)
        viewer = KeyHolder(key).as_viewer()
        assert (viewer.clearance, viewer.rights) == (clearance, rights)
        assert (viewer.person_id, viewer.organisation_id) == (None, key.organisation_id)
        assert viewer.drafts is False


def world():
    ours, other = OrganisationFactory(), OrganisationFactory(slug="other")
    partner = OrganisationFactory(slug="partner")
    named = UserFactory(organisation=partner, clearance="TLP:RED")
    told = {
        "clear": {"marking": "TLP:CLEAR"},
        "green": {"marking": "TLP:GREEN"},
        "shared with the partner": {"marking": "TLP:AMBER", "shared_with": [partner.pk]},
        "shared with another": {"marking": "TLP:AMBER", "shared_with": [other.pk]},
        "the partner’s own": {"marking": "TLP:AMBER+STRICT", "owner": partner},
        "ours": {"marking": "TLP:AMBER+STRICT", "owner": ours},
        "naming": {"marking": "TLP:RED", "readers": [named.pk], "owner": partner},
        "a draft of its own": {
            "marking": "TLP:CLEAR",
            "owner": partner,
            "review_status": "draft",
        },
    }
    for title, values in told.items():
        IncidentFactory(title=title, **values)
    return partner


@pytest.mark.parametrize(
    ("clearance", "expected"),
    [
        ("TLP:CLEAR", {"clear"}),
        ("TLP:GREEN", {"clear", "green"}),
        ("TLP:AMBER", {"clear", "green", "shared with the partner"}),
        (
            "TLP:AMBER+STRICT",
            {"clear", "green", "shared with the partner", "the partner’s own"},
        ),
    ],
)
def test_it_reads_what_its_clearance_and_its_organisation_allow(client, clearance, expected):
    """Never a draft, and never RED, whoever is named on it."""
    key = KeyFactory(organisation=world(), clearance=clearance)

    assert titles(client.get(INCIDENTS, **by(key))) == expected


def test_without_the_scope_it_reads_nothing(client):
    key = KeyFactory(organisation=world(), scopes=["propose"], clearance="TLP:AMBER+STRICT")

    assert client.get(INCIDENTS, **by(key)).status_code == 403
    assert client.get("/api/v1/me/", **by(key)).json()["scopes"] == ["propose"]


# What it costs


def test_a_key_costs_two_queries_of_its_own(client, key, count_queries):
    """To find it and to count it; two less than session, person, authenticator and rights take."""
    client.get(INCIDENTS, **by(key))
    with CaptureQueriesContext(connection) as with_key:
        client.get(INCIDENTS, **by(key))
    client.force_login(UserFactory())
    with_session = count_queries(lambda: client.get(INCIDENTS))

    own = [each for each in with_key if re.search("partners_key|count_request", each["sql"])]
    assert (len(own), len(with_key)) == (2, with_session - 2)


@pytest.mark.django_db(transaction=True)
def test_a_record_by_key_costs_six_statements(client):
    """As on a server, where no transaction stands around the request's own."""
    key, attack = KeyFactory(), IncidentFactory(review_status="published", marking="TLP:CLEAR")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"{INCIDENTS}{attack.reference}/", **by(key))

    assert answer.status_code == 200
    steps = [
        "partners_key",  # whose key it is
        "count_request",  # one more of its requests, in a transaction of its own
        "BEGIN",
        "set_config.*musaala_web",  # the walls, until the transaction ends
        "row_to_json",  # the record
        "COMMIT",
    ]
    assert len(asked) == len(steps)
    for step, query in zip(steps, asked, strict=True):
        assert re.search(step, query["sql"])


# History


def test_what_is_written_by_a_key_says_so(client, key):
    with viewing(KeyHolder(key).as_viewer(), **KeyHolder(key).told_to_history):
        Key.objects.filter(pk=key.pk).update(label="another")

    assert Key.pgh_event_model.objects.latest("pgh_id").pgh_context["key"] == key.pk
