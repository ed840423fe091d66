"""Entering and reading the names of suspects: whoever reads one leaves a trace first."""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from legal.models import HowRead, Identity, NameReading, Suspect
from records.models import Organisation, User
from records.names import words_of
from records.sealing import SealError, current_key_id, seal, search_key_id, tokens_of, unseal
from records.viewer import because

AN_HOUR = timedelta(hours=1)
NAMES_AN_HOUR = 200  # of one person or key
WARNED_AT = 100

log = logging.getLogger(__name__)


class TooManyNames(Exception):
    """This person or key has read as many names as one may in an hour. The text says until when.

    wait: seconds until so many more may be read; None where so many never may at once.
    """

    wait: int | None = None


class NameChanged(Exception):
    """Somebody entered, changed or removed the name since this person looked."""


# Reading


def read_name(viewer, suspect, request_id):
    """The name, or None where none is kept. The reading is recorded before it is opened.

    Raises:
        TooManyNames: nothing was read.
        SealError: it cannot be opened.
    """
    kept = Identity.objects.visible_to(viewer).filter(suspect=suspect).first()
    if kept is None:
        return None
    record_readings(viewer, [suspect.pk], HowRead.SHOWN, request_id)
    return unseal(kept.key_id, kept.sealed, suspect.reference)


def bearers(viewer, term):
    """Keys of the suspects whose name has every word of `term`, as a query within another."""
    return Identity.objects.visible_to(viewer).bearing(term).values("suspect")


def record_readings(viewer, suspects, how, request_id):
    """Record that the viewer learns the names of suspects, given by their keys.

    One after another for each person, and for the keys of each organisation, or requests
    side by side would pass the limit.

    Raises:
        TooManyNames: it would be more than one may read in an hour; nothing was recorded.
    """
    if not suspects:
        return
    who = _lock(viewer)
    mine = NameReading.objects.visible_to(viewer)
    recent = mine.filter(mine.of(viewer)).since(AN_HOUR)
    read = recent.count()
    if read + len(suspects) > NAMES_AN_HOUR:
        log.warning("%s was refused names: %s read in an hour.", who, read)
        raise _refusal(recent, len(suspects))
    NameReading.objects.bulk_create(
        NameReading(
            suspect_id=suspect,
            person_id=viewer.person_id,
            key=viewer.key_id,
            how=how,
            request=request_id,
        )
        for suspect in suspects
    )
    if read < WARNED_AT <= read + len(suspects):
        log.warning("%s has read %s names in an hour.", who, WARNED_AT)


def _lock(viewer):
    """Until the transaction ends. Returns what the log calls the viewer."""
    if viewer.key_id is not None:  # whose own row lies further along the story
        Organisation.objects.select_for_update(no_key=True).get(pk=viewer.organisation_id)
        return f"Key {viewer.key_id}"
    User.objects.select_for_update(no_key=True).get(pk=viewer.person_id)
    return f"Person {viewer.person_id}"


def _refusal(recent, wanted):
    """Until enough of the recent readings are an hour old."""
    if wanted > NAMES_AN_HOUR:
        return TooManyNames(
            _("More than %(limit)s suspects bear such a name. Search for more of it.")
            % {"limit": NAMES_AN_HOUR}
        )
    last_in_the_way = recent.order_by("-at", "-id")[NAMES_AN_HOUR - wanted]
    ends = last_in_the_way.at + AN_HOUR
    refusal = TooManyNames(
        _("At most %(limit)s names are read in an hour. You may read on at %(time)s.")
        % {"limit": NAMES_AN_HOUR, "time": time_format(timezone.localtime(ends), "H:i:s")}
    )
    refusal.wait = max(1, int((ends - timezone.now()).total_seconds()) + 1)
    return refusal


# Writing


def version_of(viewer, suspect):
    """How often the name was entered or changed: 0 where none is kept."""
    kept = Identity.objects.visible_to(viewer).filter(suspect=suspect)
    return kept.values_list("version", flat=True).first() or 0


@sensitive_variables("text")
def keep_name(viewer, suspect, text, version):
    """Seal the name of a suspect, in place of the one of `version` if that is not 0.

    Raises:
        NameChanged: the one kept now is of another version.
        SealError: there is no key to seal it with.
    """
    kept = _kept(viewer, suspect, version) or Identity(suspect=suspect)
    _seal_in(kept, text)
    kept.save()


def remove_name(viewer, suspect, version):
    """Keep no name of a suspect. Raises NameChanged as `keep_name` does."""
    kept = _kept(viewer, suspect, version)
    if kept is not None:
        kept.delete()


def _kept(viewer, suspect, version):
    """The name as it is kept, locked, for one person to change at a time."""
    Suspect.objects.visible_to(viewer).select_for_update(no_key=True).get(pk=suspect.pk)
    kept = Identity.objects.visible_to(viewer).filter(suspect=suspect).first()
    if version != (kept.version if kept else 0):
        raise NameChanged
    return kept


@sensitive_variables("text")
def _seal_in(identity, text):
    identity.tokens = tokens_of(words_of(text))
    identity.search_key_id = search_key_id()
    identity.key_id, identity.sealed = seal(text, identity.suspect.reference)


# Changing the key


@dataclass
class Resealed:
    """What became of a batch of names."""

    last: int | None = None  # the key of the last row looked at; None if there was none left
    keys: list[str] = field(default_factory=list)  # with which they were sealed before
    kept: list[str] = field(default_factory=list)  # the suspects whose name cannot be opened


@transaction.atomic
def reseal_some(after, most):
    """Seal the next names with the current key: one batch, in one transaction.

    Takes those that are sealed with another key, or whose tokens are made with another
    secret; so what was done before an interruption is not done again.
    """
    stale = Identity.objects.exclude(key_id=current_key_id(), search_key_id=search_key_id())
    rows = stale.filter(pk__gt=after).order_by("pk").select_related("suspect")
    done = Resealed()
    because(reason="rotate_identity_key")
    for row in rows.select_for_update(of=["self"], no_key=True)[:most]:
        done.last = row.pk
        try:
            text = unseal(row.key_id, row.sealed, row.suspect.reference)
        except SealError:
            done.kept.append(row.suspect.code)
            continue
        done.keys.append(row.key_id)
        _seal_in(row, text)
        row.save()
    return done
