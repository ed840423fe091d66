"""Forms for records: dates with a precision, errors beside their field, loaded choices."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from records.admin_columns import chips
from records.audience_form import AudienceForm
from records.concurrency import SeenRow
from records.concurrent_rows import Realigned
from records.dates import Precision, days_of
from records.labels import label_of
from records.models import Marking, Organisation, User


class LoadedAutocomplete(AutocompleteSelect):
    """Shows the chosen row without asking for it again, if the form's instance has it.

    Django's own widget makes one query a field, so a form with ten parts would make ten.
    """

    loaded = None

    @property
    def media(self):
        return super().media + forms.Media(
            js=["admin/js/autocomplete.js", "musaala/select_names.js"]
        )

    def optgroups(self, name, value, attr=None):
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        for row in self._chosen(value):
            label = label_of(self.admin_site, row)
            options.append(self.create_option(name, row.pk, label, True, len(options)))
        return [(None, options, 0)]

    def _chosen(self, value):
        if self.loaded is not None and value == [str(self.loaded.pk)]:
            return [self.loaded]
        keys = [key for key in value if str(key).isdecimal()]  # a refused form may hold anything
        if not keys:
            return []
        model_admin = self.admin_site.get_model_admin(self.field.related_model)
        related = getattr(model_admin, "label_related", ())
        return self.choices.queryset.select_related(*related).filter(pk__in=keys)


class OrganisationsField(forms.TypedMultipleChoiceField):
    """The ids of organisations, chosen by their names."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        names = Organisation.objects.values_list("pk", "name")
        super().__init__(choices=names.all, coerce=int, required=False, **options)


class ReadersField(forms.TypedMultipleChoiceField):
    """The ids of persons, chosen by their names."""

    widget = forms.SelectMultiple(attrs={"size": 3})

    def __init__(self, **options):
        super().__init__(coerce=int, required=False, **options)


def persons(request):
    """Choices of who may be named as a reader. Asked of the database once for a request."""
    if not hasattr(request, "persons"):
        staff = User.objects.filter(is_active=True, is_staff=True).order_by("username")
        request.persons = [(user.pk, user.get_full_name() or user.username) for user in staff]
    return request.persons


class SpanForm(forms.ModelForm):
    """Fills in the first and last day that a precision implies.

    Staff give any day of the month or year and say "month" or "year". What cannot be
    filled in is refused with the remedy, at the field. What the database's constraints
    refuse is shown at the last field they speak of.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for span in self._spans():
            last_day = self.fields[f"{span}_to"]
            last_day.required = False
            last_day.help_text = last_day.help_text or _("Leave empty for a day, month or year.")
        for name, field in self.fields.items():
            self._hand_over_loaded(name, field)

    def _hand_over_loaded(self, name, field):
        widget = getattr(field.widget, "widget", field.widget)
        if isinstance(widget, LoadedAutocomplete):
            key = self.instance._meta.get_field(name)
            widget.loaded = key.get_cached_value(self.instance, default=None)

    def _spans(self):
        starts = [name.removesuffix("_from") for name in self.fields if name.endswith("_from")]
        return [
            span
            for span in starts
            if f"{span}_to" in self.fields and f"{span}_precision" in self.fields
        ]

    def clean(self):
        cleaned = super().clean()
        for span in self._spans():
            if not any(f"{span}_{part}" in self.errors for part in ("from", "to", "precision")):
                self._complete(span)
        return cleaned

    def _complete(self, span):
        first = self.cleaned_data.get(f"{span}_from")
        last = self.cleaned_data.get(f"{span}_to")
        precision = self.cleaned_data.get(f"{span}_precision")
        if not first:
            self._require_all_or_nothing(span, last, precision)
        elif not precision:
            self.add_error(
                f"{span}_precision",
                _("Say how exactly the date is known: to a day, a month, a year, or about."),
            )
        elif precision in (Precision.SPAN, Precision.ABOUT):
            self._require_last_day(span, first, last, precision)
        else:
            self._fill_in(span, last, days_of(first, precision))

    def _require_all_or_nothing(self, span, last, precision):
        needed = not self._meta.model._meta.get_field(f"{span}_from").null
        if needed or last or precision:
            remedy = _("Give the first possible day.")
            if not needed:
                remedy = _(
                    "Give the first possible day, or empty the last day and the precision as well."
                )
            self.add_error(f"{span}_from", remedy)

    def _require_last_day(self, span, first, last, precision):
        name = Precision(precision).label
        if not last:
            error = _(
                "“%(precision)s” needs the last possible day too. Give it, or choose "
                "the precision day, month or year."
            )
        elif last < first:
            error = _("The last possible day is before the first. Exchange the two.")
        elif last == first and precision == Precision.SPAN:
            error = _(
                "“%(precision)s” needs a last day later than the first. For one day "
                "choose the precision day."
            )
        else:
            return
        self.add_error(f"{span}_to", error % {"precision": name})

    def _fill_in(self, span, given_last, days):
        """A last day left from before the edit is replaced, one typed now is not."""
        first, last = days
        typed = f"{span}_to" in self.changed_data and given_last
        if typed and not first <= given_last <= last:
            self.add_error(
                f"{span}_to",
                _(
                    "With this precision the last day is %(last)s. Leave it empty, or "
                    "choose the precision “%(span)s” or “%(about)s”."
                )
                % {"last": last, "span": Precision.SPAN.label, "about": Precision.ABOUT.label},
            )
        else:
            self.cleaned_data[f"{span}_from"], self.cleaned_data[f"{span}_to"] = first, last

    def _update_errors(self, errors):
        by_field = getattr(errors, "error_dict", {})
        for error in by_field.pop(NON_FIELD_ERRORS, []):
            by_field.setdefault(self._field_of(error), []).append(error)
        super()._update_errors(errors)

    def _field_of(self, error):
        for constraint in self._meta.model._meta.constraints:
            if isinstance(constraint, CheckConstraint) and (
                str(error.message) == str(constraint.get_violation_error_message())
            ):
                spoken_of = constraint.condition.referenced_base_fields
                return [name for name in self.fields if name in spoken_of][-1]
        return NON_FIELD_ERRORS


class LinesField(forms.CharField):
    """Browsers end lines as the web does. Stored as typed, so that sending back is no change."""

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


def refusals_of(form, formsets):
    """Each refused field as (id, label, what is wrong), in the order of the page."""
    return [
        (bound.auto_id, bound.label, " ".join(refused.errors[name]))
        for refused in (form, *(part for formset in formsets for part in formset.forms))
        for name, bound in ((name, refused[name]) for name in refused.fields)
        if name in refused.errors and not bound.is_hidden
    ]


def focus_on_first_error(form, formsets):
    """The cursor stands where something is to be corrected."""
    for refused in (form, *(part for formset in formsets for part in formset.forms)):
        for name, bound in refused.fields.items():
            if name in refused.errors and not bound.widget.is_hidden:
                bound.widget.attrs["autofocus"] = True
                return


AS_THE_RECORD = ("", _("As the record it belongs to"))


class PartForm(AudienceForm, SpanForm):
    """A record entered within the form of the record it belongs to, its `parent`."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        marking = self.fields.get("marking")
        if marking and self.instance._state.adding:
            marking.choices = [AS_THE_RECORD, *Marking.choices]
            marking.initial = ""
            marking.required = False

    @property
    def heading(self):
        return label_of(admin.site, self.instance)

    @property
    def state(self):
        return chips(self.instance)

    def clean_marking(self):
        marking = self.cleaned_data["marking"]
        if marking or self.parent is None:
            return marking
        self.instance.shared_with = self.parent.shared_with
        self.instance.readers = self.parent.readers
        return self.parent.marking


class RowForm(SeenRow, PartForm):
    """A row keeps an empty marking, so that it follows the record's now and later."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "marking" in self.fields:
            self.fields["marking"].choices = [AS_THE_RECORD, *Marking.choices]

    def clean_marking(self):
        return self.cleaned_data["marking"]


class PartFormSet(Realigned):
    """Parts of one record: new ones know it, twins are refused in the constraint's words."""

    def _construct_form(self, i, **options):
        form = super()._construct_form(i, **options)
        if isinstance(form, PartForm):
            form.parent = self.instance
        return form

    def add_fields(self, form, index):
        """A row's own key is looked up among the rows of this record that the viewer may see."""
        super().add_fields(form, index)
        form.fields[self.model._meta.pk.name].queryset = self.queryset
        if isinstance(form, RowForm):  # the headings of a table are tied to no box
            for field in form.fields.values():
                field.widget.attrs.setdefault("aria-label", field.label)

    def get_unique_error_message(self, unique_check):
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and (
                set(constraint.fields) == set(unique_check)
            ):
                return constraint.get_violation_error_message()
        return super().get_unique_error_message(unique_check)
