"""Making a report for an audience, and keeping that it was handed over."""

from dataclasses import dataclass
from hashlib import sha256

from django.utils import timezone, translation

from records.viewer import viewing
from reports.handover.bundle import bundle
from reports.handover.document import CannotMake, Document, asked_for, document
from reports.handover.paper import body, file
from reports.models import HandedOver, audience_of, new_number


@dataclass(frozen=True)
class Made:
    """A report, as its audience reads it."""

    document: Document
    body: str
    html: bytes
    zip: bytes

    @property
    def sha256_html(self):
        return sha256(self.html).hexdigest()

    @property
    def sha256_zip(self):
        return sha256(self.zip).hexdigest()


def make(query, marking, language, organisation_id):
    """The report, read by its audience: both walls stand where they stand for it.

    Raises:
        CannotMake: see reports/handover/document.py.
    """
    audience = audience_of(marking, organisation_id)
    with viewing(audience), translation.override(language):
        made = document(asked_for(query, audience), marking, language)
        main = body(made)
        return Made(made, main, file(made, main), bundle(made))


def hand_over(user, asked, marking, language):
    """Make the report and keep who handed it over. Returns the row.

    asked: an Asked of whoever hands over. The day is written into the question, so that it
    means the same tomorrow.
    """
    query = asked.query(as_of=asked.question.as_of.isoformat())
    made = make(query, marking, language, user.organisation_id)
    now = timezone.now()
    return HandedOver.objects.create(
        number=new_number(timezone.localdate(now)),
        owner_id=user.organisation_id,
        marking=marking,
        language=language,
        query=query,
        as_of=asked.question.as_of,
        counts=made.document.counts(),
        contents=made.document.contents(),
        sha256_html=made.sha256_html,
        sha256_zip=made.sha256_zip,
        made_at=now,
        made_by=user,
    )


def again(row):
    """The report of a row as it is today, or None where its audience can no longer ask it."""
    try:
        return make(row.query, row.marking, row.language, row.owner_id)
    except CannotMake:
        return None


def is_same(row, made):
    """Whether these are the bytes that were handed over."""
    return (row.sha256_html, row.sha256_zip) == (made.sha256_html, made.sha256_zip)
