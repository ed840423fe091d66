"""Who is asking. Every count and list is made from the rows this viewer may read."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import Q

from records.gate import gated
from records.models.marking import Marking
from records.rights import READ, RIGHTS
from records.web_role import WEB_ROLE

NOTHING = -1  # the clearance of somebody who reads no records


@dataclass(frozen=True)
class Viewer:
    """A signed-in person or a partner's key, as far as reading is concerned.

    Made from the authenticated user alone, never from what a request says.

    person_id, key_id: which of the two it is, or neither.
    clearance: the rank of the highest marking he may read, or NOTHING.
    drafts: whether he reads what is not published, too, of his own organisation.
    rights: those of records/rights.py that he holds.
    """

    person_id: int | None = None
    key_id: int | None = None
    organisation_id: int | None = None
    clearance: int = Marking.CLEAR.rank
    drafts: bool = False
    rights: frozenset[str] = frozenset()

    @classmethod
    def of(cls, user):
        """The viewer that a user of django.contrib.auth is. Makes up to two queries.

        Who signs in by something else than a password says himself what he is: `as_viewer()`.
        """
        if not user.is_authenticated:
            return PUBLIC
        if as_viewer := getattr(user, "as_viewer", None):  # a partner's key
            return as_viewer()
        rights = frozenset(right for right in RIGHTS if user.has_perm(right))
        return cls(
            person_id=user.pk,
            organisation_id=user.organisation_id,
            clearance=Marking(user.clearance).rank if READ in rights else NOTHING,
            drafts=True,
            rights=rights,
        )

    def has(self, right):
        return right in self.rights

    def of_published(self):
        """The same viewer, to whom nothing is shown that is not published."""
        return replace(self, drafts=False)

    def may_read(self):
        """Condition on the columns of an audience: it admits this viewer (TLP 2.0).

        The policies in records/walls.py say the same in the database.
        """
        allowed = Q(audience_rank__lte=self.clearance)
        for column, key in (("organisations", self.organisation_id), ("readers", self.person_id)):
            everybody = Q(**{f"audience_{column}__isnull": True})
            among = Q(**{f"audience_{column}__contains": [key]})
            allowed &= everybody | among if key is not None else everybody
        return allowed if self.drafts else allowed & Q(audience_published=True)


PUBLIC = Viewer()  # reads what is published and marked TLP:CLEAR

SETTINGS = (
    "role",
    "musaala.person",
    "musaala.key",
    "musaala.organisation",
    "musaala.clearance",
    "musaala.drafts",
    "musaala.rights",
    "pghistory.context_id",
    "pghistory.context_metadata",
    "statement_timeout",
    "lock_timeout",
)


@dataclass(frozen=True)
class Patience:
    """How long the database works for one request, as PostgreSQL writes it; None: as it is."""

    statement: str | None = None
    lock: str | None = None


ENDLESS = Patience()


@contextmanager
def viewing(viewer, *, patience=ENDLESS, **context):
    """One transaction in which the database shows what `viewer` may see, and nothing else.

    patience: after it, PostgreSQL ends the statement with an error.
    context: who changes what and why, kept with every row of the history written inside.
    """
    nested = connection.in_atomic_block
    with gated(), transaction.atomic():
        before = _settings() if nested else None
        _set(
            WEB_ROLE,
            viewer.person_id or "",
            viewer.key_id or "",
            viewer.organisation_id or "",
            viewer.clearance,
            "on" if viewer.drafts else "",
            " ".join(sorted(viewer.rights)),
            context.get("request", ""),
            json.dumps(context) if context else "",
            patience.statement,
            patience.lock,
        )
        yield
        if before and not connection.needs_rollback:  # a rollback restores them itself
            _set(*before)


def _settings():
    reading = ", ".join(["current_setting(%s, true)"] * len(SETTINGS))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {reading}", SETTINGS)
        return [value or "" for value in cursor.fetchone()]


def _set(*values):
    """Until the transaction ends. `is_local` matters: connections are shared."""
    given = [pair for pair in zip(SETTINGS, values, strict=True) if pair[1] is not None]
    setting = ", ".join(["set_config(%s, %s, true)"] * len(given))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {setting}", [str(text) for pair in given for text in pair])


def because(**more):
    """Adds to what the history keeps of this transaction, such as the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_metadata', "
            "(coalesce(nullif(current_setting('pghistory.context_metadata', true), ''), '{}')"
            "::jsonb || %s::jsonb)::text, true)",
            [json.dumps(more)],
        )
