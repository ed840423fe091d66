"""Records that came to count between two days, and the incidents each concerns.

A record is told by what it is, its day and its address; never by the name of a person.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from legal.models import (
    ArrestLink,
    ConvictionIncident,
    Ruling,
    RulingKind,
    StepIncident,
    StepKind,
)
from records.models import Confidence
from records.names import label
from reports.held import arrests_tied
from reports.ladder import ladder

MOST = 200  # of one noun, the latest first
ADMIN = {
    "incidents": "incidents_incident",
    "claims": "incidents_claim",
    "attributions": "incidents_attribution",
    "arrests": "legal_arrest",
    "steps": "legal_step",
    "convictions": "legal_conviction",
    "rulings": "legal_ruling",
}


@dataclass(frozen=True)
class Told:
    """One record. kind: of a step or ruling. incidents: ids of those it concerns."""

    noun: str
    key: int
    day: date | None
    said: str
    incidents: frozenset[int]
    kind: str = ""

    @property
    def address(self):
        return reverse(f"admin:{ADMIN[self.noun]}_change", args=[self.key])


class Between:
    """What counts by `after.as_of` and did not by `before.as_of`, for counted incidents.

    Makes eight queries at most, however many incidents there are.
    """

    def __init__(self, incidents, before, after):
        self.before, self.after = before, after
        self.incidents = incidents
        self.counted = ladder(incidents).counted(after).values("pk")

    def all(self):
        """{noun: list of Told}, in the order of the story."""
        return {
            "incidents": self._begun(),
            "claims": self._statements("claims"),
            "attributions": self._statements("attributions"),
            "arrests": self._arrests(),
            "steps": self._steps(),
            **self._judgments(),
        }

    def _begun(self):
        rows = ladder(self.incidents).counted(self.after)
        rows = rows.exclude(pk__in=ladder(self.incidents).counted(self.before).values("pk"))
        return [
            Told("incidents", pk, day, label(title, title_ar), frozenset([pk]))
            for pk, day, title, title_ar in rows.order_by("-occurred_to", "-pk").values_list(
                "pk", "occurred_from", "title", "title_ar"
            )[:MOST]
        ]

    def _statements(self, name):
        rows = getattr(self.after, name).filter(
            incident__in=self.counted, asserted_to__gt=self.before.as_of
        )
        columns = ("pk", "asserted_to", "group__name", "group__name_ar", "asserted_by", "incident")
        told = []
        for pk, day, named, named_ar, author, incident in rows.order_by(
            "-asserted_to", "-pk"
        ).values_list(*columns)[:MOST]:
            group = label(named, named_ar) if named else _("a public figure")
            said = group if name == "claims" else f"{author}: {group}"
            told.append(Told(name, pk, day, str(said), frozenset([incident])))
        return told

    def _arrests(self):
        tied = arrests_tied(self.incidents, self.after).filter(occurred_to__gt=self.before.as_of)
        rows = (
            ArrestLink.objects.counted_for(self.after.viewer)
            .exclude(confidence=Confidence.REJECTED)
            .filter(arrest__in=tied.order_by("-occurred_to", "-pk").values("pk")[:MOST])
        )
        return _grouped(
            "arrests",
            rows.values_list(
                "arrest",
                "arrest__occurred_to",
                "arrest__description",
                "arrest__description_ar",
                "incident",
            ),
        )

    def _steps(self):
        """Steps of suspects held for these incidents, or that name one of them."""
        tied, held = self._held()
        named = StepIncident.objects.counted_for(self.after.viewer)
        named = named.filter(incident__in=self.counted, step=OuterRef("pk")).values("incident")
        rows = self.after.steps(*StepKind).filter(occurred_to__gt=self.before.as_of)
        columns = ("pk", "occurred_to", "kind", "suspect__code", "suspect", "arrest")
        told = []
        for pk, day, kind, code, suspect, arrest, about in (
            rows.annotate(about=ArraySubquery(named))
            .order_by("-occurred_to", "-pk")
            .values_list(*columns, "about")
        ):
            arrests = {arrest} if arrest else held.get(suspect, set())
            concerned = about or {each for key in arrests for each in tied.get(key, ())}
            if concerned and len(told) < MOST:
                said = f"{StepKind(kind).label} · {code}"
                told.append(Told("steps", pk, day, said, frozenset(concerned), kind))
        return told

    def _held(self):
        """({arrest: incidents it is tied to}, {suspect: such arrests he was detained in})."""
        links = self.after.arrest_links if not self.after.contested else None
        links = links or ArrestLink.objects.counted_for(self.after.viewer)
        links = links.filter(incident__in=self.counted)
        detained = self.after.steps(StepKind.DETAINED).filter(arrest=OuterRef("arrest"))
        tied, held = defaultdict(set), defaultdict(set)
        for arrest, incident, suspects in links.annotate(
            suspects=ArraySubquery(detained.values("suspect"))
        ).values_list("arrest", "incident", "suspects"):
            tied[arrest].add(incident)
            for suspect in suspects:
                held[suspect].add(arrest)
        return tied, held

    def _judgments(self):
        viewer, since = self.after.viewer, self.before.as_of
        pairs = (
            ConvictionIncident.objects.counted_for(viewer)
            .filter(incident__in=self.counted, conviction__in=self.after.convictions)
            .values_list(
                "conviction",
                "conviction__decided_to",
                "conviction__court",
                "conviction__court_ar",
                "incident",
            )
        )
        convictions = _grouped("convictions", pairs)
        concerned = {each.key: each.incidents for each in convictions}
        rulings = (
            Ruling.objects.counted_for(viewer)
            .made_by(self.after.as_of)
            .filter(decided_to__gt=since, conviction__in=list(concerned))
            .order_by("-decided_to", "-pk")
        )
        return {
            "convictions": [each for each in convictions if each.day > since][:MOST],
            "rulings": [
                Told(
                    "rulings",
                    pk,
                    day,
                    " · ".join(filter(None, [str(RulingKind(kind).label), court])),
                    concerned[conviction],
                    kind,
                )
                for pk, day, kind, court, conviction in rulings.values_list(
                    "pk", "decided_to", "kind", "court", "conviction"
                )[:MOST]
            ],
        }


def _grouped(noun, rows):
    """One Told of each key, from rows (key, day, text, Arabic text, incident)."""
    found, incidents = {}, defaultdict(set)
    for key, day, said, said_ar, incident in rows:
        found[key] = (day, label(said, said_ar))
        incidents[key].add(incident)
    told = [Told(noun, key, *found[key], frozenset(incidents[key])) for key in found]
    return sorted(told, key=lambda each: (each.day, each.key), reverse=True)
