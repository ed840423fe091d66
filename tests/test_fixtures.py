"""The starter data arrives whole: numbers counted by hand in the fact files it comes from."""

import pghistory.models
import pytest
import yaml
from django.apps import apps

from incidents.models import Attribution, CasualtyFigure, Incident, Stance
from legal.models import (
    Arrest,
    ArrestLink,
    Conviction,
    Designation,
    LinkBasis,
    Ruling,
    Step,
    StepKind,
    Suspect,
)
from militias.models import CandidateLink, Group, Person, Relation
from records.models import Marking, Record, ReviewStatus, Source, Support
from tests.starter import FIXTURES, StarterDataTestCase, load_starter_data

COUNTS = {
    "records.Organisation": 1,
    "records.Source": 208,
    "militias.Group": 59,
    "militias.GroupName": 82,
    "militias.Relation": 65,
    "militias.CandidateLink": 1,
    "militias.Person": 23,
    "militias.PersonName": 8,
    "militias.Affiliation": 25,
    "militias.Position": 14,
    "incidents.Place": 61,
    "incidents.PlaceName": 19,
    "incidents.Incident": 94,
    "incidents.IncidentPlace": 8,
    "incidents.CasualtyFigure": 63,
    "incidents.Claim": 7,
    "incidents.Attribution": 32,
    "incidents.Response": 8,
    "incidents.ResponseTarget": 12,
    "incidents.ResponseIncident": 5,
    "incidents.Statement": 8,
    "incidents.StatementIncident": 0,
    "legal.Instrument": 14,
    "legal.Provision": 14,
    "legal.Arrest": 11,
    "legal.ArrestLink": 12,
    "legal.Suspect": 51,
    "legal.Step": 76,
    "legal.StepIncident": 7,
    "legal.Conviction": 6,
    "legal.ConvictionSuspect": 14,
    "legal.ConvictionIncident": 5,
    "legal.ConvictionProvision": 4,
    "legal.Ruling": 1,
    "legal.RulingSuspect": 0,
    "legal.Designation": 26,
    "legal.Finding": 1,
    "legal.FindingIncident": 3,
    "legal.Obligation": 7,
    "legal.NegativeResult": 10,
}
CITATIONS = 792
NOT_TO_BE_NAMED = ["Nawres", "Sajjad al-Iraqi"]  # docs/data.md#names-left-out


def rows():
    """(file name, model label, fields) of every row of the fixtures, in loading order."""
    for path in FIXTURES:
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield path.name, row["model"], row["fields"]


def rows_in_tables():
    """How many rows each table of ours holds, its history included."""
    ours = {"records", "militias", "incidents", "legal"}
    models = [model for model in apps.get_models() if model._meta.app_label in ours]
    return {model._meta.label: model._base_manager.count() for model in models}


def test_every_row_is_named_before_it_is_referred_to():
    """So that the files load in their order, and every foreign key resolves."""
    seen = set()
    for name, label, fields in rows():
        model = apps.get_model(label)
        for field, value in fields.items():
            target = model._meta.get_field(field).related_model
            if target and isinstance(value, list):
                assert (target._meta.label_lower, value[0]) in seen, f"{name}: {fields}"
        seen.add((label, fields.get("origin_id") or fields.get("slug")))


def test_every_record_is_clear_and_published_by_us():
    for _, label, fields in rows():
        if issubclass(apps.get_model(label), Record):
            assert fields["owner"] == ["musaala"]
            assert fields["marking"] == Marking.CLEAR
            assert fields["review_status"] == ReviewStatus.PUBLISHED
            assert fields["origin_id"] and fields["reference"]


@pytest.mark.parametrize("name", NOT_TO_BE_NAMED)
def test_no_file_names_a_victim_who_stays_unnamed(name):
    for path in FIXTURES:
        assert name not in path.read_text(encoding="utf-8"), path.name


class TestStarterData(StarterDataTestCase):
    def test_every_fact_arrived(self):
        found = {label: apps.get_model(label).objects.count() for label in COUNTS}
        assert found == COUNTS

    def test_every_citation_arrived(self):
        tables = [model for model in apps.get_models() if model.__name__.endswith("Citation")]
        assert sum(model.objects.count() for model in tables) == CITATIONS

    def test_loading_again_changes_nothing(self):
        """No row and no event of history more: the second load writes what is there."""
        before = rows_in_tables()
        assert any(issubclass(model, pghistory.models.Event) for model in apps.get_models())

        load_starter_data()

        assert rows_in_tables() == before

    def test_nobody_held_bears_the_name_of_a_public_figure(self):
        """What the arrests say does not tell which public figure was once detained."""
        told = " ".join(
            path.read_text(encoding="utf-8") for path in FIXTURES if "arrests" in path.name
        )
        for person in Person.objects.all():
            last_name = person.name.split()[-1].removeprefix("al-")
            assert last_name.lower() not in told.lower(), person.origin_id

    def test_officers_held_for_negligence(self):
        held = ArrestLink.objects.filter(basis_kind=LinkBasis.NEGLIGENCE)
        assert set(held.values_list("arrest__origin_id", "incident__origin_id")) == {
            ("arr-2020-09-28-jihad-officers", "inc-20200928-radwaniyah"),
            ("arr-2020-10-01-erbil-commanders", "inc-20200930-erbil"),
        }
        assert not held.for_the_attack().exists()

    def test_a_death_while_sheltering_is_indirect(self):
        figure = CasualtyFigure.objects.get(status="died_indirectly")
        assert (figure.incident.origin_id, figure.low, figure.high) == (
            "inc-20210303-ain-al-asad",
            1,
            1,
        )

    def test_contested_links(self):
        contested = ArrestLink.objects.filter(contested=True)
        assert sorted(contested.values_list("origin_id", "confidence")) == [
            ("arr-2020-06-26-dora-link-1", "doubtful"),
            ("arr-2020-12-22-aah-link-1", "possible"),
            ("arr-2020-12-22-aah-link-2", "possible"),
            ("arr-2021-05-26-pmf-commander-link-1", "possible"),
        ]

    def test_the_dora_raid_has_two_accounts_and_no_charge(self):
        """13 or 14 held; 13 bailed says one, 14 released says the other."""
        arrest = Arrest.objects.get(origin_id="arr-2020-06-26-dora")
        steps = arrest.steps.all()
        assert (arrest.detained_low, arrest.detained_high) == (13, 14)
        assert steps.filter(kind=StepKind.DETAINED, confidence="likely").count() == 13
        assert steps.filter(kind=StepKind.DETAINED, confidence="possible").count() == 1
        assert steps.filter(kind=StepKind.BAILED, confidence="likely").count() == 13
        assert steps.filter(kind=StepKind.RELEASED, confidence="possible").count() == 14
        assert steps.count() == 13 + 1 + 13 + 14
        link = arrest.links.get()
        disputing = link.citations.filter(support=Support.DISPUTES)
        assert not ArrestLink.objects.for_the_attack().filter(pk=link.pk).exists()
        assert disputing.count() == 2

    def test_claimant_suspect_and_attributed_group_all_differ_at_erbil(self):
        erbil = Incident.objects.get(origin_id="inc-20210215-erbil")
        claimed = {claim.group.origin_id for claim in erbil.claims.all()}
        attributed = {row.group.origin_id for row in erbil.attributions.naming()}
        held = Suspect.objects.filter(steps__arrest__links__incident=erbil)
        sought = Suspect.objects.filter(steps__incidents__incident=erbil, at_large=True)
        assert claimed == {"saraya-awliya-al-dam"}
        assert attributed == {"kss", "kh"}
        assert [suspect.affiliation.origin_id for suspect in held] == ["kss", "kss"]
        assert sought.count() == 2

    def test_a_conviction_without_claim_or_recorded_arrest(self):
        conviction = Conviction.objects.get(origin_id="conv-2022-08-07-biap")
        incident = conviction.incidents.get().incident
        assert conviction.suspects.count() == 4
        assert not Step.objects.filter(suspect__convictions__conviction=conviction).exists()
        assert not incident.claims.exists()
        assert not incident.arrest_links.exists()

    def test_an_annulled_judgment_and_the_acquittal(self):
        ruling = Ruling.objects.get()
        suspect = ruling.conviction.suspects.get().suspect
        kinds = list(suspect.steps.order_by("occurred_from", "kind").values_list("kind", flat=True))
        assert (ruling.kind, str(ruling.decided_to)) == ("annulled", "2023-07-31")
        assert ruling.conviction.origin_id == "conv-2023-05-07-hashimi"
        assert kinds == ["detained", "acquitted", "released"]

    def test_a_verdict_in_absentia(self):
        conviction = Conviction.objects.get(in_absentia=True)
        assert conviction.origin_id == "conv-2023-03-22-sajjad"
        assert [row.suspect.at_large for row in conviction.suspects.all()] == [True, True]

    def test_five_life_terms_one_for_a_foreign_officer(self):
        conviction = Conviction.objects.get(origin_id="conv-2023-08-31-troell")
        nations = sorted(row.suspect.nationality for row in conviction.suspects.all())
        assert (conviction.sentence, nations) == ("life", ["IQ", "IQ", "IQ", "IQ", "IR"])

    def test_stated_and_reported_reason_differ(self):
        step = Step.objects.exclude(reported_reason="").get()
        assert step.arrest.origin_id == "arr-2021-05-26-pmf-commander"
        assert step.stated_reason.startswith("Insufficient evidence")
        assert step.reported_reason.startswith("Pressure")

    def test_an_alias_in_a_listing_stays_a_question(self):
        link = CandidateLink.objects.get()
        alias = Designation.objects.get(kind="possible_alias_match")
        assert (link.given_to.origin_id, link.may_be.origin_id) == ("aah", "ashab-al-kahf")
        assert link.decision == "undecided"
        assert alias not in Designation.objects.listings()

    def test_unknown_is_null(self):
        officers = Arrest.objects.get(origin_id="arr-2020-09-28-jihad-officers")
        convoy = CasualtyFigure.objects.get(incident__origin_id="inc-20200711-convoy-diwaniyah")
        assert (officers.detained_low, officers.detained_high) == (None, None)
        assert (convoy.low, convoy.high) == (0, None)

    def test_an_attribution_that_names_nobody_cannot_say(self):
        """Seven name nobody and two deny: Kata'ib Hezbollah once, the Nineveh command once."""
        stances = list(Attribution.objects.values_list("stance", flat=True))
        denied = Attribution.objects.filter(stance=Stance.DENIES)
        assert stances.count(Stance.CANNOT_SAY) == 7
        assert stances.count(Stance.ATTRIBUTES) == 32 - 7 - 2
        assert {row.group.origin_id for row in denied} == {"kh", "pmf"}

    def test_a_facade_read_out_of_a_document_is_our_assertion(self):
        facades = Relation.objects.filter(kind="facade_of", asserted_by="Musaala research")
        named = facades.exclude(to_group__origin_id="muqawama")
        seed = Source.objects.get(kind="founding_document")
        assert named.count() == 4
        for relation in named:
            assert relation.citations.get(source=seed).support == Support.IMPLIES

    def test_a_name_is_found_in_every_spelling(self):
        for term in ["KH", "Kataib Hizballah", "كتائب حزب الله"]:
            assert Group.objects.named_like(term).first().origin_id == "kh"

    def test_outlines_of_all_governorates_but_halabja(self):
        places = apps.get_model("incidents.Place").objects.governorates()
        without = places.filter(outline__isnull=True)
        assert (places.count(), without.get().origin_id) == (19, "gov-halabja")
