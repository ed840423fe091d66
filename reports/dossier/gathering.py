"""Everything a viewer may read about one incident, read once. It decides nothing: weighing.py.

What was withdrawn is left out; drafts are shown to whoever may read them, and say so.
"""

from dataclasses import dataclass

from django.db.models import BooleanField, Case, OuterRef, Prefetch, Q, Subquery, Value, When

from incidents.models import (
    Attribution,
    CasualtyFigure,
    Claim,
    Incident,
    IncidentPlace,
    Response,
    ResponseIncident,
    ResponseTarget,
    Statement,
    StatementIncident,
    with_place,
)
from legal.models import (
    ArrestLink,
    Conviction,
    ConvictionIncident,
    ConvictionProvision,
    ConvictionSuspect,
    Designation,
    Finding,
    FindingIncident,
    NegativeResult,
    Obligation,
    Ruling,
    RulingSuspect,
    Step,
    StepIncident,
    Suspect,
)
from militias.models import Relation
from records.models import Confidence, ReviewStatus
from reports.dossier.behind import climbed
from reports.ladder import Question
from reports.rollup import FOLDED_INTO


@dataclass(frozen=True)
class Gathered:
    """The rows, each list in the order in which it is shown."""

    question: Question
    incident: Incident
    further_places: list
    casualties: list
    claims: list
    attributions: list  # the one that prevails first
    relations: list  # above the groups that are named, in force on the incident's day
    responses: list
    statements: list
    links: list
    suspects: list
    steps: list
    convictions: list
    designations: list  # in force on the incident's day
    findings: list
    negative_results: list


def gather(found, question):
    """The Gathered of the incident that the condition finds, or None.

    Makes 22 queries at most, however many rows there are.
    """
    return Gathering(question).of(found)


class Gathering:
    def __init__(self, question):
        self.question = question
        self.viewer = question.viewer

    def of(self, found):
        incident = self._incident(found)
        if incident is None:
            return None
        claims = list(self._told(Claim).filter(incident=incident).select_related("group"))
        attributions = list(
            self._told(Attribution)
            .filter(incident=incident)
            .prevailing_first()
            .select_related("group", "person")
        )
        links = self._links(incident)
        convictions = self._convictions(incident)
        suspects, steps = self._cases(incident, links, convictions)
        groups = [
            *(row.group for row in (*claims, *attributions)),
            *(link.arrest.affiliation for link in links),
            *(suspect.affiliation for suspect in suspects),
        ]
        named = {group.pk: group for group in groups if group}
        relations = climbed(named, self._foldings(incident.occurred_from))
        persons = {row.person_id for row in attributions if row.person_id}
        above = named.keys() | {relation.to_group_id for relation in relations}
        return Gathered(
            question=self.question,
            incident=incident,
            further_places=self._further_places(incident),
            casualties=list(self._told(CasualtyFigure).filter(incident=incident)),
            claims=claims,
            attributions=attributions,
            relations=relations,
            responses=self._responses(incident),
            statements=self._statements(incident),
            links=links,
            suspects=suspects,
            steps=steps,
            convictions=convictions,
            designations=self._designations(incident.occurred_from, above, persons),
            findings=self._findings(incident),
            negative_results=list(self._told(NegativeResult).filter(incident=incident)),
        )

    def _seen(self, model):
        return model._default_manager.visible_to(self.viewer)

    def _told(self, model):
        return self._seen(model).exclude(review_status=ReviewStatus.WITHDRAWN)

    def _joined(self, model, join, incident):
        """Records joined to the incident. `joined_rank`: how well the tie itself is kept."""
        ties = self._seen(join).filter(**{join.KEY[0]: OuterRef("pk"), "incident": incident})
        rank = Subquery(ties.order_by("audience_rank").values("audience_rank")[:1])
        return self._told(model).annotate(joined_rank=rank).filter(joined_rank__isnull=False)

    def _incident(self, found):
        rows = self._seen(Incident).select_related("owner")
        return with_place(rows).filter(found).first()

    def _further_places(self, incident):
        rows = self._seen(IncidentPlace).filter(incident=incident)
        return list(with_place(rows))

    def _foldings(self, day):
        """The relations along which the report folds groups into each other, that day."""
        return list(
            self._told(Relation)
            .filter(kind__in=FOLDED_INTO)
            .in_force_on(day)
            .held_with(Confidence.POSSIBLE)
            .select_related("from_group", "to_group")
        )

    def _responses(self, incident):
        rows = self._joined(Response, ResponseIncident, incident)
        targets = self._seen(ResponseTarget).select_related("group")
        return list(
            rows.order_by("occurred_from", "id")
            .select_related("actor", "place")
            .defer("place__outline")
            .prefetch_related(
                Prefetch("targets", targets), Prefetch("casualties", self._told(CasualtyFigure))
            )
        )

    def _statements(self, incident):
        rows = self._joined(Statement, StatementIncident, incident)
        return list(rows.order_by("made_from", "id").select_related("group", "person"))

    def _links(self, incident):
        """With `counts`: whether the link puts the incident on the rung of the arrested."""
        counted = self.question.arrest_links
        return list(
            self._told(ArrestLink)
            .filter(incident=incident)
            .exclude(arrest__review_status=ReviewStatus.WITHDRAWN)
            .annotate(counts=_holds(Q(pk__in=counted.values("pk"))))
            .select_related("arrest__authority", "arrest__affiliation", "arrest__place")
            .defer("arrest__place__outline")
            .order_by("arrest__occurred_from", "arrest", "id")
        )

    def _convictions(self, incident):
        """With `stands`, each and each of its suspects: whether it holds on the day asked."""
        standing = self.question.convictions.standing_on(self.question.as_of)
        held = ConvictionSuspect.objects.counted_for(self.viewer).standing_on(self.question.as_of)
        convicted = self._seen(ConvictionSuspect).select_related("suspect")
        rulings = self._told(Ruling).order_by("decided_from", "id")
        return list(
            self._joined(Conviction, ConvictionIncident, incident)
            .annotate(stands=_holds(Q(pk__in=standing.values("pk"))))
            .order_by("decided_from", "id")
            .prefetch_related(
                Prefetch(
                    "suspects", convicted.annotate(stands=_holds(Q(pk__in=held.values("pk"))))
                ),
                Prefetch(
                    "provisions",
                    self._seen(ConvictionProvision).select_related("provision__instrument"),
                ),
                Prefetch("rulings", rulings),
                Prefetch("rulings__suspects", self._seen(RulingSuspect).select_related("suspect")),
            )
        )

    def _cases(self, incident, links, convictions):
        """The suspects of this incident, and the steps of their cases that are about it.

        A step is about the incidents it names. One that names none is about those its arrest
        is linked to or, without an arrest, those of its suspect: docs/methodology.md#the-ladder.
        """
        naming = self._seen(StepIncident)
        about_it = Q(pk__in=naming.filter(incident=incident).values("step"))
        about_any = ~Q(pk__in=naming.values("step"))
        arrests = Q(arrest__in=[link.arrest_id for link in links])
        steps = self._told(Step)
        convicted = [row.suspect_id for made in convictions for row in made.suspects.all()]
        held = steps.filter(about_it | about_any & arrests)
        suspects = list(
            self._told(Suspect)
            .filter(Q(pk__in=held.values("suspect")) | Q(pk__in=convicted))
            .select_related("affiliation")
        )
        of_them = steps.filter(
            about_it | about_any & (arrests | Q(arrest__isnull=True)),
            suspect__in=[suspect.pk for suspect in suspects],
        )
        return suspects, list(of_them.select_related("authority", "provision__instrument"))

    def _designations(self, day, groups, persons):
        named = Q(group__in=groups) | Q(person__in=persons)
        rows = self._told(Designation).in_force_on(day).filter(named).order_by("listed_from", "id")
        return list(rows.select_related("group", "person", "authority", "instrument"))

    def _findings(self, incident):
        obligations = self._told(Obligation).select_related(
            "provision__instrument", "bound_state", "beneficiary"
        )
        rows = self._joined(Finding, FindingIncident, incident)
        return list(
            rows.select_related("state", "provision__instrument").prefetch_related(
                Prefetch("obligations", obligations)
            )
        )


def _holds(condition):
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
