"""Dated context for the timeline: responses and statements."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.admin.incident import CASUALTIES, OCCURRED
from incidents.models import Response, Statement
from records.admin_base import RecordAdmin, section
from records.admin_columns import first_of, span_column
from records.admin_lists import SeenFilter
from records.admin_parts import citations, parts


@admin.register(Response)
class ResponseAdmin(RecordAdmin):
    list_display = ["occurred_on", "kind", "actor", "aimed_at", "place", "answers"]
    list_display_links = ["kind"]
    list_filter = ["kind", ("actor", SeenFilter)]
    list_select_related = ["actor", "place"]
    date_hierarchy = "occurred_from"
    search_fields = ["summary", "summary_ar", "reference"]
    search_names = ("actor", "place")
    fieldsets = [
        section(None, ("kind", "actor"), OCCURRED, "place"),
        section(_("In words"), "summary", "summary_ar"),
    ]
    inlines = [
        parts(Response.targets, "group", "note"),
        parts(Response.answered, "incident", "note"),
        parts(Response.casualties, *CASUALTIES),
        citations(Response),
    ]
    occurred_on = span_column("occurred", _("occurred on"))

    def with_columns(self, rows):
        return rows.defer("place__outline").prefetch_related("targets__group", "answered")

    @admin.display(description=_("aimed at"))
    def aimed_at(self, row):
        return first_of(str(target.group) for target in row.targets.all())

    @admin.display(description=_("incidents answered"))
    def answers(self, row):
        return len(row.answered.all())


@admin.register(Statement)
class StatementAdmin(RecordAdmin):
    list_display = ["made_on", "kind", "who", "gist"]
    list_display_links = ["gist"]
    list_filter = ["kind", ("group", SeenFilter)]
    list_select_related = ["group", "person"]
    date_hierarchy = "made_from"
    search_fields = ["paraphrase", "paraphrase_ar", "reference"]
    search_names = ("group", "person")
    fieldsets = [
        section(
            None,
            "kind",
            ("group", "person"),
            ("made_from", "made_to", "made_precision"),
            "paraphrase",
            "paraphrase_ar",
        ),
    ]
    inlines = [parts(Statement.incidents, "incident", "note"), citations(Statement)]
    made_on = span_column("made", _("made on"))

    @admin.display(description=_("made by"))
    def who(self, row):
        return row.person or row.group

    @admin.display(description=_("paraphrase"))
    def gist(self, row):
        return row.paraphrase[:120]
