"""Whether a release may still be handed out: not if something was taken from its audience."""

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, Q, TextField, Value

from partners.models import Release
from records.models.audience import Marked


def marked_models():
    """Every kind of row that a release can be made from."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, Marked) and not hasattr(model, "pgh_tracked_model")
    ]


def is_withheld(made):
    """Whether anything that a release was made from was since withdrawn, raised or narrowed.

    What was merely changed, or removed from a record that is still there, is history, and
    the release still says how it was. Makes one query.
    """
    tables = made.made_from.keys()
    return Release.objects.filter(_is_withheld(made.audience, tables), pk=made.pk).exists()


def newer_than(made):
    """The newest later release for the same audience that may be handed out, or None.

    Makes one query, which looks at one release after the other, the newest first.
    """
    tables = {model._meta.db_table for model in marked_models()}
    later = Release.objects.for_the_same(made).filter(pk__gt=made.pk)
    return later.exclude(_is_withheld(made.audience, tables)).first()


def _is_withheld(audience, tables):
    """Condition on a release for this audience, made from no other known tables than these."""
    models = {model._meta.db_table: model for model in marked_models()}
    withheld = Q(_NamesAnother(F("made_from"), Value([*models], ArrayField(TextField()))))
    for table in sorted(tables & models.keys()):
        seen = models[table]._default_manager.counted_for(audience).order_by().values("pk")
        withheld |= Q(_Lost(F("made_from"), ArraySubquery(seen), table=table))
    return withheld


class _NamesAnother(Func):
    """Whether it was made from a table that is not there any more."""

    template = "(%(expressions)s) <> '{}'::jsonb"
    arg_joiner = " - "
    output_field = BooleanField()


class _Lost(Func):
    """Whether a row of a table that it was made from is still there, and not to be seen.

    What can be seen is subtracted first: then the function is called for the rest alone.
    """

    template = (
        "EXISTS (SELECT 1 FROM (SELECT jsonb_array_elements_text(%(expressions)s::bigint[]))"
        " AS lost (key) WHERE NOT is_gone(%(table)s, key))"
    )
    output_field = BooleanField()

    def __init__(self, made_from, seen, *, table):
        quoted = f"'{table}'"
        between = f" -> {quoted})::bigint EXCEPT SELECT unnest("
        super().__init__(made_from, seen, table=quoted, arg_joiner=between)
