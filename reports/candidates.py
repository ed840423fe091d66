"""Names in question, with what each of the two groups is said to have done."""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import Attribution, Claim
from militias.admin import CandidateLinkAdmin
from militias.models import CandidateLink

SAID = {  # parameter of the list of incidents: statements, words
    "claimant": (Claim, _("Incidents claimed")),
    "attributed": (Attribution, _("Incidents attributed")),
}


@admin.register(CandidateLink)
class CountedCandidateLinkAdmin(CandidateLinkAdmin):
    def counts(self, request, groups):
        """Each number is the length of the list that it leads to. Two queries."""
        incidents = reverse("admin:incidents_incident_changelist")
        found = {key: [] for key in groups}
        for parameter, (statements, words) in SAID.items():
            rows = statements.objects.visible_to(request.viewer)
            rows = rows.naming() if statements is Attribution else rows
            rows = rows.filter(group__in=groups).order_by().values_list("group")
            counted = dict(rows.annotate(number=Count("incident", distinct=True)))
            for key in groups:
                found[key].append((words, counted.get(key, 0), f"{incidents}?{parameter}={key}"))
        return found
