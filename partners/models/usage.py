"""How much a key has asked: counted by the database alone, which everybody shares."""

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models.key import Key
from records.roles import ADMINISTRATOR, AUDITOR


class Bucket(models.Model):
    """What is left of a key's allowance at a moment. It fills up as time passes.

    Unlogged, so that counting waits for no disk: after a crash everybody begins with all.
    """

    WEB_RIGHTS = "SELECT"

    key = models.OneToOneField(Key, models.PROTECT, primary_key=True, related_name="+")
    left = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self):
        return f"{self.left:.0f}"


class Allowance(Bucket):
    """Of requests."""


class ExportAllowance(Bucket):
    """Of exports. A table of its own: an export counts in its own transaction, and the lock
    would make the key's other requests wait for it.
    """


class UsageQuerySet(models.QuerySet):
    def on_and_in_the_month_of(self, day):
        """Requests of that day, and of its month up to it, and those refused. One query."""
        found = self.filter(day__gte=day.replace(day=1), day__lte=day).aggregate(
            **{
                f"{counted}_{during}": Coalesce(Sum(counted, filter=which), 0)
                for counted in ("requests", "refused")
                for during, which in {"today": Q(day=day), "this_month": Q()}.items()
            }
        )
        return {
            during: {name: found[f"{name}_{during}"] for name in ("requests", "refused")}
            for during in ("today", "this_month")
        }


class Usage(models.Model):
    """How often one key asked for one noun on one day. Kept for a year."""

    WEB_RIGHTS = "SELECT"
    ROLE_RIGHTS = {ADMINISTRATOR: ("view",), AUDITOR: ("view",)}

    key = models.ForeignKey(Key, models.PROTECT, related_name="usage", verbose_name=_("key"))
    day = models.DateField(_("day"))
    noun = models.CharField(pgettext_lazy("asked for", "address"), max_length=40)
    requests = models.PositiveIntegerField(_("requests"))
    refused = models.PositiveIntegerField(_("of them refused"))

    objects = UsageQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "key", "noun"]
        verbose_name = _("use of a key")
        verbose_name_plural = _("use of keys")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["key", "day", "noun"], name="usage_once_a_day")
        ]

    def __str__(self):
        return f"{self.day} {self.noun}: {self.requests}"
