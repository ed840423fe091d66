"""Nothing with a marking is read without saying who reads. What could forget it is listed."""

import ast
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import Count, OuterRef, Prefetch, Q, Subquery, UniqueConstraint
from django.urls import URLResolver, get_resolver, reverse
from drf_spectacular.views import SpectacularAPIView
from rest_framework.views import APIView

from config.urls import NOUNS
from incidents.models import Claim, Incident, Place
from legal.models import Conviction, Ruling, Step
from militias.models import Group
from records.admin_base import AutocompleteView, Part, RecordAdmin
from records.api import RecordViewSet
from records.gate import GatedQuerySet, UngatedQuery, Unrestricted, gated, unrestricted
from records.models import Organisation, Record, User
from records.models.audience import Marked
from records.parameters import RecordFilter
from records.viewer import PUBLIC, Viewer, viewing
from tests.catalogue import our_apps, our_models
from tests.factories import ClaimFactory, IncidentFactory, UserFactory
from tests.hidden_world import World
from tests.questions import besides, report

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
        assert client.get("/api/v1/incidents/").status_code == 403
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


# The ways round, listed


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


def product_code():
    """Pairs of a file's name and its syntax tree: all Python that is not a test or migration."""
    folders = [settings.BASE_DIR / app.label for app in our_apps() if app.label != "project"]
    folders += [settings.BASE_DIR / "config", settings.BASE_DIR / "bench"]
    files = [settings.BASE_DIR / "manage.py"]
    files += [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    for file in files:
        if "migrations" not in file.parts:
            name = str(file.relative_to(settings.BASE_DIR))
            yield name, ast.parse(file.read_text())


def calls_of(*names):
    """How often each file calls something of these names: {file: number}."""
    found = {}
    for file, tree in product_code():
        number = sum(
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", None)) in names
            for node in ast.walk(tree)
        )
        if number:
            found[file] = number
    return found


def test_all_rows_are_asked_for_where_this_list_says():
    """Whoever adds a call adds it here, and says in its `reason` who sees the rows."""
    assert calls_of("unrestricted") == {
        "manage.py": 1,  # the operator's command line
        "records/audience_form.py": 1,  # whether a twin is there, behind the second wall
    }


def test_hand_written_sql_is_where_this_list_says():
    """What is not made of querysets passes the second wall alone."""
    assert calls_of("raw", "RawSQL", "extra", "cursor", "executemany") == {
        "bench/by_hand.py": 1,  # the operator's own timing, on made-up incidents
        "bench/saving.py": 1,
        "bench/world.py": 1,
        "config/checks.py": 3,  # of the database's letters, its superusers and its roles
        "config/management/commands/demo.py": 1,  # lets the web role sign in
        "records/audience_words.py": 1,  # which kind of thing narrows a record he reads
        "records/chain.py": 1,  # triggers of the chain
        "records/review_rules.py": 1,  # whom the database will take a marking from
        "records/verifying.py": 3,  # the operator's proof of the history
        "records/viewer.py": 3,  # who is asking
        "records/walls.py": 1,  # the policies themselves
        "reports/accountability.py": 1,  # made of gated querysets by `sql_of`
        "reports/grouping.py": 2,
        "reports/people.py": 1,
    }


def test_nothing_goes_behind_the_managers():
    """`_base_manager` knows no gate. Keys lead by it to rows that are visible with theirs."""
    attributes = {
        (file, node.attr)
        for file, tree in product_code()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
    }
    behind = ("_base_manager", "_raw", "get_object_for_this_type", "gate", "_lifted")

    assert {(file, name) for file, name in attributes if name in behind} == {
        ("records/gate.py", "gate"),
        ("records/models/audit.py", "gate"),
    }


# Everything that faces people


@pytest.mark.parametrize(("noun", "view"), NOUNS.items(), ids=NOUNS)
def test_every_view_of_the_api_gates(noun, view):
    asked = view(request=SimpleNamespace(viewer=SOMEBODY), action="list")

    assert isinstance(asked, RecordViewSet)
    assert asked.get_queryset().viewer == SOMEBODY.of_published()
    for name, parameter in view.filterset_class.base_filters.items():
        if "queryset" in parameter.extra or "rows" in parameter.extra:
            assert isinstance(parameter, RecordFilter), name


def test_every_screen_of_a_record_is_gated():
    for model, screen in admin.site._registry.items():
        if issubclass(model, Marked):
            assert isinstance(screen, RecordAdmin), model
            assert screen.actions is None, model
        for part in screen.inlines:
            if issubclass(part.model, Marked):
                assert issubclass(part, Part) and issubclass(part, InlineModelAdmin), part
    assert issubclass(
        AutocompleteView, admin.site.autocomplete_view.__globals__["AutocompleteView"]
    )


def test_no_unique_value_is_typed():
    """A refusal would tell that a hidden row has it."""
    typed = [
        (model.__name__, field.name)
        for model, screen in admin.site._registry.items()
        if issubclass(model, Record)
        for field in model._meta.fields
        if field.unique and field.editable and not field.primary_key
        if field.name not in screen.readonly_fields
    ]
    assert typed == []


@pytest.mark.parametrize("model", MARKED, ids=lambda model: model.__name__)
def test_what_may_be_once_may_be_once_for_one_audience(model):
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = {*constraint.fields, *(each.name for each in constraint.expressions)}
            assert {"marking", "readers"} <= columns, constraint.name


def test_every_record_has_a_screen():
    registered = {model for model in admin.site._registry if issubclass(model, Record)}

    assert registered == {model for model in MARKED if issubclass(model, Record)}


SWEPT = {  # names of addresses that tests/questions.py asks of every noun
    *(f"{noun}-{page}" for noun in NOUNS for page in ("list", "detail")),
    *(
        f"{model._meta.app_label}_{model._meta.model_name}_{page}"
        for model in MARKED
        if issubclass(model, Record)
        for page in ("changelist", "add", "change", "history", "delete", "review")
    ),
}
WITHOUT_RECORDS = {  # of people, their rights and their signing in
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "auth_user_password_change",
    "codes",
    "codes_recovery",
    "codes_reset",
    "codes_set_up",
    "autocomplete",
    "legal_suspect_name",  # tests/test_no_name_leaks.py
    "legal_suspect_name_enter",
    *(
        f"{model}_{page}"
        for model in ("auth_group", "records_user", "records_organisation", "records_auditentry")
        for page in ("changelist", "add", "change", "history", "delete")
    ),
}


def test_every_address_is_swept_or_shows_no_record():
    row = type("Row", (), {"pk": 1, "reference": "1"})
    rows = {Incident: [row], Place: [row], Group: [row]}
    world = World(rows, rows)
    asked = {question.path.partition("?")[0] for question in [*besides(world), *report(world)]}
    asked.add(reverse("admin:autocomplete"))

    missing = [
        (name, pattern)
        for name, pattern, resolves in _addresses()
        if name not in SWEPT | WITHOUT_RECORDS and not any(map(resolves, asked))
    ]
    assert missing == []


def _addresses(resolver=None, prefix=""):
    """(name, pattern, whether a path is its) of each address that leads to a view."""
    for each in (resolver or get_resolver()).url_patterns:
        pattern = f"{prefix}{each.pattern}"
        if isinstance(each, URLResolver):
            yield from _addresses(each, pattern)
        elif not _only_redirects(each):
            yield (
                each.name,
                pattern,
                lambda path, own=each: get_resolver().resolve(path).func == own.callback,
            )


def _only_redirects(address):
    """`/admin/incidents/incident/7/` leads to the form, and the catch-all to nothing."""
    return address.name is None


def test_every_view_of_the_api_is_for_people_signed_in():
    views = {
        each.func.cls
        for path in ("/api/v1/", "/api/v1/schema/", "/api/v1/reports/accountability/")
        if hasattr((each := get_resolver().resolve(path)).func, "cls")
    }
    for view in {*views, *NOUNS.values()}:
        assert issubclass(view, APIView)
        assert [permission.__name__ for permission in view.permission_classes] == [
            "IsAuthenticated" if view is SpectacularAPIView else "MayRead"
        ]


def test_every_app_of_ours_is_looked_at():
    assert {app.label for app in our_apps()} <= {app.label for app in apps.get_app_configs()}
