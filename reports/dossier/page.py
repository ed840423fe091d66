"""From what was gathered to what the page shows, and the view that answers with it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.history import last_acts
from records.models import Marking, ReviewStatus
from records.names import label
from reports.asking import Asking
from reports.dossier.citing import Cites
from reports.dossier.gathering import gather
from reports.dossier.mapping import drawn
from reports.dossier.timeline import timeline
from reports.dossier.weighing import courses, fates, headline, sides, who_differs
from reports.ladder import Rung, rungs_of

ACTS = 5


def dossier(found, question):
    """The context of the page of the incident that a condition finds, or None.

    Makes 31 queries at most, however many rows there are.
    """
    gathered = gather(found, question)
    if gathered is None:
        return None
    rows = list(_in_order(gathered))
    cites = Cites(question.viewer, rows)
    incident = gathered.incident
    reached = rungs_of(incident, question)
    arrests = {link.arrest_id: link.arrest for link in gathered.links}
    held = {arrest.affiliation for arrest in arrests.values() if arrest.affiliation}
    return {
        "gathered": gathered,
        "incident": incident,
        "name": label(incident.title, incident.title_ar),
        "question": question,
        "cites": cites,
        "sources": cites.sources,
        "strictest": _strictest(gathered, rows, cites),
        "published": incident.review_status == ReviewStatus.PUBLISHED,
        "counts": bool(reached),
        "rungs": [(rung, rung.label, rung in reached) for rung in Rung],
        "fates": fates(gathered.casualties),
        "headline": headline(gathered.attributions),
        "sides": sides(gathered.attributions),
        "differing": who_differs(gathered.claims, gathered.attributions, held),
        "arrests": [
            (arrest, [link for link in gathered.links if link.arrest_id == key])
            for key, arrest in arrests.items()
        ],
        "courses": courses(gathered.suspects, gathered.steps, cites),
        "timeline": timeline(gathered, cites),
        "map": drawn(incident, gathered.further_places),
        "acts": last_acts(incident, question.viewer, ACTS),
    }


def _in_order(gathered):
    """Every row with sources, in the order in which the page shows it."""
    yield gathered.incident
    yield from gathered.casualties
    yield from gathered.claims
    for side in sides(gathered.attributions):
        yield from side.rows
    yield from gathered.relations
    for response in gathered.responses:
        yield response
        yield from response.casualties.all()
    yield from gathered.statements
    for link in gathered.links:
        yield link.arrest
        yield link
    yield from gathered.suspects
    yield from gathered.steps
    for conviction in gathered.convictions:
        yield conviction
        yield from conviction.rulings.all()
    yield from gathered.designations
    for finding in gathered.findings:
        yield finding
        yield from finding.obligations.all()
    yield from gathered.negative_results


def _strictest(gathered, rows, cites):
    """The marking of the page as a whole: that of its best-kept row, tie or citation."""
    shown = [*rows, *gathered.further_places, *(source for _number, source in cites.sources)]
    for response in gathered.responses:
        shown += response.targets.all()
    for conviction in gathered.convictions:
        shown += [*conviction.suspects.all(), *conviction.provisions.all()]
    ranks = [row.audience_rank for row in shown]
    ties = [getattr(row, "joined_rank", 0) for row in rows]
    return list(Marking)[max(*ranks, *ties, cites.rank)]


def address_of(incident):
    return reverse("admin:incidents_incident_dossier", args=[incident.reference])


class DossierPage:
    """For the admin of incidents: the page, by the incident's number or its reference."""

    def get_urls(self):
        page = path(
            "<slug:key>/dossier/",
            self.admin_site.admin_view(self.dossier_view),
            name="incidents_incident_dossier",
        )
        return [page, *super().get_urls()]

    @admin.display(description=_("dossier"))
    def dossier(self, row):
        return format_html('<a href="{}">{}</a>', address_of(row), _("Open"))

    def dossier_view(self, request, key):
        """Absent and hidden: the same answer."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asking = Asking({"as_of": request.GET.get("as_of", "")}, request.viewer)
        complaints = asking.complaints()
        if complaints:
            asking = Asking({}, request.viewer)
            asking.full_clean()
        question = asking.question(timezone.localdate())
        found = Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(reference=key)
        shown = dossier(found, question)
        if shown is None:
            raise Http404
        incident = shown["incident"]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": shown["name"],
            "complaints": complaints,
            "may_change": self.has_change_permission(request, incident),
            "today": timezone.localdate(),
            **shown,
        }
        return TemplateResponse(request, "reports/dossier/page.html", context)
