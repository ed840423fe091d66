"""Two days compared, and views saved under a name."""

from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from incidents.models import Incident
from legal.models import Ruling
from records.viewer import PUBLIC, Viewer, viewing
from reports.dashboard.compared import compare
from reports.ladder import Question, Rung
from reports.models import SavedView
from tests.factories import (
    ArrestFactory,
    ArrestLinkFactory,
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    IncidentFactory,
    OrganisationFactory,
    RulingFactory,
    SavedViewFactory,
    UserFactory,
)
from tests.hidden_world import EVERY_RIGHT
from tests.starter import StarterDataTestCase

PAGE = "/admin/dashboard/changes/"


def between(first, last):
    """{rung: Change} of all incidents."""
    compared = compare(Incident.objects.all(), Question(last, PUBLIC), first)
    return compared, {change.rung: change for change in compared.changes}


class TestStarterData(StarterDataTestCase):
    def test_the_annulment_of_the_al_hashimi_judgment(self):
        """Sentenced on 7 May 2023, annulled on 31 July: one standing conviction fewer."""
        compared, changes = between(date(2023, 7, 30), date(2023, 7, 31))
        ruling = Ruling.objects.get(kind="annulled")
        hashimi = Incident.objects.get(origin_id="inc-20200706-hashimi")

        assert changes[Rung.STANDING].difference == -1
        assert changes[Rung.STANDING].left == {hashimi.pk}
        assert [(told.noun, told.key) for told in changes[Rung.STANDING].causes] == [
            ("rulings", ruling.pk)
        ]
        others = [change for rung, change in changes.items() if rung != Rung.STANDING]
        assert all(not (change.entered or change.left) for change in others)
        (people,) = [change for change in compared.people if change.changed]
        assert (people.label, people.before, people.after) == (
            "With a conviction that stands",
            "8",
            "7",
        )
        assert compared.titles[hashimi.pk] == hashimi.title


def test_two_convictions_that_cross_are_told_though_the_number_is_the_same():
    old, new = (_convicted(on) for on in (date(2021, 1, 1), date(2021, 6, 1)))
    RulingFactory(conviction=old, kind="annulled", on=date(2021, 6, 2))
    _compared, changes = between(date(2021, 5, 1), date(2021, 7, 1))
    standing = changes[Rung.STANDING]

    assert (standing.before, standing.after, standing.difference) == (1, 1, 0)
    assert len(standing.entered) == len(standing.left) == 1
    assert {told.noun for told in standing.causes} == {"convictions", "rulings"}
    assert new.pk in {told.key for told in standing.causes if told.noun == "convictions"}


def _convicted(on):
    judgment = ConvictionFactory(on=on)
    ConvictionIncidentFactory(conviction=judgment, incident=IncidentFactory(on=date(2020, 1, 1)))
    ConvictionSuspectFactory(conviction=judgment)
    return judgment


def test_an_arrest_elsewhere_changes_nothing_here():
    here = IncidentFactory(on=date(2020, 1, 1))
    ArrestLinkFactory(
        arrest=ArrestFactory(on=date(2021, 6, 1)), incident=IncidentFactory(on=date(2020, 1, 1))
    )
    compared = compare(
        Incident.objects.filter(pk=here.pk), Question(date(2022, 1, 1), PUBLIC), date(2021, 1, 1)
    )

    assert compared.records["arrests"] == []
    assert all(not change.entered for change in compared.changes)


@pytest.fixture
def reader(client):
    user = UserFactory(is_staff=True, rights=EVERY_RIGHT)
    client.force_login(user)
    client.user = user
    return client


def test_the_page_costs_the_same_for_one_arrest_as_for_many(reader, count_queries):
    """Counts of both days, people, records of seven nouns, who was held for which, titles."""
    asked = {"against": "2010-01-01"}
    ArrestLinkFactory(incident=IncidentFactory())
    cost = count_queries(lambda: reader.get(PAGE, asked))
    for _n in range(5):
        ArrestLinkFactory(incident=IncidentFactory())

    assert count_queries(lambda: reader.get(PAGE, asked)) == cost
    assert cost - count_queries(lambda: reader.get("/admin/password_change/")) <= 11


@pytest.mark.parametrize("asked", [{}, {"against": "yesterday"}, {"against": "2020-01-01", "x": 1}])
def test_a_day_to_compare_with_is_asked_for(reader, asked):
    assert reader.get(PAGE, asked).status_code == 400


# Saved views


def save(client, **posted):
    return client.post(reverse("admin:dashboard_save"), posted, follow=True)


def test_a_view_is_saved_and_shared_within_the_organisation(reader, client):
    save(reader, name="Rockets", query="kind=rocket_attack&contested=false")
    colleague = UserFactory(
        is_staff=True, rights=EVERY_RIGHT, organisation=reader.user.organisation
    )
    client.force_login(colleague)
    page = client.get("/admin/dashboard/").content.decode()

    assert 'href="/admin/dashboard/?kind=rocket_attack&amp;contested=false"' in page
    assert SavedView.objects.get().owner == reader.user.organisation


def test_a_query_the_page_would_refuse_is_not_saved(reader):
    for query in ("sinse=2020-01-01", "kind=rockets", "kind=ambush&kind=arson", "group=ZZZZ"):
        save(reader, name="Wrong", query=query)

    assert not SavedView.objects.exists()


def test_a_name_is_given_once_in_an_organisation(reader):
    said = ""
    for _n in range(2):
        said = save(reader, name="Rockets", query="kind=rocket_attack").content.decode()

    assert SavedView.objects.count() == 1
    assert "A view of this name is saved already." in said


def test_who_saved_a_view_removes_it_and_nobody_else(reader):
    own = SavedViewFactory(owner=reader.user.organisation, created_by=reader.user)
    colleagues = SavedViewFactory(owner=reader.user.organisation)

    for view, status in ((own, 302), (colleagues, 404)):
        answer = reader.post(reverse("admin:dashboard_remove", args=[view.pk]))
        assert answer.status_code == status
    assert SavedView.objects.get() == colleagues


READERS = {
    "a colleague": (lambda owner: UserFactory(organisation=owner, rights=EVERY_RIGHT), 1),
    "a stranger": (
        lambda _owner: UserFactory(
            organisation=OrganisationFactory(slug="other"), clearance="TLP:RED", rights=EVERY_RIGHT
        ),
        0,
    ),
    "of no organisation": (lambda _owner: UserFactory(organisation=None, rights=EVERY_RIGHT), 0),
    "who reads nothing": (lambda owner: UserFactory(organisation=owner, rights=[]), 0),
}


@pytest.mark.parametrize(("who", "number"), READERS.values(), ids=READERS)
def test_views_are_behind_both_walls(who, number):
    viewer = Viewer.of(who(SavedViewFactory().owner))

    assert SavedView.objects.visible_to(viewer).count() == number
    assert SavedView.objects.visible_to(viewer.of_published()).count() == 0
    with viewing(viewer), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reports_savedview")
        assert cursor.fetchone()[0] == number
