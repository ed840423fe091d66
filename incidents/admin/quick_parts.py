"""The parts of quick entry: forms of the records that one attack becomes.

What a row may hold is said by its model, who may read it by records/audience_form.py, what
a date needs by records/forms.py: nothing of it is said here again.
"""

from urllib.parse import urlsplit

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from incidents.admin.spelled import SpelledField
from incidents.likeness import Where
from incidents.models import (
    Attribution,
    CasualtyFigure,
    Claim,
    Incident,
    IncidentKind,
    Place,
    PlaceKind,
)
from incidents.outlines import outline_at
from militias.models import Group
from records.audience_form import AudienceForm
from records.constraints import broken
from records.dates import ISO_DAY, Precision
from records.forms import OrganisationsField, ReadersField, SpanForm, persons
from records.models import Source

RADIUS_M = 1000  # of a point that somebody touched on the map
ON_THE_MAP = "map"
OPTIONAL = {"empty_permitted": True, "use_required_attribute": False}  # a part as a whole
NUMBER = {"inputmode": "numeric", "autocomplete": "off"}


def day_field(**options):
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(widget=widget, **ISO_DAY, **options)


def time_field(**options):
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    said = {"invalid": _("Give a time of 24 hours as HH:MM.")}
    return forms.TimeField(widget=widget, required=False, error_messages=said, **options)


def address_field(**options):
    widget = forms.URLInput(attrs={"autocomplete": "off", "dir": "ltr"})
    return forms.URLField(max_length=600, assume_scheme="https", widget=widget, **options)


class RowForm(SpanForm):
    """A form of one row, whose constraints are asked in one query."""

    def validate_constraints(self):
        against = [
            ValidationError(constraint.get_violation_error_message())
            for constraint, _fields in broken(self.instance, self._get_validation_exclusions())
        ]
        if against:
            self._update_errors(ValidationError({NON_FIELD_ERRORS: against}))


class AttackForm(AudienceForm, RowForm):
    occurred_from = day_field(label=_("Day"))
    occurred_to = day_field(label=_("Last possible day"), required=False)
    occurred_precision = forms.ChoiceField(
        label=_("Known to the"),
        choices=[
            (Precision.DAY, _("Day")),
            (Precision.MONTH, _("Month")),
            (Precision.YEAR, _("Year")),
            (Precision.SPAN, _("From – to")),
            (Precision.ABOUT, _("About")),
        ],
        widget=forms.RadioSelect,
        initial=Precision.DAY,
    )
    time_from = time_field(label=_("Local time"))
    time_to = time_field(label=_("Until"))
    place = SpelledField(
        Incident._meta.get_field("place"),
        site=admin.site,
        label=_("Place"),
        required=False,
        help_text=_("Any of its names, in any spelling, in English or Arabic."),
    )
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    readers = ReadersField(label=_("Readers"), choices=(), help_text=_("Of a TLP:RED record."))

    class Meta:
        model = Incident
        fields = (
            *("occurred_from", "occurred_precision", "occurred_to", "time_from", "time_to"),
            *("place", "kind", "weapon", "target_kind", "target_name"),
            *("title", "title_ar", "summary_ar", "summary", "marking", "shared_with", "readers"),
        )
        widgets = {name: forms.Textarea({"rows": 3}) for name in ("summary", "summary_ar")}

    def __init__(self, *args, request, **options):
        super().__init__(*args, **options)
        self.person = request.user
        self.fields["place"].rows = Place.objects.visible_to(request.viewer)
        self.fields["shared_with"] = OrganisationsField(
            label=_("Shared with"), help_text=_("Organisations that may read a TLP:AMBER record.")
        )
        self.fields["readers"].choices = persons(request)
        self.fields["kind"].choices = [("", _("Choose the kind")), *IncidentKind.choices]
        for name in ("title_ar", "summary_ar"):
            self.fields[name].widget.attrs |= {"dir": "rtl", "lang": "ar"}
        self.fields["title"].widget.attrs["autocomplete"] = "off"


class NewPlaceForm(RowForm):
    class Meta:
        model = Place
        fields = ("name", "latitude", "longitude", "point_radius_m")
        labels = {"name": _("Name of the new place")}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("latitude", "longitude", "point_radius_m"):
            self.fields[name].required = True
        self.fields["point_radius_m"].initial = RADIUS_M

    def has_changed(self):
        return {"name", "latitude", "longitude"} & {*self.changed_data} != set()

    def columns(self, viewer):
        """Of the new place."""
        return {
            **self.cleaned_data,
            "kind": PlaceKind.OTHER,
            "governorate": governorate_at(*self._point(), viewer),
            "point_source": ON_THE_MAP,
        }

    def where(self, viewer):
        said = getattr(self, "cleaned_data", {})
        if not self.has_changed() or not {"latitude", "longitude"} <= {*said}:
            return Where()
        governorate = governorate_at(*self._point(), viewer)
        return Where(governorate=governorate and governorate.pk, point=self._point())

    def _point(self):
        return float(self.cleaned_data["latitude"]), float(self.cleaned_data["longitude"])


def governorate_at(latitude, longitude, viewer):
    """The governorate that a point lies in, as far as the viewer may see it, or None."""
    around = outline_at(latitude, longitude)
    governorates = Place.objects.visible_to(viewer).governorates().defer("outline")
    return governorates.filter(iso_code=around.code).first() if around else None


class FigureForm(RowForm):
    class Meta:
        model = CasualtyFigure
        fields = ("low", "high")
        labels = {"low": _("at least"), "high": _("at most")}
        widgets = {name: forms.NumberInput(NUMBER) for name in ("low", "high")}

    @property
    def heading(self):
        return self.instance.get_status_display()


class SaidForm(RowForm):
    """A statement that names a group. Nothing typed in it: nobody says so."""

    group: SpelledField

    def __init__(self, *args, request, **options):
        super().__init__(*args, **options)
        self.fields["group"].rows = Group.objects.visible_to(request.viewer)


class ClaimForm(SaidForm):
    group = SpelledField(
        Claim._meta.get_field("group"),
        site=admin.site,
        label=_("Claimed by"),
        error_messages={"required": _("Say which group claims it, or empty what stands beside.")},
    )
    address = address_field(label=_("Address of the claim"), required=False)

    class Meta:
        model = Claim
        fields = ("group", "channel", "address")
        labels = {"channel": _("Where it claims")}
        help_texts = {"channel": _("Such as a Telegram channel.")}


class AttributionForm(SaidForm):
    group = SpelledField(
        Attribution._meta.get_field("group"),
        site=admin.site,
        label=_("Attributed to"),
        error_messages={"required": _("Say to which group, or empty who attributes it.")},
    )
    asserted_by = forms.CharField(
        label=_("By whom"),
        max_length=200,
        error_messages={"required": _("Say who attributes it, or empty the group.")},
    )

    class Meta:
        model = Attribution
        fields = ("group", "asserted_by", "confidence")
        labels = {"confidence": _("How sure they are")}

    def has_changed(self):
        return {"group", "asserted_by"} & {*self.changed_data} != set()


class SourceForm(RowForm):
    address = address_field(
        label=_("Address"),
        error_messages={"required": _("Give the address of the source, or empty the publisher.")},
    )
    publisher = forms.CharField(
        label=_("Publisher"),
        max_length=200,
        required=False,
        help_text=_("Left empty, it is the name of the site."),
    )

    class Meta:
        model = Source
        fields = ("address", "publisher")

    def __init__(self, *args, request, **options):
        super().__init__(*args, **options)
        self.viewer, self.known = request.viewer, None

    def clean_address(self):
        address = self.cleaned_data["address"]
        self.known = known_source(address, self.viewer)
        return address

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("address") and not cleaned.get("publisher"):
            cleaned["publisher"] = urlsplit(cleaned["address"]).hostname.removeprefix("www.")
        return cleaned

    def citation(self):
        if self.known:
            return {"source": self.known}
        return {"described": dict(self.cleaned_data)}


def known_source(address, viewer):
    """The source that has this address already, as far as the viewer may see it, or None."""
    try:
        return Source.objects.visible_to(viewer).at_address(address).order_by("pk").first()
    except ValidationError:
        return None
