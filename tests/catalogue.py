"""What the project consists of, asked of Django, so that nothing added later goes untested."""

import inspect
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from factory.django import DjangoModelFactory
from pghistory.models import Event

from partners.models import Allowance, Change, ExportAllowance, Sight, Usage
from records.models import AuditEntry, Citation
from tests import factories

COUNTED = Allowance | ExportAllowance | Usage
LEFT_OUT = Event | AuditEntry | AbstractBaseSession | COUNTED | Change | Sight


def our_apps():
    return [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]


def our_models():
    """Every model of our apps, save history, feed, views of another's table, and sessions.

    And save what the database counts itself, for which nobody answers.
    """
    return [
        model
        for app in our_apps()
        for model in app.get_models()
        if not (issubclass(model, LEFT_OUT) or model._meta.proxy)
    ]


def our_constraints():
    """Pairs of a model and one of its constraints."""
    return [(model, constraint) for model in our_models() for constraint in model._meta.constraints]


def make(model):
    """A valid row of `model`, saved."""
    if issubclass(model, Citation):
        return factories.cite(make(model._meta.get_field("record").related_model))
    return factories_of()[model]()


def changed(row, **values):
    """`row` with other values, not saved."""
    for name, value in values.items():
        setattr(row, name, value)
    return row


def again(row):
    """A second row that says the same as `row`, not saved."""
    row.pk = None
    row._state.adding = True
    for name in ("reference", "code"):
        if hasattr(row, name):
            setattr(row, name, row._meta.get_field(name).get_default())
    return row


def factories_of():
    """The plainest factory of each model: `StepFactory` for steps, not `DetentionFactory`."""
    plainest_last = sorted(
        (
            factory
            for _, factory in inspect.getmembers(factories, inspect.isclass)
            if issubclass(factory, DjangoModelFactory) and not factory._meta.abstract
        ),
        key=lambda factory: -len(factory.__mro__),
    )
    return {factory._meta.get_model_class(): factory for factory in plainest_last}
