"""Each clause of the triggers that find an audience, switched off in turn, is missed.

Rows are made that name hidden ones by each of their keys, one in each way, and their stored
audience is the one worked out in plain Python (tests/test_audience.py). Without a clause, a
trigger finds another one for some row of its table.
"""

import re
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction

from incidents.models import Claim
from records.gate import unrestricted
from records.models import Record
from records.models.audience import COLUMNS, Part, keys_to_marked
from tests.direct_sql import sql
from tests.factories import ClaimFactory, IncidentFactory
from tests.hidden_world import (
    MARKED,
    WHOLES,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.test_audience import audience, stored_audience
from tests.trail import settle

ASSIGNED = re.compile(r"NEW\.(audience_\w+) :=[^;]+;")
NOBODY_IS_KEPT_OUT = {
    "audience_rank": "0",
    "audience_organisations": "NULL",
    "audience_readers": "NULL",
    "audience_published": "true",
}
WATCHED = re.compile(r"\(((?:NEW\.\w+(?:, )?)+)\) IS NOT DISTINCT FROM \(((?:OLD\.\w+(?:, )?)+)\)")
OF_MEMBER = re.compile(
    r"(?:greatest|narrowed)\((?P<other>other\.\w+), (?P<own>(?:tlp_rank\()?own\.\w+\)?)\)"
)
NOT_MISSED = {  # what is merged is withdrawn, so it is not published anyhow
    ("incidents_incident", "audience_published of merged_into_id"),
}
OTHERS = "SELECT max(id) FROM records_organisation"
WAYS = (0, 2, 3)  # of an organisation, of a person, not published


@pytest.fixture(scope="module")
def _hidden(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), unrestricted("tests"), transaction.atomic():
        organisation, person = strangers()
        ways = ways_to_hide(organisation, person)
        hider = Hider(visible_world(), ways, ways_to_hide_a_part(person))
        hider.hide_everything()
        for model in MARKED:
            for key in keys_to_marked(model):
                _name_hidden_rows(hider, model, key)
            if issubclass(model, Part):
                _mark_for_an_organisation(hider, model)
        settle()
        yield hider
        transaction.set_rollback(True)


def _name_hidden_rows(hider, model, key):
    """Hidden in the first way they are named already."""
    hidden = hider.world.hidden[key.related_model]
    first = hidden[0]
    for way in WAYS[1:] if issubclass(key.related_model, Record) else ():
        hidden[0] = hidden[way]
        try:
            with transaction.atomic():
                hider._hide(model, hider._leading_to_hidden(model, key))
        finally:
            hidden[0] = first


def _mark_for_an_organisation(hider, model):
    key = next(key for key in keys_to_marked(model) if key.name == model.KEY[0])
    whole = hider._make(key.related_model, {})
    hider._hide(model, {key.name: whole, "marking": "TLP:AMBER+STRICT"})


pytestmark = pytest.mark.usefixtures("_hidden")


def test_every_row_has_its_audience():
    wrong = [
        (row, stored_audience(row), audience(row))
        for model in MARKED
        if hasattr(model, "KEY") or issubclass(model, Record)
        for row in model.objects.all()
        if hasattr(row, "marking") and stored_audience(row) != audience(row)
    ]

    assert wrong == []


def test_each_clause_that_narrows_an_audience_is_missed():
    left = set()
    for model in MARKED:
        table, definition = model._meta.db_table, _definition(model)
        with _only_the_audience_is_found(table):
            whole = _found_anew(table)
            for words, changed in _without_a_clause(definition):
                with _instead(changed):
                    if _found_anew(table) == whole:
                        left.add((table, words))

    assert {each for each in left if not _said_by_its_record(*each)} == NOT_MISSED


def _said_by_its_record(table, words):
    """A member narrows the record it belongs to, whose audience it meets."""
    return table in {model._meta.db_table for model in WHOLES}


def _without_a_clause(definition):
    """Pairs of the words of a clause, and the function without it."""
    for found in ASSIGNED.finditer(definition):
        column, of_named = found[1], "named." in found[0]
        without = f"NEW.{column}" if of_named else NOBODY_IS_KEPT_OUT[column]
        without = f"NEW.{column} := {without};"
        if "OLD." not in found[0] and without != found[0]:
            words = _the_key_before(definition, found.start()) if of_named else "own"
            yield f"{column} of {words}", _with(definition, found, without)
    for found in OF_MEMBER.finditer(definition):
        for of in ("other", "own"):
            yield f"{found[0]} of {of} alone", _with(definition, found, found[of])


def _with(definition, found, instead):
    return f"{definition[: found.start()]}{instead}{definition[found.end() :]}"


def _the_key_before(definition, at):
    return re.findall(r"IF NEW\.(\w+) IS NOT NULL THEN|(FOR named IN)", definition[:at])[-1][0]


# Whether anything is found anew


def test_each_column_that_moves_an_audience_is_watched(_hidden):
    left = []
    for model in MARKED:
        table, definition = model._meta.db_table, _definition(model)
        (watched,) = WATCHED.finditer(definition)
        columns = [name.strip() for name in watched[0].split("(")[1].split(")")[0].split(",")]
        with _only_the_audience_is_found(table):
            for column in (name.removeprefix("NEW.") for name in columns):
                unwatched = re.sub(rf"(NEW|OLD)\.{column}\b", "true", watched[0])
                whole = _moved(model, column, _hidden)
                with _instead(_with(definition, watched, unwatched)):
                    if whole is None or _moved(model, column, _hidden) == whole:
                        left.append((table, column))

    assert left == []


def _moved(model, column, hider):
    """The audience of a row whose column is changed; None if it cannot be."""
    for where, values in _changes(model, column, hider):
        said = ", ".join(f"{name} = %s" for name in values)
        table = model._meta.db_table
        try:
            with transaction.atomic():
                found = sql(
                    f'UPDATE "{table}" SET {said} WHERE id = '
                    f'(SELECT id FROM "{table}" WHERE {where} ORDER BY id LIMIT 1)'
                    f" RETURNING {', '.join(COLUMNS)}",
                    *values.values(),
                )
                transaction.set_rollback(True)
        except IntegrityError:  # a twin
            continue
        if found:
            return found
    return None


def _changes(model, column, hider):
    """Pairs of which row to change, and to what."""
    match column:
        case "marking":
            yield "marking IN ('', 'TLP:CLEAR') AND audience_rank = 0", {column: "TLP:GREEN"}
        case "owner_id":
            yield "marking = 'TLP:AMBER+STRICT'", {column: sql(OTHERS)[0][0]}
        case "shared_with":
            yield "marking = 'TLP:AMBER'", {column: [-5]}
        case "readers":
            yield "marking = 'TLP:RED'", {column: [-5]}
        case "review_status":
            yield "review_status = 'published' AND audience_published", {column: "draft"}
        case _:
            yield from _changes_of_key(model, column, hider)


def _changes_of_key(model, column, hider):
    key = next(key for key in keys_to_marked(model) if key.column == column)
    for hidden in hider.world.hidden[key.related_model]:
        if key.name == "merged_into":  # by what is withdrawn
            yield "review_status = 'withdrawn'", {column: hidden.pk}
        else:  # one of a kind of keys, of which a row has one, stays of that kind
            yield f"audience_rank = 0 AND {column} IS NOT NULL", {column: hidden.pk}
            yield "audience_rank = 0", {column: hidden.pk}


# What carries a change further

FUNCTIONS = [  # (function, a clause of it, what stands there without it)
    ("own_organisations", "NOT published OR ", ""),
    ("own_organisations", " OR marking = 'TLP:AMBER+STRICT'", ""),
    ("own_organisations", "marking = 'TLP:AMBER'\n", "false\n"),
    ("own_organisations", "owner || shared_with", "shared_with"),
    ("own_organisations", "owner || shared_with", "ARRAY[owner]"),
    ("narrowed", "one IS NULL THEN other", "one IS NULL THEN NULL"),
    ("narrowed", "other IS NULL THEN one", "other IS NULL THEN NULL"),
    ("narrowed", "INTERSECT", "UNION"),
    ("tlp_rank", "'TLP:AMBER+STRICT', 'TLP:RED'", "'TLP:RED', 'TLP:AMBER+STRICT'"),
]


@pytest.mark.parametrize(("name", "clause", "instead"), FUNCTIONS)
def test_each_clause_of_what_they_call_is_missed(name, clause, instead):
    ((definition,),) = sql("SELECT pg_get_functiondef(%s::regproc)", name)
    assert definition.count(clause) == 1
    claims = Claim._meta.db_table
    shared = {"marking": "TLP:AMBER", "shared_with": [10**6]}
    ClaimFactory(incident=IncidentFactory(**shared), **{**shared, "shared_with": [10**6, 10**7]})
    settle()

    with _only_the_audience_is_found(claims):
        whole = _found_anew(claims)
        with _instead(definition.replace(clause, instead)):
            assert _found_anew(claims) != whole


@pytest.mark.parametrize("model", MARKED, ids=lambda model: model.__name__)
def test_without_its_trigger_nothing_named_is_raised_with_a_row(model, _hidden):
    """Each key by which a row of this kind names another, from the side of the other."""
    for key in keys_to_marked(model):
        rows = model.objects.filter(audience_rank=0, **{f"{key.name}__isnull": False})
        row = rows.order_by("-pk").first()
        if row is None:  # an incident that is merged is not to be seen anyhow
            assert key.name == "merged_into"
            continue
        named = getattr(row, key.name)
        assert _rank_when_raised(named, row) == 4
        with transaction.atomic():
            sql(f'ALTER TABLE "{named._meta.db_table}" DISABLE TRIGGER {_spreading(named)}')
            assert _rank_when_raised(named, row) == 0
            transaction.set_rollback(True)


def _spreading(named):
    ((name,),) = sql(
        "SELECT tgname::text FROM pg_trigger WHERE tgrelid = %s::regclass"
        " AND pg_get_functiondef(tgfoid) LIKE '%%PERFORM spread_audience%%'",
        named._meta.db_table,
    )
    return name


def _rank_when_raised(named, row):
    with transaction.atomic():
        type(named).objects.filter(pk=named.pk).update(marking="TLP:RED", readers=[-7])
        row.refresh_from_db()
        transaction.set_rollback(True)
    return row.audience_rank


# The database


def _definition(model):
    ((definition,),) = sql(
        "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgrelid = %s::regclass"
        " AND pg_get_functiondef(tgfoid) LIKE '%%NEW.audience_rank :=%%'",
        model._meta.db_table,
    )
    return definition


@contextmanager
def _only_the_audience_is_found(table):
    """So that one table's mutant moves nothing in another, and leaves no history."""
    with transaction.atomic():
        for (name,) in sql(
            "SELECT tgname::text FROM pg_trigger WHERE tgrelid = %s::regclass"
            " AND NOT tgisinternal"
            " AND pg_get_functiondef(tgfoid) NOT LIKE '%%NEW.audience_rank :=%%'",
            table,
        ):
            sql(f'ALTER TABLE "{table}" DISABLE TRIGGER "{name}"')
        yield
        transaction.set_rollback(True)


@contextmanager
def _instead(definition):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(definition)
        yield
        transaction.set_rollback(True)


def _found_anew(table):
    found = sql(f'UPDATE "{table}" SET audience_rank = NULL RETURNING id, {", ".join(COLUMNS)}')
    return sorted(found)
