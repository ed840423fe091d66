"""Who did something to a row: a person who is never deleted, set by code and not in a form."""

from django.conf import settings
from django.db import models


def signature(label, **options):
    """A key to the person, which nothing leads back along."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=label,
        **options,
    )
