from reports.models.handed_over import (
    AUDIENCES,
    LONGEST_QUERY,
    HandedOver,
    audience_of,
    new_number,
)
from reports.models.saved_view import TAKEN, SavedView, SavedViewQuerySet

__all__ = [
    "AUDIENCES",
    "LONGEST_QUERY",
    "TAKEN",
    "HandedOver",
    "SavedView",
    "SavedViewQuerySet",
    "audience_of",
    "new_number",
]
