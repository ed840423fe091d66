from django.utils.translation import gettext_lazy as _

from legal.api.briefs import InstrumentBrief
from legal.models import Designation, DesignationKind
from militias.api import GroupBrief, PersonBrief
from militias.models import Group, Person
from records.api import CITED, IDENTITY, CitedSerializer, RecordViewSet, SpanField, cited
from records.lookups import FilterSet
from records.parameters import (
    CharFilter,
    ChoiceFilter,
    DayFilter,
    RecordFilter,
    rule,
    since,
    until,
)


class DesignationSerializer(CitedSerializer):
    group = GroupBrief(allow_null=True)
    person = PersonBrief(allow_null=True)
    authority = GroupBrief()
    instrument = InstrumentBrief(allow_null=True)
    listed = SpanField()

    class Meta:
        model = Designation
        fields = [
            *IDENTITY,
            "kind",
            "group",
            "person",
            "authority",
            "programme",
            "instrument",
            "listed",
            "published_on",
            "ended_on",
            "checked_on",
            *CITED,
        ]


class DesignationFilterSet(FilterSet):
    shape = DesignationSerializer
    since = since("listed")
    until = until("listed")
    kind = ChoiceFilter(choices=DesignationKind.choices)
    group = RecordFilter(rows=Group.objects)
    person = RecordFilter(rows=Person.objects)
    authority = RecordFilter(rows=Group.objects)
    programme = CharFilter(lookup_expr="iexact")
    in_force_on = DayFilter(
        method=rule("in_force_on"),
        label=_("Certainly listed by this day, and not known to have ended before it."),
    )


class DesignationViewSet(RecordViewSet):
    """Sanction and terrorist listings of groups and public figures."""

    queryset = cited(
        Designation.objects.select_related("group", "person", "authority", "instrument")
    )
    serializer_class = DesignationSerializer
    filterset_class = DesignationFilterSet
    orderings = {"listed": "listed_from", **RecordViewSet.orderings}
    ordering = "-listed"
