"""The page of a dossier, as text, and an incident of which everything is known."""

import html
import re
from datetime import date

from tests.admin_pages import address
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
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
    IncidentPlaceFactory,
    NegativeResultFactory,
    ObligationFactory,
    RelationFactory,
    ResponseFactory,
    ResponseIncidentFactory,
    ResponseTargetFactory,
    RulingFactory,
    RulingSuspectFactory,
    StatementFactory,
    StatementIncidentFactory,
    StepFactory,
    StepIncidentFactory,
    SuspectFactory,
    cite,
)

AFTER = date(2021, 3, 1)


def page_of(client, incident, **asked):
    return client.get(address(type(incident), "dossier", incident.reference), asked)


def text_of(page):
    """What a reader sees of the dossier, in one line."""
    seen = page.content.decode().partition("<article")[2].partition("</article>")[0]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", seen)))


def tell_everything(incident, **audience):
    """One more row of each kind that a dossier shows, each with a source of its own."""
    facade = ClaimFactory(incident=incident, on=AFTER, **audience).group
    arrest = ArrestFactory(on=AFTER, **audience)
    suspect = SuspectFactory(**audience)
    conviction = ConvictionFactory(on=AFTER, **audience)
    ruling = RulingFactory(conviction=conviction, **audience)
    finding = FindingFactory(on=AFTER, **audience)
    response = ResponseFactory(on=AFTER, **audience)
    statement = StatementFactory(on=AFTER, **audience)
    step = StepFactory(suspect=suspect, on=AFTER, **audience)
    cited = [
        incident.claims.last(),
        AttributionFactory(incident=incident, on=AFTER, **audience),
        CasualtyFigureFactory(incident=incident, **audience),
        CasualtyFigureFactory(incident=None, response=response, **audience),
        RelationFactory(from_group=facade, **audience),
        DesignationFactory(group=facade, on=incident.occurred_from, **audience),
        ArrestLinkFactory(arrest=arrest, incident=incident, **audience),
        DetentionFactory(arrest=arrest, suspect=suspect, **audience),
        ObligationFactory(finding=finding, **audience),
        NegativeResultFactory(incident=incident, **audience),
        *(incident, arrest, conviction, ruling, finding, response, statement, step),
    ]
    IncidentPlaceFactory(incident=incident)
    ResponseIncidentFactory(response=response, incident=incident)
    ResponseTargetFactory(response=response, group=facade)
    StatementIncidentFactory(statement=statement, incident=incident)
    StepIncidentFactory(step=step, incident=incident)
    ConvictionIncidentFactory(conviction=conviction, incident=incident)
    ConvictionSuspectFactory(conviction=conviction, suspect=suspect)
    ConvictionProvisionFactory(conviction=conviction)
    RulingSuspectFactory(ruling=ruling, suspect=suspect)
    FindingIncidentFactory(finding=finding, incident=incident)
    for row in cited:
        cite(row)
