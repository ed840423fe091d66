from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from legal.admin.detaining import EntersPeople
from legal.admin.suspect import OCCURRED, STEP
from legal.forms import DetentionForm, DetentionFormSet
from legal.models import Arrest, ArrestLink, LinkBasis, Step, StepKind
from records.admin_base import RecordAdmin, section
from records.admin_columns import known_column, list_link, low_high, span_column
from records.admin_lists import SeenFilter
from records.admin_parts import RecordPart, citations, parts


class DetainedPart(RecordPart):
    """The suspects held in an arrest: each is a step of kind detained."""

    model = Step
    fk_name = "arrest"
    fields = ("suspect", OCCURRED)
    form = DetentionForm
    formset = DetentionFormSet
    verbose_name = _("detained suspect")
    verbose_name_plural = _("detained suspects")

    def get_queryset(self, request):
        return super().get_queryset(request).of_kind(StepKind.DETAINED)


class FurtherStepPart(RecordPart):
    model = Step
    fk_name = "arrest"
    fields = (("suspect", "kind"), OCCURRED, *STEP)
    verbose_name = _("further step")
    verbose_name_plural = _("further steps that follow from this arrest")

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(kind=StepKind.DETAINED)

    def formfield_for_choice_field(self, db_field, request, **options):
        if db_field.name == "kind":
            kinds = [choice for choice in StepKind.choices if choice[0] != StepKind.DETAINED]
            options["choices"] = [("", "---------"), *kinds]
        return super().formfield_for_choice_field(db_field, request, **options)


class BasisFilter(admin.SimpleListFilter):
    title = _("held as")
    parameter_name = "basis"

    def lookups(self, request, model_admin):
        return LinkBasis.choices

    def queryset(self, request, arrests):
        if self.value() is None:
            return arrests
        links = ArrestLink.objects.visible_to(request.viewer).filter(basis_kind=self.value())
        return arrests.filter(pk__in=links.values("arrest"))


class ArrestAdmin(EntersPeople, RecordAdmin):
    """Registered by `reports/admin.py`, which adds to which incidents arrests are tied."""

    change_form_template = "admin/legal/arrest/change_form.html"
    list_display = ["occurred_on", "description", "authority", "detained", "affiliation", "linked"]
    list_display_links = ["description"]
    list_filter = [("authority", SeenFilter), ("affiliation", SeenFilter), BasisFilter]
    list_select_related = ["authority", "affiliation"]
    date_hierarchy = "occurred_from"
    search_fields = ["description", "description_ar", "outcome_reported", "reference"]
    search_names = ("authority", "affiliation", "place")
    fieldsets = [
        section(
            None,
            "description",
            "description_ar",
            OCCURRED,
            "announced_on",
            ("place", "authority"),
            ("detained_low", "detained_high", "affiliation"),
            "outcome_reported",
        ),
    ]
    inlines = [
        parts(Arrest.links, "incident", ("basis_kind", "contested")),
        DetainedPart,
        FurtherStepPart,
        citations(Arrest),
    ]
    occurred_on = span_column("occurred", _("occurred on"))

    def label(self, row):
        return f"{row.occurred_on} {row.description}"

    def with_columns(self, rows):
        return rows.prefetch_related("links")

    @admin.display(description=_("detained"), ordering="detained_low")
    def detained(self, row):
        return low_high(row.detained_low, row.detained_high)

    @admin.display(description=_("linked incidents"))
    def linked(self, row):
        links = row.links.all()
        if not links:
            return "0"
        contested = sum(link.contested for link in links)
        text = _("%(links)s (%(contested)s contested)") if contested else "%(links)s"
        numbers = {"links": len(links), "contested": contested}
        return list_link(ArrestLink, text % numbers, arrest__id__exact=row.pk)


@admin.register(ArrestLink)
class ArrestLinkAdmin(RecordAdmin):
    list_display = ["arrest", "incident", "basis_kind", "disputed", "confidence", "asserted_by"]
    list_filter = ["basis_kind", "contested", "confidence"]
    list_select_related = ["arrest", "incident"]
    drill_down = ("arrest", "incident")
    search_fields = ["arrest__description", "incident__title", "asserted_by", "reference"]
    fieldsets = [section(None, "arrest", "incident", ("basis_kind", "contested"))]
    inlines = [citations(ArrestLink)]
    disputed = known_column("contested", _("contested"))
    label_related = ("incident",)

    def label(self, row):
        return f"{row.incident} ({row.get_basis_kind_display()})"
