"""Two people have one record open: nothing that either of them writes is lost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident, IncidentCitation
from legal.models import Arrest
from militias.models import Group
from records.viewer import Viewer, viewing
from tests.admin_pages import address, form_data, refusals
from tests.factories import (
    ArrestFactory,
    ClaimFactory,
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
    cite,
)


class Editor:
    """Somebody with a form open, as a browser would keep it."""

    def __init__(self, row, **person):
        person = {"is_staff": True, "is_superuser": True, "clearance": "TLP:RED"} | person
        self.person = UserFactory(**person)
        self.client = Client()
        self.client.force_login(self.person)
        self.page = address(type(row), "change", row.pk)
        self.form = form_data(self.client.get(self.page))

    def saves(self, **typed):
        """Types and saves. Whatever comes back is what he has before him then."""
        self.answer = self.client.post(self.page, self.form | typed)
        if self.answer.status_code == 200:
            self.form = form_data(self.answer)
        return self.answer.status_code == 302

    def leaves_out(self, *names):
        self.form = {name: self.form[name] for name in self.form if name not in names}

    @property
    def told(self):
        return " ".join(self.answer.content.decode().split())

    @property
    def refused(self):
        return refusals(self.answer)


@pytest.fixture
def incident():
    return IncidentFactory(title="Rockets", summary="Three rockets fell.")


@pytest.fixture
def amal(incident):
    return Editor(incident, username="amal", first_name="Amal", last_name="Hassan")


@pytest.fixture
def badr(incident, amal):
    return Editor(incident, username="badr")


def now(row):
    row.refresh_from_db()
    return row


# The record


def test_a_form_nobody_else_touched_is_saved(incident, amal):
    assert amal.saves(title="Drones")

    assert now(incident).title == "Drones"


def test_who_comes_second_saves_nothing_and_keeps_what_he_typed(incident, amal, badr):
    assert amal.saves(title="Rockets at the airport")

    assert not badr.saves(title="Rockets near the airport", target_name="Airport")

    assert (now(incident).title, incident.target_name) == ("Rockets at the airport", "")
    assert badr.form["title"] == "Rockets near the airport"
    assert badr.form["target_name"] == "Airport"


def test_he_reads_both_texts_and_who_wrote_the_other(amal, badr):
    amal.saves(title="Rockets at the airport")
    badr.saves(title="Rockets near the airport")

    assert set(badr.refused) == {"title", "__all__"}
    both = badr.refused["title"][0]
    assert both.index("Stored now") < both.index("Rockets at the airport")
    assert both.index("Yours") < both.index("Rockets near the airport")
    assert "Amal Hassan" in badr.told


def test_of_a_long_text_the_words_that_differ_are_marked(incident, amal, badr):
    long = " ".join(["Three rockets fell near the runway of the airport at dawn."] * 12)
    amal.saves(summary=f"{long} Two people died.")
    badr.saves(summary=f"{long} Nobody was hurt.")

    both = badr.refused["summary"][0]
    assert "<mark>Two people died. </mark>" in both
    assert "<mark>Nobody was hurt. </mark>" in both
    assert both.count("Three rockets fell") == 4  # the rest is left out


def test_what_another_changed_and_he_did_not_is_taken_over(incident, amal, badr):
    amal.saves(title="Rockets at the airport", series="Spring")

    assert not badr.saves(summary="Four rockets fell.")
    assert list(badr.refused) == ["__all__"]
    assert "now in the form: “Title” and “Series”" in badr.told
    assert badr.saves()

    assert (now(incident).title, incident.series) == ("Rockets at the airport", "Spring")
    assert incident.summary == "Four rockets fell."


def test_saving_again_is_his_decision(incident, amal, badr):
    amal.saves(title="Rockets at the airport")
    badr.saves(title="Rockets near the airport")

    assert badr.saves()

    assert now(incident).title == "Rockets near the airport"


def test_a_third_change_while_he_decides_comes_back_again(incident, amal, badr):
    amal.saves(title="One")
    assert not badr.saves(title="Two")
    Incident.objects.filter(pk=incident.pk).update(title="Three")

    assert not badr.saves()

    assert "Three" in badr.refused["title"][0]


def test_days_of_one_writer_are_not_mixed_with_the_precision_of_another(incident, amal, badr):
    amal.saves(occurred_from="2021-02-01", occurred_precision="month")

    assert not badr.saves(occurred_from="2021-02-16", occurred_to="")
    assert {"occurred_from", "occurred_precision"} <= set(badr.refused)
    assert badr.form["occurred_precision"] == "day"


def test_choices_yes_and_no_and_chosen_rows_are_taken_over_too(incident, amal, badr):
    """Each kind of field on the way back into the form: list, key, several, number, time."""
    partner = OrganisationFactory(slug="partner")
    place = PlaceFactory()
    amal.saves(
        kind="drone_attack",
        place=place.pk,
        marking="TLP:AMBER",
        shared_with=[partner.pk],
        weapons_low=2,
        time_from="04:30",
    )
    assert not badr.saves(summary="Four.")
    assert badr.saves(), badr.refused

    now(incident)
    assert (incident.kind, incident.place, incident.summary) == ("drone_attack", place, "Four.")
    assert (incident.marking, incident.shared_with) == ("TLP:AMBER", [partner.pk])
    assert (incident.weapons_low, incident.time_from.hour) == (2, 4)


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
def test_a_ticked_box_is_taken_over(before, after):
    source = SourceFactory(published_inferred=before)
    amal, badr = Editor(source), Editor(source)
    amal.saves(published_inferred="on" if after else "")

    assert not badr.saves(title="Report")
    assert badr.saves()

    assert (now(source).published_inferred, source.title) == (after, "Report")


def test_both_made_the_same_change(incident, amal, badr):
    amal.saves(title="Drones")

    assert not badr.saves(title="Drones")
    assert list(badr.refused) == ["__all__"]
    assert badr.saves()


def test_choices_and_rows_are_shown_by_their_names(incident, amal, badr):
    here, there = PlaceFactory(name="Erbil"), PlaceFactory(name="Basra")
    amal.saves(kind="drone_attack", place=here.pk)
    badr.saves(kind="mortar_attack", place=there.pk)

    assert "Drone attack" in badr.refused["kind"][0]
    assert "Mortar attack" in badr.refused["kind"][0]
    assert "Erbil" in badr.refused["place"][0]
    assert "Basra" in badr.refused["place"][0]


def test_what_was_typed_is_never_markup(incident, amal, badr):
    amal.saves(title="<b>stored</b>")
    badr.saves(title="<i>mine</i>")

    assert "&lt;b&gt;stored" in badr.refused["title"][0]
    assert "<i>mine" not in badr.told


def test_a_colleague_of_another_organisation_is_not_named(incident, badr):
    zaid = UserFactory(first_name="Zaid", organisation=OrganisationFactory(slug="partner"))
    with viewing(Viewer.of(zaid), user=zaid.pk), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")  # as when the record was of his organisation
        Incident.objects.unrestricted(reason="tests").update(title="Drones")
    badr.saves(title="Mortars")

    assert "somebody of another organisation" in badr.told
    assert "Zaid" not in badr.refused["__all__"][0]


def test_a_change_on_the_command_line_is_told_as_such(incident, badr):
    Incident.objects.filter(pk=incident.pk).update(title="Drones")
    badr.saves(title="Mortars")

    assert "the operator, on the command line" in badr.told


def test_a_version_that_only_others_readers_changed_stands_in_nobodys_way(incident, badr):
    """An audience that narrows counts as a version, but nothing in the form is another's."""
    incident.place.marking = "TLP:GREEN"
    incident.place.save()
    assert now(incident).version == 2

    assert badr.saves(title="Drones")


@pytest.mark.parametrize("version", ["", "0", "-1", "2", "x", "1.0", "١", "9" * 30, "1\x00"])
def test_a_version_that_cannot_be_is_refused_in_words(incident, badr, version):
    assert not badr.saves(title="Drones", version_seen=version)

    assert "does not say which version" in badr.told
    assert now(incident).title == "Rockets"
    assert badr.form["title"] == "Drones"
    assert badr.saves()


def test_a_form_without_a_version_is_refused_in_words(incident, badr):
    badr.leaves_out("version_seen")

    assert not badr.saves(title="Drones")
    assert "Rockets" in badr.refused["title"][0]


def test_a_version_he_may_not_read_is_not_shown_to_him(incident, amal, badr):
    """What was shown cannot be found out: everything that differs comes back with both texts."""
    red = Incident.objects.filter(pk=incident.pk)
    red.update(marking="TLP:RED", readers=[amal.person.pk], title="Secret")
    red.update(marking="TLP:CLEAR", readers=[], title="Public")

    assert not badr.saves(summary="Mine", version_seen=2)

    assert "Secret" not in badr.told
    assert {"title", "summary"} <= set(badr.refused)


def test_who_comes_second_waits_for_the_first(incident, badr):
    with CaptureQueriesContext(connection) as queries:
        badr.saves(title="Drones")
    locking = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]

    assert any('FROM "incidents_incident"' in sql for sql in locking)


def test_lines_sent_back_as_browsers_end_them_are_no_change(incident, amal):
    Incident.objects.filter(pk=incident.pk).update(summary="One.\nTwo.")
    amal = Editor(incident)
    assert amal.saves(summary="One.\r\nTwo.")

    assert now(incident).version == 2


# Rows of a table in the form


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


# Records that are lines in the form


def test_a_line_added_or_changed_meanwhile_is_no_matter(incident, amal, badr):
    ClaimFactory(incident=incident)

    assert badr.saves(title="Drones"), badr.refused


def test_a_line_he_may_not_see_any_more_is_no_matter(incident):
    claims = [ClaimFactory(incident=incident, channel=channel) for channel in ("One", "Two")]
    badr = Editor(incident)
    type(claims[0]).objects.filter(pk=claims[0].pk).update(
        marking="TLP:RED", readers=[UserFactory().pk]
    )

    assert not badr.saves(title="")
    lines = badr.answer.context["inline_admin_formsets"][1].formset.initial_forms
    assert [line.instance.pk for line in lines] == [claims[1].pk]
    assert badr.saves(title="Drones"), badr.refused


# A refused form


def test_the_cursor_stands_in_the_first_field_to_correct(amal):
    amal.saves(title="", occurred_from="x")

    assert amal.told.count("autofocus") == 1
    field = amal.answer.context["adminform"].form["title"]
    assert "autofocus" in str(field)


def test_the_cursor_stands_in_a_row_to_correct(incident, citation, two):
    _amal, badr = two
    badr.saves(**row(citation, source=""))

    assert badr.told.count("autofocus") == 1


@pytest.mark.parametrize(("factory", "model"), [(ArrestFactory, Arrest), (GroupFactory, Group)])
def test_every_form_carries_the_version(factory, model):
    editor = Editor(factory())

    assert editor.form["version_seen"] == 1


def test_the_form_of_a_new_record_carries_none(amal):
    page = amal.client.get(address(Incident, "add"))

    assert "version_seen" not in form_data(page)
