"""What is in the queue: each kind of item is the rows of one rule.

A rule returns querysets whose columns are named in COLUMNS; those about the cases of
suspects are in reports/queue/cases.py. reports/queue/items.py puts them together; what
each means is told in docs/methodology.md#the-queue.
"""

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Greatest, TruncDate

from incidents.models import Attribution, CasualtyFigure, Incident
from legal.models import (
    Arrest,
    ArrestLink,
    Conviction,
    ConvictionSuspect,
    Step,
    StepKind,
)
from militias.models import CandidateLink
from militias.models.candidate import Decision
from records.dates import days_from
from records.models import Confidence, ReviewStatus
from reports.models.queue_note import RECORDS, QueueKind
from reports.queue.listed import NO_TEXT, listed

DRAFT_LEFT = 7  # days

# Arrests and convictions


def _of_arrest(rows, kind):
    return listed(
        rows,
        kind,
        Arrest,
        first_on=F("occurred_from"),
        last_on=F("occurred_to"),
        precision=F("occurred_precision"),
    )


def arrest_without_person(asked):
    held = asked.known(Step).of_kind(StepKind.DETAINED).filter(arrest=OuterRef("pk"))
    rows = asked.own_published(Arrest).made_by(asked.day).filter(~Exists(held))
    yield _of_arrest(rows, QueueKind.ARREST_WITHOUT_PERSON)


def arrest_without_link(asked):
    links = asked.known(ArrestLink).filter(arrest=OuterRef("pk"))
    rows = asked.own_published(Arrest).made_by(asked.day).filter(~Exists(links))
    yield _of_arrest(rows, QueueKind.ARREST_WITHOUT_LINK)


def conviction_without_arrest(asked):
    held = asked.known(Step).of_kind(StepKind.DETAINED)
    convicted = ConvictionSuspect.objects.visible_to(asked.viewer).filter(conviction=OuterRef("pk"))
    never_held = convicted.exclude(suspect__in=held.values("suspect"))
    rows = (
        asked.own_published(Conviction)
        .made_by(asked.day)
        .filter(Exists(never_held) | ~Exists(convicted))
    )
    yield listed(
        rows,
        QueueKind.CONVICTION_WITHOUT_ARREST,
        Conviction,
        first_on=F("decided_from"),
        last_on=F("decided_to"),
        precision=F("decided_precision"),
    )


def link_contested(asked):
    rows = asked.own_published(ArrestLink).filter(contested=True).made_by(asked.day)
    yield listed(
        rows,
        QueueKind.LINK_CONTESTED,
        ArrestLink,
        first_on=F("arrest__occurred_from"),
        last_on=F("arrest__occurred_to"),
        precision=F("arrest__occurred_precision"),
    )


# Sources that conflict


def _same(*names):
    return {name: OuterRef(name) for name in names}


def _of_incident(rows, kind, statements):
    """Incidents among whose statements some conflict; changed when one of them is."""
    changed = statements.filter(incident=OuterRef("pk")).order_by("-updated_at")
    return listed(
        rows,
        kind,
        Incident,
        first_on=F("occurred_from"),
        last_on=F("occurred_to"),
        precision=F("occurred_precision"),
        changed=Greatest("updated_at", Subquery(changed.values("updated_at")[:1])),
    )


def casualties_differ(asked):
    """Two figures of one fate, category and nationality, one of which ends below the other."""
    figures = asked.said(CasualtyFigure)
    above = figures.filter(
        **_same("incident", "status", "category", "nationality"), low__gt=OuterRef("high")
    )
    apart = figures.filter(Exists(above))
    rows = asked.own_published(Incident).filter(pk__in=apart.values("incident"))
    yield _of_incident(rows, QueueKind.CASUALTIES_DIFFER, figures)


def detained_differ(asked):
    arrests = asked.own_published(Arrest).made_by(asked.day)
    rows = arrests.filter(detained_low__lt=F("detained_high"))
    yield _of_arrest(rows, QueueKind.DETAINED_DIFFER)


def _of_step(rows, kind):
    return listed(
        rows,
        kind,
        Step,
        target=F("suspect_id"),
        about=F("kind"),
        first_on=F("occurred_from"),
        last_on=F("occurred_to"),
        precision=F("occurred_precision"),
    )


def reasons_differ(asked):
    rows = (
        asked.own_published(Step)
        .made_by(asked.day)
        .held_with(Confidence.POSSIBLE)
        .exclude(stated_reason="")
        .exclude(reported_reason="")
        .exclude(stated_reason=F("reported_reason"))
    )
    yield _of_step(rows, QueueKind.REASONS_DIFFER)


def attributions_differ(asked):
    """Groups named with the same confidence, and none with a higher one."""
    naming = (
        asked.said(Attribution)
        .naming()
        .filter(group__isnull=False)
        .annotate(
            sureness=Case(
                *(
                    When(confidence=value, then=place)
                    for place, value in enumerate(Confidence.values)
                )
            )
        )
    )
    surer = naming.filter(incident=OuterRef("incident"), sureness__lt=OuterRef("sureness"))
    other = naming.filter(**_same("incident", "confidence")).exclude(group=OuterRef("group"))
    apart = naming.filter(~Exists(surer), Exists(other))
    rows = asked.own_published(Incident).filter(pk__in=apart.values("incident"))
    yield _of_incident(rows, QueueKind.ATTRIBUTIONS_DIFFER, asked.said(Attribution))


def name_in_question(asked):
    rows = asked.own_published(CandidateLink).filter(decision=Decision.UNDECIDED)
    day = TruncDate("created_at")
    yield listed(rows, QueueKind.NAME_IN_QUESTION, CandidateLink, first_on=day, last_on=day)


# Review: one item at a time for a record, for what it waits for first


def review(asked):
    """Of every kind of record: what waits for a second person, and drafts left lying."""
    left = days_from(asked.day, -DRAFT_LEFT)
    waits = {
        QueueKind.TO_REVIEW: Q(review_status=ReviewStatus.SUBMITTED),
        QueueKind.TO_COUNTERSIGN: Q(to_countersign=True),
        QueueKind.TO_AGREE: Q(wider__isnull=False),
        QueueKind.DRAFT_LEFT: Q(review_status=ReviewStatus.DRAFT, updated_at__date__lt=left),
    }
    for model in RECORDS:
        rows = asked.own(model).filter(_any(waits))
        kind = Case(
            *(When(condition, then=Value(kind)) for kind, condition in waits.items()),
            output_field=TextField(),
        )
        asker = Cast(KT("wider__asked_by"), BigIntegerField())
        day = TruncDate("updated_at")
        yield listed(
            rows,
            kind,
            model,
            about=Case(
                When(review_status=ReviewStatus.WITHDRAWN, then=Value("merged")),
                default=NO_TEXT,
                output_field=TextField(),
            ),
            first_on=day,
            last_on=day,
            editor=Case(
                When(Q(to_countersign=False, wider__isnull=False), then=asker),
                default=F("updated_by_id"),
                output_field=BigIntegerField(),
            ),
        )


def _any(waits):
    met = Q(pk__in=[])
    for condition in waits.values():
        met |= condition
    return met


RULES = [
    review,
    arrest_without_person,
    arrest_without_link,
    conviction_without_arrest,
    link_contested,
    casualties_differ,
    detained_differ,
    reasons_differ,
    attributions_differ,
    name_in_question,
]


def everything(asked):
    """The rows of all rules of this page, each a queryset of COLUMNS."""
    return [rows for rule in RULES for rows in rule(asked)]
