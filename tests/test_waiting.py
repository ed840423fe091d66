"""How long attacks wait for an arrest, a charge, a conviction; how long people are held."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from legal.models import Arrest
from militias.models import Group
from records.viewer import PUBLIC
from reports.ladder import Question, Rung, ladder
from reports.release import custody, releases
from reports.survival import kaplan_meier, moments
from reports.waiting import MILESTONES, Wait, incidents_behind, waits
from tests import worlds
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    DetentionFactory,
    IncidentFactory,
    StepFactory,
)
from tests.starter import StarterDataTestCase

LATE = Question(as_of=date(2026, 11, 22), viewer=PUBLIC)


def all_incidents():
    return Incident.objects.visible_to(PUBLIC)


def to_arrest(question=LATE):
    return waits(all_incidents(), question)[None][None][Rung.ARRESTED]


class TestStarterData(StarterDataTestCase):
    """By hand, from the days in fixtures: 06_incidents, 09_arrests, 10_convictions."""

    def test_days_to_the_first_arrest(self):
        """Seven attacks; where an arrest is dated to a stretch of days, its last day counts.

        Embassy, 20 Dec 2020, and Green Zone, 17 Nov: arrest by 25 Dec: 5 and 38 days.
        Erbil, 15 Feb 2021: arrests by 3 Mar: 16. Al-Wazni, 9 May 2021: 26 May: 17, sooner than
        the arrest of that May. Troell, 7 Nov 2022: by 30 Nov: 23. Al-Hashimi, 6 Jul 2020: by
        16 Jul 2021: 375. Basra, 10 Jan 2020: 14 Feb 2021: 401.
        """
        found = to_arrest()

        assert [step.after for step in found.curve.steps] == [5, 16, 17, 23, 38, 375, 401]
        assert (found.attacks, found.ended, found.waiting) == (94, 7, 87)
        assert round(found.curve.at(365).share, 4) == round(5 / 94, 4)
        assert found.curve.median is None

    def test_medians_of_militias(self):
        """AAH: three attacks, arrests after 5 and 38 days, one waiting: half by day 38.

        The arrest lies between 20 and 25 December, so from 33 to 38 days after 17 November and
        from 0 to 5 after 20 December. KSS: one attack, 0 to 16 days. KH: two of six: not reached.
        """
        by_militia = waits(all_incidents(), LATE, ["root_group"])["root_group"]
        keys = Group.objects.visible_to(PUBLIC).filter(origin_id__in=("aah", "kss", "kh"))
        names = {origin: str(pk) for pk, origin in keys.values_list("pk", "origin_id")}
        found = {name: by_militia[key][Rung.ARRESTED] for name, key in names.items()}

        def medians(name):
            each = found[name]
            return [curve.median for curve in (each.curve, each.shortest, each.longest)]

        assert medians("aah") == [38, 33, 38]
        assert medians("kss") == [16, 0, 16]
        assert medians("kh") == [None, None, None]
        assert (found["kh"].attacks, found["kh"].ended) == (6, 2)

    def test_days_to_conviction(self):
        """Airport 28 Jan to 7 Aug 2022: 191. Troell to 31 Aug 2023: 297. Basra 10 Jan 2020 to
        1 Nov 2021: 661. Sajjad 19 Sep 2020 to 22 Mar 2023: 914. Al-Hashimi to 7 May 2023: 1035.

        Nobody's charge is recorded before the verdict, which proves it.
        """
        found = waits(all_incidents(), LATE)[None][None]
        days = [191, 297, 661, 914, 1035]

        assert [step.after for step in found[Rung.CONVICTED].curve.steps] == days
        assert [step.after for step in found[Rung.CHARGED].curve.steps] == days

    def test_what_had_not_happened_is_waited_for(self):
        """On 1 March 2021 the Erbil attack counts and its arrest, known by the 3rd, does not."""
        day = Question(as_of=date(2021, 3, 1), viewer=PUBLIC)
        found = to_arrest(day)

        assert [step.after for step in found.curve.steps] == [5, 38, 401]
        erbil = all_incidents().filter(origin_id="inc-20210215-erbil")
        assert waits(erbil, day)[None][None][Rung.ARRESTED].moments[-1].after == 14

    def test_the_reasons_of_releases(self):
        """Dora: 26 to 29 June 2020, 14 possible. Muslih: 26 May to 9 June 2021, 14 days.

        The officer held for al-Hashimi: detained between 6 July 2020 and 16 July 2021, released
        on 20 March 2024: 978 to 1353 days.
        """
        told = {
            (each.stated[:20], each.reported[:8]): each for each in releases(all_incidents(), LATE)
        }
        dora = told["Lack of evidence; th", ""]
        muslih = told["Insufficient evidenc", "Pressure"]
        officer = told["Insufficient evidenc", ""]

        assert (dora.suspects, dora.likely, dora.median) == (14, 0, 3)
        assert (muslih.suspects, muslih.shortest, muslih.median, muslih.longest) == (1, 14, 14, 14)
        assert (officer.suspects, officer.shortest, officer.longest) == (1, 978, 1353)

    def test_whoever_has_no_release_recorded_waits(self):
        """38 suspects held, 16 of them released: after 3, 14 and 978 days."""
        observed = custody(all_incidents(), LATE)

        assert observed[0].at_risk == 38
        assert [(each.after, each.came) for each in observed if each.came] == [
            (3, 14),
            (14, 1),
            (978, 1),
        ]


# Any world


def _rows(question):
    """(days, whether it came) of each counted attack and milestone, with no SQL."""
    arrests = dict(Arrest.objects.visible_to(PUBLIC).values_list("pk", "occurred_to"))
    first: dict = {}
    for arrest, incident in worlds.linked(question):
        first.setdefault(incident, set()).add(arrests[arrest])
    for row in ladder(all_incidents()).counted(question):
        came = min(first.get(row.pk, ()), default=None)
        yield max(0, ((came or question.as_of) - row.occurred_to).days), came is not None


@settings(max_examples=40)
@given(world=worlds.worlds(), day=worlds.days, contested=st.booleans())
def test_waits_are_those_of_the_ladder_in_any_world(world, day, contested):
    with worlds.rolled_back():
        worlds.build(world)
        question = Question(as_of=day, viewer=PUBLIC, contested=contested)
        found = waits(all_incidents(), question)[None].get(None, {})
        counted = ladder(all_incidents()).counted(question)
        for milestone in MILESTONES:
            rung = set(counted.reached(milestone, question).values_list("pk", flat=True))
            within = incidents_behind(all_incidents(), question, Wait(milestone, within=10_000))
            assert set(within.values_list("pk", flat=True)) == rung
            if not found:
                continue
            assert found[milestone].ended == len(rung)
            assert found[milestone].attacks == counted.count()
            for days in (0, 2, 5):
                lasted = Wait(milestone, at_least=days)
                at_risk = next(
                    (each.at_risk for each in found[milestone].moments if each.after >= days), 0
                )
                assert incidents_behind(all_incidents(), question, lasted).count() == at_risk
        if found:
            by_hand = kaplan_meier(moments(list(_rows(question))))
            assert found[Rung.ARRESTED].curve == by_hand


# Days that are not known exactly


def _arrested(attack, **days):
    return ArrestLinkFactory(incident=attack, arrest=ArrestFactory(**days))


def test_a_month_makes_a_range():
    """Attack in March 2021, arrest on 10 April: 10 days from its last day, 10 to 40 possible."""
    attack = IncidentFactory(
        occurred_from=date(2021, 3, 1), occurred_to=date(2021, 3, 31), occurred_precision="month"
    )
    _arrested(attack, on=date(2021, 4, 10))
    found = to_arrest()

    assert [each.median for each in (found.curve, found.shortest, found.longest)] == [10, 10, 40]


def test_an_arrest_before_the_attack_ends_a_wait_of_no_days():
    attack = IncidentFactory(on=date(2021, 3, 10))
    _arrested(attack, on=date(2021, 3, 1))

    assert to_arrest().curve.median == 0


def test_the_wait_of_a_span_begins_on_its_first_day():
    attack = IncidentFactory(
        occurred_from=date(2021, 3, 1), occurred_to=date(2021, 3, 21), occurred_precision="span"
    )
    _arrested(attack, on=date(2021, 3, 11))

    assert to_arrest().curve.median == 10


def test_of_several_arrests_the_first_counts():
    attack = IncidentFactory(on=date(2021, 3, 1))
    for days in (20, 5, 9):
        _arrested(attack, on=date(2021, 3, 1) + timedelta(days=days))

    assert [step.after for step in to_arrest().curve.steps] == [5]


def test_an_attack_counts_in_the_row_of_each_militia():
    attack = IncidentFactory()
    attributions = [AttributionFactory(incident=attack) for _n in range(2)]
    found = waits(all_incidents(), LATE, ["root_group"])["root_group"]

    assert {key: each[Rung.ARRESTED].attacks for key, each in found.items()} == {
        str(said.group_id): 1 for said in attributions
    }


def test_a_release_ends_the_detention_it_names():
    """Held on 1 March and again on 1 May; released on 11 May from the second arrest."""
    attack = IncidentFactory(on=date(2021, 2, 1))
    first, second = (_arrested(attack, on=date(2021, month, 1)).arrest for month in (3, 5))
    held = DetentionFactory(arrest=first, on=date(2021, 3, 1))
    DetentionFactory(arrest=second, suspect=held.suspect, on=date(2021, 5, 1))
    StepFactory(kind="released", suspect=held.suspect, arrest=second, on=date(2021, 5, 11))

    assert [each.median for each in releases(all_incidents(), LATE)] == [10]
    assert [each.after for each in custody(all_incidents(), LATE)] == [71]
