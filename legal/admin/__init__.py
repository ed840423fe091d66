from legal.admin.arrest import ArrestAdmin, ArrestLinkAdmin
from legal.admin.conviction import ConvictionAdmin, RulingAdmin
from legal.admin.finding import FindingAdmin, NegativeResultAdmin, ObligationAdmin
from legal.admin.law import DesignationAdmin, InstrumentAdmin, ProvisionAdmin
from legal.admin.suspect import StepAdmin, SuspectAdmin

__all__ = [
    "ArrestAdmin",
    "ArrestLinkAdmin",
    "ConvictionAdmin",
    "DesignationAdmin",
    "FindingAdmin",
    "InstrumentAdmin",
    "NegativeResultAdmin",
    "ObligationAdmin",
    "ProvisionAdmin",
    "RulingAdmin",
    "StepAdmin",
    "SuspectAdmin",
]
