"""What is asked about a file: whose it is, which column says what, what its texts mean."""

from hashlib import sha256

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.importing.days import FORMAT_LABELS, PRECISIONS
from incidents.importing.mappings import FIELDS, VOCABULARIES, Mapping
from incidents.importing.overview import SUGGESTED_FOR, like
from incidents.importing.ready_made import READY_MADE
from incidents.importing.texts import ENCODINGS
from incidents.models import MARKINGS, ImportMapping, Incident, IncidentKind, Place
from records.forms import LoadedAutocomplete
from records.models import Marking
from records.review_rules import why_unreadable

BY_HAND = ""
NOT_READ, IN_NOTE = "", "note"
READY, SAVED = "ready:", "saved:"


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or XLSX, at most 10 MB, 20,000 rows and 100 columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    encoding = forms.ChoiceField(
        label=_("Letters of a CSV file"), choices=list(ENCODINGS.items()), required=False
    )
    mapping = forms.ChoiceField(label=_("Columns"), required=False)
    publisher = forms.CharField(
        label=_("Publisher"),
        max_length=200,
        help_text=_("Who made the data set. Each incident cites the file as its source."),
    )
    title = forms.CharField(label=_("Title of the data set"), max_length=300, required=False)
    address = forms.URLField(
        label=_("Address"), max_length=600, required=False, assume_scheme="https"
    )
    marking = forms.ChoiceField(
        label=_("Marking of its incidents"),
        choices=[(marking.value, marking.label) for marking in MARKINGS],
        initial=Marking.AMBER_STRICT,
        help_text=_("The drafts are your organisation’s alone, whatever you choose here."),
    )

    def __init__(self, *args, person, viewer, **options):
        super().__init__(*args, **options)
        self.person = person
        saved = ImportMapping.objects.visible_to(viewer)
        self.saved = {f"{SAVED}{mapping.pk}": mapping for mapping in saved}
        self.fields["mapping"].choices = [
            (BY_HAND, _("As the names of the columns suggest")),
            (_("Known data sets"), [(f"{READY}{name}", name) for name in READY_MADE]),
            (_("Saved here"), [(key, mapping.name) for key, mapping in self.saved.items()]),
        ]

    def clean_marking(self):
        marking = self.cleaned_data["marking"]
        if wrong := why_unreadable(self.person, marking, []):
            raise forms.ValidationError(wrong[1])
        return marking


class MatchForm(forms.Form):
    """One choice for each column of the file, and how the whole is read."""

    date_format = forms.ChoiceField(
        label=_("Dates are written"),
        choices=[("", _("As found in the column, if only one way fits")), *FORMAT_LABELS.items()],
        required=False,
    )
    lasting = forms.BooleanField(
        label=_("With a last day, the attack went on from the first to the last"),
        help_text=_("If not, it happened at some time between them."),
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind, where the file does not say"),
        choices=[("", _("None: such rows are errors")), *IncidentKind.choices],
        required=False,
    )
    new_places = forms.BooleanField(
        label=_("Make places that are not known, where the row gives a point"), required=False
    )
    radius_m = forms.IntegerField(
        label=_("Points are right within, metres"), min_value=1, max_value=1_000_000
    )
    only_column = forms.ChoiceField(label=_("Only rows where the column"), required=False)
    only_texts = forms.CharField(
        label=_("says"), required=False, help_text=_("Several texts are parted by semicolons.")
    )
    dataset = forms.RegexField(
        r"^[a-z0-9-]{1,12}$",
        label=_("Short name of the data set"),
        help_text=_(
            "Small letters and digits, such as ucdp. With the row’s identifier it tells whether "
            "the row was imported before."
        ),
        required=False,
    )
    name = forms.CharField(
        label=_("Save these choices as"),
        max_length=60,
        required=False,
        help_text=_("Then they are offered for the next file of this kind."),
    )

    def __init__(self, *args, run, mapping, samples, **options):
        self.run, self.mapping = run, mapping
        super().__init__(*args, initial=self._initial(mapping), **options)
        self.fields["only_column"].choices = [("", "–"), *((name, name) for name in run.header)]
        choices = [(NOT_READ, _("Not read")), *FIELDS.items(), (IN_NOTE, _("Kept in the note"))]
        chosen = {column: field for field, column in mapping.columns.items()}
        for at, column in enumerate(run.header):
            self.fields[f"column-{at}"] = forms.ChoiceField(
                label=column,
                choices=choices,
                required=False,
                initial=chosen.get(column, IN_NOTE if column in mapping.kept else NOT_READ),
                help_text=" · ".join(samples[at]),
            )

    @staticmethod
    def _initial(mapping):
        column, texts = next(iter(mapping.only.items()), ("", []))
        return {
            "date_format": mapping.date_format,
            "lasting": mapping.lasting,
            "kind": mapping.otherwise.get("kind", ""),
            "new_places": mapping.new_places,
            "radius_m": mapping.radius_m,
            "only_column": column,
            "only_texts": "; ".join(texts),
            "dataset": mapping.dataset,
        }

    def columns(self):
        return [self[name] for name in self.fields if name.startswith("column-")]

    def others(self):
        return [self[name] for name in self.base_fields]

    def clean(self):
        cleaned = super().clean()
        seen = {}
        for at, column in enumerate(self.run.header):
            chosen = cleaned.get(f"column-{at}")
            if chosen in seen and chosen not in (NOT_READ, IN_NOTE):
                self.add_error(
                    f"column-{at}",
                    _("The column “%(column)s” is this already: choose one of the two.")
                    % {"column": seen[chosen]},
                )
            seen.setdefault(chosen, column)
        if cleaned.get("only_column") and not _parted(cleaned.get("only_texts", "")):
            self.add_error("only_texts", _("Give the text that the column has to say."))
        return cleaned

    def chosen(self):
        """The Mapping that the form says."""
        cleaned = self.cleaned_data
        by_column = {column: cleaned[f"column-{at}"] for at, column in enumerate(self.run.header)}
        only = {cleaned["only_column"]: _parted(cleaned["only_texts"])}
        otherwise = {
            name: value for name, value in self.mapping.otherwise.items() if name != "kind"
        }
        return Mapping(
            columns={field: column for column, field in by_column.items() if field in FIELDS},
            kept=[column for column, field in by_column.items() if field == IN_NOTE],
            only=only if cleaned["only_column"] else {},
            values=self.mapping.values,
            otherwise=otherwise | ({"kind": cleaned["kind"]} if cleaned["kind"] else {}),
            **{
                name: cleaned[name]
                for name in ("date_format", "lasting", "new_places", "radius_m", "dataset")
            },
        )


def _parted(texts):
    return [text.strip() for text in texts.split(";") if text.strip()]


def meaning_of(field, text):
    """The name of its field: of the text alone, so that what is sent late means no other text."""
    return f"meaning-{sha256(f'{field}:{text}'.encode()).hexdigest()[:16]}"


class MeaningsForm(forms.Form):
    """What the texts mean that no row could be read by: {(field, text): rows}."""

    def __init__(self, *args, unknown, viewer, **options):
        super().__init__(*args, **options)
        self.asked = {}
        for at, ((field, text), number) in enumerate(unknown.items()):
            name = meaning_of(field, text)
            self.asked[name] = (field, text)
            self.fields[name] = self._field(field, viewer)
            self.fields[name].label = f"{FIELDS[field]}: {text}"
            self.fields[name].help_text = _("rows: %(number)s") % {"number": number}
            if field == "place" and at < SUGGESTED_FOR and (names := like(text, viewer)):
                self.fields[name].help_text = _("rows: %(number)s. Called alike: %(names)s") % {
                    "number": number,
                    "names": " · ".join(names),
                }

    def _field(self, field, viewer):
        if field == "place":
            key = Incident._meta.get_field("place")
            return forms.ModelChoiceField(
                Place.objects.visible_to(viewer),
                required=False,
                widget=LoadedAutocomplete(key, admin.site),
            )
        known = PRECISIONS if field == "precision" else dict(VOCABULARIES[field].choices)
        return forms.ChoiceField(
            choices=[("", _("Not said: such rows are errors")), *known.items()], required=False
        )

    def with_meanings(self, mapping):
        """The values of the mapping, and what is said here besides."""
        values = {field: dict(texts) for field, texts in mapping.values.items()}
        for name, (field, text) in self.asked.items():
            meaning = self.cleaned_data[name]
            if meaning:
                said = meaning.reference if isinstance(meaning, Place) else meaning
                values.setdefault(field, {})[text] = said
        return values
