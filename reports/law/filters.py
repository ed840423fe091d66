"""The incidents behind a number of a state's page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from reports.law.gathering import answered_for, states


class AnsweredForFilter(admin.SimpleListFilter):
    """Incidents for which, by a published finding, a state answers: `7`, under an article `7-3`."""

    title = _("a state answers for it")
    parameter_name = "answered_by"

    def lookups(self, request, model_admin):
        return [(str(key), name) for key, name in states(request.viewer).values_list("pk", "name")]

    def queryset(self, request, incidents):
        if self.value() is None:
            return incidents
        keys = self.value().split("-")
        if len(keys) > 2 or not all(key.isdecimal() and len(key) < 19 for key in keys):
            return incidents.none()
        found = answered_for(request.viewer, *map(int, keys))
        return incidents.filter(pk__in=found.order_by().values("pk"))
