"""The Arabic texts: all there, compiled, and read from right to left."""

import ast
import gettext
import re
import shutil
import struct
from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override
from pghistory.models import Event

from records.dates import describe
from tests.factories import GroupFactory, UserFactory

CATALOGUE = settings.BASE_DIR / "locale/ar/LC_MESSAGES/django.po"
RENEW = "makemessages -l ar --add-location file, translate, compilemessages"
FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)
COUNTS = [0, 1, 2, 3, 11, 100]  # one for each plural form of Arabic, in their order
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}")
ARABIC = re.compile("[\u0621-\u064a]")
UNSEEN = {"normalised", "skeleton"}  # columns for searching, shown to nobody
# Called so in every language.
FORMATS = {"PDF", "PNG", "JPEG", "WebP", "GIF", "MP4", "WebM", "MP3", "OGG", "WAV", "WARC"}
OWN = ["records", "militias", "incidents", "legal"]


@dataclass(frozen=True)
class Entry:
    """forms: the translation, or one for each of `COUNTS` if the message has a plural."""

    plural: str
    forms: list


def entries(text):
    """From (context, message) to Entry, as the text of a catalogue has them."""
    found = {}
    for block in text.split("\n\n"):
        fields = {
            name: "".join(ast.literal_eval(line) for line in quoted.splitlines())
            for name, quoted in FIELD.findall(block)
        }
        if fields.get("msgid"):
            forms = [fields[name] for name in sorted(fields) if name.startswith("msgstr")]
            entry = Entry(fields.get("msgid_plural", ""), forms)
            found[fields.get("msgctxt"), fields["msgid"]] = entry
    return found


def placeholders(message):
    return sorted(PLACEHOLDER.findall(message))


@pytest.fixture(scope="module")
def text():
    return CATALOGUE.read_text()


@pytest.fixture(scope="module")
def translations(text):
    return entries(text)


# The catalogue


def test_a_group_is_named_in_arabic_to_arabic_readers():
    group = GroupFactory.build(name="Kata'ib Hezbollah", name_ar="كتائب حزب الله")

    assert str(group) == "Kata'ib Hezbollah"
    with override("ar"):
        assert str(group) == "كتائب حزب الله"
        assert str(GroupFactory.build(name="Israel")) == "Israel"


def test_every_text_is_translated(translations):
    assert len(translations) > 600
    assert [message for message, entry in translations.items() if not all(entry.forms)] == []
    assert {len(entry.forms) for entry in translations.values() if entry.plural} == {len(COUNTS)}


def test_no_translation_is_guessed_or_left_over(text):
    assert re.findall(r"^#(?:,.*fuzzy|~).*", text, re.MULTILINE) == []


def test_translations_keep_the_placeholders(translations):
    """The Arabic words for none, one and two may do without the number."""
    wrong = {
        message: shown
        for (_context, message), entry in translations.items()
        for count, shown in zip(COUNTS, entry.forms, strict=False)
        if placeholders(shown) != placeholders(entry.plural or message)
        and not (entry.plural and count < 3 and _but_the_number(shown, entry.plural))
    }

    assert wrong == {}


def _but_the_number(shown, plural):
    """One placeholder is left out, which may bear any name, and no other is new."""
    missing = Counter(placeholders(plural))
    missing.subtract(placeholders(shown))
    return min(missing.values()) >= 0 and missing.total() == 1


def test_dates_in_sentences_are_isolated(translations):
    """A letter before `2021-02-15` would have it read `15-02-2021`."""
    dates = re.compile(r"(?<!\u2068)%\((?:day|first|last)\)s")

    shown = [form for entry in translations.values() for form in entry.forms]
    assert [form for form in shown if dates.search(form)] == []


def test_the_compiled_catalogue_is_the_written_one(translations):
    compiled = CATALOGUE.with_suffix(".mo")
    with compiled.open("rb") as file:
        arabic = gettext.GNUTranslations(file)

    def compiled_forms(context, message, entry):
        if entry.plural:
            return [arabic.ngettext(message, entry.plural, count) for count in COUNTS]
        return [arabic.pgettext(context, message) if context else arabic.gettext(message)]

    assert {key: entry.forms for key, entry in translations.items()} == {
        key: compiled_forms(*key, entry) for key, entry in translations.items()
    }
    (count,) = struct.unpack("<I", compiled.read_bytes()[8:12])
    assert count == len(translations) + 1  # the header is an entry too


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed.")
def test_the_catalogue_has_exactly_the_texts_of_the_code(
    translations, tmp_path, monkeypatch, settings
):
    copy = tmp_path / "copy"
    others = shutil.ignore_patterns(".*", "bench", "fixtures", "static*", "tests", "__pycache__")
    shutil.copytree(settings.BASE_DIR, copy, ignore=others)
    monkeypatch.chdir(copy)
    settings.LOCALE_PATHS = [copy / "locale"]

    call_command("makemessages", locale=["ar"], verbosity=0)

    extracted = entries((copy / "locale/ar/LC_MESSAGES/django.po").read_text())
    assert extracted.keys() == translations.keys(), f"To renew it: manage.py {RENEW}"


# What is shown


@pytest.mark.parametrize(
    "model",
    [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN and not (model._meta.proxy or issubclass(model, Event))
    ],
    ids=lambda model: model._meta.label,
)
def test_every_model_field_and_choice_has_an_arabic_name(model):
    fields = [
        field for field in model._meta.fields if field.name not in UNSEEN and not field.primary_key
    ]
    with override("ar"):
        names = [model._meta.verbose_name, model._meta.verbose_name_plural]
        names += [field.verbose_name for field in fields]
        names += [
            label
            for field in fields
            for value, label in field.flatchoices
            if not (str(label).startswith("TLP:") or label in FORMATS)
        ]

        assert [str(name) for name in names if not ARABIC.search(str(name))] == []


def test_the_front_page_is_arabic_from_right_to_left(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    with override("en"):  # a request leaves its language behind; this puts the old one back
        answer = client.get(reverse("admin:index"), headers={"accept-language": "ar"})
    page = answer.content.decode()

    assert 'dir="rtl"' in page
    assert "من الهجمات المسجَّلة حتى" in page
    assert "إلى إدانة قائمة" in page


@pytest.mark.parametrize(
    ("precision", "shown"),
    [
        ("day", "\u20682021-02-15\u2069"),
        ("month", "\u20682021-02\u2069"),
        ("year", "2021"),
        ("span", "\u20682021-02-15\u2069 – \u20682021-02-17\u2069"),
    ],
)
def test_a_date_stays_upright_in_an_arabic_sentence(precision, shown):
    with override("ar"):
        assert describe(date(2021, 2, 15), date(2021, 2, 17), precision) == shown
