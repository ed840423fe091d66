"""Every constraint of every model has a row that it refuses, and a sentence for people."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models
from django.db.models import ProtectedError

from records.models import Record
from tests.catalogue import changed, make, our_constraints, our_models
from tests.factories import (
    GovernorateFactory,
    IncidentFactory,
    OrganisationFactory,
    SourceFactory,
    SuspectFactory,
    UserFactory,
    cite,
)
from tests.refused_inherited import rows_of_bases, rows_of_dates, rows_said_twice
from tests.refused_rows import own_rows

REFUSED = [*rows_of_bases(), *rows_of_dates(), *rows_said_twice(), *own_rows()]
RECORDS = [model for model in our_models() if issubclass(model, Record)]
SENTENCES = {constraint.name: constraint for _, constraint in our_constraints()}


def named(pairs):
    return pytest.mark.parametrize(
        ("name", "make_row"), [pytest.param(*pair, id=pair[0]) for pair in pairs]
    )


def test_every_constraint_has_a_row_that_it_refuses():
    assert {name for name, _ in REFUSED} == set(SENTENCES)


@named(REFUSED)
def test_the_database_refuses(name, make_row):
    row = make_row()

    with pytest.raises(IntegrityError, match=f'"{name}"'):
        row.save()


@named(REFUSED)
def test_people_are_told_in_a_sentence_of_its_own(name, make_row):
    """`full_clean` may complain of the field first, a choice that is not on the list, say."""
    row = make_row()

    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(ValidationError) as refusal:
        row.validate_constraints()

    sentence = str(SENTENCES[name].violation_error_message)
    assert sentence in refusal.value.messages
    assert sentence != SENTENCES[name].default_violation_error_message


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model.__name__)
def test_the_smallest_row_is_valid(model):
    make(model).full_clean()
    make(model)


@pytest.mark.parametrize("field", ["reference", "origin_id"])
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_no_two_records_of_a_kind_have_one_identifier(model, field):
    given = changed(make(model), **{field: "given"})
    given.save()

    with pytest.raises(IntegrityError, match=f"_{field}_"):
        changed(make(model), **{field: "given"}).save()


@pytest.mark.parametrize(
    ("factory", "field", "value"),
    [
        (OrganisationFactory, "slug", "partner"),
        (UserFactory, "username", "monitor"),
        (GovernorateFactory, "iso_code", "IQ-BG"),
        (SuspectFactory, "code", "S-7F3K-9QWA"),
    ],
)
def test_a_word_that_stands_for_one_row_is_refused_to_another(factory, field, value):
    factory(**{field: value})

    with pytest.raises(IntegrityError, match=f"_{field}_"):
        changed(factory(), **{field: value}).save()


def test_every_key_protects_the_row_it_points_at():
    unprotected = [
        str(field)
        for model in our_models()
        for field in model._meta.local_fields
        if field.remote_field and field.remote_field.on_delete is not models.PROTECT
    ]

    assert unprotected == []


def test_a_cited_source_cannot_be_deleted():
    source = SourceFactory()
    cite(IncidentFactory(), source)

    with pytest.raises(ProtectedError):
        source.delete()
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_source WHERE id = %s", [source.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
