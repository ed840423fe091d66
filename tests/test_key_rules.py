"""What the database holds of keys: never widened, approved once, in one's own name."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from partners.keeping import revoke
from partners.models import Key, Scope
from records.viewer import Viewer, viewing
from tests.factories import SECRET, KeyFactory, OrganisationFactory, UserFactory
from tests.test_keys import NOW, key

__all__ = ["key"]


def refused(key, **values):
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        Key.objects.filter(pk=key.pk).update(**values)
    return str(refusal.value)


def test_a_key_is_never_widened(key):
    another = UserFactory()
    for values in (
        {"scopes": ["read", "names"]},
        {"clearance": "TLP:AMBER"},
        {"expires_at": key.expires_at + timedelta(days=1)},
        {"networks": []},
        {"networks": ["126.0.0.0/7"]},
        {"networks": ["127.0.0.1/32", "::1/128"]},
        {"rate": 61},
        {"burst": 21},
    ):
        assert "never widened" in refused(key, **values)
        assert key.widened_by({**values}) == list(values)
    assert "approved once" in refused(key, approved_by=another)
    assert "does not change" in refused(key, digest="0" * 64)
    assert "does not change" in refused(key, organisation=OrganisationFactory(slug="other"))


def test_a_key_may_be_narrowed(key):
    narrower = {
        "clearance": "TLP:CLEAR",
        "networks": ["127.0.0.1/32", "127.1.0.0/16"],
        "rate": 10,
        "expires_at": key.expires_at - timedelta(days=1),
    }
    assert key.widened_by(narrower) == []
    Key.objects.filter(pk=key.pk).update(**narrower)
    key.refresh_from_db()
    assert key.networks == narrower["networks"]


def test_what_is_revoked_stays_revoked(key):
    revoke(key.pk, UserFactory(), "Lost.")

    assert "stays revoked" in refused(key, revoked_at=None, revoked_by=None, revoked_reason="")


def test_the_web_makes_keys_and_approves_them_in_ones_own_name_alone(key):
    person, another = UserFactory(), UserFactory()
    viewer = Viewer.of(person)
    waiting = KeyFactory(approved_at=None, approved_by=None)
    revoking = {"revoked_at": NOW(), "revoked_reason": "Lost."}
    made = {"prefix": "AAAAAAAA", "digest": "", "organisation": key.organisation}
    with viewing(viewer):
        for attempt in (
            lambda: Key.objects.create(**made, made_by=another),
            lambda: Key.objects.create(
                **made, made_by=person, approved_by=another, approved_at=NOW()
            ),
            lambda: Key.objects.filter(pk=waiting.pk).update(
                approved_at=NOW(), approved_by=another
            ),
            lambda: Key.objects.filter(pk=waiting.pk).update(**revoking, revoked_by=another),
            lambda: Key.objects.filter(pk=waiting.pk).delete(),
            lambda: connection.cursor().execute("DELETE FROM partners_usage"),
            lambda: connection.cursor().execute('UPDATE partners_allowance SET "left" = 9'),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                attempt()
        Key.objects.filter(pk=waiting.pk).update(approved_at=NOW(), approved_by=person)


def test_neither_history_nor_words_hold_a_key(key):
    kept = {field.name for field in Key.pgh_event_model._meta.fields}

    assert "digest" not in kept
    assert SECRET not in str(key) and key.digest not in str(key)
    assert Scope.values == ["read", "names", "propose"]
