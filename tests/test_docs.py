"""The papers say what is there: pages, files, settings, numbers and commands they name."""

import re
import shlex
import subprocess
from datetime import date
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from incidents.models import Incident, IncidentOutcome, Stance
from legal.models import LinkBasis, RulingKind, StepKind
from militias.models import RelationKind
from records.dates import Precision
from records.models import Certainty, Confidence, Marking, Support
from records.viewer import PUBLIC
from reports.accountability import accountability
from reports.grouping import GROUPINGS
from reports.ladder import Question, Rung
from reports.writing import headline
from tests.starter import StarterDataTestCase

ROOT = settings.BASE_DIR
PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RECORDS = sorted((ROOT / "docs/adr").glob("*.md"))
FOLDERS = ["bench", "config", "docs", "fixtures", "incidents", "legal", "militias", "records"]
FOLDERS += ["reports", "static", "templates", "tests"]
PAGE = re.compile(r"docs/[\w/-]+\.md(?:#[\w-]+)?(?: and #[\w-]+)*")
WRITTEN = {".py", ".md", ".yaml", ".html", ".svg", ".css", ".toml", ".txt"}
FOREIGN = re.compile("/" + r"work\b|shared" + r"/facts")


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


def written_files():
    found = [*ROOT.glob("*"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*"))]
    return [path for path in found if path.suffix in WRITTEN or path.name == "Makefile"]


def anchors(page):
    """The anchors of a page's headings, as they are made from them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing(page, anchor=""):
    """Whether a page, or a heading in it, is not there."""
    return not page.exists() or (bool(anchor) and anchor not in anchors(page))


# What the papers and the code name


def test_every_page_that_the_code_names_is_there():
    wrong = []
    for file in ROOT.rglob("*.py"):
        if file.relative_to(ROOT).parts[0] not in FOLDERS:
            continue
        for named in PAGE.findall(file.read_text()):
            page, *headings = re.split(r"#| and #", named)
            for heading in headings or [""]:
                if missing(ROOT / page, heading):
                    wrong.append((file.name, page, heading))

    assert wrong == []


@pytest.mark.parametrize("paper", PAPERS, ids=names(PAPERS))
def test_every_link_leads_somewhere(paper):
    links = re.findall(r"\]\(([^)\s]+)\)", paper.read_text())
    ours = [link for link in links if "://" not in link]

    def target(link):
        path, _, anchor = link.partition("#")
        return (paper.parent / path if path else paper), anchor

    assert [link for link in ours if missing(*target(link))] == []


@pytest.mark.parametrize("paper", PAPERS, ids=names(PAPERS))
def test_every_file_that_is_named_is_there(paper):
    quoted = re.findall(r"`([\w-]+(?:/[\w./*-]*|\.\w+))`", paper.read_text())
    paths = [
        path
        for path in quoted
        if path.partition("/")[0] in FOLDERS or re.fullmatch(r"[\w-]+\.(py|yaml|toml|txt)", path)
    ]

    assert [path for path in paths if not list(ROOT.glob(path.rstrip("/")))] == []


def test_every_target_of_make_that_is_named_is_there():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = r"^    .*?\bmake (\w+)|`[^`\n]*?\bmake (\w+)[^`\n]*`"
    for paper in PAPERS:
        named = re.findall(code, paper.read_text(), re.MULTILINE)
        assert {first or second for first, second in named} <= targets, paper


def test_nothing_names_a_place_outside_the_project():
    assert [file for file in written_files() if FOREIGN.search(file.read_text("utf-8"))] == []


# What the papers list


def test_every_setting_is_listed_and_no_other():
    read = set()
    for file in ("config/settings.py", "config/serving.py", "config/local_files.py"):
        text = (ROOT / file).read_text()
        read |= set(re.findall(r"\benv(?:\.\w+)?\(\s*\"(\w+)\"", text))
        read |= set(re.findall(r"environ\.get\(['\"](\w+)['\"]", text))
    operations = (ROOT / "docs/operations.md").read_text()

    assert set(re.findall(r"^\| `([A-Z0-9_]+)` \|", operations, re.MULTILINE)) == read


@pytest.mark.parametrize(
    "choices",
    [
        Certainty,
        Confidence,
        IncidentOutcome,
        LinkBasis,
        Marking,
        Precision,
        RelationKind,
        RulingKind,
        Rung,
        Stance,
        StepKind,
        Support,
    ],
)
def test_the_codebook_explains_every_choice(choices):
    codebook = (ROOT / "docs/methodology.md").read_text()

    assert [value for value in choices.values if f"`{value}`" not in codebook] == []


def test_the_codebook_explains_every_grouping():
    codebook = (ROOT / "docs/methodology.md").read_text()

    assert [name for name in GROUPINGS if f"`{name}`" not in codebook] == []


def test_every_dependency_has_a_reason():
    chosen = [
        line
        for file in ROOT.glob("requirements*.txt")
        for line in file.read_text().partition("# What these need")[0].splitlines()
        if "==" in line
    ]
    packages = {re.split(r"[\[=]", line)[0] for line in chosen}
    reasons = (ROOT / "docs/adr/0015-dependencies.md").read_text()

    assert set(re.findall(r"^\| (\w[\w-]+) \|", reasons, re.MULTILINE)) - {"Package"} == packages


def test_decision_records_are_numbered_and_whole():
    assert [file.name[:4] for file in RECORDS] == [
        f"{number:04}" for number in range(1, len(RECORDS) + 1)
    ]
    for file in RECORDS:
        whole = rf"# {file.name[:4]}\. .+\n\nAccepted, \d{{4}}-\d\d-\d\d\.\n\n"
        whole += r"\*\*Context\.\*\* .+\n\n\*\*Decision\.\*\* .+\n\n\*\*Consequences\.\*\* .+"
        assert re.match(whole, file.read_text(), re.DOTALL), file.name


# What the papers promise


class TestReadme(StarterDataTestCase):
    def test_the_headline_is_today_s(self):
        said = " ".join((ROOT / "README.md").read_text().replace("\n> ", " ").split())
        question = Question(date(2026, 11, 22), PUBLIC)

        assert headline(accountability(Incident.objects.all(), question)) in said

    def test_its_commands_work(self):
        lines = re.findall(
            r"manage\.py (accountability_report.*)", (ROOT / "README.md").read_text()
        )
        assert len(lines) >= 4
        for line in lines:
            out = StringIO()
            call_command(*shlex.split(line), stdout=out)
            assert out.getvalue()


@pytest.mark.skipif(not settings.OWN_DATABASE, reason="It takes the local database's programs.")
def test_a_backup_is_restored(tmp_path):
    """As docs/operations.md#backup says. While it restores, PostgreSQL looks in no schema."""
    programs = settings.LOCAL_DATABASE._programs()
    address = settings.LOCAL_DATABASE.url.replace("/musaala?", "/{}?")
    name = connection.settings_dict["NAME"]
    dump, restored = tmp_path / "musaala.dump", f"{name}_restored"

    def complaints(program, database, *arguments):
        asked = [programs / program, "--dbname", address.format(database), *arguments]
        return subprocess.run(asked, check=False, capture_output=True, text=True).stderr

    drop = ("--quiet", "--command", f'DROP DATABASE IF EXISTS "{restored}"')
    try:
        assert not complaints("pg_dump", name, "--format=custom", "--file", dump)
        complaints("psql", "postgres", *drop)
        assert not complaints("psql", "postgres", "--command", f'CREATE DATABASE "{restored}"')
        assert not complaints("pg_restore", restored, "--no-owner", dump)
    finally:
        complaints("psql", "postgres", *drop)
