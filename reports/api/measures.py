"""How long it took, and how high it reached: the numbers of the dashboard's two further pages."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from records.api import Part
from reports.api.report import Asked, parameters
from reports.grouping import GROUPINGS, NONE
from reports.incident_filters import (
    QUESTION,
    LadderIncidentFilterSet,
    filters_described,
    incidents_asked,
)
from reports.ladder import Rung
from reports.reach import Instrument, Reached, reach
from reports.release import custody, releases
from reports.survival import kaplan_meier
from reports.waiting import MILESTONES, waits

OF_TIME = ("root_group", "attributed_group", "authority")


class EstimatePart(Part):
    """The share of attacks for which it had come after so many days, with its 95 % interval."""

    after = serializers.IntegerField()
    share = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class WaitsPart(Part):
    """`median` is empty where it is not reached; shortest and longest: see the codebook."""

    milestone = serializers.CharField(help_text="A rung: arrested, charged or convicted.")
    attacks = serializers.IntegerField()
    ended = serializers.IntegerField()
    waiting = serializers.IntegerField()
    median = serializers.IntegerField(allow_null=True)
    median_shortest = serializers.IntegerField(allow_null=True)
    median_longest = serializers.IntegerField(allow_null=True)
    curve = EstimatePart(many=True)


class WaitsRowPart(Part):
    def get_fields(self):
        named = {name: serializers.CharField() for name in ("key", "label")}
        return {**named, "waits": WaitsPart(many=True)}


class ReleasesPart(Part):
    stated_reason = serializers.CharField()
    reported_reason = serializers.CharField()
    suspects = serializers.IntegerField()
    likely = serializers.IntegerField()
    shortest_days = serializers.IntegerField()
    median_days = serializers.IntegerField()
    longest_days = serializers.IntegerField()


class CustodyPart(Part):
    suspects = serializers.IntegerField()
    released = serializers.IntegerField()
    median = serializers.IntegerField(allow_null=True)
    curve = EstimatePart(many=True)
    releases = ReleasesPart(many=True)


class TimeReportPart(Part):
    as_of = serializers.DateField()
    contested = serializers.BooleanField()
    total = WaitsPart(many=True)
    rows = WaitsRowPart(many=True)
    custody = CustodyPart()


class LevelPart(Part):
    def get_fields(self):
        counts = {each.value: serializers.IntegerField() for each in Instrument}
        return {"level": serializers.ChoiceField(choices=Reached.choices), **counts}


class ReachReportPart(Part):
    as_of = serializers.DateField()
    contested = serializers.BooleanField()
    rows = LevelPart(many=True)


class _OfIncidents(Asked, APIView):
    """A report on the incidents that pass every filter of their list."""

    asks = QUESTION

    def known_parameters(self):
        return [*super().known_parameters(), *self.asks, *LadderIncidentFilterSet.base_filters]


class TimeView(_OfIncidents):
    """How long from an attack to the first arrest, charge and conviction, by a day.

    Takes every filter of the list of incidents. Attacks for which it has not come count as
    waiting (Kaplan and Meier). `by` is root_group, attributed_group or authority.
    """

    asks = [*QUESTION, "by"]

    @extend_schema(
        operation_id="time_report",
        parameters=[*parameters(*asks), *filters_described()],
        responses=TimeReportPart,
        tags=["reports"],
    )
    def get(self, request):
        asking = self.asked()
        question = self.question(asking)
        by = asking.cleaned_data["by"] or None
        if by and by not in OF_TIME:
            message = _("There is no such choice. Known are: %(known)s.")
            raise ValidationError({"by": [message % {"known": ", ".join(OF_TIME)}]})
        incidents = incidents_asked(request)
        found = waits(incidents, question, [by] if by else [])
        labels = {}
        if by:
            labels = GROUPINGS[by].labels([key for key in found[by] if key], question.viewer)
        observed = custody(incidents, question)
        return Response(
            {
                "as_of": question.as_of.isoformat(),
                "contested": question.contested,
                "total": _waits(found[None].get(None, {})),
                "rows": list(_rows(found[by], labels, GROUPINGS[by])) if by else [],
                "custody": {
                    "suspects": observed[0].at_risk if observed else 0,
                    "released": sum(moment.came for moment in observed),
                    "median": kaplan_meier(observed).median,
                    "curve": [asdict(step) for step in kaplan_meier(observed).steps],
                    "releases": [_releases(each) for each in releases(incidents, question)],
                },
            }
        )


def _rows(found, labels, grouping):
    named = {key: labels[key] for key in found if key is not None}
    for key in sorted(
        named, key=lambda key: (-found[key][Rung.ARRESTED].attacks, str(named[key][0]))
    ):
        label, written = named[key]
        yield {"key": written, "label": str(label), "waits": _waits(found[key])}
    if None in found:
        yield {"key": NONE, "label": str(grouping.without), "waits": _waits(found[None])}


def _waits(found):
    return [
        {
            "milestone": milestone.value,
            "attacks": each.attacks,
            "ended": each.ended,
            "waiting": each.waiting,
            "median": each.curve.median,
            "median_shortest": each.shortest.median,
            "median_longest": each.longest.median,
            "curve": [asdict(step) for step in each.curve.steps],
        }
        for milestone, each in ((each, found[each]) for each in MILESTONES if each in found)
    ]


def _releases(each):
    return {
        "stated_reason": each.stated,
        "reported_reason": each.reported,
        "suspects": each.suspects,
        "likely": each.likely,
        "shortest_days": each.shortest,
        "median_days": each.median,
        "longest_days": each.longest,
    }


class ReachView(_OfIncidents):
    """The highest level of the chain that anybody held to account stood on, by instrument.

    Takes every filter of the list of incidents. Each attack counts once in each column.
    """

    @extend_schema(
        operation_id="reach_report",
        parameters=[*parameters(*QUESTION), *filters_described()],
        responses=ReachReportPart,
        tags=["reports"],
    )
    def get(self, request):
        question = self.question(self.asked())
        found = reach(incidents_asked(request), question)
        return Response(
            {
                "as_of": question.as_of.isoformat(),
                "contested": question.contested,
                "rows": [
                    {
                        "level": level.value,
                        **{each.value: found[each][level] for each in Instrument},
                    }
                    for level in Reached
                ],
            }
        )
