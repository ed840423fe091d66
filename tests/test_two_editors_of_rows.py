"""Two people have one form open: no row of a table in it is lost either."""

import pytest

from incidents.models import IncidentCitation
from tests.editors import Editor, incident, now
from tests.factories import GroupNameFactory, IncidentFactory, SourceFactory, cite

__all__ = ["incident"]


@pytest.fixture
def citation(incident):
    return cite(incident, pinpoint="p. 1")


def row(citation, at=0, **typed):
    return {f"citations-{at}-{name}": value for name, value in typed.items()}


@pytest.fixture
def two(incident, citation):
    return Editor(incident, first_name="Amal", last_name="Hassan"), Editor(incident)


def test_a_row_of_both_comes_back_with_both_texts(citation, two):
    amal, badr = two
    assert amal.saves(**row(citation, pinpoint="p. 2"))

    assert not badr.saves(**row(citation, pinpoint="p. 3"))

    assert now(citation).pinpoint == "p. 2"
    assert "p. 2" in badr.refused["__all__"][0]
    assert "p. 3" in badr.refused["__all__"][0]
    assert "Amal Hassan" in badr.told
    assert badr.saves()
    assert now(citation).pinpoint == "p. 3"


def test_a_row_keeps_following_the_marking_of_its_record(citation, two):
    amal, _badr = two

    assert amal.saves(**row(citation, pinpoint="p. 2"))

    assert now(citation).marking == ""


def test_a_row_that_only_another_changed_stays_his(citation, two):
    amal, badr = two
    amal.saves(**row(citation, pinpoint="p. 2"))

    assert badr.saves(title="Drones"), badr.refused

    assert now(citation).pinpoint == "p. 2"
    assert now(citation.record).title == "Drones"


def test_two_halves_of_a_row_come_together(citation, two):
    amal, badr = two
    amal.saves(**row(citation, pinpoint="p. 2"))

    assert not badr.saves(**row(citation, support="disputes"))
    assert "now in the row: “Pinpoint”" in badr.told
    assert badr.saves()

    assert (now(citation).pinpoint, citation.support) == ("p. 2", "disputes")


def test_a_row_changed_meanwhile_is_not_removed_unseen(citation, two):
    amal, badr = two
    amal.saves(**row(citation, pinpoint="p. 2"))

    assert not badr.saves(**row(citation, DELETE="on"))
    assert "has not been removed" in badr.told
    assert badr.form["citations-0-pinpoint"] == "p. 2"
    assert badr.saves(**row(citation, DELETE="on"))

    assert not IncidentCitation.objects.exists()


def test_a_row_removed_meanwhile_stays_removed(citation, two):
    amal, badr = two
    amal.saves(**row(citation, DELETE="on"))

    assert badr.saves(title="Drones"), badr.refused

    assert not IncidentCitation.objects.exists()


def test_a_row_removed_by_both_is_removed(citation, two):
    amal, badr = two
    amal.saves(**row(citation, DELETE="on"))

    assert badr.saves(**row(citation, DELETE="on")), badr.refused


def test_a_row_removed_while_he_changed_it_comes_back_as_a_new_one(citation, two):
    amal, badr = two
    amal.saves(**row(citation, DELETE="on"))

    assert not badr.saves(**row(citation, pinpoint="p. 3"))
    assert "Removed meanwhile by Amal Hassan" in badr.told
    assert not IncidentCitation.objects.exists()
    assert badr.saves()

    assert IncidentCitation.objects.get().pinpoint == "p. 3"


def test_two_who_add_rows_do_not_meet(incident, citation, two):
    for editor in two:
        new = row(citation, at=1, source=SourceFactory().pk, support="states")
        assert editor.saves(**{"citations-TOTAL_FORMS": 2}, **new), editor.refused

    assert incident.citations.count() == 3


def test_two_who_add_the_same_source_are_told_so(incident, citation, two):
    amal, badr = two
    same = row(citation, at=1, source=SourceFactory().pk, support="states")
    assert amal.saves(**{"citations-TOTAL_FORMS": 2}, **same)

    assert not badr.saves(**{"citations-TOTAL_FORMS": 2}, **same)
    assert "This source is already cited here." in badr.told
    assert incident.citations.count() == 2


def test_a_form_that_comes_back_shows_the_rows_added_meanwhile(incident, citation, two):
    _amal, badr = two
    added = cite(incident, pinpoint="p. 9")
    new = row(citation, at=1, source=SourceFactory().pk, pinpoint="p. 5")

    assert not badr.saves(title="", **{"citations-TOTAL_FORMS": 2}, **new)

    assert [badr.form[f"citations-{at}-pinpoint"] for at in range(3)] == ["p. 1", "p. 9", "p. 5"]
    assert badr.form["citations-1-id"] == str(added.pk)
    assert badr.saves(title="Drones", **row(citation, at=2, support="states")), badr.refused
    assert incident.citations.count() == 3


@pytest.mark.parametrize("seen", ["", "x", "0" * 16, "\x00"])
def test_a_row_with_a_forged_state_is_refused_in_words(citation, two, seen):
    _amal, badr = two

    assert not badr.saves(**row(citation, seen=seen, pinpoint="p. 3"))

    assert now(citation).pinpoint == "p. 1"
    assert "p. 1" in badr.refused["__all__"][0]


@pytest.mark.parametrize("key", ["", "x", "-1", "999999", "9" * 40, "\x00"])
def test_a_row_that_is_none_of_the_record_s_is_refused_in_words(incident, citation, two, key):
    _amal, badr = two

    assert not badr.saves(**row(citation, id=key, pinpoint="p. 3"))

    assert "not one of the record" in badr.refused["__all__"][0]
    assert now(citation).pinpoint == "p. 1"


def test_a_row_of_another_record_is_out_of_reach(citation, two):
    _amal, badr = two
    other = cite(IncidentFactory(), pinpoint="p. 7")

    assert not badr.saves(**row(citation, id=other.pk, pinpoint="p. 3"))

    assert now(other).pinpoint == "p. 7"
    assert "p. 7" not in badr.told


@pytest.mark.parametrize("name", ["citations-TOTAL_FORMS", "citations-INITIAL_FORMS"])
@pytest.mark.parametrize("number", ["", "x", "-1", "99999", "0"])
def test_a_wrong_number_of_rows_is_no_crash(incident, citation, two, name, number):
    _amal, badr = two

    badr.saves(**{name: number})

    assert badr.answer.status_code in (200, 302)
    assert incident.citations.get().pinpoint == "p. 1"


def test_a_name_changed_meanwhile_comes_back(incident):
    """Rows of every table go the same way: here the names of a group."""
    name = GroupNameFactory(text="Ahl al-Kahf")
    amal, badr = Editor(name.bearer), Editor(name.bearer)
    amal.saves(**{"names-0-text": "Ashab al-Kahf"})

    assert not badr.saves(**{"names-0-text": "People of the Cave"})
    assert "Ashab al-Kahf" in badr.refused["__all__"][0]


def test_the_cursor_stands_in_a_row_to_correct(incident, citation, two):
    _amal, badr = two
    badr.saves(**row(citation, source=""))

    assert badr.told.count("autofocus") == 1
