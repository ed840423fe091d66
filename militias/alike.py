"""Which groups a name may be of. It proposes; a person decides: militias/deciding.py."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from militias.models import CandidateLink, Group
from records.names import fold_all

MOST_SHOWN = 5
SURE = 1.0


@dataclass
class Alike:
    """One group that a name may be of.

    score: 0 to 1, of the name of it that is most like. link: a name in question between the
    two groups that is not decided yet.
    """

    group: Group
    score: float
    link: CandidateLink | None = None
    names: list = field(default_factory=list)

    @property
    def percent(self):
        return round(self.score * 100)

    @property
    def says(self):
        return _("the same name") if self.score >= SURE else _("%d %% alike") % self.percent


def names_of_group(group):
    """(text, language, kind) of every name, the labels first. The rows are prefetched."""
    own = [(group.name, "en", _("Name")), (group.name_ar, "ar", _("Name"))]
    short = [(group.abbreviation, "en", _("Abbreviation"))]
    others = [(each.text, each.language, each.get_kind_display()) for each in group.names.all()]
    shown, found = set(), []
    for text, language, kind in own + others + short:
        if text and text not in shown:
            shown.add(text)
            found.append({"text": text, "language": language, "kind": kind})
    if get_language() == "ar":
        found.sort(key=lambda each: each["language"] != "ar")
    return found


def alike(viewer, term, *, group=None):
    """The groups one of whose names is like `term`, best first. At most four queries.

    group: whose name it is. Itself is left out, and so is each group that somebody decided
    is another one, although a name like this was given to both.
    """
    rows = Group.objects.visible_to(viewer)
    if group is not None:
        rows = rows.exclude(pk=group.pk)
    rows = rows.with_likeness(term).prefetch_related("names")[: 2 * MOST_SHOWN]
    found = [Alike(each, each.likeness, names=names_of_group(each)) for each in rows]
    if group is not None and found:
        _meet_decisions(viewer, term, group, found)
    return [each for each in found if each.score][:MOST_SHOWN]


def _meet_decisions(viewer, term, group, found):
    """What was asked before of this name and these two groups is not asked again."""
    keys = [each.group.pk for each in found]
    links = CandidateLink.objects.visible_to(viewer).filter(
        Q(given_to=group, may_be__in=keys) | Q(may_be=group, given_to__in=keys)
    )
    links = list(links.exclude(review_status="withdrawn"))
    if not links:
        return
    folded = fold_all([term, *(link.name for link in links)])
    for link in links:
        other = link.may_be_id if link.given_to_id == group.pk else link.given_to_id
        for each in found:
            if each.group.pk == other and folded[link.name] == folded[term]:
                each.link = link
                if link.decision != "undecided":
                    each.score = 0.0
