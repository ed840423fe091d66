"""What the role of the web may not do to rows that are kept, by whatever way it writes."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission

from config.sign_in.journal import SignIn
from incidents.models import Import, ImportMapping
from partners.models import Key
from records.models import Organisation, Record, User
from records.viewer import Viewer, viewing
from records.web_role import WEB_ROLE
from tests.catalogue import our_models
from tests.direct_sql import refused, somebody, sql
from tests.factories import ClaimFactory

RECORDS = [model for model in our_models() if issubclass(model, Record)]
KEPT = [*RECORDS, Organisation, User, Import, ImportMapping, Key, SignIn, LogEntry]
ROLES = [Group, Permission, Group.permissions.through]


def may(model, what):
    ((found,),) = sql(
        "SELECT has_table_privilege(%s, %s, %s)", WEB_ROLE, model._meta.db_table, what
    )
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("model", KEPT, ids=lambda model: model.__name__)
def test_what_is_kept_is_deleted_by_nobody_who_is_answered(model):
    assert not may(model, "DELETE")
    assert not may(model, "TRUNCATE")


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["INSERT", "UPDATE", "DELETE"])
@pytest.mark.parametrize("model", ROLES, ids=lambda model: model.__name__)
def test_what_a_role_may_do_is_said_by_migrations_alone(model, what):
    assert not may(model, what)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [SignIn, LogEntry], ids=lambda model: model.__name__)
def test_what_was_done_is_not_written_anew(model):
    assert not may(model, "UPDATE")


@pytest.mark.django_db
def test_one_person_does_not_make_a_published_record_vanish():
    """To delete it would be to withdraw it without a reason, and without a second person."""
    person = somebody()
    claim = ClaimFactory(owner=person.organisation, review_status="published")

    with viewing(Viewer.of(person)):
        error = refused("DELETE FROM incidents_claim WHERE id = %s", claim.pk)

    assert error.sqlstate == "42501"
