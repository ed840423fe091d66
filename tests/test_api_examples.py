"""Every example of docs/api.md runs as it is written, on the starter data."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from partners.releasing import release
from records.models import Marking
from tests.factories import KeyFactory, OrganisationFactory
from tests.keys import text_of
from tests.starter import load_starter_data
from tests.test_releases import DAY

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = (settings.BASE_DIR / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"(?:^    .*\n|^\n(?=    ))+", PAGE, re.MULTILINE)
# Each command to the end of its lines: those that follow a backslash, or stand within quotes.
COMMANDS = [
    command
    for block in BLOCKS
    for command in re.split(r"\n(?=curl )", "\n".join(line[4:] for line in block.splitlines()))
]
CURLS = [command.strip() for command in COMMANDS if command.strip().startswith("curl ")]
CURLS = [command.split("\n\n")[0] for command in CURLS]  # what follows is the answer
PYTHON = [command for command in COMMANDS if "import httpx" in command]


@pytest.fixture
def run(live_server, settings, tmp_path):
    """Returns what a command prints, in a folder of its own; fails if it fails."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    load_starter_data()
    release(Marking.CLEAR, DAY)
    partner = OrganisationFactory(slug="partner", name="Partner")
    key = KeyFactory(organisation=partner, scopes=["read", "propose"], rate=6000, burst=6000)
    about = {**os.environ, "MUSAALA": live_server.url, "MUSAALA_KEY": text_of(key)}

    def run(*command):
        done = subprocess.run(
            command, cwd=tmp_path, env=about, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_every_example_runs_as_it_is_written(run):
    assert len(CURLS) > 12
    assert len(PYTHON) == 1
    for command in CURLS:
        # curl ends with 22 where the answer is an error
        run("bash", "-c", f'curl() {{ command curl --fail-with-body --silent "$@"; }}\n{command}')
    days = run(sys.executable, "-c", PYTHON[0]).splitlines()
    assert len(days) == 6
    assert all(line.startswith("20") for line in days)
