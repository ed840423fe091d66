from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from incidents.api.briefs import PLACE_TAGS, GovernorateBrief, PointField
from incidents.api.nearby import BoxFilter, NearFilter
from incidents.models import Place, PlaceKind
from records.api import CITED, IDENTITY, CitedSerializer, NamesField, RecordViewSet, cited
from records.lookups import FilterSet
from records.parameters import ChoiceFilter, RecordFilter, named_like, rule


class PlaceSerializer(CitedSerializer):
    names = NamesField()
    governorate = GovernorateBrief(allow_null=True)
    point = PointField(allow_null=True)

    class Meta:
        model = Place
        fields = [
            *IDENTITY,
            "name",
            "name_ar",
            "names",
            "kind",
            "governorate",
            "district",
            "country",
            "iso_code",
            "ocha_pcode",
            "ocha_pcode_verified",
            "seat",
            "region",
            "point",
            *CITED,
        ]
        hxl = PLACE_TAGS


class PlaceDetailSerializer(PlaceSerializer):
    """An outline is large, so a list leaves it out."""

    outline = serializers.DictField(
        allow_null=True, help_text=_("GeoJSON Polygon or MultiPolygon, where one is known.")
    )

    class Meta(PlaceSerializer.Meta):
        fields = [*PlaceSerializer.Meta.fields, "outline"]


class GovernorateFilter(RecordFilter):
    """Accepts the ISO 3166-2 code besides."""

    def __init__(self, **options):
        super().__init__(
            rows=Place.objects.governorates(),
            also=["iso_code"],
            label=_("ISO 3166-2 code, such as IQ-BG, or reference."),
            **options,
        )


class PlaceFilterSet(FilterSet):
    shape = PlaceSerializer
    kind = ChoiceFilter(choices=PlaceKind.choices)
    name = named_like()
    governorate = GovernorateFilter(method=rule("within"))
    near = NearFilter(method=rule("may_lie_in"))
    bbox = BoxFilter(method=rule("may_lie_in"))


class PlaceViewSet(RecordViewSet):
    """Governorates, sites within them, and places abroad. One place comes with its outline."""

    queryset = (
        cited(Place.objects.all())
        .select_related("governorate")
        .defer("governorate__outline")
        .prefetch_related("names")
    )
    serializer_class = PlaceSerializer
    detail_serializer_class = PlaceDetailSerializer
    filterset_class = PlaceFilterSet
    orderings = {"name": "name", **RecordViewSet.orderings}
    ordering = "name"
    point_at = ""

    def get_queryset(self):
        places = super().get_queryset()
        return places.defer("outline") if self.action == "list" else places
