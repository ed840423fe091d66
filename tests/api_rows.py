"""For each noun of the API a row with everything that its answer nests."""

from tests.factories import (
    AffiliationFactory,
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    CandidateLinkFactory,
    CasualtyFigureFactory,
    ClaimFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionProvisionFactory,
    ConvictionSuspectFactory,
    DesignationFactory,
    DetentionFactory,
    FindingFactory,
    FindingIncidentFactory,
    GovernorateFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    IncidentPlaceFactory,
    InstrumentFactory,
    NegativeResultFactory,
    ObligationFactory,
    PersonFactory,
    PersonNameFactory,
    PlaceFactory,
    PlaceNameFactory,
    PositionFactory,
    ProvisionFactory,
    RelationFactory,
    ResponseFactory,
    ResponseIncidentFactory,
    ResponseTargetFactory,
    RulingFactory,
    RulingSuspectFactory,
    SourceFactory,
    StatementFactory,
    StatementIncidentFactory,
    StepFactory,
    StepIncidentFactory,
    SuspectFactory,
    cite,
)


def cited(row):
    cite(row)
    return row


def group():
    row = cited(
        GroupFactory(
            name_ar="كتائب حزب الله", active_from="2003-01-01", active_from_precision="year"
        )
    )
    GroupNameFactory(bearer=row)
    cite(RelationFactory(from_group=row, since="2020-03-01", since_precision="month"))
    cite(RelationFactory(to_group=row))
    return row


def person():
    row = cited(PersonFactory())
    PersonNameFactory(bearer=row)
    AffiliationFactory(person=row)
    PositionFactory(person=row, since="2020-01-01", since_precision="year")
    return row


def place():
    point = {"latitude": "33.29850", "longitude": "44.39400", "point_radius_m": 800}
    row = cited(PlaceFactory(governorate=GovernorateFactory(), **point))
    PlaceNameFactory(bearer=row)
    return row


def incident():
    row = cited(IncidentFactory(place=place(), weapons_low=2))
    IncidentPlaceFactory(incident=row, place=place())
    cite(CasualtyFigureFactory(incident=row))
    cite(ClaimFactory(incident=row))
    cite(AttributionFactory(incident=row))
    ArrestLinkFactory(incident=row)
    ConvictionIncidentFactory(incident=row)
    return row


def response():
    row = cited(ResponseFactory(place=place()))
    ResponseTargetFactory(response=row)
    ResponseIncidentFactory(response=row)
    cite(CasualtyFigureFactory(incident=None, response=row))
    return row


def statement():
    row = cited(StatementFactory())
    StatementIncidentFactory(statement=row)
    return row


def instrument():
    row = cited(InstrumentFactory())
    cite(ProvisionFactory(instrument=row))
    return row


def step(**given):
    row = cited(DetentionFactory(authority=GroupFactory(), provision=ProvisionFactory(), **given))
    StepIncidentFactory(step=row)
    return row


def arrest():
    row = cited(ArrestFactory(place=place(), affiliation=GroupFactory(), detained_low=13))
    cite(ArrestLinkFactory(arrest=row))
    step(arrest=row)
    StepFactory(arrest=row, kind="bailed")
    return row


def suspect():
    row = SuspectFactory(affiliation=GroupFactory())
    step(suspect=row)
    ConvictionSuspectFactory(suspect=row)
    return row


def ruling(**given):
    row = cited(RulingFactory(**given))
    RulingSuspectFactory(ruling=row)
    return row


def conviction():
    row = cited(ConvictionFactory())
    ConvictionSuspectFactory(conviction=row)
    ConvictionIncidentFactory(conviction=row)
    ConvictionProvisionFactory(conviction=row)
    ruling(conviction=row)
    return row


def obligation(**given):
    amount = {"kind": "reparation", "head": "medical", "amount_low": "1200.50", "currency": "USD"}
    return cited(ObligationFactory(beneficiary=GroupFactory(), **amount, **given))


def finding():
    row = cited(FindingFactory())
    FindingIncidentFactory(finding=row)
    obligation(finding=row)
    return row


ROWS = {
    "sources": SourceFactory,
    "groups": group,
    "relations": lambda: cited(RelationFactory()),
    "persons": person,
    "candidate-links": lambda: cited(CandidateLinkFactory()),
    "places": place,
    "incidents": incident,
    "claims": lambda: cited(ClaimFactory()),
    "attributions": lambda: cited(AttributionFactory()),
    "casualties": lambda: cited(CasualtyFigureFactory()),
    "responses": response,
    "statements": statement,
    "instruments": instrument,
    "provisions": lambda: cited(ProvisionFactory()),
    "arrests": arrest,
    "arrest-links": lambda: cited(ArrestLinkFactory()),
    "suspects": suspect,
    "steps": step,
    "convictions": conviction,
    "rulings": ruling,
    "designations": lambda: cited(DesignationFactory(instrument=InstrumentFactory())),
    "findings": finding,
    "obligations": obligation,
    "negative-results": lambda: cited(NegativeResultFactory(group=GroupFactory())),
}
