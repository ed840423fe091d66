from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.keyed import Keyed


class Join(Keyed):
    """A row that joins the two records in `KEY`, and may say something about their tie."""

    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        abstract = True
        ordering = ["id"]

    def __str__(self):
        return str(getattr(self, f"{self.KEY[-1]}_id"))


def once(first, second, sentence):
    """Two records are joined once at most; `sentence` says so to people."""
    return models.UniqueConstraint(
        fields=[first, second], name="%(class)s_once", violation_error_message=sentence
    )
