"""What a proposed incident may say: the shape in which it is read, less what is set here."""

from typing import ClassVar

from rest_framework import serializers

from incidents.api.briefs import PlaceBrief
from incidents.models import Attribution, CasualtyFigure, Claim, Incident, IncidentPlace, PlaceRole
from militias.api import GroupBrief, PersonBrief
from records.api import Brief, SpanField
from records.members import Choice, RangeMember, RecordMember, RowMember, SpanMember, list_of
from records.models import Source, Support

MOST_PARTS = 50  # in one list
MOST_SOURCES = 20  # of one record
SAID_OF_RECORD = ["marking", "certainty", "note"]
SAID_OF_ASSERTION = [
    *("asserted_by", "asserted", "confidence", "confidence_stated", "basis"),
    *SAID_OF_RECORD,
    "sources",
]
SET_HERE = ("reference", "origin_id", "review_status", "version", "updated_at", "side", "reason")


class SourceBrief(Brief):
    """A source as a citation shows it."""

    published = SpanField(allow_null=True)

    class Meta:
        model = Source
        fields = ["reference", "publisher", "title", "address", "published", "reliability"]


class CitationGiven(RowMember):
    """A source, and what it does for the record: one that is there, by its reference.

    Or a new one, described here without a reference. Described alike, it is the same.
    """

    SET_HERE = ("origin_id", "review_status", "version", "updated_at")
    CITING = ("pinpoint", "support")

    reference = serializers.CharField(required=False)
    published = SpanMember(allow_null=True)
    pinpoint = serializers.CharField(required=False, allow_blank=True, max_length=120)
    support = Choice(choices=Support.choices, required=False)

    class Meta:
        model = Source
        fields = [
            "reference",
            *("publisher", "title", "address", "archived_address", "published"),
            *("published_inferred", "accessed_on", "language", "kind", "reliability", "reading"),
            *SAID_OF_RECORD,
            *("pinpoint", "support"),
        ]
        extra_kwargs: ClassVar = {"publisher": {"required": False}}  # where it has a reference

    def to_internal_value(self, data):
        if not (isinstance(data, dict) and "reference" in data):
            described = {"publisher": ""} | data if isinstance(data, dict) else data
            taken = super().to_internal_value(described)
            citing = {name: taken.pop(name) for name in self.CITING if name in taken}
            return {"described": self._whole(taken), **citing}
        named = {name: value for name, value in data.items() if name not in self.CITING}
        cited = Cited(
            data={"source": named} | {name: data[name] for name in self.CITING if name in data},
            context=self.context,
        )
        if not cited.is_valid():
            wrong = dict(cited.errors)
            source = wrong.pop("source", {})
            raise serializers.ValidationError(
                {**(source if isinstance(source, dict) else {"reference": source}), **wrong}
            )
        return cited.validated_data

    def _whole(self, described):
        return super().validate(described)

    def validate(self, taken):
        return taken  # looked at while it was told apart


class Cited(serializers.Serializer):
    """A source that is there, and what it does for the record."""

    def get_fields(self):
        citing = CitationGiven().get_fields()
        return {"source": RecordMember(SourceBrief)} | {
            name: citing[name] for name in CitationGiven.CITING
        }


class AssertionGiven(RowMember):
    SET_HERE = SET_HERE

    asserted = SpanMember(allow_null=True)
    sources = list_of(CitationGiven, MOST_SOURCES)


class ClaimGiven(AssertionGiven):
    group = RecordMember(GroupBrief)

    class Meta:
        model = Claim
        fields = ["group", "channel", "statement_text", "address", *SAID_OF_ASSERTION]


class AttributionGiven(AssertionGiven):
    group = RecordMember(GroupBrief, required=False, allow_null=True)
    person = RecordMember(PersonBrief, required=False, allow_null=True)

    class Meta:
        model = Attribution
        fields = ["stance", "group", "person", *SAID_OF_ASSERTION]


class CasualtyGiven(AssertionGiven):
    number = RangeMember(low="low", high="high", required=True)

    class Meta:
        model = CasualtyFigure
        fields = ["status", "category", "nationality", "number", *SAID_OF_ASSERTION]


class FurtherPlaceGiven(RowMember):
    place = RecordMember(PlaceBrief)
    role = Choice(choices=PlaceRole.choices)

    class Meta:
        model = IncidentPlace
        fields = ["place", "role", "note"]


class IncidentGiven(RowMember):
    """An attack with what is said of it. What is left out is not known, or as usual."""

    SET_HERE = SET_HERE

    occurred = SpanMember(required=True)
    place = RecordMember(PlaceBrief)
    further_places = list_of(FurtherPlaceGiven, MOST_PARTS)
    weapons = RangeMember(allow_null=True)
    casualties = list_of(CasualtyGiven, MOST_PARTS)
    claims = list_of(ClaimGiven, MOST_PARTS)
    attributions = list_of(AttributionGiven, MOST_PARTS)
    sources = list_of(CitationGiven, MOST_SOURCES)

    class Meta:
        model = Incident
        fields = [
            *("title", "title_ar", "kind", "outcome", "occurred"),
            *("time_from", "time_to", "time_stated", "timezone"),
            *("place", "further_places", "weapon", "weapons", "weapons_note"),
            *("target_kind", "target_name", "summary", "summary_ar", "series"),
            *("casualties", "claims", "attributions"),
            *SAID_OF_RECORD,
            "sources",
        ]


# Change: the members that are sent, laid over what is read

STATEMENTS = ("casualties", "claims", "attributions")


def laid_over(shown, sent):
    """A whole body made of what is read and what is sent, and which statements it changes.

    In a list, what names the `reference` of a statement changes that one, what names none
    adds one, and what is left out stays. What is sent back as it was read changes nothing.

    Returns the body, and {(list, place in it): reference}.
    """
    form = IncidentGiven()
    body, changed = _over(shown, sent, form.fields), {}
    for name in STATEMENTS:
        if not isinstance(parts := sent.get(name), list):
            continue
        there = {part["reference"]: part for part in shown[name]}
        body[name] = [*parts]
        for at, part in enumerate(parts):
            reference = part.get("reference") if isinstance(part, dict) else None
            if isinstance(reference, str) and reference in there:
                changed[name, at] = reference
                body[name][at] = _over(there[reference], part, form.fields[name].child.fields)
    return body, changed


def _over(shown, sent, fields):
    """Lists are not laid over each other: what is sent stands alone."""
    kept = {
        name: shown[name]
        for name, field in fields.items()
        if name in shown and not isinstance(field, serializers.ListSerializer)
    }
    new = {
        name: value
        for name, value in sent.items()
        if name in fields or name not in shown or value != shown[name]
    }
    return {**kept, **new}
