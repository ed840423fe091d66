"""Wrong sign-ins are counted for each name and address, and make that pair wait.

What is kept of them: a keyed hash of the name (somebody may have typed a password there),
the address, the number and the time. Nothing else of the request.
"""

from datetime import timedelta
from math import ceil

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Sum
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

MEMORY = timedelta(days=1)  # of failures, and the longest wait
FAILURES = 5  # of one name from one address, until they wait
ATTACK = 20  # failures of one name from all addresses, until its code is asked for first


def hashed(username):
    return salted_hmac("musaala.sign_in.name", username or "").hexdigest()


def name_tried(request, credentials):
    """axes keeps this for the user name."""
    return hashed((credentials or {}).get("username"))


def wait_after(failures):
    """How long one waits: none at first, then doubling with each further failure."""
    if failures < FAILURES:
        return timedelta(0)
    doubled = min(failures - FAILURES, 16)
    return min(timedelta(minutes=settings.LOCKOUT_MINUTES) * 2**doubled, MEMORY)


def is_under_attack(request, username):
    recent = AccessAttempt.objects.filter(
        username=hashed(username), attempt_time__gt=timezone.now() - MEMORY
    )
    return (recent.aggregate(n=Sum("failures_since_start"))["n"] or 0) >= ATTACK


class Lockout(AxesDatabaseHandler):
    def time_left(self, request, credentials=None):
        """How long this name still waits at this address."""
        [attempts] = self.get_user_attempts(request, credentials)
        found = attempts.aggregate(n=Sum("failures_since_start"), last=Max("attempt_time"))
        if not found["n"]:
            return timedelta(0)
        return max(found["last"] + wait_after(found["n"]) - timezone.now(), timedelta(0))

    def is_locked(self, request, credentials=None):
        return self.time_left(request, credentials) > timedelta(0)

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        request.axes_credentials = credentials
        if request.axes_locked_out:  # nothing was compared: this is no further guess
            return
        self.clean_expired_user_attempts(request, credentials)
        with transaction.atomic():
            attempt, _made = AccessAttempt.objects.select_for_update().get_or_create(
                username=name_tried(request, credentials),
                ip_address=request.axes_ip_address,
                user_agent="",
                defaults={"failures_since_start": 0},
            )
            AccessAttempt.objects.filter(pk=attempt.pk).update(
                failures_since_start=F("failures_since_start") + 1, attempt_time=timezone.now()
            )
        request.axes_locked_out = self.is_locked(request, credentials)


def locked_out(request, response, credentials):
    """The same page for every name, whether somebody has it or not."""
    left = Lockout().time_left(request, credentials)
    seconds = max(ceil(left.total_seconds()), 1)
    page = render(request, "429.html", {"minutes": ceil(seconds / 60)}, status=429)
    page["Retry-After"] = str(seconds)
    return page
