"""Incidents found by what is written about them, and by every name of who and where.

The screens and the API ask here, so that both find the same.
"""

from django.db.models import Q

from incidents.models import Attribution, Claim, Place
from militias.models import Group, Person

WORDS = ("title", "title_ar", "summary", "summary_ar", "target_name")


def mentioning(incidents, words):
    """Those with the words in title, summary or target, or in a name in any spelling."""
    written = Q(*((f"{column}__icontains", words) for column in WORDS), _connector=Q.OR)
    return incidents.filter(written | named(incidents.viewer, words))


def named(viewer, term):
    """Condition on incidents: a name is the term in some spelling.

    The name is that of the place or its governorate, or of a group that claimed it, or of
    a group or public figure that somebody says did it: as far as the viewer sees the name,
    and the statement that leads from it to the incident.
    """
    groups = Group.objects.visible_to(viewer).named_like(term).values("pk")
    persons = Person.objects.visible_to(viewer).named_like(term).values("pk")
    places = Place.objects.visible_to(viewer).named_like(term).values("pk")
    claims = Claim.objects.visible_to(viewer).filter(group__in=groups)
    attributions = Attribution.objects.visible_to(viewer).naming()
    attributions = attributions.filter(Q(group__in=groups) | Q(person__in=persons))
    return (
        Q(place__in=places)
        | Q(place__governorate__in=places)
        | Q(pk__in=claims.values("incident"))
        | Q(pk__in=attributions.values("incident"))
    )
