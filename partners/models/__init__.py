from partners.models.change import Change
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
from partners.models.usage import Allowance, Usage

__all__ = [
    "CLEARANCES",
    "EXPIRES_AFTER",
    "FORM",
    "LONGEST",
    "Allowance",
    "Change",
    "Key",
    "Proposal",
    "Scope",
    "Usage",
    "digest_of",
    "new_key",
]
