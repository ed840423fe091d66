"""The closed lists of words that the API uses, with their labels and definitions.

Which lists there are, the settings say, where they are named for the schema. Labels are
those of the screens. Definitions stand in the codebook and nowhere else: they are read
from its tables.
"""

import json
from functools import lru_cache

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
from records.codebook import definitions, where_defined, words_of
from records.parameters import StrictParameters

CLASSES = {
    **spectacular_settings.ENUM_NAME_OVERRIDES,
    "Rung": "reports.ladder.Rung",
}
for some_words in ("PointPrecision", "MarkingGiven"):  # of Precision, of Marking
    del CLASSES[some_words]


def address_of(name):
    """`IncidentKind` is found at `incident-kind`."""
    return "-".join(words_of(name)).lower()


NAMES = {address_of(name): name for name in CLASSES}


@lru_cache
def vocabulary(name):
    """What is said of one list, as data. Raises KeyError: a word without a definition."""
    page, heading = where_defined(name)
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
