"""The framework's side of signing in by key: the middleware has found out who asks."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        asking = request._request
        return (asking.user, asking.key) if asking.key else None

    def authenticate_header(self, request):
        return "Bearer"


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "msl_<prefix>_<secret>",
            "description": str(_("A partner’s key, as it was shown when it was made.")),
        }
