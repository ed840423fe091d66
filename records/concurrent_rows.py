"""The rows of a form's table that came, changed or went while somebody had it open."""

import re

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from records.concurrency import SeenRow, shown_and_since, who_and_when
from records.labels import HIDDEN
from records.merging import digest, is_typed, put
from records.viewer import PUBLIC

UNKNOWN_ROW = _("This row is not one of the record's. Save again to add it as a new row.")
MISNUMBERED = _("The form does not say how many rows it holds. Open the page again.")
REMOVED_ROW = _(
    "Removed meanwhile by %(who)s, while you changed it. What you typed is kept in this row: "
    "save again to add it as a new one, or remove it."
)


class Realigned(forms.BaseInlineFormSet):
    """Takes the rows sent as what was shown, and shows them beside what is stored.

    Rows that others added meanwhile are put among them, for whoever sees the form again.
    Rows that others removed go, unless he had changed them: those come back as new ones.
    """

    viewer = PUBLIC  # set by the admin
    editable = True  # whether rows that are there can be changed here; else they are lines

    def __init__(self, data=None, *args, **options):
        super().__init__(data, *args, **options)
        self.gone = {}  # by the index of a row that is new again: what became of it
        known = self.is_bound and self.instance.pk
        self.misnumbered = known and not self._is_numbered()
        if known and not self.misnumbered:
            self._realign()

    def clean(self):
        super().clean()
        if self.misnumbered:
            raise forms.ValidationError(MISNUMBERED)

    def _construct_form(self, i, **options):
        form = super()._construct_form(i, **options)
        form.viewer = self.viewer
        form.gone = self.gone.get(i, "")
        return form

    def _is_numbered(self):
        """Whether Django would take the number of rows that is claimed."""
        if not self.management_form.is_valid():
            return False
        claimed = self.management_form.cleaned_data
        return 0 <= claimed["INITIAL_FORMS"] <= claimed["TOTAL_FORMS"] <= self.absolute_max

    def _realign(self):
        rows = self._rows_sent()
        shown = rows[: self.initial_form_count()]
        sent = {}
        missing = []
        stored = {str(row.pk): row for row in self.get_queryset()}
        for row in shown:
            key = (row.get(self._key) or [""])[-1]
            if key in stored and key not in sent:
                sent[key] = row
            else:
                missing.append((key, row))
        there = [sent.get(key) or self._as_stored(row) for key, row in stored.items()]
        again = self._new_again(missing) if self.editable else []
        new = rows[self.initial_form_count() :]
        self._write([*there, *(row for row, _why in again), *new], len(there))
        self.gone = {len(there) + at: why for at, (_row, why) in enumerate(again)}

    @property
    def _key(self):
        return self.model._meta.pk.name

    def _rows_sent(self):
        rows = [{} for _row in range(self.total_form_count())]
        of_row = re.compile(rf"{re.escape(self.prefix)}-(\d{{1,4}})-(.+)", re.DOTALL)
        self.data = self.data.copy()
        for name in list(self.data):
            found = of_row.fullmatch(name)
            if found and int(found[1]) < len(rows):
                rows[int(found[1])][found[2]] = self.data.pop(name)
        return rows

    def _as_stored(self, row):
        """A row that was not sent, as its page would have sent it."""
        sent = {self._key: [str(row.pk)]}
        if not self.editable:
            return sent
        form = self.form(QueryDict(mutable=True), instance=row, prefix="row")
        for name, value in form.stored.items():
            put(form, name, value)
        form.say_seen(digest(form.stored))
        return sent | {name.removeprefix("row-"): form.data.getlist(name) for name in form.data}

    def _new_again(self, missing):
        """Pairs of a row that is stored no more and why, for those that would be lost."""
        keys = [key for key, _row in missing if key.isdecimal() and len(key) < 19]
        events = self.model.pgh_event_model.objects.visible_to(self.viewer).order_by("pgh_id")
        events = list(
            events.filter(pgh_obj_id__in=keys, **{self.fk.name: self.instance.pk}) if keys else []
        )
        again = []
        for key, row in missing:
            own = [event for event in events if str(event.pgh_obj_id) == key]
            why = self._lost(row, own)
            if why:
                left_out = (self._key, SeenRow.SEEN, "DELETE")
                again.append(({k: v for k, v in row.items() if k not in left_out}, why))
        return again

    def _lost(self, row, events):
        """What to tell of a row that is gone, or "" if nothing typed is lost with it."""
        if "DELETE" in row:
            return ""
        data = QueryDict(mutable=True)
        for name, values in row.items():
            data.setlist(f"row-{name}", values)
        form = self.form(data, prefix="row")
        shown, since = shown_and_since(events, form.stored, form.sent())
        if shown is None:
            return UNKNOWN_ROW
        if not any(is_typed(form, name, shown) for name in shown):
            return ""
        return REMOVED_ROW % {"who": ", ".join(who_and_when(since[-1:], self.viewer)) or HIDDEN}

    def _write(self, rows, there):
        for at, row in enumerate(rows):
            for name, values in row.items():
                self.data.setlist(f"{self.prefix}-{at}-{name}", values)
        self.data[f"{self.prefix}-TOTAL_FORMS"] = str(len(rows))
        self.data[f"{self.prefix}-INITIAL_FORMS"] = str(there)
        del self.management_form  # read again
