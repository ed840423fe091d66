"""Two administrators at one person or organisation: nothing that either writes is lost.

They have no version, so the form carries what its reader was shown, signed. Who comes second
keeps what others changed and he did not, sees both texts of what both changed, and saves again
(docs/adr/0022-two-editors.md).
"""

from django.core.signing import BadSignature, Signer
from django.forms.models import ModelMultipleChoiceField
from django.template.loader import render_to_string
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from records.concurrency import MeetsStored, Seen
from records.differences import compared
from records.merging import merge

SIGNER = Signer(salt="what the reader was shown")


class SeenContents(MeetsStored):
    SEEN = "seen"
    seen = Seen(label=_("seen"), max_length=4000)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.remember()

    def remember(self, **more):
        """Takes what is shown besides the columns of the row among what is compared."""
        self.stored |= more
        self.initial[self.SEEN] = SIGNER.sign_object(self.stored)

    def _meet_stored(self):
        shown = self._shown()
        if shown == self.stored:
            return
        self.say_seen(self.initial[self.SEEN])
        merged = merge(self, shown, self.stored)
        if not (merged.taken or merged.both or merged.own):
            return
        kinds = {kind: self.titles(getattr(merged, kind)) for kind in ("taken", "both", "own")}
        notice = {"known": shown is not None, **kinds}
        self._refusals.append((None, render_to_string("admin/stale_record.html", notice)))
        for name in merged.both:
            now, own = self._said(name, self.stored[name]), self._said(name, self[name].data)
            texts = compared(self[name].label, now, own)
            self._refusals.append(
                (name, render_to_string("admin/stale_field.html", {"texts": texts}))
            )

    def _shown(self):
        """The values that the reader was shown, or None: it is not what a page of ours said."""
        try:
            shown = SIGNER.unsign_object(self.sent())
        except (BadSignature, ValueError):
            return None
        return shown if shown.keys() == self.stored.keys() else None

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
