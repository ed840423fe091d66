"""What the API takes: members of a body that somebody sends, checked as the forms check.

A body has the shape in which it is read. A member that is not known is refused, never
ignored. What a row may hold is said by its columns and constraints, in their own words.
"""

import json
from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.settings import api_settings

from records.constraints import broken
from records.dates import DAY_WRITTEN, Precision, days_of
from records.models import Marking
from records.parameters import nearest

LONGEST_TEXT = 20_000  # characters, where the column sets no limit
LONGEST_KEY = 80
LARGEST = 2_147_483_647  # what a whole number's column holds
LONGEST_WORD = 60  # that is compared with the known ones
MOST_NAMED = 20  # unknown members that are named in one answer
NON_FIELD_ERRORS_KEY = api_settings.NON_FIELD_ERRORS_KEY
MARKINGS = [(marking.value, marking.label) for marking in Marking if marking is not Marking.RED]
NO_OBJECT = _("Give an object: { … }.")
UNKNOWN = _("Unknown member.")
SET_HERE = _("This is set by Musaala itself: leave it out.")
NO_SUCH_RECORD = _("There is no such record: “%(key)s”.")
DIFFERS = _("The record named here says otherwise: leave this out, or name another record.")


def as_read(shown):
    """What a serializer shows, as its reader gets it: plain JSON."""
    return json.loads(JSONRenderer().render(shown))


def refused_members(data, known, set_here=()):
    """{member: sentences} of those that a body of these members does not have."""
    unknown = [str(member) for member in data if member not in known]
    return {
        member: [SET_HERE] if member in set_here else [UNKNOWN, _nearest(member, known)]
        for member in unknown[:MOST_NAMED]
    }


def _nearest(word, words):
    return nearest(str(word)[:LONGEST_WORD], [str(each) for each in words])


class Strict(serializers.Serializer):
    """Refuses every member that it does not declare, beside all else that is wrong."""

    SET_HERE: tuple[str, ...] = ()

    def to_internal_value(self, data):
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({NON_FIELD_ERRORS_KEY: [NO_OBJECT]})
        wrong = refused_members(data, self.fields, self.SET_HERE)
        try:
            taken = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**error.detail, **wrong}) from error
        if wrong:
            raise serializers.ValidationError(wrong)
        return taken


class Choice(serializers.ChoiceField):
    """One of a list of words. Another is answered with the nearest."""

    def to_internal_value(self, data):
        if isinstance(data, str) and (data in self.choices or (data == "" and self.allow_blank)):
            return data
        raise serializers.ValidationError(
            [_("This is not one of the words for it."), _nearest(data, [*self.choices])]
        )


class Day(serializers.DateField):
    def __init__(self, **options):
        said = {"invalid": _("Give a day as YYYY-MM-DD.")}
        super().__init__(**{"input_formats": ["%Y-%m-%d"], "error_messages": said, **options})

    def to_internal_value(self, data):
        if not (isinstance(data, str) and DAY_WRITTEN.fullmatch(data)):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(data)


class SpanGiven(Strict):
    """First and last possible day. Where the precision implies the last, it may be left out."""

    def get_fields(self):
        return {
            "from": Day(),
            "to": Day(required=False, allow_null=True),
            "precision": Choice(choices=Precision.choices, default=Precision.DAY),
        }

    def validate(self, given):
        if given.get("to") is None:
            given["from"], given["to"] = days_of(given["from"], given["precision"])
        if given["to"] is None:
            raise serializers.ValidationError({"to": [_("Give the last possible day, too.")]})
        return given


class RangeGiven(Strict):
    """From low to high. Null where nobody gives it."""

    def get_fields(self):
        number = {"min_value": 0, "max_value": LARGEST, "required": False, "allow_null": True}
        return {end: serializers.IntegerField(**number) for end in ("low", "high")}


class ColumnsMember(serializers.Field):
    """One object that fills several columns, or null, which empties them."""

    given: type[Strict]

    def __init__(self, **options):
        super().__init__(**{"source": "*", "required": False, **options})

    def columns(self):
        """{column: (end of the object, what stands for null)}"""
        raise NotImplementedError

    def validate_empty_values(self, data):
        """Null is a value here: whoever sends it knows that nothing is known."""
        if data is None and self.allow_null:
            return True, {column: nothing for column, (_end, nothing) in self.columns().items()}
        return super().validate_empty_values(data)

    def to_internal_value(self, data):
        given = self.given(data=data)
        given.is_valid(raise_exception=True)
        taken = given.validated_data
        return {
            column: taken.get(end, nothing) for column, (end, nothing) in self.columns().items()
        }


@extend_schema_field(SpanGiven)
class SpanMember(ColumnsMember):
    """The columns `<field>_from`, `_to` and `_precision`."""

    given = SpanGiven

    def columns(self):
        ends = {"from": None, "to": None, "precision": ""}
        return {f"{self.field_name}_{end}": (end, nothing) for end, nothing in ends.items()}


@extend_schema_field(RangeGiven)
class RangeMember(ColumnsMember):
    """The columns `<field>_low` and `_high`, or those that are named."""

    given = RangeGiven

    def __init__(self, low=None, high=None, **options):
        super().__init__(**options)
        self.low, self.high = low, high

    def columns(self):
        names = (self.low or f"{self.field_name}_low", self.high or f"{self.field_name}_high")
        return {column: (end, None) for column, end in zip(names, ("low", "high"), strict=True)}


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "maxLength": LONGEST_KEY},
            {"type": "object", "required": ["reference"], "additionalProperties": True},
        ],
        "description": "Reference, or identifier of origin; or what is read here, unchanged.",
    }
)
class RecordMember(serializers.Field):
    """A record that is there already and that the sender may read.

    Given by its reference or identifier of origin, or as `brief` shows it. A record that he
    may not read is refused like one that does not exist. One query for each record.
    """

    def __init__(self, brief, **options):
        super().__init__(**options)
        self.brief = brief
        self.key = serializers.CharField(max_length=LONGEST_KEY)

    def to_internal_value(self, data):
        said = data if isinstance(data, Mapping) else {"reference": data}
        shows = [*self.brief().fields]
        wrong = refused_members(said, shows)
        if not isinstance(said.get("reference"), str):
            raise serializers.ValidationError({**wrong, "reference": [_("Name a record by it.")]})
        row = self._found(self.key.run_validation(said["reference"]))
        shown = as_read(self.brief(row).data)
        wrong |= {
            member: [DIFFERS]
            for member in shows
            if member in said and member != "reference" and said[member] != shown[member]
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return row

    def _found(self, key):
        model = self.brief.Meta.model
        found = self.context.setdefault("found", {})
        if (model, key) not in found:
            rows = self.context["readable"](model)
            found[model, key] = rows.filter(Q(reference=key) | Q(origin_id=key)).first()
        if found[model, key] is None:
            raise serializers.ValidationError(NO_SUCH_RECORD % {"key": key})
        return found[model, key]


class RowMember(Strict, serializers.ModelSerializer):
    """A row, as far as its sender says it. What stands against the whole is told, too."""

    serializer_choice_field = Choice

    def build_standard_field(self, field_name, model_field):
        kind, options = super().build_standard_field(field_name, model_field)
        if isinstance(model_field, models.TextField):
            options["max_length"] = LONGEST_TEXT
        if isinstance(model_field, models.DateField):
            kind = Day
        if field_name == "marking":
            options["choices"] = MARKINGS
        return kind, options

    def get_validators(self):
        return []  # what may be there once only is told by the database, to whom it admits

    def validate(self, taken):
        model = self.Meta.model
        columns = {field.name for field in model._meta.concrete_fields}
        row = model(**{name: value for name, value in taken.items() if name in columns})
        not_given = {
            field.name
            for field in model._meta.concrete_fields
            if field.is_relation and field.name not in self.fields
        }
        wrong = {}
        for constraint, fields in broken(row, not_given):
            member = self._member_of(fields)
            wrong.setdefault(member, []).append(constraint.get_violation_error_message())
        if wrong:
            raise serializers.ValidationError(wrong)
        return taken

    def _member_of(self, columns):
        """The one member that fills all these columns, or the whole object."""
        for name, member in self.fields.items():
            own = member.columns() if isinstance(member, ColumnsMember) else [name]
            if columns <= {*own}:
                return name
        return NON_FIELD_ERRORS_KEY


def list_of(member, most, **options):
    return member(many=True, required=False, max_length=most, **options)
