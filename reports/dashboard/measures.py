"""Two pages besides the dashboard, driven by the same bar: time to justice, how high it reached."""

from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _

from reports.dashboard import figures_reach, figures_time
from reports.dashboard.asked import Asked
from reports.dashboard.catalogue import MEASURES
from reports.dashboard.measured import Measures
from reports.dashboard.views import REFUSED, bar_of, page, tidied

CURVES = ("to_arrest", "to_charge", "to_conviction", "released")
TIME = (*CURVES, "waits_by_militia", "waits_by_authority")
REACH = ("reach", "reach_attacks")


def time_to_justice(request):
    said = {
        "title": _("Time to justice"),
        "note": _(
            "Attacks for which it has not come yet count as waiting until the day asked about."
        ),
    }
    return _page(request, "time", TIME, figures_time.summary, said)


def how_high(request):
    said = {
        "title": _("How high it reached"),
        "note": _("The chain: perpetrator, cell, commander, political figure, state."),
    }
    return _page(request, "reach", REACH, figures_reach.summary, said)


def _page(request, name, figures, summary, said):
    if better := tidied(request):
        return HttpResponseRedirect(better)
    asked = Asked(request.GET, request.viewer, page=f"admin:dashboard_{name}")
    if asked.errors:
        return page(request, "measures", asked, status=REFUSED, **said)
    numbers = Measures(asked, ["place"])
    shown = numbers.total.recorded
    return page(
        request,
        "measures",
        asked,
        headline=summary(numbers) if shown else "",
        figures={each: MEASURES[each].make(numbers) for each in figures} if shown else {},
        bar=bar_of(asked, numbers),
        **said,
    )
