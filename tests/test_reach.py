"""How high in the chain anybody was reached."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.models import Incident
from legal.models import Suspect
from records.viewer import PUBLIC
from reports.ladder import Question, Rung, ladder
from reports.reach import Instrument, Reach, Reached, incidents_behind, reach, reach_of_each
from tests import worlds
from tests.factories import (
    ArrestLinkFactory,
    AttributionFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    DesignationFactory,
    DetentionFactory,
    GroupFactory,
    IncidentFactory,
    PersonFactory,
    PositionFactory,
    RelationFactory,
    SuspectFactory,
)
from tests.starter import StarterDataTestCase

LATE = Question(as_of=date(2026, 11, 22), viewer=PUBLIC)
DAY = date(2021, 3, 1)
OF_RUNG = {
    Instrument.ARRESTED: Rung.ARRESTED,
    Instrument.CHARGED: Rung.CHARGED,
    Instrument.CONVICTED: Rung.CONVICTED,
    Instrument.STANDING: Rung.STANDING,
}


def all_incidents():
    return Incident.objects.visible_to(PUBLIC)


def reached(attack, question=LATE):
    """{instrument: level} of one attack, those that reached nobody left out."""
    found = reach_of_each(all_incidents(), question).get(attack.pk, {})
    return {str(each): str(level) for each, level in found.items() if level != Reached.NOBODY}


class TestStarterData(StarterDataTestCase):
    def of(self, origin, question=LATE):
        return reached(all_incidents().get(origin_id=origin), question)

    def test_erbil(self):
        """Men held as suspected perpetrators, nobody charged. Attributed to KSS and KH.

        KH was listed since 2009, KSS in 2023. Abu Fadak held posts in KH and in the PMC, an organ
        of the state, that day, and had been listed on 13 January 2021; who leads KSS, in 2023.
        """
        assert self.of("inc-20210215-erbil") == {
            "arrested": "perpetrator",
            "justice": "perpetrator",
            "designated_before": "state",
            "designated_after": "commander",
            "any": "state",
        }

    def test_al_hashimi(self):
        """A gunman convicted, and the conviction annulled: it stood by the end of June 2023."""
        late = self.of("inc-20200706-hashimi")
        then = self.of("inc-20200706-hashimi", Question(date(2023, 6, 30), PUBLIC))

        assert (late["convicted"], late.get("standing")) == ("perpetrator", None)
        assert (then["convicted"], then["standing"]) == ("perpetrator", "perpetrator")
        assert late["justice"] == "perpetrator"

    def test_al_wazni(self):
        """Muslih was held as a commander, on a contested link, and never charged."""
        assert self.of("inc-20210509-wazni")["arrested"] == "commander"
        assert "charged" not in self.of("inc-20210509-wazni")
        uncontested = Question(date(2026, 11, 22), PUBLIC, contested=False)
        assert self.of("inc-20210509-wazni", uncontested)["arrested"] == "perpetrator"

    def test_troell(self):
        """One of the five is recorded as an officer of a foreign state; it rests on a source."""
        found = self.of("inc-20221107-troell")

        assert (found["arrested"], found["standing"]) == ("state", "state")
        officer = Suspect.objects.visible_to(PUBLIC).exclude(level="").get()
        assert "964media" in officer.level_basis

    def test_the_airport(self):
        """Four convicted, of whom nobody says what they were."""
        found = self.of("inc-20220128-biap")

        assert found == dict.fromkeys(
            ("charged", "convicted", "standing", "justice", "any"), "unknown"
        )

    def test_overall(self):
        found = reach(all_incidents(), LATE)[Instrument.JUSTICE]

        assert {str(level): number for level, number in found.items() if number} == {
            "state": 1,
            "commander": 1,
            "perpetrator": 5,
            "unknown": 2,
            "nobody": 85,
        }


@settings(max_examples=25)
@given(world=worlds.worlds(), day=worlds.days, contested=st.booleans())
def test_levels_are_those_of_the_ladder_in_any_world(world, day, contested):
    with worlds.rolled_back():
        worlds.build(world)
        question = Question(as_of=day, viewer=PUBLIC, contested=contested)
        counted = ladder(all_incidents()).counted(question)
        found = reach(all_incidents(), question)
        for instrument, rung in OF_RUNG.items():
            on_rung = counted.reached(rung, question).count()
            assert sum(found[instrument].values()) == counted.count()
            assert found[instrument][Reached.NOBODY] == counted.count() - on_rung
            for level, number in found[instrument].items():
                number_of = Reach(level, instrument)
                listed = incidents_behind(all_incidents(), question, number_of)
                assert listed.count() == number
        held_as = {
            pk: max(
                (
                    {"suspected_perpetrator": 2, "accomplice": 3, "commander": 4}[link.basis_kind]
                    for link in question.arrest_links.filter(incident=pk)
                ),
                default=0,
            )
            for pk in counted.values_list("pk", flat=True)
        }
        for level, rank in ((Reached.PERPETRATOR, 2), (Reached.COMMANDER, 4)):
            assert found[Instrument.ARRESTED][level] == sum(of == rank for of in held_as.values())


# Whom police and courts reached


def test_the_highest_of_those_held_counts():
    attack = IncidentFactory()
    for basis in ("accomplice", "suspected_perpetrator"):
        ArrestLinkFactory(incident=attack, basis_kind=basis)

    assert reached(attack)["arrested"] == "cell"


def test_a_guard_held_for_negligence_is_nobody():
    attack = IncidentFactory()
    ArrestLinkFactory(incident=attack, basis_kind="negligence")

    assert reached(attack) == {}


def test_a_level_that_is_recorded_counts_besides_what_he_was_held_as():
    link = ArrestLinkFactory()
    chief = SuspectFactory(level="political_figure", level_basis="A report of the court.")
    DetentionFactory(arrest=link.arrest, suspect=chief)

    assert reached(link.incident)["arrested"] == "political_figure"


def test_the_level_of_one_convict_does_not_raise_another():
    """Held as a commander and never tried; convicted is somebody of no recorded level."""
    link = ArrestLinkFactory(basis_kind="commander")
    DetentionFactory(arrest=link.arrest)
    conviction = ConvictionFactory()
    ConvictionIncidentFactory(conviction=conviction, incident=link.incident)
    ConvictionSuspectFactory(conviction=conviction)
    found = reached(link.incident)

    assert (found["arrested"], found["convicted"]) == ("commander", "unknown")


def test_an_affiliation_proves_no_level():
    link = ArrestLinkFactory()
    soldier = SuspectFactory(affiliation=GroupFactory(kind="state_organ"))
    DetentionFactory(arrest=link.arrest, suspect=soldier)

    assert reached(link.incident)["arrested"] == "perpetrator"


# Whom a designation reached


def _attributed(**group):
    return AttributionFactory(incident=IncidentFactory(on=DAY), group=GroupFactory(**group))


def test_a_listing_counts_before_or_since_the_attack():
    said = _attributed(kind="militia")
    DesignationFactory(group=said.group, on=date(2021, 3, 1))
    assert reached(said.incident)["designated_before"] == "commander"

    said = _attributed(kind="militia")
    DesignationFactory(group=said.group, on=date(2021, 3, 2))
    assert reached(said.incident)["designated_after"] == "commander"
    assert reached(said.incident, Question(DAY, PUBLIC)) == {}


def test_a_listing_that_had_ended_counts_neither():
    said = _attributed(kind="militia")
    DesignationFactory(group=said.group, on=date(2020, 1, 1), ended_on=date(2021, 2, 1))

    assert reached(said.incident) == {}


def test_a_possible_alias_is_no_listing():
    said = _attributed(kind="militia")
    DesignationFactory(group=said.group, kind="possible_alias_match", on=date(2020, 1, 1))

    assert reached(said.incident) == {}


def test_the_militia_behind_a_facade_is_reached_while_it_was_its_facade():
    for until, expected in ((None, "commander"), (date(2021, 2, 1), None)):
        said = _attributed(kind="facade")
        relation = RelationFactory(
            from_group=said.group,
            to_group=GroupFactory(kind="militia"),
            until=until,
            until_precision="day" if until else "",
        )
        DesignationFactory(group=relation.to_group, on=date(2020, 1, 1))

        assert reached(said.incident).get("designated_before") == expected


def test_a_leader_is_reached_at_the_highest_post_of_that_day():
    """He leads the militia, and held an office of the state until the year before."""
    for until, expected in ((None, "state"), (date(2020, 12, 31), "commander")):
        said = _attributed(kind="militia")
        leader = PersonFactory()
        PositionFactory(person=leader, group=said.group)
        PositionFactory(
            person=leader,
            group=GroupFactory(kind="state_organ"),
            until=until,
            until_precision="day" if until else "",
        )
        DesignationFactory(group=None, person=leader, on=date(2021, 1, 1))

        assert reached(said.incident)["designated_before"] == expected


def test_a_public_figure_without_a_post_has_no_level():
    said = AttributionFactory(incident=IncidentFactory(on=DAY), group=None, person=PersonFactory())
    DesignationFactory(group=None, person=said.person, on=date(2021, 1, 1))

    assert reached(said.incident)["designated_before"] == "unknown"
