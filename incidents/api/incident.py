from django.db.models import Prefetch
from django.http import Http404, HttpResponsePermanentRedirect
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from incidents.api.attribution import ATTRIBUTIONS, AttributionPart
from incidents.api.briefs import INCIDENT_TAGS, PlaceBrief
from incidents.api.casualty import CASUALTIES, CasualtyPart
from incidents.api.claim import CLAIMS, ClaimPart
from incidents.api.nearby import BoxFilter, NearFilter
from incidents.api.place import GovernorateFilter
from incidents.models import (
    Attribution,
    Claim,
    FormerReference,
    Incident,
    IncidentKind,
    IncidentOutcome,
    IncidentPlace,
    Place,
    PlaceRole,
    TargetKind,
    Weapon,
    with_place,
)
from incidents.searching import mentioning
from militias.models import Group
from records.api import (
    CITED,
    IDENTITY,
    CitedSerializer,
    Part,
    RangeField,
    RecordViewSet,
    SpanField,
    cited,
)
from records.lookups import FilterSet
from records.parameters import (
    SINCE,
    UNTIL,
    CharFilter,
    ChoiceFilter,
    DayFilter,
    RecordFilter,
    rule,
)
from records.shapes import DESCRIBED


class FurtherPlacePart(Part):
    """A place that was not attacked, but belongs to the attack."""

    place = PlaceBrief()
    role = serializers.ChoiceField(choices=PlaceRole.choices)
    note = serializers.CharField()


class IncidentSerializer(CitedSerializer):
    occurred = SpanField()
    place = PlaceBrief()
    further_places = FurtherPlacePart(many=True)
    weapons = RangeField(allow_null=True)
    casualties = CasualtyPart(many=True)
    claims = ClaimPart(many=True)
    attributions = AttributionPart(many=True)

    class Meta:
        model = Incident
        fields = [
            *IDENTITY,
            "title",
            "title_ar",
            "kind",
            "outcome",
            "occurred",
            "time_from",
            "time_to",
            "time_stated",
            "timezone",
            "place",
            "further_places",
            "weapon",
            "weapons",
            "weapons_note",
            "target_kind",
            "target_name",
            "summary",
            "summary_ar",
            "series",
            "casualties",
            "claims",
            "attributions",
            *CITED,
        ]
        hxl = INCIDENT_TAGS


def claimed_by(incidents, _field, group):
    return incidents.filter(
        pk__in=Claim.objects.visible_to(incidents.viewer).naming_group(group).values("incident")
    )


def attributed_to(incidents, _field, group):
    return incidents.filter(
        pk__in=Attribution.objects.visible_to(incidents.viewer)
        .naming_group(group)
        .values("incident")
    )


class IncidentFilterSet(FilterSet):
    shape = IncidentSerializer
    since = DayFilter(method=rule("since"), label=SINCE)
    until = DayFilter(method=rule("until"), label=UNTIL)
    kind = ChoiceFilter(choices=IncidentKind.choices)
    outcome = ChoiceFilter(choices=IncidentOutcome.choices)
    target_kind = ChoiceFilter(choices=TargetKind.choices)
    weapon = ChoiceFilter(choices=Weapon.choices)
    governorate = GovernorateFilter(method=rule("in_governorate"))
    near = NearFilter(method=rule("may_lie_in"))
    bbox = BoxFilter(method=rule("may_lie_in"))
    place = RecordFilter(rows=Place.objects)
    claimed_by = RecordFilter(
        rows=Group.objects, method=claimed_by, label=_("A group that claimed it, however surely.")
    )
    attributed_to = RecordFilter(
        rows=Group.objects,
        method=attributed_to,
        label=_("A group or state that somebody says did it, however surely."),
    )
    q = CharFilter(
        method=lambda incidents, _field, words: mentioning(incidents, words),
        label=_(
            "Words in the title, summary or target, or in any spelling the name of the place or "
            "its governorate, of a group that claimed it, or of a group or public figure that it "
            "is attributed to."
        ),
    )


class IncidentViewSet(RecordViewSet):
    """Attacks, newest first: each of one kind, at one place, in one span of time.

    `since` and `until` match by overlap: an incident dated to a month is found by each
    day of it.
    """

    queryset = with_place(cited(Incident.objects.all())).prefetch_related(
        Prefetch("further_places", with_place(IncidentPlace.objects.all())),
        Prefetch("casualties", CASUALTIES),
        Prefetch("claims", CLAIMS),
        Prefetch("attributions", ATTRIBUTIONS),
    )
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilterSet
    orderings = {"occurred": "occurred_from", "title": "title", **RecordViewSet.orderings}
    ordering = "-occurred"
    point_at = "place"

    # No docstring: the schema would describe the noun by it. What was merged leads on.

    @extend_schema(parameters=DESCRIBED)
    def retrieve(self, request, *args, **kwargs):
        try:
            return super().retrieve(request, *args, **kwargs)
        except Http404:
            rows = FormerReference.objects.visible_to(self.get_queryset().viewer)
            former = rows.filter(reference=kwargs["reference"]).select_related("incident").first()
            if former is None:
                raise
        address = self.reverse_action("detail", [former.incident.reference])
        asked = request.META["QUERY_STRING"]
        return HttpResponsePermanentRedirect(
            f"{address}?{asked}" if asked else address, preserve_request=True
        )
