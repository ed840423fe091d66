"""Nothing with a marking is read without saying who reads. What could forget it is listed."""

import pytest
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery

from incidents.models import Claim, Incident
from legal.models import Conviction, Ruling, Step
from militias.models import Group
from records.gate import GatedQuerySet, UngatedQuery, Unrestricted, gated, unrestricted
from records.models import Organisation, User
from records.models.audience import Marked
from records.viewer import PUBLIC, Viewer, viewing
from tests.catalogue import our_models
from tests.factories import ClaimFactory, IncidentFactory, UserFactory

MARKED = [model for model in our_models() if issubclass(model, Marked)]
SOMEBODY = Viewer(person_id=1, organisation_id=1, clearance=3, drafts=True)


@pytest.fixture
def _gated():
    """As in a request: nothing is unrestricted."""
    with gated():
        yield


pytestmark = pytest.mark.usefixtures("_gated")


# What raises

EVALUATED = {
    "iterated": list,
    "counted": lambda rows: rows.count(),
    "asked for": bool,
    "measured": len,
    "exists": lambda rows: rows.exists(),
    "aggregated": lambda rows: rows.aggregate(Count("pk")),
    "got": lambda rows: rows.get(pk=1),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("pk"),
    "latest": lambda rows: rows.latest("pk"),
    "indexed": lambda rows: rows[0],
    "sliced": lambda rows: list(rows[:2]),
    "in bulk": lambda rows: rows.in_bulk([1]),
    "in a step": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values("pk")),
    "a list of values": lambda rows: list(rows.values_list("pk", flat=True)),
    "dates": lambda rows: list(rows.dates("occurred_from", "year")),
    "annotated": lambda rows: list(rows.annotate(more=Count("pk"))),
    "distinct": lambda rows: list(rows.distinct()),
    "ordered": lambda rows: list(rows.order_by("pk")),
    "filtered": lambda rows: list(rows.filter(kind="ambush")),
    "excluded": lambda rows: list(rows.exclude(kind="ambush")),
    "explained": lambda rows: rows.explain(),
    "contains": lambda rows: rows.contains(Incident(pk=1)),
    "updated": lambda rows: rows.update(title="x"),
    "deleted": lambda rows: rows.delete(),
    "deleted at once": lambda rows: rows._raw_delete("default"),
    "locked": lambda rows: list(rows.select_for_update()),
    "only some columns": lambda rows: list(rows.only("title")),
    "united": lambda rows: list(rows.union(Incident.objects.visible_to(PUBLIC))),
    "united the other way": lambda rows: list(Incident.objects.visible_to(PUBLIC).union(rows)),
    "intersected": lambda rows: list(Incident.objects.visible_to(PUBLIC).intersection(rows)),
    "subtracted": lambda rows: list(Incident.objects.visible_to(PUBLIC).difference(rows)),
    "or a gated one": lambda rows: list(rows | Incident.objects.visible_to(PUBLIC)),
    "or, after a gated one": lambda rows: list(Incident.objects.visible_to(PUBLIC) | rows),
    "and a gated one": lambda rows: list(rows & Incident.objects.visible_to(PUBLIC)),
    "for two viewers": lambda rows: list(
        rows.visible_to(PUBLIC).filter(pk=1) | rows.visible_to(SOMEBODY).filter(pk=2)
    ),
    "in a subquery": lambda rows: list(Organisation.objects.filter(pk__in=rows.values("owner"))),
    "in a subquery of gated rows": lambda rows: list(
        Claim.objects.visible_to(PUBLIC).filter(incident__in=rows)
    ),
    "in a column": lambda rows: list(
        Organisation.objects.annotate(
            one=Subquery(rows.filter(owner=OuterRef("pk")).values("pk")[:1])
        )
    ),
    "updated or made": lambda rows: rows.update_or_create(pk=1, defaults={"title": "x"}),
    "got or made": lambda rows: rows.get_or_create(pk=1),
    "bulk updated": lambda rows: rows.bulk_update([Incident(pk=1)], ["title"]),
    "for whom": lambda rows: rows.viewer,
}


@pytest.mark.parametrize("evaluated", EVALUATED.values(), ids=EVALUATED)
def test_rows_gated_for_nobody_raise(evaluated):
    with pytest.raises(UngatedQuery):
        evaluated(Incident.objects.all())


@pytest.mark.parametrize("model", MARKED, ids=lambda model: model.__name__)
def test_every_model_with_an_audience_has_a_gate(model):
    assert issubclass(model._default_manager._queryset_class, GatedQuerySet)
    assert issubclass(model.pgh_event_model._default_manager._queryset_class, GatedQuerySet)
    for manager in model._meta.managers:
        with pytest.raises(UngatedQuery):
            list(manager.all())


@pytest.mark.parametrize("model", MARKED, ids=lambda model: model.__name__)
def test_what_belongs_to_a_row_has_a_gate_too(model):
    """`incident.claims` is as ungated as `Claim.objects`."""
    for relation in model._meta.related_objects:
        if issubclass(relation.related_model, Marked) and relation.get_accessor_name():
            with pytest.raises(UngatedQuery):
                getattr(model(pk=1), relation.get_accessor_name()).count()


def test_no_single_row_hangs_on_another_by_a_name():
    """`row.other` of a one-to-one relation goes by `_base_manager`, which knows no gate."""
    assert [
        relation
        for model in MARKED
        for relation in model._meta.related_objects
        if relation.one_to_one and issubclass(relation.related_model, Marked)
        if relation.get_accessor_name()
    ] == []


def test_what_is_taken_from_a_person_is_gone_with_his_next_request(client):
    IncidentFactory(marking="TLP:GREEN")
    reader = UserFactory(clearance="TLP:GREEN")
    client.force_login(reader)

    def shown():
        """His session has ended with the change; he signs in again."""
        assert client.get("/api/v1/incidents/").status_code == 401
        client.force_login(User.objects.get(pk=reader.pk))
        return len(client.get("/api/v1/incidents/").json().get("results", []))

    User.objects.filter(pk=reader.pk).update(clearance="TLP:CLEAR")
    assert shown() == 0
    User.objects.filter(pk=reader.pk).update(clearance="TLP:GREEN")
    assert shown() == 1
    reader.user_permissions.clear()
    assert shown() == 0


def test_rows_know_their_viewer():
    assert Incident.objects.visible_to(SOMEBODY).filter(kind="ambush").viewer == SOMEBODY
    assert Incident.objects.counted_for(SOMEBODY).viewer == SOMEBODY.of_published()
    assert isinstance(Incident.objects.unrestricted(reason="a test").viewer, Unrestricted)


def test_what_is_prefetched_is_gated_for_the_viewer_of_the_rows():
    incident = IncidentFactory()
    shown, _hidden = (
        ClaimFactory(incident=incident),
        ClaimFactory(incident=incident, marking="TLP:RED", readers=[-1]),
    )
    rows = Incident.objects.visible_to(PUBLIC)

    for lookups in (
        ["claims"],
        [Prefetch("claims", Claim.objects.all())],
        [Prefetch("claims", Claim.objects.all(), to_attr="said")],
        ["place__incidents__claims"],
    ):
        (row,) = rows.prefetch_related(*lookups)
        if lookups == ["place__incidents__claims"]:
            row = row.place.incidents.all()[0]
        said = row.said if hasattr(row, "said") else row.claims.all()
        assert list(said) == [shown]


# Filters through relations

THROUGH = {
    "to what belongs to it": lambda: Incident.objects.visible_to(PUBLIC).filter(
        claims__channel="x"
    ),
    "excluding": lambda: Incident.objects.visible_to(PUBLIC).exclude(claims__channel="x"),
    "whether there is any": lambda: Incident.objects.visible_to(PUBLIC).filter(claims__isnull=True),
    "counted": lambda: Incident.objects.visible_to(PUBLIC).annotate(Count("claims")),
    "ordered by": lambda: Incident.objects.visible_to(PUBLIC).order_by("claims__channel"),
    "values of": lambda: Incident.objects.visible_to(PUBLIC).values("claims__channel"),
    "over a visible one": lambda: Claim.objects.visible_to(PUBLIC).filter(
        incident__attributions__basis="x"
    ),
    "in a Q": lambda: Group.objects.visible_to(PUBLIC).filter(Q(name="x") | Q(names__text="x")),
    "members' further rows": lambda: Conviction.objects.visible_to(PUBLIC).filter(
        suspects__suspect__steps__kind="charged"
    ),
}


@pytest.mark.parametrize("through", THROUGH.values(), ids=THROUGH)
def test_a_filter_does_not_look_through_a_relation_at_hidden_rows(through):
    with pytest.raises(UngatedQuery):
        list(through())


def test_a_filter_looks_at_members_and_at_what_a_row_points_at():
    for rows in (
        Claim.objects.visible_to(PUBLIC).filter(incident__place__name="x"),
        Conviction.objects.visible_to(PUBLIC).filter(suspects__isnull=True),
        Ruling.objects.visible_to(PUBLIC).filter(suspects__suspect__code="x"),
        Step.objects.visible_to(PUBLIC).filter(incidents__incident__title="x"),
    ):
        assert list(rows) == []


def test_unrestricted_ends_with_its_block_and_within_a_request():
    with unrestricted("a test"):
        assert Incident.objects.count() == 0
        with gated(), pytest.raises(UngatedQuery):
            Incident.objects.count()
    with pytest.raises(UngatedQuery):
        Incident.objects.count()


def test_whoever_is_answered_is_gated_whatever_goes_on_around():
    with unrestricted("a test"), viewing(PUBLIC), pytest.raises(UngatedQuery):
        Incident.objects.count()
