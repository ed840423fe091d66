"""Sessions that know whose they are, so that a change of rights ends them."""

import pgtrigger
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from records.models import Grant, User

SAYS_NOTHING_OF_RIGHTS = ["last_login", "password", "first_name", "last_name", "email"]


class Session(AbstractBaseSession):
    """Django's session, with its user as a column. A new password ends it by Django's own rule."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions"
    )

    class Meta(AbstractBaseSession.Meta):
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls):
        return SessionStore


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls):
        return Session

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.user_id = data.get("_auth_user_id")
        return session


def end_sessions_of(user, but=None):
    Session.objects.filter(user=user).exclude(session_key=but).delete()


def _ends_sessions(name, when, user, condition=None):
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=when,
        condition=condition,
        func=f"""
            DELETE FROM {Session._meta.db_table} WHERE user_id IN (OLD.{user}, NEW.{user});
            RETURN NULL;
        """,
    )


def _other_rights():
    left_out = f"ARRAY{SAYS_NOTHING_OF_RIGHTS}"
    return pgtrigger.Condition(
        f"to_jsonb(OLD) - {left_out} IS DISTINCT FROM to_jsonb(NEW) - {left_out}"
    )


class PersonRights(User):
    """A user's own columns: active, organisation, clearance, and whatever is added to them."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [_ends_sessions("ends_sessions", pgtrigger.Update, "id", _other_rights())]


class PersonRoles(User.groups.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [_ends_sessions("ends_sessions", pgtrigger.Insert | pgtrigger.Delete, "user_id")]


class PersonSingleRights(User.user_permissions.through):  # type: ignore[name-defined,misc]
    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [_ends_sessions("ends_sessions", pgtrigger.Insert | pgtrigger.Delete, "user_id")]


class PersonGrants(Grant):
    """What two administrators agreed on for a person: his devices taken away, say."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            _ends_sessions(
                "ends_sessions",
                pgtrigger.Update,
                "person_id",
                pgtrigger.Condition("OLD.agreed_at IS NULL AND NEW.agreed_at IS NOT NULL"),
            )
        ]
