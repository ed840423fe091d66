"""What stands against a row in its own table, all of it at once, before it is written."""

from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, CheckConstraint
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE


def broken(row, exclude=()):
    """The check constraints that the row breaks, each with the fields it speaks of.

    Those that speak of a field in `exclude` are left to the database. One query for all,
    where `validate_constraints()` makes one for each, in a savepoint of its own.
    """
    checks = [
        (constraint, fields)
        for constraint in row._meta.constraints
        if isinstance(constraint, CheckConstraint)
        and not (fields := fields_of(type(row), constraint)).intersection(exclude)
    ]
    query = Query(None)
    for name, value in row._get_field_expression_map(row._meta, exclude).items():
        query.add_annotation(value, name, select=False)
    for number, (constraint, _fields) in enumerate(checks):
        holds = Coalesce(constraint.condition, True, output_field=BooleanField())
        query.add_annotation(holds, f"holds_{number}")
    answers = query.get_compiler(using=DEFAULT_DB_ALIAS).execute_sql(SINGLE)
    return [check for check, holds in zip(checks, answers, strict=True) if not holds]


def fields_of(model, constraint):
    """The names of the fields that a check constraint speaks of."""
    return {name for name, *_path in model._get_expr_references(constraint.condition)}


def in_words(clash, models):
    """The sentence of the constraint of these models that an IntegrityError names, or None."""
    name = getattr(getattr(clash.__cause__, "diag", None), "constraint_name", None)
    for model in models:
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return constraint.get_violation_error_message()
    return None
