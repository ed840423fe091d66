"""The numbers of a state's page, each with the address of the list of exactly its rows.

Only what is published is counted: the lists are asked for the same.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from legal.models import (
    Finding,
    FindingIncident,
    Modality,
    Obligation,
    ObligationKind,
    ObligationStatus,
    ReparationHead,
)
from records.models import ReviewStatus
from reports.law.gathering import states

MET = (ObligationStatus.MET, ObligationStatus.PARTLY_MET)


@dataclass(frozen=True)
class Number:
    count: int
    address: str


@dataclass(frozen=True)
class Article:
    """One article under which findings were made."""

    provision: object
    findings: Number
    incidents: Number


@dataclass(frozen=True)
class Owed:
    """Obligations of one kind, or of one head of reparation."""

    label: str
    must: Number
    may: Number
    met: Number
    partly_met: Number


def _listed(model, **asked):
    name = f"admin:{model}_changelist"
    return f"{reverse(name)}?{urlencode(asked | {'review_status__exact': ReviewStatus.PUBLISHED})}"


def _published(rows):
    return [row for row in rows if row.review_status == ReviewStatus.PUBLISHED]


def _of_incidents(count, key):
    """Of any status: published is what the finding has to be."""
    address = f"{reverse('admin:incidents_incident_changelist')}?{urlencode({'answered_by': key})}"
    return Number(count, address)


def _incidents(findings, key):
    concerned = {tie.incident_id for row in findings for tie in row.incidents.all()}
    return _of_incidents(len(concerned), key)


def _totals(state, findings, incidents, obligations, met):
    """(label, Number) of each; `incidents` is one already."""
    of_state = {"bound_state__id__exact": state}
    is_met = {"status__exact": ObligationStatus.MET}
    return [
        (_("findings"), Number(findings, _listed("legal_finding", state__id__exact=state))),
        (_("incidents answered for"), incidents),
        (_("obligations"), Number(obligations, _listed("legal_obligation", **of_state))),
        (_("obligations met"), Number(met, _listed("legal_obligation", **of_state, **is_met))),
    ]


def totals(gathered):
    """(label, Number) of what the head of the page says."""
    state = gathered.state.pk
    findings = _published([*gathered.findings, *gathered.doubted])
    owed = _published(gathered.obligations)
    met = [row for row in owed if row.status == ObligationStatus.MET]
    return _totals(state, len(findings), _incidents(findings, state), len(owed), len(met))


def each_state(viewer):
    """(state, its totals) of every state that is named. Makes four queries."""
    published = {"review_status": ReviewStatus.PUBLISHED}
    findings = Finding.objects.visible_to(viewer).filter(**published).order_by()
    made = dict(findings.values_list("state").annotate(Count("pk")))
    ties = FindingIncident.objects.visible_to(viewer).filter(finding__in=findings).order_by()
    ties = ties.values_list("finding__state").annotate(Count("incident", distinct=True))
    concerned = dict(ties)
    obligations = Obligation.objects.visible_to(viewer).filter(**published).order_by()
    is_met = Q(status=ObligationStatus.MET)
    counted = obligations.values_list("bound_state").annotate(
        Count("pk"), met=Count("pk", filter=is_met)
    )
    owed = {state: numbers for state, *numbers in counted}
    for state in states(viewer):
        incidents = _of_incidents(concerned.get(state.pk, 0), state.pk)
        yield (
            state,
            _totals(state.pk, made.get(state.pk, 0), incidents, *owed.get(state.pk, (0, 0))),
        )


def articles(gathered):
    """The Article of each provision of a published finding, in the order of the findings."""
    by_provision = {}
    for row in _published([*gathered.findings, *gathered.doubted]):
        by_provision.setdefault(row.provision, []).append(row)
    state = gathered.state.pk
    return [
        Article(
            provision,
            Number(
                len(rows),
                _listed(
                    "legal_finding",
                    state__id__exact=state,
                    provision__id__exact=provision.pk,
                ),
            ),
            _incidents(rows, f"{state}-{provision.pk}"),
        )
        for provision, rows in by_provision.items()
    ]


def owed(gathered):
    """An Owed of each kind of obligation there is, reparation by its heads, all of them."""
    rows = _published(gathered.obligations)
    kinds = [
        (ObligationKind(kind).label, {"kind": kind})
        for kind in ObligationKind.values
        if kind != ObligationKind.REPARATION and any(row.kind == kind for row in rows)
    ]
    if any(row.kind == ObligationKind.REPARATION for row in rows):
        kinds += [
            (f"{ObligationKind.REPARATION.label}: {head.label}", {"head": head.value})
            for head in ReparationHead
        ]
    return [_owed(label, rows, alike, gathered.state.pk) for label, alike in kinds]


def _owed(label, rows, alike, state):
    def number(**more):
        asked = {**alike, **more}
        count = sum(all(getattr(row, name) == said for name, said in asked.items()) for row in rows)
        lookups = {f"{name}__exact": said for name, said in asked.items()}
        return Number(count, _listed("legal_obligation", bound_state__id__exact=state, **lookups))

    return Owed(
        label,
        must=number(modality=Modality.MUST),
        may=number(modality=Modality.MAY),
        met=number(status=ObligationStatus.MET),
        partly_met=number(status=ObligationStatus.PARTLY_MET),
    )


def by_injured(obligations):
    """(injured state, its obligations), those owed to nobody in particular last."""
    grouped = {}
    for row in obligations:
        injured = str(row.beneficiary or row.beneficiary_stated)
        grouped.setdefault(injured, []).append(row)
    return sorted(grouped.items(), key=lambda pair: (not pair[0], pair[0]))
