"""What the API shows alike everywhere: a record, its dates, names and sources.

Fields are listed one by one, so that a new column stays private until it is added there.
Parameters are in records/parameters.py.
"""

from datetime import UTC

from django.db import models
from django.db.models import Prefetch, Value
from django.db.models.functions import NullIf
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from records.answers import CompiledAnswers
from records.dates import POINT_PRECISIONS, Precision
from records.json_sql import IfKnown, Joined, Moment, Object
from records.lookups import FilterSet, if_unknown, of_day, of_range, of_span
from records.models import Reliability, Source, SourceKind, Support
from records.names import NameKind, Script
from records.parameters import (
    CharFilter,
    ChoiceFilter,
    StrictParameters,
    since,
    until,
)

IDENTITY = ["reference", "origin_id"]
RECORD = ["marking", "review_status", "certainty", "updated_at", "note"]
CITED = [*RECORD, "sources"]
ASSERTION = ["asserted_by", "asserted", "confidence", "confidence_stated", "basis", *CITED]


# The schema describes an object by its serializer's docstring. What is said of a base
# class is therefore a comment: it would be repeated for every noun.


class ReadOnly(serializers.Serializer):
    def get_fields(self):
        fields = super().get_fields()
        for field in fields.values():
            field.read_only = True
        return fields


# A small object inside a record.
class Part(ReadOnly):
    pass


# What another record shows of the one it points at: its reference and a few words.
class Brief(ReadOnly, serializers.ModelSerializer):
    pass


class Day(Part):
    """A day, and how exactly it is known: of a `year` only the year counts."""

    day = serializers.DateField()
    precision = serializers.ChoiceField(choices=POINT_PRECISIONS)


class Span(Part):
    """First and last possible day. Both are the same where the day is known."""

    def get_fields(self):
        return {
            "from": serializers.DateField(read_only=True),
            "to": serializers.DateField(read_only=True),
            "precision": serializers.ChoiceField(choices=Precision.choices, read_only=True),
        }


class Range(Part):
    """From low to high. Where one end is null, nobody gives it."""

    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)


class ColumnsField(serializers.Field):
    """Several columns of a row as one object, or null where nothing is known."""

    def __init__(self, **options):
        super().__init__(**{"source": "*", **options})


@extend_schema_field(Day)
class DayField(ColumnsField):
    """The columns `<field>` and `<field>_precision`."""

    hxl = {"day": "#date", "precision": "#date+precision"}

    def lookups(self):
        return {**of_day(self.field_name), **if_unknown(self.field_name)}

    def to_representation(self, row):
        day = getattr(row, self.field_name)
        precision = getattr(row, f"{self.field_name}_precision")
        return None if day is None else {"day": day, "precision": precision}

    def as_json(self, at):
        day, precision = at.columns(self.field_name, f"{self.field_name}_precision")
        return IfKnown(Object.of({"day": day, "precision": precision}), day)


@extend_schema_field(Span)
class SpanField(ColumnsField):
    """The columns `<field>_from`, `_to` and `_precision`."""

    hxl = {"from": "#date+start", "to": "#date+end", "precision": "#date+precision"}

    def lookups(self):
        name = self.field_name
        return of_span(name) | (if_unknown(name, f"{name}_from") if self.allow_null else {})

    def to_representation(self, row):
        first = getattr(row, f"{self.field_name}_from")
        return first and {
            "from": first,
            "to": getattr(row, f"{self.field_name}_to"),
            "precision": getattr(row, f"{self.field_name}_precision"),
        }

    def as_json(self, at):
        ends = ("from", "to", "precision")
        columns = at.columns(*(f"{self.field_name}_{end}" for end in ends))
        return IfKnown(Object.of(dict(zip(ends, columns, strict=True))), columns[0])


@extend_schema_field(Range)
class RangeField(ColumnsField):
    """The columns `<field>_low` and `_high`, or those that are named."""

    hxl = {"low": "#value+num+min", "high": "#value+num+max"}

    def __init__(self, low=None, high=None, **options):
        super().__init__(**options)
        self.low, self.high = low, high

    def lookups(self):
        name = self.field_name
        low, high = self.low or f"{name}_low", self.high or f"{name}_high"
        return of_range(name, low, high, self.allow_null)

    def to_representation(self, row):
        low = getattr(row, self.low or f"{self.field_name}_low")
        high = getattr(row, self.high or f"{self.field_name}_high")
        return None if low is None and high is None else {"low": low, "high": high}

    def as_json(self, at):
        low, high = at.columns(
            self.low or f"{self.field_name}_low", self.high or f"{self.field_name}_high"
        )
        return IfKnown(Object.of({"low": low, "high": high}), low, high)


class Name(Part):
    """One name, as a source or language community writes it."""

    text = serializers.CharField()
    language = serializers.CharField()
    script = serializers.ChoiceField(choices=Script.choices)
    kind = serializers.ChoiceField(choices=NameKind.choices)


@extend_schema_field(Name(many=True))
class NamesField(ColumnsField):
    """The two labels first, as official names, then the names in the rows beside."""

    def to_representation(self, named):
        labels = [(named.name, "en", Script.LATIN), (named.name_ar, "ar", Script.ARABIC)]
        others = [(name.text, name.language, name.script, name.kind) for name in named.names.all()]
        rows = [(*label, NameKind.OFFICIAL) for label in labels if label[0]] + others
        return [dict(zip(NAME, row, strict=True)) for row in rows]

    def as_json(self, at):
        name, name_ar = at.columns("name", "name_ar")
        return Joined(
            _label(name, "en", Script.LATIN),
            _label(name_ar, "ar", Script.ARABIC),
            at.nested(at.rows("names"), lambda row: _named(*row.columns(*NAME))),
        )


NAME = ("text", "language", "script", "kind")


def _named(*values):
    return Object.of(dict(zip(NAME, values, strict=True)))


def _label(text, *rest):
    said = [Value(str(word)) for word in (*rest, NameKind.OFFICIAL)]
    return IfKnown(_named(text, *said), NullIf(text, Value("")))


class Citation(Part):
    """A source, and what it does for the record it is cited by."""

    reference = serializers.CharField(source="source.reference")
    publisher = serializers.CharField(source="source.publisher")
    title = serializers.CharField(source="source.title")
    address = serializers.CharField(source="source.address")
    published = SpanField(source="source", allow_null=True)
    reliability = serializers.ChoiceField(source="source.reliability", choices=Reliability.choices)
    pinpoint = serializers.CharField()
    support = serializers.ChoiceField(choices=Support.choices)


class MomentField(serializers.DateTimeField):
    """In UTC, to the microsecond: one moment has one text, wherever it is read."""

    def __init__(self, **options):
        super().__init__(**{"format": "%Y-%m-%dT%H:%M:%S.%fZ", "default_timezone": UTC, **options})

    def as_json(self, at):
        return Moment(at.column(self.source_attrs[-1]))


class RecordSerializer(ReadOnly, serializers.ModelSerializer):
    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DateTimeField: MomentField,
    }
    not_asked = {"review_status"}  # what is shown is published


class CitedSerializer(RecordSerializer):
    sources = Citation(source="citations", many=True)


class AssertionSerializer(CitedSerializer):
    asserted = SpanField(allow_null=True)


def cited(rows):
    """`rows` with their citations and the sources of these: one query more."""
    citation = rows.model._meta.get_field("citations").related_model
    return rows.prefetch_related(
        Prefetch("citations", citation._default_manager.select_related("source"))
    )


class RecordViewSet(CompiledAnswers, StrictParameters, viewsets.ReadOnlyModelViewSet):
    """Records are found by their reference; the database's own numbers never show.

    `orderings` names columns that are never empty: see config/api.py.
    """

    lookup_field = "reference"
    lookup_value_regex = "[0-9A-Z-]+"
    orderings = {"updated": "updated_at"}
    ordering = "-updated"

    def get_queryset(self):
        return super().get_queryset().counted_for(self.request.viewer)

    def known_parameters(self):
        known = super().known_parameters()
        if self.action != "list":
            return known
        return [*known, *self.paginator.parameters, *self.filterset_class.base_filters]


class SourceSerializer(RecordSerializer):
    published = SpanField(allow_null=True)

    class Meta:
        model = Source
        fields = [
            *IDENTITY,
            "publisher",
            "title",
            "address",
            "archived_address",
            "published",
            "published_inferred",
            "accessed_on",
            "language",
            "kind",
            "reliability",
            "reading",
            *RECORD,
        ]


class SourceFilterSet(FilterSet):
    shape = SourceSerializer
    since = since("published")
    until = until("published")
    kind = ChoiceFilter(choices=SourceKind.choices)
    reliability = ChoiceFilter(choices=Reliability.choices)
    publisher = CharFilter(lookup_expr="icontains", label=_("Part of the publisher’s name."))


class SourceViewSet(RecordViewSet):
    """Documents: who published them, when, and how reliable the publisher is."""

    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    filterset_class = SourceFilterSet
    orderings = {"publisher": "publisher", "title": "title", **RecordViewSet.orderings}
    ordering = "publisher"
