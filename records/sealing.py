"""Texts that the database keeps and cannot read: sealed with AES-256-GCM.

The keys are in the environment, so a thief of the database, a dump or a disk has noise.
Each sealed text is bound to the row it belongs to: moved to another, it does not open.
Words of a sealed text are found by keyed hashes. Why: docs/adr/0020-sealed-names.md.
"""

import hmac
import os
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

KEY_BYTES = 32
NONCE_BYTES = 12
PADDED_TO = 64  # bytes: the length of what is sealed tells little of the text
SHORTEST_SECRET = 32
TOKEN_DIGITS = 32  # 128 bits
PURPOSE = b"musaala: words of sealed texts"


class SealError(Exception):
    """It cannot be sealed or opened. The text says why, and holds nothing of what is sealed."""


class KeyMissing(SealError):
    """The environment lacks the key."""


class SealBroken(SealError):
    """What is sealed was altered, or belongs to another row."""


# What the environment gives


def keys_from(text):
    """The keys in `k2:base64,k1:base64` by their ids, the one to seal with first.

    Raises:
        ImproperlyConfigured: it is not written so. Names the key's place, never the key.
    """
    keys = {}
    for place, given in enumerate(filter(None, text.split(",")), start=1):
        key_id, _colon, encoded = given.strip().partition(":")
        key = _decoded(encoded)
        if not re.fullmatch("[a-z0-9]{1,16}", key_id) or len(key) != KEY_BYTES or key_id in keys:
            raise ImproperlyConfigured(
                f"Key {place} of IDENTITY_KEYS is not a new id of small letters and digits, a "
                "colon, and 32 random bytes in base64. This makes one: "
                'echo "k1:$(openssl rand -base64 32)"'
            )
        keys[key_id] = key
    return keys


def _decoded(encoded):
    try:
        return b64decode(encoded, validate=True)
    except Base64Error:
        return b""


def new_key():
    return "k1:" + b64encode(os.urandom(KEY_BYTES)).decode()


def search_secret_from(text):
    """Raises ImproperlyConfigured if the secret is short enough to be guessed."""
    if text and len(text) < SHORTEST_SECRET:
        raise ImproperlyConfigured(
            f"IDENTITY_SEARCH_SECRET needs at least {SHORTEST_SECRET} random characters: "
            "`openssl rand -base64 48` makes them."
        )
    return text


# Sealing


def current_key_id():
    """The id of the key to seal with. Raises KeyMissing if there is none."""
    if not settings.IDENTITY_KEYS:
        raise KeyMissing(_("This server has no key to seal names with: IDENTITY_KEYS is not set."))
    return next(iter(settings.IDENTITY_KEYS))


@sensitive_variables("text", "padded")
def seal(text, bound_to):
    """The id of the key used, and the sealed text, which opens only for `bound_to`."""
    key_id = current_key_id()
    plain = text.encode()
    padded = plain.ljust(-(-len(plain) // PADDED_TO) * PADDED_TO, b"\0")
    nonce = os.urandom(NONCE_BYTES)
    return key_id, nonce + _cipher(key_id).encrypt(nonce, padded, bound_to.encode())


def unseal(key_id, sealed, bound_to):
    """The text again.

    Raises:
        KeyMissing: its key is not in the environment.
        SealBroken: it was altered, or sealed for another row.
    """
    nonce, rest = bytes(sealed[:NONCE_BYTES]), bytes(sealed[NONCE_BYTES:])
    try:
        return _cipher(key_id).decrypt(nonce, rest, bound_to.encode()).rstrip(b"\0").decode()
    except (InvalidTag, ValueError):
        raise SealBroken(
            _("What is sealed here was altered, or belongs elsewhere. Tell who runs this server.")
        ) from None


def _cipher(key_id):
    if key_id not in settings.IDENTITY_KEYS:
        raise KeyMissing(
            _("It is sealed with the key “%(key)s”, which IDENTITY_KEYS of this server lacks.")
            % {"key": key_id}
        )
    return AESGCM(settings.IDENTITY_KEYS[key_id])


# Finding


@sensitive_variables("words")
def tokens_of(words):
    """One keyed hash for each different word: found again, and not read, without the secret."""
    key = _search_key()
    return sorted({_token(key, word) for word in words})


def search_key_id():
    """Tells apart tokens that were made with one secret from those made with another."""
    return _token(_search_key(), "\0")[:8]


def _token(key, word):
    return hmac.new(key, word.encode(), sha256).hexdigest()[:TOKEN_DIGITS]


def _search_key():
    secret = settings.IDENTITY_SEARCH_SECRET
    if not secret:
        raise KeyMissing(
            _("This server has no secret to find names by: IDENTITY_SEARCH_SECRET is not set.")
        )
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE).derive(secret.encode())
