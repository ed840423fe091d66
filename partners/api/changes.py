"""The feed as the API shows it."""

import json

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from partners.cursors import opened, sealed
from partners.feed import ChangeKind, RemovalReason, read
from records.api import Part
from records.parameters import A_PAGE, StrictParameters, page_size


class ChangePart(serializers.Serializer):
    """A record changed. `record` is the whole of it as it is now, unless it was removed."""

    noun = serializers.CharField()
    reference = serializers.CharField()
    change = serializers.ChoiceField(choices=ChangeKind.choices)
    version = serializers.CharField(help_text=_("Names this entry. It cannot be compared."))
    at = serializers.DateTimeField()
    reason = serializers.ChoiceField(
        choices=RemovalReason.choices, required=False, help_text=_("Why it was removed.")
    )
    merged_into = serializers.CharField(
        required=False, help_text=_("The reference that it leads to, if it was `merged`.")
    )
    record = serializers.DictField(
        required=False,
        help_text=_("As its own address shows it, other records by their reference alone."),
    )


class ChangesPart(Part):
    """Part of the feed. Keep `next` when you have kept the results; it is never null."""

    next = serializers.URLField()
    more = serializers.BooleanField(help_text=_("Whether there is more to be had at once."))
    results = ChangePart(many=True)


class ChangesView(StrictParameters, APIView):
    """Every change of what you may read, in the order in which they were made.

    Without a cursor, from the beginning: all that you may read. Follow `next`; when `more` is
    false, ask it again in a minute. What you may not read any more comes as `removed`: drop it.
    If 410 is answered, your rights have changed: drop your copy and start without a cursor.
    """

    views: dict = {}  # of the API, by noun: config/urls.py

    def known_parameters(self):
        return [*super().known_parameters(), "cursor", "page_size"]

    @extend_schema(
        operation_id="changes",
        parameters=[
            OpenApiParameter("cursor", str, description=str(_("Where to go on: follow `next`."))),
            OpenApiParameter(
                "page_size",
                A_PAGE,
                description=str(_("Changes looked at for one page.")),
            ),
        ],
        responses={200: ChangesPart},
        tags=["changes"],
    )
    def get(self, request):
        viewer = request.viewer.of_published()
        reader = (getattr(request, "key", None), viewer)
        cursor = request.query_params.get("cursor")
        position = None if cursor is None else opened(cursor, reader)
        page = read(viewer, self.views, position, page_size(request.query_params))
        following = replace_query_param(
            request.build_absolute_uri(), "cursor", sealed(page.position, reader)
        )
        head = json.dumps({"next": following, "more": page.more})
        return HttpResponse(
            f'{head[:-1]}, "results": [{", ".join(page.entries)}]}}',
            content_type="application/json",
        )
