"""A field for a record that is named by typing: any of its names, in any spelling.

Without a script it takes a text that fits one record alone, and offers the others as a
list. With one, records are offered while typing, and the chosen one's key goes along.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, TextField, Value
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from records.labels import label_of
from records.names import folded

MOST = 8  # records that are offered
EXACTLY = 2.0  # `nearness` of one that is called just so


class SpelledInput(forms.Widget):
    template_name = "admin/incidents/spelled.html"
    use_fieldset = False

    def __init__(self, key, attrs=None):
        super().__init__(attrs)
        self.key = key  # the foreign key that is filled in, for the address of the choices
        self.choices = ()

    def value_from_datadict(self, data, files, name):
        return data.get(name, ""), data.get(f"{name}_key", "")

    def value_omitted_from_data(self, data, files, name):
        return name not in data

    def _render(self, template_name, context, renderer=None):
        return render_to_string(template_name, context)  # of the project, not of Django's forms

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        text, key = value or ("", "")
        model = self.key.model._meta
        asked = f"app_label={model.app_label}&model_name={model.model_name}"
        context["widget"] |= {
            "text": text,
            "key": key,
            "choices": self.choices,
            "address": f"{reverse('admin:autocomplete')}?{asked}&field_name={self.key.name}",
        }
        return context


class SpelledField(forms.Field):
    """Cleans to a row of `rows`, which the viewer may see, or to None."""

    def __init__(self, key, *, site, **options):
        super().__init__(widget=SpelledInput(key), label=options.pop("label"), **options)
        self.key, self.site, self.rows = key, site, None

    def has_changed(self, initial, data):
        return bool(data and data[0].strip())

    def clean(self, value):
        text, key = value or ("", "")
        text = text.strip()
        if not text or "\0" in text:
            if self.required or text:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        found = [*self._found(text)]
        if row := self._chosen(text, key, found) or self._exactly(found):
            return row
        if not found:
            raise ValidationError(
                _(
                    "Nothing here is called “%(text)s”. Look at the spelling, type less of it, or "
                    "enter it as new."
                )
                % {"text": text}
            )
        self.widget.choices = [(row.pk, label_of(self.site, row)) for row in found]
        raise ValidationError(
            _("More than one is called like “%(text)s”: choose which is meant.") % {"text": text}
        )

    def _found(self, text):
        rows = self._with_labels().named_like(text)
        given = Value(text, output_field=TextField())
        return rows.annotate(
            term=folded(given), own=folded(F("name")), own_ar=folded(F("name_ar"))
        )[:MOST]

    def _with_labels(self):
        related = getattr(self.site.get_model_admin(self.key.related_model), "label_related", ())
        heavy = [name for name in ("outline", "governorate__outline") if "governorate" in related]
        return self.rows.select_related(*related).defer(*heavy)

    def _chosen(self, text, key, found):
        """The row of the key that came along, if it is one that the text means."""
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            return None
        row = next((row for row in found if row.pk == int(key)), None)
        if row is None:
            row = self._with_labels().filter(pk=int(key)).first()
            row = row if row and label_of(self.site, row) == text else None
        return row

    @staticmethod
    def _exactly(found):
        if len(found) == 1:
            return found[0]
        so = [row for row in found if row.nearness >= EXACTLY or row.term in (row.own, row.own_ar)]
        return so[0] if len(so) == 1 else None
