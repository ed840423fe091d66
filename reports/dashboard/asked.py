"""What an address asks of the dashboard, and the addresses of what lies behind its numbers."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from records.parameters import nearest, refused
from reports.accountability import cell_of
from reports.asking import address_of
from reports.asking_held import address_of_held
from reports.incident_filters import QUESTION
from reports.narrowing import NARROWING, Narrowing

BY = {"root_group": _("facades folded in"), "attributed_group": _("facades shown")}
PARAMETERS = [*NARROWING, *QUESTION, "by"]
QUESTION_LABELS = {
    "min_confidence": _("Least confidence"),
    "contested": _("Contested links"),
    "as_of": _("As of"),
    "by": _("Militias"),
}


class Asked:
    """An address that asks for figures, read as strictly as the API reads its own.

    query: a QueryDict. more: further parameters that the page knows.
    Look at `errors` before anything else. Makes the queries of Narrowing.
    """

    def __init__(self, query, viewer, more=()):
        self.viewer = viewer
        self.more = {name: query[name] for name in more if query.get(name)}
        self.narrowing = Narrowing({name: query[name] for name in query}, viewer)
        self.errors = {**self._errors_of(query, more), **self._by_errors(query)}
        if not self.errors and not self.narrowing.is_valid():
            self.errors = self.narrowing.errors()

    def _errors_of(self, query, more):
        return refused(query, [*PARAMETERS, *more])

    def _by_errors(self, query):
        self.by = query.get("by") or "root_group"
        return {} if self.by in BY else {"by": [nearest(self.by, list(BY))]}

    def complaints(self):
        """What is wrong, as sentences that begin with what they are about."""
        labels = {**NARROWING, **QUESTION_LABELS}
        return [
            f"{labels.get(name, name)}: {' '.join(map(str, errors))}"
            for name, errors in self.errors.items()
        ]

    @property
    def question(self):
        return self.narrowing.question

    @property
    def incidents(self):
        return self.narrowing.incidents

    # Addresses

    @cached_property
    def written(self):
        """The parameters that say something, in a fixed order: what is saved and shared."""
        by = {} if self.by == "root_group" else {"by": self.by}
        return {**self.narrowing.written, **by}

    def query(self, **changes):
        """The query string of the same question with other parameters; None takes one away."""
        changed = {**self.written, **self.more, **changes}
        return urlencode({name: value for name, value in changed.items() if value})

    def here(self, **changes):
        """The dashboard, asked so."""
        query = self.query(**dict.fromkeys(self.more), **changes)
        address = reverse("admin:dashboard")
        return f"{address}?{query}" if query else address

    def incidents_behind(self, column, by=None, key=None):
        """The list of the incidents that a column of Counts counts, in all or in one row."""
        cell, question = cell_of(column, self.question, by, key)
        return self.cell_behind(cell, question)

    def cell_behind(self, cell, question=None):
        written = {**self.narrowing.narrowed, **address_of(cell, question or self.question)}
        return f"{reverse('admin:incidents_incident_changelist')}?{urlencode(written)}"

    def arrests_behind(self, held):
        return self._held_behind("arrest", held)

    def suspects_behind(self, held):
        return self._held_behind("suspect", held)

    def _held_behind(self, noun, held):
        written = {**self.narrowing.written, "as_of": self.question.as_of.isoformat()}
        written |= address_of_held(held)
        return f"{reverse(f'admin:legal_{noun}_changelist')}?{urlencode(written)}"

    def of_api(self, by=None, report="accountability"):
        """The address of the API that answers with the same numbers."""
        written = {**self.narrowing.written, "as_of": self.question.as_of.isoformat()}
        return f"{reverse(report)}?{urlencode({**written, **({'by': by} if by else {})})}"

    # In words

    def chips(self):
        """(what, value, the address without it) of each parameter that is set."""
        for name, what, value in self.narrowing.in_words():
            also = {"include": None} if name == "group" else {}
            yield what, value, self.here(**{name: None}, **also)
        asking = self.narrowing.asking
        for name in (*QUESTION, "by"):
            if name not in self.written:
                continue
            if name == "by":
                value = BY[self.by]
            else:
                choices = dict(getattr(asking.fields[name], "choices", ()))
                value = choices.get(self.written[name], self.written[name])
            yield QUESTION_LABELS[name], value, self.here(**{name: None})
