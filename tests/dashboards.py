"""What tests of the dashboard, and of what is printed from it, share.

`rows_at` opens the list that an address leads to, as the admin does; `filters` draws filters
that mean something for the rows there are; `numbers_of` walks through a figure.
"""

import json
from urllib.parse import parse_qsl, urlsplit

from django.http import QueryDict
from hypothesis import strategies as st

from incidents.models import Claim, Incident, IncidentKind, Place
from legal.models import Arrest, Suspect
from militias.models import Group
from reports.admin import AskedArrests, AskedIncidents, AskedSuspects
from reports.dashboard.asked import Asked
from reports.dashboard.catalogue import FIGURES, MEASURES, groupings_of
from reports.dashboard.measured import Measures
from reports.dashboard.numbers import Numbers

LISTS = {
    "/admin/incidents/incident/": (AskedIncidents, Incident),
    "/admin/legal/arrest/": (AskedArrests, Arrest),
    "/admin/legal/suspect/": (AskedSuspects, Suspect),
}


def rows_at(address, viewer):
    """The rows that the list at an address shows this viewer."""
    split = urlsplit(address)
    form, model = LISTS[split.path]
    asked = form(dict(parse_qsl(split.query)), viewer)
    assert asked.complaints() == [], address
    return asked.behind(model.objects.visible_to(viewer))


def asked_for(given, viewer):
    query = QueryDict(mutable=True)
    query.update(given)
    asked = Asked(query, viewer)
    assert asked.errors == {}, given
    return asked


def figures_for(given, viewer):
    """{name: Figure} of the dashboard, asked with these parameters."""
    asked = asked_for(given, viewer)
    numbers = Numbers(asked, groupings_of(asked))
    return {name: maker.make(numbers) for name, maker in FIGURES.items()}


def measures_for(given, viewer):
    """{name: Figure} of the pages on time and on reach, asked with these parameters."""
    numbers = Measures(asked_for(given, viewer), ["place"])
    return {name: maker.make(numbers) for name, maker in MEASURES.items()}


def numbers_of(figure):
    """(label of the row, head of the column, Number) of each number that leads to rows."""
    for line in figure.all_lines:
        for head, cell in zip(figure.heads[1:], line.cells, strict=True):
            for number in cell:
                if number.address:
                    yield line.label, head, number


def filters(days):
    """Parameters of the dashboard: a strategy that needs its rows in the database."""
    references = {
        model: sorted(rows.values_list("reference", flat=True))
        for model, rows in (
            (Group, Group.objects.filter(pk__in=Claim.objects.values("group"))),
            (Place, Place.objects.filter(pk__in=Incident.objects.values("place"))),
        )
    }
    governorates = sorted(Place.objects.governorates().values_list("reference", flat=True))
    kinds = sorted(set(Incident.objects.values_list("kind", flat=True)) or IncidentKind.values)
    written = days.map(lambda day: day.isoformat())
    drawn = {
        "since": written,
        "until": written,
        "as_of": written,
        "kind": st.sampled_from(kinds),
        "contested": st.just("false"),
        "min_confidence": st.sampled_from(["likely", "confirmed", "doubtful"]),
        "by": st.just("attributed_group"),
    }
    if governorates:
        drawn["governorate"] = st.sampled_from(governorates)
    if references[Place]:
        drawn["place"] = st.sampled_from(references[Place])
    if references[Group]:
        drawn["group"] = st.sampled_from(references[Group])

    def few(names):
        return st.fixed_dictionaries({name: drawn[name] for name in names})

    return (
        st.lists(st.sampled_from(sorted(drawn)), max_size=3, unique=True)
        .flatmap(few)
        .flatmap(_with_facades)
    )


def _with_facades(given):
    if "group" not in given:
        return st.just(given)
    return st.sampled_from([given, {**given, "include": "facades"}])


def answer_of(client, address):
    """The JSON that the API answers at an address of a figure."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.content)
    return json.loads(answer.content)
