"""What is said about an incident: claims, attributions, casualty figures."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.admin.incident import CASUALTIES
from incidents.models import Attribution, CasualtyFigure, Claim
from records.admin_base import RecordAdmin, section
from records.admin_columns import low_high, span_column
from records.admin_lists import SeenFilter
from records.admin_parts import citations


class OfIncident(RecordAdmin):
    """Statements about one incident."""

    list_select_related = ["incident", "group"]
    list_display_links = ["incident"]
    drill_down = ("incident", "group")
    date_hierarchy = "asserted_from"
    said_on = span_column("asserted", _("asserted on"))


@admin.register(Claim)
class ClaimAdmin(OfIncident):
    list_display = ["said_on", "group", "incident", "channel", "confidence"]
    list_filter = ["confidence", ("group", SeenFilter)]
    search_fields = ["incident__title", "channel", "statement_text", "reference"]
    search_names = ("group",)
    fieldsets = [
        section(None, "incident", "group", ("channel", "address"), "statement_text"),
    ]
    inlines = [citations(Claim)]
    label_related = ("group",)

    def label(self, row):
        return f"{row.group}, {row.channel}" if row.channel else str(row.group)


@admin.register(Attribution)
class AttributionAdmin(OfIncident):
    list_display = ["said_on", "asserted_by", "stance", "who", "incident", "confidence"]
    list_filter = ["stance", "confidence", ("group", SeenFilter)]
    list_select_related = ["incident", "group", "person"]
    search_fields = ["incident__title", "asserted_by", "basis", "reference"]
    search_names = ("group", "person")
    fieldsets = [section(None, "incident", "stance", ("group", "person"))]
    inlines = [citations(Attribution)]
    label_related = ("group", "person")

    def label(self, row):
        named = row.group or row.person
        said = f"{row.asserted_by} {row.get_stance_display()}"
        return f"{said}: {named} ({row.get_confidence_display()})" if named else said

    @admin.display(description=_("group or person"), ordering="group__name")
    def who(self, row):
        return row.group or row.person


@admin.register(CasualtyFigure)
class CasualtyFigureAdmin(RecordAdmin):
    list_display = ["befell", "status", "people", "category", "nationality", "asserted_by"]
    list_filter = ["status", "category", "nationality"]
    list_select_related = ["incident", "response"]
    drill_down = ("incident", "response")
    search_fields = ["incident__title", "asserted_by", "basis", "reference"]
    fieldsets = [section(None, ("incident", "response"), *CASUALTIES)]
    inlines = [citations(CasualtyFigure)]

    def label(self, row):
        people = low_high(row.low, row.high)
        return f"{row.get_status_display()}: {people} ({row.get_category_display()})"

    @admin.display(description=_("incident or response"))
    def befell(self, row):
        return row.incident or row.response

    @admin.display(description=_("people"), ordering="low")
    def people(self, row):
        return low_high(row.low, row.high)
