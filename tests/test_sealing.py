"""Sealed texts: what opens them, what does not, and what is never said."""

from base64 import b64encode

import pytest
from django.core.exceptions import ImproperlyConfigured

from records.names import words_of
from records.sealing import (
    KeyMissing,
    SealBroken,
    current_key_id,
    keys_from,
    new_key,
    seal,
    search_key_id,
    search_secret_from,
    tokens_of,
    unseal,
)

NAME = "Zabaniyah Qandil"
KEY = b64encode(b"k" * 32).decode()


@pytest.fixture
def two_keys(settings):
    settings.IDENTITY_KEYS = {"k2": b"2" * 32, "k1": b"1" * 32}


def altered(sealed, at):
    return sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]


def test_what_is_sealed_opens_again_in_any_script():
    for text in (NAME, "زبانية قنديل", "x" * 1000):
        key_id, sealed = seal(text, "0000-0001")

        assert unseal(key_id, sealed, "0000-0001") == text
        assert text.encode() not in sealed


def test_it_is_never_sealed_alike_twice():
    assert seal(NAME, "0000-0001")[1] != seal(NAME, "0000-0001")[1]


def test_its_length_tells_little():
    assert {len(seal("x" * letters, "0000-0001")[1]) for letters in range(1, 65)} == {12 + 64 + 16}


def test_it_does_not_open_for_another_row():
    key_id, sealed = seal(NAME, "0000-0001")

    with pytest.raises(SealBroken):
        unseal(key_id, sealed, "0000-0002")


@pytest.mark.parametrize("at", [0, 12, 40, -1])
def test_one_bit_altered_is_found(at):
    key_id, sealed = seal(NAME, "0000-0001")
    at %= len(sealed)

    with pytest.raises(SealBroken):
        unseal(key_id, altered(sealed, at), "0000-0001")


@pytest.mark.parametrize("most", [0, 5, 12, 20])
def test_a_piece_of_it_is_found(most):
    key_id, sealed = seal(NAME, "0000-0001")

    with pytest.raises(SealBroken):
        unseal(key_id, sealed[:most], "0000-0001")


def test_the_first_key_seals_and_each_opens(two_keys, settings):
    assert current_key_id() == "k2"
    settings.IDENTITY_KEYS = {"k1": b"1" * 32, "k2": b"2" * 32}
    key_id, sealed = seal(NAME, "0000-0001")
    settings.IDENTITY_KEYS = {"k2": b"2" * 32, "k1": b"1" * 32}

    assert key_id == "k1"
    assert unseal(key_id, sealed, "0000-0001") == NAME


def test_a_key_under_another_keys_id_does_not_open(two_keys, settings):
    key_id, sealed = seal(NAME, "0000-0001")
    settings.IDENTITY_KEYS = {key_id: b"1" * 32}

    with pytest.raises(SealBroken):
        unseal(key_id, sealed, "0000-0001")


def test_a_missing_key_is_named_and_nothing_else(two_keys, settings):
    key_id, sealed = seal(NAME, "0000-0001")
    settings.IDENTITY_KEYS = {"k3": b"3" * 32}

    with pytest.raises(KeyMissing, match=r"“k2”.*IDENTITY_KEYS") as refusal:
        unseal(key_id, sealed, "0000-0001")
    assert refusal.value.__context__ is None
    assert "Zabaniyah" not in str(refusal.value)


def test_without_any_key_nothing_is_sealed(settings):
    settings.IDENTITY_KEYS, settings.IDENTITY_SEARCH_SECRET = {}, ""

    with pytest.raises(KeyMissing, match="IDENTITY_KEYS is not set"):
        seal(NAME, "0000-0001")
    with pytest.raises(KeyMissing, match="IDENTITY_SEARCH_SECRET is not set"):
        tokens_of(["qandil"])


# What the environment gives


def test_keys_are_read_in_their_order():
    assert list(keys_from(f"k2:{KEY}, k1:{KEY}")) == ["k2", "k1"]
    assert keys_from("") == {}
    assert list(keys_from(new_key())) == ["k1"]


@pytest.mark.parametrize(
    "wrong",
    [
        KEY,
        f":{KEY}",
        f"K1:{KEY}",
        "k1:",
        "k1:c2hvcnQ=",
        f"k1:{KEY}=",
        f"k1:{KEY[:-2]}!!",
        f"k1:{KEY},k1:{KEY}",
    ],
)
def test_a_malformed_key_is_refused_and_not_repeated(wrong):
    with pytest.raises(ImproperlyConfigured, match="openssl rand -base64 32") as refusal:
        keys_from(wrong)
    assert KEY[:8] not in str(refusal.value)


def test_a_secret_that_can_be_guessed_is_refused():
    with pytest.raises(ImproperlyConfigured, match="at least 32"):
        search_secret_from("guess me")
    assert search_secret_from("") == ""


# Finding


def test_spellings_that_fold_alike_have_the_same_tokens():
    assert tokens_of(words_of("Qandîl al-Zabānīyah")) == tokens_of(words_of("zabaniyah QANDIL"))
    assert tokens_of(words_of("أحمد الزبيدي")) == tokens_of(words_of("احمد زبيدى"))


def test_tokens_are_keyed(settings):
    before, named = tokens_of(["qandil"]), search_key_id()
    settings.IDENTITY_SEARCH_SECRET = "another secret, " * 3

    assert tokens_of(["qandil"]) != before
    assert search_key_id() != named


def test_what_folds_to_nothing_has_no_words():
    assert words_of(" - ") == words_of("a\0b") == []


def test_no_log_of_queries_holds_what_is_folded(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert words_of("Qandil") == ["qandil"]
