"""What became of a report since it was handed over: the same bytes, or what changed.

Cases are compared by what the report said of each. Of those that came or changed, the records
are told that were changed after the report was made, to its audience and to nobody else.
"""

from dataclasses import dataclass, replace

from django.urls import reverse

from incidents.models import Attribution, Claim, Incident
from legal.models import Arrest, ArrestLink, Conviction, ConvictionIncident, Ruling
from records.models import Source
from records.names import label
from records.viewer import viewing

MOST = 200  # of each noun


@dataclass(frozen=True)
class Altered:
    """A record that was changed after the report. said: its case, or whatever names it."""

    noun: str
    said: str
    day: object
    address: str


@dataclass(frozen=True)
class Since:
    """came, changed: of today's document, (number, Case). went: references of cases.

    parts: names of figures whose numbers differ. form_alone: no record changed what is said,
    so that it is the product that writes a report otherwise.
    """

    came: tuple
    changed: tuple
    went: tuple[str, ...]
    sources_changed: int
    parts: tuple[str, ...]
    altered: tuple[Altered, ...] = ()

    @property
    def form_alone(self):
        return not (self.came or self.changed or self.went or self.sources_changed or self.parts)


def since(row, made):
    """The Since of a row of HandedOver, by the Document that is made of it today.

    Makes up to nine queries for the records.
    """
    before, now = row.contents, made.document.contents()
    cases = list(enumerate(made.document.cases, 1))
    came = tuple(each for each in cases if each[1].reference not in before["cases"])
    changed = tuple(
        each
        for each in cases
        if before["cases"].get(each[1].reference) not in (None, now["cases"][each[1].reference])
    )
    sources = _differing(before["sources"], now["sources"])
    found = Since(
        came=came,
        changed=changed,
        went=tuple(name for name in before["cases"] if name not in now["cases"]),
        sources_changed=len(sources),
        parts=tuple(
            figure.title
            for figure in made.document.figures
            if before["numbers"].get(figure.name) != now["numbers"].get(figure.name)
        ),
    )
    cases_to_tell = [case.reference for _number, case in came + changed]
    return replace(found, altered=_altered(row, cases_to_tell, sources))


def _differing(before, now):
    """The references of sources that came, went or say something else."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _altered(row, references, sources):
    """Records changed after the report was made, as its audience reads them."""
    audience = row.audience
    with viewing(audience):
        keys = list(
            Incident.objects.counted_for(audience)
            .filter(reference__in=references)
            .values_list("pk", flat=True)
        )
        return tuple(
            Altered(
                model._meta.verbose_name,
                label(*said) if len(said) > 1 else said[0],
                changed,
                reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[pk]),
            )
            for model, path, among in _related(audience, keys, sources)
            for pk, changed, *said in model.objects.counted_for(audience)
            .filter(updated_at__gt=row.made_at, **among)
            .order_by("-updated_at", "pk")
            .values_list("pk", "updated_at", *path)
            .distinct()[:MOST]
        )


def _related(audience, keys, sources):
    """(model, what names a row, which rows) of each noun that a case is made from."""
    titles = ("title", "title_ar")
    of_incident = ("incident__title", "incident__title_ar")
    convictions = ConvictionIncident.objects.counted_for(audience).filter(incident__in=keys)
    links = ArrestLink.objects.counted_for(audience).filter(incident__in=keys)
    judged = convictions.values("conviction")
    yield Incident, titles, {"pk__in": keys}
    for model in (Claim, Attribution, ArrestLink):
        yield model, of_incident, {"incident__in": keys}
    yield Arrest, ("description", "description_ar"), {"pk__in": links.values("arrest")}
    yield Conviction, ("court", "court_ar"), {"pk__in": judged}
    yield Ruling, ("conviction__court", "conviction__court_ar"), {"conviction__in": judged}
    yield Source, ("publisher",), {"reference__in": sources}
