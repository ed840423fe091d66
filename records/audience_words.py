"""Who may read a record now, and what narrows that, in words: from its audience columns."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

from records.models import Marking, Organisation, ReviewStatus, User
from records.models.audience import keys_to_marked


def name_of(user):
    return user.get_full_name() or user.username


def read_by(record, person):
    """Who reads it. Organisations and persons are named to staff of the owner alone."""
    marking = Marking.values[record.audience_rank]
    owns = record.owner_id == person.organisation_id
    if record.audience_readers is not None:
        return _persons(record, owns)
    who = _staff(record.audience_organisations, owns)
    if marking == Marking.CLEAR or record.audience_organisations == []:
        return who
    return _("%(who)s cleared for %(marking)s") % {"who": who, "marking": marking}


def _staff(organisations, owns):
    if organisations is None:
        return _("everybody")
    if not owns:
        return _("staff of some organisations, yours among them,")
    named = Organisation.objects.filter(pk__in=organisations)
    if not named:
        return _("nobody")
    return _("staff of %(organisations)s") % {"organisations": ", ".join(map(str, named))}


def _persons(record, owns):
    readers = User.objects.filter(
        pk__in=record.audience_readers, clearance=Marking.RED, is_active=True
    ).order_by("username")
    if record.audience_organisations is not None:
        readers = readers.filter(organisation__in=record.audience_organisations)
    if owns:
        return ", ".join(map(name_of, readers)) or _("nobody")
    return _("persons named: %(count)s") % {"count": len(readers)}


def narrowed_by(record):
    """What the record names that fewer people read than its own marking would let.

    Returns:
        a list of texts such as "place (not published)": kinds, never what they say.
    """
    own = _own_organisations(record)
    keys = keys_to_marked(type(record))
    found = [(key.verbose_name, _narrower(record, own, getattr(record, key.name))) for key in keys]
    found = [(kind, how) for kind, how in found if how]
    if not found and (how := _narrower(record, own, record)):
        found = [(_("one of those it is about"), how)]  # its MEMBERS
    return [f"{kind} ({how})" for kind, how in found]


def _own_organisations(record):
    published = record.review_status == ReviewStatus.PUBLISHED
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT own_organisations(%s, %s, %s::bigint[], %s)",
            [record.marking, record.owner_id, record.shared_with, published],
        )
        return cursor.fetchone()[0]


def _narrower(record, own, named):
    if named is None:
        return None
    if record.review_status == ReviewStatus.PUBLISHED and not named.audience_published:
        return _("not published")
    if named.audience_rank > Marking(record.marking).rank:
        return Marking.values[named.audience_rank]
    if named.audience_organisations is not None and (
        own is None or not set(own) <= set(named.audience_organisations)
    ):
        return _("fewer organisations")
    return None
