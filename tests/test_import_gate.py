"""Imports are their organisation's own, and tell nobody of records he may not see."""

import pytest
from django.db import connection
from django.urls import reverse

from incidents.models import Import, ImportMapping, ImportRow, Incident
from records.viewer import PUBLIC, Viewer, viewing
from tests.factories import (
    ImportFactory,
    ImportMappingFactory,
    ImportRowFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    UserFactory,
)
from tests.imports import checked, importer, line, problems, states, written

TABLES = {"incidents_import": 1, "incidents_importrow": 1, "incidents_importmapping": 1}
RED = {"marking": "TLP:RED", "readers": [-1]}


@pytest.fixture
def desk():
    """An import with a row, and a saved mapping, of one organisation."""
    person = importer()
    of_desk = {"owner": person.organisation, "created_by": person}
    run = ImportFactory(state="checked", mapping={}, **of_desk)
    ImportRowFactory(run=run, state="new")
    ImportMappingFactory(**of_desk)
    return run


def colleague(**values):
    return importer(**values)


def stranger():
    return importer(organisation=OrganisationFactory(slug="partner"), clearance="TLP:RED")


READERS = {
    "a colleague": (colleague, 1),
    "a colleague not cleared for it": (lambda: colleague(clearance="TLP:GREEN"), 0),
    "somebody of another organisation": (stranger, 0),
    "somebody of none": (lambda: importer(organisation=None), 0),
    "somebody who reads no records": (lambda: UserFactory(rights=[]), 0),
}


@pytest.mark.parametrize(("who", "number"), READERS.values(), ids=READERS)
def test_the_staff_of_the_organisation_see_it_and_nobody_else(desk, who, number):
    viewer = Viewer.of(who())

    for model in (Import, ImportRow, ImportMapping):
        assert model.objects.visible_to(viewer).count() == number
        assert model.objects.visible_to(viewer.of_published()).count() == 0
        assert model.objects.visible_to(PUBLIC).count() == 0
    with viewing(viewer):
        assert seen_behind_the_gate() == dict.fromkeys(TABLES, number)
    with viewing(viewer.of_published()):
        assert seen_behind_the_gate() == dict.fromkeys(TABLES, 0)


def seen_behind_the_gate():
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def test_a_row_goes_out_of_sight_with_its_incident(desk):
    incident = IncidentFactory(**RED)
    ImportRow.objects.update(state="imported", incident=incident)
    viewer = Viewer.of(colleague())

    assert not ImportRow.objects.visible_to(viewer).exists()
    with viewing(viewer):
        assert seen_behind_the_gate()["incidents_importrow"] == 0


PAGES = ("change", "match", "meanings", "begin", "anyway", "go", "errors")


@pytest.mark.parametrize("page", PAGES)
def test_hidden_and_absent_imports_have_the_same_answer(client, desk, page):
    client.force_login(stranger())

    def answer(key):
        address = reverse(f"admin:incidents_import_{page}", args=[key])
        send = client.get if page in ("change", "match", "errors") else client.post
        response = send(address)
        return response.status_code, response.content.replace(f"/{key}/".encode(), b"")

    assert answer(desk.pk) == answer(desk.pk + 1000)
    assert answer(desk.pk)[0] == 404


@pytest.mark.parametrize("page", ["match", "meanings", "begin", "anyway", "go"])
def test_who_began_an_import_goes_on_with_it(client, desk, page):
    client.force_login(colleague())

    assert client.post(reverse(f"admin:incidents_import_{page}", args=[desk.pk])).status_code == 403


@pytest.mark.parametrize("rights", [[], ["incidents.view_incident", "records.read_records"]])
def test_who_enters_no_incidents_imports_none(client, desk, rights):
    client.force_login(UserFactory(rights=rights, is_staff=True))

    for page, *args in (("changelist",), ("add",), ("change", desk.pk)):
        assert client.get(reverse(f"admin:incidents_import_{page}", args=args)).status_code == 403


# Nothing tells of a hidden record


def test_a_hidden_incident_is_no_duplicate_and_stands_in_no_ones_way():
    person, erbil = importer(), PlaceFactory(name="Erbil")
    written(checked(person, line("7")), person)
    Incident.objects.update(**RED)

    run = written(checked(person, line("7")), person)

    assert states(run) == {2: "imported"}
    assert Incident.objects.count() == 2
    assert Incident.objects.filter(place=erbil).count() == 2


def test_a_hidden_place_is_as_unknown_as_none():
    person = importer()
    hidden = PlaceFactory(name="Qandil", **RED)

    run = checked(person, line("1", place="Qandil"), line("2", place="Nowhere"))

    assert hidden.pk
    assert [found[0][0] for found in problems(run).values()] == ["place_unknown"] * 2


def test_a_hidden_mapping_keeps_no_name_from_others():
    """Saving under a name that a hidden mapping has is no error."""
    person = importer(clearance="TLP:GREEN")
    of_desk = {"owner": person.organisation, "created_by": person, "name": "Attacks"}
    ImportMappingFactory(**of_desk)

    ImportMappingFactory(marking="TLP:GREEN", **of_desk)

    assert ImportMapping.objects.visible_to(Viewer.of(person)).count() == 1
