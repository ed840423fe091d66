"""Sources by number, in the order in which the page cites them."""

from dataclasses import dataclass

from django.db.models import Value
from django.utils.translation import gettext as _

from records.models import Source, Support


@dataclass(frozen=True)
class Cite:
    """One source for one row: `[3]`, `[3, p. 4]`, `[3, disputes]`."""

    number: int
    pinpoint: str
    support: str

    def __str__(self):
        said = [str(self.number)]
        if self.pinpoint:
            said.append(self.pinpoint)
        if self.support == Support.IMPLIES:
            said.append(_("our inference"))
        if self.support == Support.DISPUTES:
            said.append(_("disputes it"))
        return f"[{', '.join(said)}]"


class Cites:
    """The sources of rows, and their numbers. Makes two queries.

    rows: in the order of the page; a row that is there twice is cited once.
    """

    def __init__(self, viewer, rows):
        self.viewer = viewer
        citations = self._citations(rows)
        sources = Source.objects.visible_to(viewer).in_bulk({line[2] for line in citations})
        of_rows = {}
        for label, record, source, pinpoint, support, _rank in citations:
            of_rows.setdefault((label, record), []).append((source, pinpoint, support))
        numbers = {}
        for row in rows:
            for source, _pinpoint, _support in of_rows.get(_key(row), ()):
                numbers.setdefault(source, len(numbers) + 1)
        self.rank = max((line[5] for line in citations), default=0)  # the best-kept citation
        self.sources = [(number, sources[source]) for source, number in numbers.items()]
        self._of_rows = {
            key: [Cite(numbers[source], pinpoint, support) for source, pinpoint, support in cited]
            for key, cited in of_rows.items()
        }

    def of(self, row):
        return self._of_rows.get(_key(row), [])

    def _citations(self, rows):
        """(label of the model, row, source, pinpoint, support, rank of audience), in one query."""
        by_model = {}
        for row in rows:
            if hasattr(row, "citations"):  # a suspect rests on the steps of his case
                by_model.setdefault(type(row), set()).add(row.pk)
        asked = [
            model.citations.rel.related_model._default_manager.visible_to(self.viewer)
            .filter(record__in=keys)
            .order_by()
            .annotate(label=Value(model._meta.label))
            .values_list("label", "record", "source", "pinpoint", "support", "audience_rank", "pk")
            for model, keys in by_model.items()
        ]
        together = asked[0].union(*asked[1:], all=True) if asked[1:] else asked[0]
        return [line[:6] for line in together.order_by("label", "record", "pk")]


def _key(row):
    return row._meta.label, row.pk
