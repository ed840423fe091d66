from django.contrib import admin
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from incidents.admin.filters import AttributedFilter, ClaimantFilter, GovernorateFilter
from incidents.admin.merging import Merging
from incidents.admin.place import place_name
from incidents.admin.quick import QuickEntryPage
from incidents.admin.twins import TwinsBeside
from incidents.models import Attribution, Claim, Incident, with_place
from incidents.searching import named
from records.admin_base import RecordAdmin, section
from records.admin_columns import first_of, span_column
from records.admin_parts import citations, parts
from records.models import ReviewStatus

OCCURRED = ("occurred_from", "occurred_to", "occurred_precision")
CASUALTIES = (("status", "category", "nationality"), ("low", "high"))


class IncidentAdmin(QuickEntryPage, TwinsBeside, Merging, RecordAdmin):
    """Registered by `reports/admin.py`, which adds how far each incident got."""

    change_list_template = "admin/incidents/change_list.html"
    list_display = [
        "occurred_on",
        "title",
        "kind",
        "where",
        "claimed_by",
        "attributed_to",
    ]
    list_display_links = ["title"]
    list_filter = [
        "kind",
        "target_kind",
        "outcome",
        GovernorateFilter,
        ClaimantFilter,
        AttributedFilter,
    ]
    date_hierarchy = "occurred_from"
    drill_down = ("place",)
    search_fields = ["title", "title_ar", "summary", "target_name", "reference"]
    fieldsets = [
        section(None, "title", "title_ar", ("kind", "outcome")),
        section(
            _("When and where"),
            OCCURRED,
            ("time_from", "time_to", "time_stated", "timezone"),
            "place",
        ),
        section(
            _("Weapons and target"),
            ("weapon", "weapons_low", "weapons_high"),
            "weapons_note",
            ("target_kind", "target_name"),
        ),
        section(_("In words"), "summary", "summary_ar", "series"),
    ]
    inlines = [
        parts(Incident.further_places, "place", "role", "note"),
        parts(Incident.claims, "group", ("channel", "address"), "statement_text"),
        parts(Incident.attributions, "stance", ("group", "person")),
        parts(Incident.casualties, *CASUALTIES),
        citations(Incident),
    ]
    occurred_on = span_column("occurred", _("occurred on"))

    def label(self, row):
        """The title, with the date unless it says the year itself."""
        dated = str(row.occurred_from.year) in row.title
        return row.title if dated else f"{row.title}, {row.occurred_on}"

    def with_columns(self, rows):
        withdrawn = {"review_status": ReviewStatus.WITHDRAWN}
        claims = Claim.objects.exclude(**withdrawn).select_related("group")
        attributions = Attribution.objects.naming().prevailing_first().exclude(**withdrawn)
        return with_place(rows).prefetch_related(
            Prefetch("claims", claims, to_attr="claims_shown"),
            Prefetch(
                "attributions",
                attributions.select_related("group", "person"),
                to_attr="attributions_shown",
            ),
        )

    def get_search_results(self, request, queryset, search_term):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term.strip() and "\0" not in search_term:
            found |= queryset.filter(named(queryset.viewer, search_term))
        return found, may_repeat

    @admin.display(description=_("place"), ordering="place__name")
    def where(self, row):
        return place_name(row.place)

    @admin.display(description=_("claimed by"))
    def claimed_by(self, row):
        return first_of(str(claim.group) for claim in row.claims_shown)

    @admin.display(description=_("attributed to"))
    def attributed_to(self, row):
        """The attribution that prevails, with how sure its author is, and how many others."""
        return first_of(
            f"{said.group or said.person} ({said.get_confidence_display()})"
            for said in row.attributions_shown
        )
