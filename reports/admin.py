"""The screens that tell, beside a record, what the ladder says of it."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.admin import IncidentAdmin
from incidents.models import Incident
from legal.admin import ConvictionAdmin, SuspectAdmin
from legal.models import Conviction, Suspect
from records.admin_columns import NOTHING
from reports.accountability import rows_behind
from reports.asking import PARAMETERS, Asking, in_words
from reports.case.page import CasePage
from reports.designated import was_designated
from reports.dossier.page import DossierPage
from reports.ladder import Question, Rung, holds
from reports.law.filters import AnsweredForFilter
from reports.rulings.page import RulingPage


class LadderFilter(admin.ListFilter):
    """The incidents behind a number of the report, as its address names them."""

    title = _("ladder")
    template = "admin/filter.html"

    def __init__(self, request, params, model, model_admin):
        super().__init__(request, params, model, model_admin)
        for name in PARAMETERS:
            if name in params:
                self.used_parameters[name] = params.pop(name)[-1]

    def has_output(self):
        return True

    def expected_parameters(self):
        return PARAMETERS

    def queryset(self, request, incidents):
        asking = Asking(self.used_parameters, request.viewer)
        if not asking.is_valid():
            for complaint in asking.complaints():
                messages.error(request, complaint)
            return incidents.none()
        cell = asking.cell()
        if cell is None:
            return incidents
        return rows_behind(incidents, asking.question(timezone.localdate()), cell)

    def choices(self, changelist):
        chosen = self.used_parameters.get("rung")
        yield {
            "selected": chosen is None,
            "query_string": changelist.get_query_string(remove=PARAMETERS),
            "display": _("All"),
        }
        for rung in Rung:
            yield {
                "selected": chosen == rung.value,
                "query_string": changelist.get_query_string({"rung": rung.value}),
                "display": rung.label,
            }


class DesignatedFilter(admin.SimpleListFilter):
    """Designated when it attacked? As of today, at any confidence that is not doubt."""

    title = _("designated when it attacked")
    parameter_name = "designated"

    def lookups(self, request, model_admin):
        return [("true", _("Yes")), ("false", _("No, as far as is known"))]

    def queryset(self, request, incidents):
        if self.value() not in ("true", "false"):
            return incidents if self.value() is None else incidents.none()
        met = was_designated(Question(timezone.localdate(), request.viewer))
        return incidents.filter(met if self.value() == "true" else ~met)


@admin.register(Incident)
class LadderIncidentAdmin(DossierPage, IncidentAdmin):
    change_form_template = "admin/incidents/incident/change_form.html"
    list_display = [*IncidentAdmin.list_display, "designated", "dossier"]
    list_filter = [
        LadderFilter,
        *IncidentAdmin.list_filter,
        DesignatedFilter,
        AnsweredForFilter,
    ]

    def with_columns(self, rows):
        met = was_designated(Question(timezone.localdate(), rows.viewer))
        return super().with_columns(rows).annotate(designated_then=holds(met))

    @admin.display(description=_("designated when it attacked"))
    def designated(self, row):
        """Nobody is named: nobody can say."""
        if row.designated_then:
            return _("Yes")
        return _("No") if row.claims_shown or row.attributions_shown else NOTHING

    def changelist_view(self, request, extra_context=None):
        """Above rows that a number led to, say what the number counts."""
        asked = {name: request.GET[name] for name in PARAMETERS if name in request.GET}
        asking = Asking(asked, request.viewer)
        said = {}
        if asking.is_valid() and (cell := asking.cell()):
            question = asking.question(timezone.localdate())
            said = {"subtitle": in_words(cell, question)}
        return super().changelist_view(request, {**said, **(extra_context or {})})


@admin.register(Suspect)
class CaseSuspectAdmin(CasePage, SuspectAdmin):
    list_display = [*SuspectAdmin.list_display, "case"]


@admin.register(Conviction)
class RulingConvictionAdmin(RulingPage, ConvictionAdmin):
    change_form_template = "admin/legal/conviction/change_form.html"
