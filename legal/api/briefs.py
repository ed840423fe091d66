"""What other records show of a provision, an arrest, a suspect, a conviction or a finding."""

from rest_framework import serializers

from legal.models import Arrest, Conviction, Finding, Instrument, Provision, Suspect
from militias.api import GroupBrief
from records.api import Brief, Part, SpanField


class InstrumentBrief(Brief):
    class Meta:
        model = Instrument
        fields = ["reference", "title", "title_ar", "short_title", "jurisdiction"]


class ProvisionBrief(Brief):
    instrument = InstrumentBrief()

    class Meta:
        model = Provision
        fields = ["reference", "article", "instrument"]


class ArrestBrief(Brief):
    authority = GroupBrief()
    occurred = SpanField()

    class Meta:
        model = Arrest
        fields = ["reference", "description", "description_ar", "authority", "occurred"]


class SuspectBrief(Brief):
    class Meta:
        model = Suspect
        fields = ["reference", "code"]


class SuspectPart(Part):
    """A suspect whom the record around it concerns."""

    suspect = SuspectBrief()
    note = serializers.CharField()


class ConvictionBrief(Brief):
    decided = SpanField()

    class Meta:
        model = Conviction
        fields = ["reference", "court", "court_ar", "decided", "sentence", "in_absentia"]


class FindingBrief(Brief):
    state = GroupBrief()
    asserted = SpanField(allow_null=True)

    class Meta:
        model = Finding
        fields = ["reference", "asserted_by", "asserted", "state"]
