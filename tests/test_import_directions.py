"""Imports point one way, backwards along the story: docs/architecture.md."""

import ast
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

STORY = ["records", "militias", "incidents", "legal", "reports", "partners", "bench", "config"]
FACES = {"admin", "api", "stix_api", "management", "urls", "views"}
TESTS = "tests"  # import anything, and are imported by nothing
NOT_AT_THE_TOP = {
    # Without DATABASE_URL only: in production the package it needs is not installed.
    ("config/settings.py", "config.database"),
}


class Import(NamedTuple):
    path: str  # of the importing file, from the project folder
    name: str  # what is imported: "legal.models.Arrest"
    at_the_top: bool


def imports_of(path, source):
    """Every import of a module, wherever in it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(Path(path).parts[: -node.level]) if node.level else ""
            module = ".".join(filter(None, [package, node.module]))
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield Import(path, name, node in tree.body)


def points_forward(found):
    importer, imported = found.path.split("/")[0], found.name.split(".")[0]
    if importer == TESTS or imported not in [*STORY, TESTS]:
        return False
    return imported == TESTS or STORY.index(imported) > STORY.index(importer)


def shows_its_face(found):
    """A model or a verb imports an admin, an API or a command of its own app."""
    importer, imported = Path(found.path).with_suffix("").parts, found.name.split(".")
    inside = importer[0] == imported[0] and importer[0] != "config"
    return inside and not FACES.isdisjoint(imported[1:2]) and importer[1] not in FACES


def project_files():
    for package in [*STORY, TESTS]:
        yield from (settings.BASE_DIR / package).rglob("*.py")


@pytest.fixture(scope="module")
def imports():
    return [
        found
        for file in project_files()
        for found in imports_of(str(file.relative_to(settings.BASE_DIR)), file.read_text())
    ]


def test_an_app_imports_only_what_stands_to_its_left(imports):
    assert [found for found in imports if points_forward(found)] == []


def test_models_and_verbs_do_not_know_their_faces(imports):
    assert [found for found in imports if shows_its_face(found)] == []


def test_imports_stand_at_the_top(imports):
    below = {
        (found.path, found.name.rpartition(".")[0]) for found in imports if not found.at_the_top
    }

    assert below == NOT_AT_THE_TOP


def test_every_package_has_its_place_in_the_story():
    packages = {file.parent.name for file in settings.BASE_DIR.glob("[a-z]*/__init__.py")}

    assert packages <= {*STORY, TESTS}


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("legal/models/arrest.py", "from incidents.models import Incident", False),
        ("incidents/models/claim.py", "from legal.models import Arrest", True),
        ("records/viewer.py", "import partners.models", True),
        ("records/viewer.py", "from tests.factories import UserFactory", True),
        ("reports/ladder.py", "from config import settings", True),
        ("reports/ladder.py", "def f():\n    from partners.feed import changes", True),
        ("tests/test_ladder.py", "from config.urls import urlpatterns", False),
        ("config/urls.py", "import partners.api", False),
        ("records/viewer.py", "from django.db import models", False),
    ],
)
def test_a_forward_import_is_noticed(path, source, wrong):
    assert [points_forward(found) for found in imports_of(path, source)] == [wrong]


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("legal/models/arrest.py", "from legal.admin import ArrestAdmin", True),
        ("legal/models/arrest.py", "from ..api import ArrestSerializer", True),
        ("reports/ladder.py", "from reports.management.commands import report", True),
        ("legal/admin.py", "from legal.models import Arrest", False),
        ("legal/api.py", "from legal.admin import ArrestAdmin", False),
        ("legal/models/arrest.py", "from legal.models.suspect import Suspect", False),
    ],
)
def test_a_model_that_knows_its_face_is_noticed(path, source, wrong):
    assert [shows_its_face(found) for found in imports_of(path, source)] == [wrong]


@pytest.mark.parametrize(
    "source", ["def f():\n    import os", "if True:\n    import os", "class C:\n    import os"]
)
def test_an_import_below_the_top_is_noticed(source):
    assert [found.at_the_top for found in imports_of("records/a.py", source)] == [False]
