"""What people plan for an item of the queue. That it is one is computed: reports/queue/."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from incidents.models import (
    Attribution,
    CasualtyFigure,
    Claim,
    Incident,
    Place,
    Response,
    Statement,
)
from legal.models import (
    Arrest,
    ArrestLink,
    Conviction,
    Designation,
    Finding,
    Instrument,
    NegativeResult,
    Obligation,
    Provision,
    Ruling,
    Step,
    Suspect,
)
from militias.models import CandidateLink, Group, Person, Relation
from records.gate import GatedQuerySet
from records.models import Organisation, Source

# Every kind of record, in the order of the story; tests/test_queue_notes.py holds it whole.
RECORDS = [
    *(Source, Group, Relation, Person, CandidateLink),
    *(Place, Incident, Claim, Attribution, CasualtyFigure, Response, Statement),
    *(Arrest, ArrestLink, Suspect, Step, Conviction, Ruling),
    *(Instrument, Provision, Designation, Finding, Obligation, NegativeResult),
]
BY_LABEL = {model._meta.label_lower: model for model in RECORDS}


class QueueKind(models.TextChoices):
    """Why something is in the queue, the most urgent first: docs/methodology.md#the-queue."""

    HEARING_PASSED = "hearing_passed", _("Outcome of a hearing missing")
    HEARING_DUE = "hearing_due", _("Hearing due")
    TO_COUNTERSIGN = "to_countersign", _("Edit to countersign")
    TO_AGREE = "to_agree", _("Wider audience to agree to")
    TO_REVIEW = "to_review", _("Record to review")
    BAILED = "bailed", _("Bailed and not heard of since")
    QUIET = "quiet", _("Case gone quiet")
    ARREST_WITHOUT_PERSON = "arrest_without_person", _("Arrest without a person")
    ARREST_WITHOUT_LINK = "arrest_without_link", _("Arrest without a link")
    CONVICTION_WITHOUT_ARREST = "conviction_without_arrest", _("Conviction without an arrest")
    LINK_CONTESTED = "link_contested", _("Contested link to settle")
    CASUALTIES_DIFFER = "casualties_differ", _("Casualty figures differ")
    DETAINED_DIFFER = "detained_differ", _("Numbers detained differ")
    REASONS_DIFFER = "reasons_differ", _("Stated and reported reason differ")
    ATTRIBUTIONS_DIFFER = "attributions_differ", _("Attributions differ")
    NAME_IN_QUESTION = "name_in_question", _("Name in question")
    DRAFT_LEFT = "draft_left", _("Draft left lying")


class QueueNoteQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """Those of his organisation, about records he may read. The wall says the same."""
        if viewer.organisation_id is None or not viewer.drafts:
            return Q(pk__in=[])
        seen = Q(pk__in=[])
        for label, model in BY_LABEL.items():
            there = model.objects.visible_to(viewer).filter(pk=OuterRef("row_id"))
            seen |= Q(Exists(there), record_kind=label)
        return seen & Q(organisation=viewer.organisation_id)


_SEEN = " ".join(
    f"WHEN '{label}' THEN EXISTS"
    f' (SELECT FROM "{model._meta.db_table}" AS seen WHERE seen.id = row_id)'
    for label, model in BY_LABEL.items()
)
# The record is named by kind and key, so that any kind can be: the database holds that it is there.
_RECORD_IS_THERE = pgtrigger.Trigger(
    name="record_is_there",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.After,
    declare=[("there", "boolean")],
    func=f"""
        SELECT CASE NEW.record_kind {_SEEN.replace("row_id", "NEW.row_id")} ELSE false END
        INTO there;
        IF NOT there THEN
            RAISE foreign_key_violation USING MESSAGE = 'The record of a queue note is not there.';
        END IF;
        RETURN NULL;
    """,
)


@pghistory.track()
class QueueNote(models.Model):
    """Who sees to an item, by when, and until which day and why it is put off.

    It does not put an item into the queue, nor take it out: only the rule of its kind does.
    """

    WEB_RIGHTS = "SELECT, INSERT, UPDATE"
    WALL = (
        "(organisation_id = (SELECT viewer_organisation()) AND (SELECT viewer_reads_drafts()) "
        f"AND CASE record_kind {_SEEN} ELSE false END)"
    )

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=QueueKind)
    record_kind = models.CharField(
        _("kind of record"), max_length=30, choices=[(label, label) for label in BY_LABEL]
    )
    row_id = models.BigIntegerField(_("record"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("seen to by"),
    )
    next_action_on = models.DateField(_("next action on"), null=True, blank=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    reason = models.TextField(_("reason for the snooze"), blank=True)
    seen = models.DateTimeField(
        _("as it was changed last when snoozed"),
        null=True,
        blank=True,
        help_text=_("Once its record has changed again, a snooze ends."),
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("changed by")
    )
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)

    objects = QueueNoteQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        verbose_name = _("plan for an item of the queue")
        verbose_name_plural = _("plans for items of the queue")
        triggers = [_RECORD_IS_THERE]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "record_kind", "row_id"],
                name="queuenote_once_per_item",
                violation_error_message=_("There is a plan for this item: change that."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=QueueKind.values) & Q(record_kind__in=list(BY_LABEL)),
                name="queuenote_kinds_are_known",
                violation_error_message=_("Choose one of the listed kinds of item and record."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(snoozed_until__isnull=True, reason="", seen__isnull=True)
                    | Q(snoozed_until__isnull=False, seen__isnull=False) & ~Q(reason="")
                ),
                name="queuenote_snoozed_with_reason",
                violation_error_message=_(
                    "Who snoozes an item says until when and why; otherwise leave both empty."
                ),
            ),
        ]

    def __str__(self):
        return self.get_kind_display()
