"""Counting the requests of a key, one statement for each, before the request begins.

Not in the request's own transaction: the lock on the key's row would make its requests wait
for one another from beginning to end.
"""

from dataclasses import dataclass
from math import ceil

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled

EXPORTS_AN_HOUR = 4

# The commit waits for no disk, but only where this statement is the whole transaction.
QUIETLY = ", set_config('synchronous_commit', 'off', true)"


@dataclass(frozen=True)
class Allowance:
    """What is left to a key after a request.

    left: requests it may make at once. admitted: whether this one was within them.
    """

    key: object
    left: float
    admitted: bool

    @property
    def wait(self):
        """Seconds until another request is within the allowance."""
        return max(0, ceil((1 - self.left) * 60 / self.key.rate))

    @property
    def full_in(self):
        """Seconds until all of it is there again."""
        return ceil((self.key.burst - self.left) * 60 / self.key.rate)

    def headers(self):
        """https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/

        What fills up as time passes is a quota for the time in which it fills up.
        """
        window = ceil(self.key.burst * 60 / self.key.rate)
        told = {
            "RateLimit-Policy": f'"key";q={self.key.burst};w={window}',
            "RateLimit": f'"key";r={int(self.left)};t={self.full_in}',
        }
        return told if self.admitted else told | {"Retry-After": str(max(1, self.wait))}


def count(key, noun, works=True):
    """Count a request of `key` for `noun`. Makes one query.

    works: whether the key opens anything; if not, the request is counted as refused.
    """
    quietly = "" if connection.in_atomic_block else QUIETLY
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT remaining, admitted{quietly} FROM count_request(%s, %s, %s, %s, %s, %s)",
            [key.pk, noun, timezone.localdate(), key.burst, key.rate, works],
        )
        left, admitted, *_set = cursor.fetchone()
    return Allowance(key, left, admitted)


def count_export(key):
    """Count an export of `key`, in the transaction of its request. Makes one query.

    Raises:
        Throttled: the key has had its exports of this hour.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT remaining, admitted FROM count_export(%s, %s)", [key.pk, EXPORTS_AN_HOUR]
        )
        left, admitted = cursor.fetchone()
    if not admitted:
        said = _("A key may export %(most)s times an hour. For all changes, follow the feed.")
        refusal = Throttled(detail=said % {"most": EXPORTS_AN_HOUR})
        refusal.wait = ceil((1 - left) * 3600 / EXPORTS_AN_HOUR)
        raise refusal
