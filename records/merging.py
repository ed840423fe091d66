"""Three states of one form: what its reader was shown, what is stored now, what he typed."""

import json
from dataclasses import dataclass, field
from hashlib import sha256

from django import forms
from django.core.serializers.json import DjangoJSONEncoder

# Fields that are one answer together: a day of one writer with the precision of another,
# or the reader of one with the marking of the other, would be nobody's.
ENDS = ("_from", "_to", "_precision", "_low", "_high")
TOGETHER = {
    "low": "number",
    "high": "number",
    "marking": "audience",
    "shared_with": "audience",
    "readers": "audience",
}


@dataclass
class Merge:
    """Names of fields: taken from what is stored, typed by both, typed by him alone."""

    taken: list[str] = field(default_factory=list)
    both: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)


def merge(form, shown, stored):
    """Puts what others changed, and he did not, into the bound form.

    shown, stored: values by the names of fields. `shown` is None if nobody knows it any
    more: then every difference counts as changed by both.
    """
    names = [name for name in form.fields if name in stored]
    answers = {}
    for name in names:
        answers.setdefault(answer_of(name), []).append(name)
    merged = Merge()
    for together in answers.values():
        differing = [name for name in together if is_typed(form, name, stored)]
        if not differing:
            continue
        touched = shown is None or any(is_typed(form, name, shown) for name in together)
        moved = shown is None or any(shown[name] != stored[name] for name in together)
        if not touched:
            merged.taken += differing
            for name in differing:
                put(form, name, stored[name])
        elif moved:
            merged.both += differing
        else:
            merged.own += differing
    return merged


def answer_of(name):
    end = next((end for end in ENDS if name.endswith(end)), "")
    return TOGETHER.get(name) or name.removesuffix(end)


def is_typed(form, name, before):
    """Whether the form says something else than `before`."""
    return form.fields[name].has_changed(before[name], form[name].data)


def put(form, name, value):
    """Makes a bound form say `value`, as if somebody had typed it."""
    key, widget = form[name].html_name, form.fields[name].widget
    form.data.pop(key, None)
    if isinstance(widget, forms.CheckboxInput):
        if value:
            form.data[key] = "on"
        return
    shown = form.fields[name].prepare_value(value)
    shown = shown if isinstance(shown, list) else [shown]
    if shown:
        form.data.setlist(key, ["" if one is None else str(one) for one in shown])


def typed(form, name):
    """What was typed: the field's value if it is one, else the text itself."""
    data = form[name].data
    try:
        value = form.fields[name].clean(data)
    except forms.ValidationError:
        return data if isinstance(data, str) else ", ".join(data or [])
    return getattr(value, "pk", value)


def digest(values):
    """Sixteen letters that stand for the values of a row: equal values, equal letters."""
    text = json.dumps(values, cls=DjangoJSONEncoder, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16]
