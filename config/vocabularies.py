"""The closed lists of words that the API uses, with their labels and definitions.

Which lists there are, the settings say, where they are named for the schema. Labels are
those of the screens. Definitions stand in the codebook and nowhere else: they are read
from its tables.
"""

import json
import re
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import override
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from records.answers import answer
from records.api import Part
from records.parameters import StrictParameters

CLASSES = {
    **spectacular_settings.ENUM_NAME_OVERRIDES,
    "Rung": "reports.ladder.Rung",
}
for some_words in ("PointPrecision", "MarkingGiven"):  # of Precision, of Marking
    del CLASSES[some_words]
PAGE = "vocabularies.md"
DEFINED_ELSEWHERE = {  # (page, heading)
    "Stance": ("methodology.md", "Attribution"),
    "Confidence": ("methodology.md", "Confidence"),
    "Precision": ("methodology.md", "Dates"),
    "CasualtyStatus": ("methodology.md", "Casualties"),
    "Rung": ("methodology.md", "The ladder"),
    "Marking": ("security.md", "Who may read what"),
}
DEFINING = {"Means", "Given when", "An incident stands on it if", "Is read by"}
WORD_START = re.compile(r"(?<!^)(?=[A-Z])")
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


def words_of(name):
    return WORD_START.split(name)


def address_of(name):
    """`IncidentKind` is found at `incident-kind`."""
    return "-".join(words_of(name)).lower()


NAMES = {address_of(name): name for name in CLASSES}


@lru_cache
def vocabulary(name):
    """What is said of one list, as data. Raises KeyError: a word without a definition."""
    page, heading = DEFINED_ELSEWHERE.get(name) or (PAGE, " ".join(words_of(name)).capitalize())
    defined = definitions(page, heading)
    with override("en"):
        english = dict(import_string(CLASSES[name]).choices)
        english = {value: str(label) for value, label in english.items()}
    with override("ar"):
        arabic = {value: str(label) for value, label in import_string(CLASSES[name]).choices}
    return {
        "name": address_of(name),
        "schema": name,
        "defined_in": f"docs/{page}#{heading.lower().replace(' ', '-')}",
        "values": [
            {
                "value": value,
                "labels": {"en": english[value], "ar": arabic[value]},
                "definition": defined[value],
            }
            for value in english
        ],
    }


def definitions(page, heading):
    """{value: definition} from the table below a heading of a page of docs/."""
    text = (settings.BASE_DIR / "docs" / page).read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    if section is None:
        raise KeyError(f"docs/{page} has no heading “{heading}”.")
    found, column = {}, None
    for line in section[1].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            column = None
        elif DEFINING & set(cells):
            column = next(place for place, cell in enumerate(cells) if cell in DEFINING)
        elif column and cells[0].startswith("`") and cells[column]:
            found[cells[0].strip("`")] = LINK.sub(r"\1", cells[column])
    return found


# The views


class LabelPart(Part):
    """What the screens show, in English and in Arabic."""

    en = serializers.CharField()
    ar = serializers.CharField()


class ValuePart(Part):
    """One word of a vocabulary."""

    value = serializers.CharField()
    labels = LabelPart()
    definition = serializers.CharField()


class VocabularyPart(Part):
    """A closed list: the database refuses any other word."""

    name = serializers.CharField()
    schema = serializers.CharField(help_text="The component of this schema that lists the words.")
    defined_in = serializers.CharField()
    values = ValuePart(many=True)


class VocabularyAddress(Part):
    """A vocabulary, and where it is found."""

    name = serializers.CharField()
    address = serializers.URLField()


class VocabularyList(Part):
    results = VocabularyAddress(many=True)


class VocabulariesView(StrictParameters, APIView):
    """The closed lists of words that records are described with."""

    @extend_schema(
        operation_id="vocabularies_list", responses=VocabularyList, tags=["vocabularies"]
    )
    def get(self, request):
        lists = [
            {"name": name, "address": reverse("vocabulary", args=[name], request=request)}
            for name in NAMES
        ]
        return _answer(request, {"results": lists})


class VocabularyView(StrictParameters, APIView):
    """One closed list: its words, their labels in English and Arabic, and what they mean."""

    @extend_schema(
        operation_id="vocabularies_retrieve",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH, enum=list(NAMES))],
        responses=VocabularyPart,
        tags=["vocabularies"],
    )
    def get(self, request, name):
        if name not in NAMES:
            raise NotFound
        return _answer(request, vocabulary(NAMES[name]))


def _answer(request, data):
    return answer(request, json.dumps(data, ensure_ascii=False, separators=(",", ":")))
