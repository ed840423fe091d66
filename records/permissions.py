from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import IsAuthenticated

from records.rights import READ


class MayRead(IsAuthenticated):
    """Signed in, and in a role that reads records: administrators and auditors are in none."""

    message = _("Your role does not read records. An administrator can give you another.")

    def has_permission(self, request, view):
        return super().has_permission(request, view) and request.viewer.has(READ)
