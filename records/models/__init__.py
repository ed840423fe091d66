from records.models.join import Join, once
from records.models.keyed import Keyed, KeyedManager
from records.models.organisation import Organisation
from records.models.record import (
    Assertion,
    Certainty,
    Confidence,
    Marking,
    Record,
    RecordQuerySet,
    ReviewStatus,
    at_least,
    version_trigger,
)
from records.models.source import (
    Citation,
    Reliability,
    Source,
    SourceKind,
    Support,
    citation_of,
)
from records.models.user import User

__all__ = [
    "Assertion",
    "Certainty",
    "Citation",
    "Confidence",
    "Join",
    "Keyed",
    "KeyedManager",
    "Marking",
    "Organisation",
    "Record",
    "RecordQuerySet",
    "Reliability",
    "ReviewStatus",
    "Source",
    "SourceKind",
    "Support",
    "User",
    "at_least",
    "citation_of",
    "once",
    "version_trigger",
]
