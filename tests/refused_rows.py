"""Rows that break a constraint of one model: its name, and what is wrong, by constraint.

Whatever a row needs besides is the factory's; a callable value is called when the row is
made.
"""

from datetime import date, time, timedelta
from functools import partial

from django.utils import timezone

from tests import factories as f
from tests.catalogue import again, changed

DAY, DAY_BEFORE = date(2021, 3, 2), date(2021, 3, 1)

RECORDS = [
    ("user_clearance_is_tlp", f.UserFactory, {"clearance": "TLP:WHITE"}),
    ("source_kind_is_known", f.SourceFactory, {"kind": "rumour"}),
    ("source_reliability_is_admiralty", f.SourceFactory, {"reliability": "G"}),
    ("storedfile_has_hash", f.StoredFileFactory, {"sha256": "A" * 64}),
    ("storedfile_is_there", f.StoredFileFactory, {"size": 0}),
    ("storedfile_media_type_is_taken", f.StoredFileFactory, {"media_type": "image/svg+xml"}),
]

NOW = timezone.now()
SIGN_IN = [
    ("signin_proof_is_known", f.SignInFactory, {"proof": "a smile"}),
    ("grant_asks_for_something", f.GrantFactory, {"clearance": ""}),
    ("grant_clearance_is_tlp", f.GrantFactory, {"clearance": "TLP:WHITE"}),
    ("grant_has_a_reason", f.GrantFactory, {"reason": ""}),
    ("grant_agreed_by_another", f.GrantFactory, {"agreed_by": f.UserFactory}),
    ("grant_agreed_by_another", f.GrantFactory, {"agreed_at": NOW}),
    ("grant_declined_with_reason", f.GrantFactory, {"declined_at": NOW}),
    ("grant_declined_with_reason", f.GrantFactory, {"declined_reason": "No."}),
    (
        "grant_declined_with_reason",
        f.GrantFactory,
        {"declined_at": NOW, "declined_by": f.UserFactory},
    ),
    (
        "grant_declined_with_reason",
        f.GrantFactory,
        {
            **{"declined_at": NOW, "declined_by": f.UserFactory, "declined_reason": "No."},
            **{"agreed_at": NOW, "agreed_by": f.UserFactory},
        },
    ),
]

MILITIAS = [
    ("group_kind_is_known", f.GroupFactory, {"kind": "gang"}),
    ("group_country_is_iso", f.GroupFactory, {"country": "iq"}),
    ("group_country_is_iso", f.GroupFactory, {"country": "I"}),
    (
        "group_active_from_before_active_to",
        f.GroupFactory,
        {
            "active_from": DAY,
            "active_from_precision": "day",
            "active_to": DAY_BEFORE,
            "active_to_precision": "day",
        },
    ),
    ("relation_kind_is_known", f.RelationFactory, {"kind": "alias_of"}),
    (
        "relation_since_before_until",
        f.RelationFactory,
        {
            "since": DAY,
            "since_precision": "day",
            "until": DAY_BEFORE,
            "until_precision": "day",
        },
    ),
    (
        "position_since_before_until",
        f.PositionFactory,
        {
            "since": DAY,
            "since_precision": "day",
            "until": DAY_BEFORE,
            "until_precision": "day",
        },
    ),
    ("candidatelink_decided_with_day_and_reason", f.CandidateLinkFactory, {"decision": "maybe"}),
    ("candidatelink_decided_with_day_and_reason", f.CandidateLinkFactory, {"decided_on": DAY}),
    (
        "candidatelink_decided_with_day_and_reason",
        f.CandidateLinkFactory,
        {"decision": "accepted", "decided_on": DAY},
    ),
    (
        "candidatelink_decided_with_day_and_reason",
        f.CandidateLinkFactory,
        {"decision": "rejected", "decision_reason": "Another cave."},
    ),
]

INCIDENTS = [
    ("place_kind_is_known", f.PlaceFactory, {"kind": "planet"}),
    ("place_governorate_is_in_none", f.GovernorateFactory, {"governorate": f.GovernorateFactory}),
    (
        "place_governorate_is_in_none",
        f.PlaceFactory,
        {"kind": "country", "governorate": f.GovernorateFactory},
    ),
    ("place_iso_code_only_for_governorate", f.PlaceFactory, {"iso_code": "IQ-BG"}),
    ("place_point_is_whole", f.PlaceFactory, {"latitude": 33, "longitude": 44}),
    ("place_point_is_whole", f.PlaceFactory, {"longitude": 44, "point_radius_m": 50}),
    (
        "place_point_is_on_earth",
        f.PlaceFactory,
        {"latitude": 91, "longitude": 44, "point_radius_m": 50},
    ),
    (
        "place_point_is_on_earth",
        f.PlaceFactory,
        {"latitude": 33, "longitude": -181, "point_radius_m": 50},
    ),
    ("incident_kinds_are_known", f.IncidentFactory, {"kind": "war"}),
    ("incident_kinds_are_known", f.IncidentFactory, {"outcome": "success"}),
    ("incident_kinds_are_known", f.IncidentFactory, {"weapon": "trebuchet"}),
    ("incident_kinds_are_known", f.IncidentFactory, {"target_kind": "moon"}),
    ("incident_weapons_low_to_high", f.IncidentFactory, {"weapons_low": 3, "weapons_high": 2}),
    ("incident_time_has_beginning", f.IncidentFactory, {"time_to": time(21, 30)}),
    ("incidentplace_role_is_known", f.IncidentPlaceFactory, {"role": "nearby"}),
    ("attribution_stance_is_known", f.AttributionFactory, {"stance": "hints"}),
    ("attribution_names_one", f.AttributionFactory, {"group": None}),
    ("attribution_names_one", f.AttributionFactory, {"person": f.PersonFactory}),
    ("attribution_names_one", f.AttributionFactory, {"stance": "cannot_say"}),
    ("attribution_has_author", f.AttributionFactory, {"asserted_by": ""}),
    ("casualtyfigure_kinds_are_known", f.CasualtyFigureFactory, {"status": "unlucky"}),
    ("casualtyfigure_kinds_are_known", f.CasualtyFigureFactory, {"category": "bystander"}),
    ("casualtyfigure_of_incident_or_response", f.CasualtyFigureFactory, {"incident": None}),
    (
        "casualtyfigure_of_incident_or_response",
        f.CasualtyFigureFactory,
        {"response": f.ResponseFactory},
    ),
    ("casualtyfigure_low_to_high", f.CasualtyFigureFactory, {"low": 3, "high": 2}),
    ("casualtyfigure_has_a_number", f.CasualtyFigureFactory, {"low": None, "high": None}),
    ("response_kind_is_known", f.ResponseFactory, {"kind": "silence"}),
    ("statement_kind_is_known", f.StatementFactory, {"kind": "poem"}),
    ("statement_has_author", f.StatementFactory, {"group": None}),
]

MERGES = [
    ("incident_merged_is_withdrawn", f.IncidentFactory, {"merged_into": f.IncidentFactory}),
    ("merge_has_reason", f.MergeFactory, {"reason": ""}),
    ("merge_of_draft_or_published", f.MergeFactory, {"status_before": "submitted"}),
    ("merge_undone_by_somebody_with_reason", f.MergeFactory, {"undone_reason": "Two after all."}),
    ("merge_undone_by_somebody_with_reason", f.MergeFactory, {"undone_by": f.UserFactory}),
    ("merge_undone_by_somebody_with_reason", f.MergeFactory, {"undone_at": timezone.now()}),
]

IMPORTS = [
    ("import_state_and_mode_are_known", f.ImportFactory, {"state": "lost"}),
    ("import_state_and_mode_are_known", f.ImportFactory, {"mode": "half"}),
    ("import_file_has_hash", f.ImportFactory, {"sha256": "A" * 64}),
    ("import_marking_is_tlp_and_not_red", f.ImportFactory, {"marking": "TLP:RED"}),
    ("savedview_has_name", f.SavedViewFactory, {"name": ""}),
    ("importmapping_marking_is_tlp_and_not_red", f.ImportMappingFactory, {"marking": "TLP:RED"}),
    ("importrow_state_is_known", f.ImportRowFactory, {"state": "lost"}),
    ("importrow_incident_if_written_or_repeated", f.ImportRowFactory, {"state": "imported"}),
    (
        "importrow_incident_if_written_or_repeated",
        f.ImportRowFactory,
        {"incident": f.IncidentFactory},
    ),
]

LEGAL = [
    ("instrument_kind_is_known", f.InstrumentFactory, {"kind": "custom"}),
    ("instrument_jurisdiction_is_iso", f.InstrumentFactory, {"jurisdiction": "IRQ"}),
    ("arrest_detained_low_to_high", f.ArrestFactory, {"detained_low": 14, "detained_high": 13}),
    ("arrest_detained_somebody", f.ArrestFactory, {"detained_low": 0}),
    ("arrest_detained_somebody", f.ArrestFactory, {"detained_high": 0}),
    ("arrestlink_basis_is_known", f.ArrestLinkFactory, {"basis_kind": "bystander"}),
    ("suspect_code_is_random", f.SuspectFactory, {"code": "S-1"}),
    ("suspect_code_is_random", f.SuspectFactory, {"code": "7F3K-9QWA-1"}),
    ("suspect_level_has_basis", f.SuspectFactory, {"level": "commander"}),
    ("suspect_level_has_basis", f.SuspectFactory, {"level": "emperor", "level_basis": "A report."}),
    ("step_kind_is_known", f.StepFactory, {"kind": "forgotten"}),
    ("step_detention_names_arrest", f.DetentionFactory, {"arrest": None}),
    ("conviction_sentence_is_known", f.ConvictionFactory, {"sentence": "exile"}),
    (
        "conviction_months_only_for_a_term",
        f.ConvictionFactory,
        {"sentence": "life", "sentence_months": 240},
    ),
    ("ruling_kind_is_known", f.RulingFactory, {"kind": "ignored"}),
    ("designation_kind_is_known", f.DesignationFactory, {"kind": "rumour"}),
    ("designation_of_group_or_person", f.DesignationFactory, {"group": None}),
    ("designation_of_group_or_person", f.DesignationFactory, {"person": f.PersonFactory}),
    (
        "designation_listed_from_before_ended_on",
        f.DesignationFactory,
        {"listed_from": DAY, "listed_to": DAY, "ended_on": DAY_BEFORE},
    ),
    ("finding_has_author", f.FindingFactory, {"asserted_by": ""}),
    ("obligation_kinds_are_known", f.ObligationFactory, {"kind": "apology"}),
    ("obligation_kinds_are_known", f.ObligationFactory, {"modality": "can"}),
    ("obligation_kinds_are_known", f.ObligationFactory, {"status": "forgotten"}),
    ("obligation_head_only_for_reparation", f.ObligationFactory, {"head": "medical"}),
    ("obligation_head_only_for_reparation", f.ObligationFactory, {"kind": "reparation"}),
    (
        "obligation_amount_low_to_high",
        f.ObligationFactory,
        {"amount_low": 3, "amount_high": 2, "currency": "USD"},
    ),
    ("obligation_amount_has_currency", f.ObligationFactory, {"amount_low": 2}),
    ("obligation_amount_has_currency", f.ObligationFactory, {"currency": "USD"}),
    (
        "obligation_amount_has_currency",
        f.ObligationFactory,
        {"amount_high": 2, "currency": "usd"},
    ),
]

PARTNERS = [
    ("key_scopes_are_known", f.KeyFactory, {"scopes": ["read", "everything"]}),
    ("key_scopes_are_known", f.KeyFactory, {"scopes": []}),
    ("key_names_only_with_read", f.KeyFactory, {"scopes": ["names"]}),
    ("key_clearance_is_never_red", f.KeyFactory, {"clearance": "TLP:RED"}),
    ("key_clearance_is_never_red", f.KeyFactory, {"clearance": "TLP:WHITE"}),
    ("key_expires_within_a_year", f.KeyFactory, {"expires_at": NOW + timedelta(days=366)}),
    ("key_expires_within_a_year", f.KeyFactory, {"expires_at": NOW - timedelta(days=1)}),
    ("key_approved_by_another", f.KeyFactory, {"approved_by": None}),
    ("key_approved_by_another", f.KeyFactory, {"approved_at": None}),
    ("key_revoked_with_reason", f.KeyFactory, {"revoked_at": NOW}),
    ("key_revoked_with_reason", f.KeyFactory, {"revoked_reason": "Lost."}),
    (
        "key_revoked_with_reason",
        f.KeyFactory,
        {"revoked_at": NOW, "revoked_by": f.UserFactory},
    ),
    ("key_rate_is_bounded", f.KeyFactory, {"rate": 0}),
    ("key_rate_is_bounded", f.KeyFactory, {"burst": 0}),
    ("key_rate_is_bounded", f.KeyFactory, {"rate": 6001}),
    ("proposal_by_person_or_key", f.ProposalFactory, {"person": f.UserFactory}),
    ("proposal_by_person_or_key", f.ProposalFactory, {"key_prefix": ""}),
]


REPORTS = [
    ("queuenote_kinds_are_known", f.QueueNoteFactory, {"kind": "lost"}),
    ("queuenote_snoozed_with_reason", f.QueueNoteFactory, {"snoozed_until": date(2024, 1, 1)}),
    ("queuenote_snoozed_with_reason", f.QueueNoteFactory, {"reason": "no news"}),
    ("digest_language_is_known", f.DigestFactory, {"language": "fr"}),
    ("digest_sent_for_a_monday", f.DigestFactory, {"sent_for": date(2024, 1, 2)}),
]


HANDED_OVER = [
    ("handedover_marking_is_tlp_and_not_red", {"marking": "TLP:RED"}),
    ("handedover_has_hashes", {"sha256_html": "A" * 64}),
    ("handedover_has_hashes", {"sha256_zip": "a" * 63}),
]

OF_ONE_ROW = [
    *(*RECORDS, *SIGN_IN, *MILITIAS, *INCIDENTS, *MERGES, *IMPORTS),
    *(*LEGAL, *REPORTS, *PARTNERS),
]


def own_rows():
    """Pairs of a constraint's name and a call that makes a row which breaks it."""
    return [
        *((name, partial(_made_wrong, factory, values)) for name, factory, values in OF_ONE_ROW),
        ("relation_between_two_groups", _relation_to_itself),
        ("candidatelink_between_two_groups", _name_in_no_question),
        ("step_detained_once_per_arrest", _detained_twice),
        ("key_approved_by_another", _approved_by_its_maker),
        ("grant_for_another", _asked_for_oneself),
        ("grant_agreed_by_another", _agreed_by_who_asked),
        ("grant_agreed_by_another", _agreed_by_whom_it_concerns),
        ("grant_one_waits_per_person", _asked_twice),
        ("namereading_how_is_known", _read_somehow),
        ("namereading_by_person_or_key", _read_by_both),
        ("namereading_by_person_or_key", _read_by_nobody),
        ("download_kind_is_known", _taken_somehow),
        ("download_by_person_or_key", _taken_by_nobody),
        ("proposal_once_by_key", _proposed_twice),
        ("proposal_once_by_person", _proposed_twice_by_a_person),
        ("release_for_clear_or_green", _released_to_few),
        ("incident_not_merged_into_itself", _merged_into_itself),
        ("merge_of_two_incidents", _merge_of_one),
        ("merge_stands_once", lambda: again(f.MergeFactory())),
        ("mergedrow_once", lambda: again(f.MergedRowFactory())),
        ("queuenote_once_per_item", lambda: again(f.QueueNoteFactory())),
        ("importrow_once", lambda: again(f.ImportRowFactory())),
        ("savedview_once_per_name", lambda: again(f.SavedViewFactory())),
        ("importmapping_once_per_name", lambda: again(f.ImportMappingFactory())),
        ("handedover_withdrawn_with_reason", _withdrawn_without_reason),
        *((name, partial(_handed_over_wrong, values)) for name, values in HANDED_OVER),
    ]


def _made_wrong(factory, values):
    row = factory()
    if factory is f.KeyFactory:  # what is there is never widened: another row, then
        row = again(changed(row, prefix="another0"))
    if factory is f.GrantFactory:
        row = _another_request()
    return changed(row, **{k: v() if callable(v) else v for k, v in values.items()})


def _merged_into_itself():
    row = f.IncidentFactory(review_status="withdrawn", withdrawn_reason="Told twice.")
    return changed(row, merged_into=row)


def _merge_of_one():
    made = f.MergeFactory()
    return changed(made, merged=made.kept)


def _relation_to_itself():
    relation = f.RelationFactory()
    return changed(relation, to_group=relation.from_group)


def _name_in_no_question():
    link = f.CandidateLinkFactory()
    return changed(link, may_be=link.given_to)


def _detained_twice():
    return again(f.DetentionFactory())


def _withdrawn_without_reason():
    return changed(f.HandedOverFactory(), withdrawn_at=NOW)


def _handed_over_wrong(values):
    """One that is there never changes: another row, then."""
    return again(changed(f.HandedOverFactory(), number="MSL-2026-1111-1111", **values))


def _released_to_few():
    return again(changed(f.ReleaseFactory(), marking="TLP:AMBER", number="AMBER-1"))


def _read_somehow():
    return again(changed(f.NameReadingFactory(), how="told"))


def _read_by_both():
    return again(changed(f.NameReadingFactory(), key=7))


def _read_by_nobody():
    return again(changed(f.NameReadingFactory(), person=None))


def _another_request(**values):
    """What is asked for never changes: another row, then, and for another person."""
    return again(changed(f.GrantFactory(), **{"person": f.UserFactory(), **values}))


def _asked_for_oneself():
    person = f.UserFactory()
    return _another_request(person=person, asked_by=person)


def _agreed_by_who_asked():
    person = f.UserFactory()
    return _another_request(asked_by=person, agreed_by=person, agreed_at=NOW)


def _agreed_by_whom_it_concerns():
    person = f.UserFactory()
    return _another_request(person=person, agreed_by=person, agreed_at=NOW)


def _asked_twice():
    return again(f.GrantFactory())


def _taken_somehow():
    return again(changed(f.DownloadFactory(), kind="sent"))


def _taken_by_nobody():
    return again(changed(f.DownloadFactory(), person=None))


def _approved_by_its_maker():
    key = again(changed(f.KeyFactory(), prefix="another0"))
    return changed(key, approved_by=key.made_by)


def _proposed_twice():
    return changed(again(f.ProposalFactory()), incident=f.IncidentFactory())


def _proposed_twice_by_a_person():
    one = f.ProposalFactory(key_prefix="", person=f.UserFactory())
    return changed(again(one), incident=f.IncidentFactory())
