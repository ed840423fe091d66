"""What can be asked of the product, for every noun there is: addresses, parameters, forms.

Two worlds are compared by these questions (tests/test_two_worlds.py), and no answer to
them shows a hidden text (tests/test_second_wall.py).
"""

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import admin
from django.urls import reverse

from config.urls import NOUNS
from incidents.api.nearby import BoxFilter, NearFilter
from incidents.models import Claim, Incident, Place
from legal.models import Arrest, Conviction, Finding, Step, Suspect
from militias.models import CandidateLink, Group, Relation
from records.lookups import ReferencesFilter
from records.models import Record, Source, StoredFile
from records.parameters import CharFilter, DayFilter, RecordFilter
from records.turns import TURNS
from reports.dashboard.catalogue import ALL_FIGURES
from reports.grouping import GROUPINGS
from reports.ladder import Rung
from reports.models import QueueKind
from tests.admin_pages import address
from tests.hidden_world import ADDRESS, CANARY

SOUGHT = CANARY[:-1]  # finds the hidden texts, and is not itself one when a page repeats it

DAY = "2021-06-30"
DAYS_ASKED_OF = {"incidents", "convictions"}


class Question(NamedTuple):
    path: str
    method: str = "GET"
    data: tuple | None = None  # pairs of what a form sends
    body: str = ""  # JSON
    headers: tuple = ()  # pairs

    def __str__(self):
        return f"{self.method} {self.path} {self.data or self.body}".strip()


def with_parameters(path, **parameters):
    return Question(f"{path}?{urlencode(parameters)}")


def everything(world):
    """Questions that change nothing."""
    asked = [screens, choices, sources, queue, without_screens]
    return [question for questions in asked for question in questions(world)]


def without_screens(world):
    """Those of the API, and what is asked of one noun alone: for who gets no further than that."""
    return [*api(world), *report(world), *besides(world)]


# The API


def api(world):
    for noun, view in NOUNS.items():
        model = view.queryset.model
        listed = f"/api/v1/{noun}/"
        yield Question(listed)
        for format_ in ("csv", "xlsx") if view.point_at is None else ("ndjson", "geojson"):
            yield with_parameters(listed, format=format_)
        for ordering in view.orderings:
            yield with_parameters(listed, ordering=f"-{ordering}", page_size=2)
        for name, asked in view.filterset_class.base_filters.items():
            if type(asked) is DayFilter and "__" in name and noun not in DAYS_ASKED_OF:
                continue  # made alike for all
            for value in _values(asked, world):
                yield with_parameters(listed, **{name: value})
        for row in (world.seen[model][0], world.hidden[model][0]):
            yield Question(f"{listed}{row.reference}/")


def _values(asked, world):
    """A visible and a hidden value where it names a record, else one that finds something."""
    if isinstance(asked, RecordFilter):
        model = asked.extra["rows"].model
        return [world.seen[model][0].reference, world.hidden[model][0].reference]
    if isinstance(asked, DayFilter):
        return [DAY]
    if isinstance(asked, ReferencesFilter):
        return [",".join(rows[Incident][0].reference for rows in (world.seen, world.hidden))]
    if isinstance(asked, NearFilter):
        return ["33.3,44.4,500"]
    if isinstance(asked, BoxFilter):
        return ["38,29,49,38"]
    return [SOUGHT] if type(asked) is CharFilter else []


def report(world):
    asked = "/api/v1/reports/accountability/"
    yield Question(asked)
    for by in GROUPINGS:
        yield with_parameters(asked, by=by)
        yield with_parameters(asked, by=by, as_of=DAY, contested="false", min_confidence="likely")
    yield with_parameters(asked, by="month", kind="rocket_attack", q="Attack")
    for rows in (world.seen, world.hidden):
        for model in (Group, Place):
            reference = rows[model][0].reference
            by = "governorate" if model is Place else "claimant"
            yield with_parameters("/api/v1/incidents/", by=by, key=reference, rung="recorded")
        group = rows[Group][0].reference
        for noun in ("incidents", "reports/accountability", "reports/arrests"):
            yield with_parameters(f"/api/v1/{noun}/", group=group, include="facades")
    yield from dashboards(world)
    for rung in Rung:
        yield with_parameters("/api/v1/incidents/", rung=rung.value, page_size=3)
        yield with_parameters("/api/v1/incidents/", rung="recorded", without=rung.value)


def dashboards(world):
    page, arrests = "/admin/dashboard/", "/api/v1/reports/arrests/"
    yield Question(page)
    yield with_parameters(page, as_of=DAY, contested="false", min_confidence="likely")
    yield Question(arrests)
    yield with_parameters(arrests, as_of=DAY, contested="false")
    for figure in ALL_FIGURES:
        yield Question(f"{page}{figure}.csv")
    yield from measures(world)
    yield Question(f"{page}claims.svg")
    yield Question(f"{page}ladder.png")
    for rows in (world.seen, world.hidden):
        group, place = rows[Group][0].reference, rows[Place][0].reference
        narrowed = {"group": group, "include": "facades", "by": "attributed_group"}
        for asked in (narrowed, {"governorate": place}, {"place": place}):
            yield with_parameters(page, **asked)
            yield with_parameters(f"{page}changes/", against="2020-01-01", **asked)
            yield with_parameters("/admin/handed-over/make/", **asked)
        for noun in ("arrest", "suspect"):
            listed = f"/admin/legal/{noun}/"
            yield with_parameters(listed, tied="any", authority=group, as_of=DAY)
            yield with_parameters(listed, tied="for_the_attack", group=group)
    yield Question("/admin/handed-over/")
    yield with_parameters("/admin/legal/suspect/", tied="any", fate="released", sure="true")
    yield with_parameters(f"{page}changes/", against="2020-01-01")


def measures(world):
    """Time to justice, and how high it reached."""
    listed = "/admin/incidents/incident/"
    for name in ("time", "reach"):
        page, report = f"/admin/dashboard/{name}/", f"/api/v1/reports/{name}/"
        for asked in (page, report):
            yield Question(asked)
            yield with_parameters(asked, as_of=DAY, contested="false", min_confidence="likely")
            for rows in (world.seen, world.hidden):
                group = rows[Group][0].reference
                yield with_parameters(asked, group=group, include="facades")
    for by in ("root_group", "attributed_group", "authority"):
        yield with_parameters("/api/v1/reports/time/", by=by)
    yield Question("/admin/dashboard/to_arrest.svg")
    for attacks in (listed, "/api/v1/incidents/"):
        for level in ("state", "commander", "perpetrator", "unknown", "nobody"):
            yield with_parameters(attacks, reached=level)
            yield with_parameters(attacks, reached=level, through="designated_before", as_of=DAY)
        yield with_parameters(attacks, waited_for="arrested", within=9000)
        yield with_parameters(attacks, waited_for="convicted", at_least=30, as_of=DAY)
    released = {"tied": "any", "not_yet": "released"}
    yield with_parameters("/admin/legal/suspect/", fate="held", **released)


# The screens


def screens(world):
    for number, (model, screen) in enumerate(registered(Record)):
        turns = TURNS if model is Incident else [TURNS[number % len(TURNS)]]  # one view for all
        listed = address(model, "changelist")
        yield Question(listed)
        yield with_parameters(listed, q=SOUGHT)
        yield with_parameters(listed, q="Attack", o="-2.1", all="")
        if screen.date_hierarchy:
            yield with_parameters(listed, **{f"{screen.date_hierarchy}__year": 2021})
        for key in screen.drill_down:
            other = model._meta.get_field(key).related_model
            hidden = world.hidden[other][0].pk
            yield with_parameters(listed, **{f"{key}__id__exact": hidden})
        for row in (world.seen[model][0], world.hidden[model][0]):
            yield Question(address(model, "change", row.pk))
            yield Question(address(model, "history", row.pk))
            for turn in turns:
                yield Question(address(model, "review", row.pk, turn.name))
        if model in (Incident, Claim, Relation, Step):
            yield with_parameters(address(model, "add"), **_filled_in(model, world))
    yield Question(reverse("admin:militias_candidatelink_open"))
    yield with_parameters(reverse("admin:militias_group_alike"), term=SOUGHT)
    for rows in (world.seen, world.hidden):
        link, group = rows[CandidateLink][0], rows[Group][0]
        yield Question(
            reverse("admin:militias_candidatelink_decide", args=[0]).replace("0", f"{link.pk}")
        )
        alike = reverse("admin:militias_group_alike")
        yield with_parameters(alike, term=SOUGHT, group=group.pk)
    listed = address(Incident, "changelist")
    for rows in (world.seen, world.hidden):
        yield with_parameters(listed, in_governorate=rows[Place][0].pk)
        yield with_parameters(listed, claimant=rows[Group][0].pk)
        yield with_parameters(listed, attributed=rows[Group][0].pk)
        reference = rows[Group][0].reference
        yield with_parameters(listed, by="claimant", key=reference, rung="claimed")
    for rung in Rung:
        yield with_parameters(listed, rung=rung.value, as_of=DAY)
    for value in ("true", "false"):
        yield with_parameters(listed, designated=value)
    for row in (*world.seen[Incident], world.hidden[Incident][0]):
        yield Question(address(Incident, "dossier", row.reference))
        yield with_parameters(address(Incident, "dossier", row.pk), as_of=DAY)

    yield from of_cases(world)


def of_cases(world):
    """The pages of one case, of one arrest's people, of a ruling, and of a state."""
    listed = address(Incident, "changelist")
    for model, page in ((Suspect, "case"), (Arrest, "people"), (Conviction, "ruling")):
        for row in (*world.seen[model][:2], world.hidden[model][0]):
            yield Question(address(model, page, row.reference))
            yield Question(address(model, page, row.pk))
    yield Question(reverse("admin:law"))
    named = [finding.state for finding in world.seen[Finding][:2]]
    for state in (*named, world.hidden[Group][0]):
        yield Question(reverse("admin:law_state", args=[state.reference]))
        yield with_parameters(listed, answered_by=state.pk)


def registered(base):
    return [
        (model, screen) for model, screen in admin.site._registry.items() if issubclass(model, base)
    ]


def _filled_in(model, world):
    """The address of a form that is opened with keys to hidden rows filled in."""
    keys = [key for key in model._meta.fields if key.related_model in world.hidden]
    return {key.name: world.hidden[key.related_model][0].pk for key in keys}


def choices(world):
    """What is offered where a key is typed: once for each noun that is named by keys."""
    named = set()
    for model, _screen in registered(Record):
        for key in model._meta.fields:
            if key.related_model not in world.hidden or key.related_model in named:
                continue
            named.add(key.related_model)
            asked = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": key.name,
            }
            for term in ("", SOUGHT):
                yield with_parameters(reverse("admin:autocomplete"), term=term, **asked)


def sources(world):
    """Their stored files, and what is known of the address that a hidden one has."""
    for row in (world.seen[Source][0], world.hidden[Source][0]):
        yield Question(reverse("admin:records_source_files", args=[row.pk]))
    for hidden in world.hidden[StoredFile]:
        yield Question(
            reverse("admin:records_source_file", args=[hidden.source_id, hidden.reference])
        )
    pasted = ADDRESS.replace("Z", "%5A")  # the same address, and no hidden text when repeated
    yield with_parameters(reverse("admin:records_source_at_address"), address=pasted)
    cited = {"model_name": "incidentcitation", "field_name": "source", "app_label": "incidents"}
    yield with_parameters(reverse("admin:autocomplete"), term=pasted, **cited)


def besides(world):
    """What is asked in the same way of every noun is asked of one here."""
    noun, screen = "/api/v1/incidents/", address(Incident, "changelist")
    seen, hidden = world.seen[Incident][0], world.hidden[Incident][0]
    for method in ("OPTIONS", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        yield Question(noun, method)
        for row in (seen, hidden):
            yield Question(f"{noun}{row.reference}/", method)
    for row in (seen, hidden):
        yield Question(address(Incident, "delete", row.pk))
        yield Question(address(Incident, "change", row.pk), "HEAD")
        yield Question(address(Incident, "change", row.pk), "OPTIONS")
        yield with_parameters(address(Incident, "change", row.pk), _popup=1, _to_field="id")
        yield with_parameters(address(Incident, "change", row.reference), _to_field="reference")
        yield with_parameters(screen, _popup=1, _to_field="id", q=row.reference)
        yield with_parameters(address(Incident, "change", row.pk), _changelist_filters="q=Attack")
        yield with_parameters(address(Incident, "merge", seen.pk), **{"with": row.reference})
        yield with_parameters(address(Incident, "merge", row.pk), **{"with": seen.reference})
        yield with_parameters(address(Incident, "unmerge", seen.pk), of=row.reference)
        yield with_parameters(address(Incident, "unmerge", row.pk), of=seen.reference)
    yield with_parameters(screen, marking__exact="TLP:RED", review_status__exact="draft", o="8")
    yield Question("/")
    yield Question(reverse("admin:index"))
    yield with_parameters(reverse("admin:index"), as_of=DAY, contested="false")
    yield Question(reverse("admin:queue"))
    yield Question(reverse("admin:queue_item", args=["to_review", "incidents.incident", hidden.pk]))
    for app in ("records", "militias", "incidents", "legal"):
        yield Question(reverse("admin:app_list", args=[app]))
    yield Question(reverse("admin:jsi18n"))
    yield from quick_entry(world)
    yield Question("/api/v1/")
    yield Question("/api/v1/exports/")
    yield Question("/api/v1/exports/CLEAR-1/")
    yield Question("/api/v1/exports/CLEAR-1/incidents.csv")
    yield Question("/api/v1/schema/")
    yield Question("/api/v1/changes/")
    yield with_parameters("/api/v1/changes/", page_size=2)
    yield Question("/api/v1/docs/")
    yield Question("/api/v1/stix/")
    for odd in (
        "e=1",
        "e=1&q=x",
        "_changelist_filters=q%3DAttack",
        "place__title__regex=Z",
        "p=999",
    ):
        yield Question(f"{screen}?{odd}")
    for odd in (
        "kind=rocket_attack",
        "kind__in=x",
        "sinse=1",
        "cursor=abc",
        "page_size=0",
        "q=%00",
        "place=%25",
    ):
        yield Question(f"{noun}?{odd}")


def quick_entry(world):
    """An attack on the day of a hidden one, at its place, is typed but not saved."""
    quick, alike, near = (
        reverse(f"admin:incidents_incident_{page}") for page in ("quick", "alike", "near")
    )
    yield Question(quick)
    for rows in (world.seen, world.hidden):
        place = rows[Place][0]
        typed = {
            "occurred_from": "2021-02-15",
            "occurred_precision": "day",
            "kind": "rocket_attack",
            "place": getattr(place, "name", ""),
            "place_key": place.pk,
            "title": SOUGHT,
            "source-address": "https://example.org/",
        }
        yield Question(alike, "POST", tuple(typed.items()))
        yield Question(quick, "POST", tuple((typed | {"kind": ""}).items()))
    yield Question(near, "POST", (("lat", "33.3"), ("lon", "44.4")))


def queue(world):
    """Every kind of item, snoozed or not; and the plans for items about hidden records."""
    listed = reverse("admin:queue")
    yield with_parameters(listed, as_of=DAY, days=1)
    yield with_parameters(listed, whose="yours", due="1")
    yield with_parameters(listed, after="1~1~2021-01-01~legal.suspect~1")
    for kind in QueueKind:
        yield with_parameters(listed, kind=kind.value, days=1)
        for model in (Suspect, Arrest, Incident):
            keys = [kind.value, model._meta.label_lower, world.hidden[model][0].pk]
            yield Question(reverse("admin:queue_item", args=keys))
