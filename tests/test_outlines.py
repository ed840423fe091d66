"""The outlines of governorates: the codes of the places, and points that lie in them."""

import pytest
import yaml
from django.utils import translation

from incidents.outlines import Projection, outline_at, outlines
from tests.starter import FIXTURES

# The outlines are coarse: these sites near Baghdad fall just across the border drawn
ACROSS_A_BORDER = {
    "besmaya": ("IQ-BG", "IQ-DI"),
    "radwaniyah": ("IQ-BG", "IQ-AN"),
    "taji": ("IQ-BG", "IQ-SD"),
}


@pytest.fixture(scope="module")
def places():
    file = next(file for file in FIXTURES if "places" in file.name)
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        row["fields"]["origin_id"]: row["fields"]
        for row in rows
        if row["model"] == "incidents.place"
    }


def test_each_governorate_with_a_code_has_an_outline_under_its_names(places):
    coded = {
        (place["iso_code"], place["name"], place["name_ar"])
        for place in places.values()
        if place.get("iso_code")
    }

    assert {(drawn.code, drawn.name, drawn.name_ar) for drawn in outlines()} == coded
    assert len(coded) == 18


def test_places_of_the_starter_data_lie_in_the_outline_of_their_governorate(places):
    elsewhere = {}
    for origin, place in places.items():
        if place.get("latitude") is None or place.get("country", "IQ") != "IQ":
            continue
        governorate = places[place["governorate"][0]] if place.get("governorate") else place
        code = governorate.get("iso_code", "IQ-SU")  # Halabja is drawn inside Sulaymaniyah
        found = outline_at(float(place["latitude"]), float(place["longitude"]))
        if getattr(found, "code", None) != code:
            elsewhere[origin] = (code, getattr(found, "code", None))

    assert elsewhere == ACROSS_A_BORDER


def test_an_outline_is_named_in_the_readers_language():
    baghdad = next(drawn for drawn in outlines() if drawn.code == "IQ-BG")

    assert str(baghdad) == "Baghdad"
    with translation.override("ar"):
        assert str(baghdad) == "بغداد"


def test_a_projection_fits_all_outlines_into_its_picture():
    projection = Projection(width=300, margin=5)
    points = [
        projection.point(latitude, longitude)
        for drawn in outlines()
        for ring in drawn.rings
        for longitude, latitude in ring
    ]

    assert min(x for x, _y in points) == min(y for _x, y in points) == 5
    assert max(x for x, _y in points) == 295
    assert max(y for _x, y in points) == pytest.approx(projection.height - 5, abs=0.1)
    assert projection.view_box == f"0 0 300 {projection.height:g}"


def test_a_projection_keeps_north_up_and_distances_alike():
    projection = Projection(width=600)
    here, north, east = (projection.point(*point) for point in [(33, 44), (34, 44), (33, 45)])

    assert north[0] == here[0] and north[1] < here[1]
    assert projection.length(111_195) == pytest.approx(here[1] - north[1], abs=0.2)
    assert east[0] - here[0] == pytest.approx(0.836 * (here[1] - north[1]), abs=0.5)


def test_a_path_is_closed_rings():
    path = Projection().path(outlines()[0])

    assert path.startswith("M") and path.endswith("Z")
    assert path.count("M") == path.count("Z") == len(outlines()[0].rings)
