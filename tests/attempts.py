"""Writes on screens that name what is hidden, would meet it, or that are not allowed."""

from incidents.models import Incident, IncidentCitation, Place
from records.models import Source
from tests.admin_pages import address
from tests.hidden_world import HIDDEN_GOVERNORATE
from tests.questions import Question

ABSENT = -(10**6)
NO_PARTS = {
    f"{related}-{form}": 0
    for related in ("names", "citations", "claims", "attributions", "further_places", "casualties")
    for form in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def attempts(world, forms, reader):
    """Writes that name what is hidden, would meet it, or that it may not change."""
    own = {"owner": reader.organisation_id}
    for row, form in forms.items():
        model, changed = type(row), address(type(row), "change", row.pk)
        for changes in ({}, {"note": "x"}, {"marking": "TLP:GREEN"}, {"marking": "TLP:RED"}):
            yield _post(changed, form, **changes)
        yield _post(address(model, "add"), form, **NO_PARTS, **own)
        for key in (world.hidden[model][0].pk, ABSENT):
            yield _post(address(model, "change", key), form)
            yield _post(address(model, "delete", key), {"post": "yes"})
            yield _post(address(model, "review", key, "publish"), {"version": 1})
            yield _post(address(model, "review", key, "withdraw"), {"version": 1, "reason": "x"})
    incident, place = world.seen[Incident][0], world.seen[Place][0]
    changed, form = address(Incident, "change", incident.pk), forms[incident]
    cited = int(form["citations-TOTAL_FORMS"])
    for key in (world.hidden[Source][0].pk, ABSENT, 10**30):
        new = {"source": key, "support": "states"}
        named = {f"citations-{cited}-{name}": value for name, value in new.items()}
        yield _post(changed, form, **named, **{"citations-TOTAL_FORMS": cited + 1})
    for key in (world.hidden[IncidentCitation][0].pk, ABSENT):
        yield _post(changed, form, **{"citations-0-id": key})
    for key in (world.hidden[Place][0].pk, ABSENT):
        yield _post(changed, form, place=key)
        yield _post(address(Incident, "add"), form, place=key, **own)
    governorate = {"kind": "governorate", "governorate": None, "iso_code": HIDDEN_GOVERNORATE}
    yield _post(address(Place, "add"), forms[place], **NO_PARTS, **governorate, **own)


def _post(path, form, **changes):
    data = {name: value for name, value in {**form, **changes}.items() if value is not None}
    return Question(path, "POST", tuple(data.items()))
