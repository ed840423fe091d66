"""One name in many spellings, and two names that only look alike."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from militias.models import CandidateLink, Group
from tests.factories import (
    CandidateLinkFactory,
    GroupFactory,
    GroupNameFactory,
    PersonFactory,
    PersonNameFactory,
    PlaceFactory,
    PlaceNameFactory,
)

LATIN = "aeiouAEIOU bdhklmnqrstzKHS-'’ʿʾāīūḥṣṭ.()%_\\"
ARABIC = "ابتحخسصعقكلمنهويأإآٱؤئءةىکیھەێۆڕڵـًَُِّْٰ 'ـ"
NAMES = st.text(LATIN, max_size=30) | st.text(ARABIC, max_size=30)


def ask(function, *arguments):
    """What a function of the database answers."""
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({places})", arguments)
        return cursor.fetchone()[0]


def folded(text):
    return ask("fold_name", text)


def skeleton(text):
    return ask("name_skeleton", text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Kata'ib", "Kataib", id="straight apostrophe"),
        pytest.param("Kata’ib", "Kataib", id="curly apostrophe"),
        pytest.param("Kata`ib", "Kataib", id="backquote"),
        pytest.param("Kataʾib", "Kataib", id="hamza in transliteration"),
        pytest.param("ʿAsaʾib", "Asaib", id="ayn in transliteration"),
        pytest.param("Katāʾib Ḥizbullāh", "kataib hizbullah", id="macrons and dots"),
        pytest.param("KATAIB", "kataib", id="capitals"),
        pytest.param("Kataib-Hezbollah", "Kataib  Hezbollah", id="hyphen and spaces"),
        pytest.param("al-Nujaba", "Nujaba", id="article with hyphen"),
        pytest.param("el-Nujaba", "al Nujaba", id="article of the Maghreb"),
        pytest.param("ash-Shuhada", "al-Shuhada", id="assimilated article before shin"),
        pytest.param("as-Sadr", "Sadr", id="assimilated article before sad"),
        pytest.param("an-Nujaba", "al-Nujaba", id="assimilated article before nun"),
        pytest.param("حزب اللّٰه", "حزب الله", id="shadda and dagger alef"),
        pytest.param("كَتَائِب", "كتائب", id="vowel marks"),
        pytest.param("كتـــائب", "كتائب", id="tatweel"),
        pytest.param("أحمد", "احمد", id="alef with hamza above"),
        pytest.param("إحمد", "احمد", id="alef with hamza below"),
        pytest.param("آحمد", "احمد", id="alef with madda"),
        pytest.param("ٱحمد", "احمد", id="alef wasla"),
        pytest.param("على", "علي", id="alef maqsura"),
        pytest.param("حركة", "حركه", id="ta marbuta"),
        pytest.param("الشهداء", "الشهدا", id="hamza at the end"),
        pytest.param("رؤوف", "رووف", id="hamza on waw"),
        pytest.param("کتائب", "كتائب", id="Persian kaf"),
        pytest.param("علی", "علي", id="Persian ya"),
        pytest.param("ھەولێر", "ههولير", id="Kurdish ha, ae and e"),
        pytest.param("کۆیە", "كويه", id="Kurdish o"),
        pytest.param("سڵێمانی", "سليماني", id="Kurdish l"),
        pytest.param("النجباء", "نجباء", id="Arabic article"),
        pytest.param("اللواء ٤٥", "اللواء 45", id="Arabic digits"),
        pytest.param("لواء ۴۵", "لواء 45", id="Persian digits"),
        pytest.param("ﷲ", "الله", id="ligature"),
        pytest.param("«حزب الله»،", "حزب الله", id="Arabic punctuation"),
    ],
)
def test_two_spellings_fold_to_one(one, other):
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(
    "spelling",
    [
        "Kata'ib Hezbollah",
        "Kitaib Hizballah",
        "Kataeb Hizbullah",
        "كتائب حزب الله",
        "کتائب حزب الله",
    ],
)
def test_both_scripts_have_one_skeleton(spelling):
    assert skeleton(spelling) == "ktbhzbl"


@pytest.mark.parametrize(
    ("with_mark", "without"),
    [
        pytest.param("هه\u200cولێر", "ههولێر", id="zero width non-joiner, usual in Kurdish"),
        pytest.param("حزب\u200f الله", "حزب الله", id="right-to-left mark, from copying"),
        pytest.param("\ufeffKataib", "Kataib", id="byte order mark"),
    ],
)
def test_what_has_no_width_is_folded_away(with_mark, without):
    assert folded(with_mark) == folded(without)


@pytest.mark.parametrize("word", ["ali", "alwash", "asad", "ahmad al", "ال", "الا", "سال"])
def test_what_only_looks_like_an_article_is_kept(word):
    assert folded(word) == word


@given(NAMES.filter(lambda text: "الال" not in text))
def test_folding_a_folded_name_changes_nothing(text):
    """Save after a doubled Arabic article, of which one is taken off each time."""
    once = folded(text)

    assert folded(once) == once


@given(text=NAMES, sign=st.sampled_from("'’ʿʾ`"), at=st.integers(0, 30))
def test_a_sign_for_hamza_or_ayn_never_makes_another_name(text, sign, at):
    assert folded(text[:at] + sign + text[at:]) == folded(text)


@given(name=NAMES.filter(str.strip), name_ar=NAMES)
def test_a_label_is_stored_as_the_database_folds_it(name, name_ar):
    group = GroupFactory(name=name, name_ar=name_ar)

    group.refresh_from_db()

    assert group.normalised == f"{folded(name)} {folded(name_ar)}"
    assert group.skeleton == f"{skeleton(name)} {skeleton(name_ar)}"


@given(NAMES)
def test_a_further_name_is_stored_as_the_database_folds_it(text):
    name = GroupNameFactory(text=text)

    name.refresh_from_db()

    assert (name.normalised, name.skeleton) == (folded(text), skeleton(text))


@given(NAMES)
def test_a_name_finds_itself(text):
    group = GroupFactory(name=text)

    found = Group.objects.named_like(text).filter(pk=group.pk).exists()

    assert found or len(folded(text)) < 2


# Searching


@pytest.fixture
def hezbollah():
    group = GroupFactory(name="Kata'ib Hezbollah", name_ar="كتائب حزب الله")
    GroupNameFactory(bearer=group, text="KH", kind="abbreviation")
    GroupNameFactory(bearer=group, text="Hezbollah Brigades", kind="translation")
    return group


@pytest.fixture
def two_caves():
    """Two groups whose names sound alike to a foreign ear."""
    league = GroupFactory(name="Asa'ib Ahl al-Haq", name_ar="عصائب أهل الحق")
    cave = GroupFactory(name="Ashab al-Kahf", name_ar="أصحاب الكهف", kind="facade")
    return league, cave


@pytest.mark.parametrize(
    "term",
    [
        "Kata'ib Hezbollah",
        "Kataib Hizballah",
        "Kitaib Hizbullah",
        "kata’ib hezbolla",
        "KATAIB",
        "كتائب حزب الله",
        "كَتَائِب حزب اللّٰه",
        "کتائب حزب الله",
        "كتايب",
        "حزب الله",
        "KH",
        "kh",
        "Hezbollah Brigades",
        "Hizballah",
    ],
)
@pytest.mark.usefixtures("two_caves")
def test_a_group_is_found_in_any_spelling(hezbollah, term):
    assert list(Group.objects.named_like(term)) == [hezbollah]


@pytest.mark.parametrize("term", ["Asa'ib Ahl al-Haq", "Asaib Ahl el-Haqq", "عصائب اهل الحق"])
def test_the_league_does_not_find_the_cave(two_caves, term):
    assert list(Group.objects.named_like(term)) == [two_caves[0]]


@pytest.mark.parametrize("term", ["Ashab al-Kahf", "As-hab al Kahf", "أصحاب الكهف", "اصحاب الکهف"])
def test_the_cave_does_not_find_the_league(two_caves, term):
    assert list(Group.objects.named_like(term)) == [two_caves[1]]


@pytest.mark.parametrize("term", ["", " ", "'", "’’ʿ", "-", "al-", "()", "،", "ـ", "َ"])
@pytest.mark.usefixtures("hezbollah", "two_caves")
def test_a_term_without_letters_finds_nothing(term):
    assert list(Group.objects.named_like(term)) == []


@pytest.mark.parametrize("term", ["a", "K", "ا", "'k", "ك."])
@pytest.mark.usefixtures("hezbollah", "two_caves")
def test_one_letter_finds_nothing(term):
    assert list(Group.objects.named_like(term)) == []


@pytest.mark.parametrize("term", ["%", "%%", "_%_", "\\", "\\\\", "a%b", "$$", "'; --", "%s", "{}"])
@pytest.mark.usefixtures("hezbollah", "two_caves")
def test_a_sign_with_a_meaning_for_the_database_has_none_here(term):
    assert list(Group.objects.named_like(term)) == []


def test_the_name_itself_comes_first(hezbollah):
    GroupFactory(name="Harakat Hezbollah al-Nujaba")
    plain = GroupFactory(name="Hizballah")

    found = list(Group.objects.named_like("hizballah"))

    assert found[0] == plain
    assert hezbollah in found


def test_persons_and_places_are_found_by_their_further_names():
    person = PersonNameFactory(bearer=PersonFactory(), text="قاسم سليماني").bearer
    place = PlaceNameFactory(bearer=PlaceFactory(), text="ھەولێر", language="ckb").bearer

    assert list(type(person).objects.named_like("Qasim Soleymani")) == [person]
    assert list(type(place).objects.named_like("ههولير")) == [place]


def test_a_search_is_one_query_and_keeps_what_was_asked_before(hezbollah, count_queries):
    facade = GroupFactory(name="Hezbollah facade", kind="facade")
    facades = Group.objects.facades().named_like("Hizballah")

    assert count_queries(lambda: list(facades)) == 1
    assert list(facades) == [facade]


def test_an_alias_in_one_listing_is_a_question_and_two_groups_stay_two(two_caves):
    """One listing gives "People of the Cave", the cave's own name, to the league."""
    league, cave = two_caves
    GroupNameFactory(bearer=cave, text="People of the Cave", kind="translation")

    CandidateLinkFactory(name="People of the Cave", given_to=league, may_be=cave)

    assert list(Group.objects.named_like("People of the Cave")) == [cave]
    assert set(Group.objects.all()) == {league, cave}
    assert CandidateLink.objects.get().decision == "undecided"
