"""The dossiers of the acceptance cases, on the starter data: each says the crucial things."""

from datetime import date

from incidents.models import Incident
from records.viewer import PUBLIC
from reports.ladder import Question, Rung, ladder, rungs_of
from tests.dossier_pages import page_of, text_of
from tests.factories import UserFactory
from tests.starter import StarterDataTestCase

KH, KSS = "Kata'ib Hezbollah", "Kata'ib Sayyid al-Shuhada"


class DossierTests(StarterDataTestCase):
    def setUp(self):
        self.client.force_login(
            UserFactory(is_staff=True, is_superuser=True, clearance="TLP:CLEAR")
        )

    def told(self, origin, **asked):
        page = page_of(self.client, Incident.objects.get(origin_id=origin), **asked)
        assert page.status_code == 200
        return text_of(page)

    def says(self, told, *sentences):
        for sentence in sentences:
            assert sentence in told, f"{sentence!r} is not in {told}"

    def test_the_dora_raid(self):
        """13 or 14 held, all or all but one released; bail is no release; nobody charged."""
        told = self.told("inc-20200311-taji", as_of="2026-11-22")
        self.says(
            told,
            "Led to an arrest no",
            "Led to a charge no",
            "Detained 13 to 14",
            "contested: somebody says the arrest was for another deed",
            "Doubtful",
            "Does not count as an arrest for the attack.",
            "13 suspects",
            "Bailed on 29 June 2020",
            "Released on 29 June 2020",
            "Lack of evidence; the case was dropped for all.",
            "One outlet counts 13 detained, others 14.",
            "No conviction is recorded.",
        )
        assert told.count("S-0FNW-JXG4") == 1

    def test_erbil_of_february_2021(self):
        """Claimant, suspects and attributed groups all differ; two authorities held people."""
        told = self.told("inc-20210215-erbil", as_of="2026-11-22")
        self.says(
            told,
            "The accounts differ: claimed by Saraya Awliya al-Dam",
            f"attributed to {KH}, {KSS}",
            f"those held are said to belong to {KSS}",
            f"Headline: {KSS} , according to Kurdistan Region CTS (detainee confession)",
            "None is surer than Likely, and of those it is the newest.",
            "contested: others name somebody else",
            f"Saraya Awliya al-Dam : facade of {KSS} (Likely",
            "By Government of Iraq",
            "By Kurdistan Region Counter-Terrorism Service",
            "Wounded 2 to 7",
            "Led to an arrest yes",
            "Led to a charge no",
            "2 suspects",
            "At large.",
            f"{KH} : US Department of State , FTO , listed in July 2009",
            "No trial or conviction found for the Erbil attack of 15 February 2021.",
        )

    def test_al_hashimi(self):
        """Convicted, then annulled, then acquitted: the answer depends on the day."""
        told = self.told("inc-20200706-hashimi", as_of="2026-11-22")
        self.says(
            told,
            "Killed 1 ",
            "Wounded not known",
            "Led to a conviction, ever yes",
            "Led to a conviction that stands no",
            "does not stand on 22 November 2026",
            "Sentence Death",
            "Annulled on 31 July 2023",
            "Acquitted on 20 March 2024",
            "No claim is recorded.",
        )
        told = self.told("inc-20200706-hashimi", as_of="2023-07-30")
        self.says(told, "Led to a conviction that stands yes", " stands on 30 July 2023")
        assert "does not stand" not in told

    def test_the_airport_of_january_2022(self):
        """Life sentences, no claim, no recorded arrest."""
        told = self.told("inc-20220128-biap", as_of="2026-11-22")
        self.says(
            told,
            "Claimed no",
            "Led to an arrest no",
            "Led to a conviction that stands yes",
            "No claim is recorded.",
            "No arrest is recorded.",
            "4 suspects",
            "Life imprisonment",
            "stands on 22 November 2026",
        )

    def test_every_incident_of_the_sample_has_one(self):
        for incident in Incident.objects.all():
            told = text_of(page_of(self.client, incident))
            assert incident.reference in told
            assert "None" not in told.replace("None is", "")  # as Python writes what is unknown

    def test_the_rungs_of_one_incident_are_those_of_the_report(self):
        for day in (date(2023, 6, 1), date(2026, 11, 22)):
            question = Question(day, PUBLIC)
            counted = ladder(Incident.objects.all()).with_rungs(question).counted(question)
            for incident in counted:
                reached = {rung for rung in Rung if getattr(incident, rung.value, True)}
                assert rungs_of(incident, question) == reached
