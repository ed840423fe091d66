"""Two people at one record: nothing that either of them writes is lost.

A form says which version of the record, and which state of each row, its reader was shown.
If another is stored by now, the history tells what he was shown: what others changed and he
did not is taken over, what both changed comes back to him with both texts. Nothing is
saved until he has seen it. Why so: docs/adr/0022-two-editors.md.
"""

from django import forms
from django.forms.models import model_to_dict
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from records.differences import compared, content_fields, label_of_field, text_of, wanted_by
from records.labels import Labels, isolated
from records.merging import digest, merge, typed
from records.models import User
from records.viewer import PUBLIC

MOST_CHANGES_TOLD = 5


class Seen(forms.CharField):
    """What the reader was shown. That it is sent back changes nothing."""

    widget = forms.HiddenInput

    def __init__(self, **options):
        super().__init__(**{"required": False, "max_length": 16, **options})

    def has_changed(self, initial, data):
        return False

    def clean(self, value):
        return value  # compared before all else, with a refusal of its own


class MeetsStored(forms.ModelForm):
    """A form that compares what it says with what is stored, before it is cleaned."""

    SEEN = ""  # the field that holds what the reader was shown
    viewer = PUBLIC  # set by the admin

    class Media:
        css = {"all": ["musaala/changes.css"]}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.stored = {name: self.initial.get(name) for name in self._contents()}
        self._refusals = []  # pairs of a field, or None, and what to tell

    def _contents(self):
        own = {field.name for field in self._meta.model._meta.concrete_fields}
        return [name for name in self.fields if name in own]

    def full_clean(self):
        if self.is_bound and not self.instance._state.adding:
            self.data = self.data.copy() if not getattr(self.data, "_mutable", True) else self.data
            self._meet_stored()
        super().full_clean()
        for name, error in self._refusals:
            self.add_error(name, error)

    def _meet_stored(self):
        raise NotImplementedError

    def _events(self):
        """The history of the row, as far as the viewer may read it, oldest first."""
        events = self.instance.pgh_event_model.objects.visible_to(self.viewer)
        return events.filter(pgh_obj_id=self.instance.pk).order_by("pgh_id")

    def _shown_by(self, event):
        return model_to_dict(event, self.stored)

    def sent(self):
        return str(self.data.get(self.add_prefix(self.SEEN)) or "")

    def say_seen(self, value):
        self.data[self.add_prefix(self.SEEN)] = str(value)

    def titles(self, names):
        return get_text_list([isolated(f"“{self[name].label}”") for name in names], gettext("and"))

    def both_texts(self, names):
        """Pairs of a field's name and the two texts: old is what is stored, new his own."""
        model = self._meta.model._meta
        fields = {name: model.get_field(name) for name in names}
        values = {name: (self.stored[name], typed(self, name)) for name in names}
        labels = Labels(self.viewer)
        for name, field in fields.items():
            for value in values[name]:
                pointed = wanted_by(field, value)
                if pointed and not isinstance(value, str):
                    labels.want(*pointed)
        labels.load()
        for name, field in fields.items():
            stored, own = (
                value
                if isinstance(value, str) and wanted_by(field, value)
                else text_of(field, value, labels)
                for value in values[name]
            )
            yield name, compared(label_of_field(field), stored, own)


class SeenVersion(MeetsStored):
    """The form of a record that is there already, and of a new one."""

    SEEN = "version_seen"
    version_seen = Seen()

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.version = self.instance.version
        if self.instance._state.adding:
            del self.fields[self.SEEN]
        else:
            self.initial[self.SEEN] = self.version

    def _meet_stored(self):
        seen = self._version_sent()
        if seen == self.version:
            return
        events = list(self._events().filter(version__gte=seen)) if seen else []
        same = [event for event in events if event.version == seen]
        shown = same[-1] if same else None
        self.say_seen(self.version)
        if shown and self._says_the_same(shown):
            return  # a part came, or others may read it now: nothing that a writer could overwrite
        merged = merge(self, self._shown_by(shown) if shown else None, self.stored)
        notice = {
            "known": seen is not None,
            "changes": who_and_when(events[len(same) :], self.viewer),
            **{kind: self.titles(getattr(merged, kind)) for kind in ("taken", "both", "own")},
        }
        self._refusals.append((None, render_to_string("admin/stale_record.html", notice)))
        for name, texts in self.both_texts(merged.both):
            self._refusals.append(
                (name, render_to_string("admin/stale_field.html", {"texts": texts}))
            )

    def _version_sent(self):
        """The version, or None for what cannot be one of this record."""
        sent = self.sent()
        if not (sent.isascii() and sent.isdecimal() and len(sent) < 10):
            return None
        return int(sent) if 1 <= int(sent) <= self.version else None

    def _says_the_same(self, shown):
        names = {field.attname for field in content_fields(self._meta.model)} - {"to_countersign"}
        return all(getattr(shown, name) == getattr(self.instance, name) for name in names)


class SeenRow(MeetsStored):
    """A row of a table in a record's form: rows have no version, so their contents stand for it."""

    SEEN = "seen"
    seen = Seen(label=_("seen"))
    gone = ""  # why a row that was sent is none of the record's any more

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.initial[self.SEEN] = "" if self.instance._state.adding else digest(self.stored)

    def full_clean(self):
        super().full_clean()
        if self.gone and self.is_bound:
            self.add_error(None, self.gone)

    def _meet_stored(self):
        if self.sent() == self.initial[self.SEEN]:
            return
        shown, later = self._found_in_history()
        delete = self.add_prefix("DELETE")
        deleted = self.data.pop(delete, None)
        merged = merge(self, shown, self.stored)
        self.say_seen(self.initial[self.SEEN])
        if not (deleted or merged.both or merged.own):
            return
        notice = {
            "deleted": deleted,
            "changes": who_and_when(later, self.viewer),
            "taken": self.titles(merged.taken),
            "texts": [texts for _name, texts in self.both_texts(merged.both)],
        }
        self._refusals.append((None, render_to_string("admin/stale_row.html", notice)))

    def _found_in_history(self):
        """What the row said when it was shown, and the events since; None if nobody knows."""
        return shown_and_since(list(self._events()), self.stored, self.sent())


def shown_and_since(events, names, seen):
    """Of a row's events, oldest first: the last state that `seen` stands for, and what followed."""
    for at in range(len(events) - 1, -1, -1):
        shown = model_to_dict(events[at], names)
        if events[at].pgh_label != "delete" and digest(shown) == seen:
            return shown, events[at + 1 :]
    return None, []


def who_and_when(events, viewer):
    """`Amal Hassan, 22 November 2026, 16:40` for each of the latest events, oldest first."""
    events = events[-MOST_CHANGES_TOLD:]
    labels = Labels(viewer)
    labels.want(User, [_user_of(event) for event in events])
    labels.load()
    told = [
        gettext("%(person)s, %(moment)s")
        % {
            "person": isolated(labels.person(_user_of(event))),
            "moment": isolated(date_format(localtime(event.pgh_created_at), "DATETIME_FORMAT")),
        }
        for event in events
    ]
    return list(dict.fromkeys(told))


def _user_of(event):
    return (event.pgh_context or {}).get("user")
