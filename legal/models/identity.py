"""Who a suspect is, apart from the suspect: sealed, for few to read, each reading recorded."""

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from legal.models.suspect import Suspect
from records.gate import GatedQuerySet
from records.models import Keyed, KeyedManager, Marked
from records.models.audience import FIND_AUDIENCE
from records.models.record import BUMP_VERSION
from records.names import words_of
from records.rights import AUDIT, NAMES
from records.sealing import tokens_of


class IdentityQuerySet(GatedQuerySet):
    def bearing(self, term):
        """Those whose name has every word of `term`, spelt in any way that folds alike.

        Exact words alone: no beginnings, no likeness. Makes one query, to fold the term.
        """
        tokens = tokens_of(words_of(term))
        return self.filter(tokens__contains=tokens) if tokens else self.none()


@pghistory.track(exclude=["sealed", "tokens"])
class Identity(Marked, Keyed):
    """The name of one suspect, read by who reads the suspect and has the right to names.

    It has no marking of its own: whoever may enter one sees the one that is there. No
    relation leads here from the suspect, so no filter, order or prefetch does. History
    keeps who entered or changed it, and not what it says.
    """

    KEY = ("suspect",)
    RIGHT = NAMES

    suspect = models.OneToOneField(
        Suspect, models.PROTECT, related_name="+", verbose_name=_("suspect")
    )
    key_id = models.CharField(_("key it is sealed with"), max_length=16)
    sealed = models.BinaryField(_("sealed name"))
    search_key_id = models.CharField(_("secret its tokens are made with"), max_length=8)
    tokens = ArrayField(models.CharField(max_length=32), verbose_name=_("tokens of its words"))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = KeyedManager.from_queryset(IdentityQuerySet)()

    class Meta:
        ordering = ["id"]
        verbose_name = _("name of a suspect")
        verbose_name_plural = _("names of suspects")
        indexes = [GinIndex(fields=["tokens"], name="identity_tokens")]
        triggers = [FIND_AUDIENCE, BUMP_VERSION]

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"


class HowRead(models.TextChoices):
    SHOWN = "shown", _("Shown")
    FOUND = "found", _("Found by a search")


class NameReadingQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        return Q() if viewer.has(AUDIT) else self.of(viewer)

    @staticmethod
    def of(viewer):
        """Condition: it is the reading of this viewer, a person or a key."""
        if viewer.key_id is not None:
            return Q(key=viewer.key_id)
        return Q(person_id__isnull=False, person_id=viewer.person_id)

    def since(self, ago):
        """Readings of the last while, by the database's clock."""
        return self.filter(at__gt=Now() - ago)


@pghistory.track()
class NameReading(models.Model):
    """A person or a key was shown the name of a suspect, or found him by it."""

    WALL = (
        "(person_id = (SELECT viewer_person()) OR key = (SELECT viewer_key()) "
        f"OR (SELECT viewer_has('{AUDIT}')))"
    )
    WEB_RIGHTS = "SELECT, INSERT"

    suspect = models.ForeignKey(
        Suspect, models.PROTECT, related_name="+", verbose_name=_("suspect")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("user", "person"),
    )
    key = models.BigIntegerField(_("key"), null=True, blank=True)  # a partner's, by its number
    how = models.CharField(_("how"), max_length=5, choices=HowRead)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    request = models.UUIDField(_("request"), null=True, editable=False)

    objects = NameReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("reading of a name")
        verbose_name_plural = _("readings of names")
        indexes = [
            models.Index(fields=["person", "-at"], name="namereading_of_person"),
            models.Index(fields=["key", "-at"], name="namereading_of_key"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=HowRead.values),
                name="namereading_how_is_known",
                violation_error_message=_("A name is shown, or found by a search."),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) ^ Q(key__isnull=True),
                name="namereading_by_person_or_key",
                violation_error_message=_("A name is read by a person, or by a key."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return f"{self.get_how_display()}, {self.at:%Y-%m-%d %H:%M}"
