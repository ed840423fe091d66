"""Who asks by a key, where a signed-in person would stand: it holds no right but its scopes."""

from dataclasses import dataclass

from partners.models import Key, Scope
from records.models import Marking
from records.rights import NAMES, PROPOSE, READ
from records.viewer import NOTHING, Viewer

RIGHT_OF = {Scope.READ: READ, Scope.NAMES: NAMES, Scope.PROPOSE: PROPOSE}


@dataclass(frozen=True)
class KeyHolder:
    """`request.user` of a request by key. Nobody's row: it has no number and no password."""

    key: Key
    pk = id = None
    is_authenticated = is_active = True
    is_anonymous = is_staff = is_superuser = False

    @property
    def organisation_id(self):
        return self.key.organisation_id

    @property
    def told_to_history(self):
        return {"key": self.key.pk}

    def as_viewer(self):
        """Not a person, so no name on a RED record is its name; and it reads no drafts."""
        rights = frozenset(RIGHT_OF[Scope(scope)] for scope in self.key.scopes)
        return Viewer(
            key_id=self.key.pk,
            organisation_id=self.key.organisation_id,
            clearance=Marking(self.key.clearance).rank if READ in rights else NOTHING,
            rights=rights,
        )

    def is_verified(self):
        """A key is no password: it has no code beside it."""
        return True

    def has_perm(self, permission, row=None):
        return False

    def has_perms(self, permissions, row=None):
        return False

    def has_module_perms(self, app):
        return False

    def get_username(self):
        return str(self.key)
