"""Who signed in when, and by what proof. Its history cannot be changed."""

from time import time

import pghistory
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db import models
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from config.sign_in.devices import Authenticator, RecoveryCodes
from config.sign_in.sessions import SessionStore
from records.once_more import code_given
from records.viewer import because

BEGAN_AT, RENEWED_AT = "began_at", "renewed_at"  # in the session, seconds since 1970


class Proof(models.TextChoices):
    PASSWORD = "password", _("password alone")
    CODE = "code", _("password and code")
    RECOVERY_CODE = "recovery code", _("password and recovery code")


PROOF_OF = {Authenticator: Proof.CODE, RecoveryCodes: Proof.RECOVERY_CODE}


@pghistory.track()
class SignIn(models.Model):
    """One sign-in. The address is not kept: it would tell where staff live."""

    WEB_RIGHTS = "SELECT, INSERT"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_ins")
    proof = models.CharField(max_length=20, choices=Proof)
    signed_in_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("sign-in")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(proof__in=Proof.values),
                name="signin_proof_is_known",
                violation_error_message=_("The proof is a password, a code or a recovery code."),
            )
        ]

    def __str__(self):
        return f"{self.signed_in_at:%Y-%m-%d %H:%M} {self.user_id}"


@receiver(user_logged_in)
def note_sign_in(request, user, **kwargs):
    """By whatever way somebody signs in, it is noted and his twelve hours begin."""
    if hasattr(request, "viewer"):  # until now, somebody unknown was asking
        because(user=user.pk)
    device = getattr(user, "otp_device", None)
    SignIn.objects.create(user=user, proof=PROOF_OF.get(type(device), Proof.PASSWORD))
    if device is not None:
        code_given(request)
    request.session[BEGAN_AT] = request.session[RENEWED_AT] = int(time())
    SessionStore.clear_expired()
