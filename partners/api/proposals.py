"""To propose incidents, and to see what became of them."""

import json
import re
from hashlib import sha256

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse

from incidents import proposing
from incidents.api import IncidentSerializer
from incidents.api.proposing import IncidentGiven, laid_over
from incidents.models import Incident
from partners import proposals
from partners.proposals import Proposer
from records.answers import etag_of, unless_known
from records.members import NO_OBJECT, as_read
from records.models import ReviewStatus
from records.parameters import StrictParameters
from records.permissions import MayPropose
from records.review_rules import IN_STATE
from reports.api import LadderIncidentViewSet

KEY = re.compile(r'"?([!#-\[\]-~]{1,255})"?')  # draft-ietf-httpapi-idempotency-key-header-07
MOST_RECORDS = 300  # statements and sources of one body
TOO_MANY = _("One proposal has at most %(most)s statements, places and sources: send it in parts.")


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT


class BusyWithIt(Conflict):
    default_detail = _("The same request is being worked on at this moment: ask again shortly.")
    headers = {"Retry-After": "1"}


class NotTheSame(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _(
        "This Idempotency-Key came with another body before: use a new one for a new proposal."
    )


class Unconditional(APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Say in If-Match which ETag you read: what others changed is kept so.")


class Changed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("It was changed since you read it: read it again, then send your change.")


class ProposalSerializer(IncidentSerializer):
    """An incident as its proposer reads it, until it is published and after."""

    reason = serializers.SerializerMethodField(
        help_text=_("Why it was returned to draft or withdrawn, if somebody said.")
    )

    class Meta(IncidentSerializer.Meta):
        fields = [*IncidentSerializer.Meta.fields, "reason"]

    def get_reason(self, incident) -> str:
        return self.context["reasons"].get(incident.pk, "")


def shown(proposer, incidents):
    """The incidents as their proposer reads them."""
    context = {"reasons": proposals.reasons(proposer, incidents)}
    return ProposalSerializer(incidents, many=True, context=context).data


def _tag_of(data):
    return etag_of(JSONRenderer().render(data).decode())


def given(proposer, body):
    """What a body says, checked. Raises ValidationError, with every error at its place."""
    if _records_in(body) > MOST_RECORDS:
        raise ValidationError(TOO_MANY % {"most": MOST_RECORDS})
    said = IncidentGiven(data=body, context={"readable": proposer.may_name})
    said.is_valid(raise_exception=True)
    return said.validated_data


def _records_in(body):
    lists = [part for part in body.values() if isinstance(part, list)]
    inner = [part["sources"] for parts in lists for part in parts if _has_sources(part)]
    return sum(map(len, [*lists, *inner]))


def _has_sources(part):
    return isinstance(part, dict) and isinstance(part.get("sources"), list)


def body_of(request):
    if not isinstance(request.data, dict):
        raise ValidationError(NO_OBJECT)
    return request.data


def answer(proposer, request, key, status_code):
    """The incident as it is now, to whoever proposed it. Raises Http404: he may not read it."""
    found = [*proposer.incidents().filter(pk=key)]
    if not found:
        raise Http404
    data = shown(proposer, found)[0]
    address = reverse("proposals-detail", [found[0].reference], request=request)
    location = {"Location": address} if status_code == status.HTTP_201_CREATED else {}
    return Response(data, status_code, headers={"ETag": _tag_of(data), **location})


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description=str(
        _("Any new word, such as a UUID: sent again within 72 hours, nothing doubles.")
    ),
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description=str(_("The ETag of what you read.")),
    required=True,
)


class Proposes(viewsets.GenericViewSet):
    """Incidents are proposed where they are listed."""

    def get_permissions(self):
        return [MayPropose()] if self.action == "create" else super().get_permissions()

    @extend_schema(
        request=IncidentGiven,
        responses={201: ProposalSerializer},
        parameters=[IDEMPOTENCY_KEY],
        filters=False,
    )
    def create(self, request, *args, **kwargs):
        """Propose an incident with its parts: all of it lands as drafts, or nothing does."""
        proposer, body = Proposer.of(request), body_of(request)
        key = _idempotency_key(request)
        digest = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        with proposer.at_work():
            earlier = _sent_before(proposer, key, digest) if key else None
            made = earlier.incident_id if earlier else self._propose(proposer, body, key, digest)
            return answer(proposer, request, made, status.HTTP_201_CREATED)

    def _propose(self, proposer, body, key, digest):
        writing = proposing.Proposing(proposer.of_drafts)
        incident = writing.propose(given(proposer, body))
        proposals.remember(proposer, incident, writing.made, key, digest)
        return incident.pk


def _idempotency_key(request):
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return ""
    if not (word := KEY.fullmatch(header)):
        raise ValidationError(
            {"Idempotency-Key": [_("Give one word of up to 255 letters, digits and signs.")]}
        )
    return word[1]


def _sent_before(proposer, key, digest):
    try:
        return proposals.sent_before(proposer, key, digest)
    except proposals.Running as error:
        raise BusyWithIt from error
    except proposals.OtherBody as error:
        raise NotTheSame from error


class ProposingIncidentViewSet(Proposes, LadderIncidentViewSet):
    __doc__ = LadderIncidentViewSet.__doc__


CONDITIONAL = {
    200: ProposalSerializer,
    409: OpenApiResponse(description=str(_("It is no draft any more."))),
    412: OpenApiResponse(description=str(Changed.default_detail)),
    428: OpenApiResponse(description=str(Unconditional.default_detail)),
}


class ProposalViewSet(StrictParameters, viewsets.GenericViewSet):
    """What you proposed, and what became of it. Nobody else's proposals."""

    queryset = Incident.objects.all()
    serializer_class = ProposalSerializer
    permission_classes = [MayPropose]
    filter_backends = ()
    lookup_field = "reference"
    lookup_value_regex = "[0-9A-Z-]+"
    orderings = {"updated": "updated_at"}
    ordering = "-updated"

    def known_parameters(self):
        known = super().known_parameters()
        return [*known, *self.paginator.parameters] if self.action == "list" else known

    def list(self, request, *args, **kwargs):
        """Your proposals, last changed first."""
        proposer = Proposer.of(request)
        with proposer.at_work():
            page = self.paginate_queryset(proposer.incidents())
            return self.get_paginated_response(shown(proposer, page))

    def retrieve(self, request, *args, reference, **kwargs):
        """One proposal as it stands. Its ETag is what If-Match asks for."""
        proposer = Proposer.of(request)
        with proposer.at_work():
            incident = self._his(proposer.incidents(), reference)
            found = answer(proposer, request, incident.pk, status.HTTP_200_OK)
        return unless_known(request, found)

    @extend_schema(request=IncidentGiven, responses=CONDITIONAL, parameters=[IF_MATCH])
    def partial_update(self, request, *args, reference, **kwargs):
        """Change a draft: members that are left out stay, and so do parts of lists."""
        proposer, sent = Proposer.of(request), body_of(request)
        with proposer.at_work():
            incident, there, as_shown = self._to_change(proposer, request, reference)
            body, changed = laid_over(as_shown, sent)
            said = given(proposer, body)
            rows = {row.reference: row for rows in there.values() for row in rows}
            writing = proposing.Proposing(proposer.of_drafts)
            statements = {place: rows[reference] for place, reference in changed.items()}
            writing.change(incident, said, statements)
            proposals.add_members(proposer, incident, writing.made)
            return answer(proposer, request, incident.pk, status.HTTP_200_OK)

    @extend_schema(request=None, responses=CONDITIONAL, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def submit(self, request, *args, reference, **kwargs):
        """Hand a draft to review, with what you said in it. After that only staff change it."""
        proposer = Proposer.of(request)
        with proposer.at_work():
            incident, there, _shown = self._to_change(proposer, request, reference)
            rows = [row for rows in there.values() for row in rows]
            proposing.submit([incident, *rows, *proposer.sources(incident)])
            return answer(proposer, request, incident.pk, status.HTTP_200_OK)

    def _his(self, rows, reference):
        incident = rows.filter(reference=reference).first()
        if incident is None:
            raise Http404
        return incident

    def _to_change(self, proposer, request, reference):
        """His draft, locked, the rows of its statements, and the draft as he read it."""
        tags = [tag.strip() for tag in request.headers.get("If-Match", "").split(",")]
        if not any(tags) or "*" in tags:
            raise Unconditional
        incident = self._his(proposer.own(Incident).select_for_update(of=("self",)), reference)
        there = proposer.statements(incident)
        as_shown = shown(proposer, [self._his(proposer.incidents(), reference)])[0]
        if _tag_of(as_shown) not in tags:
            raise Changed
        if incident.review_status != ReviewStatus.DRAFT:
            raise Conflict(IN_STATE[ReviewStatus(incident.review_status)])
        return incident, there, as_read(as_shown)
