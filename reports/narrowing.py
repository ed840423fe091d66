"""Which incidents a reader asks about: some filters of the API, shared by every screen.

The dashboard, the list behind each of its numbers and the API narrow incidents by the same
filters (LadderIncidentFilterSet), so a number and its rows cannot differ. Whatever asks of
"these attacks" takes a Narrowing: its `incidents` go into reports/accountability.py,
reports/held.py and the like, and its `written` into the address of the list behind a number.
"""

from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from records.names import label
from reports.asking import Asking
from reports.incident_filters import QUESTION, LadderIncidentFilterSet

NARROWING = {
    "since": _("From"),
    "until": _("To"),
    "kind": _("Kind of attack"),
    "governorate": _("Governorate"),
    "place": _("Site"),
    "group": _("Group"),
    "include": _("With its"),
}


class Narrowing:
    """Filters of incidents and a Question, as an address writes them.

    given: {parameter: value}; what is not among NARROWING and QUESTION is not looked at.
    Call `is_valid` before anything else. Makes a query for each record that is named and,
    for a group with its facades, one for the roll-up.
    """

    def __init__(self, given, viewer, today=None):
        known = [*NARROWING, *QUESTION]
        self.written = {name: given[name] for name in known if given.get(name)}
        self.viewer = viewer
        self.today = today or timezone.localdate()
        self.asking = Asking(
            {name: value for name, value in self.written.items() if name in QUESTION}, viewer
        )
        self.filters = LadderIncidentFilterSet(
            self.written, queryset=Incident.objects.visible_to(viewer.of_published())
        )

    def is_valid(self):
        return self.asking.is_valid() and self.filters.is_valid()

    def errors(self):
        """{parameter: sentences}."""
        return {**self.filters.errors, **self.asking.errors}

    def complaints(self, besides=()):
        """What is wrong, as sentences that begin with the filter's name."""
        fields = self.asking.fields
        return [
            f"{NARROWING[name] if name in NARROWING else fields[name].label}: {error}"
            for name, errors in self.errors().items()
            if name not in besides
            for error in errors
        ]

    @cached_property
    def question(self):
        return self.asking.question(self.today)

    @cached_property
    def incidents(self):
        """The incidents of all days that pass the filters."""
        return self.filters.qs

    @property
    def narrowed(self):
        """The parameters that narrow the incidents, without those of the Question."""
        return {name: value for name, value in self.written.items() if name in NARROWING}

    def in_words(self):
        """(parameter, what it narrows, to what) of each filter that is set. No query."""
        found = self.filters.form.cleaned_data
        for name in self.narrowed:
            value = found[name]
            field = self.filters.form.fields[name]
            if choices := dict(getattr(field, "choices", ())):
                value = choices[value]
            elif hasattr(value, "name_ar"):
                value = label(value.name, value.name_ar)
            yield name, NARROWING[name], str(value)
