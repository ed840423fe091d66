"""Who follows the feed is not made to pass over what others may read, however much it is."""

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from partners.models import Change
from records.viewer import Viewer, viewing
from tests.factories import OrganisationFactory, SourceFactory
from tests.feeding import Reader
from tests.trail import ask

pytestmark = pytest.mark.django_db(transaction=True)

HIDDEN = 10_000


@pytest.fixture
def reader():
    """Somebody who has been told all he may read, of an organisation with little to read."""
    SourceFactory.create_batch(3)
    told = Reader("TLP:AMBER+STRICT")
    told.follow()
    return told


def hide_many():
    """As if an organisation had changed records of its own so often."""
    SourceFactory(owner=OrganisationFactory(slug="others"), marking="TLP:AMBER+STRICT")
    columns = [f.column for f in Change._meta.concrete_fields if f.name != "number"]
    names = ", ".join(columns)
    last = "(SELECT * FROM partners_change ORDER BY number DESC LIMIT 1) AS last"
    ask(
        f"INSERT INTO partners_change ({names}) "
        f"SELECT {names} FROM {last}, generate_series(1, {HIDDEN})"
    )
    ask("ANALYZE partners_change")


def passed_over(reader):
    """How many changes PostgreSQL looked at for one page, and left out."""
    with CaptureQueriesContext(connection) as asked:
        reader.client.get(reader.next)
    with viewing(Viewer.of(reader.user).of_published()):
        plans = [
            ask("EXPLAIN (ANALYZE, FORMAT JSON) " + query["sql"].replace("%", "%%"))
            for query in asked
            if '"partners_change"' in query["sql"]
        ]
    assert plans
    return sum(_removed(plan[0][0]) for plan in plans)


def _removed(plan):
    if isinstance(plan, list):
        return sum(map(_removed, plan))
    if isinstance(plan, dict):
        own = plan.get("Rows Removed by Filter", 0) * plan.get("Actual Loops", 1)
        return own + sum(map(_removed, plan.values()))
    return 0


def test_a_poll_passes_over_nothing_that_is_hidden(reader):
    hide_many()

    assert passed_over(reader) < HIDDEN / 10
    reader.next = "/api/v1/changes/?page_size=1"
    assert passed_over(reader) < HIDDEN / 10


def test_what_lies_behind_much_that_is_hidden_is_told_in_order(reader):
    before = reader.client.get(reader.next).content
    hide_many()
    assert reader.client.get(reader.next).content == before

    own = [SourceFactory(), SourceFactory(owner=reader.user.organisation, marking="TLP:AMBER")]
    hide_many()
    own.append(SourceFactory(marking="TLP:GREEN"))

    assert reader.changes() == [("created", source.reference) for source in own]
    assert reader.copy == reader.readable()


def test_pages_of_several_sights_are_one_order(reader):
    """What everybody reads, what his organisation reads, what he lost: as it was committed."""
    others = OrganisationFactory(slug="others")
    sources = [
        SourceFactory(**audience)
        for audience in (
            {"marking": "TLP:AMBER", "owner": reader.user.organisation},
            {"marking": "TLP:CLEAR"},
            {"marking": "TLP:AMBER+STRICT", "owner": others},
            {"marking": "TLP:AMBER", "owner": others, "shared_with": [reader.user.organisation_id]},
        )
        for _again in range(2)
    ]
    seen = [source.reference for source in sources if source.owner != others or source.shared_with]
    small = Reader(user=reader.user, page_size=2)
    small.next = reader.next.replace("page_size=50", "page_size=2")

    assert [reference for _change, reference in small.changes()] == seen
    assert Change.objects.count() == 3 + len(sources)


def test_a_sight_is_neither_changed_nor_taken_away(reader):
    """Without it, the changes it stands for would be told to nobody."""
    for statement in ("DELETE FROM partners_sight", "UPDATE partners_sight SET said = NOT said"):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"):
            ask(statement)
