"""Releases made in a world of a test, and what can be asked of them."""

from datetime import UTC, date, datetime

import pytest

from partners import releasing
from partners.models import AUDIENCES, Release
from tests.questions import Question
from tests.trail import past_the_triggers

DAY = date(2024, 1, 1)
MOMENT = datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
EXPORTS = "/api/v1/exports/"


def make_releases():
    """One for each audience. All worlds say that they were made at the same moment."""
    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(releasing, "settle", lambda stored: None)  # no disk is waited for here
        for marking in AUDIENCES:
            releasing.release(marking, DAY)
    with past_the_triggers(Release._meta.db_table):
        Release.objects.update(made_at=MOMENT)


def questions():
    """A release tells the checksums of all its files, so not all of them are asked for."""
    for number in ("CLEAR-1", "GREEN-1", "AMBER-1", "CLEAR-2"):
        yield Question(f"{EXPORTS}{number}/")
        yield Question(f"{EXPORTS}{number}/incidents.csv")
    yield Question(EXPORTS)
    yield Question(f"{EXPORTS}CLEAR-1/claims.csv")
    yield Question(f"{EXPORTS}GREEN-1/SHA256SUMS")
    yield Question(f"{EXPORTS}GREEN-1/no-such.csv")
