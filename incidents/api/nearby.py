"""`near=lat,lon,km` and `bbox=west,south,east,north`."""

import re

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.utils.translation import gettext_lazy as _
from django_filters.filters import CharFilter

from incidents.models.nearby import Area

NUMBER = re.compile(r"-?[0-9]{1,5}(\.[0-9]{1,12})?")
FARTHEST_KM = 2000


def _numbers(text, wanted, remedy):
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != wanted or not all(map(NUMBER.fullmatch, parts)):
        raise FormError(remedy)
    return [float(part) for part in parts]


def _check(latitude, longitude):
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise FormError(
            _("Latitude lies between -90 and 90, longitude between -180 and 180 degrees.")
        )


class NearField(forms.CharField):
    remedy = _("Give latitude, longitude and kilometres: 33.3,44.4,25.")

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        latitude, longitude, km = _numbers(text, 3, self.remedy)
        _check(latitude, longitude)
        if not 0 < km <= FARTHEST_KM:
            raise FormError(_("Give up to %(most)s kilometres."), params={"most": FARTHEST_KM})
        return Area(longitude, latitude, longitude, latitude, km * 1000)


class BoxField(forms.CharField):
    remedy = _("Give west, south, east and north in degrees: 44.2,33.2,44.6,33.5.")

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        west, south, east, north = _numbers(text, 4, self.remedy)
        _check(south, west)
        _check(north, east)
        if west > east or south > north:
            raise FormError(_("West comes before east, and south before north."))
        return Area(west, south, east, north)


class NearFilter(CharFilter):
    field_class = NearField

    def __init__(self, **options):
        label = _("May lie within so many kilometres: latitude, longitude, kilometres.")
        super().__init__(label=label, **options)


class BoxFilter(CharFilter):
    field_class = BoxField

    def __init__(self, **options):
        super().__init__(label=_("May lie between west, south, east and north."), **options)
