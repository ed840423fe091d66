"""Everything dated, on one line, by the first day on which it can have happened."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from incidents.models import Stance
from records.labels import isolated
from reports.dossier.wording import when

NAMED_AT_MOST = 3  # suspects whose codes stand in one line


@dataclass(frozen=True)
class Moment:
    """Something dated. later: after the day that the page is asked about."""

    first: date
    last: date
    precision: str
    what: str
    cites: list
    later: bool
    is_attack: bool = False

    @property
    def when(self):
        return when(self.first, self.last, self.precision)


def timeline(gathered, cites):
    """The Moments of a dossier, earliest first; of one day, in the order of the story.

    What is dated to a month or year in which the attack fell stands not before the attack,
    unless it is a listing, which may.
    """
    attacked, listings = gathered.incident.occurred_from, gathered.designations
    placed = []
    for row, (first, last, precision), what, cited in _told(gathered, cites):
        if first is None:
            continue
        moment = Moment(
            first,
            last,
            precision,
            what=str(what),
            cites=cited,
            later=last > gathered.question.as_of,
            is_attack=row is gathered.incident,
        )
        straddles = first < attacked <= last and row not in listings
        placed.append((attacked if straddles else first, moment))
    return [moment for _first, moment in sorted(placed, key=lambda pair: pair[0])]


def _told(gathered, cites):
    """(row, its span, what happened, sources) in the order of the story."""
    for row in gathered.designations:
        words = _("%(who)s is listed by %(authority)s: %(programme)s") % {
            "who": row.group or row.person,
            "authority": row.authority,
            "programme": row.programme,
        }
        yield row, _span(row, "listed"), words, cites.of(row)
    incident = gathered.incident
    yield incident, _span(incident, "occurred"), isolated(incident), cites.of(incident)
    for row in gathered.claims:
        words = _("%(group)s claims it") % {"group": row.group}
        yield row, _span(row, "asserted"), words, cites.of(row)
    for row in gathered.attributions:
        yield row, _span(row, "asserted"), said_by(row), cites.of(row)
    for row in gathered.responses:
        words = pgettext("an answer and who gave it", "%(kind)s, %(actor)s") % {
            "kind": row.get_kind_display(),
            "actor": row.actor,
        }
        yield row, _span(row, "occurred"), words, cites.of(row)
    for row in gathered.statements:
        words = f"{isolated(row.person or row.group)}: {row.get_kind_display()}"
        yield row, _span(row, "made"), words, cites.of(row)
    for row in {link.arrest_id: link.arrest for link in gathered.links}.values():
        words = _("Arrest by %(authority)s: %(what)s") % {"authority": row.authority, "what": row}
        yield row, _span(row, "occurred"), words, cites.of(row)
    yield from _steps(gathered, cites)
    for row in gathered.convictions:
        words = _("Conviction, %(court)s: %(sentence)s") % {
            "court": row.court,
            "sentence": row.get_sentence_display(),
        }
        yield row, _span(row, "decided"), words, cites.of(row)
        for ruling in row.rulings.all():
            words = _("Ruling on that conviction: %(kind)s") % {"kind": ruling.get_kind_display()}
            yield ruling, _span(ruling, "decided"), words, cites.of(ruling)
    for row in gathered.findings:
        words = _("Finding by %(who)s: %(state)s answers for it") % {
            "who": row.asserted_by,
            "state": row.state,
        }
        yield row, _span(row, "asserted"), words, cites.of(row)


def said_by(attribution):
    """`CENTCOM says who did it: Kata'ib Hezbollah`."""
    named = attribution.group or attribution.person
    said = f"{isolated(attribution.asserted_by)} {attribution.get_stance_display()}"
    if attribution.stance == Stance.CANNOT_SAY or not named:
        return said
    return f"{said}: {isolated(named)}"


def _steps(gathered, cites):
    """Steps of one kind and day stand together, with how many suspects took them."""
    codes = {suspect.pk: suspect.code for suspect in gathered.suspects}
    together = {}
    for step in gathered.steps:
        alike = (step.kind, *_span(step, "occurred"), step.arrest_id, step.court)
        together.setdefault(alike, []).append(step)
    for steps in together.values():
        of_whom = sorted({codes[step.suspect_id] for step in steps})
        counted = ngettext("%(n)s suspect", "%(n)s suspects", len(of_whom)) % {"n": len(of_whom)}
        shown = ", ".join(of_whom) if len(of_whom) <= NAMED_AT_MOST else counted
        cited = {str(cite): cite for step in steps for cite in cites.of(step)}
        words = f"{steps[0].get_kind_display()}: {shown}"
        yield steps[0], _span(steps[0], "occurred"), words, list(cited.values())


def _span(row, name):
    return tuple(getattr(row, f"{name}_{part}") for part in ("from", "to", "precision"))
