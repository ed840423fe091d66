"""The weekly mail about the queue: how much waits, and not a word of any record.

Mail is read by others on its way, so it holds numbers and the address of the queue alone; and the
hash with which the history ends, which says nothing but cannot be taken back from who has the mail:
docs/security.md#verifying-the-history.
"""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from records.review_rules import reviews
from records.verifying import end_of_chain
from records.viewer import Viewer, viewing
from reports.models import Digest, QueueKind
from reports.queue.asked import Asked
from reports.queue.items import Wanted, counts


def send_digests(today):
    """Mail the week's digest to each monitor who wants it and has not had it.

    Returns how many went out, and how many the mail server refused: these are not sent, and
    tried again the next time. One transaction each.
    """
    monday = today - timedelta(days=today.weekday())
    waiting = Digest.objects.filter(wanted=True).exclude(sent_for=monday)
    sent = refused = 0
    for key in list(waiting.values_list("pk", flat=True)):
        try:
            sent += _send(key, today, monday)
        except OSError:  # what smtplib raises is one, too
            refused += 1
    return sent, refused


def _send(key, today, monday):
    with transaction.atomic():
        rows = Digest.objects.filter(pk=key, wanted=True).exclude(sent_for=monday)
        digest = rows.select_for_update().first()
        if digest is None:
            return 0
        person = digest.person
        if not (person.is_active and person.email and person.organisation_id and reviews(person)):
            return 0
        digest.sent_for = monday
        digest.save()
        with translation.override(digest.language):
            send_mail(*_mail(person, today), settings.DEFAULT_FROM_EMAIL, [person.email])
    return 1


def _mail(person, today):
    """(subject, text), made of what the person himself may read."""
    viewer = Viewer.of(person)
    with viewing(viewer):
        numbers = counts(Asked(viewer, today), Wanted())
    lines = [
        {"label": kind.label, "number": numbers[kind][0]}
        for kind in QueueKind
        if kind in numbers and numbers[kind][0]
    ]
    told = {
        "lines": lines,
        "yours": sum(each[2] for each in numbers.values()),
        "open": sum(each[3] for each in numbers.values()),
        "snoozed": sum(each[1] for each in numbers.values()),
        "history": end_of_chain()[1],
        "address": f"{settings.PUBLIC_ADDRESS.rstrip('/')}{reverse('admin:queue')}",
    }
    return _("Musaala: your queue this week"), render_to_string("reports/digest.txt", told)
