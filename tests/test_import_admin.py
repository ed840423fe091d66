"""The desk's pages: upload, match, check, import."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from incidents.admin.import_forms import meaning_of
from incidents.models import Import, ImportMapping, ImportRow, Incident, Place
from records.roles import MONITOR
from tests.factories import IncidentFactory, PlaceFactory, UserFactory
from tests.import_files import workbook
from tests.imports import HEADER, checked, importer, line, states

AS_JSON = {"headers": {"accept": "application/json"}}
OTHERS = {"radius_m": "5000", "dataset": "test"}


@pytest.fixture(autouse=True)
def erbil():
    return PlaceFactory(name="Erbil")


def page(name, *args):
    return reverse(f"admin:incidents_import_{name}", args=args)


def upload(client, *lines, name="attacks.csv", content=None, **values):
    content = content or "\n".join(lines).encode()
    given = {"publisher": "A monitor", "marking": "TLP:AMBER+STRICT", **values}
    return client.post(page("add"), {"file": SimpleUploadedFile(name, content), **given})


def matched(client, run, **values):
    """Send back the choice of columns as the page offers it."""
    form = client.get(page("match", run.pk)).context["form"]
    columns = {field.html_name: field.value() for field in form.columns()}
    return client.post(page("match", run.pk), {**columns, **OTHERS, **values})


def go(client, run):
    """Poll as the page does. Returns what the last answer said."""
    for _poll in range(10):
        said = client.post(page("go", run.pk), **AS_JSON).json()
        if not said["at_work"]:
            return said
    raise AssertionError("It does not end.")


def test_a_file_becomes_drafts(desk, person):
    answer = upload(
        desk, HEADER, line("1"), line("2", place="Atlantis"), line("3", kind="drone_attack")
    )
    run = Import.objects.get()
    assert answer.url == page("match", run.pk)
    assert matched(desk, run, name="Our monitor").url == page("change", run.pk)
    assert b"<progress" in desk.get(page("change", run.pk)).content
    assert go(desk, run) == {"done": 3, "total": 3, "doing": "Checked", "at_work": False}
    assert Incident.objects.count() == 0

    shown = desk.get(page("change", run.pk))
    assert [(line.number, line.state.value) for line in shown.context["lines"]] == [
        (2, "new"),
        (3, "error"),
        (4, "new"),
    ]
    assert "No place known here is called “Atlantis”" in shown.text
    assert desk.post(page("begin", run.pk), {"mode": "skip_bad"}).url == page("change", run.pk)
    assert go(desk, run)["doing"] == "Imported"

    assert states(run) == {2: "imported", 3: "error", 4: "imported"}
    draft = Incident.objects.get(kind="rocket_attack")
    assert (draft.created_by, draft.review_status) == (person, "draft")
    address = reverse("admin:incidents_incident_change", args=[draft.pk])
    assert address in desk.get(page("change", run.pk)).text


def test_a_monitor_imports_too(desk, client):
    monitor = importer()
    monitor.groups.set([type(monitor.groups.get()).objects.get(name=MONITOR)])
    client.force_login(monitor)

    assert client.get(page("add")).status_code == 200


def test_without_a_script_a_button_goes_on(desk):
    upload(desk, HEADER, line())
    run = Import.objects.get()
    matched(desk, run)

    assert desk.post(page("go", run.pk)).url == page("change", run.pk)
    assert states(run) == {2: "new"}


def test_a_workbook_is_taken(desk):
    from_sheet = workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>date</t></is></c></row>'
        '<row r="2"><c r="A2" s="1"><v>44242</v></c></row>'
    )
    upload(desk, name="attacks.xlsx", content=from_sheet.getvalue())

    assert ImportRow.objects.get().cells == ["2021-02-15"]


def test_a_refused_file_leaves_nothing(desk):
    answer = upload(desk, HEADER, HEADER.encode("utf-8").decode() + ',"open')

    assert "quotation mark" in answer.context["form"].errors["file"][0]
    assert not Import.objects.exists()


def test_no_marking_above_ones_clearance_and_none_that_names_readers(desk, client):
    client.force_login(importer(clearance="TLP:GREEN"))

    assert "cleared for" in upload(client, HEADER, line()).context["form"].errors["marking"][0]
    red = upload(client, HEADER, line(), marking="TLP:RED")
    assert "marking" in red.context["form"].errors
    assert upload(client, HEADER, line(), marking="TLP:GREEN").status_code == 302


def test_a_saved_mapping_is_offered_for_the_next_file(desk):
    upload(desk, "no,when,where,what", "1,2021-02-15,Erbil,rocket_attack")
    first = Import.objects.get()
    by_hand = {"column-0": "origin", "column-1": "date", "column-2": "place", "column-3": "kind"}
    desk.post(page("match", first.pk), {**by_hand, **OTHERS, "name": "Our monitor"})
    saved = ImportMapping.objects.get()

    upload(
        desk, "no,when,where,what", "2,2021-02-15,Erbil,rocket_attack", mapping=f"saved:{saved.pk}"
    )
    second = Import.objects.exclude(pk=first.pk).get()
    form = desk.get(page("match", second.pk)).context["form"]

    assert [field.value() for field in form.columns()] == list(by_hand.values())
    assert second.mapping_name == "Our monitor"


def test_a_known_data_set_is_matched_by_itself(desk):
    upload(
        desk,
        "event_id_cnty,event_date,time_precision,location,admin1,latitude,longitude,"
        "sub_event_type,notes,source,country",
        "IRQ1,15 February 2021,1,Erbil,Erbil,36.2,44.0,"
        "Shelling/artillery/missile attack,Rockets,AFP,Iraq",
    )
    run = Import.objects.get()
    assert run.mapping_name == "ACLED"

    matched(desk, run, only_column="country", only_texts="Iraq", new_places="on", dataset="acled")
    go(desk, run)

    row = ImportRow.objects.get()
    assert (row.state, row.origin) == ("new", "acled:IRQ1")
    assert row.ready["incident"]["kind"] == "rocket_attack"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"column-1": "origin"}, "column-1"),
        ({"column-1": ""}, "__all__"),
        ({"only_column": "id"}, "only_texts"),
        ({"dataset": "Our set"}, "dataset"),
        ({"radius_m": "0"}, "radius_m"),
    ],
)
def test_columns_that_do_not_fit_are_refused_beside_their_field(desk, given, field):
    upload(desk, HEADER, line())
    run = Import.objects.get()

    assert field in matched(desk, run, **given).context["form"].errors
    assert ImportRow.objects.get().state == "staged"


def test_texts_get_their_meaning_on_the_page_and_the_mapping_keeps_it(desk):
    upload(desk, HEADER, line("1", place="Arbela", kind="Katyusha"), line("2", place="Arbela"))
    run = Import.objects.get()
    matched(desk, run, name="Our monitor")
    go(desk, run)
    form = desk.get(page("change", run.pk)).context["form"]
    asked = {field: name for name, (field, _text) in form.asked.items()}
    assert "rows: 2" in form.fields[asked["place"]].help_text

    place = Place.objects.get()
    desk.post(page("meanings", run.pk), {asked["place"]: place.pk, asked["kind"]: "rocket_attack"})
    go(desk, run)

    assert states(run) == {2: "new", 3: "new"}
    values = {"place": {"Arbela": place.reference}, "kind": {"Katyusha": "rocket_attack"}}
    assert ImportMapping.objects.get().mapping["values"] == values


def test_a_hidden_place_cannot_be_meant(desk):
    upload(desk, HEADER, line(place="Arbela"))
    run = Import.objects.get()
    matched(desk, run)
    go(desk, run)
    hidden = PlaceFactory(marking="TLP:RED", readers=[-1])

    asked = meaning_of("place", "Arbela")
    answer = desk.post(page("meanings", run.pk), {asked: hidden.pk})

    assert asked in answer.context["form"].errors


def test_a_meaning_that_is_sent_late_is_of_its_own_text(desk):
    """Another window settled the first of two texts: what is said of it means no other."""
    upload(
        desk, HEADER, line("1", kind="Katyusha"), line("2", kind="Katyusha"), line("3", kind="?")
    )
    run = Import.objects.get()
    matched(desk, run)
    go(desk, run)
    first = desk.get(page("change", run.pk)).context["form"]
    (katyusha,) = (name for name, asked in first.asked.items() if asked == ("kind", "Katyusha"))
    desk.post(page("meanings", run.pk), {katyusha: "rocket_attack"})
    go(desk, run)

    desk.post(page("meanings", run.pk), {katyusha: "rocket_attack"})
    go(desk, run)

    run.refresh_from_db()
    assert run.mapping["values"] == {"kind": {"Katyusha": "rocket_attack"}}


def test_nobody_overwrites_the_choices_that_a_colleague_saved(desk, person):
    upload(desk, HEADER, line())
    run = Import.objects.get()
    colleague = UserFactory(organisation=person.organisation)
    theirs = ImportMapping.objects.create(
        owner=person.organisation,
        marking=run.marking,
        name="Our monitor",
        mapping={"columns": {"kind": "their column"}},
        created_by=colleague,
    )

    matched(desk, run, name="Our monitor")
    said = desk.get(page("change", run.pk))

    theirs.refresh_from_db()
    assert theirs.mapping == {"columns": {"kind": "their column"}}
    assert "A colleague saved choices under the name “Our monitor”" in said.text


def test_meanings_are_kept_beside_those_that_a_colleague_said_meanwhile(desk):
    upload(desk, HEADER, line("1", kind="Katyusha"))
    run = Import.objects.get()
    matched(desk, run, name="Our monitor")
    go(desk, run)
    saved = ImportMapping.objects.get()
    saved.mapping["values"] = {"kind": {"Mortar": "mortar"}}
    saved.save()

    desk.post(page("meanings", run.pk), {meaning_of("kind", "Katyusha"): "rocket_attack"})

    saved.refresh_from_db()
    both = {"Mortar": "mortar", "Katyusha": "rocket_attack"}
    assert saved.mapping["values"] == {"kind": both}


def test_a_likely_duplicate_is_imported_when_a_person_says_so(desk, person):
    attack = IncidentFactory(place=Place.objects.get(), kind="rocket_attack", on=date(2021, 2, 15))
    run = checked(person, line("1"), line("2"))
    assert attack.title in desk.get(page("change", run.pk), {"state": "likely"}).text
    first = ImportRow.objects.get(number=2)

    desk.post(page("anyway", run.pk), {"row": first.pk})
    assert states(run) == {2: "new", 3: "likely"}
    desk.post(page("anyway", run.pk), {"row": "all"})
    assert states(run) == {2: "new", 3: "new"}


def test_all_or_nothing_does_not_begin_with_an_error(desk, person):
    run = checked(person, line("1"), line("2", place="Atlantis"))

    answer = desk.post(page("begin", run.pk), {"mode": "all"}, follow=True)

    assert "Rows have errors, so not all can be imported" in answer.text
    run.refresh_from_db()
    assert run.state == "checked"


def test_the_error_file_is_sent_as_one(desk, person):
    run = checked(person, line("1"), line("2", place="=Atlantis"))

    answer = desk.get(page("errors", run.pk))

    assert answer["Content-Disposition"] == f'attachment; filename="errors-{run.reference}.csv"'
    assert answer.content.decode().startswith("\ufeffRow,")
    assert "'=Atlantis" in answer.text


@pytest.mark.parametrize("asked", [{"state": "lost"}, {"after": "x"}, {"after": "9" * 30}])
def test_an_address_that_is_none_is_not_found(desk, person, asked):
    run = checked(person, line())

    assert desk.get(page("change", run.pk), asked).status_code == 404


def test_the_preview_costs_the_same_with_many_rows(desk, person, count_queries):
    few, many = (checked(person, *(line(f"{n}-{m}") for m in range(n))) for n in (3, 40))

    costs = [count_queries(lambda run=run: desk.get(page("change", run.pk))) for run in (few, many)]

    assert costs[0] == costs[1]


def test_pages_of_rows_follow_each_other(desk, person):
    run = checked(person, *(line(str(n)) for n in range(120)))

    numbers, after = [], 0
    while after is not None:
        shown = desk.get(page("change", run.pk), {"after": after}).context
        numbers += [line.number for line in shown["lines"]]
        after = shown["more"]

    assert numbers == list(range(2, 122))


def test_no_script_stands_in_the_page(desk, person):
    run = checked(person, line())
    Import.objects.filter(pk=run.pk).update(state="checking")

    text = desk.get(page("change", run.pk)).text

    assert "musaala/import.js" in text
    assert all(
        "src=" in tag.partition(">")[0] or "json" in tag.partition(">")[0]
        for tag in text.split("<script")[1:]
    )
