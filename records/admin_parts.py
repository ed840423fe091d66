"""Parts of a record's form: rows and records that are entered with it."""

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten
from django.utils.translation import gettext_lazy as _

from records.admin_base import STATEMENT, RecordChoices, collapsed, section
from records.forms import PartForm, PartFormSet, RowForm
from records.models import Assertion, Record
from records.source_choice import CitationForm, CitationFormSet


class Part(RecordChoices, InlineModelAdmin):
    """Rows entered with the record they belong to. A form with ten costs what one does."""

    form = PartForm
    formset = PartFormSet
    extra = 0

    def get_queryset(self, request):
        return super().get_queryset(request).select_related(*self._shown(request))

    def get_formset(self, request, obj=None, **options):
        formset = super().get_formset(request, obj, **options)
        formset.form.person = request.user  # the class is made anew for every request
        formset.viewer = request.viewer
        formset.editable = self.has_change_permission(request, obj)
        return formset

    def _whole_may_change(self, request, obj):
        whole = self.admin_site.get_model_admin(self.parent_model)
        if obj is None:
            return whole.has_add_permission(request)
        return whole.has_change_permission(request, obj)

    def _keys_on_form(self, request):
        fields = flatten(self.fields)
        return [name for name in self.get_autocomplete_fields(request) if name in fields]

    def _shown(self, request):
        for name in self._keys_on_form(request):
            other = self.admin_site.get_model_admin(self.model._meta.get_field(name).related_model)
            yield name
            yield from (f"{name}__{related}" for related in other.label_related)


class RecordPart(Part, admin.StackedInline):
    """Records of their own within another's form: new ones are entered here.

    Those that exist are lines that lead to their own page, with their sources. So a form
    never writes over what somebody changes there, and an arrest of forty suspects stays
    below Django's limit of a thousand fields.
    """

    can_delete = False
    template = "admin/record_part.html"

    def has_add_permission(self, request, obj=None):
        return super().has_add_permission(request, obj) and self._whole_may_change(request, obj)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def _shown(self, request):
        own = self.admin_site.get_model_admin(self.model).label_related
        return {*super()._shown(request), *own}

    def get_fieldsets(self, request, obj=None):
        statement = [STATEMENT] if issubclass(self.model, Assertion) else []
        record = collapsed(_("Record"), "marking", "readers", "certainty", "note")
        return [section(None, *self.fields), *statement, record]


class RowPart(Part, admin.TabularInline):
    """Rows that are no records: whoever may change the record may change them."""

    form = RowForm

    def has_view_permission(self, request, obj=None):
        return True  # as far as its `get_queryset` goes

    def has_add_permission(self, request, obj=None):
        return self._whole_may_change(request, obj)

    def has_change_permission(self, request, obj=None):
        return self._whole_may_change(request, obj)

    def has_delete_permission(self, request, obj=None):
        return self._whole_may_change(request, obj)

    def get_fields(self, request, obj=None):
        seen = (RowForm.SEEN,) if self.has_change_permission(request, obj) else ()
        return (*super().get_fields(request, obj), *seen)


def parts(related, *fields, **options):
    """The form part for the rows that `related` leads to: `parts(Incident.claims, "group")`."""
    key = related.rel
    base = RecordPart if issubclass(key.related_model, Record) else RowPart
    if base is RowPart:
        fields = (*fields, "marking", "readers")
    attributes = {"model": key.related_model, "fk_name": key.field.name, "fields": fields}
    return type(f"{key.related_model.__name__}Part", (base,), attributes | options)


def citations(record):
    """One source a line: chosen by typing, or by pasting its address."""
    options = {"form": CitationForm, "formset": CitationFormSet}
    return parts(record.citations, "source", "pinpoint", "support", **options)


def names(named):
    return parts(named.names, "text", "language", "script", "kind")
