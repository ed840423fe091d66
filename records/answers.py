"""Answers of the API as PostgreSQL wrote them, and what a request may ask of their shape."""

from hashlib import sha256

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import extend_schema
from rest_framework.serializers import Serializer

from records.compiling import names, texts
from records.export_api import EXPORT_DESCRIBED, Exports
from records.shapes import DESCRIBED, PARAMETERS, Shape, shape_asked


def etag_of(text):
    """The strong ETag of a record or list: a digest of what its reader gets."""
    return tag(text.encode())


def tag(body):
    return f'"{sha256(body).hexdigest()[:32]}"'


def answer(request, text):
    """JSON as it stands, with its ETag, or 304 to somebody who has it."""
    headers = {"ETag": etag_of(text)}
    return unless_known(
        request, HttpResponse(text, content_type="application/json", headers=headers)
    )


def unless_known(request, response):
    """A response with an ETag, or 304 to somebody who has what it says."""
    return get_conditional_response(request, response.headers["ETag"], response=response)


class CompiledAnswers(Exports):
    """A view whose lists and records are compiled from its serializer: records/compiling.py."""

    detail_serializer_class: type[Serializer] | None = None

    @classmethod
    def serializer(cls, shape):
        """What a list shows of a row, or what the row's own address does."""
        return ((shape.detail and cls.detail_serializer_class) or cls.serializer_class)()

    def get_serializer_class(self):
        return type(self.serializer(self._least()))

    def known_parameters(self):
        known = super().known_parameters()
        return [*known, *PARAMETERS] if self.action in ("list", "retrieve") else known

    def _least(self):
        """Lists and records share what is compiled where they show the same."""
        return Shape(detail=self.action == "retrieve" and self.detail_serializer_class is not None)

    def shape(self):
        asked = self.request.query_params
        return shape_asked(asked, self._least(), lambda shape: names(type(self), shape))

    # Neither has a docstring: the schema would describe the noun by it.

    @extend_schema(parameters=[*DESCRIBED, *EXPORT_DESCRIBED])
    def list(self, request, *args, **kwargs):
        shape = self.shape()
        rows = self.filter_queryset(self.get_queryset())
        rows = rows.prefetch_related(None).select_related(None).defer(None)
        if self.is_export():
            return self.export(rows, shape)
        columns = {"pk", self.lookup_field, *self.orderings.values()}
        page = self.paginate_queryset(rows.only(*columns))
        keys = [getattr(row, self.lookup_field) for row in page]
        written = texts(type(self), rows.viewer, keys, shape, by=self.lookup_field)
        return self.answer(self.paginator.text([written[key] for key in keys if key in written]))

    @extend_schema(parameters=DESCRIBED)
    def retrieve(self, request, *args, **kwargs):
        viewer, reference = self.get_queryset().viewer, self.kwargs[self.lookup_field]
        written = texts(type(self), viewer, [reference], self.shape(), by=self.lookup_field)
        if reference not in written:
            raise Http404
        return self.answer(written[reference])

    def answer(self, text):
        return answer(self.request, text)
