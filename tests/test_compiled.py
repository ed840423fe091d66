"""What PostgreSQL writes is what the serializers say, for every noun and every reader.

Each address is asked twice: as it is answered, and rendered by Django REST framework
from the same rows. Both are compared as parsed JSON with the order of their keys.
"""

import json

import pytest
from django.db.models import Model
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from config.urls import NOUNS
from incidents.api import IncidentViewSet
from incidents.models import Incident
from records.api import RecordViewSet
from records.compiling import NotCompiled, as_json, texts
from records.shapes import DETAIL, FLAT, Shape
from records.viewer import Viewer, viewing
from reports.api import LadderIncidentViewSet
from tests.api_rows import ROWS
from tests.factories import IncidentFactory, OrganisationFactory, UserFactory
from tests.hidden_world import (
    EVERY_RIGHT,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.starter import load_starter_data

READERS = {
    "of a partner": ("partner", "TLP:AMBER", None),
    "cleared for green": ("musaala", "TLP:GREEN", None),
    "cleared for red, with every right": ("musaala", "TLP:RED", EVERY_RIGHT),
}


def parsed(answer):
    """The body, with objects as lists of pairs, so that their order counts."""
    assert answer.status_code == 200, answer.content.decode()
    return json.loads(answer.content, object_pairs_hook=list)


def told_apart(client, monkeypatch, addresses):
    """The addresses that PostgreSQL and Django REST framework answer differently."""
    written = {address: parsed(client.get(address)) for address in addresses}
    with monkeypatch.context() as patching:
        patching.setattr(RecordViewSet, "list", ListModelMixin.list)
        patching.setattr(RecordViewSet, "retrieve", RetrieveModelMixin.retrieve)
        rendered = {address: parsed(client.get(address)) for address in addresses}
    return {
        address: (written[address], rendered[address])
        for address in addresses
        if written[address] != rendered[address]
    }


def addresses_of(client):
    """Every list, whole and by the page, and the address of its first row."""
    for noun in NOUNS:
        listed = f"/api/v1/{noun}/"
        yield f"{listed}?page_size=200"
        yield f"{listed}?ordering=updated&page_size=2"
        for row in client.get(listed).json()["results"][:1]:
            yield f"{listed}{row['reference']}/"


@pytest.mark.parametrize("reader", READERS)
def test_what_is_hidden_from_a_reader_is_hidden_both_ways(client, monkeypatch, reader):
    slug, clearance, rights = READERS[reader]
    world, strange = visible_world(), strangers()
    Hider(world, ways_to_hide(*strange), ways_to_hide_a_part(strange[1])).hide_everything()
    organisation = OrganisationFactory(slug=slug, name=slug.title())
    more = {} if rights is None else {"rights": rights}
    client.force_login(UserFactory(organisation=organisation, clearance=clearance, **more))
    addresses = list(addresses_of(client))

    assert len(addresses) >= 3 * len(NOUNS)
    assert not told_apart(client, monkeypatch, addresses)


def test_the_starter_data_is_the_same_both_ways(client, monkeypatch):
    load_starter_data()
    client.force_login(UserFactory(clearance="TLP:RED", rights=EVERY_RIGHT))
    addresses = list(addresses_of(client))

    assert len(client.get("/api/v1/incidents/?page_size=200").json()["results"]) > 90
    assert not told_apart(client, monkeypatch, addresses)


ODD = 'quote " backslash \\ tab \t line \n \u2028 عربي 😀 %s {} </script>'
TIMES = ["00:00", "14:30:05", "14:30:05.5", "23:59:59.999999"]


@pytest.mark.parametrize("time", TIMES)
def test_odd_texts_and_times_come_out_alike(client, monkeypatch, time):
    client.force_login(UserFactory())
    row = IncidentFactory(title=ODD, time_from=time, time_to=time)
    address = f"/api/v1/incidents/{row.reference}/"

    assert not told_apart(client, monkeypatch, [address])
    assert client.get(address).json()["title"] == ODD


def test_a_moment_is_in_utc_to_the_microsecond(client):
    client.force_login(UserFactory())
    row = IncidentFactory()
    Incident.objects.filter(pk=row.pk).update(note="x")
    row.refresh_from_db()

    shown = client.get(f"/api/v1/incidents/{row.reference}/").json()["updated_at"]

    assert shown == f"{row.updated_at:%Y-%m-%dT%H:%M:%S.%f}Z"


# Compiled once, for viewers who differ


def test_each_of_two_viewers_reads_his_own(count_queries):
    green, amber = IncidentFactory(marking="TLP:GREEN"), IncidentFactory(marking="TLP:AMBER+STRICT")
    keys = [green.pk, amber.pk]
    junior = Viewer(organisation_id=green.owner_id, clearance=1)
    senior = Viewer(organisation_id=green.owner_id, clearance=3)
    theirs = Viewer(organisation_id=green.owner_id + 1, clearance=3)

    def read(viewer):
        return set(texts(IncidentViewSet, viewer, keys))

    assert [read(each) for each in (junior, senior, theirs)] == [{green.pk}, {*keys}, {green.pk}]
    assert count_queries(lambda: read(senior)) == 1


def test_the_database_alone_hides_what_it_was_compiled_to_show():
    row = IncidentFactory(marking="TLP:AMBER+STRICT")
    senior = Viewer(organisation_id=row.owner_id, clearance=3)
    with viewing(Viewer(organisation_id=row.owner_id, clearance=1)):
        assert texts(IncidentViewSet, senior, [row.pk]) == {}


def test_no_keys_make_no_query(count_queries):
    assert count_queries(lambda: texts(IncidentViewSet, Viewer(), [])) == 0


# The flat shape


def flattened(serializer, model, shown):
    """What the flat shape is, worked out from the whole."""
    flat = {}
    for name, field in serializer.fields.items():
        if isinstance(field, serializers.ListSerializer):
            far = model._meta.get_field(field.source).related_model
            if not _is_record(far):
                flat[name] = [flattened(field.child, far, each) for each in shown[name]]
        elif isinstance(field, serializers.Serializer):
            assert _is_record(model._meta.get_field(field.source).related_model)
            flat[name] = shown[name] and shown[name]["reference"]
        elif not getattr(field, "holds_records", False) and not _is_of_another(field, model):
            flat[name] = shown[name]
    return flat


def _is_of_another(field, model):
    """A column of a record that a part names, as the title of a cited source."""
    *keys, column = field.source_attrs or [""]
    is_key = column in {key.name for key in model._meta.fields if key.many_to_one}
    return is_key or (bool(keys) and column != "reference")


def _is_record(model: type[Model]):
    return hasattr(model, "reference")


@pytest.mark.parametrize("noun", NOUNS)
def test_the_flat_shape_names_records_by_their_reference(client, noun):
    client.force_login(UserFactory())
    row, view = ROWS[noun](), NOUNS[noun]
    address = f"/api/v1/{noun}/{row.reference}/"

    whole, flat = client.get(address).json(), client.get(f"{address}?nested=false").json()

    assert flat == flattened(view.serializer(DETAIL), view.queryset.model, whole)
    viewer = Viewer(organisation_id=row.owner_id, clearance=4)
    assert list(texts(view, viewer, [row.pk], FLAT)) == [row.pk]


def test_the_expression_goes_with_any_gated_rows():
    row = IncidentFactory()
    rows = Incident.objects.visible_to(Viewer(organisation_id=row.owner_id, clearance=4))

    [text] = rows.values_list(as_json(LadderIncidentViewSet, rows.viewer, FLAT), flat=True)

    assert json.loads(text)["place"] == row.place.reference


# What has no SQL


def test_a_field_without_sql_says_what_to_do():
    class Loud(serializers.Field):
        pass

    class LoudSerializer(serializers.ModelSerializer):
        loud = Loud(source="title")

        class Meta:
            model = Incident
            fields = ["loud"]

    class LoudViewSet(IncidentViewSet):
        serializer_class = LoudSerializer

    with pytest.raises(NotCompiled, match="“loud” of LoudSerializer is a Loud, which says no SQL"):
        texts(LoudViewSet, Viewer(), ["x"], Shape())
