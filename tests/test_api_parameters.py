"""Parameters of the API: what each finds, and that none is ignored."""

from datetime import date

import pytest
from django.core import signing

from config.api import SIGNER
from tests.api_rows import ROWS
from tests.factories import (
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    DesignationFactory,
    DetentionFactory,
    GovernorateFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    PlaceNameFactory,
    RelationFactory,
    RulingFactory,
    SuspectFactory,
    UserFactory,
)
from tests.problems import refused


@pytest.fixture
def ask(client):
    """Returns the answer to an address below /api/v1/."""
    client.force_login(UserFactory())
    return lambda question, **parameters: client.get(f"/api/v1/{question}", parameters)


@pytest.fixture
def found(ask):
    """Returns the references a list answers with."""

    def references(noun, **parameters):
        answer = ask(f"{noun}/", **parameters)
        assert answer.status_code == 200, answer.content.decode()
        return [row["reference"] for row in answer.json()["results"]]

    return references


# What is refused


@pytest.mark.parametrize("noun", ROWS)
def test_an_unknown_parameter_is_refused(ask, noun):
    answer = ask(f"{noun}/", marking_colour="red")

    assert answer.status_code == 400
    assert refused(answer)["marking_colour"].startswith("Unknown parameter. ")


def test_the_nearest_parameter_is_suggested(ask):
    assert refused(ask("incidents/", sinse="2021-01-01")) == {
        "sinse": "Unknown parameter. Did you mean “since”?"
    }


def test_one_record_knows_no_filter(ask):
    incident = IncidentFactory()

    answer = ask(f"incidents/{incident.reference}/", kind="ambush")

    assert answer.status_code == 400
    assert set(refused(answer)) == {"kind"}


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("incidents/?since=2021-02-30", "since"),
        ("incidents/?since=03/04/2021", "since"),
        ("incidents/?since=", "since"),
        ("incidents/?kind=rocket", "kind"),
        ("incidents/?kind=ambush&kind=arson", "kind"),
        ("incidents/?place=0000-0000-ZZZZ", "place"),
        ("incidents/?place=%25", "place"),
        ("incidents/?governorate=IQ-XX", "governorate"),
        ("incidents/?claimed_by=nobody", "claimed_by"),
        ("incidents/?q=%00", "q"),
        ("incidents/?ordering=severity", "ordering"),
        ("incidents/?format=xml", "format"),
        ("arrest-links/?contested=maybe", "contested"),
        ("relations/?min_confidence=sure", "min_confidence"),
        ("convictions/?standing_on=today", "standing_on"),
        ("convictions/?suspect=S-0000-0000", "suspect"),
    ],
)
def test_a_wrong_value_is_refused_by_name(ask, question, wrong):
    answer = ask(question)

    assert answer.status_code == 400
    assert set(refused(answer)) == {wrong}


def test_a_record_the_viewer_may_not_read_is_refused_like_one_that_does_not_exist(ask):
    group = GroupFactory(
        marking="TLP:AMBER+STRICT", owner=OrganisationFactory(slug="partner", name="A partner")
    )

    hidden = ask("claims/", group=group.reference)

    assert hidden.status_code == 400
    assert refused(hidden) == {"group": f"There is no such record: “{group.reference}”."}


@pytest.mark.parametrize("size", ["0", "201", "-1", "many", "1e2", "٥", "9" * 1999])
def test_a_page_size_out_of_bounds_is_refused(ask, size):
    answer = ask("incidents/", page_size=size)

    assert answer.status_code == 400
    assert refused(answer) == {"page_size": "Give a whole number from 1 to 200."}


def test_a_page_may_have_two_hundred_rows(ask):
    assert ask("incidents/", page_size="200").status_code == 200


def test_a_forged_cursor_is_refused(ask):
    forged = signing.Signer(salt="another").sign_object(["-occurred", "2021-02-15", "0"])

    assert ask("incidents/", cursor=forged).status_code == 400


def test_a_cursor_of_another_ordering_is_refused(ask):
    cursor = SIGNER.sign_object(["updated", "2021-02-15", "0000-0000-0000"])

    answer = ask("incidents/", cursor=cursor)

    assert answer.status_code == 400
    assert set(refused(answer)) == {"cursor"}


# What is found


def test_an_incident_of_some_day_in_a_month_is_found_by_each_day_of_it(found):
    incident = IncidentFactory(
        occurred_from=date(2020, 10, 1),
        occurred_to=date(2020, 10, 31),
        occurred_precision="month",
    )

    assert found("incidents", since="2020-10-20", until="2020-10-20") == [incident.reference]
    assert found("incidents", since="2020-11-01") == []
    assert found("incidents", until="2020-09-30") == []


@pytest.mark.parametrize(
    "spelling", ["Kata'ib Hezbollah", "Kataib Hizballah", "kitaib hezbollah", "كتائب حزب الله"]
)
def test_a_group_is_found_in_any_spelling(found, spelling):
    group = GroupFactory(name="Kata'ib Hezbollah", name_ar="كتائب حزب الله")
    GroupFactory(name="Ashab al-Kahf")

    assert found("groups", name=spelling) == [group.reference]


def test_a_group_is_found_by_a_further_name(found):
    name = GroupNameFactory(text="Usbat al-Tha'ireen")
    GroupFactory(name="Ashab al-Kahf")

    assert found("groups", name="Usbat al-Thairin") == [name.bearer.reference]


def test_words_are_looked_for_in_the_incident_and_in_its_places_names(found):
    convoy = IncidentFactory(title="Convoy hit on Highway 1")
    baghdad = PlaceNameFactory(bearer=PlaceFactory(name="Green Zone"), text="Karradat Maryam")
    embassy = IncidentFactory(place=baghdad.bearer, on=date(2020, 12, 20))
    IncidentFactory()

    assert found("incidents", q="highway") == [convoy.reference]
    assert found("incidents", q="Karadat Mariam") == [embassy.reference]


def test_a_governorate_is_named_by_code_or_reference(found):
    baghdad = GovernorateFactory(iso_code="IQ-BG")
    incident = IncidentFactory(place=PlaceFactory(governorate=baghdad))
    IncidentFactory()

    assert found("incidents", governorate="IQ-BG") == [incident.reference]
    assert found("incidents", governorate=baghdad.reference) == [incident.reference]
    assert set(found("places", governorate="IQ-BG")) == {
        baghdad.reference,
        incident.place.reference,
    }


def test_a_claimant_is_not_the_group_it_is_attributed_to(found):
    facade, militia = GroupFactory(origin_id="saraya"), GroupFactory(origin_id="kh")
    incident = IncidentFactory()
    ClaimFactory(incident=incident, group=facade)
    AttributionFactory(incident=incident, group=militia)

    assert found("incidents", claimed_by="saraya") == [incident.reference]
    assert found("incidents", claimed_by="kh") == []
    assert found("incidents", attributed_to=militia.reference) == [incident.reference]
    assert found("incidents", attributed_to=facade.reference) == []


def test_a_denial_attributes_nothing(found):
    denial = AttributionFactory(stance="denies")

    assert found("incidents", attributed_to=denial.group.reference) == []


def test_two_claims_of_one_group_list_the_incident_once(found):
    claim = ClaimFactory()
    ClaimFactory(incident=claim.incident, group=claim.group)

    assert found("incidents", claimed_by=claim.group.reference) == [claim.incident.reference]


def test_relations_in_force_on_a_day(found):
    held = RelationFactory(
        since="2020-03-01", since_precision="month", until="2021-12-31", until_precision="year"
    )

    assert found("relations", in_force_on="2021-02-15") == [held.reference]
    assert found("relations", in_force_on="2020-02-29") == []
    assert found("relations", in_force_on="2022-01-01") == []


def test_statements_held_at_least_this_surely(found):
    likely = RelationFactory(confidence="likely")
    RelationFactory(confidence="doubtful")

    assert found("relations", min_confidence="possible") == [likely.reference]
    assert found("relations", min_confidence="confirmed") == []


def test_an_arrest_tied_twice_to_an_incident_is_listed_once(found):
    link = ArrestLinkFactory()
    ArrestLinkFactory(arrest=link.arrest, incident=link.incident, basis_kind="negligence")

    assert found("arrests", incident=link.incident.reference) == [link.arrest.reference]


def test_contested_links_are_told_apart(found):
    contested, settled = ArrestLinkFactory(contested=True), ArrestLinkFactory()

    assert found("arrest-links", contested="true") == [contested.reference]
    assert found("arrest-links", contested="false") == [settled.reference]


def test_a_suspects_steps_are_found_by_the_code(found):
    step = DetentionFactory(suspect=SuspectFactory(code="S-7F3K-9QWA"))
    DetentionFactory()

    assert found("steps", suspect="S-7F3K-9QWA") == [step.reference]


def test_a_suspect_of_unknown_whereabouts_is_neither_at_large_nor_held(found):
    SuspectFactory(at_large=None)

    assert found("suspects", at_large="true") == found("suspects", at_large="false") == []


def test_an_annulled_conviction_stands_only_until_the_ruling(found):
    conviction = ConvictionIncidentFactory(conviction=ConvictionFactory(on=date(2023, 5, 7)))
    RulingFactory(conviction=conviction.conviction, kind="annulled", on=date(2023, 8, 1))
    reference = conviction.conviction.reference

    assert found("convictions", incident=conviction.incident.reference) == [reference]
    assert found("convictions", standing_on="2023-06-30") == [reference]
    assert found("convictions", standing_on="2023-12-31") == []


def test_designations_in_force_on_a_day(found):
    listing = DesignationFactory(on=date(2020, 2, 26), ended_on=date(2023, 1, 1))

    assert found("designations", in_force_on="2021-02-15") == [listing.reference]
    assert found("designations", in_force_on="2020-02-25") == []
    assert found("designations", in_force_on="2023-01-02") == []
