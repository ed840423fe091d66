from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from legal.models import Finding, NegativeResult, Obligation
from records.admin_base import RecordAdmin, section
from records.admin_columns import NOTHING, low_high, span_column
from records.admin_lists import SeenFilter
from records.admin_parts import citations, parts

OBLIGATION = (
    ("title", "title_ar"),
    ("kind", "head"),
    ("modality", "modality_stated", "provision"),
    ("bound_state", "beneficiary", "beneficiary_stated"),
    "description",
    ("amount_low", "amount_high", "currency"),
    ("status", "status_on"),
)


@admin.register(Finding)
class FindingAdmin(RecordAdmin):
    list_display = ["state", "provision", "asserted_by", "said_on", "confidence", "attacks"]
    list_filter = [("state", SeenFilter), ("provision", SeenFilter), "confidence"]
    list_select_related = ["state", "provision__instrument"]
    date_hierarchy = "asserted_from"
    search_fields = ["asserted_by", "reasoning", "reasoning_ar", "reference"]
    search_names = ("state",)
    fieldsets = [section(None, ("state", "provision"), "reasoning", "reasoning_ar")]
    inlines = [
        parts(Finding.incidents, "incident", "note"),
        parts(Finding.obligations, *OBLIGATION),
        citations(Finding),
    ]
    said_on = span_column("asserted", _("asserted on"))

    def with_columns(self, rows):
        return rows.prefetch_related("incidents")

    @admin.display(description=_("incidents"))
    def attacks(self, row):
        return len(row.incidents.all())


@admin.register(Obligation)
class ObligationAdmin(RecordAdmin):
    list_display = ["title", "kind", "head", "modality", "bound_state", "amount", "status"]
    list_filter = ["kind", "head", "modality", "status", ("bound_state", SeenFilter)]
    list_select_related = ["bound_state"]
    drill_down = ("finding",)
    search_fields = ["title", "title_ar", "description", "reference"]
    search_names = ("bound_state", "beneficiary")
    fieldsets = [section(None, "finding", *OBLIGATION)]
    inlines = [citations(Obligation)]

    @admin.display(description=_("amount"), ordering="amount_low")
    def amount(self, row):
        if not row.currency:
            return NOTHING
        return f"{low_high(row.amount_low, row.amount_high)} {row.currency}"


@admin.register(NegativeResult)
class NegativeResultAdmin(RecordAdmin):
    list_display = ["statement", "group", "incident", "by_day"]
    list_filter = [("group", SeenFilter)]
    list_select_related = ["group", "incident"]
    drill_down = ("group", "incident")
    search_fields = ["statement", "statement_ar", "incident__title", "reference"]
    search_names = ("group",)
    fieldsets = [
        section(
            None,
            "statement",
            "statement_ar",
            ("group", "incident"),
            ("as_of_from", "as_of_to", "as_of_precision"),
        ),
    ]
    inlines = [citations(NegativeResult)]
    by_day = span_column("as_of", _("as of"))
