from django.contrib import admin
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from legal.models import Conviction, Ruling
from records.admin_base import RecordAdmin, section
from records.admin_columns import NOTHING, UNKNOWN, known_column, span_column
from records.admin_parts import citations, parts
from records.models import ReviewStatus

DECIDED = ("decided_from", "decided_to", "decided_precision")


class ConvictionAdmin(RecordAdmin):
    list_display = [
        "decided_on",
        "court",
        "passed",
        "absent",
        "convicted",
        "attacks",
        "last_ruling",
    ]
    list_display_links = ["court"]
    list_filter = ["sentence", "in_absentia", "final", "court"]
    date_hierarchy = "decided_from"
    search_fields = ["court", "court_ar", "legal_basis", "affiliation_stated", "reference"]
    fieldsets = [
        section(
            None,
            ("court", "court_ar"),
            DECIDED,
            ("sentence", "sentence_months"),
            ("in_absentia", "final"),
        ),
        section(_("In words"), "legal_basis", "affiliation_stated", "proceedings"),
    ]
    inlines = [
        parts(Conviction.suspects, "suspect", "note"),
        parts(Conviction.incidents, "incident", "note"),
        parts(Conviction.provisions, "provision", "note"),
        parts(Conviction.rulings, ("kind", "court"), DECIDED, "published_on", "reason"),
        citations(Conviction),
    ]
    decided_on = span_column("decided", _("decided on"))
    absent = known_column("in_absentia", _("in absentia"))

    def with_columns(self, rows):
        rulings = Ruling.objects.exclude(review_status=ReviewStatus.WITHDRAWN)
        rulings = rulings.order_by("decided_to", "id")
        return rows.prefetch_related(
            "suspects", "incidents", Prefetch("rulings", rulings, to_attr="rulings_shown")
        )

    @admin.display(description=_("sentence"), ordering="sentence")
    def passed(self, row):
        sentence = row.get_sentence_display()
        if row.sentence_months is None:
            return sentence
        return _("%(sentence)s, %(months)s months") % {
            "sentence": sentence,
            "months": row.sentence_months,
        }

    @admin.display(description=_("suspects"))
    def convicted(self, row):
        return len(row.suspects.all()) or UNKNOWN

    @admin.display(description=_("incidents"))
    def attacks(self, row):
        return len(row.incidents.all())

    @admin.display(description=_("last ruling"))
    def last_ruling(self, row):
        return row.rulings_shown[-1] if row.rulings_shown else NOTHING


@admin.register(Ruling)
class RulingAdmin(RecordAdmin):
    list_display = ["decided_on", "kind", "conviction", "court", "limited_to"]
    list_display_links = ["kind"]
    list_filter = ["kind"]
    list_select_related = ["conviction"]
    drill_down = ("conviction",)
    date_hierarchy = "decided_from"
    search_fields = ["court", "reason", "conviction__court", "reference"]
    fieldsets = [
        section(None, "conviction", ("kind", "court"), DECIDED, "published_on", "reason"),
    ]
    inlines = [parts(Ruling.suspects, "suspect", "note"), citations(Ruling)]
    decided_on = span_column("decided", _("decided on"))

    def with_columns(self, rows):
        return rows.prefetch_related("suspects")

    @admin.display(description=_("suspects concerned"))
    def limited_to(self, row):
        return len(row.suspects.all()) or _("all")
