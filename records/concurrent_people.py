"""Two administrators at one person or organisation: nothing that either writes is lost.

They have no version, so their contents stand for it. Who comes second sees both texts of what
differs and saves again (docs/adr/0022-two-editors.md).
"""

from django.forms.models import ModelMultipleChoiceField
from django.template.loader import render_to_string
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from records.concurrency import MeetsStored, Seen
from records.differences import compared
from records.merging import digest, merge


class SeenContents(MeetsStored):
    SEEN = "seen"
    seen = Seen(label=_("seen"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.remember()

    def remember(self, **more):
        """Takes what is shown besides the columns of the row among what is compared."""
        self.stored |= more
        self.initial[self.SEEN] = "" if self.instance._state.adding else digest(self.stored)

    def _meet_stored(self):
        if self.sent() == self.initial[self.SEEN]:
            return
        known = bool(self.sent())
        self.say_seen(self.initial[self.SEEN])
        differing = merge(self, None, self.stored).both
        if not differing:
            return
        notice = {"known": known, "both": self.titles(differing)}
        self._refusals.append((None, render_to_string("admin/stale_record.html", notice)))
        for name in differing:
            now, own = self._said(name, self.stored[name]), self._said(name, self[name].data)
            texts = compared(self[name].label, now, own)
            self._refusals.append(
                (name, render_to_string("admin/stale_field.html", {"texts": texts}))
            )

    def _said(self, name, value):
        """The words that the page has for a value, whether stored or sent."""
        field = self.fields[name]
        if isinstance(field, ModelMultipleChoiceField):
            chosen = {str(one) for one in value or []}
            return get_text_list(
                [str(label) for key, label in field.choices if str(key) in chosen], _("and")
            )
        if choices := getattr(field, "choices", None):
            said = "" if value is None else str(value)
            return next((str(label) for key, label in choices if str(key) == said and said), "")
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return str(value or "")
