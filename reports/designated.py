"""Designated when it attacked? Incidents of a group or person that was listed that day.

A claim or an attribution that counts ties the incident to a group, or an attribution to a
person. It or any group that it was folded into on the incident's first possible day
(reports/rollup.py, at the confidence asked for) was under a listing certainly made by that
day and not known to have ended before it: DesignationQuerySet.in_force_on().
Definition: docs/methodology.md#designated-when-it-attacked.
"""

from datetime import date

from django.db.models import OuterRef, Q
from django.db.models.expressions import Exists, RawSQL

from legal.models import Designation
from reports.rollup import climbs
from reports.sql import sql_of


def designated(incidents, question):
    """Those of `incidents` whose group or person was designated when it attacked.

    Makes two queries before the queryset is evaluated.
    """
    return incidents.filter(was_designated(question))


def was_designated(question):
    """The condition on an incident. Makes two queries."""
    of_persons = question.attributions.filter(person__isnull=False).filter(
        Exists(
            _listings(question)
            .in_force_on(OuterRef("incident__occurred_from"))
            .filter(person=OuterRef("person"))
        )
    )
    return Q(pk__in=_of_groups(question)) | Q(pk__in=of_persons.order_by().values("incident"))


def _listings(question):
    return Designation.objects.counted_for(question.viewer)


def _of_groups(question):
    """Keys of incidents tied to a group in a spell of its designation."""
    columns = ("incident", "group", "incident__occurred_from")
    (claimed, of_claims), (attributed, of_attributions) = (
        sql_of(statements.filter(group__isnull=False).order_by().values_list(*columns))
        for statements in (question.claims, question.attributions)
    )
    spells = [list(column) for column in zip(*_spells(question), strict=True)] or [[], [], []]
    named = f"""
        SELECT named.incident
        FROM ({claimed} UNION ALL {attributed}) AS named (incident, member, day)
        JOIN unnest(%s::bigint[], %s::date[], %s::date[]) AS spell (member, since, until)
            ON spell.member = named.member AND named.day BETWEEN spell.since AND spell.until
    """
    return RawSQL(named, (*of_claims, *of_attributions, *spells))


def _spells(question):
    """(group, since, until) of each listing, and of whoever was folded into the listed group."""
    listed = (
        _listings(question)
        .listings()
        .filter(group__isnull=False)
        .values_list("group", "listed_to", "ended_on")
    )
    below = {}
    for stretch in climbs(question):
        below.setdefault(stretch.root, []).append(stretch)
    for group, since, ended in listed:
        until = ended or date.max
        yield group, since, until
        for stretch in below.get(group, ()):
            if max(since, stretch.since) <= min(until, stretch.until):
                yield stretch.member, max(since, stretch.since), min(until, stretch.until)
