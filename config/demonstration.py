"""One attack that never happened, waiting for review: what a newcomer tries review with."""

from datetime import date

from incidents.models import Claim, Incident, IncidentKind, Place, PlaceKind
from militias.models import Group, GroupKind
from records import review
from records.models import Confidence, Source, SourceKind
from records.viewer import Viewer, viewing

DAY = date(2026, 1, 15)
GOVERNORATE = "IQ-BG"
ORIGIN = "demonstration"
NOTE = "Made up, to show review on a local installation. Nothing of it happened."


def submit_demonstration(author):
    """Enter and submit the attack with its claim, group and source, as this person. Once.

    It is done as people do it, with their rights. Nothing of it is published, so nothing of
    it counts.

    Returns:
        Whether it was made: not if it is there, in whatever state, or its place is not.
    """
    if Incident.objects.filter(origin_id=ORIGIN).exists():
        return False
    viewer = Viewer.of(author)
    with viewing(viewer, user=author.pk):
        places = Place.objects.visible_to(viewer)
        place = places.filter(kind=PlaceKind.GOVERNORATE, iso_code=GOVERNORATE).first()
        if place is None:
            return False
        for record in _entered(place, owner=author.organisation, note=NOTE):
            record.refresh_from_db(from_queryset=type(record).objects.visible_to(viewer))
            review.submit(author, record, version=record.version)
    return True


def _entered(place, **known):
    source = Source.objects.create(
        publisher="Demonstration: a newspaper that does not exist",
        title="Demonstration: three rockets near an airfield",
        kind=SourceKind.NEWS,
        language="en",
        published_from=DAY,
        published_to=DAY,
        published_precision="day",
        **known,
    )
    group = Group.objects.create(
        name="Demonstration: a facade group that does not exist", kind=GroupKind.FACADE, **known
    )
    incident = Incident.objects.create(
        origin_id=ORIGIN,
        title="Demonstration: three rockets near an airfield that does not exist",
        kind=IncidentKind.ROCKET_ATTACK,
        place=place,
        occurred_from=DAY,
        occurred_to=DAY,
        weapons_low=3,
        weapons_high=3,
        summary="Demonstration: three rockets fell on open ground. Nobody was hurt.",
        **known,
    )
    claim = Claim.objects.create(
        incident=incident,
        group=group,
        channel="Demonstration: a channel that does not exist",
        statement_text="Demonstration: it was us.",
        confidence=Confidence.LIKELY,
        **known,
    )
    for record in (group, incident, claim):
        record.citations.create(source=source)
    return source, group, incident, claim
