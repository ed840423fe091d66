import pghistory
from django.db import models
from django.db.models import F, Q, Window
from django.db.models.functions import FirstValue
from django.utils.translation import gettext_lazy as _

from incidents.models import Incident
from legal.models.provision import Provision
from legal.models.suspect import Suspect
from records.dates import describe, precision_field, span_constraint
from records.gate import GatedQuerySet
from records.models import (
    NARROW_WHOLE,
    Join,
    KeyedManager,
    Record,
    RecordQuerySet,
    citation_of,
    once,
)


class SentenceKind(models.TextChoices):
    DEATH = "death", _("Death")
    LIFE = "life", _("Life imprisonment")
    TERM = "term", _("Imprisonment for a term")
    FINE = "fine", _("Fine")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class RulingKind(models.TextChoices):
    UPHELD = "upheld", _("Upheld")
    ANNULLED = "annulled", _("Annulled")
    RETRIAL_ORDERED = "retrial_ordered", _("Retrial ordered")
    COMMUTED = "commuted", _("Commuted")
    PARDONED = "pardoned", _("Pardoned")


UNDOING = [RulingKind.ANNULLED, RulingKind.RETRIAL_ORDERED]
DECISIVE = [RulingKind.UPHELD, *UNDOING]  # on guilt; commutation and pardon are on the sentence


def undone(rulings, concerning, by):
    """The keys `by` of which the last decisive ruling `concerning` them undid the guilt.

    An annulment, or an order to try again, undoes; a judgment upheld later restores.
    Definition and source: docs/methodology.md#conviction-that-stands.
    """
    last_word = Window(
        FirstValue("kind"), partition_by=by, order_by=[F("decided_to").desc(), F("id").desc()]
    )
    decisive = rulings.filter(concerning, kind__in=DECISIVE, **{f"{by}__isnull": False})
    return decisive.annotate(last_word=last_word).filter(last_word__in=UNDOING).values(by)


def _reckoned_with(rulings, viewer):
    return Ruling.objects.counted_for(viewer) if rulings is None else rulings


class ConvictionQuerySet(RecordQuerySet):
    def made_by(self, day):
        """Convictions pronounced by the end of `day`, whatever became of them."""
        return self.filter(decided_to__lte=day)

    def standing_on(self, day, rulings=None):
        """Convictions made by `day` that hold on that day for at least one suspect.

        One whose suspects are not recorded holds unless it was undone as a whole.

        rulings: those to reckon with. If left out, what counts for the viewer of these rows.
        """
        held = ConvictionSuspect.objects.counted_for(self.viewer).standing_on(day, rulings)
        made = _reckoned_with(rulings, self.viewer).made_by(day)
        of_all = undone(made, Q(suspects__isnull=True), "conviction")
        of_nobody = Conviction.objects.counted_for(self.viewer).filter(suspects__isnull=True)
        return self.made_by(day).filter(
            Q(pk__in=held.values("conviction"))
            | Q(pk__in=of_nobody.values("pk")) & ~Q(pk__in=of_all)
        )


@pghistory.track()
class Conviction(Record):
    """One court's guilty judgment of one or more suspects for named incidents."""

    MEMBERS = ("suspects",)

    court = models.CharField(_("court"), max_length=150)
    court_ar = models.CharField(_("court, in Arabic"), max_length=150, blank=True)
    decided_from = models.DateField(_("first possible day"))
    decided_to = models.DateField(_("last possible day"))
    decided_precision = precision_field(verbose_name=_("precision"), default="day")
    sentence = models.CharField(
        _("sentence"), max_length=10, choices=SentenceKind, default=SentenceKind.UNKNOWN
    )
    sentence_months = models.PositiveIntegerField(_("sentence, months"), null=True, blank=True)
    in_absentia = models.BooleanField(_("in absentia"), default=False)
    final = models.BooleanField(
        _("final"), null=True, blank=True, help_text=_("Leave empty if it is not known.")
    )
    legal_basis = models.CharField(_("legal basis as stated"), max_length=200, blank=True)
    affiliation_stated = models.CharField(
        _("affiliation as stated by the court or the press"), max_length=200, blank=True
    )
    proceedings = models.TextField(_("proceedings"), blank=True)

    objects = ConvictionQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["-decided_from", "-id"]
        verbose_name = _("conviction")
        verbose_name_plural = _("convictions")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("decided"),
            models.CheckConstraint(
                condition=Q(sentence__in=SentenceKind.values),
                name="conviction_sentence_is_known",
                violation_error_message=_("Choose one of the listed sentences."),
            ),
            models.CheckConstraint(
                condition=Q(sentence_months__isnull=True) | Q(sentence=SentenceKind.TERM),
                name="conviction_months_only_for_a_term",
                violation_error_message=_("Only imprisonment for a term has a number of months."),
            ),
        ]

    def __str__(self):
        return f"{self.court}, {self.decided_on}"

    @property
    def decided_on(self):
        return describe(self.decided_from, self.decided_to, self.decided_precision)


class ConvictionSuspectQuerySet(GatedQuerySet):
    def standing_on(self, day, rulings=None):
        """Convicted suspects on whom a conviction made by `day` holds on that day.

        A ruling that names no suspects concerns all of the convicted. Of `rulings`: as above.
        """
        made = _reckoned_with(rulings, self.viewer).made_by(day)
        of_all = Q(suspects__isnull=True)
        of_him = Q(suspects__suspect=F("conviction__suspects__suspect"))
        free = undone(made, of_all | of_him, "conviction__suspects")
        return self.filter(conviction__decided_to__lte=day).exclude(pk__in=free)


class ConvictionSuspectManager(KeyedManager.from_queryset(ConvictionSuspectQuerySet)):
    pass


@pghistory.track()
class ConvictionSuspect(Join):
    """One suspect found guilty in a conviction."""

    KEY = ("conviction", "suspect")

    conviction = models.ForeignKey(
        Conviction, models.PROTECT, related_name="suspects", verbose_name=_("conviction")
    )
    suspect = models.ForeignKey(
        Suspect, models.PROTECT, related_name="convictions", verbose_name=_("suspect")
    )

    objects = ConvictionSuspectManager()

    class Meta(Join.Meta):
        verbose_name = _("convicted suspect")
        verbose_name_plural = _("convicted suspects")
        constraints = [
            *Join.Meta.constraints,
            once("conviction", "suspect", _("This suspect is already among the convicted.")),
        ]
        triggers = [*Join.Meta.triggers, *NARROW_WHOLE]


@pghistory.track()
class ConvictionIncident(Join):
    """One incident a court convicted for."""

    KEY = ("conviction", "incident")

    conviction = models.ForeignKey(
        Conviction, models.PROTECT, related_name="incidents", verbose_name=_("conviction")
    )
    incident = models.ForeignKey(
        Incident, models.PROTECT, related_name="convictions", verbose_name=_("incident")
    )

    class Meta(Join.Meta):
        verbose_name = _("incident convicted for")
        verbose_name_plural = _("incidents convicted for")
        constraints = [
            *Join.Meta.constraints,
            once("conviction", "incident", _("This incident is already named.")),
        ]


@pghistory.track()
class ConvictionProvision(Join):
    """One article a court convicted under."""

    KEY = ("conviction", "provision")

    conviction = models.ForeignKey(
        Conviction, models.PROTECT, related_name="provisions", verbose_name=_("conviction")
    )
    provision = models.ForeignKey(
        Provision, models.PROTECT, related_name="convictions", verbose_name=_("provision")
    )

    class Meta(Join.Meta):
        verbose_name = _("provision applied")
        verbose_name_plural = _("provisions applied")
        constraints = [
            *Join.Meta.constraints,
            once("conviction", "provision", _("This provision is already named.")),
        ]


class RulingQuerySet(RecordQuerySet):
    def made_by(self, day):
        return self.filter(decided_to__lte=day)


@pghistory.track()
class Ruling(Record):
    """A later decision on a conviction."""

    MEMBERS = ("suspects",)

    conviction = models.ForeignKey(
        Conviction, models.PROTECT, related_name="rulings", verbose_name=_("conviction")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=RulingKind)
    court = models.CharField(_("court"), max_length=150, blank=True)
    decided_from = models.DateField(_("first possible day"))
    decided_to = models.DateField(_("last possible day"))
    decided_precision = precision_field(verbose_name=_("precision"), default="day")
    published_on = models.DateField(_("published on"), null=True, blank=True)
    reason = models.TextField(_("reason given"), blank=True)

    objects = RulingQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["decided_from", "id"]
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints = [
            *Record.Meta.constraints,
            span_constraint("decided"),
            models.CheckConstraint(
                condition=Q(kind__in=RulingKind.values),
                name="ruling_kind_is_known",
                violation_error_message=_("Choose one of the listed kinds of ruling."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.decided_on}"

    @property
    def decided_on(self):
        return describe(self.decided_from, self.decided_to, self.decided_precision)


@pghistory.track()
class RulingSuspect(Join):
    """One of the convicted a ruling is limited to."""

    KEY = ("ruling", "suspect")

    ruling = models.ForeignKey(
        Ruling, models.PROTECT, related_name="suspects", verbose_name=_("ruling")
    )
    suspect = models.ForeignKey(
        Suspect, models.PROTECT, related_name="rulings", verbose_name=_("suspect")
    )

    class Meta(Join.Meta):
        verbose_name = _("suspect concerned")
        verbose_name_plural = _("suspects concerned")
        constraints = [
            *Join.Meta.constraints,
            once("ruling", "suspect", _("This suspect is already named.")),
        ]
        triggers = [*Join.Meta.triggers, *NARROW_WHOLE]


ConvictionCitation = citation_of(Conviction)
RulingCitation = citation_of(Ruling)
