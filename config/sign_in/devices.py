"""What proves who signs in, beside the password: an authenticator app, and recovery codes."""

import hmac
import time
import unicodedata
from base64 import b32encode

import pghistory
from django.conf import settings
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from records.models.second_administrator import of_devices

DIGITS = 6
RECOVERY_CODES = 10
LONGEST_WAIT = 9  # the wait doubles with each wrong code up to 2 ** 9 seconds, some 8 minutes
# Device rows change with each sign-in; history is about who has which.
COMES_AND_GOES = ["last_used_at", "throttling_failure_timestamp", "throttling_failure_count"]


def keyed(purpose, text):
    """32 bytes made of `text` and of CODES_KEY, which is not in the database."""
    key = f"musaala {purpose} {settings.CODES_KEY}"
    return hmac.digest(key.encode(), text.encode(), "sha256")


class PatientThrottle:
    """Without a longest wait, whoever stole a password could shut its owner out for years."""

    def throttle_increment(self, commit=True):
        self.throttling_failure_count = min(self.throttling_failure_count, LONGEST_WAIT)
        super().throttle_increment(commit)


@pghistory.track(exclude=["key", "drift", "last_t", *COMES_AND_GOES])
class Authenticator(PatientThrottle, TOTPDevice):
    """A person's authenticator app.

    Its secret is made of the stored key and CODES_KEY: a copy of the database shows no codes.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [of_devices("{row}.user_id", ["user_id", "key", "confirmed"])]

    @property
    def bin_key(self):
        return keyed("authenticator", self.key)[:20]

    @property
    def secret(self):
        """For typing it into the app, in fours."""
        text = b32encode(self.bin_key).decode()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    def shows(self, code):
        """Whether the app shows this code now. Uses nothing up, and counts no failure."""
        totp = TOTP(self.bin_key, self.step, self.t0, self.digits, self.drift)
        totp.time = time.time()
        return _of_authenticator(code) and totp.verify(int(code), self.tolerance, self.last_t + 1)


@pghistory.track(exclude=COMES_AND_GOES)
class RecoveryCodes(PatientThrottle, StaticDevice):
    """The codes kept on paper. Each opens once; the database has keyed hashes of them."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [of_devices("{row}.user_id", ["user_id", "confirmed"])]

    def kept_as(self, code):
        return b32encode(keyed(f"recovery {self.user_id}", code)[:10]).decode()

    def has(self, code):
        return self.token_set.filter(token=self.kept_as(code)).exists()

    def verify_token(self, token):
        return super().verify_token(self.kept_as(token))


_OWNER = f"(SELECT user_id FROM {StaticDevice._meta.db_table} WHERE id = {{row}}.device_id)"


class RecoveryCode(StaticToken):
    """One of them. Django's own table, guarded."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [of_devices(_OWNER, ["device_id", "token"])]


def read(code):
    """A code as typed, without the spaces and hyphens that make it readable."""
    folded = unicodedata.normalize("NFKC", code or "").casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _of_authenticator(code):
    return len(code) == DIGITS and code.isdecimal()


def _devices(user, code):
    kind = Authenticator if _of_authenticator(code) else RecoveryCodes
    return kind.objects.filter(user=user, confirmed=True)


def has_device(user):
    return Authenticator.objects.filter(user=user, confirmed=True).exists()


def accepted_by(user, code):
    """The device that takes this code, which is then used up; or None, and it is counted."""
    code = read(code)
    with transaction.atomic():
        for device in _devices(user, code).select_for_update():
            if device.verify_token(code):
                return device
    return None


def could_be(user, code):
    """Whether the code would do, asked without using it up or counting a failure."""
    code = read(code)
    return any(
        device.shows(code) if _of_authenticator(code) else device.has(code)
        for device in _devices(user, code)
    )


def new_recovery_codes(user):
    """Ten codes to show once. Those from before are void."""
    with transaction.atomic():
        RecoveryCodes.objects.filter(user=user).delete()
        device = RecoveryCodes.objects.create(user=user, name="Recovery codes")
        codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
        StaticToken.objects.bulk_create(
            StaticToken(device=device, token=device.kept_as(code)) for code in codes
        )
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def fresh_authenticator(user, key=None):
    """An authenticator that is not saved yet, of a new key or of one made before."""
    device = Authenticator(user=user, name="Authenticator app")
    device.key = key or device.key
    return device


def recovery_codes_left(user):
    return StaticToken.objects.filter(device__user=user).count()


def remove_devices(user):
    Authenticator.objects.filter(user=user).delete()
    RecoveryCodes.objects.filter(user=user).delete()
