"""A report that was handed over: who asked what, when, for whom, and what the bytes were."""

import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet
from records.models import Marking, Organisation
from records.models.record import REFERENCE_ALPHABET
from records.models.signature import signature
from records.rights import REVIEW
from records.viewer import NOTHING, Viewer
from records.web_role import WEB_ROLE

# RED names persons, and what is handed over is not kept to persons.
AUDIENCES = [marking for marking in Marking if marking != Marking.RED]
OF_ONE_ORGANISATION = [Marking.AMBER, Marking.AMBER_STRICT]
LONGEST_QUERY = 2000


def new_number(day):
    """`MSL-2026-7F3K-Q9WA`. Random: who holds one report learns nothing of how many there are."""
    letters = "".join(secrets.choice(REFERENCE_ALPHABET) for _place in range(8))
    return f"MSL-{day.year}-{letters[:4]}-{letters[4:]}"


def audience_of(marking, organisation_id):
    """Somebody who reads what is published and meant for such an audience, and nothing more."""
    own = organisation_id if marking in OF_ONE_ORGANISATION else None
    return Viewer(clearance=Marking(marking).rank, organisation_id=own)


class HandedOverQuerySet(GatedQuerySet):
    """Reports, for the staff among their audience."""

    def admitting(self, viewer):
        """`HandedOver.WALL` says the same in the database."""
        if not viewer.drafts or viewer.clearance == NOTHING:
            return Q(pk__in=[])
        ranks = [marking for marking in AUDIENCES if marking.rank <= viewer.clearance]
        for_all = [marking for marking in ranks if marking not in OF_ONE_ORGANISATION]
        own = Q(marking__in=ranks, owner=viewer.organisation_id)
        return Q(marking__in=for_all) | own if viewer.organisation_id else Q(marking__in=for_all)


# Whatever way it is written: nothing of it changes but that it is withdrawn, once.
ONLY_WITHDRAWN = pgtrigger.Trigger(
    name="only_withdrawn",
    operation=pgtrigger.Insert | pgtrigger.Update,
    when=pgtrigger.Before,
    declare=[
        ("mine", f"boolean := current_user = '{WEB_ROLE}'"),
        ("own", "boolean"),
        ("refused", "text"),
    ],
    func=f"""
        own := NEW.owner_id IS NOT DISTINCT FROM viewer_organisation()
            AND viewer_has('{REVIEW}');
        IF TG_OP = 'INSERT' THEN
            IF NEW.withdrawn_at IS NOT NULL
                OR mine AND NOT (own AND NEW.made_by_id IS NOT DISTINCT FROM viewer_person())
            THEN
                refused := 'Who hands a report over is who is signed in, a monitor of its owner.';
            END IF;
        ELSIF OLD.withdrawn_at IS NOT NULL
            OR to_jsonb(NEW) - 'withdrawn_at' - 'withdrawn_by_id' - 'withdrawn_reason'
                IS DISTINCT FROM
                to_jsonb(OLD) - 'withdrawn_at' - 'withdrawn_by_id' - 'withdrawn_reason'
        THEN
            refused := 'A report handed over does not change: it is withdrawn, once.';
        ELSIF mine AND NOT (
            own AND NEW.withdrawn_by_id IS NOT DISTINCT FROM viewer_person()
        ) THEN
            refused := 'Who withdraws a report is who is signed in, a monitor of its owner.';
        END IF;
        IF refused IS NOT NULL THEN
            RAISE insufficient_privilege USING MESSAGE = refused;
        END IF;
        RETURN NEW;
    """,
)


@pghistory.track(exclude=["contents"])
class HandedOver(models.Model):
    """One report. It is made anew from the records whenever it is asked for.

    query: the dashboard's, with its day. counts: the three numbers of the headline.
    contents: for each case its reference and a digest of what the report says of it, and the
    digests of the other parts, so that what changed since can be told: reports/handover/since.py.
    Why the bytes themselves are not kept: docs/adr/0040-reports-handed-over.md.
    """

    WALL = (
        "(tlp_rank(marking) <= (SELECT viewer_clearance()) AND (SELECT viewer_reads_drafts()) "
        f"AND (tlp_rank(marking) < {Marking.AMBER.rank} "
        "OR owner_id = (SELECT viewer_organisation())))"
    )
    WEB_RIGHTS = "SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by_id, withdrawn_reason)"

    number = models.CharField(_("number"), max_length=18, unique=True, editable=False)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", editable=False, verbose_name=_("owner")
    )
    marking = models.CharField(
        _("audience"), max_length=16, choices=[(each.value, each.label) for each in AUDIENCES]
    )
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES)
    query = models.CharField(_("query"), max_length=LONGEST_QUERY, editable=False)
    as_of = models.DateField(_("as of"), editable=False)
    counts = models.JSONField(_("numbers"), editable=False)
    contents = models.JSONField(_("contents"), editable=False)
    sha256_html = models.CharField(_("SHA-256 of the report"), max_length=64, editable=False)
    sha256_zip = models.CharField(_("SHA-256 of the bundle"), max_length=64, editable=False)
    made_at = models.DateTimeField(_("handed over"), default=timezone.now, editable=False)
    made_by = signature(_("handed over by"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    withdrawn_by = signature(_("withdrawn by"), null=True, blank=True)
    withdrawn_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    objects = HandedOverQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        default_permissions = ()
        verbose_name = _("report handed over")
        verbose_name_plural = _("reports handed over")
        triggers = [
            ONLY_WITHDRAWN,
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(marking__in=AUDIENCES),
                name="handedover_marking_is_tlp_and_not_red",
                violation_error_message=_(
                    "A report is made for an audience up to TLP:AMBER+STRICT."
                ),
            ),
            models.CheckConstraint(
                condition=Q(sha256_html__regex=r"^[0-9a-f]{64}$")
                & Q(sha256_zip__regex=r"^[0-9a-f]{64}$"),
                name="handedover_has_hashes",
                violation_error_message=_("A report has the SHA-256 of its two files."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_reason=""),
                name="handedover_withdrawn_with_reason",
                violation_error_message=_("Say why the report is withdrawn."),
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def audience(self):
        return audience_of(self.marking, self.owner_id)
