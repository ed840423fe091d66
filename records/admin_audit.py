"""Who did what: the audit trail on a screen, without a word of what any record says."""

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.admin_lists import Trail, TrailList, When
from records.chain import event_models
from records.gate import GatedQuerySet
from records.models import User
from records.rights import AUDIT

ACTIONS = {
    "insert": _("entered"),
    "update": pgettext_lazy("somebody did it", "changed"),
    "delete": _("deleted"),
}


def kind_of(event_table):
    """What the rows of a tracked table are called."""
    model = event_models().get(event_table)
    return capfirst(model.pgh_tracked_model._meta.verbose_name) if model else event_table


class _Choice(admin.SimpleListFilter):
    """A filter that refuses what it does not offer."""

    def queryset(self, request, rows):
        if self.value() is None:
            return rows
        if self.value() not in {str(value) for value, _label in self.lookup_choices}:
            raise IncorrectLookupParameters
        return rows.filter(**{self.column: self.value()})


class KindFilter(_Choice):
    title, parameter_name, column = _("kind of row"), "kind", "event_table"

    def lookups(self, request, model_admin):
        return sorted(
            ((table, kind_of(table)) for table in event_models()), key=lambda kind: str(kind[1])
        )


class ActionFilter(_Choice):
    title, parameter_name, column = _("what was done"), "action", "action"

    def lookups(self, request, model_admin):
        return ACTIONS.items()


class PersonFilter(_Choice):
    title, parameter_name, column = _("who"), "person", "person_id"

    def lookups(self, request, model_admin):
        own = {} if request.viewer.has(AUDIT) else {"pk": request.viewer.person_id}
        people = User.objects.filter(**own).order_by("username")
        return [(person.pk, person.username) for person in people]


class AuditList(TrailList):
    def get_results(self, request):
        super().get_results(request)
        addresses = _addresses(self.result_list, request, self.model_admin.admin_site)
        for entry in self.result_list:
            entry.address = addresses.get((entry.event_table, entry.row_id))


def _addresses(entries, request, site):
    """Where the rows of the entries are shown, as far as the viewer may open them.

    One query for each kind of row among the entries.
    """
    by_table = {}
    for entry in entries:
        by_table.setdefault(entry.event_table, set()).add(entry.row_id)
    return {
        (table, row_id): address
        for table, row_ids in by_table.items()
        for row_id, address in _addresses_of(table, row_ids, request, site)
    }


def _addresses_of(table, row_ids, request, site):
    events = event_models().get(table)
    if events is None:
        return
    model = events.pgh_tracked_model
    key, shown = _shown_as(model, site)
    if not (shown and site.get_model_admin(shown).has_view_permission(request)):
        return
    rows = model._default_manager.filter(pk__in=row_ids)
    if isinstance(rows, GatedQuerySet):
        rows = rows.visible_to(request.viewer)
    page = f"admin:{shown._meta.app_label}_{shown._meta.model_name}_change"
    for row_id, shown_id in rows.values_list("pk", key):
        yield row_id, reverse(page, args=[shown_id])


def _shown_as(model, site):
    """The key to the record whose page shows a row, and its model: its own, or its whole's."""
    if site.is_registered(model):
        return "pk", model
    key = getattr(model, "KEY", None)
    whole = model._meta.get_field(key[0]) if key else None
    shown = whole.related_model if whole else None
    return (whole.attname, shown) if shown and site.is_registered(shown) else (None, None)


class MadeAt(When):
    column = "made_at"


class AuditAdmin(Trail):
    """All actions for who may read the audit trail, to others their own, whatever their role."""

    list_display = ["made_at", "who", "done", "kind", "request", "page"]
    list_filter = [MadeAt, PersonFilter, ActionFilter, KindFilter]
    list_select_related = ["person"]
    ordering = ["-sequence"]

    def get_changelist(self, request, **options):
        return AuditList

    # Columns

    @admin.display(description=_("what was done"), ordering="action")
    def done(self, entry):
        return ACTIONS.get(entry.action, entry.action)

    @admin.display(description=_("kind of row"), ordering="event_table")
    def kind(self, entry):
        return kind_of(entry.event_table)

    @admin.display(description=_("record"))
    def page(self, entry):
        return format_html('<a href="{}">{}</a>', entry.address, _("Open")) if entry.address else ""


class DownloadedAt(When):
    column = "at"


class DownloadAdmin(Trail):
    """Which files went out: to whom, when, and not what they say."""

    list_display = ["at", "who", "kind", "which", "request"]
    list_filter = [DownloadedAt, PersonFilter, "kind"]
    list_select_related = ["person"]
    search_fields = ["which"]
