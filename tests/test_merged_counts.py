"""Two incidents that were one attack count once, with all that followed either of them."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from legal.models import ArrestLink
from records.roles import MONITOR
from records.viewer import PUBLIC
from reports.accountability import accountability
from reports.ladder import Question, Rung, ladder
from tests import worlds
from tests.merges import merged_by, undone_by
from tests.reviewing import person_in
from tests.starter import StarterDataTestCase
from tests.test_ladder import questions

TODAY = Question(date(2026, 11, 22), PUBLIC)


def on(rung, question):
    incidents = ladder(Incident.objects.all())
    if rung == Rung.RECORDED:
        return set(incidents.counted(question).values_list("pk", flat=True))
    return set(incidents.reached(rung, question).values_list("pk", flat=True))


@settings(max_examples=25, deadline=None)
@given(
    world=worlds.worlds(),
    question=questions,
    pair=st.permutations([0, 1, 2]).map(lambda order: order[:2]),
)
def test_the_kept_one_stands_where_either_stood(world, question, pair):
    """On every rung, on every day: nothing lost, nothing twice. And back again."""
    for n in pair:
        world["incidents"][n] = (world["incidents"][n][0], "published")
    with worlds.rolled_back():
        incidents = worlds.build(world)
        kept, other = (incidents[n] for n in pair)
        begun = on(Rung.RECORDED, question)
        before = {rung: on(rung, question) for rung in Rung}
        people = accountability(Incident.objects.all(), question).people
        monitor = person_in(MONITOR)

        made = merged_by(monitor, kept, other)

        after = {rung: on(rung, question) for rung in Rung}
        if {kept.pk, other.pk} <= begun:
            for rung in Rung:
                stood = {kept.pk if pk == other.pk else pk for pk in before[rung]}
                assert after[rung] == stood, rung
            assert accountability(Incident.objects.all(), question).people == people
        undone_by(monitor, made)
        assert {rung: on(rung, question) for rung in Rung} == before


class StarterDataTests(StarterDataTestCase):
    def merged(self, first, second):
        rows = [Incident.objects.get(title__contains=words) for words in (first, second)]
        links = ArrestLink.objects.count()
        before = accountability(Incident.objects.all(), TODAY)
        merged_by(person_in(MONITOR, organisation=rows[0].owner), *rows)
        assert ArrestLink.objects.count() == links
        return before, accountability(Incident.objects.all(), TODAY)

    def test_two_attacks_with_one_arrest_for_either(self):
        """Both stand on the rung of the arrested before, by one contested arrest."""
        before, after = self.merged("killed a child, 17 Nov 2020", "20 Dec 2020")

        assert after.total.recorded == before.total.recorded - 1
        assert after.total.arrested == before.total.arrested - 1
        assert after.total.standing == before.total.standing
        assert after.people == before.people

    def test_what_followed_the_one_followed_the_other(self):
        before, after = self.merged("British Embassy vehicle, 15 Sept 2020", "killed a child")

        assert after.total.recorded == before.total.recorded - 1
        assert after.total.arrested == before.total.arrested
        assert after.people == before.people
