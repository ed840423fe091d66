from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.models import Attribution, Claim, Place
from militias.models import Group


class ChosenFilter(admin.SimpleListFilter):
    """Filters by the key of one row. A key that is none finds nothing, not everything."""

    def queryset(self, request, incidents):
        key = self.value()
        if key is None:
            return incidents
        return self.of(incidents, int(key)) if key.isdecimal() else incidents.none()


class GovernorateFilter(ChosenFilter):
    title = _("governorate")
    parameter_name = "in_governorate"  # `governorate` narrows the ladder: reports/narrowing.py

    def lookups(self, request, model_admin):
        governorates = Place.objects.visible_to(request.viewer).governorates()
        return governorates.values_list("pk", "name")

    def of(self, incidents, key):
        return incidents.in_governorate(Place(pk=key))


class ClaimantFilter(ChosenFilter):
    title = _("claimed by")
    parameter_name = "claimant"
    statements: type[Claim | Attribution] = Claim

    def lookups(self, request, model_admin):
        named = self.statements.objects.visible_to(request.viewer).values("group")
        groups = Group.objects.visible_to(request.viewer).filter(pk__in=named)
        return groups.values_list("pk", "name")

    def of(self, incidents, key):
        statements = self.statements.objects.visible_to(incidents.viewer).naming_group(key)
        return incidents.filter(pk__in=statements.values("incident"))


class AttributedFilter(ClaimantFilter):
    title = _("attributed to")
    parameter_name = "attributed"
    statements = Attribution
