"""Where a reader of the feed stands: sealed, for the number inside counts what he may not see."""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError

SALT = "partners.cursors"
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS = struct.Struct(">qqq20s")


class StartOver(APIException):
    status_code = 410
    default_code = "start_over"
    default_detail = _(
        "What you may read has changed since, or the database was restored. Drop your copy and "
        "start over, without a cursor."
    )


@dataclass(frozen=True)
class Position:
    """Behind the change `number`, which was made at `made_at`.

    begun_at: the newest change when he started. Up to there he is told what is, and not
    what was lost: he never had it.
    """

    number: int = 0
    made_at: datetime = BEGINNING
    begun_at: int = 0


def sealed(position, reader):
    """The cursor: the same for the same position and reader, so it tells nothing by itself."""
    microseconds = (position.made_at - BEGINNING) // timedelta(microseconds=1)
    fields = (position.number, microseconds, position.begun_at, _rights_of(reader))
    return base64.urlsafe_b64encode(
        _cipher().encrypt(_FIELDS.pack(*fields), [_name_of(reader)])
    ).decode()


def opened(cursor, reader):
    """The position in a cursor.

    Raises:
        ValidationError: it is not one of ours, or not this reader's.
        StartOver: his rights are others than when he got it.
    """
    try:
        fields = _cipher().decrypt(base64.b64decode(cursor, b"-_", True), [_name_of(reader)])
        number, microseconds, begun_at, rights = _FIELDS.unpack(fields)
    except (InvalidTag, ValueError, binascii.Error, struct.error) as error:
        message = _("This cursor is not one of yours. Follow “next” as it is given.")
        raise ValidationError({"cursor": [message]}) from error
    if rights != _rights_of(reader):
        raise StartOver
    return Position(number, BEGINNING + timedelta(microseconds=microseconds), begun_at)


def version_of(change):
    """Names one entry of the feed, and tells nothing of its number."""
    return salted_hmac(SALT, f"version {change.number}", algorithm="sha256").hexdigest()[:24]


def _cipher():
    return AESSIV(salted_hmac(SALT, "cursor", algorithm="sha512").digest())


def _name_of(reader):
    key, viewer = reader
    return (f"key {key.pk}" if key else f"person {viewer.person_id}").encode()


def _rights_of(reader):
    _key, viewer = reader
    held = (viewer.organisation_id, viewer.clearance, sorted(viewer.rights))
    return blake2b(repr(held).encode(), digest_size=20).digest()
