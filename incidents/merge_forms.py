"""What one chooses when two incidents are merged, and when a merge is undone."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from incidents.answers import answers, both, differing, want
from records.forms import LinesField
from records.labels import Labels

KEPT, MERGED, NEW = "kept", "merged", "new"
BACK, STAYS = "back", "stays"


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        error_messages={"required": _("Give the reason: it is kept in the history.")},
    )


class MergeForm(ReasonForm):
    """For each answer in which the two differ: that of the one, of the other, or a new text."""

    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    merged_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, kept, merged, viewer, data=None):
        super().__init__(data, initial=versions_of(kept, merged))
        self.kept, self.merged = kept, merged
        self.differing = differing(kept, merged)
        self.labels = Labels(viewer)
        want(self.labels, kept, merged)
        self.labels.load()
        for answer in self.differing:
            self._add(answer)
        self.order_fields([name for name in self.fields if name != "reason"])

    def _add(self, answer):
        choices = [(KEPT, _("Kept one")), (MERGED, _("Merged one"))]
        if answer.is_text:
            field = answer.fields[0]
            choices.append((NEW, _("Another text")))
            self.fields[f"text_{answer.name}"] = LinesField(
                label=_("Another text for “%(field)s”") % {"field": answer.label},
                required=False,
                max_length=field.max_length,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"})
                if answer.is_long
                else forms.TextInput(attrs={"dir": "auto"}),
            )
        first = MERGED if answer.says_nothing(self.kept) else KEPT
        self.fields[f"take_{answer.name}"] = forms.ChoiceField(
            label=capfirst(answer.label),
            choices=choices,
            widget=forms.RadioSelect,
            initial=first,
            error_messages={"required": _("Choose one of them.")},
        )

    def rows(self):
        """For the page: each answer with both texts, its choices and its own field for a text."""
        for answer in self.differing:
            texts = both(answer, self.kept, self.merged, self.labels)
            name = f"text_{answer.name}"
            yield {
                "answer": answer,
                "texts": texts,
                "take": self[f"take_{answer.name}"],
                "text": self[name] if name in self.fields else None,
            }

    def alike(self):
        """Pairs of a title and a text, of what both say."""
        return [
            (capfirst(answer.label), text)
            for answer in answers()
            if answer not in self.differing and (text := answer.text(self.kept, self.labels))
        ]

    def clean(self):
        given = super().clean()
        for answer in self.differing:
            name = f"text_{answer.name}"
            missing = given.get(f"take_{answer.name}") == NEW and not given.get(name)
            if missing and not answer.fields[0].blank:
                self.add_error(name, _("Write the text, or choose one of the two."))
        return given

    def is_stale(self):
        return (self.data.get("kept_version"), self.data.get("merged_version")) != tuple(
            str(version) for version in versions_of(self.kept, self.merged).values()
        )

    def values(self):
        """What the kept one says from now on, by column, where it is another than before."""
        found = {}
        for answer in self.differing:
            match self.cleaned_data[f"take_{answer.name}"]:
                case "merged":
                    found |= answer.values(self.merged)
                case "new":
                    field = answer.fields[0]
                    found[field.attname] = self.cleaned_data[f"text_{answer.name}"]
        return found


def versions_of(kept, merged):
    return {"kept_version": kept.version, "merged_version": merged.version}


class UndoForm(ReasonForm):
    """The reason, and what the kept one says where it was changed since the merge."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, kept, before, since, data=None):
        """`since`: the answers that the merge changed, and somebody else after it."""
        super().__init__(data, initial={"version": kept.version})
        self.before, self.since = before, since
        for answer in since:
            self.fields[f"take_{answer.name}"] = forms.ChoiceField(
                label=capfirst(answer.label),
                choices=[(STAYS, _("As it is now")), (BACK, _("As it was before the merge"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose one of them.")},
            )

    def chosen_back(self):
        return [answer for answer in self.since if self.cleaned_data[f"take_{answer.name}"] == BACK]
