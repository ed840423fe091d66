"""What somebody proposed, as he may read it, and the memory of what he sent.

Who may only propose reads no drafts but those he made. So he is shown rows of his own
proposals alone, and of what they name, what he may read anyhow: a draft that staff adds to
his incident, or puts in the place of what he named, stays unseen.
"""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from hashlib import sha256

from django.db import connection
from django.db.models import Prefetch, Q
from django.utils import timezone

from incidents.models import (
    Attribution,
    CasualtyFigure,
    Claim,
    Incident,
    IncidentPlace,
    Place,
    with_place,
)
from incidents.proposing import STATEMENTS
from militias.models import Group, Person
from partners.models import Proposal
from records.models import Marking, ReviewStatus, Source
from records.viewer import Viewer, viewing

KEPT_FOR = timedelta(hours=72)


@dataclass(frozen=True)
class Proposer:
    """Who proposes: a person, or a key by its prefix."""

    viewer: Viewer
    key_prefix: str = ""

    @classmethod
    def of(cls, request):
        key = getattr(request, "key", None)
        return cls(request.viewer, key.prefix if key else "")

    @cached_property
    def of_drafts(self):
        """As this viewer the database is asked for his own drafts. Nobody else's: `own`."""
        clearance = max(self.viewer.clearance, Marking.AMBER_STRICT.rank)
        return replace(self.viewer, drafts=True, clearance=clearance)

    @contextmanager
    def at_work(self):
        """The second wall lets the drafts of his organisation through inside."""
        with viewing(self.of_drafts, **_context()):
            yield

    def proposals(self):
        return Proposal.objects.filter(
            organisation=self.viewer.organisation_id,
            person=self.viewer.person_id,
            key_prefix=self.key_prefix,
        )

    def own(self, model):
        """Rows of this kind that his proposals made, whatever their state."""
        rows = model.objects.visible_to(self.of_drafts)
        return rows.filter(reference__in=self.proposals().references())

    def may_name(self, model):
        """Rows that he may read anyhow, and the sources that he described himself."""
        readable = Q(pk__in=model.objects.visible_to(self.viewer).values("pk"))
        if model is Source:
            readable |= Q(reference__in=self.proposals().references())
        return model.objects.visible_to(self.of_drafts).filter(readable)

    def incidents(self):
        """His incidents with the parts of them that he proposed. A fixed number of queries."""
        places = self.may_name(Place).values("pk")
        rows = self._cited(with_place(self.own(Incident).filter(place__in=places)))
        return rows.prefetch_related(
            Prefetch("further_places", with_place(IncidentPlace.objects.filter(place__in=places))),
            Prefetch("casualties", self._cited(self.own(CasualtyFigure))),
            Prefetch("claims", self._cited(self._naming(Claim, group=Group))),
            Prefetch(
                "attributions", self._cited(self._naming(Attribution, group=Group, person=Person))
            ),
        )

    def _naming(self, model, **keys):
        rows = self.own(model).select_related(*keys)
        for name, named in keys.items():
            nobody = Q(**{f"{name}__isnull": True})
            rows = rows.filter(nobody | Q(**{f"{name}__in": self.may_name(named).values("pk")}))
        return rows

    def _cited(self, rows):
        citation = rows.model._meta.get_field("citations").related_model
        cited = citation.objects.filter(source__in=self.may_name(Source).values("pk"))
        return rows.prefetch_related(Prefetch("citations", cited.select_related("source")))

    def statements(self, incident):
        """{list: its rows}, locked, of what he proposed in one incident."""
        return {
            name: [*self.own(model).filter(incident=incident).select_for_update(of=("self",))]
            for name, model in STATEMENTS.items()
        }

    def sources(self, incident):
        """The sources that came with one incident, locked."""
        members = self.proposals().filter(incident=incident).references()
        return [*self.own(Source).filter(reference__in=members).select_for_update(of=("self",))]


def _context():
    """What the history is told of this transaction, to be told inside as well."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pghistory.context_metadata', true)")
        return json.loads(cursor.fetchone()[0] or "{}")


def reasons(proposer, incidents):
    """{key: why it was withdrawn, or last returned to draft} of those with a reason. One query."""
    found = {each.pk: each.withdrawn_reason for each in incidents if each.withdrawn_reason}
    drafts = [each.pk for each in incidents if each.review_status == ReviewStatus.DRAFT]
    events = Incident.pgh_event_model.objects.visible_to(proposer.of_drafts)
    events = events.filter(pgh_obj__in=drafts).order_by("pgh_id")
    before = {}
    for key, status, context in events.values_list("pgh_obj", "review_status", "pgh_context"):
        if before.get(key) == ReviewStatus.SUBMITTED and status == ReviewStatus.DRAFT:
            found[key] = (context or {}).get("reason", "")
        before[key] = status
    return found


# The memory of what was sent


class Running(Exception):
    """The same is being done for somebody else at this moment."""


class OtherBody(Exception):
    """The key came with another body before."""


def sent_before(proposer, idempotency_key, digest):
    """The proposal that this key made, or None. Until the transaction ends, nobody else gets in.

    Raises Running or OtherBody.
    """
    if not _alone(proposer, idempotency_key):
        raise Running
    proposer.proposals().filter(sent_at__lt=timezone.now() - KEPT_FOR).exclude(
        idempotency_key=""
    ).update(idempotency_key="")
    earlier = proposer.proposals().filter(idempotency_key=idempotency_key).first()
    if earlier and earlier.digest != digest:
        raise OtherBody
    return earlier


def _alone(proposer, idempotency_key):
    said = f"{proposer.viewer.person_id}:{proposer.key_prefix}:{idempotency_key}"
    number = int.from_bytes(sha256(said.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return cursor.fetchone()[0]


def remember(proposer, incident, made, idempotency_key, digest):
    return Proposal.objects.create(
        incident=incident,
        organisation_id=proposer.viewer.organisation_id,
        person_id=proposer.viewer.person_id,
        key_prefix=proposer.key_prefix,
        members=made,
        idempotency_key=idempotency_key,
        digest=digest,
    )


def add_members(proposer, incident, made):
    """What a change added belongs to the proposal, too."""
    if made:
        proposal = proposer.proposals().get(incident=incident)
        proposal.members += made
        proposal.save()
