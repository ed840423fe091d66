"""Triggers that ask for a second person, whatever way the web role writes.

They hold what records/review.py tells people: who edited is stamped by the database,
nobody publishes or countersigns what he edited last, one person alone only narrows an
audience. The owner of the tables, at work for nobody, is not asked.
"""

import pgtrigger
from django.apps import apps

from records.web_role import WEB_ROLE

# What is not what the record says, but how it stands.
STATE = {
    *("audience_rank", "audience_organisations", "audience_readers", "audience_published"),
    *("owner_id", "marking", "shared_with", "readers"),
    *("review_status", "withdrawn_reason", "to_countersign", "wider", "merged_into_id"),
    *("version", "created_at", "updated_at", "created_by_id", "updated_by_id"),
    *("address_key", "archived_key"),  # follow what it says
}

# Of these, what readers of the API can see.
SHOWN = {"marking", "review_status"}

# A part that comes, changes or goes is a change of its record: it sets the record's
# version to NULL, which stands for "count me, although nothing of you changed". So does
# the moment of change, if all who read the record could see the part.
_KEPT = "musaala.edited"  # the records counted in this transaction, so each counts once


def as_declared(model):
    """The model itself: what migrations are written from has its fields alone."""
    return apps.get_model(model._meta.app_label, model._meta.model_name)


def said_columns(model):
    """The columns that hold what a row says, its marking and its status among them."""
    return [
        field.column
        for field in as_declared(model)._meta.concrete_fields
        if not field.generated and not field.primary_key and field.column not in STATE - SHOWN
    ]


class _SecondPerson(pgtrigger.Trigger):
    """Stamps who edited, and refuses what one person may not do alone.

    Triggers fire in the order of their names, and this one before `bump_version`.
    """

    def get_func(self, model):
        said = [
            field.column
            for field in as_declared(model)._meta.concrete_fields
            if not field.generated and not field.primary_key and field.column not in STATE
        ]
        old, new = (", ".join(f"{row}.{column}" for column in said) for row in ("OLD", "NEW"))
        return f"""
            IF current_user <> '{WEB_ROLE}' THEN
                RETURN NEW;
            END IF;
            NEW.created_by_id := viewer_person();
            IF TG_OP = 'UPDATE' THEN
                NEW.created_by_id := OLD.created_by_id;
                was := to_jsonb(OLD);
                edited := NEW.version IS NULL OR ({new}) IS DISTINCT FROM ({old});
            END IF;
            NEW.updated_by_id := CASE WHEN edited THEN viewer_person() ELSE OLD.updated_by_id END;
            NEW.to_countersign := NEW.to_countersign OR edited AND NEW.review_status = 'published';
            refused := review_refusal(was, to_jsonb(NEW), edited);
            IF refused IS NOT NULL THEN
                RAISE insufficient_privilege USING MESSAGE = refused;
            END IF;
            IF edited THEN
                counted := string_to_array(current_setting('{_KEPT}', true), ' ');
                this := TG_TABLE_NAME || ':' || NEW.id;
                seen := this || '!';
                told := NEW.version IS NOT NULL OR NEW.updated_at IS NULL;
                IF this = ANY (counted) THEN
                    NEW.version := OLD.version;
                ELSE
                    counted := counted || this;
                END IF;
                IF seen = ANY (counted) THEN
                    NEW.updated_at := OLD.updated_at;
                ELSIF told THEN
                    counted := counted || seen;
                END IF;
                PERFORM set_config('{_KEPT}', array_to_string(counted, ' '), true);
            END IF;
            RETURN NEW;
        """


class _OfWhole(pgtrigger.Trigger):
    """A change of a part is a change of its record, and one person only narrows its audience."""

    def get_func(self, model):
        model = as_declared(model)
        whole = model._meta.get_field(model.KEY[0])
        table = whole.related_model._meta.db_table
        return f"""
            IF current_user <> '{WEB_ROLE}' THEN
                RETURN NULL;
            END IF;
            UPDATE {table} AS whole SET version = NULL, updated_at = CASE
                WHEN TG_OP <> 'DELETE' AND {_as_wide_as_whole("NEW", whole)}
                    OR TG_OP <> 'INSERT' AND {_as_wide_as_whole("OLD", whole)}
                THEN NULL ELSE updated_at END
            WHERE id IN (
                CASE WHEN TG_OP <> 'DELETE' THEN NEW.{whole.column} END,
                CASE WHEN TG_OP <> 'INSERT' THEN OLD.{whole.column} END
            );
            IF TG_OP = 'UPDATE' AND (
                SELECT audience_widens(
                    owner_id,
                    coalesce(nullif(OLD.marking, ''), 'TLP:CLEAR'), shared_with, OLD.readers,
                    coalesce(nullif(NEW.marking, ''), 'TLP:CLEAR'), shared_with, NEW.readers
                ) FROM {table} WHERE id = NEW.{whole.column}
            ) THEN
                RAISE insufficient_privilege USING MESSAGE =
                    'The marking of a part is not lowered by one person.';
            END IF;
            RETURN NULL;
        """


def _as_wide_as_whole(row, key):
    """Whether all who read the record that `key` leads to could read this row of a part."""
    own, whole = (
        ", ".join(f"{of}.audience_{column}" for column in ("rank", "organisations", "readers"))
        for of in (row, "whole")
    )
    return f"({row}.{key.column} = whole.id AND ({own}) IS NOT DISTINCT FROM ({whole}))"


SECOND_PERSON = _SecondPerson(
    name="a_second_person",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[
        ("was", "jsonb"),
        ("edited", "boolean := true"),
        ("refused", "text"),
        ("counted", "text[]"),
        ("this", "text"),
        ("seen", "text"),
        ("told", "boolean"),
    ],
)
OF_WHOLE = _OfWhole(
    name="change_of_whole",
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    when=pgtrigger.After,
)
