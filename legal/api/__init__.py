"""The law, arrests, suspects and courts: chosen fields and named rules, nothing else."""

from legal.api.arrest import ArrestLinkViewSet, ArrestViewSet
from legal.api.briefs import ArrestBrief, ConvictionBrief
from legal.api.conviction import ConvictionViewSet, RulingViewSet
from legal.api.designation import DesignationViewSet
from legal.api.finding import FindingViewSet, ObligationViewSet
from legal.api.negative_result import NegativeResultViewSet
from legal.api.provision import InstrumentViewSet, ProvisionViewSet
from legal.api.suspect import StepViewSet, SuspectViewSet

__all__ = [
    "ArrestBrief",
    "ArrestLinkViewSet",
    "ArrestViewSet",
    "ConvictionBrief",
    "ConvictionViewSet",
    "DesignationViewSet",
    "FindingViewSet",
    "InstrumentViewSet",
    "NegativeResultViewSet",
    "ObligationViewSet",
    "ProvisionViewSet",
    "RulingViewSet",
    "StepViewSet",
    "SuspectViewSet",
]
