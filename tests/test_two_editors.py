"""Two people have one record open: nothing that either of them writes is lost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident
from legal.models import Arrest
from militias.models import Group
from records.viewer import Viewer, viewing
from tests.admin_pages import address, form_data
from tests.editors import Editor, incident, now
from tests.factories import (
    ArrestFactory,
    ClaimFactory,
    GroupFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    UserFactory,
)

__all__ = ["incident"]


@pytest.fixture
def amal(incident):
    return Editor(incident, username="amal", first_name="Amal", last_name="Hassan")


@pytest.fixture
def badr(incident, amal):
    return Editor(incident, username="badr")


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


@pytest.mark.parametrize(("factory", "model"), [(ArrestFactory, Arrest), (GroupFactory, Group)])
def test_every_form_carries_the_version(factory, model):
    editor = Editor(factory())

    assert editor.form["version_seen"] == 1


def test_the_form_of_a_new_record_carries_none(amal):
    page = amal.client.get(address(Incident, "add"))

    assert "version_seen" not in form_data(page)
