"""Who was held for these attacks, by which authority, and how it ended: as the dashboard says."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from legal.models import StepKind
from militias.models import Group
from records.api import Part
from records.names import label
from reports.api.report import AskedOfIncidents, PeopleRange, parameters
from reports.held import Fate, held_by_authority, reasons
from reports.incident_filters import QUESTION, filters_described, incidents_asked


class HeldPart(Part):
    """Arrests that anybody ties to these attacks, and the suspects held in them."""

    def get_fields(self):
        return {
            "arrests": serializers.IntegerField(),
            "for_the_attack": serializers.IntegerField(),
            "detained": PeopleRange(),
            **{fate.value: PeopleRange() for fate in Fate},
        }


class AuthorityPart(HeldPart):
    def get_fields(self):
        named = {name: serializers.CharField() for name in ("authority", "label")}
        return {**named, **super().get_fields()}


class ReasonPart(Part):
    """Suspects whose case took the same step for the same reasons."""

    kind = serializers.ChoiceField(choices=StepKind.choices)
    stated_reason = serializers.CharField()
    reported_reason = serializers.CharField()
    suspects = serializers.IntegerField()


class HeldReportPart(Part):
    as_of = serializers.DateField()
    contested = serializers.BooleanField()
    total = HeldPart()
    rows = AuthorityPart(many=True)
    reasons = ReasonPart(many=True)


class HeldView(AskedOfIncidents, APIView):
    """Arrests by authority, and what became of the suspects held, by a day.

    Takes every filter of the list of incidents. Wider than the rung “arrested”: it counts
    arrests that anybody ties to these attacks, also for negligence or held doubtful;
    `for_the_attack` counts those that are on the ladder.
    """

    asks = QUESTION

    @extend_schema(
        operation_id="arrests_report",
        parameters=[*parameters(*asks), *filters_described()],
        responses=HeldReportPart,
        tags=["reports"],
    )
    def get(self, request):
        question = self.question(self.asked())
        incidents = incidents_asked(request)
        held = held_by_authority(incidents, question)
        total = held.pop(None)
        named = Group.objects.visible_to(self.viewer()).filter(pk__in=held).order_by("name", "pk")
        return Response(
            {
                "as_of": question.as_of.isoformat(),
                "contested": question.contested,
                "total": _numbers(total),
                "rows": [
                    {
                        "authority": group.reference,
                        "label": label(group.name, group.name_ar),
                        **_numbers(held[group.pk]),
                    }
                    for group in named
                ],
                "reasons": [
                    {
                        "kind": reason.kind.value,
                        "stated_reason": reason.stated,
                        "reported_reason": reason.reported,
                        "suspects": reason.suspects,
                    }
                    for reason in reasons(incidents, question)
                ],
            }
        )


def _numbers(counts):
    return {
        "arrests": counts.arrests,
        "for_the_attack": counts.for_the_attack,
        "detained": asdict(counts.detained),
        **{fate.value: asdict(counts.fates[fate]) for fate in Fate},
    }
