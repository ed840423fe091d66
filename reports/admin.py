"""The lists behind the numbers of the report and of the dashboard.

Each list takes the address of a number (reports/asking.py, reports/asking_held.py) and of the
filters it was asked with (reports/narrowing.py), and shows exactly the rows it counts.
"""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _

from incidents.admin import IncidentAdmin
from incidents.models import Incident
from legal.admin import ArrestAdmin, SuspectAdmin
from legal.models import Arrest, Suspect
from reports.accountability import rows_behind
from reports.asking import PARAMETERS, Asking, in_words
from reports.asking_held import OF_ARRESTS, OF_SUSPECTS, AskingHeld, held_in_words
from reports.candidates import CountedCandidateLinkAdmin
from reports.dossier.page import DossierPage
from reports.held import arrests_behind, suspects_behind
from reports.incident_filters import QUESTION
from reports.ladder import Rung
from reports.narrowing import NARROWING, Narrowing

__all__ = ["CountedCandidateLinkAdmin", "LadderFilter", "LadderIncidentAdmin"]


class BehindFilter(admin.ListFilter):
    """The rows behind one number, as its address names them."""

    template = "admin/filter.html"
    own: list[str] = []  # parameters of the number itself

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        for name in self.expected_parameters():
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self):
        return True

    def expected_parameters(self):
        return list(dict.fromkeys([*QUESTION, *self.own, *NARROWING]))

    def queryset(self, request, rows):
        asked = self.asked(self.used_parameters, request.viewer)
        if complaints := asked.complaints():
            for complaint in complaints:
                messages.error(request, complaint)
            return rows.none()
        return asked.behind(rows)


class Asked:
    """What an address asks of a list: a number, and the filters it was asked with."""

    form: type

    def __init__(self, given, viewer):
        self.narrowing = Narrowing(given, viewer)
        self.number = self.form(given, viewer)

    def complaints(self):
        return [*self.number.complaints(), *self.narrowing.complaints(besides=self.number.fields)]

    @property
    def question(self):
        return self.narrowing.question

    def words(self):
        """What the list shows, or "" if the address names no number."""
        if self.complaints() or not (said := self.said()):
            return ""
        narrowed = (f"{what}: {value}" for _name, what, value in self.narrowing.in_words())
        return " · ".join([said, *narrowed])


class AskedIncidents(Asked):
    form = Asking

    def said(self):
        cell = self.number.cell()
        return in_words(cell, self.question) if cell else ""

    def behind(self, incidents):
        if self.narrowing.narrowed:
            incidents = incidents.filter(pk__in=self.narrowing.incidents.values("pk"))
        cell = self.number.cell()
        return rows_behind(incidents, self.question, cell) if cell else incidents


class AskedArrests(Asked):
    form = AskingHeld
    rows_behind = staticmethod(arrests_behind)

    def said(self):
        held = self.number.held()
        day = _("by %(day)s") % {"day": self.question.as_of}
        return f"{held_in_words(held)}, {day}" if held else ""

    def behind(self, rows):
        held = self.number.held()
        if held is None:
            return rows
        found = self.rows_behind(self.narrowing.incidents, self.question, held)
        return rows.filter(pk__in=found.values("pk"))


class AskedSuspects(AskedArrests):
    rows_behind = staticmethod(suspects_behind)


class LadderFilter(BehindFilter):
    title = _("ladder")
    own = PARAMETERS
    asked = AskedIncidents

    def choices(self, changelist):
        chosen = self.used_parameters.get("rung")
        yield {
            "selected": chosen is None,
            "query_string": changelist.get_query_string(remove=self.expected_parameters()),
            "display": _("All"),
        }
        for rung in Rung:
            yield {
                "selected": chosen == rung.value,
                "query_string": changelist.get_query_string({"rung": rung.value}),
                "display": rung.label,
            }


class ArrestsFilter(BehindFilter):
    """Offers to go back to all, once a number led here."""

    title = _("tied to attacks")
    own = OF_ARRESTS
    asked = AskedArrests

    def has_output(self):
        return bool(self.used_parameters)

    def choices(self, changelist):
        yield {
            "selected": False,
            "query_string": changelist.get_query_string(remove=self.expected_parameters()),
            "display": _("All"),
        }
        yield {
            "selected": True,
            "query_string": changelist.get_query_string(),
            "display": _("Those behind the number"),
        }


class SuspectsFilter(ArrestsFilter):
    title = _("held for attacks")
    own = OF_SUSPECTS
    asked = AskedSuspects


class ListBehind:
    """Above rows that a number led to, says what the number counts."""

    behind: type[BehindFilter]

    def get_list_filter(self, request):
        return [self.behind, *super().get_list_filter(request)]

    def changelist_view(self, request, extra_context=None):
        names = self.behind.expected_parameters(self.behind)
        given = {name: request.GET[name] for name in names if name in request.GET}
        words = self.behind.asked(given, request.viewer).words() if given else ""
        said = {"subtitle": words} if words else {}
        return super().changelist_view(request, {**said, **(extra_context or {})})


@admin.register(Incident)
class LadderIncidentAdmin(ListBehind, DossierPage, IncidentAdmin):
    behind = LadderFilter
    change_form_template = "admin/incidents/incident/change_form.html"
    list_display = [*IncidentAdmin.list_display, "dossier"]


@admin.register(Arrest)
class HeldArrestAdmin(ListBehind, ArrestAdmin):
    behind = ArrestsFilter


@admin.register(Suspect)
class HeldSuspectAdmin(ListBehind, SuspectAdmin):
    behind = SuspectsFilter
