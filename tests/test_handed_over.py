"""Reports handed over: the same bytes for the same records, for their audience alone."""

import csv
import io
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from incidents.models import Incident
from records.models import Source
from records.viewer import Viewer, viewing
from reports.handover.bundle import bundle
from reports.handover.document import runs
from reports.handover.making import make
from reports.models import HandedOver, audience_of
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    AttributionFactory,
    ClaimFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    RulingFactory,
    SourceFactory,
    SuspectFactory,
    UserFactory,
    cite,
)
from tests.handovers import (
    LISTED,
    MAKE,
    files_of,
    handed_over,
    monitor,
    rows_of,
    steps_of_html,
)
from tests.hidden_world import (
    EVERY_RIGHT,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)

DAY = date(2030, 1, 1)
CANARY = "Zqanary"


@pytest.fixture
def desk(client):
    """A client of a monitor."""
    client.user = monitor()
    client.force_login(client.user)
    return client


def signed_in(**values):
    client = Client()
    client.user = UserFactory(is_staff=True, **{"rights": EVERY_RIGHT, **values})
    client.force_login(client.user)
    return client


def elsewhere():
    return OrganisationFactory(slug="elsewhere", name="Elsewhere")


def attack(**values):
    row = IncidentFactory(**values)
    cite(row, SourceFactory())
    ClaimFactory(incident=row)
    AttributionFactory(incident=row)
    ArrestLinkFactory(incident=row, arrest=ArrestFactory(detained_low=1, detained_high=2))
    return row


def convicted(row, on):
    judgment = ConvictionFactory(on=on)
    ConvictionIncidentFactory(conviction=judgment, incident=row)
    ConvictionSuspectFactory(conviction=judgment)
    return judgment


def made(query="as_of=2030-01-01", marking="TLP:CLEAR", language="en", organisation=None):
    return make(query, marking, language, organisation)


# The same bytes


def test_made_twice_it_is_the_same_bytes(desk):
    for _n in range(3):
        attack()
    address = handed_over(desk)
    row = HandedOver.objects.get()
    html, packed = (desk.get(f"{address}{name}") for name in ("report.html", "bundle.zip"))

    assert sha256(html.content).hexdigest() == row.sha256_html
    assert sha256(packed.content).hexdigest() == row.sha256_zip
    assert "Same bytes" in desk.get(address).content.decode()


def test_the_clock_does_not_change_the_bytes(monkeypatch):
    attack()
    before = made()
    later = datetime(2041, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: later)
    after = made()

    assert (after.html, after.zip) == (before.html, before.zip)


def test_neither_language_nor_rights_of_a_reader_change_the_bytes(desk):
    attack()
    attack(marking="TLP:GREEN")
    address = handed_over(desk)
    html = desk.get(f"{address}report.html").content

    assert (
        signed_in().get(f"{address}report.html", headers={"accept-language": "ar"}).content == html
    )


def test_the_order_in_which_records_were_entered_changes_nothing():
    """Same moments, same names, other keys in the database."""
    days = [date(2021, 3, 5), date(2021, 3, 5), date(2020, 1, 1)]
    texts = []
    for order in ((0, 1, 2), (2, 1, 0)):
        with transaction.atomic():
            place = PlaceFactory(reference="PPPP-PPPP-PPPP", name="Here")
            source = SourceFactory(
                reference="SSSS-SSSS-SSSS", publisher="One", title="", address=""
            )
            for n in order:
                row = IncidentFactory(
                    reference=f"AAAA-AAAA-AAA{n}", title=f"Attack {n}", place=place, on=days[n]
                )
                cite(row, source)
            report = made()
            texts.append((report.html, report.zip))
            transaction.set_rollback(True)

    assert texts[0] == texts[1]


HASHES = """
import sys
from reports.handover.document import digest_of
print(digest_of({"a": frozenset(["x", "y", "zz", "w"]), "b": ("c",)}))
"""


def test_digests_are_those_of_another_process():
    """Where the hashes of texts are others."""
    said = {
        subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{HASHES}"],
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "config.settings"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(said) == 1


def test_the_bundle_has_no_time_and_its_readme_the_hashes():
    attack()
    packed = made().zip
    files = files_of(packed)
    told = dict(
        reversed(line.split("  "))
        for line in re.findall(r"^[0-9a-f]{64}  \S+", files["README.txt"], re.M)
    )

    assert told == {
        name: sha256(text.encode()).hexdigest()
        for name, text in files.items()
        if name != "README.txt"
    }
    assert {"summary.csv", "cases.csv", "sources.csv", "ladder.csv"} < told.keys()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_column_has_a_name_of_its_own_and_texts_hold_nothing_unseen(language):
    convicted(attack(), on=date(2022, 1, 1))

    for name, text in files_of(made(language=language).zip).items():
        if name.endswith(".csv"):
            heads = next(csv.reader(io.StringIO(text)))
            assert len(set(heads)) == len(heads), name
            assert not re.search("[\u2066-\u2069]", text), name


def test_a_text_that_a_spreadsheet_would_run_is_harmless():
    attack(title="=cmd()", place=PlaceFactory(name="@here"))
    cite(Incident.objects.get(), SourceFactory(publisher="+1", title="-2"))

    for name, text in files_of(made().zip).items():
        if name.endswith(".csv"):
            cells = [cell for row in rows_of(text) for cell in row.values() if cell]
            assert not [cell for cell in cells if cell[0] in "=+@"], name
    assert "'=cmd()" in files_of(made().zip)["cases.csv"]


# What it says


def test_each_number_is_the_number_of_cases_beside_it():
    attack()
    IncidentFactory()
    convicted(IncidentFactory(), on=date(2022, 1, 1))
    ArrestLinkFactory(incident=IncidentFactory(), contested=True)
    steps = steps_of_html(made().html.decode())

    assert {name: number for name, (number, _cases) in steps.items()} == {
        "recorded": 4,
        "claimed": 1,
        "attributed": 1,
        "arrested": 2,
        "arrested_uncontested": 1,
        "charged": 1,
        "tried": 1,
        "convicted": 1,
        "convicted_without_arrest": 1,
        "standing": 1,
    }
    assert all(number == len(cases) for number, cases in steps.values())


def test_a_bar_that_is_not_drawn_is_accounted_for():
    attack()
    before = made().html.decode()
    IncidentFactory()

    assert "a number without a bar" not in before
    assert "a number without a bar" in made().html.decode()


def test_a_later_ruling_does_not_reach_an_earlier_day():
    row = IncidentFactory(on=date(2020, 1, 1))
    judgment = convicted(row, on=date(2021, 1, 1))
    RulingFactory(conviction=judgment, kind="annulled", on=date(2022, 1, 1))
    said = {
        day: rows_of(files_of(made(f"as_of={day}").zip)["cases.csv"])[0]
        for day in ("2020-06-01", "2021-06-01", "2022-06-01")
    }

    assert [(case["convicted"], case["standing"]) for case in said.values()] == [
        ("false", "false"),
        ("true", "true"),
        ("true", "false"),
    ]
    assert "Annulled" not in said["2021-06-01"]["convictions"]
    assert "does not stand" in said["2022-06-01"]["convictions"]


def test_sources_are_numbered_in_the_order_of_the_cases():
    second, first = (IncidentFactory(on=date(year, 1, 1)) for year in (2021, 2020))
    shared = SourceFactory(publisher="Both")
    for row in (second, first):
        cite(row, shared)
    cite(second, SourceFactory(publisher="Second"))
    files = files_of(made().zip)

    assert [row["publisher"] for row in rows_of(files["sources.csv"])] == ["Both", "Second"]
    assert [row["sources"] for row in rows_of(files["cases.csv"])] == ["1", "1 2"]


def test_a_source_that_disputes_is_told_apart():
    row = IncidentFactory()
    cite(row, SourceFactory(), support="disputes")
    (case,) = rows_of(files_of(made().zip)["cases.csv"])

    assert (case["sources"], case["disputed_by"]) == ("", "1")


def test_no_suspect_is_told():
    row = IncidentFactory()
    judgment = ConvictionFactory(on=date(2021, 1, 1))
    ConvictionIncidentFactory(conviction=judgment, incident=row)
    suspect = SuspectFactory()
    ConvictionSuspectFactory(conviction=judgment, suspect=suspect)
    report = made()

    assert suspect.code.encode() not in report.html + report.zip


def test_runs_of_numbers():
    assert runs([1, 2, 3, 7, 9, 10]) == [[1, 3], [7, 7], [9, 10]]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_report_is_in_its_own_language(desk, language):
    attack()
    address = handed_over(desk, language=language)
    html = desk.get(f"{address}print/").content.decode()

    assert f'<html lang="{language}"' in html
    assert ('dir="rtl"' in html) == (language == "ar")


def test_nothing_leads_anywhere_on_paper():
    attack()

    assert not re.search(r"<(a|script|link|img)\b", made().html.decode())


# Its audience


@pytest.mark.parametrize(
    ("marking", "found"),
    [("TLP:CLEAR", 1), ("TLP:GREEN", 2), ("TLP:AMBER", 3), ("TLP:AMBER+STRICT", 4)],
)
def test_only_what_its_audience_may_see_is_counted(desk, marking, found):
    own, other = desk.user.organisation, elsewhere()
    for each in ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT"):
        IncidentFactory(marking=each, owner=own)
    IncidentFactory(marking="TLP:AMBER", owner=other, title=CANARY)
    IncidentFactory(marking="TLP:CLEAR", review_status="draft", owner=own, title=CANARY)
    address = handed_over(desk, marking=marking)
    html = desk.get(f"{address}print/").content.decode()

    assert HandedOver.objects.get().counts["recorded"] == found
    assert CANARY not in html
    assert f'<p class="marking" dir="ltr">{marking}</p>' in html
    assert marking in desk.get(f"{address}page.css").content.decode()


@pytest.mark.parametrize("marking", ["TLP:CLEAR", "TLP:AMBER+STRICT"])
def test_what_its_audience_may_not_see_leaves_no_trace(desk, marking):
    """Hidden rows of every kind, hidden in every way, beside those that it sees."""
    world, strange = visible_world(), strangers()
    asked = {"marking": marking, "organisation": desk.user.organisation_id}
    before = made(**asked)
    Hider(world, ways_to_hide(*strange), ways_to_hide_a_part(strange[1])).hide_everything()
    after = made(**asked)

    assert Incident.objects.count() > before.document.total.recorded
    assert (after.html, after.zip) == (before.html, before.zip)


def test_the_page_that_makes_one_counts_for_each_audience_alone(desk):
    """As test_two_worlds.py, for a reader who may make a report."""
    world, strange = visible_world(), strangers()
    before = unmasked(desk.get(f"{MAKE}?as_of=2030-01-01"))
    Hider(world, ways_to_hide(*strange), ways_to_hide_a_part(strange[1])).hide_everything()
    after = unmasked(desk.get(f"{MAKE}?as_of=2030-01-01"))

    assert after == before


def unmasked(answer):
    assert answer.status_code == 200
    return re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", answer.content.decode())


def test_a_group_that_the_audience_may_not_see_is_asked_for_in_vain(desk):
    row = attack()
    claim = ClaimFactory(incident=row, group__marking="TLP:AMBER+STRICT")
    claim.group.owner = desk.user.organisation
    claim.group.save()
    query = f"{MAKE}?as_of=2030-01-01&group={claim.group.reference}"
    answer = desk.post(query, {"marking": "TLP:CLEAR", "language": "en"})

    assert answer.status_code == 400
    assert "There is no such record" in answer.content.decode()
    assert not HandedOver.objects.exists()


READERS = [
    ("TLP:CLEAR", {}, 200),
    ("TLP:GREEN", {"clearance": "TLP:GREEN"}, 200),
    ("TLP:GREEN", {"clearance": "TLP:CLEAR"}, 404),
    ("TLP:AMBER", {}, 404),
    ("TLP:AMBER+STRICT", {}, 404),
    ("TLP:AMBER", {"own": True, "clearance": "TLP:AMBER"}, 200),
    ("TLP:AMBER+STRICT", {"own": True, "clearance": "TLP:AMBER"}, 404),
    ("TLP:AMBER+STRICT", {"own": True}, 200),
]
PAGES = ["", "print/", "page.css", "report.html", "bundle.zip"]


@pytest.mark.parametrize(("marking", "who", "status"), READERS)
def test_it_is_read_as_its_audience_reads(desk, marking, who, status):
    attack()
    address = handed_over(desk, marking=marking)
    values = {name: value for name, value in who.items() if name != "own"}
    organisation = desk.user.organisation if "own" in who else elsewhere()
    reader = signed_in(organisation=organisation, **values)

    assert {reader.get(f"{address}{page}").status_code for page in PAGES} == {status}
    assert (address in reader.get(LISTED).content.decode()) == (status == 200)


def test_hidden_and_absent_answer_alike(desk):
    attack()
    hidden = handed_over(desk, marking="TLP:AMBER+STRICT")
    stranger = Client()
    stranger.force_login(monitor(organisation=elsewhere()))
    number = hidden.rstrip("/").rpartition("/")[2]
    absent = hidden.replace(number, "MSL-2026-0000-0000")

    for page in PAGES:
        one, other = (stranger.get(f"{at}{page}") for at in (hidden, absent))
        assert one.status_code == other.status_code == 404
        assert one.content == other.content
    for at in (hidden, absent):
        assert stranger.post(f"{at}withdraw/", {"reason": "No."}).status_code == 404


def test_who_made_it_is_told_to_his_own_organisation_alone(client):
    attack()
    amira = monitor(username="amira")
    client.force_login(amira)
    address = handed_over(client)
    own = signed_in(organisation=amira.organisation)
    stranger = signed_in(organisation=elsewhere())

    for page in (LISTED, address, f"{address}print/"):
        assert "amira" not in found(stranger, page), page
    for page in (LISTED, address):
        assert "amira" in found(own, page), page
    assert "amira" not in found(own, f"{address}print/")


def found(client, page):
    answer = client.get(page)
    assert answer.status_code == 200
    return answer.content.decode()


# Who makes and withdraws one


def test_only_monitors_hand_over():
    attack()
    for client in (signed_in(), signed_in(rights=[])):
        assert client.get(MAKE).status_code == 403
        answer = client.post(MAKE, {"marking": "TLP:CLEAR", "language": "en"})
        assert answer.status_code == 403
    assert signed_in(rights=[]).get(LISTED).status_code == 403


def test_nobody_makes_one_above_his_clearance():
    attack()
    client = Client()
    client.force_login(monitor(clearance="TLP:GREEN"))
    answer = client.post(MAKE, {"marking": "TLP:AMBER", "language": "en"})

    assert answer.status_code == 400
    assert not HandedOver.objects.exists()


def test_withdrawn_it_says_why_and_is_not_printed(desk):
    attack()
    address = handed_over(desk)
    desk.post(f"{address}withdraw/", {"reason": "Sent to the wrong desk."})
    page = desk.get(address).content.decode()

    assert "Sent to the wrong desk." in page
    assert desk.get(f"{address}print/").status_code == 409
    desk.post(f"{address}withdraw/", {"reason": "Again."})
    assert HandedOver.objects.get().withdrawn_reason == "Sent to the wrong desk."


def test_it_is_withdrawn_by_monitors_of_its_owner_with_a_reason(desk):
    attack()
    address = handed_over(desk)
    stranger, entry = Client(), signed_in(organisation=desk.user.organisation)
    stranger.force_login(monitor(organisation=elsewhere()))
    for client in (stranger, entry):
        assert client.post(f"{address}withdraw/", {"reason": "No."}).status_code == 403
    desk.post(f"{address}withdraw/", {"reason": ""})

    assert HandedOver.objects.get().withdrawn_at is None
    assert desk.get(f"{address}withdraw/").status_code == 405


def test_the_database_refuses_what_the_pages_do_not_offer(desk):
    attack()
    handed_over(desk)
    row, mine = HandedOver.objects.get(), Viewer.of(desk.user)
    stranger, entry = (
        monitor(organisation=elsewhere()),
        UserFactory(organisation=desk.user.organisation),
    )
    rows = HandedOver.objects.unrestricted(reason="tests").filter(pk=row.pk)
    withdrawing = {"withdrawn_at": timezone.now(), "withdrawn_reason": "No."}
    refused = [
        (mine, lambda: rows.update(query="")),
        (mine, lambda: rows.update(sha256_zip="0" * 64)),
        (mine, rows.delete),
        (mine, lambda: rows.update(withdrawn_by=stranger, **withdrawing)),
        (Viewer.of(stranger), lambda: rows.update(withdrawn_by=stranger, **withdrawing)),
        (Viewer.of(entry), lambda: rows.update(withdrawn_by=entry, **withdrawing)),
        (Viewer.of(stranger), lambda: again(row)),
        (Viewer.of(entry), lambda: again(row, made_by=entry)),
    ]
    for viewer, act in refused:
        with pytest.raises(DatabaseError), transaction.atomic(), viewing(viewer):
            act()
    for act in (lambda: rows.update(query=""), rows.delete):  # the operator neither
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def again(row, **values):
    row.pk, row.number = None, "MSL-2026-1111-1111"
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def test_the_second_wall_shows_it_to_its_audience_alone(desk):
    attack()
    handed_over(desk, marking="TLP:AMBER")
    with viewing(Viewer.of(desk.user)):
        assert HandedOver.objects.unrestricted(reason="tests").count() == 1
    for other in (audience_of("TLP:AMBER", None), Viewer.of(monitor(organisation=elsewhere()))):
        with viewing(other):
            assert HandedOver.objects.unrestricted(reason="tests").count() == 0


# What changed since


def test_what_changed_is_named(desk):
    first, second = attack(title="First"), attack(title="Second")
    address = handed_over(desk)
    Incident.objects.filter(pk=first.pk).update(title="First, corrected")
    third = attack(title="Third")
    Incident.objects.filter(pk=second.pk).update(
        review_status="withdrawn", withdrawn_reason="A double."
    )
    page = desk.get(address)
    since = page.context["since"]

    assert [case.title for _n, case in since.changed] == ["First, corrected"]
    assert [case.title for _n, case in since.came] == ["Third"]
    assert since.went == (second.reference,)
    assert first.pk in {int(each.address.split("/")[-3]) for each in since.altered}
    assert "Same bytes" not in page.content.decode()
    assert "By the records of today" in page.content.decode()
    assert third.reference in page.content.decode()
    assert desk.get(f"{address}report.html").status_code == 409


def test_a_change_that_its_audience_does_not_see_changes_nothing(desk):
    attack()
    address = handed_over(desk)
    attack(marking="TLP:AMBER+STRICT", owner=desk.user.organisation)
    SourceFactory()

    assert desk.get(address).context["same"]


def test_a_change_of_one_source_is_told(desk):
    attack()
    address = handed_over(desk)
    Source.objects.update(title="Another title")
    since = desk.get(address).context["since"]

    assert (since.sources_changed, since.changed, since.form_alone) == (1, (), False)
    assert [each.noun for each in since.altered] == ["source"]


def test_the_same_records_written_otherwise(desk, monkeypatch):
    attack()
    address = handed_over(desk)
    monkeypatch.setattr("reports.handover.making.bundle", lambda document: bundle(document) + b"\n")
    page = desk.get(address)

    assert page.context["since"].form_alone
    assert "written otherwise" in page.content.decode()


def test_what_its_audience_can_no_longer_ask_says_so(desk):
    row = attack()
    address = handed_over(desk)
    Incident.objects.filter(pk=row.pk).update(marking="TLP:AMBER+STRICT")

    page = desk.get(address)
    assert "It can no longer be made" in page.content.decode()
    assert desk.get(f"{address}bundle.zip").status_code == 409


# What it costs


def test_a_report_costs_the_same_for_one_attack_as_for_many(desk, count_queries):
    """Those of the dashboard, and sixteen of the cases, claims to sources."""
    convicted(attack(), on=date(2022, 1, 1))
    address = handed_over(desk)
    cost = count_queries(lambda: desk.get(address))
    for _n in range(4):
        convicted(attack(), on=date(2022, 1, 1))
    address = handed_over(desk)

    assert count_queries(lambda: desk.get(address)) == cost
    assert cost - count_queries(lambda: desk.get("/admin/password_change/")) <= 32


def test_the_list_costs_the_same_for_one_report_as_for_many(desk, count_queries):
    attack()
    handed_over(desk)
    cost = count_queries(lambda: desk.get(LISTED))
    for _n in range(3):
        handed_over(desk, kind="rocket_attack")

    assert count_queries(lambda: desk.get(LISTED)) == cost
    assert cost - count_queries(lambda: desk.get("/admin/password_change/")) <= 4
