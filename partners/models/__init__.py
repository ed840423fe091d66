from partners.models.proposal import Proposal

__all__ = ["Proposal"]
