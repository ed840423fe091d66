"""Incidents with what followed, and the filters that narrow them: of the API, and through
reports/narrowing.py of every screen."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from incidents.api import IncidentFilterSet, IncidentSerializer
from incidents.models import Incident
from legal.api import ArrestBrief, ConvictionBrief
from legal.models import LinkBasis
from militias.models import Group
from records.api import Part
from records.models import Confidence
from records.parameters import ChoiceFilter, RecordFilter
from reports.asking import Asking
from reports.naming import of_group

QUESTION = ["as_of", "contested", "min_confidence"]


class ArrestOfIncident(Part):
    """An arrest that somebody ties to the incident. For negligence, it raises no rung."""

    reference = serializers.CharField()
    arrest = ArrestBrief()
    basis_kind = serializers.ChoiceField(choices=LinkBasis.choices)
    contested = serializers.BooleanField()
    confidence = serializers.ChoiceField(choices=Confidence.choices)


class ConvictionOfIncident(Part):
    """A conviction for the incident, whatever became of it: see its rulings."""

    conviction = ConvictionBrief()
    note = serializers.CharField()


class LadderIncidentSerializer(IncidentSerializer):
    arrest_links = ArrestOfIncident(many=True)
    convictions = ConvictionOfIncident(many=True)

    class Meta(IncidentSerializer.Meta):
        fields = [*IncidentSerializer.Meta.fields, "arrest_links", "convictions"]


class GroupForm(forms.Form):
    def clean(self):
        asked = super().clean()
        if asked.get("include") and "group" not in self.data:
            self.add_error("include", _("Say with “group” whose facades are to be included."))
        return asked


class LadderIncidentFilterSet(IncidentFilterSet):
    """Those of incidents, and what asks by the day, the confidence and the viewer."""

    shape = LadderIncidentSerializer
    group = RecordFilter(
        rows=Group.objects,
        method="tied_to",
        label=_("A group that claimed it or to which it is attributed, as surely as asked."),
    )
    include = ChoiceFilter(
        choices=[("facades", _("facades and brigades"))],
        method="tied_to",
        label=_("With groups that, on the day of the incident, were facades or brigades of it."),
    )

    class Meta:
        form = GroupForm

    def tied_to(self, incidents, parameter, value):
        if parameter == "include":  # asked with `group`
            return incidents
        asked = {name: self.data[name] for name in QUESTION if name in self.data}
        asking = Asking(asked, incidents.viewer)
        if not asking.is_valid():
            raise ValidationError(asking.errors)
        with_facades = bool(self.form.cleaned_data.get("include"))
        return of_group(incidents, asking.question(timezone.localdate()), value, with_facades)


def incidents_asked(request):
    """The incidents that count for whoever asks, less those that the request filters out.

    Raises:
        ValidationError: a filter cannot be read.
    """
    rows = Incident.objects.counted_for(request.viewer)
    filtered = LadderIncidentFilterSet(request.query_params, queryset=rows, request=request)
    if not filtered.is_valid():
        raise ValidationError(filtered.errors)
    return filtered.qs


def filters_described():
    """Those filters as the schema describes them where no list describes them itself."""
    filters = LadderIncidentFilterSet.base_filters
    return [OpenApiParameter(name, type=OpenApiTypes.STR) for name in filters]
