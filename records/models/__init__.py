from records.models.audience import (
    NARROW_WHOLE,
    PART_AUDIENCE,
    RECORD_AUDIENCE,
    Marked,
    Part,
)
from records.models.audit import AuditEntry
from records.models.download import Download, DownloadKind, note_download
from records.models.grant import Grant
from records.models.join import Join, once
from records.models.keyed import Keyed, KeyedManager
from records.models.marking import Marking
from records.models.organisation import Organisation
from records.models.record import (
    Assertion,
    Certainty,
    Confidence,
    Record,
    RecordQuerySet,
    ReviewStatus,
    at_least,
)
from records.models.source import (
    Citation,
    Reliability,
    Source,
    SourceKind,
    Support,
    citation_of,
)
from records.models.stored_file import StoredFile
from records.models.user import User

__all__ = [
    "NARROW_WHOLE",
    "PART_AUDIENCE",
    "RECORD_AUDIENCE",
    "Assertion",
    "AuditEntry",
    "Certainty",
    "Citation",
    "Confidence",
    "Download",
    "DownloadKind",
    "Grant",
    "Join",
    "Keyed",
    "KeyedManager",
    "Marked",
    "Marking",
    "Organisation",
    "Part",
    "Record",
    "RecordQuerySet",
    "Reliability",
    "ReviewStatus",
    "Source",
    "SourceKind",
    "StoredFile",
    "Support",
    "User",
    "at_least",
    "citation_of",
    "note_download",
    "once",
]
