"""Making one incident of two that are one attack, and two of it again: ADR 0032.

The fields that were chosen are an edit of the kept one, as any other, in the role of the
web. What moves is moved by functions of the database, for whoever merges may not see all
of it (incidents/migrations/_merging.py). Both in one transaction, or nothing.
"""

from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident, Merge
from records.review import Refused, Stale
from records.viewer import Viewer, because

REFUSALS = {
    "absent": _("There is no such incident."),
    "same": _("It is the same incident."),
    "owner": _("An incident of another organisation is not merged."),
    "monitor": _("Only a monitor merges incidents, for one of the two is withdrawn by it."),
    "merged": _("It is merged already."),
    "state": _(
        "Only drafts and published incidents are merged: publish, return or reinstate it first."
    ),
    "draft": _("The published one is kept, or its readers would lose it."),
    "wider": _("A wider audience is asked for: agree to it or decline it first."),
    "audience": _(
        "The one that is kept must not be read by more people than the other, or they would "
        "read what moves to it. Keep the other one, or let fewer read this one first."
    ),
    "undone": _("This merge is undone already."),
    "later": _("The incident was merged further: undo that merge first."),
    "narrowed": _(
        "The incident is read by fewer since, and what goes back would be read by more again: "
        "ask for the audience that it had first."
    ),
}
STATE_OF_KEPT = _("The incident is submitted or withdrawn: return or reinstate it first.")


class Standing(NamedTuple):
    """refused: why not to merge, or None. swapped: why not the other way round.

    narrows: whether what moves is read by fewer afterwards.
    """

    refused: object
    swapped: object
    narrows: bool


def standing(kept, merged):
    """Whether whoever is asking may merge the one into the other. Makes one query."""
    refused, swapped, same = _asked(
        "SELECT merge_refusal(%(kept)s, %(merged)s), merge_refusal(%(merged)s, %(kept)s), "
        "reaches_no_further(%(merged)s, %(kept)s)",
        kept=kept.pk,
        merged=merged.pk,
    )
    return Standing(REFUSALS.get(refused), REFUSALS.get(swapped), not same)


def why_not_undo(made):
    (refused,) = _asked("SELECT unmerge_refusal(%(made)s)", made=made.pk)
    return STATE_OF_KEPT if refused == "state" else REFUSALS.get(refused)


def _asked(statement, **given):
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchone()


def followed(incident, viewer):
    """The incident, or the one that it was merged into."""
    if not incident.merged_into_id:
        return incident
    return Incident.objects.visible_to(viewer).get(pk=incident.merged_into_id)


def _lock(viewer, keys, versions):
    """Locks the incidents in the order of their keys: two people wait, none hangs.

    versions: of those that must be there, as he saw them, by key.

    Raises:
        Incident.DoesNotExist: there is none that he may read.
        Stale: one of them is not the version that he saw.
    """
    rows = Incident.objects.visible_to(viewer).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows.select_for_update(of=("self",))}
    for key, version in versions.items():
        if key not in found:
            raise Incident.DoesNotExist
        if found[key].version != version:
            raise Stale(_("Nothing was done: one of the incidents was changed meanwhile."))


def merge(person, pair, values, *, versions, reason):
    """The merge of one incident into another, which is withdrawn by it and leads there.

    pair: the one that is kept, the other.
    values: what the kept one says from now on, by column, where it is another than before.
    versions: of both, as the person saw them.

    Raises:
        Incident.DoesNotExist, Stale: see `_lock`.
        Refused: he may not.
    """
    kept, merged = pair
    reason = _given(reason)
    viewer = Viewer.of(person)
    with transaction.atomic():
        keys = (kept.pk, merged.pk)
        _lock(viewer, keys, dict(zip(keys, versions, strict=True)))
        because(reason=reason)
        _refuse(standing(kept, merged).refused)
        _edit(viewer, kept, values)
        _refuse(standing(kept, merged).refused)  # it may be at another place by now
        (key,) = _asked(
            "SELECT merge_incidents(%(kept)s, %(merged)s, %(version)s, %(why)s)",
            kept=kept.pk,
            merged=merged.pk,
            version=versions[0],
            why=reason,
        )
    return Merge.objects.visible_to(viewer).get(pk=key)


def undo(person, made, values, *, version, reason):
    """Two incidents again. `values`: what the kept one says from now on, by column.

    Raises: as `merge` does.
    """
    reason = _given(reason)
    viewer = Viewer.of(person)
    with transaction.atomic():
        _lock(viewer, [made.kept_id, made.merged_id], {made.kept_id: version})
        because(reason=reason)
        _refuse(why_not_undo(made))
        _edit(viewer, made.kept, values)
        _asked("SELECT unmerge_incidents(%(made)s, %(why)s)", made=made.pk, why=reason)


def _edit(viewer, kept, values):
    """An edit, even if no field is another: what belongs to it is. See records/review.py."""
    Incident.objects.visible_to(viewer).filter(pk=kept.pk).update(version=None, **values)


def _refuse(why):
    if why:
        raise Refused(why)


def _given(reason):
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give the reason: it is kept in the history."), "reason")
    return reason
