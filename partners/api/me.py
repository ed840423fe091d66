"""What a key, or a signed-in person, is told about itself."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.holder import RIGHT_OF
from partners.models import Scope
from records.api import MomentField, Part
from records.models import Marking
from records.parameters import StrictParameters


class AskerKind(models.TextChoices):
    KEY = "key", _("A key")
    PERSON = "person", _("A person")


class OwnOrganisation(Part):
    name = serializers.CharField()
    name_ar = serializers.CharField()


class Limits(Part):
    """`requests_a_minute` in the long run, `requests_at_once` of them at any moment."""

    requests_a_minute = serializers.IntegerField()
    requests_at_once = serializers.IntegerField()
    left = serializers.IntegerField()


class Requests(Part):
    """Counted with this one, and with those that were refused."""

    requests = serializers.IntegerField()
    refused = serializers.IntegerField()


class Use(Part):
    """Days and months begin at midnight in Baghdad."""

    today = Requests()
    this_month = Requests()


class Me(Part):
    """Who asks. What is said of keys alone is null for a person."""

    kind = serializers.ChoiceField(choices=AskerKind.choices)
    label = serializers.CharField(  # type: ignore[assignment]
        help_text=str(_("The label of the key, or the user name."))
    )
    organisation = OwnOrganisation(allow_null=True)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    clearance = serializers.ChoiceField(choices=Marking.choices)
    expires_at = MomentField(allow_null=True)
    networks = serializers.ListField(child=serializers.CharField(), allow_null=True)
    limits = Limits(allow_null=True)
    use = Use(allow_null=True)


class MeView(StrictParameters, APIView):
    """The rights of whoever asks, the limits of a key, and its use so far. Nobody else's."""

    permission_classes = [IsAuthenticated]

    @extend_schema(responses=Me)
    def get(self, request):
        told = _of_key(request) if request.key else _of_person(request)
        told["scopes"] = [scope for scope, right in RIGHT_OF.items() if request.viewer.has(right)]
        return Response(Me(told).data)


def _of_key(request):
    key = request.key
    return {
        "kind": AskerKind.KEY,
        "label": key.label,
        "organisation": key.organisation,
        "clearance": key.clearance,
        "expires_at": key.expires_at,
        "networks": key.networks,
        "limits": {
            "requests_a_minute": key.rate,
            "requests_at_once": key.burst,
            "left": int(request.allowance.left),
        },
        "use": key.usage.on_and_in_the_month_of(timezone.localdate()),
    }


def _of_person(request):
    user = request.user
    return {
        "kind": AskerKind.PERSON,
        "label": user.get_username(),
        "organisation": user.organisation,
        "clearance": user.clearance,
        "expires_at": None,
        "networks": None,
        "limits": None,
        "use": None,
    }
