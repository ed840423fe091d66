"""One row of ours as one object of STIX 2.1 (https://docs.oasis-open.org/cti/stix/v2.1/).

A group is a threat actor, a state or one of its organs an identity, an attack an incident.
Claims, attributions and relations are relationships with a confidence. Identifiers are
made from references, so the same record has the same one in every bundle.
"""

from datetime import UTC, datetime
from uuid import UUID, uuid5

import stix2

from incidents.models import Stance
from militias.models import GroupKind
from records.models import Confidence, Marking

NAMESPACE = UUID("5c7f0d6e-3b1a-5e0e-9a51-7c6f2d3f8b42")  # ours, drawn once
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)  # of what stands in every bundle

# STIX 2.1, appendix A: the scale of Admiralty credibility.
CONFIDENCE = {
    Confidence.CONFIRMED: 90,
    Confidence.LIKELY: 70,
    Confidence.POSSIBLE: 50,
    Confidence.DOUBTFUL: 30,
    Confidence.REJECTED: 10,
}
IDENTITIES = {GroupKind.STATE, GroupKind.STATE_ORGAN, GroupKind.COURT, GroupKind.COALITION}

# TLP 2.0 as OASIS defines it for STIX: its identifiers are fixed.
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_FROM = datetime(2022, 10, 1, tzinfo=UTC)
TLP = {
    Marking.CLEAR: "94868c89-83c2-464b-929b-a1a8aa3c8487",
    Marking.GREEN: "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Marking.AMBER: "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Marking.AMBER_STRICT: "939a9414-2ddd-4d32-a0cd-375ea402b003",
    Marking.RED: "e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def id_of(kind, key):
    return f"{kind}--{uuid5(NAMESPACE, f'{kind}:{key}')}"


PUBLISHER = id_of("identity", "musaala")
ATTACK = id_of("extension-definition", "attack")


def publisher():
    return stix2.Identity(
        id=PUBLISHER,
        name="Musaala",
        identity_class="organization",
        created=FOUNDED,
        modified=FOUNDED,
    )


def extension():
    """STIX leaves an incident's own properties open: what an attack has is declared here."""
    return stix2.ExtensionDefinition(
        id=ATTACK,
        created_by_ref=PUBLISHER,
        created=FOUNDED,
        modified=FOUNDED,
        name="Attack",
        description="Kind, outcome and span of time of an attack: first and last possible day.",
        schema="/api/v1/schema/",
        version="1.0.0",
        extension_types=["property-extension"],
    )


def incident(row):
    return stix2.Incident(
        id=_id_of_incident(row),
        name=row.title,
        description=row.summary or row.title,
        extensions={
            ATTACK: {
                "extension_type": "property-extension",
                "kind": row.kind,
                "outcome": row.outcome,
                "occurred_from": row.occurred_from.isoformat(),
                "occurred_to": row.occurred_to.isoformat(),
                "occurred_precision": row.occurred_precision,
            }
        },
        **_common(row),
    )


def place(row):
    known = {
        "latitude": row.latitude and float(row.latitude),
        "longitude": row.longitude and float(row.longitude),
        "precision": row.latitude and row.point_radius_m and float(row.point_radius_m),
        "administrative_area": row.governorate.iso_code if row.governorate else row.iso_code,
        "country": row.country,
    }
    return stix2.Location(
        id=id_of("location", row.reference),
        name=row.name,
        **{name: value for name, value in known.items() if value not in (None, "")},
        **_common(row, cited=False),
    )


def located(row):
    there = id_of("location", row.place.reference)
    return _edge(row, (_id_of_incident(row), "located-at", there), cited=False)


def group(row):
    names = {name.text for name in row.names.all()} | {row.name_ar, row.abbreviation}
    aliases = sorted(names - {row.name, ""})
    if row.kind in IDENTITIES:
        return stix2.Identity(
            id=_id_of_group(row),
            name=row.name,
            identity_class="organization",
            sectors=["government"],
            **_described(row),
            **_common(row, cited=False),
        )
    return stix2.ThreatActor(
        id=_id_of_group(row),
        name=row.name,
        threat_actor_types=["unknown"],  # that vocabulary is about intruders into computers
        labels=[row.kind],
        **({"aliases": aliases} if aliases else {}),
        **_described(row),
        **_common(row, cited=False),
    )


def person(row):
    return stix2.Identity(
        id=_id_of_person(row),
        name=row.name,
        identity_class="individual",
        **({"roles": [row.public_role]} if row.public_role else {}),
        **_common(row, cited=False),
    )


def claim(row, attack):
    return _said(row, _id_of_incident(attack), "claimed-by", _id_of_group(row.group))


def attribution(row, attack):
    kind = "attributed-to" if row.stance == Stance.ATTRIBUTES else "not-attributed-to"
    actor = _id_of_group(row.group) if row.group else _id_of_person(row.person)
    return _said(row, _id_of_incident(attack), kind, actor)


def relation(row):
    days = {"start_time": _moment(row.since), "stop_time": _moment(row.until)}
    if row.since and row.until and row.since == row.until:
        del days["stop_time"]  # STIX wants it after the start
    return _said(
        row,
        _id_of_group(row.from_group),
        row.kind.replace("_", "-"),
        _id_of_group(row.to_group),
        **{name: moment for name, moment in days.items() if moment},
    )


def markings(objects):
    """The definitions of the markings that the objects carry."""
    used = {key for made in objects for key in made.get("object_marking_refs", [])}
    for marking, number in TLP.items():
        if (key := f"marking-definition--{number}") in used:
            yield stix2.MarkingDefinition(
                id=key,
                created=TLP_FROM,
                name=marking.value,
                extensions={
                    TLP_EXTENSION: {
                        "extension_type": "property-extension",
                        "tlp_2_0": marking.value.removeprefix("TLP:").lower(),
                    }
                },
            )


def _id_of_incident(row):
    return id_of("incident", row.reference)


def _id_of_group(row):
    return id_of("identity" if row.kind in IDENTITIES else "threat-actor", row.reference)


def _id_of_person(row):
    return id_of("identity", row.reference)


def _said(row, source, kind, target, **more):
    described = {"description": row.basis} if row.basis else {}
    confidence = CONFIDENCE[Confidence(row.confidence)]
    return _edge(row, (source, kind, target), confidence=confidence, **described, **more)


def _edge(row, ends, *, cited=True, **more):
    source, kind, target = ends
    return stix2.Relationship(
        id=id_of("relationship", f"{row._meta.model_name}:{row.reference}"),
        source_ref=source,
        relationship_type=kind,
        target_ref=target,
        **more,
        **_common(row, cited=cited),
    )


def _common(row, *, cited=True):
    ours = {"source_name": "Musaala", "external_id": row.reference}
    sources = [_source(citation.source) for citation in row.citations.all()] if cited else []
    return {
        "created_by_ref": PUBLISHER,
        "created": row.created_at,
        "modified": max(row.created_at, row.updated_at),
        "object_marking_refs": [f"marking-definition--{TLP[list(Marking)[row.audience_rank]]}"],
        "external_references": [ours, *sources],
    }


def _source(row):
    told = {"description": row.title or row.publisher, "url": row.address}
    return {"source_name": row.publisher, **{key: text for key, text in told.items() if text}}


def _described(row):
    return {"description": row.description} if row.description else {}


def _moment(day):
    return day and datetime(day.year, day.month, day.day, tzinfo=UTC)
