from partners.models.change import Change, Sight
from partners.models.key import (
    CLEARANCES,
    EXPIRES_AFTER,
    FORM,
    LONGEST,
    Key,
    Scope,
    digest_of,
    new_key,
)
from partners.models.proposal import Proposal
from partners.models.release import AUDIENCES, Release, audience_of
from partners.models.usage import Allowance, ExportAllowance, Usage

__all__ = [
    "AUDIENCES",
    "CLEARANCES",
    "EXPIRES_AFTER",
    "FORM",
    "LONGEST",
    "Allowance",
    "Change",
    "ExportAllowance",
    "Key",
    "Proposal",
    "Release",
    "Scope",
    "Sight",
    "Usage",
    "audience_of",
    "digest_of",
    "new_key",
]
