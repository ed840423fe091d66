"""What rows are called, to one viewer: what he may not see has no name."""

from collections import defaultdict

from django.contrib import admin
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet
from records.models import User

HIDDEN = _("hidden")
OPERATOR = _("the operator, on the command line")
SPANS = {"asserted": _("asserted on"), "published": _("published on")}
OTHER_STAFF = _("somebody of another organisation")


def label_of(site, row):
    """How a row is called in choices: by its admin's `label`, or by its own name."""
    model_admin = site.get_model_admin(type(row))
    return model_admin.label(row) if hasattr(model_admin, "label") else str(row)


def isolated(text):
    """The text, kept from turning the order of an Arabic sentence round it."""
    return f"\u2068{text}\u2069" if get_language_bidi() else text


def span_title(model, span):
    """How the admin calls a date known from its first to its last possible day."""
    if admin.site.is_registered(model):
        column = getattr(admin.site.get_model_admin(model), f"{span}_on", None)
        if hasattr(column, "short_description"):
            return column.short_description
    first = model._meta.get_field(f"{span}_from").verbose_name
    return SPANS.get(span, first)


class Labels:
    """The labels of rows that keys point at, one query for each kind of row.

    Say what is wanted, `load()`, then ask. People are named to their own organisation.
    """

    def __init__(self, viewer):
        self.viewer = viewer
        self._wanted = defaultdict(set)
        self._found = {}

    def want(self, model, keys):
        self._wanted[model].update(key for key in keys if key is not None)

    def load(self):
        for model, keys in self._wanted.items():
            missing = {key for key in keys if (model, key) not in self._found}
            if missing:
                self._found |= {(model, key): HIDDEN for key in missing}
                rows = self._rows(model).filter(pk__in=missing)
                self._found |= {(model, row.pk): self._called(row) for row in rows}
        self._wanted.clear()
        return self

    def of(self, model, key):
        return str(self._found[model, key])

    def person(self, key):
        """Who did something: `key` is a user's, or None for the command line."""
        return str(OPERATOR) if key is None else self.of(User, key)

    def _rows(self, model):
        rows = model._default_manager.all()
        if isinstance(rows, GatedQuerySet):
            rows = rows.visible_to(self.viewer)
        related = admin.site.is_registered(model) and getattr(
            admin.site.get_model_admin(model), "label_related", ()
        )
        return rows.select_related(*related) if related else rows

    def _called(self, row):
        if isinstance(row, User):
            ours = row.organisation_id == self.viewer.organisation_id
            return (row.get_full_name() or row.username) if ours else OTHER_STAFF
        return label_of(admin.site, row) if admin.site.is_registered(type(row)) else str(row)
