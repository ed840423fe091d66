"""Incidents as a STIX 2.1 bundle: with the groups, relations and places that belong to them.

What becomes what is in reports/stix_objects.py, and why in docs/adr/0029-stix.md.
"""

import stix2
from django.db.models import Prefetch

from incidents.models import Attribution, Claim, Stance, with_place
from militias.models import Relation
from records.api import cited
from reports import stix_objects as as_stix


def incidents_to_bundle(incidents):
    """The rows with all that a bundle tells of them: as many queries, however many rows."""
    claims = cited(Claim.objects.select_related("group"))
    attributions = cited(
        Attribution.objects.exclude(stance=Stance.CANNOT_SAY).select_related("group", "person")
    )
    return with_place(cited(incidents)).prefetch_related(
        Prefetch("claims", claims),
        Prefetch("attributions", attributions),
        "claims__group__names",
        "attributions__group__names",
    )


def bundle(incidents):
    """The text of one STIX bundle, the same for the same rows.

    incidents: an IncidentQuerySet gated for the reader, ordered, few enough for memory.
    """
    rows = list(incidents_to_bundle(incidents))
    objects = {}

    def add(*made):
        objects.update({each["id"]: each for each in made})

    add(as_stix.publisher(), as_stix.extension())
    groups = {}
    for incident in rows:
        add(as_stix.incident(incident), as_stix.place(incident.place), as_stix.located(incident))
        for claim in incident.claims.all():
            groups[claim.group_id] = claim.group
            add(as_stix.claim(claim, incident))
        for attribution in incident.attributions.all():
            add(as_stix.attribution(attribution, incident))
            if attribution.group:
                groups[attribution.group_id] = attribution.group
            else:
                add(as_stix.person(attribution.person))
    for relation in _relations(groups, incidents.viewer):
        for group in (relation.from_group, relation.to_group):
            groups.setdefault(group.pk, group)
        add(as_stix.relation(relation))
    add(*map(as_stix.group, groups.values()))
    add(*as_stix.markings(objects.values()))
    ordered = sorted(objects.values(), key=lambda made: (made["type"], made["id"]))
    state = " ".join(f"{made['id']} {made.get('modified', '')}" for made in ordered)
    return stix2.Bundle(*ordered, id=as_stix.id_of("bundle", state)).serialize()


def _relations(groups, viewer):
    """What is said of these groups, as far as the viewer may read it."""
    said = cited(Relation.objects.select_related("from_group", "to_group"))
    return (
        said.prefetch_related("from_group__names", "to_group__names")
        .visible_to(viewer)
        .filter(from_group__in=groups)
    )
