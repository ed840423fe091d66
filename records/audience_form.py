"""What every form asks about who may read: also its author, and nobody more than before."""

from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint

from records.gate import unrestricted
from records.models import RECORD_AUDIENCE, Marking, Record
from records.review import WIDENS, WIDENS_PART, Audience
from records.review_rules import why_uncleared, why_unreadable, widens


class AudienceForm:
    """Mixed into the form of a row that carries a marking. `person` fills it in."""

    person = None
    parent: Record | None = None  # of a part

    def clean(self):
        cleaned = super().clean()
        if self.person is not None and "marking" in cleaned and "readers" in cleaned:
            self._check_audience(cleaned)
        return cleaned

    def _check_audience(self, cleaned):
        new = self.instance._state.adding
        if self.parent is not None and new and "marking" not in self.changed_data:
            cleaned["readers"] = self.parent.readers if cleaned["marking"] else []
        becomes = Audience(
            cleaned["marking"] or Marking.CLEAR,  # a part without one is read with its record
            cleaned.get("shared_with", self.instance.shared_with)
            if hasattr(self.instance, "shared_with")
            else [],
            cleaned["readers"],
        )
        wrong = why_unreadable(self.person, *becomes[::2]) or why_uncleared(becomes.readers)
        if wrong:
            self.add_error(*wrong)
        elif not new and {"marking", "shared_with", "readers"} & set(self.changed_data):
            self._refuse_wider(becomes)

    def _refuse_wider(self, becomes):
        whole = self.parent or self.instance
        was = Audience(
            self.instance.marking or Marking.CLEAR, whole.shared_with, self.instance.readers
        )
        if self.parent is not None:
            becomes = becomes._replace(shared_with=whole.shared_with)
        if widens(whole.owner_id, was, becomes):
            changed = [name for name in Audience._fields if name in self.changed_data]
            self.add_error(changed[0], WIDENS_PART if self.parent is not None else WIDENS)

    def _post_clean(self):
        super()._post_clean()
        row = self.instance
        if self.person is not None and not self.errors and isinstance(row, Record):
            if row._state.adding:  # what is entered belongs to whoever enters it
                row.owner_id = self.parent.owner_id if self.parent else self.person.organisation_id
            self._refuse_twin(row)

    def _refuse_twin(self, row):
        """What is unique for one audience: Django asks about fields of the form alone."""
        if self.parent is not None and self.parent._state.adding:
            return
        for constraint in row._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and _for_one_audience(constraint):
                try:
                    with unrestricted("a twin with the same audience is refused in words"):
                        constraint.validate(type(row), row)
                except ValidationError as twin:
                    self.add_error(None, twin)


def _for_one_audience(constraint):
    named = {*constraint.fields, *(each.name for each in constraint.expressions)}
    return named >= set(RECORD_AUDIENCE)
