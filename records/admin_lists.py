"""What the lists of the admin answer to: declared lookups, and dates that are certain."""

import re
from datetime import date, datetime, time, timedelta

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from records.admin_columns import NOTHING
from records.dates import Precision


class SeenFilter(admin.RelatedFieldListFilter):
    """Offers the rows that the rows of the list lead to, as far as the viewer may see them."""

    def field_choices(self, field, request, model_admin):
        leading = model_admin.get_queryset(request).order_by().values(self.field_path)
        rows = field.related_model.objects.visible_to(request.viewer).filter(pk__in=leading)
        related = getattr(
            model_admin.admin_site.get_model_admin(field.related_model), "label_related", ()
        )
        return [(row.pk, str(row)) for row in rows.select_related(*related)]


class DeclaredLookups:
    """Only lookups that some filter offers. Django lets any on the model's own columns
    through, which is an oracle for hidden values and, with `__regex`, a way to stall."""

    drill_down: tuple[str, ...] = ()  # keys that columns of other lists link by

    def lookup_allowed(self, lookup, value, request=None):
        return lookup in self._declared(request)

    def _declared(self, request):
        declared = {f"{key}__id__exact" for key in self.drill_down}
        if self.date_hierarchy:
            declared |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        for given in self.get_list_filter(request):
            if isinstance(given, type):
                declared |= set(given.expected_parameters(given))  # it knows without a request
            else:
                path = given[0] if isinstance(given, list | tuple) else given
                declared |= {path, *(f"{path}__{end}" for end in ("exact", "id__exact", "isnull"))}
        return declared


class WrittenByDatabase(DeclaredLookups, admin.ModelAdmin):
    """A list of rows that nobody enters, changes or deletes. None has a page of its own."""

    list_display_links = None
    actions = None

    def has_view_permission(self, request, obj=None):
        return obj is None and super().has_view_permission(request)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class TitledList(ChangeList):
    """Its title is what it lists."""

    def __init__(self, *args):
        super().__init__(*args)
        self.title = capfirst(self.opts.verbose_name_plural)


COUNTED = 10_000  # rows of a trail, of which there can be millions


class UpTo(Paginator):
    """Counts and pages no further than the first rows: who looks for older ones narrows it."""

    @cached_property
    def count(self):
        return self.object_list.order_by()[:COUNTED].count()


class TrailList(TitledList):
    """With a number that says when it is not all."""

    def get_results(self, request):
        super().get_results(request)
        self.there_may_be_more = self.result_count >= COUNTED


class When(admin.SimpleListFilter):
    """A day, a month or a year of a moment, which the address may name whether offered or not.

    Django's own hierarchy of dates looks at every row there is for the days it offers.
    """

    title, parameter_name = _("when"), "when"
    column: str

    def lookups(self, request, model_admin):
        today = timezone.localdate()
        months = [today.replace(day=1)]
        while len(months) < 12:
            months.append((months[-1] - timedelta(days=1)).replace(day=1))
        yesterday = today - timedelta(days=1)
        days = [(f"{today}", _("Today")), (f"{yesterday}", _("Yesterday"))]
        return [*days, *((f"{month:%Y-%m}", f"{month:%Y-%m}") for month in months)]

    def queryset(self, request, rows):
        if self.value() is None:
            return rows
        try:
            first, last = _days_of(self.value())
        except (ValueError, OverflowError):
            raise IncorrectLookupParameters from None
        here = timezone.get_current_timezone()
        begins, ends = (datetime.combine(day, time(), here) for day in (first, last))
        return rows.filter(**{f"{self.column}__gte": begins, f"{self.column}__lt": ends})


def _days_of(text):
    """The first day of `2026`, `2026-03` or `2026-03-01`, and the first after it.

    Raises:
        ValueError: it is none of them.
    """
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise ValueError(text)
    parts = [int(part) for part in text.split("-")]
    first = date(*parts, *[1] * (3 - len(parts)))
    if len(parts) == 3:
        return first, first + timedelta(days=1)
    months = first.month + (1 if len(parts) == 2 else 12)
    return first, date(first.year + (months - 1) // 12, (months - 1) % 12 + 1, 1)


class Trail(WrittenByDatabase):
    """What was done: all of it for who may read the audit trail, to others their own."""

    list_per_page = 100
    paginator = UpTo
    empty_value_display = NOTHING
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.viewer)

    def get_changelist(self, request, **options):
        return TrailList

    def has_view_permission(self, request, obj=None):
        return obj is None

    def has_module_permission(self, request):
        return True

    @admin.display(description=_("who"), ordering="person")
    def who(self, row):
        if row.key:
            return _("Key %(number)s") % {"number": row.key}
        return row.person.username if row.person else NOTHING


def row_or_404(model_admin, request, pk, *, change=False):
    """The row that a page of one's own is about. Hidden and absent answer alike.

    Raises:
        PermissionDenied: he may not read rows of this kind, or not change this one.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    row = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    if change and not model_admin.has_change_permission(request, row):
        raise PermissionDenied
    return row


class RecordList(TitledList):
    def get_queryset(self, request, exclude_parameters=None):
        rows = self.model_admin.with_columns(super().get_queryset(request, exclude_parameters))
        return rows.filter(self._certain(request))

    def _certain(self, request):
        """In a year, month or day drilled down to: only rows that certainly lie in it."""
        first = self.date_hierarchy or ""
        if not first.endswith("_from"):
            return Q()
        event = first.removesuffix("_from")
        exact = Q(**{f"{event}_precision__in": [Precision.DAY, Precision.SPAN]})
        if f"{first}__day" in request.GET:
            return exact
        within = {
            f"{first}__{unit}": F(f"{event}_to__{unit}")
            for unit in ("year", "month")
            if f"{first}__{unit}" in request.GET
        }
        return exact | Q(**within) if within else Q()


class LockedWhenSaved:
    """An admin whose rows are compared before they are saved."""

    def get_object(self, request, object_id, from_field=None):
        """Locked when it is going to be changed: who comes second waits, and then compares."""
        found = super().get_object(request, object_id, from_field)
        if found is not None and request.method == "POST":
            rows = self.get_queryset(request).select_for_update(of=("self",))
            found = rows.filter(pk=found.pk).first()
        return found
