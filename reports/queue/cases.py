"""Hearings, bail and cases gone quiet: what was heard of each suspect last.

Four rules over a few tables, which are made of gated querysets. Written as SQL, since all
of them ask for the last of something, each asking of the one before. Definitions:
docs/methodology.md#when-a-case-has-ended.
"""

from django.db.models import BooleanField, ExpressionWrapper, Q

from legal.models import ConvictionSuspect, Ruling, Suspect
from records.models import Confidence, at_least

HEARINGS_AHEAD = 30  # days


def tables(asked):
    """{name (columns): queryset} of what the rules reckon with, by the day."""
    likely = ExpressionWrapper(
        Q(confidence__in=at_least(Confidence.LIKELY)), output_field=BooleanField()
    )
    final = (
        ConvictionSuspect.objects.counted_for(asked.viewer)
        .standing_on(asked.day)
        .filter(conviction__final=True)
    )
    people = ("updated_at", "updated_by", "created_by")
    return {
        "suspect (id, code, entered, changed, editor, author)": asked.own_published(
            Suspect
        ).values_list("pk", "code", "created_at", *people),
        "step (id, suspect, kind, first, last, precision, likely, changed, editor, author)": (
            asked.steps.values_list(
                *("pk", "suspect", "kind", "occurred_from", "occurred_to", "occurred_precision"),
                *(likely, *people),
            )
        ),
        "judged (suspect, conviction, day, changed)": ConvictionSuspect.objects.visible_to(
            asked.viewer
        )
        .filter(conviction__in=asked.convictions)
        .values_list("suspect", "conviction", "conviction__decided_to", "conviction__updated_at"),
        "ruling (id, conviction, kind, day, changed)": asked.known(Ruling)
        .made_by(asked.day)
        .values_list("pk", "conviction", "kind", "decided_to", "updated_at"),
        "final (suspect)": final.values_list("suspect"),
    }


# `event`: a hearing that is set is none. `over`: two ends may come from contradicting
# sources, so each is held likely at least. `heard`: of two steps on one day the surer, and
# bail before others, is the last.
DERIVED = """
    event AS MATERIALIZED (
        SELECT * FROM step WHERE kind <> 'hearing_set' AND last <= %(day)s
    ),
    over (suspect) AS MATERIALIZED (
        SELECT suspect FROM event AS ended WHERE likely AND (
            kind = 'died'
            OR kind IN ('acquitted', 'released') AND NOT EXISTS (
                SELECT FROM event AS again WHERE again.suspect = ended.suspect AND again.likely
                AND again.kind IN ('sought', 'detained', 'charged', 'tried')
                AND again.last > ended.last
            ) AND (kind = 'acquitted' OR ended.suspect NOT IN (SELECT suspect FROM judged) AND (
                ended.suspect NOT IN (
                    SELECT suspect FROM event WHERE likely AND kind IN ('charged', 'tried')
                )
                OR ended.suspect IN (
                    SELECT suspect FROM event WHERE likely AND kind = 'charge_dropped'
                )
            ))
        )
        UNION SELECT suspect FROM final
    ),
    judgment AS MATERIALIZED (
        SELECT DISTINCT ON (suspect) suspect, greatest(judged.day, ruled.day) AS day,
            CASE WHEN ruled.day >= judged.day THEN ruled.kind ELSE 'convicted' END AS kind,
            greatest(judged.changed, ruled.changed) AS changed
        FROM judged LEFT JOIN (
            SELECT DISTINCT ON (conviction) * FROM ruling ORDER BY conviction, day DESC, id DESC
        ) AS ruled USING (conviction)
        ORDER BY suspect, greatest(judged.day, ruled.day) DESC, conviction DESC
    ),
    going AS MATERIALIZED (
        SELECT * FROM suspect WHERE id NOT IN (SELECT suspect FROM over)
    ),
    ahead AS MATERIALIZED (
        SELECT DISTINCT ON (suspect) * FROM step WHERE kind = 'hearing_set'
        AND last >= %(day)s AND suspect IN (SELECT id FROM going)
        ORDER BY suspect, first, id
    ),
    passed AS MATERIALIZED (
        SELECT DISTINCT ON (suspect) * FROM step AS hearing WHERE kind = 'hearing_set'
        AND last < %(day)s AND suspect IN (SELECT id FROM going)
        AND suspect NOT IN (SELECT suspect FROM ahead)
        AND NOT EXISTS (
            SELECT FROM event WHERE suspect = hearing.suspect AND last >= hearing.first
        )
        AND NOT EXISTS (
            SELECT FROM judgment WHERE suspect = hearing.suspect AND day >= hearing.first
        )
        ORDER BY suspect, first DESC, id DESC
    ),
    heard AS MATERIALIZED (
        SELECT DISTINCT ON (suspect) * FROM (
            SELECT suspect, kind, first, last, precision, likely, changed FROM event
            UNION ALL SELECT suspect, kind, day, day, 'day', true, changed FROM judgment
        ) AS told
        ORDER BY suspect, last DESC, likely DESC, kind = 'bailed' DESC, changed DESC
    ),
    silent AS MATERIALIZED (
        SELECT going.id, code, entered, kind, first, last, precision,
            greatest(going.changed, heard.changed) AS changed, editor, author
        FROM going LEFT JOIN heard ON heard.suspect = going.id
        WHERE coalesce(last, CASE WHEN going.id NOT IN (
                SELECT suspect FROM step UNION ALL SELECT suspect FROM judged
            ) THEN entered::date END) < %(quiet_since)s
        AND going.id NOT IN (SELECT suspect FROM ahead UNION ALL SELECT suspect FROM passed)
    )
"""


def _hearing(kind, rows, due):
    return f"""
        SELECT '{kind}', 'legal.step', hearing.id, code, hearing.suspect, kind, first, last,
            precision, {due}, hearing.changed, hearing.editor, hearing.author
        FROM {rows} AS hearing JOIN going ON going.id = hearing.suspect
    """


def _silent(kind, where):
    return f"""
        SELECT '{kind}', 'legal.suspect', id, code, id, coalesce(kind, ''),
            coalesce(first, entered::date), coalesce(last, entered::date),
            coalesce(precision, 'day'), NULL::date, changed, editor, author
        FROM silent WHERE {where}
    """


HEARING_PASSED = _hearing("hearing_passed", "passed", "last")
HEARING_DUE = _hearing("hearing_due", "ahead", "first") + "WHERE first <= %(soon)s"
BAILED = _silent("bailed", "kind = 'bailed'")
QUIET = _silent("quiet", "kind IS DISTINCT FROM 'bailed'")
RULES = [HEARING_PASSED, HEARING_DUE, BAILED, QUIET]
