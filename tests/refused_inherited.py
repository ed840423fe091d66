"""Rows that break a constraint which several models share, one for each of those models.

Every function returns pairs of a constraint's name and a call that makes such a row.
"""

from datetime import date
from functools import partial

from django.db.models import UniqueConstraint

from records.models import Assertion, Citation, Part, Record
from records.names import Name
from tests.catalogue import again, changed, make, our_constraints, our_models

FIRST, LAST = date(2021, 3, 1), date(2021, 3, 31)

BY_BASE = {
    Record: [
        ("marking_is_tlp", {"marking": "TLP:WHITE"}),
        ("review_status_is_known", {"review_status": "lost"}),
        ("withdrawn_with_reason", {"review_status": "withdrawn"}),
        ("withdrawn_with_reason", {"withdrawn_reason": "Entered twice."}),
        ("shared_only_if_amber", {"shared_with": [1]}),
        ("shared_only_if_amber", {"marking": "TLP:AMBER+STRICT", "shared_with": [1]}),
        ("readers_only_if_red", {"readers": [1]}),
        ("readers_only_if_red", {"marking": "TLP:RED"}),
    ],
    Part: [
        ("marking_is_tlp", {"marking": "TLP:WHITE"}),
        ("readers_only_if_red", {"readers": [1]}),
        ("readers_only_if_red", {"marking": "TLP:RED"}),
    ],
    Assertion: [("confidence_is_known", {"confidence": "certain"})],
    Citation: [("support_is_known", {"support": "mentions"})],
    Name: [
        ("kind_and_script_are_known", {"kind": "nickname"}),
        ("kind_and_script_are_known", {"script": "Cyrl"}),
    ],
}


def rows_of_bases():
    return [
        (f"{model.__name__.lower()}_{ending}", partial(_made_wrong, model, values))
        for model in our_models()
        for base, cases in BY_BASE.items()
        if issubclass(model, base)
        for ending, values in cases
    ]


def rows_of_dates():
    """Of every date with a precision; its constraint is named after its fields."""
    return [
        (constraint.name, partial(_made_wrong, model, values))
        for model, constraint in our_constraints()
        for values in _wrong_dates(constraint.name.removeprefix(f"{model.__name__.lower()}_"))
    ]


def rows_said_twice():
    """Of every combination that may occur once: the row, entered again."""
    return [
        (constraint.name, partial(_made_again, model))
        for model, constraint in our_constraints()
        if isinstance(constraint, UniqueConstraint) and not constraint.condition
    ]


def _wrong_dates(rest):
    if rest.endswith("_fits_precision"):
        name = rest.removesuffix("_fits_precision")
        wrong = [(FIRST, LAST, "day"), (FIRST, FIRST, "month"), (LAST, FIRST, "about")]
        return [
            {f"{name}_from": first, f"{name}_to": last, f"{name}_precision": precision}
            for first, last, precision in wrong
        ]
    if rest.endswith("_has_precision"):
        name = rest.removesuffix("_has_precision")
        return [
            {name: FIRST, f"{name}_precision": ""},
            {name: None, f"{name}_precision": "day"},
        ]
    return []


def _made_wrong(model, values):
    return changed(make(model), **values)


def _made_again(model):
    return again(make(model))
