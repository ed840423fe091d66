"""Groups, their relations, public figures: chosen fields and named rules, nothing else."""

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from militias.models import (
    Affiliation,
    CandidateLink,
    Decision,
    Group,
    GroupKind,
    Person,
    Position,
    Relation,
    RelationKind,
)
from records.api import (
    ASSERTION,
    CITED,
    IDENTITY,
    AssertionSerializer,
    Brief,
    CitedSerializer,
    DayField,
    NamesField,
    Part,
    RecordViewSet,
    cited,
)
from records.lookups import FilterSet
from records.parameters import (
    ChoiceFilter,
    DayFilter,
    RecordFilter,
    min_confidence,
    named_like,
    rule,
)

GROUP_TAGS = {
    "reference": "#group+id",
    "name": "#group+name+i_en",
    "name_ar": "#group+name+i_ar",
    "abbreviation": "#group+code",
    "kind": "#group+type",
}


class GroupBrief(Brief):
    class Meta:
        model = Group
        fields = ["reference", "name", "name_ar", "abbreviation", "kind"]
        hxl = GROUP_TAGS


class PersonBrief(Brief):
    class Meta:
        model = Person
        fields = ["reference", "name", "name_ar", "public_role"]


class RelationSerializer(AssertionSerializer):
    from_group = GroupBrief()
    to_group = GroupBrief()
    since = DayField(allow_null=True)
    until = DayField(allow_null=True)

    class Meta:
        model = Relation
        fields = [*IDENTITY, "kind", "from_group", "to_group", "since", "until", *ASSERTION]


RELATIONS = cited(Relation.objects.select_related("from_group", "to_group"))


class RelationFilterSet(FilterSet):
    shape = RelationSerializer
    kind = ChoiceFilter(choices=RelationKind.choices)
    from_group = RecordFilter(rows=Group.objects)
    to_group = RecordFilter(rows=Group.objects)
    in_force_on = DayFilter(
        method=rule("in_force_on"),
        label=_("Held on this day; an unknown beginning or end does not exclude."),
    )
    min_confidence = min_confidence()


class RelationViewSet(RecordViewSet):
    """Dated, graded, sourced statements about two groups.

    Read as a sentence: `from_group` is a *kind* `to_group`. Two groups never become one.
    """

    queryset = RELATIONS
    serializer_class = RelationSerializer
    filterset_class = RelationFilterSet


class GroupSerializer(CitedSerializer):
    names = NamesField()
    active_from = DayField(allow_null=True)
    active_to = DayField(allow_null=True)
    relations = RelationSerializer(many=True)
    relations_to = RelationSerializer(many=True)

    class Meta:
        model = Group
        fields = [
            *IDENTITY,
            "name",
            "name_ar",
            "abbreviation",
            "names",
            "kind",
            "country",
            "description",
            "active_from",
            "active_to",
            "relations",
            "relations_to",
            *CITED,
        ]
        hxl = GROUP_TAGS


class GroupFilterSet(FilterSet):
    shape = GroupSerializer
    kind = ChoiceFilter(choices=GroupKind.choices)
    name = named_like()


class GroupViewSet(RecordViewSet):
    """Armed groups, and states, organs and coalitions that act in this story.

    `relations` are those it has to another group, `relations_to` those another has to it.
    """

    queryset = cited(Group.objects.all()).prefetch_related(
        "names", Prefetch("relations", RELATIONS), Prefetch("relations_to", RELATIONS)
    )
    serializer_class = GroupSerializer
    filterset_class = GroupFilterSet
    orderings = {"name": "name", **RecordViewSet.orderings}
    ordering = "name"


class AffiliationPart(Part):
    """A group somebody belongs to, whatever the post."""

    group = GroupBrief()


class PositionPart(Part):
    """A post held in a group, between two days as far as they are known."""

    group = GroupBrief()
    title = serializers.CharField()
    since = DayField(allow_null=True)
    until = DayField(allow_null=True)
    note = serializers.CharField()


class PersonSerializer(CitedSerializer):
    names = NamesField()
    affiliations = AffiliationPart(many=True)
    positions = PositionPart(many=True)

    class Meta:
        model = Person
        fields = [
            *IDENTITY,
            "name",
            "name_ar",
            "names",
            "public_role",
            "died_on",
            "affiliations",
            "positions",
            *CITED,
        ]


class PersonFilterSet(FilterSet):
    shape = PersonSerializer
    name = named_like()
    group = RecordFilter(rows=Group.objects, field_name="affiliations__group")


class PersonViewSet(RecordViewSet):
    """Public figures only. Suspects are never persons: they are known by a code alone."""

    queryset = cited(Person.objects.all()).prefetch_related(
        "names",
        Prefetch("affiliations", Affiliation.objects.select_related("group")),
        Prefetch("positions", Position.objects.select_related("group")),
    )
    serializer_class = PersonSerializer
    filterset_class = PersonFilterSet
    orderings = {"name": "name", **RecordViewSet.orderings}
    ordering = "name"


class CandidateLinkSerializer(AssertionSerializer):
    given_to = GroupBrief()
    may_be = GroupBrief()

    class Meta:
        model = CandidateLink
        fields = [
            *IDENTITY,
            "name",
            "given_to",
            "may_be",
            "decision",
            "decided_on",
            "decision_reason",
            *ASSERTION,
        ]


class CandidateLinkFilterSet(FilterSet):
    shape = CandidateLinkSerializer
    given_to = RecordFilter(rows=Group.objects)
    may_be = RecordFilter(rows=Group.objects)
    decision = ChoiceFilter(choices=Decision.choices)


class CandidateLinkViewSet(RecordViewSet):
    """Names that may be another group's. They propose; a person decides; groups stay two."""

    queryset = cited(CandidateLink.objects.select_related("given_to", "may_be"))
    serializer_class = CandidateLinkSerializer
    filterset_class = CandidateLinkFilterSet
    orderings = {"name": "name", **RecordViewSet.orderings}
    ordering = "name"
