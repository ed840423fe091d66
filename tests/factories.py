"""The smallest valid row of every model, with no random values.

Where a row is dated, `on=day` makes it that day's and `about=(first, last)` some time
between two days: `IncidentFactory(on=date(2021, 2, 15))`. Statements that assert
something are undated unless told. Sources are cited with `cite(record)`.
"""

from datetime import date

from django.contrib.auth.models import Permission
from django.utils import timezone
from factory import LazyAttribute, LazyFunction, Sequence, SubFactory, post_generation
from factory.django import DjangoModelFactory, Password

from partners.models import digest_of
from records.models.record import random_reference
from records.names import words_of
from records.rights import READ
from records.sealing import current_key_id, seal, search_key_id, tokens_of

A_DAY = date(2021, 2, 15)
SECRET = "s3cretOfEveryKeyInTheTests" + "0" * 17  # 43 letters


def _first_day(row):
    return row.about[0] if row.about else row.on


def _last_day(row):
    return row.about[1] if row.about else row.on


def _precision(row):
    if row.about:
        return "about"
    return "day" if row.on else ""


def _in_fours(digits):
    return "-".join(digits[at : at + 4] for at in range(0, len(digits), 4))


FIRST_DAY = LazyAttribute(_first_day)
LAST_DAY = LazyAttribute(_last_day)
PRECISION = LazyAttribute(_precision)


def cite(record, source=None, **citation):
    """A citation of `source`, or of a new source, by any record."""
    return record.citations.create(source=source or SourceFactory(), **citation)


# Records


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = "records.Organisation"
        django_get_or_create = ["slug"]

    slug = "musaala"
    name = "Musaala"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = "records.User"
        skip_postgeneration_save = True

    username = Sequence(lambda n: f"user{n}")
    password = Password(None)
    organisation = SubFactory(OrganisationFactory)
    clearance = "TLP:AMBER+STRICT"

    @post_generation
    def rights(self, created, given, **options):
        """By default he may read records. `rights=[...]` gives others, as `app.codename`."""
        for right in [READ] if given is None else given:
            app, codename = right.split(".")
            self.user_permissions.add(
                Permission.objects.get(content_type__app_label=app, codename=codename)
            )


class SignInFactory(DjangoModelFactory):
    class Meta:
        model = "project.SignIn"

    user = SubFactory(UserFactory)
    proof = "code"


class RecordFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    reference = Sequence(lambda n: _in_fours(f"{n:012}"))
    owner = SubFactory(OrganisationFactory)
    marking = "TLP:CLEAR"
    review_status = "published"


class AssertionFactory(RecordFactory):
    class Meta:
        abstract = True

    class Params:
        on = None
        about = None

    asserted_from = FIRST_DAY
    asserted_to = LAST_DAY
    asserted_precision = PRECISION
    confidence = "likely"


class SourceFactory(RecordFactory):
    class Meta:
        model = "records.Source"

    class Params:
        on = A_DAY
        about = None

    publisher = Sequence(lambda n: f"Publisher {n}")
    published_from = FIRST_DAY
    published_to = LAST_DAY
    published_precision = PRECISION


class StoredFileFactory(DjangoModelFactory):
    class Meta:
        model = "records.StoredFile"

    source = SubFactory(SourceFactory)
    reference = Sequence(lambda n: _in_fours(f"{n:012}"))
    file = Sequence(lambda n: f"evidence/aa/{n}")
    file_name = Sequence(lambda n: f"copy-{n}.pdf")
    media_type = "application/pdf"
    size = 10
    sha256 = "a" * 64


# Militias


class GroupFactory(RecordFactory):
    class Meta:
        model = "militias.Group"

    name = Sequence(lambda n: f"Group {n}")
    kind = "militia"


class GroupNameFactory(DjangoModelFactory):
    class Meta:
        model = "militias.GroupName"

    bearer = SubFactory(GroupFactory)
    text = Sequence(lambda n: f"Other name {n}")
    language = "en"


class RelationFactory(AssertionFactory):
    """`from_group`, a facade, is likely a facade of `to_group`, a militia."""

    class Meta:
        model = "militias.Relation"

    kind = "facade_of"
    from_group = SubFactory(GroupFactory, kind="facade")
    to_group = SubFactory(GroupFactory)


class PersonFactory(RecordFactory):
    class Meta:
        model = "militias.Person"

    name = Sequence(lambda n: f"Public figure {n}")


class PersonNameFactory(DjangoModelFactory):
    class Meta:
        model = "militias.PersonName"

    bearer = SubFactory(PersonFactory)
    text = Sequence(lambda n: f"Other name {n}")
    language = "en"


class AffiliationFactory(DjangoModelFactory):
    class Meta:
        model = "militias.Affiliation"

    person = SubFactory(PersonFactory)
    group = SubFactory(GroupFactory)


class PositionFactory(DjangoModelFactory):
    class Meta:
        model = "militias.Position"

    person = SubFactory(PersonFactory)
    group = SubFactory(GroupFactory)
    title = "Secretary-general"


class CandidateLinkFactory(AssertionFactory):
    class Meta:
        model = "militias.CandidateLink"

    name = Sequence(lambda n: f"Name in question {n}")
    given_to = SubFactory(GroupFactory)
    may_be = SubFactory(GroupFactory)


# Incidents


class PlaceFactory(RecordFactory):
    class Meta:
        model = "incidents.Place"

    name = Sequence(lambda n: f"Place {n}")
    kind = "city"


class PlaceNameFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.PlaceName"

    bearer = SubFactory(PlaceFactory)
    text = Sequence(lambda n: f"Other name {n}")
    language = "en"


class GovernorateFactory(PlaceFactory):
    name = Sequence(lambda n: f"Governorate {n}")
    kind = "governorate"


class IncidentFactory(RecordFactory):
    class Meta:
        model = "incidents.Incident"

    class Params:
        on = A_DAY
        about = None

    title = Sequence(lambda n: f"Attack {n}")
    kind = "rocket_attack"
    occurred_from = FIRST_DAY
    occurred_to = LAST_DAY
    occurred_precision = PRECISION
    place = SubFactory(PlaceFactory)


class IncidentPlaceFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.IncidentPlace"

    incident = SubFactory(IncidentFactory)
    place = SubFactory(PlaceFactory)
    role = "launch"


class FormerReferenceFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.FormerReference"

    incident = SubFactory(IncidentFactory)
    reference = LazyFunction(random_reference)


class MergeFactory(DjangoModelFactory):
    """As if the operator had noted it. What a merge does is in tests/test_merging.py."""

    class Meta:
        model = "incidents.Merge"

    kept = SubFactory(IncidentFactory)
    merged = SubFactory(IncidentFactory)
    reason = "Told twice."
    made_by = SubFactory(UserFactory)
    version_before = 1
    version_after = 2
    status_before = "published"
    kept_marking = "TLP:CLEAR"


class MergedRowFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.MergedRow"

    merge = SubFactory(MergeFactory)
    table = "incidents_claim"
    column = "incident_id"
    row = Sequence(lambda n: n)


class ClaimFactory(AssertionFactory):
    class Meta:
        model = "incidents.Claim"

    incident = SubFactory(IncidentFactory)
    group = SubFactory(GroupFactory)


class AttributionFactory(AssertionFactory):
    class Meta:
        model = "incidents.Attribution"

    incident = SubFactory(IncidentFactory)
    group = SubFactory(GroupFactory)
    asserted_by = "Coalition"


class CasualtyFigureFactory(AssertionFactory):
    class Meta:
        model = "incidents.CasualtyFigure"

    incident = SubFactory(IncidentFactory)
    status = "wounded"
    low = 1
    high = 1


class ResponseFactory(RecordFactory):
    class Meta:
        model = "incidents.Response"

    class Params:
        on = A_DAY
        about = None

    kind = "airstrike"
    actor = SubFactory(GroupFactory, kind="coalition")
    occurred_from = FIRST_DAY
    occurred_to = LAST_DAY
    occurred_precision = PRECISION


class ResponseTargetFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.ResponseTarget"

    response = SubFactory(ResponseFactory)
    group = SubFactory(GroupFactory)


class ResponseIncidentFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.ResponseIncident"

    response = SubFactory(ResponseFactory)
    incident = SubFactory(IncidentFactory)


class StatementFactory(RecordFactory):
    class Meta:
        model = "incidents.Statement"

    class Params:
        on = A_DAY
        about = None

    kind = "threat"
    group = SubFactory(GroupFactory)
    made_from = FIRST_DAY
    made_to = LAST_DAY
    made_precision = PRECISION
    paraphrase = "More attacks will follow."


class StatementIncidentFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.StatementIncident"

    statement = SubFactory(StatementFactory)
    incident = SubFactory(IncidentFactory)


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = "reports.SavedView"

    owner = SubFactory(OrganisationFactory)
    created_by = SubFactory(UserFactory)
    name = Sequence(lambda n: f"View {n}")
    query = "kind=rocket_attack"


class HandedOverFactory(DjangoModelFactory):
    class Meta:
        model = "reports.HandedOver"

    number = Sequence(lambda n: f"MSL-2026-0000-{n:04}")
    owner = SubFactory(OrganisationFactory)
    made_by = SubFactory(UserFactory)
    marking = "TLP:CLEAR"
    language = "en"
    query = "as_of=2024-01-01"
    as_of = date(2024, 1, 1)
    counts = {"recorded": 1, "arrested": 0, "standing": 0}
    contents = {"cases": {}, "sources": {}, "numbers": {}}
    sha256_html = "a" * 64
    sha256_zip = "b" * 64


class OfTheDeskFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    owner = SubFactory(OrganisationFactory)
    marking = "TLP:AMBER+STRICT"
    created_by = SubFactory(UserFactory)


class ImportMappingFactory(OfTheDeskFactory):
    class Meta:
        model = "incidents.ImportMapping"

    name = Sequence(lambda n: f"Mapping {n}")
    mapping = LazyFunction(lambda: {"columns": {"date": "day"}})


class ImportFactory(OfTheDeskFactory):
    class Meta:
        model = "incidents.Import"

    file_name = "attacks.csv"
    sha256 = "a" * 64
    header = LazyFunction(lambda: ["day"])
    publisher = "A monitor"


class ImportRowFactory(DjangoModelFactory):
    class Meta:
        model = "incidents.ImportRow"

    run = SubFactory(ImportFactory)
    number = 2
    cells = LazyFunction(lambda: ["2021-02-15"])


# Legal


class InstrumentFactory(RecordFactory):
    class Meta:
        model = "legal.Instrument"

    class Params:
        on = None
        about = None

    title = Sequence(lambda n: f"Law {n}")
    jurisdiction = "IQ"
    kind = "statute"
    made_from = FIRST_DAY
    made_to = LAST_DAY
    made_precision = PRECISION


class ProvisionFactory(RecordFactory):
    class Meta:
        model = "legal.Provision"

    instrument = SubFactory(InstrumentFactory)
    article = Sequence(str)
    paraphrase = "Terrorist acts are punished."


class ArrestFactory(RecordFactory):
    class Meta:
        model = "legal.Arrest"

    class Params:
        on = A_DAY
        about = None

    description = Sequence(lambda n: f"Arrest {n}")
    occurred_from = FIRST_DAY
    occurred_to = LAST_DAY
    occurred_precision = PRECISION
    authority = SubFactory(GroupFactory, kind="state_organ")


class ArrestLinkFactory(AssertionFactory):
    class Meta:
        model = "legal.ArrestLink"

    arrest = SubFactory(ArrestFactory)
    incident = SubFactory(IncidentFactory)


class SuspectFactory(RecordFactory):
    class Meta:
        model = "legal.Suspect"

    code = Sequence(lambda n: f"S-{_in_fours(f'{n:08}')}")


class StepFactory(AssertionFactory):
    """`on` and `about` date the step, not the day somebody asserted it."""

    class Meta:
        model = "legal.Step"

    class Params:
        on = A_DAY
        about = None

    asserted_from = None
    asserted_to = None
    asserted_precision = ""
    suspect = SubFactory(SuspectFactory)
    kind = "charged"
    occurred_from = FIRST_DAY
    occurred_to = LAST_DAY
    occurred_precision = PRECISION


class DetentionFactory(StepFactory):
    """A suspect is detained in an arrest, on the arrest's day unless told otherwise."""

    class Params:
        on = LazyAttribute(lambda step: step.arrest.occurred_to)

    kind = "detained"
    arrest = SubFactory(ArrestFactory)


class StepIncidentFactory(DjangoModelFactory):
    class Meta:
        model = "legal.StepIncident"

    step = SubFactory(StepFactory)
    incident = SubFactory(IncidentFactory)


class ConvictionFactory(RecordFactory):
    class Meta:
        model = "legal.Conviction"

    class Params:
        on = A_DAY
        about = None

    court = "Criminal court"
    decided_from = FIRST_DAY
    decided_to = LAST_DAY
    decided_precision = PRECISION


class ConvictionSuspectFactory(DjangoModelFactory):
    class Meta:
        model = "legal.ConvictionSuspect"

    conviction = SubFactory(ConvictionFactory)
    suspect = SubFactory(SuspectFactory)


class ConvictionIncidentFactory(DjangoModelFactory):
    class Meta:
        model = "legal.ConvictionIncident"

    conviction = SubFactory(ConvictionFactory)
    incident = SubFactory(IncidentFactory)


class ConvictionProvisionFactory(DjangoModelFactory):
    class Meta:
        model = "legal.ConvictionProvision"

    conviction = SubFactory(ConvictionFactory)
    provision = SubFactory(ProvisionFactory)


class RulingFactory(RecordFactory):
    class Meta:
        model = "legal.Ruling"

    class Params:
        on = date(2022, 2, 15)
        about = None

    conviction = SubFactory(ConvictionFactory)
    kind = "annulled"
    decided_from = FIRST_DAY
    decided_to = LAST_DAY
    decided_precision = PRECISION


class RulingSuspectFactory(DjangoModelFactory):
    class Meta:
        model = "legal.RulingSuspect"

    ruling = SubFactory(RulingFactory)
    suspect = SubFactory(SuspectFactory)


class DesignationFactory(RecordFactory):
    class Meta:
        model = "legal.Designation"

    class Params:
        on = A_DAY
        about = None

    group = SubFactory(GroupFactory)
    authority = SubFactory(GroupFactory, kind="state_organ")
    programme = "SDGT"
    listed_from = FIRST_DAY
    listed_to = LAST_DAY
    listed_precision = PRECISION


class FindingFactory(AssertionFactory):
    class Meta:
        model = "legal.Finding"

    asserted_by = "Musaala"
    state = SubFactory(GroupFactory, kind="state")
    provision = SubFactory(ProvisionFactory)
    reasoning = "The group acts under the state's control."


class FindingIncidentFactory(DjangoModelFactory):
    class Meta:
        model = "legal.FindingIncident"

    finding = SubFactory(FindingFactory)
    incident = SubFactory(IncidentFactory)


class ObligationFactory(RecordFactory):
    class Meta:
        model = "legal.Obligation"

    finding = SubFactory(FindingFactory)
    provision = SubFactory(ProvisionFactory)
    title = Sequence(lambda n: f"Obligation {n}")
    kind = "cessation"
    modality = "must"
    bound_state = SubFactory(GroupFactory, kind="state")


class NegativeResultFactory(RecordFactory):
    class Meta:
        model = "legal.NegativeResult"

    class Params:
        on = None
        about = None

    statement = "No verdict was found."
    as_of_from = FIRST_DAY
    as_of_to = LAST_DAY
    as_of_precision = PRECISION


class IdentityFactory(DjangoModelFactory):
    """The sealed `name` of a suspect."""

    class Meta:
        model = "legal.Identity"

    class Params:
        name = "Zabaniyah Qandil"

    suspect = SubFactory(SuspectFactory)
    key_id = LazyFunction(current_key_id)
    sealed = LazyAttribute(lambda row: seal(row.name, row.suspect.reference)[1])
    search_key_id = LazyFunction(search_key_id)
    tokens = LazyAttribute(lambda row: tokens_of(words_of(row.name)))


class NameReadingFactory(DjangoModelFactory):
    class Meta:
        model = "legal.NameReading"

    suspect = SubFactory(SuspectFactory)
    person = SubFactory(UserFactory)
    how = "shown"


class DownloadFactory(DjangoModelFactory):
    class Meta:
        model = "records.Download"

    kind = "export"
    which = "incidents.csv"
    person = SubFactory(UserFactory)


class KeyFactory(DjangoModelFactory):
    """An approved key that reads. Its text is `tests.keys.text_of(key)`."""

    class Meta:
        model = "partners.Key"

    class Params:
        secret = SECRET

    organisation = SubFactory(OrganisationFactory)
    label = "nightly mirror"
    prefix = Sequence(lambda n: f"key{n:05}")
    digest = LazyAttribute(lambda row: digest_of(row.prefix, row.secret))
    clearance = "TLP:GREEN"
    made_by = SubFactory(UserFactory)
    approved_by = SubFactory(UserFactory)
    approved_at = LazyFunction(timezone.now)


class GrantFactory(DjangoModelFactory):
    """A request that waits."""

    class Meta:
        model = "records.Grant"

    person = SubFactory(UserFactory)
    asked_by = SubFactory(UserFactory)
    clearance = "TLP:RED"
    reason = "She takes over from Amal."


class ProposalFactory(DjangoModelFactory):
    class Meta:
        model = "partners.Proposal"

    incident = SubFactory(IncidentFactory)
    organisation = SubFactory(OrganisationFactory)
    key_prefix = "aaaaaaaa"
    members = LazyAttribute(lambda row: [row.incident.reference])
    idempotency_key = Sequence(lambda n: f"{n}")
    digest = "a" * 64


class ReleaseFactory(DjangoModelFactory):
    class Meta:
        model = "partners.Release"

    number = Sequence(lambda n: f"CLEAR-{n + 1}")
    marking = "TLP:CLEAR"
    as_of = date(2024, 1, 1)
    files = {"SHA256SUMS": {"bytes": 0, "sha256": "", "stored": ""}}
    made_from = {"incidents_incident": []}


class QueueNoteFactory(DjangoModelFactory):
    """Nobody's plan yet for a case gone quiet."""

    class Meta:
        model = "reports.QueueNote"

    class Params:
        suspect = SubFactory(SuspectFactory)

    organisation = SubFactory(OrganisationFactory)
    kind = "quiet"
    record_kind = "legal.suspect"
    row_id = LazyAttribute(lambda row: row.suspect.pk)
    updated_by = SubFactory(UserFactory)


class DigestFactory(DjangoModelFactory):
    class Meta:
        model = "reports.Digest"

    person = SubFactory(UserFactory)
    wanted = True
