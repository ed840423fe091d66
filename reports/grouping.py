"""By what the report can be broken down.

A grouping keys incidents: by an expression on the incident itself or, where one can
have several keys, by pairs (incident, key) in SQL. The report counts by the key and a
drill-down filters by it, so a number and its rows cannot differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from incidents.models import IncidentKind, Place, TargetKind
from incidents.models.place import governorate_of
from militias.models import Group
from records.dates import Precision
from records.names import label
from reports.rollup import stretches
from reports.sql import sql_of

NONE = "none"  # how an address writes the key of the row for incidents without one


class UnknownKey(ValueError):
    """No row of the grouping has this key."""


@dataclass(frozen=True)
class Grouping:
    """One way to break the report down. It has an `expression` or `pairs`.

    expression: the key of an incident.
    pairs: from a Question, and a function that climbs its relations (reports/rollup.py), to
        (sql, parameters) with the columns incident, key and uncontested (whether the pair
        holds without contested arrest links too); an incident can then count in several rows.
    labels: from keys and a viewer to {key: (label, the key as an address writes it)}; keys
        are text.
    key_of: from a key as an address writes it, and a viewer, to the key; raises UnknownKey.
    without: the label of the row for incidents that have no key.
    chronological: whether the rows are in order of their keys, not of size.
    """

    title: Any  # translated when shown
    labels: Callable
    key_of: Callable
    without: Any
    expression: Any = None
    pairs: Callable | None = None
    chronological: bool = False

    @property
    def many(self):
        return self.pairs is not None

    def check_key(self, written, viewer):
        """Raises UnknownKey if no row can have this key."""
        if written != NONE:
            self.key_of(written, viewer)

    def label(self, written, viewer):
        """The label of the row with this key."""
        if written == NONE:
            return self.without
        key = self.key_of(written, viewer)
        return self.labels([key], viewer)[key][0]

    def rows_behind(self, incidents, question, written):
        """Those of `incidents` that the row with this key counts."""
        key = None if written == NONE else self.key_of(written, question.viewer)
        if self.pairs is None:
            keyed = incidents.alias(row_key=self.expression)
            return keyed.filter(row_key=key) if key else keyed.filter(row_key__isnull=True)
        sql, parameters = self.pairs(question, lambda: stretches(question))
        paired = f"SELECT incident FROM ({sql}) AS pairs (incident, key, uncontested) WHERE key"
        if key is None:
            return incidents.exclude(pk__in=RawSQL(f"{paired} IS NOT NULL", parameters))
        return incidents.filter(pk__in=RawSQL(f"{paired}::text = %s", (*parameters, key)))


# Keys that stand on the incident


def _within_one(*units):
    """The incident lies in one year, or month, of its own: it is not torn between two.

    A span of days belongs where it began.
    """
    same = Q(*(Q(**{f"occurred_from__{unit}": F(f"occurred_to__{unit}")}) for unit in units))
    return Q(occurred_precision=Precision.SPAN) | same


_YEAR = Case(When(_within_one("year"), then=F("occurred_from__year")))
_MONTH = Case(
    When(
        _within_one("year", "month"),
        then=F("occurred_from__year") * 100 + F("occurred_from__month"),
    )
)


def _year_labels(keys, _viewer):
    return {key: (key, key) for key in keys}


def _year_key(written, _viewer):
    if not (written.isdigit() and len(written) == 4):
        raise UnknownKey(written)
    return written


def _month_labels(keys, _viewer):
    return {key: (f"{key[:4]}-{key[4:]}",) * 2 for key in keys}


def _month_key(written, _viewer):
    try:
        return date.fromisoformat(f"{written}-01").strftime("%Y%m")
    except ValueError:
        raise UnknownKey(written) from None


def _choice(field, choices, title):
    def labels(keys, _viewer):
        return {key: (choices(key).label, key) for key in keys}

    def key_of(written, _viewer):
        if written not in choices.values:
            raise UnknownKey(written)
        return written

    return Grouping(title, labels, key_of, _("not stated"), expression=F(field))


# Keys that are rows: governorates and groups


def _reference_labels(model):
    def labels(keys, viewer):
        rows = (
            model.objects.counted_for(viewer)
            .filter(pk__in=keys)
            .values_list("pk", "reference", "name", "name_ar")
        )
        return {str(pk): (label(*names), reference) for pk, reference, *names in rows}

    return labels


def _reference_key(model):
    def key_of(written, viewer):
        key = (
            model.objects.counted_for(viewer)
            .filter(reference=written)
            .values_list("pk", flat=True)
            .first()
        )
        if key is None:
            raise UnknownKey(written)
        return str(key)

    return key_of


def _of_groups(title, pairs, without):
    labels, key_of = _reference_labels(Group), _reference_key(Group)
    return Grouping(title, labels, key_of, without, pairs=pairs)


def _claimants(question, _climb):
    return sql_of(question.claims.values_list("incident", "group", Value(True)).distinct())


def _attributed(question, _climb):
    named = question.attributions.filter(group__isnull=False)
    return sql_of(named.values_list("incident", "group", Value(True)).distinct())


def _authorities(question, _climb):
    by_authority = question.arrest_links.order_by().values_list("incident", "arrest__authority")
    return sql_of(by_authority.annotate(uncontested=BoolOr(Q(contested=False))))


def _roots(question, climb):
    named = question.attributions.filter(group__isnull=False)
    sql, parameters = sql_of(named.values_list("incident", "group", "incident__occurred_from"))
    climbed = climb()
    columns = [
        [getattr(stretch, column) for stretch in climbed]
        for column in ("member", "root", "since", "until")
    ]
    return (
        f"""
        SELECT DISTINCT named.incident, COALESCE(stretch.root, named.member), true
        FROM ({sql}) AS named (incident, member, day)
        LEFT JOIN unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[])
            AS stretch (member, root, since, until)
            ON stretch.member = named.member
            AND named.day BETWEEN stretch.since AND stretch.until
        """,
        (*parameters, *columns),
    )


# Keys that are two groups: who claimed, and to whom it is attributed

BOTH = "~"  # between the two references, as an address writes them


def _claimants_and_roots(question, climb):
    """Each claimant beside each militia the same incident is attributed to, or none."""
    claims, of_claims = _claimants(question, climb)
    roots, of_roots = _roots(question, climb)
    return (
        f"""
        SELECT claim.incident, claim.member || '.' || COALESCE(root.root::text, '{NONE}'), true
        FROM ({claims}) AS claim (incident, member, uncontested)
        LEFT JOIN ({roots}) AS root (incident, root, uncontested) USING (incident)
        """,
        (*of_claims, *of_roots),
    )


def _both_labels(keys, viewer):
    split = {key: key.split(".") for key in keys}
    named = _reference_labels(Group)(
        {part for two in split.values() for part in two} - {NONE}, viewer
    )
    named[NONE] = (_("attributed to no group"), NONE)
    return {
        key: (" → ".join(str(named[part][0]) for part in two), BOTH.join(named[p][1] for p in two))
        for key, two in split.items()
    }


def _both_key(written, viewer):
    claimant, _both, root = written.partition(BOTH)
    key_of = _reference_key(Group)
    return f"{key_of(claimant, viewer)}.{root if root == NONE else key_of(root, viewer)}"


GROUPINGS = {
    "year": Grouping(
        _("Year"),
        _year_labels,
        _year_key,
        _("not known to the year"),
        expression=_YEAR,
        chronological=True,
    ),
    "month": Grouping(
        _("Month"),
        _month_labels,
        _month_key,
        _("not known to the month"),
        expression=_MONTH,
        chronological=True,
    ),
    "governorate": Grouping(
        _("Governorate"),
        _reference_labels(Place),
        _reference_key(Place),
        _("outside Iraq, or not known"),
        expression=governorate_of("place__"),
    ),
    "place": Grouping(
        _("Site"),
        _reference_labels(Place),
        _reference_key(Place),
        _("place not known"),
        expression=F("place"),
    ),
    "kind": _choice("kind", IncidentKind, _("Kind of attack")),
    "target_kind": _choice("target_kind", TargetKind, _("Kind of target")),
    "claimant": _of_groups(_("Claimant"), _claimants, _("claimed by nobody")),
    "attributed_group": _of_groups(_("Attributed group"), _attributed, _("attributed to no group")),
    "root_group": _of_groups(
        _("Militia, facades and brigades folded in"), _roots, _("attributed to no group")
    ),
    "claimant_root": Grouping(
        _("Claimant, and the militia it is attributed to"),
        _both_labels,
        _both_key,
        _("claimed by nobody"),
        pairs=_claimants_and_roots,
    ),
    "authority": _of_groups(_("Arresting authority"), _authorities, _("no arrest")),
}
