"""The pages on which states answer: all of them, and one."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.models import Marking
from records.names import label
from reports.dossier.citing import Cites
from reports.law.gathering import gather
from reports.law.numbers import MET, articles, by_injured, each_state, owed, totals


def addresses(site: admin.AdminSite):
    """What the admin site answers to beside its own."""
    return [
        path("law/", site.admin_view(_listed(site)), name="law"),
        path("law/<slug:key>/", site.admin_view(_answering(site)), name="law_state"),
    ]


def responsibility(found, viewer):
    """The context of the page of the state that a condition finds, or None.

    Makes 13 queries at most, however many rows there are.
    """
    gathered = gather(found, viewer)
    if gathered is None:
        return None
    rows = list(_in_order(gathered))
    cites = Cites(viewer, rows)
    return {
        "gathered": gathered,
        "state": gathered.state,
        "name": label(gathered.state.name, gathered.state.name_ar),
        "cites": cites,
        "sources": cites.sources,
        "strictest": _strictest(gathered, rows, cites),
        "totals": totals(gathered),
        "articles": articles(gathered),
        "owed": owed(gathered),
        "injured": by_injured(gathered.obligations),
        "met": [row for row in gathered.obligations if row.status in MET],
    }


def _in_order(gathered):
    """Every row with sources, in the order in which the page shows it."""
    yield gathered.state
    yield from gathered.findings
    yield from gathered.doubted
    yield from gathered.of_others
    yield from gathered.denials
    yield from gathered.statements
    yield from gathered.negative_results
    yield from gathered.obligations


def _strictest(gathered, rows, cites):
    shown = [*rows, *gathered.incidents.values(), *(source for _n, source in cites.sources)]
    for row in (*gathered.findings, *gathered.doubted, *gathered.of_others):
        shown += row.incidents.all()
    return list(Marking)[max(*(row.audience_rank for row in shown), cites.rank)]


def _admit(request):
    if not request.user.has_perm("legal.view_finding"):
        raise PermissionDenied


def _listed(site):
    def view(request):
        _admit(request)
        context = {
            **site.each_context(request),
            "title": _("What states answer for"),
            "states": list(each_state(request.viewer)),
        }
        return TemplateResponse(request, "reports/law/states.html", context)

    return view


def _answering(site):
    def view(request, key):
        """Absent and hidden: the same answer."""
        _admit(request)
        found = Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(reference=key)
        shown = responsibility(found, request.viewer)
        if shown is None:
            raise Http404
        context = {
            **site.each_context(request),
            "title": _("What %(state)s answers for") % {"state": shown["name"]},
            "today": timezone.localdate(),
            **shown,
        }
        return TemplateResponse(request, "reports/law/page.html", context)

    return view
