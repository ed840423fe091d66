from militias.models.candidate import CandidateLink, CandidateLinkCitation, Decision
from militias.models.group import Group, GroupCitation, GroupKind, GroupName
from militias.models.person import (
    Affiliation,
    Person,
    PersonCitation,
    PersonName,
    Position,
)
from militias.models.relation import Relation, RelationCitation, RelationKind

__all__ = [
    "Affiliation",
    "CandidateLink",
    "CandidateLinkCitation",
    "Decision",
    "Group",
    "GroupCitation",
    "GroupKind",
    "GroupName",
    "Person",
    "PersonCitation",
    "PersonName",
    "Position",
    "Relation",
    "RelationCitation",
    "RelationKind",
]
