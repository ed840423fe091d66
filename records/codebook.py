"""The codebook: what each field and each word of a list means, for whoever fills in a form.

Definitions stand on the pages of docs/ and nowhere else: they are read from their tables.
The Arabic page has the same headings and keys; what it lacks is shown in English.
"""

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from records.models.audience import Marked

WORDS_PAGE, FIELDS_PAGE, ARABIC_PAGE = "vocabularies.md", "fields.md", "codebook.ar.md"
DEFINED_ELSEWHERE = {  # (page, heading)
    "Stance": ("methodology.md", "Attribution"),
    "Confidence": ("methodology.md", "Confidence"),
    "Precision": ("methodology.md", "Dates"),
    "CasualtyStatus": ("methodology.md", "Casualties"),
    "Rung": ("methodology.md", "The ladder"),
    "Marking": ("security.md", "Who may read what"),
}
DEFINING = {"Means", "Given when", "An incident stands on it if", "Is read by", "التعريف"}
WORD_START = re.compile(r"(?<!^)(?=[A-Z])")
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")
DATES = "Dates"
ENDINGS = ("_from", "_to", "_precision")  # of the columns of one date


def words_of(name):
    return WORD_START.split(name)


def heading_of(name):
    """`CasualtyFigure` is defined below "Casualty figure"."""
    return " ".join(words_of(name)).capitalize()


def where_defined(name):
    """(page, heading) of the list of words of that class."""
    return DEFINED_ELSEWHERE.get(name) or (WORDS_PAGE, heading_of(name))


@cache
def sections(page):
    """{heading: {key: definition}} of all tables of a page, in its order."""
    text = (settings.BASE_DIR / "docs" / page).read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)\n", text, flags=re.M)[1:]
    return {heading: _table(body) for heading, body in zip(parts[::2], parts[1::2], strict=True)}


def _table(body):
    found, column = {}, None
    for line in body.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            column = None
        elif DEFINING & set(cells):
            column = next(place for place, cell in enumerate(cells) if cell in DEFINING)
        elif column and cells[0].startswith("`") and cells[column]:
            found[cells[0].strip("`")] = LINK.sub(r"\1", cells[column])
    return found


def definitions(page, heading):
    """{value: definition} from the tables below a heading of a page of docs/."""
    if heading not in sections(page):
        raise KeyError(f"docs/{page} has no heading “{heading}”.")
    return sections(page)[heading]


# Of one field


@dataclass(frozen=True)
class Text:
    """A definition, and the language in which it is shown."""

    text: str
    language: str

    @property
    def direction(self):
        return "rtl" if self.language == "ar" else "ltr"


@dataclass(frozen=True)
class Meaning:
    """What one field means. words: (label, Text) of each word that can be chosen."""

    anchor: str
    text: Text
    words: tuple = ()


def entry_of(model, name):
    """(heading, key) of a field in docs/fields.md, or None. What tables share stands once."""
    fields = sections(FIELDS_PAGE)
    for table in model.__mro__:
        heading = heading_of(table.__name__)
        if name in fields.get(heading, ()):
            return heading, name
    for ending in ENDINGS:
        if name.endswith(ending):
            return DATES, f"...{ending}"
    return None


def meaning_of(model, name):
    """The Meaning of a field in the language of the reader, or None if none is written."""
    entry = entry_of(model, name) if issubclass(model, Marked) else None
    return _meaning(model, name, entry, get_language() == "ar") if entry else None


@cache
def _meaning(model, name, entry, arabic):
    heading, key = entry
    text = _said(heading, key, sections(FIELDS_PAGE)[heading][key], arabic)
    return Meaning(anchor_of(heading, key), text, tuple(_words(model, name, arabic)))


def anchor_of(heading, key):
    """Where an entry stands on the page of the codebook."""
    return f"{heading.lower().replace(' ', '-')}.{key.strip('.').lstrip('_')}"


def _said(heading, key, english, arabic):
    translated = sections(ARABIC_PAGE).get(heading, {}).get(key) if arabic else None
    return Text(translated, "ar") if translated else Text(english, "en")


def _words(model, name, arabic):
    field = next((each for each in model._meta.fields if each.name == name), None)
    values = tuple(value for value, _label in getattr(field, "choices", None) or () if value)
    vocabulary = _vocabularies().get(values)
    if vocabulary is None:
        return
    defined = definitions(*where_defined(vocabulary))
    for value, label in field.choices:
        if value:
            yield label, _said(heading_of(vocabulary), value, defined[value], arabic)


@cache
def _vocabularies():
    """{values: name of the class} of each list of words that fields choose from."""
    classes = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    lists = {name: import_string(path) for name, path in classes.items()}
    named = {
        tuple(getattr(words, "values", None) or dict(words)): name for name, words in lists.items()
    }
    points = tuple(dict(lists["PointPrecision"]))
    return named | {points: "Precision"}
