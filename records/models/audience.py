"""Who may read a row, stored on the row: its own audience met with that of all it names.

A reader must have the rank, be of one of the organisations, be one of the readers and,
if the row or something it names is not published, read drafts. NULL means all. Stored,
the gate costs no join, and a row can never be seen that points at a hidden one. Triggers
fill the columns in and spread changes (records/migrations/_audience.py); no writer sets
them. Definition: docs/security.md#who-may-read-what.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet
from records.models.keyed import Keyed, KeyedManager
from records.models.marking import Marking
from records.models.second_person import OF_WHOLE, as_declared

COLUMNS = ("audience_rank", "audience_organisations", "audience_readers", "audience_published")

# A uniqueness that took no account of the audience would betray a hidden row.
PART_AUDIENCE = ("marking", "readers")
RECORD_AUDIENCE = ("owner", "marking", "shared_with", "readers", "review_status")


def _array_of_ids(label, **options):
    return ArrayField(models.BigIntegerField(), verbose_name=label, **options)


def readers_field(**options):
    """The persons named on a TLP:RED row."""
    return _array_of_ids(
        _("readers"),
        default=list,
        blank=True,
        help_text=_("The persons who may read a TLP:RED row. Only such a row has any."),
        **options,
    )


class Marked(models.Model):
    """A row with an audience.

    `MEMBERS` are the relations to rows without which this one would say something else,
    as a ruling that concerns one of three suspects: it is read by those who may read
    all of them. `RIGHT` is one of records/rights.py that its readers need besides.
    """

    MEMBERS: tuple[str, ...] = ()
    RIGHT: str | None = None

    audience_rank = models.SmallIntegerField(_("audience: rank"), blank=True, editable=False)
    audience_organisations = _array_of_ids(
        _("audience: organisations"), null=True, blank=True, editable=False
    )
    audience_readers = _array_of_ids(_("audience: readers"), null=True, blank=True, editable=False)
    audience_published = models.BooleanField(
        _("audience: published"), default=False, blank=True, editable=False
    )

    objects = GatedQuerySet.as_manager()

    class Meta:
        abstract = True


def keys_to_marked(model):
    """The foreign keys of a model that lead to rows with an audience of their own."""
    return [
        field
        for field in model._meta.fields
        if field.is_relation and issubclass(field.related_model, Marked)
    ]


class _FindAudience(pgtrigger.Trigger):
    """Finds the audience of a row before it is written."""

    def get_func(self, model):
        model = as_declared(model)
        keys = keys_to_marked(model)
        own = [
            name for name in OWN_COLUMNS if name in {field.column for field in model._meta.fields}
        ]
        watched = [*own, *(key.column for key in keys)]
        meets = "".join(_meet_named(key) for key in keys)
        members = "".join(_meet_members(model, name) for name in model.MEMBERS)
        belongs = _belonging(model, keys)
        return f"""
            IF TG_OP = 'UPDATE' AND NEW.audience_rank IS NOT NULL
                AND ({_columns("NEW", watched)}) IS NOT DISTINCT FROM ({_columns("OLD", watched)})
            THEN
                {_copied("OLD")}
                RETURN NEW;
            END IF;
            {belongs}
            {meets}
            {members}
            RETURN NEW;
        """


OWN_COLUMNS = ("marking", "owner_id", "shared_with", "readers", "review_status")


def _columns(row, names):
    return ", ".join(f"{row}.{name}" for name in names)


def _copied(row):
    return " ".join(f"NEW.{column} := {row}.{column};" for column in COLUMNS)


def _belonging(model, keys):
    """The row's own audience. A part without a marking has that of what it belongs to."""
    names = {field.name for field in model._meta.fields}
    if "marking" not in names:
        return _EVERYBODY
    if "review_status" in names:
        return _own(
            "NEW.marking", "NEW.owner_id", "NEW.shared_with", "NEW.review_status = 'published'"
        )
    whole = next(key for key in keys if key.name == model.KEY[0])
    return f"""
        SELECT * INTO whole FROM {whole.related_model._meta.db_table}
        WHERE id = NEW.{whole.column};
        {
        _own(
            "coalesce(nullif(NEW.marking, ''), 'TLP:CLEAR')",
            "whole.owner_id",
            "whole.shared_with",
            "true",
        )
    }
    """


def _own(marking, owner, shared_with, published):
    return f"""
        NEW.audience_rank := tlp_rank({marking});
        NEW.audience_organisations :=
            own_organisations({marking}, {owner}, {shared_with}, {published});
        NEW.audience_readers := CASE WHEN {marking} = 'TLP:RED' THEN NEW.readers END;
        NEW.audience_published := {published};
    """


_EVERYBODY = """
    NEW.audience_rank := 0;
    NEW.audience_organisations := NULL;
    NEW.audience_readers := NULL;
    NEW.audience_published := true;
"""
_MEET = """
    NEW.audience_rank := greatest(NEW.audience_rank, named.audience_rank);
    NEW.audience_organisations :=
        narrowed(NEW.audience_organisations, named.audience_organisations);
    NEW.audience_readers := narrowed(NEW.audience_readers, named.audience_readers);
    NEW.audience_published := NEW.audience_published AND named.audience_published;
"""


def _meet_named(key):
    """A hidden row is refused in the words in which an absent one is.

    Locked, so that its audience cannot change before this row is written.
    """
    table = key.related_model._meta.db_table
    return f"""
        IF NEW.{key.column} IS NOT NULL THEN
            SELECT {", ".join(COLUMNS)} INTO named FROM {table}
            WHERE id = NEW.{key.column} FOR SHARE;
            IF NOT FOUND THEN
                RAISE foreign_key_violation USING MESSAGE =
                    'Key ({key.column}) is not present in table "{table}".';
            END IF;
            {_MEET}
        END IF;
    """


def _meet_members(model, name):
    """A member is what a row of the relation `name` joins, seen as that row's own marking says."""
    relation = model._meta.get_field(name)
    join = relation.related_model
    other = next(key for key in keys_to_marked(join) if key.name != relation.field.name)
    return f"""
        FOR named IN
            SELECT greatest(other.audience_rank, tlp_rank(own.marking)) AS audience_rank,
                narrowed(other.audience_organisations, own.organisations) AS audience_organisations,
                narrowed(other.audience_readers, own.readers) AS audience_readers,
                other.audience_published
            FROM (
                SELECT {other.column}, coalesce(nullif(marking, ''), 'TLP:CLEAR') AS marking,
                    CASE WHEN marking = 'TLP:RED' THEN readers END AS readers,
                    own_organisations(marking, NEW.owner_id, NEW.shared_with, true) AS organisations
                FROM {join._meta.db_table} WHERE {relation.field.column} = NEW.id
            ) AS own
            JOIN {other.related_model._meta.db_table} AS other ON other.id = own.{other.column}
        LOOP
            {_MEET}
        END LOOP;
    """


class _NarrowWhole(pgtrigger.Trigger):
    """A member that comes, changes or goes changes the audience of what it is a member of."""

    def __init__(self, operation, **rows):
        super().__init__(
            name=f"audience_of_whole_{str(operation).lower()}",
            operation=operation,
            when=pgtrigger.After,
            level=pgtrigger.Statement,
            referencing=pgtrigger.Referencing(**rows),
        )

    def get_func(self, model):
        model = as_declared(model)
        whole = model._meta.get_field(model.KEY[0])
        given = filter(None, (self.referencing.old, self.referencing.new))
        touched = " UNION ".join(f"SELECT {whole.column} AS id FROM {rows}" for rows in given)
        return f"""
            PERFORM find_audience('{whole.related_model._meta.db_table}', id)
            FROM ({touched}) AS touched WHERE id IS NOT NULL ORDER BY id;
            RETURN NULL;
        """


FIND_AUDIENCE = _FindAudience(
    name="audience",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[("named", "record"), ("whole", "record")],
)
_INHERITED = (*COLUMNS, "owner_id", "shared_with")  # parts reckon with the last two
# These two change further rows, and their own again. They do it when the statement is
# done and history has an event of each row: else an older state would come after a newer.
SPREAD_AUDIENCE = pgtrigger.Trigger(
    name="audience_spreads",
    operation=pgtrigger.Update,
    when=pgtrigger.After,
    level=pgtrigger.Statement,
    referencing=pgtrigger.Referencing(old="before", new="now"),
    func=f"""
        PERFORM spread_audience(TG_RELID::regclass, now.id)
        FROM now JOIN before ON before.id = now.id
        WHERE ({_columns("before", _INHERITED)}) IS DISTINCT FROM ({_columns("now", _INHERITED)})
        ORDER BY now.id;
        RETURN NULL;
    """,
)
NARROW_WHOLE = [
    _NarrowWhole(pgtrigger.Insert, new="now"),
    _NarrowWhole(pgtrigger.Update, old="before", new="now"),
    _NarrowWhole(pgtrigger.Delete, old="before"),
]


def readers_only_if_red():
    """Named persons read a TLP:RED row, and no other."""
    return models.CheckConstraint(
        condition=(
            Q(marking=Marking.RED) & ~Q(readers=[]) | ~Q(marking=Marking.RED) & Q(readers=[])
        ),
        name="%(class)s_readers_only_if_red",
        violation_error_message=_(
            "TLP:RED needs the persons who may read it, and only TLP:RED names any: "
            "name them, or choose another marking."
        ),
    )


class Part(Marked, Keyed):
    """A row that belongs to the record its first `KEY` names, and is read with it at most.

    Where no marking is given it is that of the record.
    """

    marking = models.CharField(
        _("marking"),
        max_length=16,
        choices=Marking,
        blank=True,
        help_text=_("Empty: as the record it belongs to."),
    )
    readers = readers_field()

    objects = KeyedManager.from_queryset(GatedQuerySet)()

    class Meta:
        abstract = True
        triggers: list[pgtrigger.Trigger] = [FIND_AUDIENCE, OF_WHOLE]
        constraints = [
            models.CheckConstraint(
                condition=Q(marking="") | Q(marking__in=Marking.values),
                name="%(class)s_marking_is_tlp",
                violation_error_message=_(
                    "The marking must be one of the five TLP 2.0 labels, or empty."
                ),
            ),
            readers_only_if_red(),
        ]
