from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.models import Place
from records.admin_base import NamedAdmin, collapsed, section
from records.admin_columns import UNKNOWN
from records.admin_lists import SeenFilter
from records.admin_parts import citations, names


def place_name(place):
    """A place and its governorate, unless its own name says it already."""
    governorate = place.governorate
    if governorate and governorate.name not in place.name:
        return f"{place}, {governorate}"
    return str(place)


@admin.register(Place)
class PlaceAdmin(NamedAdmin):
    list_display = ["name", "name_ar", "kind", "governorate", "district", "country", "point"]
    list_filter = ["kind", ("governorate", SeenFilter), "country"]
    list_select_related = ["governorate"]
    label_related = ("governorate",)
    fieldsets = [
        section(None, "name", "name_ar", "kind", ("governorate", "district"), "country"),
        section(_("Point"), ("latitude", "longitude", "point_radius_m"), "point_source"),
        collapsed(
            _("For a governorate"),
            ("iso_code", "seat", "region"),
            ("ocha_pcode", "ocha_pcode_verified"),
        ),
    ]
    # Unique whatever its marking: to type one would tell whether a hidden place has it.
    readonly_fields = (*NamedAdmin.readonly_fields, "iso_code")
    inlines = [names(Place), citations(Place)]

    def label(self, row):
        return place_name(row)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("outline", "governorate__outline")

    @admin.display(description=_("point"))
    def point(self, row):
        if row.latitude is None:
            return UNKNOWN
        return f"{row.latitude:.3f}, {row.longitude:.3f} ± {row.point_radius_m} m"
