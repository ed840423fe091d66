"""What two versions of a row say differently, in words that people read."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import SequenceMatcher

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from records.addresses import AddressKey
from records.dates import describe
from records.models import Organisation, User

SAME, ADDED, REMOVED, SKIPPED = "same", "added", "removed", "skipped"
LONG = 60  # characters from which on a text is compared word by word
AROUND = 12  # words left standing before and after a change
MOST_PAIRS = 250_000  # of words, above which a changed stretch is shown whole

KEPT_APART = {"shared_with": Organisation, "readers": User}  # arrays of keys
BOOKKEEPING = {
    "id",
    "reference",
    "origin_id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
}
SHOWN = (
    models.CharField,
    models.TextField,
    models.BooleanField,
    models.IntegerField,
    models.DecimalField,
    models.FloatField,
    models.DateField,
    models.TimeField,
    models.ForeignKey,
    models.FileField,
    ArrayField,
)


@dataclass(frozen=True)
class Piece:
    """A stretch of a text: SAME, ADDED, REMOVED, or SKIPPED because it is long and the same."""

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Difference:
    """One field. `old` or `new` is empty where nothing stood; long texts have `pieces`."""

    label: str
    old: str
    new: str
    pieces: tuple[Piece, ...] = ()


def content_fields(model):
    """The fields that say something about the world: no bookkeeping, nothing sealed."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, SHOWN)
        and not field.generated
        and not isinstance(field, AddressKey)
        and field.name not in BOOKKEEPING
        and not field.name.startswith("audience_")
    ]


def compared(label, old, new):
    long = len(old) > LONG or len(new) > LONG
    return Difference(str(label), old, new, pieces_of(old, new) if long and old and new else ())


def pieces_of(old, new):
    """Both texts in one, word by word, what is long and the same shortened."""
    pieces = []
    for kind, words in _stretches(_words(old), _words(new)):
        if words:
            pieces += _shortened(words) if kind == SAME else [Piece(kind, "".join(words))]
    return tuple(pieces)


def _words(text):
    """Each with the space behind it, the last one too. Space is shown and not compared."""
    return re.findall(r"\s+\S*\s*|\S+\s*", f"{text} ")


def _stretches(old, new):
    """Pairs of a kind and a list of words. What is the same at both ends is cut off first."""
    plain, other = [word.strip() for word in old], [word.strip() for word in new]
    start = _alike(plain, other)
    end = _alike(plain[start:][::-1], other[start:][::-1])
    last, last_new = len(old) - end, len(new) - end
    yield SAME, new[:start]
    if (last - start) * (last_new - start) > MOST_PAIRS:
        steps = [("replace", 0, last - start, 0, last_new - start)]
    else:
        pair = plain[start:last], other[start:last_new]
        steps = SequenceMatcher(None, *pair, autojunk=False).get_opcodes()
    for step, *ends in steps:
        old_from, old_to, new_from, new_to = (start + at for at in ends)
        if step == "equal":
            yield SAME, new[new_from:new_to]
        else:
            yield REMOVED, old[old_from:old_to]
            yield ADDED, new[new_from:new_to]
    yield SAME, new[last_new:]


def _alike(one, other):
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _shortened(words):
    if len(words) <= 3 * AROUND:
        return [Piece(SAME, "".join(words))]
    return [
        Piece(SAME, "".join(words[:AROUND])),
        Piece(SKIPPED),
        Piece(SAME, "".join(words[-AROUND:])),
    ]


# Values in words


def wanted_by(field, value):
    """The kind of row that a value of a field points at, and the keys; or None."""
    if value is None or value == []:
        return None
    if field.name in KEPT_APART:
        return KEPT_APART[field.name], value
    if isinstance(field, models.ForeignKey):
        return field.remote_field.model, [value]
    return None


def text_of(field, value, labels):
    """A field's value as people read it; "" for nothing. `labels` has been loaded."""
    pointed = wanted_by(field, value)
    if pointed:
        model, keys = pointed
        return ", ".join(labels.of(model, key) for key in keys)
    if value in (None, "", []):
        return ""
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value):
    match value:
        case bool():
            return str(_("Yes") if value else _("No"))
        case datetime():
            return date_format(localtime(value), "DATETIME_FORMAT")
        case date():
            return str(describe(value, value, ""))
        case time():
            return f"{value:%H:%M}"
        case list():
            return ", ".join(map(str, value))
    return str(value)


def label_of_field(field):
    return capfirst(field.verbose_name)
