import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.gate import GatedQuerySet

LANGUAGES = [("en", "English"), ("ar", "العربية")]


class DigestQuerySet(GatedQuerySet):
    def admitting(self, viewer):
        """His own alone. The wall says the same."""
        return Q(pk__in=[]) if viewer.person_id is None else Q(person=viewer.person_id)


@pghistory.track()
class Digest(models.Model):
    """Whether a person wants the weekly mail about the queue, and the last week it went out."""

    WEB_RIGHTS = "SELECT, INSERT, UPDATE"
    WALL = "(person_id = (SELECT viewer_person()))"

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="digest", verbose_name=_("person")
    )
    wanted = models.BooleanField(_("wanted"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    sent_for = models.DateField(
        _("sent for the week that began on"), null=True, blank=True, editable=False
    )

    objects = DigestQuerySet.as_manager()

    class Meta:
        ordering = ["person"]
        default_permissions = ()
        verbose_name = _("weekly digest")
        verbose_name_plural = _("weekly digests")
        constraints = [
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _name in LANGUAGES]),
                name="digest_language_is_known",
                violation_error_message=_("Choose English or Arabic."),
            ),
            models.CheckConstraint(
                condition=Q(sent_for__isnull=True) | Q(sent_for__iso_week_day=1),
                name="digest_sent_for_a_monday",
                violation_error_message=_("A week is named by its Monday."),
            ),
        ]

    def __str__(self):
        return str(self.person_id)
