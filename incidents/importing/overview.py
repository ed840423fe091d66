"""What the pages of an import show of its rows."""

from collections import Counter
from dataclasses import dataclass

from incidents.importing.mappings import VALUED
from incidents.importing.problems import sentences_of
from incidents.models import ImportRow, Incident, Place, RowState

SAMPLES = 3
SAMPLED_ROWS = 50
SAMPLE_LENGTH = 40
ASKED = 50  # meanings on one page; the others come when these are said
PAGE = 50
SUGGESTED = 3  # places for one text
SUGGESTED_FOR = 10  # texts of one page


@dataclass(frozen=True)
class Line:
    """One row as the preview shows it."""

    pk: int
    number: int
    state: RowState
    what: str
    incident: Incident | None
    problems: list


def samples_of(run, viewer):
    """Some texts of each column, for whoever says what it is. One query."""
    rows = ImportRow.objects.visible_to(viewer).filter(run=run).order_by("number")
    cells = list(rows.values_list("cells", flat=True)[:SAMPLED_ROWS])
    found = []
    for at in range(len(run.header)):
        texts = dict.fromkeys(row[at] for row in cells if at < len(row) and row[at])
        found.append(
            [
                f"{text[: SAMPLE_LENGTH - 1]}…" if len(text) > SAMPLE_LENGTH else text
                for text in list(texts)[:SAMPLES]
            ]
        )
    return found


def unknown_texts(run, viewer):
    """Texts whose meaning nobody has said: {(field, text): rows}, the most frequent first."""
    rows = ImportRow.objects.visible_to(viewer).filter(run=run, state=RowState.ERROR)
    found = Counter(
        (error["field"], error["value"])
        for errors in rows.values_list("errors", flat=True).iterator(chunk_size=1000)
        for error in errors
        if error["code"] in ("value_unknown", "place_unknown", "place_ambiguous")
        and error["field"] in VALUED
        and error["value"]
    )
    return dict(found.most_common(ASKED))


def like(text, viewer):
    """A few places whose names resemble the text, for a person to choose from. One query."""
    found = Place.objects.visible_to(viewer).named_like(text)
    return [str(place) for place in found.defer("outline")[:SUGGESTED]]


def page_of(run, viewer, state, after):
    """(lines of one page, the number of the last row if there are more). Two queries."""
    rows = ImportRow.objects.visible_to(viewer).filter(run=run, number__gt=after)
    if state:
        rows = rows.filter(state=state)
    rows = list(rows.order_by("number")[: PAGE + 1])
    shown = rows[:PAGE]
    keys = {row.incident_id for row in shown} - {None}
    incidents = Incident.objects.visible_to(viewer).in_bulk(keys)
    lines = [_line(row, incidents.get(row.incident_id)) for row in shown]
    return lines, shown[-1].number if len(rows) > PAGE else None


def _line(row, incident):
    said = (row.ready or {}).get("incident")
    what = said["title"] if said else " · ".join(cell for cell in row.cells[:6] if cell)[:120]
    problems = [sentences_of(error) for error in row.errors]
    return Line(row.pk, row.number, RowState(row.state), what, incident, problems)
