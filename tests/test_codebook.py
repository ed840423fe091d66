"""Every field that people fill in is defined, in one place, one click from its label."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import override

from config.codebook import _part
from incidents.models import Attribution, Claim, Incident
from records.admin_base import RecordAdmin
from records.codebook import ARABIC_PAGE, FIELDS_PAGE, WORDS_PAGE, entry_of, meaning_of, sections
from records.models import Record
from records.viewer import Viewer
from tests.admin_pages import address
from tests.factories import IncidentFactory, UserFactory

BESIDES = {  # entries of what is shown or asked on forms and is no column that a form sends
    ("Record", "change_reason"),
    ("Place", "iso_code"),
    *(("Candidate link", f"decision{part}") for part in ("", "_reason")),
    *(("Candidate link", f"decided_{part}") for part in ("on", "by")),
}
QUICK = {  # of the quick entry: when, where, what, harm, claim, attribution, source
    "incidents.Incident": "occurred_from occurred_to occurred_precision time_from time_to "
    "time_stated place kind weapon weapons_low weapons_high target_kind target_name title summary",
    "incidents.CasualtyFigure": "status category nationality low high",
    "incidents.Claim": "group channel address statement_text confidence",
    "incidents.Attribution": "stance group person asserted_by confidence basis",
    "records.Source": "publisher title address published_from reliability language kind",
}


@pytest.fixture
def staff():
    return UserFactory(is_staff=True, is_superuser=True, clearance="TLP:RED")


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


def fields_of_forms(rf, staff):
    """(model, field) of everything that a form of a record, or a row in one, asks."""
    request = rf.get("/")
    request.user = staff
    request.viewer = Viewer.of(staff)
    for model, screen in admin.site._registry.items():
        if not isinstance(screen, RecordAdmin):
            continue
        forms = [(model, screen.get_form(request))]
        for part in screen.get_inline_instances(request):
            forms.append((part.model, part.get_formset(request).form))
        for of, form in forms:
            columns = {field.name for field in of._meta.fields}
            yield from ((of, name) for name in form.base_fields if name in columns)


def test_every_field_that_people_fill_in_is_defined(rf, staff):
    asked = set(fields_of_forms(rf, staff))

    assert len(asked) > 300
    assert [
        (model.__name__, name)
        for model, name in sorted(asked, key=str)
        if meaning_of(model, name) is None and name not in (model._meta.pk.name,)
    ] == []


def test_every_entry_belongs_to_a_field(rf, staff):
    used = {entry_of(model, name) for model, name in fields_of_forms(rf, staff)} | BESIDES
    written = {(heading, key) for heading, table in sections(FIELDS_PAGE).items() for key in table}

    assert written - used == set()


def test_the_arabic_page_translates_entries_that_there_are():
    english = {(heading, key) for heading, table in sections(FIELDS_PAGE).items() for key in table}
    words = {
        key
        for page in (WORDS_PAGE, "methodology.md", "security.md")
        for table in sections(page).values()
        for key in table
    }
    headings = set(sections(FIELDS_PAGE))

    for heading, table in sections(ARABIC_PAGE).items():
        for key, text in table.items():
            assert (heading, key) in english or (heading not in headings and key in words), key
            assert re.search("[\u0621-\u064a]", text), (heading, key)


@pytest.mark.parametrize(("label", "name"), [(m, n) for m, ns in QUICK.items() for n in ns.split()])
def test_the_fields_of_quick_entry_are_defined_in_arabic(label, name):
    with override("ar"):
        meaning = meaning_of(apps.get_model(label), name)

    assert (meaning.text.language, meaning.text.direction) == ("ar", "rtl")


def test_what_is_not_translated_is_shown_in_english_and_marked_so():
    with override("ar"):
        meaning = meaning_of(apps.get_model("legal.Designation"), "authority")

    assert (meaning.text.language, meaning.text.direction) == ("en", "ltr")


def test_the_words_of_a_list_are_defined_with_the_same_text_as_over_the_api(browser):
    over_the_api = browser.get("/api/v1/vocabularies/stance/").json()["values"]

    shown = meaning_of(Attribution, "stance").words

    assert [(label, text.text) for label, text in shown] == [
        (each["labels"]["en"], each["definition"]) for each in over_the_api
    ]


@pytest.mark.parametrize("name", ["occurred_precision", "kind", "weapon", "marking", "certainty"])
def test_every_list_of_a_field_has_its_words(name):
    assert len(meaning_of(Incident, name).words) == len(
        [value for value, _ in Incident._meta.get_field(name).choices if value]
    )


def test_one_table_says_more_of_a_field_than_what_all_share():
    assert entry_of(Incident, "occurred_from") == ("Incident", "occurred_from")
    assert entry_of(Incident, "occurred_to") == ("Dates", "..._to")
    assert entry_of(Claim, "confidence") == ("Assertion", "confidence")


# On the screens


def signs_and_texts(page):
    signs = re.findall(r'popovertarget="([^"]+)" aria-label', page)
    return set(signs), re.findall(r'popover class="meaning" id="([^"]+)"', page)


@pytest.mark.parametrize("page", ["add", "change"])
def test_each_sign_of_a_form_opens_a_definition_that_is_written_once(browser, page):
    keys = [IncidentFactory().pk] if page == "change" else []

    shown = browser.get(address(Incident, page, *keys)).text

    signs, texts = signs_and_texts(shown)
    assert signs == set(texts)
    assert len(texts) == len(set(texts))
    assert {
        "means-incidents.incident.occurred_precision",
        "means-incidents.claim.channel",
        "means-incidents.incidentcitation.pinpoint",
    } <= signs
    assert " style=" not in shown


def test_a_filter_says_what_it_filters_by(browser):
    signs, texts = signs_and_texts(browser.get(address(Incident, "changelist")).text)

    assert signs == set(texts)
    assert "means-filter-target_kind" in signs


def test_definitions_cost_no_query(browser, count_queries, monkeypatch):
    browser.get(address(Incident, "add"))
    cost = count_queries(lambda: browser.get(address(Incident, "add")))
    monkeypatch.setattr("records.templatetags.codebook.meaning_of", lambda model, name: None)

    assert count_queries(lambda: browser.get(address(Incident, "add"))) == cost


def test_the_page_of_the_codebook_has_every_entry_at_its_address(browser):
    page = browser.get(reverse("admin:codebook")).text

    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    for model in apps.get_models():
        if issubclass(model, Record):
            for field in model._meta.fields:
                if meaning := meaning_of(model, field.name):
                    assert meaning.anchor in anchors
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links - set(anchors) == set()
    assert ".md" not in re.findall(r'href="([^"]*)"', page)


def test_the_page_is_arabic_first_for_arabic_readers(browser):
    shown = browser.get(reverse("admin:codebook"), headers={"accept-language": "ar"}).text

    assert 'id="ar.codebook.ar"' in shown
    assert shown.index('id="ar.codebook.ar"') < shown.index('id="methodology"')
    assert '<article id="methodology" lang="en" dir="ltr">' in shown


def test_only_who_is_signed_in_reads_it(client):
    assert client.get(reverse("admin:codebook")).status_code == 302


def test_nothing_in_a_page_of_docs_becomes_markup(settings, tmp_path):
    """What Markdown cannot say is shown as it is written."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other.md").write_text("# A\n\n<b>bold</b> [x](javascript:alert)\n")
    settings.BASE_DIR = tmp_path

    shown = _part("other.md", "en", "ltr")["html"]

    assert "&lt;b&gt;bold" in shown
    assert "href" not in shown
