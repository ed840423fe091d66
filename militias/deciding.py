"""A person decides on a name in question. The two groups stay two, whatever is decided."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from militias.models import Decision, Group, GroupCitation, GroupName
from records import review_rules as rules
from records.names import NameKind
from records.review import Refused, changing
from records.viewer import Viewer


class Answer(models.TextChoices):
    ALIAS = "alias", _("The same group: record the name as an alias")
    RELATION = "relation", _("Two groups, one a facade of the other, or otherwise related")
    DIFFERENT = "different", _("Different groups: do not ask again")
    UNDECIDED = "undecided", _("Cannot be said yet")


DECISIONS = {
    Answer.ALIAS: Decision.ACCEPTED,
    Answer.RELATION: Decision.ACCEPTED,
    Answer.DIFFERENT: Decision.REJECTED,
    Answer.UNDECIDED: Decision.UNDECIDED,
}


@dataclass(frozen=True)
class Said:
    """What a monitor answers, and why.

    alias: for Answer.ALIAS, an unsaved GroupName with its bearer, given_to or may_be.
    """

    answer: str
    reason: str
    alias: GroupName | None = None


def why_not_decide(person, link):
    """None, or the sentence why the person may not."""
    return rules.why_not_edit(person, link) or (
        None if rules.reviews(person) else _("Only a monitor decides on a name in question.")
    )


def decide(person, link, said, *, on, version):
    """Keep the answer with its day, its author and its reason; as an alias, the name as well.

    Raises:
        Stale: the link is not the version that he saw.
        Refused: he may not change the link, or the group that is to bear the name.
    """
    with changing(why_not_decide, person, link, version, said.reason) as row:
        row.decision = DECISIONS[said.answer]
        row.decision_reason = said.reason
        decided = row.decision != Decision.UNDECIDED
        row.decided_on = on if decided else None
        row.decided_by = person if decided else None
        if said.answer == Answer.ALIAS:
            _record_alias(person, row, said.alias)


def _record_alias(person, link, alias):
    """The name and its sources, in the group's record: read by whoever reads the link, at most."""
    viewer = Viewer.of(person)
    group = Group.objects.visible_to(viewer).select_for_update().get(pk=alias.bearer_id)
    if why := rules.why_not_edit(person, group):
        raise Refused(_("%(group)s: %(why)s") % {"group": group, "why": why}, "bearer")
    kept = _as_the_link(link, group)
    names = GroupName.objects.visible_to(viewer).filter(bearer=group, text=alias.text)
    if not names.filter(language=alias.language).exists():
        alias.marking, alias.readers = kept
        alias.save()
    cited = GroupCitation.objects.visible_to(viewer).filter(record=group).values("source")
    for citation in link.citations.visible_to(viewer).exclude(source__in=cited):
        GroupCitation.objects.create(
            record=group,
            source_id=citation.source_id,
            pinpoint=citation.pinpoint,
            support=citation.support,
            marking=citation.marking or kept[0],
            readers=citation.readers or kept[1],
        )


def _as_the_link(link, group):
    """(marking, readers) of what the link brings into the group: as the group, if it is alike."""
    alike = (link.marking, link.readers, link.shared_with) == (
        group.marking,
        group.readers,
        group.shared_with,
    )
    return ("", []) if alike else (link.marking, link.readers)


KINDS_OF_ALIAS = [(kind.value, kind.label) for kind in NameKind if kind != NameKind.OFFICIAL]
