"""What becomes of a row: the draft it says, or every fault with its column."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from incidents.importing import checking, days
from incidents.importing.error_file import write_errors
from incidents.importing.limits import Refused
from incidents.importing.mappings import FIELDS, Mapping
from incidents.importing.problems import SENTENCES, sentences_of
from incidents.importing.ready_made import READY_MADE, that_fits
from incidents.models import ImportRow, Incident, Place
from records.models import Source
from records.viewer import Viewer, viewing
from tests.factories import GovernorateFactory, IncidentFactory, PlaceFactory, PlaceNameFactory
from tests.imports import MAPPING, checked, importer, line, problems, staged, states, written

OUTLINE = {"type": "Polygon", "coordinates": [[[44, 33], [45, 33], [45, 34], [44, 34], [44, 33]]]}
POINTS = Mapping(
    columns={"date": "day", "latitude": "lat", "longitude": "lon", "place": "place"},
    otherwise={"kind": "other"},
    date_format="iso",
    new_places=True,
    radius_m=1000,
)
POINT_HEADER = "day,lat,lon,place"


@pytest.fixture
def person():
    return importer()


@pytest.fixture
def erbil():
    return PlaceFactory(name="Erbil", name_ar="أربيل")


# A row that is right


def test_a_row_becomes_a_draft_of_the_importers_organisation(person, erbil):
    run = written(checked(person, line("7", title="Rockets at Erbil")), person)

    draft = Incident.objects.get()
    source = draft.citations.get().source
    assert (draft.title, draft.kind, draft.place) == ("Rockets at Erbil", "rocket_attack", erbil)
    assert (draft.occurred_from, draft.occurred_precision) == (date(2021, 2, 15), "day")
    assert (draft.review_status, draft.marking) == ("draft", "TLP:AMBER+STRICT")
    assert (draft.owner, draft.created_by, draft.version) == (person.organisation, person, 1)
    assert draft.origin_id == f"test:7@{run.reference}"
    assert (source.publisher, source.marking, source.review_status) == (
        "A monitor",
        "TLP:AMBER+STRICT",
        "draft",
    )
    assert draft.citations.get().pinpoint == "7"
    event = Incident.pgh_event_model.objects.get()
    assert (event.pgh_label, event.pgh_context["user"]) == ("insert", person.pk)


def test_a_dry_run_changes_no_record(person, erbil):
    checked(person, line("1"), line("2", place="Atlantis"))

    assert Incident.objects.count() == Source.objects.count() == 0
    assert Place.objects.get() == erbil


def test_what_has_no_column_is_kept_in_the_note_if_it_is_asked_for(person, erbil):
    mapping = replace(MAPPING, columns={**MAPPING.columns, "title": "none"}, kept=["title"])
    written(checked(person, line(title="Six rockets"), mapping=mapping), person)

    draft = Incident.objects.get()
    assert draft.note == "title: Six rockets"
    assert draft.title == "Rocket attack, Erbil, 2021-02-15"


def test_a_long_title_is_told_in_the_summary(person, erbil):
    written(checked(person, line(title="long " * 60)), person)

    draft = Incident.objects.get()
    assert len(draft.title) == 200
    assert draft.summary == ("long " * 60).strip()


def test_a_source_of_its_own_is_cited_beside_the_file(person, erbil):
    mapping = replace(
        MAPPING, columns={**MAPPING.columns, "source_publisher": "title", "title": "none"}
    )
    lines = [line(str(n), title=said) for n, said in enumerate(["Reuters", "Reuters", "AFP"])]
    written(checked(person, *lines, mapping=mapping), person)

    assert Source.objects.count() == 3
    assert [draft.citations.count() for draft in Incident.objects.all()] == [2, 2, 2]


# Rows that are not


def test_each_fault_of_each_row_is_named_with_its_column(person, erbil):
    run = checked(
        person,
        line("1"),
        line("2", day="2021-02-30"),
        line("3", place="Atlantis"),
        line("4", kind="Nuisance"),
        line("5", title="=1+1"),
        line("6", day="", kind=""),
        line("7") + ",one more",
        line("1", title="Again"),
        line("9", day=str(date.today() + timedelta(2))),
    )

    assert states(run)[2] == "new"
    assert problems(run) == {
        3: [("date_impossible", "day")],
        4: [("place_unknown", "place")],
        5: [("value_unknown", "kind")],
        6: [("formula", "title")],
        7: [("date_missing", "day"), ("kind_missing", "kind")],
        8: [("too_many_cells", "")],
        9: [("origin_twice", "id")],
        10: [("date_future", "day")],
    }


@pytest.mark.parametrize("code", SENTENCES)
def test_every_fault_says_what_to_do(code):
    error = {"code": code, "field": "place", "column": "", "value": "x"}

    where, says, remedy = sentences_of(error)

    assert where == FIELDS["place"]
    assert says and remedy.endswith((".", "?"))


def test_the_error_file_has_the_rows_as_they_came_with_no_formula(person, erbil):
    run = checked(
        person,
        line("1"),
        line("2", place="@Atlantis", title="+1 (33)"),
        line("-3", place="-Utopia", title="=cmd|' /C calc'!A0"),
    )

    header, *lines = "".join(write_errors(run, ImportRow.objects.filter(run=run))).splitlines()

    assert header == '\ufeffRow,"What is wrong, and what to do",id,day,place,kind,title'
    assert [text.split(",")[0] for text in lines] == ["3", "4"]
    assert ",2,2021-02-15,'@Atlantis,Rocket attack,'+1 (33)" in lines[0]
    assert ",-3,2021-02-15,'-Utopia,Rocket attack,'=cmd|' /C calc'!A0" in lines[1]


def test_rows_of_other_countries_are_left_out(person, erbil):
    mapping = replace(MAPPING, only={"title": ["Iraq"]})

    run = checked(person, line("1", title="iraq"), line("2", title="Syria"), mapping=mapping)

    assert states(run) == {2: "new", 3: "left_out"}


# Days


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2021-02-15", "2021-02", "2021", "2021-02-30"], ["iso"]),
        (["15/02/2021", "03/04/2021"], ["dmy"]),
        (["02/15/2021"], ["mdy"]),
        (["03/04/2021", "05.06.2021"], ["dmy", "mdy"]),
        (["15 February 2021", "3 Mar 2021"], ["words"]),
        (["2021-02-15", "15/02/2021"], []),
        (["2021-02-15", "soon"], []),
        (["١٥/٠٢/٢٠٢١"], ["dmy"]),
    ],
)
def test_a_column_of_dates_has_the_formats_that_fit_all_of_it(texts, formats):
    assert days.formats_of(texts)[0] == formats


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["03/04/2021", "05/06/2021"], "“03/04/2021” in the column “day” can be read in several"),
        (["2021-02-15", "2021-02-16", "15/02/2021"], "not all written in one way.*“15/02/2021”"),
    ],
)
def test_dates_in_two_ways_or_of_two_meanings_are_refused(person, erbil, texts, said):
    with pytest.raises(Refused, match=f"(?s){said}.*[Cc]hoose how dates are written"):
        checked(person, *(line(str(n), day=text) for n, text in enumerate(texts)))


def test_a_chosen_format_makes_the_others_errors(person, erbil):
    mapping = replace(MAPPING, date_format="dmy")

    run = checked(person, line("1", day="03/04/2021"), line("2", day="2021-04-03"), mapping=mapping)

    assert ImportRow.objects.get(number=2).ready["incident"]["occurred_from"] == "2021-04-03"
    assert problems(run) == {3: [("date_unread", "day")]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2021-02-15,,", ("2021-02-15", "2021-02-15", "day")),
        ("2021-02,,", ("2021-02-01", "2021-02-28", "month")),
        ("2021,,", ("2021-01-01", "2021-12-31", "year")),
        ("2021-02-15,2021-02-17,", ("2021-02-15", "2021-02-17", "about")),
        ("2021-02-01,2021-02-28,", ("2021-02-01", "2021-02-28", "month")),
        ("2021-02-15,,2", ("2021-02-12", "2021-02-18", "about")),
        ("2021-02-15,,3", ("2021-02-01", "2021-02-28", "month")),
    ],
)
def test_a_date_is_as_precise_as_the_file_says(person, erbil, given, expected):
    mapping = Mapping(
        columns={"date": "from", "date_to": "to", "precision": "precise", "place": "place"},
        values={"precision": {"2": "week", "3": "month"}},
        otherwise={"kind": "other"},
    )
    written(
        checked(person, f"{given},Erbil", header="from,to,precise,place", mapping=mapping), person
    )

    draft = Incident.objects.get()
    said = (str(draft.occurred_from), str(draft.occurred_to), draft.occurred_precision)
    assert said == expected


@pytest.mark.parametrize(
    ("given", "precision"), [("2021,2,15", "day"), ("2021,2,0", "month"), ("2021,0,0", "year")]
)
def test_year_month_and_day_may_stand_apart(person, erbil, given, precision):
    mapping = Mapping(
        columns={"year": "y", "month": "m", "day": "d", "place": "place"},
        otherwise={"kind": "other"},
    )
    written(checked(person, f"{given},Erbil", header="y,m,d,place", mapping=mapping), person)

    assert Incident.objects.get().occurred_precision == precision


# Places


@pytest.mark.parametrize("text", ["Erbil", "ERBIL", "أربيل", "اربيل", "Hawler", "Erbil city"])
def test_a_place_is_known_by_any_of_its_names(person, erbil, text):
    PlaceNameFactory(bearer=erbil, text="Hawler")

    assert states(checked(person, line(place=text))) == {2: "new"}


def test_a_governorate_is_known_by_name_code_and_the_word_for_it(person):
    baghdad = GovernorateFactory(name="Baghdad", iso_code="IQ-BG")
    mapping = replace(MAPPING, columns={**MAPPING.columns, "governorate": "place"})
    del mapping.columns["place"]

    run = checked(
        person,
        *(
            line(str(n), place=text)
            for n, text in enumerate(["Baghdad", "IQ-BG", "Baghdad province"])
        ),
        mapping=mapping,
    )
    written(run, person)

    assert {draft.place for draft in Incident.objects.all()} == {baghdad}


def test_two_places_of_one_name_are_told_apart_by_governorate(person):
    one, other = (GovernorateFactory(name=name) for name in ("Nineveh", "Diyala"))
    wanted = PlaceFactory(name="Qaraqosh", governorate=other)
    PlaceFactory(name="Qaraqosh", governorate=one)
    mapping = replace(MAPPING, columns={**MAPPING.columns, "governorate": "title"})

    run = checked(
        person,
        line("1", place="Qaraqosh", title="Diyala"),
        line("2", place="Qaraqosh", title=""),
        mapping=mapping,
    )
    written(run, person)

    assert Incident.objects.get().place == wanted
    assert problems(run) == {3: [("place_ambiguous", "place")]}


def test_a_place_that_is_not_known_is_chosen_once_for_its_text(person, erbil):
    mapping = replace(MAPPING, values={"place": {"Arbela": erbil.reference}})

    assert states(checked(person, line(place="Arbela"), mapping=mapping)) == {2: "new"}


def test_a_point_makes_one_place_for_all_its_rows(person):
    within = GovernorateFactory(name="Baghdad", outline=OUTLINE)
    run = checked(
        person,
        "2021-02-15,33.3,44.4,",
        "2021-03-15,33.3,44.4,",
        "2021-04-15,33.3,44.4,Checkpoint",
        header=POINT_HEADER,
        mapping=POINTS,
    )
    written(run, person)

    bare, named = Place.objects.exclude(kind="governorate").order_by("name")
    assert (bare.name, named.name) == ("33.3, 44.4", "Checkpoint")
    assert (bare.governorate, float(bare.latitude), bare.point_radius_m) == (within, 33.3, 1000)
    assert (bare.review_status, bare.citations.count()) == ("draft", 1)
    assert Incident.objects.filter(place=bare).count() == 2

    again = checked(person, "2022-02-15,33.3,44.4,", header=POINT_HEADER, mapping=POINTS)
    written(again, person)
    assert Place.objects.exclude(kind="governorate").count() == 2


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ("33.3,", "point_half"),
        ("x,44", "number_unread"),
        ("91,44", "not_on_earth"),
        (",", "place_missing"),
    ],
)
def test_a_point_that_is_none_is_an_error(person, point, code):
    run = checked(person, f"2021-02-15,{point},", header=POINT_HEADER, mapping=POINTS)

    assert problems(run)[2][0][0] == code


# Duplicates


def test_the_same_row_again_is_a_duplicate_of_its_incident(person, erbil):
    written(checked(person, line("7")), person)

    again = checked(
        person, line("7", title="In other words", day="2020-01-01"), line("8", day="2020-01-02")
    )

    assert states(again) == {2: "duplicate", 3: "new"}
    assert ImportRow.objects.get(run=again, number=2).incident == Incident.objects.get()


LIKE = {"on": date(2021, 2, 15), "kind": "rocket_attack"}


@pytest.mark.parametrize(
    ("day", "kind", "state"),
    [
        ("2021-02-15", "rocket_attack", "likely"),
        ("2021-02-14", "rocket_attack", "likely"),
        ("2021-02-16", "rocket_attack", "likely"),
        ("2021-02-17", "rocket_attack", "new"),
        ("2021-02-15", "drone_attack", "new"),
        ("2021-02", "rocket_attack", "new"),
    ],
)
def test_a_day_around_the_same_kind_there_is_likely_the_same(person, erbil, day, kind, state):
    IncidentFactory(place=erbil, **LIKE)

    assert states(checked(person, line(day=day, kind=kind))) == {2: state}


@pytest.mark.parametrize(("latitude", "state"), [(33.32, "likely"), (33.40, "new")])
def test_near_is_five_kilometres(person, latitude, state):
    there = PlaceFactory(latitude=33.3, longitude=44.4, point_radius_m=100)
    IncidentFactory(place=there, kind="other", on=date(2021, 2, 15))

    run = checked(person, f"2021-02-15,{latitude},44.4,", header=POINT_HEADER, mapping=POINTS)

    assert states(run) == {2: state}


def test_what_the_import_wrote_itself_is_no_duplicate_when_it_is_checked_again(person, erbil):
    lines = [line("1"), line("2"), line("3", place="Arbela")]
    run = written(checked(person, *lines), person)
    mapping = replace(Mapping.of(run.mapping), values={"place": {"Arbela": erbil.reference}})
    with viewing(Viewer.of(person)):
        checking.start(run, Viewer.of(person), mapping)
        checking.check_some(run, Viewer.of(person), 10)

    assert states(run) == {2: "imported", 3: "imported", 4: "new"}


# All or nothing


def test_all_or_nothing_is_nothing_if_the_database_refuses_one_row(person, erbil):
    run = checked(person, *(line(str(n)) for n in range(5)))
    bad = ImportRow.objects.get(number=4)
    bad.ready["incident"]["kind"] = "nuisance"  # what no check of ours lets through
    bad.save()

    written(run, person, mode="all")

    assert Incident.objects.count() == Source.objects.count() == 0
    assert run.state == "checked"
    assert problems(run) == {4: [("refused", "")]}

    written(run, person)
    assert sorted(states(run).values()) == ["error", *["imported"] * 4]


# Ready-made mappings


def test_a_known_data_set_is_recognised_by_its_columns():
    columns = {
        "UCDP GED": "id,DATE_START,date_end,where_coordinates,adm_1,latitude,longitude,"
        "source_headline,source_office",
        "GTD": "eventid,iyear,imonth,iday,city,provstate,"
        "latitude,longitude,attacktype1_txt,weaptype1_txt,targtype1_txt,target1,summary",
    }

    assert {name: that_fits(header.split(",")) for name, header in columns.items()} == {
        name: name for name in columns
    }
    assert that_fits(["day", "place"]) is None


@pytest.mark.parametrize("name", READY_MADE)
def test_a_ready_made_mapping_is_one(name):
    mapping = READY_MADE[name]

    assert Mapping.of(mapping.as_json()) == mapping
    for field, texts in mapping.values.items():
        known = days.PRECISIONS if field == "precision" else Incident._meta.get_field(field).choices
        assert set(texts.values()) <= {*dict(known)}


@pytest.mark.parametrize(
    "wrong", [[], {"colums": {}}, {"columns": []}, {"columns": {"colour": "x"}}, {"radius_m": "5"}]
)
def test_what_is_no_mapping_is_refused(wrong):
    with pytest.raises(ValueError):
        Mapping.of(wrong)


# Cost


def test_a_batch_costs_as_many_queries_with_ten_rows_as_with_a_hundred(
    person, erbil, count_queries
):
    viewer = Viewer.of(person)

    def cost(number):
        run = staged(person, *(line(f"{number}-{n}") for n in range(number)))
        with viewing(viewer):
            checking.start(run, viewer, replace(MAPPING, date_format="iso"))
            return count_queries(lambda: checking.check_some(run, viewer, 500))

    assert cost(100) == cost(10) == 8
