"""Who was held for a set of incidents, by which authority, and how it ended, by a given day.

Wider than the rung "arrested" (reports/ladder.py): an arrest is *tied* to an incident by any
link that nobody rejects, also one for negligence of duty or held doubtful. How many of the
arrests count on the ladder is a number of its own. Every number is made of the querysets
with which the list behind it is made. Definitions: docs/methodology.md#arrests-by-authority.
"""

from dataclasses import dataclass, field

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from legal.models import ArrestLink, ConvictionSuspect, StepKind, Suspect
from records.models import Confidence
from reports.ladder import ladder
from reports.people import CHARGE_PROVEN_BY, Range
from reports.sql import sql_of, with_tables


class Tie(models.TextChoices):
    ANY = "any", _("tied to these attacks by anybody")
    FOR_THE_ATTACK = "for_the_attack", _("for these attacks")


class Fate(models.TextChoices):
    """What became of a suspect who was held, ever, by the day. One may have met several."""

    HELD = "held", _("held")
    BAILED = "bailed", _("bailed")
    RELEASED = "released", _("released")
    CHARGED = "charged", _("charged")
    CONVICTED = "convicted", _("convicted, ever")
    STANDING = "standing", _("convicted, and it stands")
    NOTHING = "nothing", _("nothing further known")


OF_STEPS = {
    Fate.BAILED: (StepKind.BAILED,),
    Fate.RELEASED: (StepKind.RELEASED,),
    Fate.CHARGED: CHARGE_PROVEN_BY,
}
BEFORE = (StepKind.SOUGHT, StepKind.DETAINED, StepKind.TRANSFERRED)  # end nothing
ENDINGS = (StepKind.BAILED, StepKind.RELEASED, StepKind.CHARGE_DROPPED, StepKind.ACQUITTED)


# The sets that are counted and listed


def arrests_tied(incidents, question, tie=Tie.ANY):
    """Arrests made by the day that a link ties to a counted one of `incidents`."""
    counted = ladder(incidents).counted(question).values("pk")
    links = question.arrest_links
    if tie == Tie.ANY:
        links = ArrestLink.objects.counted_for(question.viewer).exclude(
            confidence=Confidence.REJECTED
        )
        links = links if question.contested else links.uncontested()
    tied = links.filter(incident__in=counted).values("arrest")
    return question.arrests.filter(pk__in=tied)


def _guilty(question, fate):
    guilty = ConvictionSuspect.objects.counted_for(question.viewer)
    if fate == Fate.STANDING:
        return guilty.standing_on(question.as_of, question.rulings).values("suspect")
    return guilty.filter(conviction__in=question.convictions).values("suspect")


def met(question, fate, confidence=Confidence.POSSIBLE):
    """Querysets of suspects' ids that, together, met a fate. A conviction proves a charge."""
    if fate in (Fate.CONVICTED, Fate.STANDING):
        return [_guilty(question, fate)]
    steps = question.steps(*OF_STEPS[fate], confidence=confidence).values("suspect")
    return [steps, _guilty(question, Fate.CONVICTED)] if fate == Fate.CHARGED else [steps]


def _went_on(question):
    after = [kind for kind in StepKind if kind not in BEFORE]
    return [question.steps(*after).values("suspect"), _guilty(question, Fate.CONVICTED)]


# The lists


@dataclass(frozen=True)
class Held:
    """One number of the table: which arrests, or which suspects held in them.

    authority: the reference of the authority that arrested, or "" for all.
    fate: none for arrests. sure: only steps held likely or confirmed.
    alike: the reference of a step; only suspects with one of its kind and reasons.
    not_yet: less those who met this fate.
    """

    tie: Tie = Tie.ANY
    authority: str = ""
    fate: Fate | None = None
    sure: bool = False
    alike: str = ""
    not_yet: Fate | None = None


def arrests_behind(incidents, question, held):
    """The arrests that one number counts."""
    arrests = arrests_tied(incidents, question, held.tie)
    return arrests.filter(authority__reference=held.authority) if held.authority else arrests


def suspects_behind(incidents, question, held):
    """The suspects that one number counts.

    Arrests and detentions are tables: as subqueries within each other they are planned as loops
    within loops wherever PostgreSQL expects one row, as it does of small and of changing tables.
    """
    tables = {
        "tied (arrest)": arrests_behind(incidents, question, held).values_list("pk"),
        "detention (suspect, arrest)": question.steps(StepKind.DETAINED).values_list(
            "suspect", "arrest"
        ),
    }
    taken = RawSQL(*with_tables(tables, "SELECT suspect FROM detention JOIN tied USING (arrest)"))
    suspects = Suspect.objects.counted_for(question.viewer).filter(pk__in=taken)
    if held.alike:
        suspects = suspects.filter(pk__in=_alike(question, held.alike).values("suspect"))
    if held.not_yet:
        suspects = suspects.exclude(_among(met(question, held.not_yet)))
    if held.fate == Fate.NOTHING:
        return suspects.exclude(_among(_went_on(question)))
    if held.fate in (None, Fate.HELD):
        return suspects
    confidence = Confidence.LIKELY if held.sure else Confidence.POSSIBLE
    return suspects.filter(_among(met(question, held.fate, confidence)))


def _among(sets):
    return Q(*(("pk__in", suspects) for suspects in sets), _connector=Q.OR)


def _alike(question, reference):
    said = question.steps(*ENDINGS)
    same = {name: OuterRef(name) for name in ("kind", "stated_reason", "reported_reason")}
    return said.filter(Exists(said.filter(reference=reference, **same)))


# The counts


@dataclass(frozen=True)
class HeldCounts:
    """Of one authority, or of all: operations, persons summed over them, and suspects.

    fates: {Fate: Range}; low counts the steps held likely or confirmed, high the possible too.
    """

    arrests: int
    for_the_attack: int
    detained: Range
    fates: dict = field(default_factory=dict)


COUNTED_FATES = [fate for fate in Fate if fate != Fate.HELD]
NO_HIGH = "count(*) FILTER (WHERE high IS NULL)"


def held_by_authority(incidents, question):
    """{id of the authority, or None for all: HeldCounts}. Makes one query."""
    tables, flags = _tables(incidents, question), _flags(question)
    heads = [f"{table} AS MATERIALIZED ({sql})" for table, (sql, _more) in tables.items()]
    columns = [f"({among}) AS {name}" for name, among, _more in flags]
    query = f"""
        WITH {", ".join(heads)},
        held (authority, suspect) AS MATERIALIZED (
            SELECT DISTINCT authority, suspect FROM arrest JOIN detention USING (arrest)
        ),
        met AS MATERIALIZED (
            SELECT suspect, {", ".join(columns)} FROM (SELECT DISTINCT suspect FROM held) AS each
        ),
        operation AS (
            SELECT authority, count(*) AS arrests,
                count(*) FILTER (WHERE arrest IN (SELECT arrest FROM counting)) AS counting,
                coalesce(sum(coalesce(low, 1)), 0) AS low,
                coalesce(sum(coalesce(high, low, 1)), 0) AS high, {NO_HIGH} AS open
            FROM arrest GROUP BY GROUPING SETS ((authority), ())
        ),
        person AS (
            SELECT authority, count(DISTINCT suspect) AS held,
                {", ".join(_distinct(name) for name, _among, _more in flags)}
            FROM held JOIN met USING (suspect) GROUP BY GROUPING SETS ((authority), ())
        )
        SELECT operation.*, person.* FROM operation
        LEFT JOIN person ON person.authority IS NOT DISTINCT FROM operation.authority
    """
    parameters = [value for _sql, more in tables.values() for value in more]
    parameters += [value for _name, _among, more in flags for value in more]
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return {row[0]: _counts(row, [name for name, *_rest in flags]) for row in cursor}


def _tables(incidents, question):
    detained = question.steps(StepKind.DETAINED)
    return {
        "arrest (arrest, authority, low, high)": sql_of(
            arrests_tied(incidents, question).values_list(
                "pk", "authority", "detained_low", "detained_high"
            )
        ),
        "counting (arrest)": sql_of(
            arrests_tied(incidents, question, Tie.FOR_THE_ATTACK).values_list("pk")
        ),
        "detention (arrest, suspect)": sql_of(detained.values_list("arrest", "suspect")),
    }


def _flags(question):
    """(name, condition on `suspect` as SQL, parameters) of each fate, low and high."""
    sets = {}
    for fate in COUNTED_FATES:
        if fate == Fate.NOTHING:
            sets["nothing"] = ("NOT", _went_on(question))
        elif fate in OF_STEPS:
            sets[f"{fate}_low"] = ("", met(question, fate, Confidence.LIKELY))
            sets[f"{fate}_high"] = ("", met(question, fate))
        else:
            sets[str(fate)] = ("", met(question, fate))
    flags = []
    for name, (negated, querysets) in sets.items():
        compiled = [sql_of(queryset) for queryset in querysets]
        among = " OR ".join(f"suspect IN ({sql})" for sql, _more in compiled)
        flags.append((name, f"{negated} ({among})", [v for _s, more in compiled for v in more]))
    return flags


def _distinct(name):
    return f"count(DISTINCT suspect) FILTER (WHERE {name}) AS {name}"


def _counts(row, names):
    _authority, arrests, counting, low, high, open_ended, _again, held, *numbers = row
    found = dict(zip(names, (int(number or 0) for number in numbers), strict=True))
    fates = {Fate.HELD: Range(held or 0, held or 0)}
    for fate in COUNTED_FATES:
        most = found.get(f"{fate}_high", found.get(str(fate)))
        fates[fate] = Range(found.get(f"{fate}_low", most), most)
    return HeldCounts(arrests, counting, Range(int(low), int(high), open_ended), fates)


# The reasons: what the authority stated beside what others reported


@dataclass(frozen=True)
class Reason:
    """Suspects whose case took the same step for the same reasons. `alike`: one such step."""

    kind: StepKind
    stated: str
    reported: str
    suspects: int
    alike: str


MOST_REASONS = 40


def reasons(incidents, question):
    """The most frequent Reasons of steps that end a case, or may. Makes one query."""
    arrests = arrests_tied(incidents, question).values("pk")
    detained = question.steps(StepKind.DETAINED).filter(arrest__in=arrests)
    said = (
        question.steps(*ENDINGS)
        .filter(suspect__in=detained.values("suspect"))
        .order_by()
        .values("kind", "stated_reason", "reported_reason")
        .annotate(suspects=models.Count("suspect", distinct=True), alike=models.Min("reference"))
        .order_by("-suspects", "alike")[:MOST_REASONS]
    )
    return [
        Reason(
            StepKind(row["kind"]),
            row["stated_reason"],
            row["reported_reason"],
            row["suspects"],
            row["alike"],
        )
        for row in said
    ]
