"""What happens to a key: made by one administrator, approved by another, revoked by either."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from partners.models import Key, digest_of, new_key


class KeyRefused(Exception):
    """Why this person cannot do this with the key now, as a sentence."""


@sensitive_variables("secret", "shown")
def make(key, person):
    """Save a new key. Returns its text, which is kept nowhere and shown once."""
    key.prefix, secret = new_key()
    key.digest = digest_of(key.prefix, secret)
    key.made_by = person
    key.save()
    return f"msl_{key.prefix}_{secret}"


def why_not_approve(key, person):
    """Why this person does not approve this key, as a sentence; or None."""
    if key.revoked_at:
        return _("This key is revoked.")
    if key.approved_at:
        return _("This key is approved.")
    if key.expires_at <= timezone.now():
        return _("This key has expired. Make a new one.")
    if key.made_by_id == person.pk:
        return _("You made this key. Another administrator approves it.")
    return None


def why_not_revoke(key, person):
    return _("This key is revoked.") if key.revoked_at else None


@transaction.atomic
def approve(pk, person):
    """From the next request on the key works. Raises KeyRefused."""
    key = Key.objects.select_for_update(no_key=True).get(pk=pk)
    if why_not := why_not_approve(key, person):
        raise KeyRefused(why_not)
    key.approved_at, key.approved_by = timezone.now(), person
    key.save(update_fields=["approved_at", "approved_by"])
    return key


@transaction.atomic
def revoke(pk, person, reason):
    """From the next request on the key opens nothing, for ever. Raises KeyRefused."""
    key = Key.objects.select_for_update(no_key=True).get(pk=pk)
    if why_not := why_not_revoke(key, person):
        raise KeyRefused(why_not)
    key.revoked_at, key.revoked_by, key.revoked_reason = timezone.now(), person, reason
    key.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    return key
