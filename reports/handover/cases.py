"""The cases of a report: each attack that counts, what puts it on its rungs, and the sources.

What a case lists are the statements that count, as reports/ladder.py chooses them, so that
nobody finds a rung in the numbers without finding the reason in the list. No suspect is told.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import AttributionCitation, ClaimCitation, IncidentCitation
from legal.models import (
    ArrestCitation,
    ArrestLinkCitation,
    ConvictionCitation,
    ConvictionIncident,
    Ruling,
    RulingCitation,
    RulingKind,
    SentenceKind,
)
from records.labels import isolated
from records.models import Confidence, Source, Support
from records.names import label
from reports.accountability import COLUMNS
from reports.ladder import Rung, ladder
from reports.people import Range
from reports.writing import in_words

RUNGS = [rung.value for rung in Rung if rung != Rung.RECORDED]
# The furthest that was reached, said once: the first that holds.
OUTCOMES = (
    ("standing", gettext_lazy("a conviction stands")),
    ("convicted", gettext_lazy("convicted; the conviction no longer stands")),
    ("tried", gettext_lazy("tried; no conviction recorded")),
    ("charged", gettext_lazy("charged; no trial recorded")),
    ("arrested", gettext_lazy("arrest; no charge recorded")),
    ("recorded", gettext_lazy("no arrest recorded")),
)
STATEMENTS = (
    ("claimed", gettext_lazy("Claimed by"), gettext_lazy("claim")),
    ("attributed", gettext_lazy("Attributed to"), gettext_lazy("attribution")),
    ("arrests", gettext_lazy("Arrests"), gettext_lazy("arrest")),
    ("convictions", gettext_lazy("Convictions"), gettext_lazy("conviction")),
)


@dataclass(frozen=True)
class Case:
    """One attack. columns: the columns of Counts in which it counts. sources: references."""

    reference: str
    title: str
    day: str
    place: str
    governorate: str
    kind: str
    target: str
    columns: frozenset[str]
    claimed: tuple[str, ...]
    attributed: tuple[str, ...]
    arrests: tuple[str, ...]
    convictions: tuple[str, ...]
    sources: tuple[tuple[str, bool], ...]  # and whether it disputes the record

    @property
    def told(self):
        """(what, the statements) of each kind of statement that there is."""
        found = ((what, getattr(self, name)) for name, what, _noun in STATEMENTS)
        return [(what, said) for what, said in found if said]

    @property
    def untold(self):
        """What nobody recorded, as a text. Which is not to say that it was not."""
        nouns = [str(noun) for name, _what, noun in STATEMENTS if not getattr(self, name)]
        return _(", ").join(nouns)

    @property
    def outcome(self):
        said = next(str(said) for column, said in OUTCOMES if column in self.columns)
        if "convicted_without_arrest" in self.columns:
            return _("%(outcome)s; no arrest recorded") % {"outcome": said}
        return said


@dataclass(frozen=True)
class Cited:
    """A source as the report lists it."""

    reference: str
    publisher: str
    title: str
    address: str
    archived: str
    published: str
    accessed: str
    language: str
    kind: str
    reliability: str


def cases_of(incidents, question):
    """(Cases in the order of their days, {reference of a source: Cited}).

    Makes sixteen queries, however many incidents there are.
    """
    rows = list(
        ladder(incidents)
        .counted(question)
        .with_rungs(question)
        .select_related("place__governorate")
        .order_by("occurred_from", "occurred_to", "reference")
    )
    told = _Told([row.pk for row in rows], question)
    cases = [_case(row, told) for row in rows]
    return cases, told.sources


def _case(row, told):
    place = row.place
    return Case(
        reference=row.reference,
        title=label(row.title, row.title_ar),
        day=str(row.occurred_on),
        place=label(place.name, place.name_ar),
        governorate=label(place.governorate.name, place.governorate.name_ar)
        if place.governorate
        else "",
        kind=str(row.get_kind_display()),
        target=row.target_name or str(row.get_target_kind_display()),
        columns=_columns_of(row, told),
        claimed=tuple(told.claims[row.pk]),
        attributed=tuple(told.attributions[row.pk]),
        arrests=tuple(told.arrests[row.pk]),
        convictions=tuple(told.convictions[row.pk]),
        sources=tuple(told.cited[row.pk].items()),
    )


def _columns_of(row, told):
    met = {"recorded", *(rung for rung in RUNGS if getattr(row, rung))}
    if row.pk in told.uncontested:
        met.add("arrested_uncontested")
    if "convicted" in met and "arrested" not in met:
        met.add("convicted_without_arrest")
    return frozenset(met & set(COLUMNS))


class _Told:
    """What the records say of incidents, by the key of each, in an order of its own."""

    def __init__(self, keys, question):
        self.keys, self.question, self.viewer = keys, question, question.viewer
        self._support = defaultdict(list)  # {incident: [(source, disputes)]}
        sure = replace(question, contested=False)
        self.uncontested = set(
            sure.arrest_links.filter(incident__in=keys).values_list("incident", flat=True)
        )
        self._cite(IncidentCitation, {key: [key] for key in keys})
        self.claims = self._claims()
        self.attributions = self._attributions()
        self.arrests = self._arrests()
        self.convictions = self._convictions()
        self.cited, self.sources = self._sources()

    def _cite(self, citations, incidents):
        """Notes the sources of records, of which `incidents` says whom each concerns."""
        found = citations.objects.counted_for(self.viewer).filter(record__in=list(incidents))
        columns = ("record", "source__reference", "support")
        for record, source, support in found.order_by("source__reference").values_list(*columns):
            for incident in incidents[record]:
                self._support[incident].append((source, support == Support.DISPUTES))

    def _claims(self):
        rows = self.question.claims.filter(incident__in=self.keys).order_by(
            "asserted_to", "reference"
        )
        told, concerned = defaultdict(list), {}
        for pk, incident, *named in rows.values_list(
            "pk", "incident", "group__name", "group__name_ar"
        ):
            concerned[pk] = [incident]
            _once(told[incident], label(*named))
        self._cite(ClaimCitation, concerned)
        return told

    def _attributions(self):
        rows = self.question.attributions.filter(incident__in=self.keys).prevailing_first()
        told, concerned = defaultdict(list), {}
        columns = ("pk", "incident", "asserted_by", "confidence", "group__name", "group__name_ar")
        for pk, incident, author, confidence, *named in rows.values_list(*columns):
            concerned[pk] = [incident]
            said = {
                "named": isolated(label(*named)) if named[0] else _("a public figure"),
                "author": isolated(author),
                "held": Confidence(confidence).label,
            }
            _once(told[incident], _("%(named)s (%(author)s: %(held)s)") % said)
        self._cite(AttributionCitation, concerned)
        return told

    def _arrests(self):
        rows = self.question.arrest_links.filter(incident__in=self.keys).order_by(
            "arrest__occurred_from", "arrest__reference", "reference"
        )
        told, links, arrests = defaultdict(list), {}, defaultdict(list)
        for link in rows.select_related("arrest__authority"):
            arrest = link.arrest
            links[link.pk] = [link.incident_id]
            _once(arrests[arrest.pk], link.incident_id)
            said = _("%(day)s, %(authority)s: %(detained)s detained") % {
                "day": arrest.occurred_on,
                "authority": isolated(label(arrest.authority.name, arrest.authority.name_ar)),
                "detained": _detained(arrest),
            }
            contested = _(" (contested link)") if link.contested else ""
            _once(told[link.incident_id], f"{said}{contested}")
        self._cite(ArrestLinkCitation, links)
        self._cite(ArrestCitation, arrests)
        return told

    def _convictions(self):
        question, day = self.question, self.question.as_of
        named = ConvictionIncident.objects.counted_for(self.viewer).filter(
            incident__in=self.keys, conviction__in=question.convictions
        )
        rows = named.select_related("conviction").order_by(
            "conviction__decided_from", "conviction__reference"
        )
        standing = set(question.convictions.standing_on(day).values_list("pk", flat=True))
        concerned, told = defaultdict(list), defaultdict(list)
        for each in rows:
            concerned[each.conviction_id].append(each.incident_id)
        rulings = self._rulings(concerned)
        for each in rows:
            conviction = each.conviction
            said = [
                f"{conviction.decided_on}",
                isolated(label(conviction.court, conviction.court_ar)),
                str(SentenceKind(conviction.sentence).label),
                *rulings[conviction.pk],
                _("stands") if conviction.pk in standing else _("does not stand"),
            ]
            _once(told[each.incident_id], " · ".join(said))
        self._cite(ConvictionCitation, concerned)
        return told

    def _rulings(self, concerned):
        rows = (
            Ruling.objects.counted_for(self.viewer)
            .made_by(self.question.as_of)
            .filter(conviction__in=list(concerned))
            .order_by("decided_to", "pk")
        )
        told, of_incidents = defaultdict(list), {}
        for ruling in rows:
            of_incidents[ruling.pk] = concerned[ruling.conviction_id]
            _once(
                told[ruling.conviction_id],
                f"{RulingKind(ruling.kind).label} {ruling.decided_on}",
            )
        self._cite(RulingCitation, of_incidents)
        return told

    def _sources(self):
        """For each incident its sources, disputing only if none of its citations supports."""
        cited = defaultdict(dict)
        for incident, support in self._support.items():
            for source, disputes in support:
                cited[incident][source] = disputes and cited[incident].get(source, True)
        named = {source for sources in cited.values() for source in sources}
        rows = Source.objects.counted_for(self.viewer).filter(reference__in=named)
        return cited, {row.reference: _cited(row) for row in rows.order_by("reference")}


def _cited(row):
    return Cited(
        reference=row.reference,
        publisher=row.publisher,
        title=row.title,
        address=row.address,
        archived=row.archived_address,
        published=str(row.published_on),
        accessed=row.accessed_on.isoformat() if row.accessed_on else "",
        language=row.language,
        kind=str(row.get_kind_display()),
        reliability=row.reliability,
    )


def _detained(arrest):
    if arrest.detained_low is None and arrest.detained_high is None:
        return _("an unknown number")
    low = 1 if arrest.detained_low is None else arrest.detained_low
    high = low if arrest.detained_high is None else arrest.detained_high
    return in_words(Range(low, high, arrest.detained_high is None))


def _once(told, said):
    if said not in told:
        told.append(said)
