"""Parameters of the API: what they mean, and what is refused.

To ignore a parameter is to answer another question than the one asked, so a view
refuses what it does not know. Each filter names one rule of a queryset.
"""

import re
from difflib import get_close_matches

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django_filters import fields, filters
from django_filters.filters import BooleanFilter, CharFilter, DateFilter
from rest_framework.exceptions import ValidationError
from rest_framework.settings import api_settings

from records.dates import DAY_WRITTEN, ISO_DAY
from records.models import Confidence

__all__ = [
    "A_PAGE",
    "SINCE",
    "UNTIL",
    "CharFilter",
    "ChoiceField",
    "ChoiceFilter",
    "DayField",
    "DayFilter",
    "FlagFilter",
    "RecordField",
    "RecordFilter",
    "StrictParameters",
    "min_confidence",
    "named_like",
    "nearest",
    "page_size",
    "refused",
    "rule",
    "since",
    "until",
]


FLAGS = {"true": True, "false": False}


def rule(name):
    """A filter's method: the queryset's own method of that name."""
    return lambda rows, _field, value: getattr(rows, name)(value)


class ChoiceField(fields.ChoiceField):
    """A choice that says what can be chosen."""

    def validate(self, value):
        if value and not self.valid_value(value):
            words = [str(word) for word, _label in self.choices if word]
            raise FormError([_("There is no such choice."), nearest(value, words)])


class ChoiceFilter(filters.ChoiceFilter):
    field_class = ChoiceField


class DayField(forms.DateField):
    def to_python(self, value):
        if value and not DAY_WRITTEN.fullmatch(value):
            raise FormError(self.error_messages["invalid"])
        return super().to_python(value)


class DayFilter(DateFilter):
    """ISO 8601 alone."""

    field_class = DayField

    def __init__(self, *args, **options):
        super().__init__(*args, **options, **ISO_DAY)


SINCE = _("May have happened on or after this day.")
UNTIL = _("May have happened on or before this day.")


def since(event):
    return DayFilter(field_name=f"{event}_to", lookup_expr="gte", label=SINCE)


def until(event):
    return DayFilter(field_name=f"{event}_from", lookup_expr="lte", label=UNTIL)


def min_confidence():
    return ChoiceFilter(
        choices=Confidence.choices, method=rule("held_with"), label=_("At least this surely.")
    )


def named_like():
    return CharFilter(method=rule("named_like"), label=_("Any of its names, in any spelling."))


class FlagField(forms.Field):
    def to_python(self, value):
        if value and value not in FLAGS:
            raise FormError(_("Give true or false."))
        return FLAGS.get(value)


class FlagFilter(BooleanFilter):
    """`true` or `false`. Django-filter's own ignores what is neither, and returns all."""

    field_class = FlagField


class RecordField(forms.CharField):
    """A record, named by its reference, its identifier of origin or another unique column."""

    def __init__(self, *, rows, also=(), **options):
        super().__init__(**options)
        self.rows, self.columns = rows, ["reference", "origin_id", *also]

    def clean(self, value):
        key = super().clean(value)
        if not key:
            return None
        columns = Q(*((column, key) for column in self.columns), _connector=Q.OR)
        found = self.rows.filter(columns).first()
        if found is None:
            raise FormError(_("There is no such record: “%(key)s”."), params={"key": key})
        return found


class RecordFilter(CharFilter):
    """Keeps the rows that belong to one record of `rows`.

    A `field_name` such as `links__incident` leads there over rows of a relation, of which
    only those count that the viewer may see.
    """

    field_class = RecordField

    def __init__(self, *args, **options):
        options.setdefault("label", _("Reference, or identifier of origin."))
        super().__init__(*args, **options)

    @property
    def asked(self):
        """Among which rows, by which columns."""
        return {name: self.extra[name] for name in ("rows", "also") if name in self.extra}

    @property
    def field(self):
        field = super().field
        # A record the viewer may not read is refused like one that does not exist.
        field.rows = self.extra["rows"].visible_to(self.parent.queryset.viewer)
        return field

    def filter(self, rows, value):
        relation, over, key = self.field_name.partition("__")
        if value is None or not over:
            return super().filter(rows, value)
        far = rows.model._meta.get_field(relation)
        joining = far.related_model.objects.visible_to(rows.viewer).filter(**{key: value})
        return rows.filter(pk__in=joining.values(far.field.name))


def nearest(word, words):
    """A sentence that helps somebody who wrote `word` for one of `words`."""
    if close := get_close_matches(word, words, n=1):
        return _("Did you mean “%(word)s”?") % {"word": close[0]}
    return _("Known are: %(words)s.") % {"words": ", ".join(sorted(words))}


LONGEST_VALUE = 2000  # characters
PAGE_SIZE, LARGEST_PAGE = 50, 200
A_PAGE = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}


def page_size(parameters):
    """How many rows a page is asked to have."""
    wanted = parameters.get("page_size", str(PAGE_SIZE))
    if not (re.fullmatch("[0-9]{1,3}", wanted) and 1 <= int(wanted) <= LARGEST_PAGE):
        message = _("Give a whole number from 1 to %(largest)s.") % {"largest": LARGEST_PAGE}
        raise ValidationError({"page_size": [message]})
    return int(wanted)


def refused(parameters, known):
    """{parameter: sentences} for what a query must not have.

    parameters: a QueryDict. An unknown parameter, an empty one and a repeated one are refused.
    """
    errors = {}
    for parameter, values in parameters.lists():
        if parameter not in known:
            errors[parameter] = [_("Unknown parameter."), nearest(parameter, known)]
        elif len(values) > 1:
            errors[parameter] = [_("Give this parameter once.")]
        elif not values[0].strip():
            errors[parameter] = [_("Give a value, or leave the parameter out.")]
        elif len(values[0]) > LONGEST_VALUE:
            errors[parameter] = [_("Give a shorter value.")]
    return errors


class StrictParameters:
    """A view that refuses a parameter it does not know, an empty one and a repeated one."""

    def known_parameters(self):
        return [api_settings.URL_FORMAT_OVERRIDE]

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        errors = refused(request.query_params, self.known_parameters())
        if errors:
            raise ValidationError(errors)

    def perform_content_negotiation(self, request, force=False):
        try:
            return super().perform_content_negotiation(request, force)
        except Http404 as error:
            formats = [renderer.format for renderer in self.get_renderers()]
            word = request.query_params.get(api_settings.URL_FORMAT_OVERRIDE, "")
            raise ValidationError(
                {api_settings.URL_FORMAT_OVERRIDE: [nearest(word, formats)]}
            ) from error
