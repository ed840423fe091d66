"""Names on pages and over the API: shown to whoever may, and no trace to anybody else."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from legal.models import Identity, NameReading, Suspect
from legal.naming import NAMES_AN_HOUR
from records.rights import NAMES
from tests.admin_pages import address
from tests.factories import (
    IdentityFactory,
    NameReadingFactory,
    SuspectFactory,
    UserFactory,
)
from tests.name_pages import enter, monitor, show

NAME = "Zabaniyah Qandil"
CANARY = re.compile("zabaniyah|qandil|" + NAME.encode().hex(), re.IGNORECASE)


@pytest.fixture
def reader(client):
    """The browser of a monitor with the right to names."""
    client.person = monitor(NAMES)
    client.force_login(client.person)
    return client


@pytest.fixture
def stranger(client):
    """The browser of a monitor without it."""
    client.force_login(monitor())
    return client


def page_of(suspect):
    return address(Suspect, "change", suspect.pk)


def without_tokens(answer):
    """An answer's text, without what is random in every answer."""
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", answer.text)


def at_the_limit(person):
    readings = NameReadingFactory.build_batch(
        NAMES_AN_HOUR,
        person=person,
        suspect=SuspectFactory(),
        at=timezone.now() - timedelta(minutes=15),
    )
    NameReading.objects.bulk_create(readings)


# With the right


def test_the_name_is_shown_when_the_button_is_pressed_and_the_reading_kept(reader):
    kept = IdentityFactory(name=f"{NAME}\nزبانية")

    page = reader.get(page_of(kept.suspect))
    asked = reader.get(show(kept.suspect))
    shown = reader.post(show(kept.suspect))

    assert "Show the name" in page.text
    assert not CANARY.search(page.text)
    assert asked.url == page_of(kept.suspect)
    assert "Zabaniyah Qandil<br>زبانية" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    reading = NameReading.objects.get()
    event = NameReading.pgh_event_model.objects.get()
    assert (reading.person, reading.suspect) == (reader.person, kept.suspect)
    assert event.pgh_context["request"] == str(reading.request)


def test_at_the_limit_the_page_says_until_when(reader):
    kept = IdentityFactory(name=NAME)
    at_the_limit(reader.person)

    refused = reader.post(show(kept.suspect))

    assert refused.status_code == 429
    assert re.search(
        r"At most 200 names are read in an hour. You may read on at \d\d:\d\d:\d\d", refused.text
    )
    assert not CANARY.search(refused.text)


def test_where_the_key_is_missing_the_page_says_which(reader, settings):
    settings.IDENTITY_KEYS = {"k7": b"7" * 32}
    kept = IdentityFactory(name=NAME)
    settings.IDENTITY_KEYS = {"k8": b"8" * 32}

    refused = reader.post(show(kept.suspect))

    assert refused.status_code == 503
    assert "“k7”, which IDENTITY_KEYS of this server lacks" in refused.text
    assert not NameReading.objects.exists()


def test_a_name_is_entered_replaced_and_removed_and_never_filled_in(reader):
    suspect = SuspectFactory()

    blank = reader.get(enter(suspect))
    entered = reader.post(enter(suspect), {"version": 0, "name": f"  {NAME} \n\n زبانية  "})
    again = reader.get(enter(suspect))

    assert blank.context["form"]["name"].value() is None
    assert entered.url == page_of(suspect)
    assert not CANARY.search(again.text)
    assert f"{NAME}<br>زبانية" in reader.post(show(suspect)).text
    reader.post(enter(suspect), {"version": 1, "remove": "on", "name": ""})
    assert "No name is kept" in reader.get(page_of(suspect)).text
    assert not Identity.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "-", "a\0b", "x" * 1001])
def test_what_is_no_name_is_refused_at_its_field(reader, name):
    suspect = SuspectFactory()

    refused = reader.post(enter(suspect), {"version": 0, "name": name})

    assert refused.status_code == 200
    assert set(refused.context["form"].errors) == {"name"}


def test_who_was_too_late_keeps_what_he_typed(reader):
    kept = IdentityFactory(name="Somebody Else")

    late = reader.post(enter(kept.suspect), {"version": 0, "name": NAME})

    assert "meanwhile" in str(late.context["form"].errors["name"])
    assert late.context["form"]["name"].value() == NAME
    assert late.context["form"]["version"].value() == 1
    assert "Somebody Else<" in reader.post(show(kept.suspect)).text


def test_who_may_not_change_the_suspect_may_not_enter_a_name(client):
    client.force_login(
        UserFactory(is_staff=True, rights=["records.read_records", NAMES, "legal.view_suspect"])
    )
    kept = IdentityFactory(name=NAME)

    assert NAME in client.post(show(kept.suspect)).text
    assert "Replace" not in client.get(page_of(kept.suspect)).text
    assert client.get(enter(kept.suspect)).status_code == 404
    assert client.post(enter(kept.suspect), {"version": 1, "name": "x"}).status_code == 404


@pytest.mark.parametrize("page", ["changelist", "autocomplete"])
def test_the_search_finds_names_and_counts_them(reader, page):
    kept, _other = IdentityFactory(name=NAME), SuspectFactory()
    if page == "changelist":
        found = reader.get(address(Suspect, "changelist"), {"q": "QANDÎL"})
        assert list(found.context["cl"].result_list) == [kept.suspect]
    else:
        field = {"app_label": "legal", "model_name": "step", "field_name": "suspect"}
        found = reader.get(reverse("admin:autocomplete"), {"term": "qandil", **field})
        assert [row["id"] for row in found.json()["results"]] == [str(kept.suspect_id)]

    assert NameReading.objects.get().how == "found"


def test_at_the_limit_the_search_goes_on_without_names(reader):
    kept = IdentityFactory(name=NAME, suspect__role="Qandil")
    IdentityFactory(name=NAME)
    at_the_limit(reader.person)

    found = reader.get(address(Suspect, "changelist"), {"q": "qandil"})

    assert list(found.context["cl"].result_list) == [kept.suspect]
    assert "Names were not searched. At most 200" in found.text
    assert NameReading.objects.count() == NAMES_AN_HOUR


def test_the_api_finds_by_whole_words_and_shows_no_name(reader):
    kept, _other = IdentityFactory(name=NAME), IdentityFactory(name="Somebody Else")

    found = reader.get("/api/v1/suspects/", {"name": "qandil"})
    part = reader.get("/api/v1/suspects/", {"name": "qand"})

    assert [row["reference"] for row in found.json()["results"]] == [kept.suspect.reference]
    assert not CANARY.search(found.text)
    assert part.json()["results"] == []
    assert NameReading.objects.get().suspect == kept.suspect


def test_the_api_refuses_above_the_limit(reader):
    IdentityFactory(name=NAME)
    at_the_limit(reader.person)

    refused = reader.get("/api/v1/suspects/", {"name": "qandil"})

    assert refused.status_code == 429
    assert 44 * 60 < int(refused.headers["Retry-After"]) <= 45 * 60 + 1
    assert "results" not in refused.json()


def test_one_suspect_knows_no_such_parameter(reader):
    suspect = IdentityFactory(name=NAME).suspect

    assert reader.get(f"/api/v1/suspects/{suspect.reference}/", {"name": "x"}).status_code == 400


def test_names_are_not_sorted_by(reader):
    assert reader.get("/api/v1/suspects/", {"ordering": "name"}).status_code == 400


# Without it


def test_the_page_of_a_suspect_is_the_same_whether_a_name_is_kept_or_not(stranger):
    suspect = SuspectFactory()
    before = stranger.get(page_of(suspect))
    IdentityFactory(suspect=suspect, name=NAME)
    after = stranger.get(page_of(suspect))

    assert without_tokens(before) == without_tokens(after)
    assert not re.search("name-panel|name is kept|Show the name", after.text)


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("place", [show, enter])
def test_the_addresses_of_names_are_absent(stranger, place, method):
    kept, unnamed, absent = IdentityFactory(), SuspectFactory(), SuspectFactory.build(pk=10**9)
    nowhere = getattr(stranger, method)("/nowhere/")

    for suspect in (kept.suspect, unnamed, absent):
        answer = getattr(stranger, method)(place(suspect))
        assert (answer.status_code, answer.content) == (404, nowhere.content)


def test_a_hidden_suspect_is_absent_to_who_may_read_names(reader):
    hidden = IdentityFactory(suspect__marking="TLP:RED", suspect__readers=[UserFactory().pk])
    for place in (show, enter):
        assert reader.get(place(hidden.suspect)).status_code == 404
        assert reader.post(place(hidden.suspect)).status_code == 404
    for asked in ({"q": "qandil"}, {"q": hidden.suspect.code}):
        assert reader.get(address(Suspect, "changelist"), asked).context["cl"].result_count == 0
    assert reader.get("/api/v1/suspects/", {"name": "qandil"}).json()["results"] == []
    assert not NameReading.objects.exists()


def test_the_parameter_is_refused_like_any_other_unknown_one(stranger):
    kept = IdentityFactory(name=NAME)
    for place in ("/api/v1/suspects/", f"/api/v1/suspects/{kept.suspect.reference}/"):
        asked = stranger.get(place, {"name": "qandil"})
        other = stranger.get(place, {"zzzz": "qandil"})
        assert asked.status_code == 400
        assert asked.content.replace(b"name", b"zzzz", 1) == other.content
        near = stranger.get(place, {"names": "qandil"})
        assert b"Did you mean" not in near.content


def test_the_search_does_not_find_names(stranger):
    IdentityFactory(name=NAME)

    found = stranger.get(address(Suspect, "changelist"), {"q": "qandil"})

    assert found.context["cl"].result_count == 0
    assert not NameReading.objects.exists()


def test_nobody_hears_of_names_because_they_cannot_be_searched(stranger, settings):
    settings.IDENTITY_SEARCH_SECRET = ""

    found = stranger.get(address(Suspect, "changelist"), {"q": "qandil"})

    assert "Names were not searched" not in found.text
