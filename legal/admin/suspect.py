from django.contrib import admin
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from legal.admin.identity import NamesOfSuspects
from legal.forms import StepFormSet
from legal.models import Step, Suspect
from records.admin_base import RecordAdmin, section
from records.admin_columns import NOTHING, known_column, span_column
from records.admin_lists import SeenFilter
from records.admin_parts import citations, parts
from records.models import ReviewStatus

OCCURRED = ("occurred_from", "occurred_to", "occurred_precision")
STEP = ("authority", "court", "provision"), "stated_reason", "reported_reason"


class SuspectAdmin(NamesOfSuspects, RecordAdmin):
    """Registered by `reports/admin.py`, which adds for what a suspect was held."""

    change_form_template = "admin/legal/suspect/change_form.html"
    list_display = ["code", "affiliation", "nationality", "role", "free", "last_step"]
    list_filter = ["at_large", ("affiliation", SeenFilter), "nationality"]
    list_select_related = ["affiliation"]
    label_related = ("affiliation",)
    readonly_fields = (*RecordAdmin.readonly_fields, "code")
    search_fields = ["code", "role", "affiliation_stated", "reference"]
    search_names = ("affiliation",)
    fieldsets = [
        section(
            None,
            "code",
            ("affiliation", "affiliation_stated"),
            ("nationality", "role"),
            "at_large",
        ),
    ]
    inlines = [
        parts(Suspect.steps, ("kind", "arrest"), OCCURRED, *STEP, formset=StepFormSet),
    ]

    free = known_column("at_large", _("at large"))

    def label(self, row):
        return f"{row.code} ({row.affiliation})" if row.affiliation else row.code

    def get_fieldsets(self, request, obj=None):
        """The code is made on saving: before that, another one would be shown."""
        sections = super().get_fieldsets(request, obj)
        if obj is None:
            own = sections[0][1]
            sections[0] = section(None, *(name for name in own["fields"] if name != "code"))
        return sections

    def with_columns(self, rows):
        steps = Step.objects.exclude(review_status=ReviewStatus.WITHDRAWN)
        return rows.prefetch_related(Prefetch("steps", steps, to_attr="steps_shown"))

    @admin.display(description=_("last step"))
    def last_step(self, row):
        return row.steps_shown[-1] if row.steps_shown else NOTHING


@admin.register(Step)
class StepAdmin(RecordAdmin):
    list_display = ["occurred_on", "kind", "suspect", "arrest", "at", "confidence"]
    list_display_links = ["kind"]
    list_filter = ["kind", "confidence", ("authority", SeenFilter)]
    list_select_related = ["suspect", "arrest", "authority"]
    drill_down = ("suspect", "arrest")
    date_hierarchy = "occurred_from"
    search_fields = ["suspect__code", "court", "stated_reason", "reported_reason", "reference"]
    search_names = ("authority",)
    fieldsets = [section(None, ("suspect", "kind"), OCCURRED, "arrest", *STEP)]
    inlines = [parts(Step.incidents, "incident", "note"), citations(Step)]
    occurred_on = span_column("occurred", _("occurred on"))
    label_related = ("suspect",)

    def label(self, row):
        return f"{row.suspect}: {row}"

    @admin.display(description=_("court or authority"))
    def at(self, row):
        return row.court or row.authority
