"""What quick entry asks: an attack on one page, put together from its parts."""

from datetime import date
from typing import NamedTuple

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from incidents.admin.quick_parts import (
    OPTIONAL,
    AttackForm,
    AttributionForm,
    ClaimForm,
    FigureForm,
    NewPlaceForm,
    SourceForm,
    day_field,
    known_source,
)
from incidents.admin.spelled import SpelledField
from incidents.importing.drafting import title_of
from incidents.likeness import Sketch, folded_titles, where_is
from incidents.models import CasualtyFigure, CasualtyStatus, Incident, IncidentKind, Place
from records.dates import Precision, days_of
from records.models import Source


class QuickEntry:
    """All that is typed on the page. `parts`: what may be left empty as a whole."""

    def __init__(self, request, data=None):
        self.viewer = request.viewer
        asked = OPTIONAL | {"request": request}
        self.attack = AttackForm(data, request=request)
        self.new_place = NewPlaceForm(data, prefix="new", **OPTIONAL)
        self.killed = self._figure(data, CasualtyStatus.KILLED)
        self.wounded = self._figure(data, CasualtyStatus.WOUNDED)
        self.claim = ClaimForm(data, prefix="claim", **asked)
        self.attribution = AttributionForm(data, prefix="attribution", **asked)
        self.source = SourceForm(data, prefix="source", **asked)
        self.forms = [
            *(self.attack, self.new_place, self.killed, self.wounded),
            *(self.claim, self.attribution, self.source),
        ]

    @staticmethod
    def _figure(data, status):
        instance = CasualtyFigure(status=status)
        return FigureForm(data, instance=instance, prefix=str(status), **OPTIONAL)

    def is_valid(self):
        valid = all(form.is_valid() for form in self.forms)
        return self._has_one_place() and valid

    def _has_one_place(self):
        if "place" in self.attack.errors:
            return False
        chosen, new = self.attack.cleaned_data.get("place"), self.new_place.has_changed()
        if bool(chosen) != new:
            return True
        self.attack.add_error(
            "place",
            _("This is a known place and a new one at once: empty one of the two.")
            if chosen
            else _("Say where: type a place, touch the map, or enter a new place with its point."),
        )
        return False

    def errors(self):
        """(heading, field) of what is refused, in the order of the page."""
        return [
            (getattr(form, "heading", ""), form[name])
            for form in self.forms
            for name in form.fields
            if name in form.errors
        ]

    def focus_on_first_error(self):
        for _heading, field in self.errors()[:1]:
            field.field.widget.attrs["autofocus"] = True

    def said(self):
        """What incidents/proposing.py writes."""
        said = dict(self.attack.cleaned_data)
        cited = [self.source.citation()] if self.source.has_changed() else []
        if self.new_place.has_changed():
            said["new_place"] = self.new_place.columns(self.viewer)
        said["title"] = said["title"] or self.proposed_title()
        figures = [
            {"status": form.instance.status, **form.cleaned_data}
            for form in (self.killed, self.wounded)
            if form.has_changed()
        ]
        lists = {
            "casualties": figures,
            "claims": self._statement(self.claim),
            "attributions": self._statement(self.attribution),
        }
        for name, statements in lists.items():
            said[name] = [{**statement, "sources": cited} for statement in statements]
        return said | {"sources": cited}

    @staticmethod
    def _statement(form):
        return [form.cleaned_data] if form.has_changed() else []

    def place_name(self):
        place = self.attack.cleaned_data.get("place")
        return place.name if place else self.new_place.cleaned_data["name"]

    def proposed_title(self):
        said = self.attack.cleaned_data
        return proposed_title(
            said["kind"], self.place_name(), said["occurred_from"], said["occurred_precision"]
        )

    def sketch(self):
        said = self.attack.cleaned_data
        known = said["place"]
        where = where_is(known) if known else self.new_place.where(self.viewer)
        title = said["title"] if said["title"] != self.proposed_title() else ""
        return Sketch(
            said["occurred_from"],
            said["occurred_to"],
            said["kind"],
            where,
            folded_titles(title, said["title_ar"]),
        )


class Glimpse(NamedTuple):
    """As much as can be read of a page that somebody is still writing."""

    title: str = ""
    sketch: Sketch | None = None
    source: Source | None = None


class GlimpseForm(forms.Form):
    """The fields of the page that tell one attack from another. None of them is required."""

    occurred_from = day_field(required=False)
    occurred_to = day_field(required=False)
    occurred_precision = forms.ChoiceField(choices=Precision.choices, required=False)
    kind = forms.ChoiceField(choices=IncidentKind.choices, required=False)
    place = SpelledField(
        Incident._meta.get_field("place"), site=admin.site, label="", required=False
    )
    title = forms.CharField(max_length=200, required=False)
    title_ar = forms.CharField(max_length=200, required=False)

    def __init__(self, request):
        super().__init__(request.POST)
        self.viewer = request.viewer
        self.fields["place"].rows = Place.objects.visible_to(request.viewer)
        self.new = NewPlaceForm(request.POST, prefix="new", **OPTIONAL)
        self.address = request.POST.get("source-address", "")

    def glimpse(self):
        self.full_clean()
        said = self.cleaned_data
        place = said.get("place")
        self.new.full_clean()
        source = known_source(self.address, self.viewer) if self.address else None
        first, precision = said.get("occurred_from"), said.get("occurred_precision") or "day"
        if not first:
            return Glimpse(source=source)
        name = place.name if place else self.new.cleaned_data.get("name")
        title = proposed_title(said.get("kind"), name, first, precision) if name else ""
        own = said.get("title") if said.get("title") != title else ""
        first, last = days_of(first, precision)
        last = last or said.get("occurred_to") or first
        where = where_is(place) if place else self.new.where(self.viewer)
        titles = folded_titles(own, said.get("title_ar"))
        sketch = Sketch(first, max(first, last), said.get("kind", ""), where, titles)
        return Glimpse(title, sketch, source)


def proposed_title(kind, place, first: date, precision):
    """In English, whatever the interface speaks: Arabic has a title of its own."""
    if not kind:
        return ""
    with override("en"):
        kind = Incident(kind=kind).get_kind_display()
    return title_of(kind, place, first.isoformat(), precision)
