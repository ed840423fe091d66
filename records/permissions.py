from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import IsAuthenticated

from records.rights import PROPOSE, READ


class MayRead(IsAuthenticated):
    """Signed in, and in a role that reads records: administrators and auditors are in none."""

    message = _("Your role does not read records. An administrator can give you another.")

    def has_permission(self, request, view):
        return super().has_permission(request, view) and request.viewer.has(READ)


class MayPropose(IsAuthenticated):
    """Somebody of an organisation who may propose: what he proposes belongs to it."""

    message = _(
        "You may not propose records: it takes a role or a key with this right, of an organisation."
    )

    def has_permission(self, request, view):
        viewer = request.viewer
        return (
            super().has_permission(request, view)
            and viewer.has(PROPOSE)
            and viewer.organisation_id is not None
        )
