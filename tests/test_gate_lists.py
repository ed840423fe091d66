"""What could go round the gate is listed here, and everything that faces people passes it."""

import ast
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.db.models import UniqueConstraint
from django.urls import URLResolver, get_resolver, reverse
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authentication import SessionAuthentication
from rest_framework.views import APIView

from config.urls import NOUNS
from incidents.models import Incident, Place
from militias.models import Group
from partners.api import MeView
from partners.authentication import KeyAuthentication
from records.admin_base import AutocompleteView, RecordAdmin
from records.admin_parts import Part
from records.api import RecordViewSet
from records.models import Record
from records.models.audience import Marked
from records.parameters import RecordFilter
from records.viewer import Viewer
from reports import api as reports
from tests.catalogue import our_apps, our_models
from tests.hidden_world import World
from tests.questions import besides, report

MARKED = [model for model in our_models() if issubclass(model, Marked)]
SOMEBODY = Viewer(person_id=1, organisation_id=1, clearance=3, drafts=True)


# The ways round, listed


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
    assert calls_of("raw", "RawSQL", "extra", "cursor", "executemany", "rows_of") == {
        "bench/by_hand.py": 1,  # the operator's own timing, on made-up incidents
        "bench/importing.py": 2,
        "bench/saving.py": 1,
        "bench/world.py": 1,
        "config/health.py": 1,  # whether the database answers at all
        "config/checks.py": 3,  # of the database's letters, its superusers and its roles
        "config/management/commands/demo.py": 1,  # lets the web role sign in
        "partners/allowance.py": 2,  # counts requests and exports, and reads no record
        "partners/noting.py": 1,  # triggers of the feed
        "partners/proposals.py": 2,  # what the history is told, and a lock on a word
        "partners/releasing.py": 1,  # one state for all files
        "incidents/merging.py": 1,  # functions that ask for themselves who may merge what
        "incidents/importing/staging.py": 1,  # the operator's command, on rows that are no records
        "incidents/importing/statements.py": 1,  # writes what gated look-ups found
        "records/audience_words.py": 1,  # which kind of thing narrows a record he reads
        "records/chain.py": 1,  # triggers of the chain
        "records/compiling.py": 1,  # made of gated querysets and kept ready
        "records/exporting.py": 1,  # COPY of what querysets say
        "records/review_rules.py": 1,  # whom the database will take a marking from
        "records/verifying.py": 3,  # the operator's proof of the history
        "records/viewer.py": 3,  # who is asking
        "records/walls.py": 1,  # the policies themselves
        "reports/designated.py": 1,  # who was under a listing on the day of an incident
        "reports/naming.py": 1,  # who was folded into a group on the day of an incident
        "reports/accountability.py": 1,  # made of gated querysets by `sql_of`
        "reports/dashboard/compared.py": 1,
        "reports/held.py": 2,
        "reports/grouping.py": 2,
        "reports/people.py": 1,
        "reports/queue/items.py": 1,
        "reports/reach.py": 2,
        "reports/sql.py": 1,  # runs what is made of gated querysets
        "reports/waiting.py": 1,
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
    "incidents_incident_dossier",
    "legal_suspect_case",
    "legal_arrest_people",
    "legal_conviction_ruling",
    "law",
    "law_state",
    *(f"records_source_{page}" for page in ("files", "file", "at_address")),
    *("militias_candidatelink_open", "militias_candidatelink_decide", "militias_group_alike"),
}
OWN_ALONE = {  # of whoever asks: tests/test_proposals.py
    *(f"proposals-{page}" for page in ("list", "detail", "submit")),
}
WITHOUT_RECORDS = {  # of people, their rights and their signing in
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "auth_user_password_change",
    "codes",
    "codes_again",
    "codes_recovery",
    "codes_reset",
    "codes_set_up",
    "autocomplete",
    "codebook",  # of docs/ alone
    "me",  # of who asks, and of nobody else
    "partners_key_approve",
    "partners_key_revoke",
    "records_grant_agree",
    "records_grant_decline",
    "vocabularies",
    "vocabulary",
    "legal_suspect_name",  # tests/test_no_name_leaks.py
    "legal_suspect_name_enter",
    "records_source_withdraw_file",  # only writes: tests/test_stored_files.py
    *(
        f"{model}_{page}"
        for model in (
            "auth_group",
            "partners_key",
            "partners_usage",
            "records_auditentry",
            "records_grant",
            "records_download",  # of files, by number: tests/test_downloads.py
            "records_organisation",
            "records_user",
        )
        for page in ("changelist", "add", "change", "history", "delete")
    ),
}

# tests/test_queue_plans.py: what is planned for items, by monitors who see them
OF_THE_QUEUE = {f"queue_{page}" for page in ("take", "digest", "put_away")}
HANDED_OVER = {  # tests/test_handed_over.py: one report; the list and the making are swept
    f"handed_over_{page}" for page in ("report", "print", "style", "html", "zip", "withdraw")
}
SAVED_VIEWS = {"dashboard_save", "dashboard_remove"}  # tests/test_dashboard_changes.py
OF_THE_DESK = {  # tests/test_import_gate.py: what one organisation imports, and no other sees
    f"incidents_import_{page}"
    for page in (
        *("changelist", "add", "change", "match", "meanings"),
        *("begin", "anyway", "go", "errors"),
    )
}


def test_every_address_is_swept_or_shows_no_record():
    row = type("Row", (), {"pk": 1, "reference": "1"})
    rows = {Incident: [row], Place: [row], Group: [row]}
    world = World(rows, rows)
    asked = {question.path.partition("?")[0] for question in [*besides(world), *report(world)]}
    asked.add(reverse("admin:autocomplete"))

    known = (
        SWEPT | OWN_ALONE | WITHOUT_RECORDS | OF_THE_DESK | SAVED_VIEWS | OF_THE_QUEUE | HANDED_OVER
    )
    missing = [
        (name, pattern)
        for name, pattern, resolves in _addresses()
        if name not in known and not any(map(resolves, asked))
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


def test_every_view_of_the_api_is_for_people_and_keys_signed_in():
    paths = ["", "schema/", "me/", "changes/", "vocabularies/", "vocabularies/marking/", "stix/"]
    found = [get_resolver().resolve(f"/api/v1/{path}").func for path in paths]
    views = {each.cls for each in found if hasattr(each, "cls")} | {reports.AccountabilityView}

    for view in {*views, *NOUNS.values()}:
        assert issubclass(view, APIView)
        assert [permission.__name__ for permission in view.permission_classes] == [
            "IsAuthenticated" if issubclass(view, SpectacularAPIView | MeView) else "MayRead"
        ]
        assert view.authentication_classes == [KeyAuthentication, SessionAuthentication]


def test_every_app_of_ours_is_looked_at():
    assert {app.label for app in our_apps()} <= {app.label for app in apps.get_app_configs()}
