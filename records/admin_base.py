"""What the admin of every record shares: its sections, columns, search and stamps."""

from django.contrib import admin, messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Case, Q, TextField, URLField, When
from django.http import JsonResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from records.admin_columns import NOTHING, chips
from records.admin_history import HistoryPage
from records.admin_lists import DeclaredLookups, LockedWhenSaved, RecordList
from records.admin_review import Reviewed
from records.forms import (
    LinesField,
    LoadedAutocomplete,
    OrganisationsField,
    ReadersField,
    focus_on_first_error,
    persons,
    refusals_of,
)
from records.labels import label_of
from records.models import Assertion, Citation, Record, ReviewStatus, Source
from records.source_choice import SourceAutocomplete, SourceChoice, save_new_source

STAMPS: tuple[str, ...] = (
    "reference",
    "origin_id",
    "version",
    "created_by",
    "created_at",
    "updated_by",
    "updated_at",
)
STAFF = {"created_by", "updated_by"}  # who they are is for their own organisation alone
STATE = ("review_status", "withdrawn_reason")  # changed by records/review.py alone
AUDIENCE = ("marking", "shared_with", "readers")
STATEMENT = (
    _("Who says so"),
    {
        "fields": [
            ("asserted_by", "confidence", "confidence_stated"),
            ("asserted_from", "asserted_to", "asserted_precision"),
            "basis",
        ]
    },
)


def section(title, *fields, **options):
    return (title, {"fields": fields, **options})


def collapsed(title, *fields):
    return section(title, *fields, classes=["collapse"])


class RecordChoices:
    """Rows and keys to records, in forms and parts of forms alike: what the viewer may see.

    Keys are chosen by typing. A key to a hidden record is refused like one to none.
    """

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.viewer)

    def get_autocomplete_fields(self, request):
        return [
            key.name
            for key in self.model._meta.fields
            if key.is_relation and issubclass(key.related_model, Record)
        ]

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name in self.get_autocomplete_fields(request):
            options["widget"] = LoadedAutocomplete(db_field, self.admin_site)
            options["queryset"] = db_field.related_model.objects.visible_to(request.viewer)
        if issubclass(self.model, Citation) and db_field.related_model is Source:
            options["widget"] = SourceAutocomplete(db_field, self.admin_site)
            options["form_class"] = SourceChoice
            options["viewer"] = request.viewer
            options["may_add"] = self.admin_site.get_model_admin(Source).has_add_permission(request)
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_dbfield(self, db_field, request, **options):
        said = {"label": capfirst(db_field.verbose_name), "help_text": db_field.help_text}
        if db_field.name == "shared_with":
            return OrganisationsField(**said)
        if db_field.name == "readers":
            return ReadersField(choices=persons(request), **said)
        if db_field.name.endswith("_precision"):
            options["label"] = _("Precision")
        if isinstance(db_field, URLField):
            options["assume_scheme"] = "https"
        if isinstance(db_field, TextField):
            options["form_class"] = LinesField
        return super().formfield_for_dbfield(db_field, request, **options)


class AutocompleteView(AutocompleteJsonView):
    def get(self, request, *args, **options):
        answer = super().get(request, *args, **options)
        offer = getattr(self.model_admin, "offer", None)
        if offer and not self.object_list and (new := offer(request, self.source_field, self.term)):
            return JsonResponse({"results": [new], "pagination": {"more": False}})
        return answer

    def get_queryset(self):
        return super().get_queryset().select_related(*self._label_related())

    def _label_related(self):
        return getattr(self.model_admin, "label_related", ())

    def serialize_result(self, row, to_field_name):
        label = label_of(self.admin_site, row)
        return super().serialize_result(row, to_field_name) | {"text": label}


class RecordAdmin(
    Reviewed, HistoryPage, LockedWhenSaved, DeclaredLookups, RecordChoices, admin.ModelAdmin
):
    actions = None
    list_per_page = 50
    empty_value_display = NOTHING
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # numbers for readers come from reports/ alone
    readonly_fields = ("owner", *STATE, *STAMPS)
    label_related: tuple[str, ...] = ()  # what `label` reads beside the row itself
    search_names: tuple[str, ...] = ()  # keys to named nouns, found in any spelling

    def label(self, row):
        return str(row)

    def with_columns(self, rows):
        """The rows of a list with what its columns read beside the row itself."""
        return rows

    def get_changelist(self, request, **options):
        return RecordList

    # What Django keeps beside our own history would name records that some may not see

    def log_addition(self, request, obj, message):
        pass

    def log_change(self, request, obj, message):
        pass

    # Who may, and what is stamped

    def render_change_form(self, request, context, *args, obj=None, **options):
        if obj is not None:
            context["title"] = self.label(obj)
            context["subtitle"] = f"{capfirst(self.opts.verbose_name)} {obj.reference}"
        if context["errors"]:
            parts = [part.formset for part in context["inline_admin_formsets"]]
            focus_on_first_error(context["adminform"].form, parts)
            context["refusals"] = refusals_of(context["adminform"].form, parts)
        return super().render_change_form(request, context, *args, obj=obj, **options)

    def has_delete_permission(self, request, obj=None):
        return False  # a record is withdrawn with a reason

    # Two people at one record: records/concurrency.py

    def get_form(self, request, obj=None, change=False, **options):
        form = super().get_form(request, obj, change, **options)
        form.viewer = request.viewer
        return form

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        if form.has_changed() or not change:
            obj.updated_by = request.user
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        for part in formset.save(commit=False):
            if isinstance(part, Record):  # always a new one
                part.owner = form.instance.owner
                part.created_by = part.updated_by = request.user
            save_new_source(part, request)
            part.save()
        for part in formset.deleted_objects:
            part.delete()

    def save_related(self, request, form, formsets, change):
        """A published record whose parts are drafts counts without them: say so."""
        super().save_related(request, form, formsets, change)
        if form.instance.review_status != ReviewStatus.PUBLISHED:
            return
        drafts = sum(
            formset.model.objects.visible_to(request.viewer)
            .filter(**{formset.fk.name: form.instance}, review_status=ReviewStatus.DRAFT)
            .count()
            for formset in formsets
            if issubclass(formset.model, Record)
        )
        if drafts:
            messages.warning(
                request,
                _("Statements in this record that are still drafts: %(drafts)s. They do not count.")
                % {"drafts": drafts},
            )

    # Sections

    def get_fieldsets(self, request, obj=None):
        statement = [STATEMENT] if issubclass(self.model, Assertion) else []
        known = ("owner", *STATE, *STAMPS) if obj else ()
        if obj and obj.owner_id != request.user.organisation_id:
            known = tuple(name for name in known if name not in STAFF)
        if obj and self.has_change_permission(request, obj):
            known = (*known, self.form.SEEN)
        record = collapsed(_("Record"), *AUDIENCE, "certainty", "note", *known)
        return [*super().get_fieldsets(request, obj), *statement, record]

    # Lists

    def get_list_display(self, request):
        return [*super().get_list_display(request), "state"]

    def get_list_filter(self, request):
        return [*super().get_list_filter(request), "review_status", "marking"]

    @admin.display(description=_("status"), ordering="review_status")
    def state(self, row):
        return chips(row)

    # Search

    def get_search_results(self, request, queryset, search_term):
        if "\0" in search_term:
            return queryset.none(), False
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term.strip():
            for path in self.search_names:
                found |= queryset.filter(self._named_like(path, search_term, queryset.viewer))
        return found, may_repeat

    def _named_like(self, path, term, viewer):
        named = self.model
        for part in path.split("__"):
            named = named._meta.get_field(part).related_model
        found = named.objects.visible_to(viewer).named_like(term)
        return Q(**{f"{path}__in": found.values("pk")})


class NamedAdmin(RecordAdmin):
    """Found by any of its names, in any spelling and either script, best first."""

    search_fields = ("name", "name_ar", "reference")
    search_exactly: tuple[str, ...] = ("reference",)

    def get_search_results(self, request, queryset, search_term):
        term = search_term.strip()
        if not term or "\0" in term:
            return super().get_search_results(request, queryset, search_term)
        exactly = Q(*((f"{name}__iexact", term) for name in self.search_exactly), _connector=Q.OR)
        named = queryset.named_like(term)
        found = named | queryset.filter(exactly)
        if "o" in request.GET:  # the reader sorts by a column himself
            return found.order_by(*queryset.query.order_by), False
        found = found.annotate(is_exact=Case(When(exactly, then=1), default=0))
        return found.order_by("-is_exact", *named.query.order_by), False
