"""Everything a viewer may read about the responsibility of one state, read once.

What was withdrawn is left out; drafts are shown to whoever may read them, and say so.
"""

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from incidents.models import Attribution, Incident, Stance, Statement
from legal.models import Finding, FindingIncident, NegativeResult, Obligation
from militias.models import Group, GroupKind
from records.models import Confidence, ReviewStatus

AGAINST = (Confidence.DOUBTFUL, Confidence.REJECTED)


@dataclass(frozen=True)
class Gathered:
    """The rows, each list in the order in which it is shown.

    findings: that this state answers. doubted: those that their own author doubts or rejects.
    of_others: that another state answers for the same incidents.
    denials: statements that deny who did one of them, or say that nobody knows.
    """

    state: Group
    findings: list
    doubted: list
    of_others: list
    obligations: list
    incidents: dict
    denials: list
    statements: list
    negative_results: list


def states(viewer):
    """The states that a finding or an obligation names, by name. Makes one query."""
    named = Q(pk__in=told(Finding, viewer).values("state"))
    named |= Q(pk__in=told(Obligation, viewer).values("bound_state"))
    return Group.objects.visible_to(viewer).filter(named).order_by("name")


def gather(found, viewer):
    """The Gathered of the state that a condition finds, or None.

    A state is a group of that kind, or one that a finding or an obligation names.
    Makes 11 queries at most, however many rows there are.
    """
    named = Q(pk__in=states(viewer).order_by().values("pk")) | Q(kind=GroupKind.STATE)
    state = Group.objects.visible_to(viewer).filter(found).filter(named).first()
    if state is None:
        return None
    ties = FindingIncident.objects.visible_to(viewer).select_related("incident")
    findings = list(
        told(Finding, viewer)
        .filter(state=state)
        .select_related("provision__instrument", "state")
        .prefetch_related(Prefetch("incidents", ties))
    )
    incidents = {tie.incident_id: tie.incident for each in findings for tie in each.incidents.all()}
    about_them = FindingIncident.objects.visible_to(viewer).filter(incident__in=incidents)
    of_others = (
        told(Finding, viewer)
        .filter(pk__in=about_them.values("finding"))
        .exclude(state=state)
        .select_related("provision__instrument", "state")
        .prefetch_related(Prefetch("incidents", ties))
    )
    denials = told(Attribution, viewer).filter(incident__in=incidents)
    return Gathered(
        state=state,
        findings=[row for row in findings if row.confidence not in AGAINST],
        doubted=[row for row in findings if row.confidence in AGAINST],
        of_others=list(of_others),
        obligations=list(
            told(Obligation, viewer)
            .filter(bound_state=state)
            .select_related("provision__instrument", "beneficiary", "finding")
            .order_by("kind", "head", "id")
        ),
        incidents=dict(sorted(incidents.items(), key=lambda pair: pair[1].occurred_from)),
        denials=list(
            denials.exclude(stance=Stance.ATTRIBUTES)
            .select_related("group", "person", "incident")
            .order_by("incident__occurred_from", "id")
        ),
        statements=list(
            told(Statement, viewer)
            .filter(group=state)
            .select_related("group", "person")
            .order_by("made_from", "id")
        ),
        negative_results=list(
            told(NegativeResult, viewer)
            .filter(Q(incident__in=incidents) | Q(group=state))
            .select_related("incident", "group")
        ),
    )


def told(model, viewer):
    rows = model._default_manager.visible_to(viewer)
    return rows.exclude(review_status=ReviewStatus.WITHDRAWN)


def answered_for(viewer, state, provision=None):
    """The incidents for which a published finding says that a state answers.

    state, provision: keys. With a provision: under that article.
    """
    findings = Finding.objects.visible_to(viewer).filter(
        state=state, review_status=ReviewStatus.PUBLISHED
    )
    if provision is not None:
        findings = findings.filter(provision=provision)
    ties = FindingIncident.objects.visible_to(viewer).filter(finding__in=findings)
    return Incident.objects.visible_to(viewer).filter(pk__in=ties.values("incident"))
