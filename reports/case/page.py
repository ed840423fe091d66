"""From what was gathered to the page of a case, and the view that answers with it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.models import Marking
from reports.asking import Asking
from reports.case.gathering import gather
from reports.case.timeline import timeline
from reports.dossier.citing import Cites


def case(found, question):
    """The context of the page of the suspect that a condition finds, or None.

    Makes 13 queries at most, however many rows there are.
    """
    gathered = gather(found, question)
    if gathered is None:
        return None
    events = timeline(gathered)
    rows = list(_in_order(gathered, events))
    cites = Cites(question.viewer, rows)
    return {
        "gathered": gathered,
        "suspect": gathered.suspect,
        "question": question,
        "events": events,
        "cites": cites,
        "sources": cites.sources,
        "strictest": _strictest(gathered, rows, cites),
        "standing": [made for made in gathered.convictions if made.stands],
    }


def _in_order(gathered, events):
    """Every row with sources, in the order in which the page shows it."""
    yield gathered.suspect
    told = set()
    for event in events:
        if event.arrest and event.arrest.pk not in told:
            told.add(event.arrest.pk)
            yield event.arrest
            yield from event.arrest.links_told
        yield event.row


def _strictest(gathered, rows, cites):
    """The marking of the page as a whole: that of its best-kept row, tie or citation."""
    shown = [*rows, *(source for _number, source in cites.sources)]
    for row in (*gathered.steps, *gathered.convictions):
        shown += row.incidents.all()
    for made in gathered.convictions:
        shown += made.provisions.all()
    return list(Marking)[max(*(row.audience_rank for row in shown), cites.rank)]


def found_by(key):
    """The condition on a suspect that is named by number, reference or code."""
    if key.isdecimal() and len(key) < 19:
        return Q(pk=int(key))
    return Q(reference=key) | Q(code=key)


def question_of(request):
    """The Question as the address asks it, of today if it cannot be read, and what is wrong."""
    asking = Asking({"as_of": request.GET.get("as_of", "")}, request.viewer)
    complaints = asking.complaints()
    if complaints:
        asking = Asking({}, request.viewer)
        asking.full_clean()
    return asking.question(timezone.localdate()), complaints


class CasePage:
    """For the admin of suspects: the page, by number, reference or code."""

    def get_urls(self):
        page = path(
            "<slug:key>/case/",
            self.admin_site.admin_view(self.case_view),
            name="legal_suspect_case",
        )
        return [page, *super().get_urls()]

    @admin.display(description=_("case"))
    def case(self, row):
        address = reverse("admin:legal_suspect_case", args=[row.reference])
        return format_html('<a href="{}">{}</a>', address, _("Open"))

    def case_view(self, request, key):
        """Absent and hidden: the same answer."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        question, complaints = question_of(request)
        shown = case(found_by(key), question)
        if shown is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Case of %(code)s") % {"code": shown["suspect"].code},
            "complaints": complaints,
            "may_change": self.has_change_permission(request, shown["suspect"]),
            "may_rule": request.user.has_perm("legal.add_ruling")
            and bool(request.user.organisation_id),
            "today": timezone.localdate(),
            **shown,
        }
        return TemplateResponse(request, "reports/case/page.html", context)
