"""What other records show of a place, an incident or a response."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from incidents.models import Incident, Place, Response
from militias.api import GroupBrief
from records.api import Brief, ColumnsField, Part, SpanField
from records.json_sql import IfKnown, Number, Object
from records.lookups import if_unknown


class Point(Part):
    """WGS 84, in degrees, and the radius in metres within which it is right."""

    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    radius_m = serializers.IntegerField()
    origin = serializers.CharField()


@extend_schema_field(Point)
class PointField(ColumnsField):
    hxl = {
        "latitude": "#geo+lat",
        "longitude": "#geo+lon",
        "radius_m": "#geo+radius+m",
        "origin": "#geo+source",
    }

    def lookups(self):
        return if_unknown(self.field_name, "latitude")

    def to_representation(self, place):
        if place.latitude is None:
            return None
        return {
            "latitude": float(place.latitude),
            "longitude": float(place.longitude),
            "radius_m": place.point_radius_m,
            "origin": place.point_source,
        }

    def as_json(self, at):
        latitude, longitude = at.columns("latitude", "longitude")
        radius, origin = at.columns("point_radius_m", "point_source")
        degrees = {"latitude": Number(latitude), "longitude": Number(longitude)}
        return IfKnown(Object.of({**degrees, "radius_m": radius, "origin": origin}), latitude)


class GovernorateBrief(Brief):
    class Meta:
        model = Place
        fields = ["reference", "name", "name_ar", "iso_code"]
        hxl = {
            "reference": "#adm1+id",
            "name": "#adm1+name+i_en",
            "name_ar": "#adm1+name+i_ar",
            "iso_code": "#adm1+code",
        }


PLACE_TAGS = {
    "reference": "#loc+id",
    "name": "#loc+name+i_en",
    "name_ar": "#loc+name+i_ar",
    "kind": "#loc+type",
    "governorate": "#adm1+id",
    "district": "#adm2+name",
    "country": "#country+code+v_iso2",
    "iso_code": "#loc+code+v_iso3166_2",
    "ocha_pcode": "#loc+code+v_pcode",
}


class PlaceBrief(Brief):
    governorate = GovernorateBrief(allow_null=True)
    point = PointField(allow_null=True)

    class Meta:
        model = Place
        fields = [
            "reference",
            "name",
            "name_ar",
            "kind",
            "governorate",
            "district",
            "country",
            "iso_code",
            "point",
        ]
        hxl = PLACE_TAGS


INCIDENT_TAGS = {
    "reference": "#event+id",
    "title": "#event+name+i_en",
    "title_ar": "#event+name+i_ar",
    "kind": "#event+type",
    "outcome": "#event+status",
    "place": "#loc+id",
    "weapon": "#event+weapon+type",
    "weapons.low": "#event+weapon+num+min",
    "weapons.high": "#event+weapon+num+max",
    "target_kind": "#event+target+type",
    "target_name": "#event+target+name",
    "series": "#event+series+name",
    "casualties": "#affected+id",
}


class IncidentBrief(Brief):
    occurred = SpanField()

    class Meta:
        model = Incident
        fields = ["reference", "title", "title_ar", "kind", "occurred"]
        hxl = INCIDENT_TAGS


class IncidentPart(Part):
    """An incident that the record around it is about."""

    incident = IncidentBrief()
    note = serializers.CharField()


class ResponseBrief(Brief):
    actor = GroupBrief()
    occurred = SpanField(allow_null=True)

    class Meta:
        model = Response
        fields = ["reference", "kind", "actor", "occurred"]
