"""Authenticator apps, as the tests play them."""

import time
from base64 import b32decode

from django.urls import reverse
from django_otp.oath import TOTP

from config.sign_in.devices import fresh_authenticator, new_recovery_codes

PASSWORD = "a long phrase"
SIGN_IN = "/admin/login/"
SET_UP = "/admin/codes/set-up/"


def enrolled(user):
    """The authenticator of a user, set up; and his recovery codes."""
    device = fresh_authenticator(user)
    device.save()
    return device, new_recovery_codes(user)


def code_of(secret, ahead=0):
    """What an app shows for this secret, in fours or not, `ahead` half minutes from now."""
    totp = TOTP(b32decode(secret.replace(" ", "")))
    totp.time = time.time() + 30 * ahead
    return f"{totp.token():06}"


def wrong_code(secret):
    shown = {code_of(secret, ahead) for ahead in (-2, -1, 0, 1, 2)}
    return next(code for code in map("{:06}".format, range(9)) if code not in shown)


def sign_in(client, user, code="", password=PASSWORD, **headers):
    """The answer to the form of the sign-in page."""
    given = {"username": str(user), "password": password, "code": code}
    return client.post(SIGN_IN, given, **headers)


def is_in(client):
    """Whether the front page opens."""
    return client.get(reverse("admin:index")).status_code == 200


def set_up(client, **given):
    """Set up a new authenticator; its secret and the answer."""
    secret = client.get(SET_UP).context["secret"]
    return secret, client.post(SET_UP, {"code": code_of(secret), **given})


def words(response):
    """The errors on a page of a form, as text."""
    return str(response.context["form"].errors)
