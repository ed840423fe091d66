from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from legal.models import Designation, Instrument, Provision
from records.admin_base import RecordAdmin, section
from records.admin_columns import span_column
from records.admin_lists import SeenFilter
from records.admin_parts import citations, parts


@admin.register(Instrument)
class InstrumentAdmin(RecordAdmin):
    list_display = ["short_title", "title", "jurisdiction", "kind", "made_on"]
    list_display_links = ["title"]
    list_filter = ["jurisdiction", "kind"]
    search_fields = ["title", "title_ar", "short_title", "reference"]
    fieldsets = [
        section(
            None,
            "title",
            "title_ar",
            ("short_title", "jurisdiction", "kind"),
            ("made_from", "made_to", "made_precision"),
        ),
    ]
    inlines = [
        parts(Instrument.provisions, "article", "paraphrase", "paraphrase_ar"),
        citations(Instrument),
    ]
    made_on = span_column("made", _("made on"))


@admin.register(Provision)
class ProvisionAdmin(RecordAdmin):
    list_display = ["instrument", "article", "paraphrase"]
    list_display_links = ["article"]
    list_filter = [("instrument", SeenFilter)]
    list_select_related = ["instrument"]
    label_related = ("instrument",)
    search_fields = [
        "instrument__title",
        "instrument__short_title",
        "article",
        "paraphrase",
        "reference",
    ]
    fieldsets = [section(None, ("instrument", "article"), "paraphrase", "paraphrase_ar")]
    inlines = [citations(Provision)]

    def label(self, row):
        return f"{row.instrument}, {row}"


@admin.register(Designation)
class DesignationAdmin(RecordAdmin):
    list_display = ["who", "programme", "authority", "listed_on", "ended_on", "kind", "checked_on"]
    list_filter = [
        "kind",
        "programme",
        ("authority", SeenFilter),
        ("ended_on", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["group", "person", "authority"]
    date_hierarchy = "listed_from"
    search_fields = ["programme", "instrument__title", "reference"]
    search_names = ("group", "person", "authority")
    fieldsets = [
        section(
            None,
            "kind",
            ("group", "person"),
            ("authority", "programme", "instrument"),
            ("listed_from", "listed_to", "listed_precision"),
            ("published_on", "ended_on", "checked_on"),
        ),
    ]
    inlines = [citations(Designation)]
    listed_on = span_column("listed", _("listed on"))

    @admin.display(description=_("group or person"), ordering="group__name")
    def who(self, row):
        return row.group or row.person
