from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.audience import PART_AUDIENCE, Part


class Join(Part):
    """A row that joins the two records in `KEY`, and may say something about their tie."""

    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Part.Meta):
        abstract = True
        ordering = ["id"]

    def __str__(self):
        return str(getattr(self, f"{self.KEY[-1]}_id"))


def once(first, second, sentence):
    """Two records are joined once at most for one audience; `sentence` says so to people.

    Not once altogether: a refusal would tell that a row is there which one may not see.
    """
    return models.UniqueConstraint(
        fields=[first, second, *PART_AUDIENCE],
        name="%(class)s_once",
        violation_error_message=sentence,
    )
