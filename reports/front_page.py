"""What the front page says: the headline, the ladder, and the attacks by militia."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from incidents.proposing import RIGHTS_NEEDED
from reports.accountability import accountability, cell_of
from reports.asking import Asking, address_of
from reports.charts import ladder_chart
from reports.grouping import GROUPINGS
from reports.writing import headline, people_in_words, percent

BY = "root_group"
SHOWN = ["recorded", "claimed", "arrested", "charged", "convicted", "standing"]


def front_page(request):
    """The context of the front page. Makes four queries, however many incidents there are."""
    viewer = request.viewer
    asking = Asking({name: request.GET.get(name, "") for name in ("as_of", "contested")}, viewer)
    complaints = asking.complaints()
    if complaints:
        asking = Asking({}, viewer)
        asking.full_clean()
    question = asking.question(timezone.localdate())
    report = accountability(Incident.objects.visible_to(viewer), question, BY)

    def address(column, key=None):
        cell, asked = cell_of(column, question, BY if key else None, key)
        listed = reverse("admin:incidents_incident_changelist")
        return f"{listed}?{urlencode(address_of(cell, asked))}"

    def cells(counts, key=None):
        return [
            {"count": getattr(counts, column), "address": address(column, key)} for column in SHOWN
        ]

    return {
        "logs_attacks": request.user.has_perms(RIGHTS_NEEDED),
        "complaints": complaints,
        "question": question,
        "headline": headline(report),
        "people": people_in_words(report.people),
        "chart": ladder_chart(report.total, address),
        "grouping": GROUPINGS[BY],
        "rows": [
            {
                "label": row.label,
                "cells": cells(row.counts, row.key),
                "rate": percent(row.counts.arrested_rate),
            }
            for row in report.rows
        ],
        "total": {"cells": cells(report.total), "rate": percent(report.total.arrested_rate)},
    }
