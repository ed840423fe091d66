"""After how many days those held were released, and for which reasons, by a given day.

The unit is the suspect: a person recorded one by one. Suspects are those that the dashboard
counts as held (reports/held.py). Definition: docs/methodology.md#released-after-how-many-days.
"""

from dataclasses import dataclass

from legal.models import StepKind, Suspect
from reports.cases import whether_likely
from reports.held import arrests_tied
from reports.sql import answer_to, with_tables
from reports.survival import Moment

RELEASED = "suspect, reference, likely, stated, reported, latest, days, shortest, longest"
# A release ends the detention in the arrest it names; otherwise the last one before it
RELEASES = """
    SELECT DISTINCT ON (release.reference) release.suspect, release.reference, release.likely,
        release.stated, release.reported, release.latest,
        greatest(0, release.latest - held.latest) AS days,
        greatest(0, release.earliest - held.latest) AS shortest,
        greatest(0, release.latest - held.earliest) AS longest
    FROM release JOIN detention AS held USING (suspect)
    ORDER BY release.reference, held.arrest IS NOT DISTINCT FROM release.arrest DESC,
        held.latest <= release.latest DESC, held.latest DESC
"""


@dataclass(frozen=True)
class Releases:
    """Suspects released for the same two reasons, by steps held at least possible.

    suspects, likely: how many; how many of them by a step held likely or confirmed.
    shortest, median, longest: days from detention to release; the outer two count every day
    that is not known exactly the way that makes the time shorter or longer.
    alike: the reference of one such step.
    """

    stated: str
    reported: str
    suspects: int
    likely: int
    shortest: int
    median: int
    longest: int
    alike: str


# Those of `suspects_behind(incidents, question, Held())`, of whom the detentions are needed too
SUSPECTS = """
    SELECT suspect FROM known WHERE suspect IN (SELECT suspect FROM taken JOIN tied USING (arrest))
"""


def _tables(incidents, question):
    days = ("occurred_from", "occurred_to")
    return {
        "tied (arrest)": arrests_tied(incidents, question).values_list("pk"),
        "known (suspect)": Suspect.objects.counted_for(question.viewer).values_list("pk"),
        "taken (suspect, arrest, earliest, latest)": question.steps(StepKind.DETAINED).values_list(
            "suspect", "arrest", *days
        ),
        "let_go (suspect, reference, arrest, earliest, latest, likely, stated, reported)": (
            question.steps(StepKind.RELEASED).values_list(
                "suspect",
                "reference",
                "arrest",
                *days,
                whether_likely(),
                "stated_reason",
                "reported_reason",
            )
        ),
        "suspect (suspect)": (SUSPECTS, ()),
        "detention (suspect, arrest, earliest, latest)": (
            "SELECT taken.* FROM taken JOIN suspect USING (suspect)",
            (),
        ),
        "release (suspect, reference, arrest, earliest, latest, likely, stated, reported)": (
            "SELECT let_go.* FROM let_go JOIN suspect USING (suspect)",
            (),
        ),
        f"released ({RELEASED})": (RELEASES, ()),
    }


def releases(incidents, question):
    """The Releases of those held for these attacks, the most frequent first. One query."""
    rows = answer_to(
        *with_tables(
            _tables(incidents, question),
            """
            SELECT stated, reported, count(DISTINCT suspect),
                count(DISTINCT suspect) FILTER (WHERE likely), min(shortest),
                percentile_disc(0.5) WITHIN GROUP (ORDER BY days), max(longest), min(reference)
            FROM released GROUP BY stated, reported ORDER BY 3 DESC, 8
            """,
        )
    )
    return [Releases(*row) for row in rows]


def custody(incidents, question):
    """The Moments of the waits of all suspects held, from first custody to release. One query.

    Custody begins with the first detention in an arrest tied to these attacks. Whoever has no
    release recorded waits until the day asked about: he may be held, or nobody said more.
    """
    rows = answer_to(
        *with_tables(
            _tables(incidents, question),
            """
            SELECT length, count(*), count(*) FILTER (WHERE came) FROM (
                SELECT greatest(0, coalesce(min(released.latest), %s) - held.latest) AS length,
                    min(released.latest) IS NOT NULL AS came
                FROM (
                    SELECT suspect, min(latest) AS latest FROM detention
                    WHERE arrest IN (SELECT arrest FROM tied) GROUP BY suspect
                ) AS held
                LEFT JOIN released USING (suspect) GROUP BY suspect, held.latest
            ) AS each GROUP BY length ORDER BY length DESC
            """,
            (question.as_of,),
        )
    )
    at_risk, found = 0, []
    for length, number, came in rows:
        at_risk += number
        found.append(Moment(length, at_risk, came))
    return found[::-1]
