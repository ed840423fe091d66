"""How the columns of a noun are asked, alike for every noun: docs/adr/0025-one-contract.md.

What the serializer of a noun shows, its filters can ask, by the name it is shown under:
`__gte` and `__lte` of days, moments and numbers, `__in` of choices, codes, numbers and records,
`__isnull` of what can be unknown. A filterset names its serializer in `shape`; what it
declares itself comes first. Nothing here looks at another table: a record is looked up
behind the gate, and its key is compared.
"""

import re
from datetime import datetime

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as FormError
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django_filters.filters import (
    BooleanFilter,
    CharFilter,
    Filter,
    IsoDateTimeFilter,
    NumberFilter,
)
from django_filters.rest_framework import FilterSet as DjangoFilterSet
from rest_framework import serializers

from records.parameters import (
    SINCE,
    UNTIL,
    ChoiceField,
    ChoiceFilter,
    DayFilter,
    FlagFilter,
    RecordField,
    RecordFilter,
)

MOST_VALUES = 50
LONGEST_CODE = 8  # characters
NOT_BEFORE = _("Not before.")
NOT_AFTER = _("Not after.")
NOT_LESS = _("This many, or more.")
NOT_MORE = _("This many, or fewer.")
AT_LEAST = _("May be this many, or more.")
AT_MOST = _("May be this many, or fewer.")
UNKNOWN = _("Whether it is unknown.")
AMONG = _("One of up to 50, with commas between them.")


class FilterSet(DjangoFilterSet):
    """Filters on the rows one viewer may see: what they look up is gated for him, too."""

    shape: type[serializers.Serializer] | None = None
    base_filters: dict[str, Filter]

    @classmethod
    def get_filters(cls):
        declared = super().get_filters()
        return {**declared, **lookups(cls.shape, declared)} if cls.shape else declared

    def __init__(self, data=None, *args, **options):
        # Only those asked for are copied and made into a form: there are dozens.
        asked = data or {}
        self.base_filters = {
            name: filter_ for name, filter_ in type(self).base_filters.items() if name in asked
        }
        super().__init__(data, *args, **options)


def lookups(shape, declared):
    """Filters on what `shape` shows, by name, but for those that are declared."""
    found = {"reference__in": ReferencesFilter(field_name="reference", label=AMONG)}
    for name, field in shape().fields.items():
        if name in shape.not_asked:
            continue
        found |= field.lookups() if hasattr(field, "lookups") else _of_column(name, field, shape)
    also = {
        f"{name}__in": RecordsFilter(field_name=filter_.field_name, label=AMONG, **filter_.asked)
        for name, filter_ in declared.items()
        if isinstance(filter_, RecordFilter) and not filter_.method
        if "__" not in filter_.field_name
    }
    by_rule = {f"{name}__in" for name, filter_ in declared.items() if filter_.method}
    return {
        name: filter_
        for name, filter_ in {**found, **also}.items()
        if name not in declared and name not in by_rule
    }


def _of_column(name, field, shape):
    try:
        column = shape.Meta.model._meta.get_field(field.source or name)
    except FieldDoesNotExist:
        return {}
    if column.is_relation and not column.many_to_one:
        return {}
    if column.choices:
        found = of_choice(name, column)
    elif isinstance(column, models.ForeignKey):
        found = of_record(name, column)
    elif isinstance(column, models.DateTimeField):
        found = of_moment(name)
    elif isinstance(column, models.DateField):
        found = of_day(name)
    elif isinstance(column, models.BooleanField):
        found = {name: FlagFilter(field_name=name)}
    elif isinstance(column, models.IntegerField):
        found = of_number(name)
    elif isinstance(column, models.CharField) and (column.unique or is_code(column)):
        found = of_code(name, column)
    else:
        return {}
    return {**found, **if_unknown(name)} if column.null else found


def if_unknown(name, column=None):
    return {f"{name}__isnull": UnknownFilter(field_name=column or name, label=UNKNOWN)}


def of_choice(name, column):
    return {
        name: ChoiceFilter(field_name=name, choices=column.choices),
        f"{name}__in": ChoicesFilter(field_name=name, choices=column.choices, label=AMONG),
    }


def is_code(column):
    """Whether it holds words of an outside list, such as ISO 3166: short ones, without labels."""
    return column.max_length <= LONGEST_CODE


def of_code(name, column):
    return {
        name: CharFilter(
            field_name=name, max_length=column.max_length, label=column.help_text or None
        ),
        f"{name}__in": ReferencesFilter(field_name=name, label=AMONG),
    }


def of_record(name, column):
    rows = column.related_model.objects
    return {
        name: RecordFilter(field_name=name, rows=rows),
        f"{name}__in": RecordsFilter(field_name=name, rows=rows, label=AMONG),
    }


def of_day(name):
    return {
        f"{name}__gte": DayFilter(field_name=name, lookup_expr="gte", label=NOT_BEFORE),
        f"{name}__lte": DayFilter(field_name=name, lookup_expr="lte", label=NOT_AFTER),
    }


def of_span(name):
    """By overlap: what happened some day in a month is found by each day of it."""
    return {
        f"{name}__gte": DayFilter(field_name=f"{name}_to", lookup_expr="gte", label=SINCE),
        f"{name}__lte": DayFilter(field_name=f"{name}_from", lookup_expr="lte", label=UNTIL),
    }


def of_moment(name):
    return {
        f"{name}__gte": MomentFilter(field_name=name, lookup_expr="gte", label=NOT_BEFORE),
        f"{name}__lte": MomentFilter(field_name=name, lookup_expr="lte", label=NOT_AFTER),
    }


def of_number(name):
    return {
        name: WholeNumberFilter(field_name=name),
        f"{name}__gte": WholeNumberFilter(field_name=name, lookup_expr="gte", label=NOT_LESS),
        f"{name}__lte": WholeNumberFilter(field_name=name, lookup_expr="lte", label=NOT_MORE),
        f"{name}__in": WholeNumbersFilter(field_name=name, lookup_expr="in", label=AMONG),
    }


def of_range(name, low, high, nullable):
    """By overlap, too. Where one end is not given, the other bounds nothing."""

    def at_least(rows, _name, number):
        open_ended = Q((f"{high}__isnull", True), (f"{low}__isnull", False))
        return rows.filter(Q((f"{high}__gte", number)) | open_ended)

    def at_most(rows, _name, number):
        open_ended = Q((f"{low}__isnull", True), (f"{high}__isnull", False))
        return rows.filter(Q((f"{low}__lte", number)) | open_ended)

    def unknown(rows, _name, wanted):
        known = Q((f"{low}__isnull", False)) | Q((f"{high}__isnull", False))
        return rows.exclude(known) if wanted else rows.filter(known)

    if_neither = FlagFilter(field_name=low, method=unknown, label=UNKNOWN)
    return {
        f"{name}__gte": WholeNumberFilter(field_name=low, method=at_least, label=AT_LEAST),
        f"{name}__lte": WholeNumberFilter(field_name=low, method=at_most, label=AT_MOST),
    } | ({f"{name}__isnull": if_neither} if nullable else {})


# Several values in one parameter


def each_of(text):
    values = [value.strip() for value in text.split(",")]
    if len(values) > MOST_VALUES:
        raise FormError(_("Name at most %(most)s."), params={"most": MOST_VALUES})
    if not all(values):
        raise FormError(_("Between two commas there is nothing."))
    return values


class SeveralFilter:
    """One of the values, which the form's field has made into a list."""

    def filter(self, rows, values):
        return rows.filter((f"{self.field_name}__in", values)) if values else rows


class ChoicesField(ChoiceField):
    def clean(self, value):
        return [super(ChoicesField, self).clean(each) for each in each_of(value)] if value else []


class ChoicesFilter(SeveralFilter, ChoiceFilter):
    field_class = ChoicesField


class ReferencesField(forms.CharField):
    def clean(self, value):
        return each_of(super().clean(value)) if value else []


class ReferencesFilter(SeveralFilter, CharFilter):
    """Rows by their own references. One that does not exist finds nothing."""

    field_class = ReferencesField


class RecordsField(RecordField):
    def clean(self, value):
        if not value:
            return []
        keys = each_of(forms.CharField.clean(self, value))
        named = Q(*((f"{column}__in", keys) for column in self.columns), _connector=Q.OR)
        found = {
            key: row.pk
            for row in self.rows.filter(named).only("pk", *self.columns)
            for key in (getattr(row, column) for column in self.columns)
        }
        for key in keys:
            if key not in found:
                raise FormError(_("There is no such record: “%(key)s”."), params={"key": key})
        return [found[key] for key in keys]


class RecordsFilter(SeveralFilter, RecordFilter):
    field_class = RecordsField


# Numbers and moments, within the bounds of a column


class WholeNumberField(forms.Field):
    def to_python(self, value):
        if value in self.empty_values:
            return None
        if not re.fullmatch("-?[0-9]{1,9}", value):
            raise FormError(_("Give a whole number of up to nine digits."))
        return int(value)


class WholeNumberFilter(NumberFilter):
    field_class = WholeNumberField

    def get_max_validator(self):
        return None  # the field has bounds of its own


class WholeNumbersField(WholeNumberField):
    def to_python(self, value):
        return [super(WholeNumbersField, self).to_python(each) for each in each_of(value or "")]


class WholeNumbersFilter(SeveralFilter, NumberFilter):
    field_class = WholeNumbersField

    def get_max_validator(self):
        return None


class MomentField(forms.Field):
    """ISO 8601 with its zone: a moment without one is another for each reader."""

    form = re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
        r"(Z|[+-][0-9]{2}:[0-9]{2})"
    )

    def to_python(self, value):
        if value in self.empty_values:
            return None
        moment = self._read(value)
        if moment is None or not 1900 <= moment.year <= 2200:
            raise FormError(
                _("Give a moment as 2026-01-31T12:00:00Z. In an address, write + as %%2B.")
            )
        return moment

    def _read(self, value) -> datetime | None:
        try:
            return parse_datetime(value) if self.form.fullmatch(value) else None
        except ValueError:  # the thirty-first of February
            return None


class MomentFilter(IsoDateTimeFilter):
    field_class = MomentField


class UnknownFilter(FlagFilter, BooleanFilter):
    def __init__(self, *args, **options):
        super().__init__(*args, lookup_expr="isnull", **options)
