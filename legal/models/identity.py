"""Who a suspect is, apart from the suspect: sealed, for few to read, each reading recorded."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legal.models.suspect import Suspect
from records.gate import GatedQuerySet
from records.models import Keyed, KeyedManager, Marked
from records.models.audience import FIND_AUDIENCE
from records.models.record import BUMP_VERSION
from records.models.trace import Trace
from records.names import words_of
from records.rights import NAMES
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


@pghistory.track()
class NameReading(Trace):
    """A person or a key was shown the name of a suspect, or found him by it."""

    suspect = models.ForeignKey(
        Suspect, models.PROTECT, related_name="+", verbose_name=_("suspect")
    )
    how = models.CharField(_("how"), max_length=5, choices=HowRead)

    class Meta(Trace.Meta):
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

    def __str__(self):
        return f"{self.get_how_display()}, {self.at:%Y-%m-%d %H:%M}"
