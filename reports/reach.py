"""How high it reached: the highest level of the chain of whoever was held to account.

For each attack and each instrument (arrest, charge, conviction, designation), the highest level
that is recorded of those whom it reached. Nothing is guessed: who was reached without a
recorded level counts as such. Definitions: docs/methodology.md#how-high-it-reached.
"""

from dataclasses import dataclass

from django.db import models
from django.db.models import Case, IntegerField, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from legal.models import Designation, Level, LinkBasis, Suspect
from militias.models import Group, GroupKind, Position
from reports.cases import case_tables
from reports.ladder import ladder
from reports.rollup import climbs
from reports.sql import answer_to, with_tables


class Reached(models.TextChoices):
    """From the top of the chain down."""

    STATE = "state", _("State")
    POLITICAL_FIGURE = "political_figure", _("Political figure")
    COMMANDER = "commander", _("Commander")
    CELL = "cell", _("Cell")
    PERPETRATOR = "perpetrator", _("Perpetrator")
    UNKNOWN = "unknown", _("Level not recorded")
    NOBODY = "nobody", _("Nobody reached")


class Instrument(models.TextChoices):
    ARRESTED = "arrested", _("Arrested")
    CHARGED = "charged", _("Charged")
    CONVICTED = "convicted", _("Convicted, ever")
    STANDING = "standing", _("Conviction stands")
    JUSTICE = "justice", _("Arrest, charge or conviction")
    BEFORE = "designated_before", _("Designated when it attacked")
    AFTER = "designated_after", _("Designated since")
    ANY = "any", _("Any of these")


# Higher in the chain is a larger number, so that the highest is the maximum
RANK = {reached: rank for rank, reached in enumerate(reversed(Reached))}
OF_RANK = {rank: reached for reached, rank in RANK.items()}
OF_BASIS = {
    LinkBasis.SUSPECTED_PERPETRATOR: Reached.PERPETRATOR,
    LinkBasis.ACCOMPLICE: Reached.CELL,
    LinkBasis.COMMANDER: Reached.COMMANDER,
}
OF_GROUP = {
    GroupKind.FACADE: Reached.CELL,
    GroupKind.MILITIA: Reached.COMMANDER,
    GroupKind.BRIGADE: Reached.COMMANDER,
    GroupKind.UMBRELLA: Reached.COMMANDER,
    GroupKind.ARMED_GROUP: Reached.COMMANDER,
    GroupKind.STATE_ORGAN: Reached.STATE,
    GroupKind.FOREIGN_SPONSOR: Reached.STATE,
    GroupKind.STATE: Reached.STATE,
}
# Who holds a post in a state, rather than in one of its organs, governs or represents it
OF_POST = {**OF_GROUP, GroupKind.STATE: Reached.POLITICAL_FIGURE}
OF_INSTRUMENT = {
    Instrument.JUSTICE: (Instrument.ARRESTED, Instrument.CHARGED, Instrument.CONVICTED),
    Instrument.ANY: (
        Instrument.ARRESTED,
        Instrument.CHARGED,
        Instrument.CONVICTED,
        Instrument.BEFORE,
        Instrument.AFTER,
    ),
}


@dataclass(frozen=True)
class Reach:
    """One number: the attacks for which an instrument reached this level and none above it."""

    level: Reached
    through: Instrument = Instrument.ANY


def _rank(field, levels):
    return Case(
        *(When(**{field: value}, then=Value(RANK[level])) for value, level in levels.items()),
        default=Value(RANK[Reached.UNKNOWN]),
        output_field=IntegerField(),
    )


# Who was reached, one row for each statement: (incident, instrument, rank)
PEOPLE = """
    SELECT incident, 'arrested', rank FROM held
    UNION ALL
    SELECT incident, 'arrested', known.rank FROM held JOIN detention USING (arrest)
    JOIN known USING (suspect)
    UNION ALL
    SELECT incident, 'charged', rank FROM charge JOIN accused USING (incident, suspect)
    UNION ALL
    SELECT incident, 'charged', 1 FROM charge
    UNION ALL
    SELECT incident, 'convicted', rank FROM judgment JOIN accused USING (incident, suspect)
    UNION ALL
    SELECT incident, 'convicted', 1 FROM judgment
    UNION ALL
    SELECT incident, 'standing', rank FROM judgment JOIN accused USING (incident, suspect)
    WHERE stands
    UNION ALL
    SELECT incident, 'standing', 1 FROM judgment WHERE stands
"""
# A suspect's level for an attack: his own, and as what he was held for it
ACCUSED = """
    SELECT incident, suspect, rank FROM held JOIN detention USING (arrest)
    UNION ALL
    SELECT incident, suspect, rank FROM (
        SELECT incident, suspect FROM charge UNION SELECT incident, suspect FROM judgment
    ) AS each JOIN known USING (suspect)
"""
# The groups an attack is attributed to, and those they were folded into on its day
BEHIND = """
    SELECT named.incident, named.member, named.day FROM named_group AS named
    UNION
    SELECT named.incident, above.above, named.day FROM named_group AS named
    JOIN unnest(%s::bigint[], %s::bigint[], %s::date[], %s::date[])
        AS above (member, above, since, until)
        ON above.member = named.member AND named.day BETWEEN above.since AND above.until
"""
FIGURES = """
    SELECT incident, person, day FROM named_person
    UNION
    SELECT behind.incident, post.person, behind.day
    FROM behind JOIN post ON post.party = behind.party
    AND behind.day BETWEEN coalesce(post.since, '-infinity') AND coalesce(post.until, 'infinity')
"""
LISTED = """
    SELECT behind.incident, behind.day, listing.latest, listing.ended, party.rank
    FROM behind JOIN listing ON listing.party = behind.party
    JOIN party ON party.party = behind.party
    UNION ALL
    SELECT figure.incident, figure.day, listing.latest, listing.ended, coalesce(max(post.rank), 1)
    FROM figure JOIN listing ON listing.person = figure.person
    LEFT JOIN post ON post.person = figure.person
    AND figure.day BETWEEN coalesce(post.since, '-infinity') AND coalesce(post.until, 'infinity')
    GROUP BY figure.incident, figure.day, figure.person,
        listing.latest, listing.ended, listing.listing
"""
DESIGNATED = """
    SELECT incident, 'designated_before', rank FROM listed
    WHERE latest <= day AND (ended IS NULL OR ended >= day)
    UNION ALL
    SELECT incident, 'designated_after', rank FROM listed WHERE latest > day
"""


def _designation_tables(question):
    viewer = question.viewer
    attributions = question.attributions
    posts = Position.objects.counted_for(viewer)
    climbed = climbs(question)
    arrays = tuple(
        [getattr(stretch, column) for stretch in climbed]
        for column in ("member", "root", "since", "until")
    )
    return {
        "named_group (incident, member, day)": attributions.filter(group__isnull=False).values_list(
            "incident", "group", "incident__occurred_from"
        ),
        "named_person (incident, person, day)": attributions.filter(
            person__isnull=False
        ).values_list("incident", "person", "incident__occurred_from"),
        "party (party, rank)": Group.objects.counted_for(viewer).values_list(
            "pk", _rank("kind", OF_GROUP)
        ),
        "post (person, party, rank, since, until)": posts.values_list(
            "person", "group", _rank("group__kind", OF_POST), "since", "until"
        ),
        "listing (listing, party, person, latest, ended)": Designation.objects.counted_for(viewer)
        .listings()
        .filter(listed_to__lte=question.as_of)
        .values_list("pk", "group", "person", "listed_to", "ended_on"),
        "behind (incident, party, day)": (BEHIND, arrays),
        "figure (incident, person, day)": (FIGURES, ()),
        "listed (incident, day, latest, ended, rank)": (LISTED, ()),
    }


def _tables(incidents, question):
    """`reached (incident, <each instrument>)`: the highest rank, or nothing, and what it needs."""
    suspects = Suspect.objects.counted_for(question.viewer).exclude(level="")
    own = {level: Reached(level.value) for level in Level}
    columns = ", ".join(
        f"max(rank) FILTER (WHERE instrument IN ({_among(each)})) AS {each.value}"
        for each in Instrument
    )
    return {
        "incident (incident)": ladder(incidents).counted(question).values_list("pk"),
        **case_tables(question),
        "known (suspect, rank)": suspects.values_list("pk", _rank("level", own)),
        "held (arrest, incident, rank)": question.arrest_links.values_list(
            "arrest", "incident", _rank("basis_kind", OF_BASIS)
        ),
        "accused (incident, suspect, rank)": (ACCUSED, ()),
        **_designation_tables(question),
        "statement (incident, instrument, rank)": (f"{PEOPLE} UNION ALL {DESIGNATED}", ()),
        f"reached (incident, {NAMES})": (
            f"SELECT incident, {columns} FROM incident JOIN statement USING (incident) "
            "GROUP BY incident",
            (),
        ),
    }


NAMES = ", ".join(f'"{each.value}"' for each in Instrument)


def _among(instrument):
    parts = OF_INSTRUMENT.get(instrument, (instrument,))
    return ", ".join(f"'{part.value}'" for part in parts)


def reach(incidents, question):
    """{Instrument: {Reached: attacks}}; for each instrument the attacks add up to all of them.

    Makes one query, and one for the roll-up.
    """
    each = ", ".join(f"""('{name.value}', "{name.value}")""" for name in Instrument)
    rows = answer_to(
        *with_tables(
            _tables(incidents, question),
            f"""
            SELECT name, coalesce(rank, 0), count(*)
            FROM incident LEFT JOIN reached USING (incident)
            CROSS JOIN LATERAL (VALUES {each}) AS of_each (name, rank)
            GROUP BY name, coalesce(rank, 0)
            """,
        )
    )
    found = {name: dict.fromkeys(Reached, 0) for name in Instrument}
    for name, rank, number in rows:
        found[Instrument(name)][OF_RANK[rank]] = number
    return found


def reach_of_each(incidents, question):
    """{id of an attack: {Instrument: Reached}} of those that anything reached. Two queries."""
    rows = answer_to(
        *with_tables(_tables(incidents, question), f"SELECT incident, {NAMES} FROM reached")
    )
    return {
        incident: {name: OF_RANK[rank or 0] for name, rank in zip(Instrument, ranks, strict=True)}
        for incident, *ranks in rows
    }


def incidents_behind(incidents, question, number):
    """The attacks that one number counts. Makes a query for the roll-up at once."""
    counted = ladder(incidents).counted(question)
    column = f'"{number.through.value}"'
    sql, parameters = with_tables(
        _tables(incidents, question), f"SELECT incident FROM reached WHERE {column} "
    )
    if number.level == Reached.NOBODY:
        return counted.exclude(pk__in=RawSQL(f"{sql} IS NOT NULL", parameters))
    return counted.filter(pk__in=RawSQL(f"{sql} = %s", (*parameters, RANK[number.level])))
