"""What was done about an attack, one row for each person and day: tables for larger SQL.

The ladder (reports/ladder.py) asks whether something was done about an attack; what
asks by when (reports/waiting.py) or to whom (reports/reach.py) asks these tables. They are
made of the same querysets, and tests hold them to the same attacks.
"""

from django.db.models import BooleanField, Q
from django.db.models.expressions import ExpressionWrapper

from legal.models import ConvictionIncident, ConvictionSuspect, StepIncident, StepKind
from records.models import Confidence, at_least
from reports.people import CHARGE_PROVEN_BY

CHARGES = """
    SELECT incident, suspect, earliest, latest FROM step JOIN named USING (step)
    UNION ALL
    SELECT incident, suspect, step.earliest, step.latest
    FROM step JOIN nameless USING (step) JOIN link USING (arrest)
    UNION ALL
    SELECT incident, suspect, step.earliest, step.latest
    FROM step JOIN nameless USING (step) JOIN detention USING (suspect)
    JOIN link ON link.arrest = detention.arrest
    WHERE step.arrest IS NULL
    UNION ALL
    SELECT incident, suspect, earliest, latest FROM judgment
"""
JUDGMENTS = """
    SELECT incident, suspect, earliest, latest,
        CASE WHEN suspect IS NULL THEN conviction IN (SELECT conviction FROM firm) ELSE stands END
    FROM judged LEFT JOIN guilty USING (conviction)
"""


def _whether(condition):
    return ExpressionWrapper(condition, output_field=BooleanField())


def whether_likely():
    """Whether a step is held likely or confirmed, as a column."""
    return _whether(Q(confidence__in=at_least(Confidence.LIKELY)))


def case_tables(question):
    """Tables for `with_tables`, of everything that counts for the Question.

    link (arrest, incident, basis, earliest, latest): arrests for the attack.
    detention (suspect, arrest): who was held in them, or in others.
    judgment (incident, suspect, earliest, latest, stands): convictions, one row for each of the
        convicted, or with no suspect where nobody is recorded.
    charge (incident, suspect, earliest, latest): what proves a charge, convictions included.
    """
    steps = question.steps(*CHARGE_PROVEN_BY)
    guilty = ConvictionSuspect.objects.counted_for(question.viewer)
    standing = guilty.standing_on(question.as_of)
    days = ("occurred_from", "occurred_to")
    return {
        "link (arrest, incident, basis, earliest, latest)": question.arrest_links.values_list(
            "arrest", "incident", "basis_kind", *(f"arrest__{day}" for day in days)
        ),
        "detention (suspect, arrest)": question.steps(StepKind.DETAINED).values_list(
            "suspect", "arrest"
        ),
        "step (step, suspect, arrest, earliest, latest)": steps.values_list(
            "pk", "suspect", "arrest", *days
        ),
        "named (step, incident)": StepIncident.objects.counted_for(question.viewer).values_list(
            "step", "incident"
        ),
        "nameless (step)": steps.filter(incidents__isnull=True).values_list("pk"),
        "guilty (conviction, suspect, stands)": guilty.filter(
            conviction__in=question.convictions
        ).values_list("conviction", "suspect", _whether(Q(pk__in=standing.values("pk")))),
        "firm (conviction)": question.convictions.standing_on(question.as_of).values_list("pk"),
        "judged (conviction, incident, earliest, latest)": ConvictionIncident.objects.counted_for(
            question.viewer
        )
        .filter(conviction__in=question.convictions)
        .values_list(
            "conviction", "incident", "conviction__decided_from", "conviction__decided_to"
        ),
        "judgment (incident, suspect, earliest, latest, stands)": (JUDGMENTS, ()),
        "charge (incident, suspect, earliest, latest)": (CHARGES, ()),
    }
