"""The incidents that a group claimed or is said to have done, alone or with its facades.

A statement names a group; on the day of its incident that group may have been folded into
another: reports/rollup.py. Definition: docs/methodology.md#roll-up.
"""

from django.db.models import Q
from django.db.models.expressions import RawSQL

from reports.rollup import folded_into
from reports.sql import sql_of, with_tables

NAMED = """
    SELECT said.incident FROM said
    LEFT JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS stretch (member, since, until)
        ON stretch.member = said.member AND said.day BETWEEN stretch.since AND stretch.until
    WHERE said.member = %s OR stretch.member IS NOT NULL
"""


def of_group(incidents, question, group, with_facades=False):
    """Those of `incidents` that a claim or attribution that counts ties to this group.

    with_facades: or to a group that was folded into it on the incident's first possible day.
    Makes one query, if so, before the queryset is evaluated.
    """
    claims = question.claims
    attributions = question.attributions.filter(group__isnull=False)
    if not with_facades:
        claimed, attributed = (
            Q(pk__in=statements.filter(group=group).values("incident"))
            for statements in (claims, attributions)
        )
        return incidents.filter(claimed | attributed)
    columns = ("incident", "group", "incident__occurred_from")
    (claimed, of_claims), (attributed, of_attributions) = (
        sql_of(statements.order_by().values_list(*columns)) for statements in (claims, attributions)
    )
    climbed = folded_into(question, group.pk)
    stretches = [
        [getattr(stretch, column) for stretch in climbed] for column in ("member", "since", "until")
    ]
    tables = {  # kept, for within further conditions PostgreSQL would ask this for each row
        "said (incident, member, day)": (
            f"{claimed} UNION ALL {attributed}",
            (*of_claims, *of_attributions),
        ),
        "named (incident)": (NAMED, (*stretches, group.pk)),
    }
    return incidents.filter(pk__in=RawSQL(*with_tables(tables, "SELECT incident FROM named")))
