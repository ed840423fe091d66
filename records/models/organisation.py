import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.keyed import Keyed
from records.web_role import NEVER_DELETED


@pghistory.track()
class Organisation(Keyed):
    """Ours and each partner's: who owns a record, and who a marking may let read it."""

    KEY = ("slug",)
    WEB_RIGHTS = NEVER_DELETED

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_ar = models.CharField(_("Arabic name"), max_length=200, blank=True)

    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Unless it is, neither its people nor its keys get in. Its records stay."),
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self):
        return self.name
