"""The API as a whole: its pages and its index."""

import json
from importlib.util import find_spec

from django.core import signing
from django.db.models import F
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.routers import APIRootView, DefaultRouter
from rest_framework.utils.urls import replace_query_param

from records.parameters import A_PAGE, StrictParameters, nearest, page_size

# Without the moment of signing: the same page has the same text, and so the same ETag.
SIGNER = signing.Signer(salt="config.api.cursor")
BESIDES = {"reports/accountability": "accountability"}
BESIDES |= {f"reports/{name}": f"report-{name}" for name in ("arrests", "time", "reach")}
BESIDES |= {name: name for name in ("changes", "exports", "me", "vocabularies", "schema", "docs")}
STIX_IS_OFFERED = find_spec("stix2") is not None  # an extra: requirements-stix.txt
if STIX_IS_OFFERED:
    BESIDES["stix"] = "stix"


class Pages(BasePagination):
    """Keyset pages: the next one begins after the last row of this one, however deep.

    Rows are ordered by one column that is never empty, then by their reference, which
    is unique and, unlike the database's number, may be shown. A view names the columns
    in `orderings`, and the one it uses unless asked otherwise in `ordering`.
    """

    parameters = ["cursor", "page_size", "ordering"]

    def paginate_queryset(self, queryset, request, view=None):
        self.address = request.build_absolute_uri()
        queryset = self.ordered(queryset, request, view)
        descending, keys = self.ordering.startswith("-"), (self.column, "reference")
        cursor = request.query_params.get("cursor")
        if cursor is not None:
            beyond = TupleLessThan if descending else TupleGreaterThan
            start = self._start(cursor, queryset.model)
            queryset = queryset.filter(beyond(tuple(F(key) for key in keys), start))
        size = page_size(request.query_params)
        rows = list(queryset[: size + 1])
        self.last = rows[size - 1] if len(rows) > size else None
        return rows[:size]

    def ordered(self, queryset, request, view):
        """The rows in the order asked for, which is never a tie."""
        self.ordering = self._ordering(request, view)
        sign, name = self.ordering[: self.ordering.startswith("-")], self.ordering.lstrip("-")
        self.column = view.orderings[name]
        return queryset.order_by(f"{sign}{self.column}", f"{sign}reference")

    def get_paginated_response(self, data):
        return Response({"next": self._next(), "results": data})

    def text(self, rows):
        """The same answer around rows that are JSON already."""
        return f'{{"next":{json.dumps(self._next())},"results":[{",".join(rows)}]}}'

    def _ordering(self, request, view):
        wanted = request.query_params.get("ordering", view.ordering)
        known = known_orderings(view)
        if wanted not in known:
            raise ValidationError({"ordering": [nearest(wanted, known)]})
        return wanted

    def _start(self, cursor, model):
        """The ordering values of the row that the page comes after."""
        try:
            ordering, value, reference = SIGNER.unsign_object(cursor)
        except signing.BadSignature as error:
            message = _("This cursor is not one of ours. Follow “next” as it is given.")
            raise ValidationError({"cursor": [message]}) from error
        if ordering != self.ordering:
            message = _("This cursor belongs to the ordering “%(ordering)s”.")
            raise ValidationError({"cursor": [message % {"ordering": ordering}]})
        return model._meta.get_field(self.column).to_python(value), reference

    def _next(self):
        if self.last is None:
            return None
        value = self.last._meta.get_field(self.column).value_to_string(self.last)
        cursor = SIGNER.sign_object([self.ordering, value, self.last.reference])
        return replace_query_param(self.address, "cursor", cursor)

    def get_paginated_response_schema(self, schema):
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view):
        ordering = {"type": "string", "enum": known_orderings(view), "default": view.ordering}
        return [
            _parameter("cursor", {"type": "string"}, _("Where a page begins: follow `next`.")),
            _parameter("page_size", A_PAGE, _("Rows in one page.")),
            _parameter("ordering", ordering, _("A minus sign turns the order round.")),
        ]


def known_orderings(view):
    return [sign + name for name in view.orderings for sign in ("", "-")]


def _parameter(name, schema, description):
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": str(description),
        "schema": schema,
    }


class Index(StrictParameters, APIRootView):
    """Where each noun is found, and what there is besides."""

    def get(self, request, *args, **kwargs):
        names = {**self.api_root_dict, **BESIDES}
        return Response({noun: reverse(name, request=request) for noun, name in names.items()})


class Router(DefaultRouter):
    APIRootView = Index
    include_format_suffixes = False
