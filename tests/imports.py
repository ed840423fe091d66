"""Imports on their way, for tests: who imports, and a file taken as far as is asked."""

from django.contrib.auth.models import Group as Role

from incidents.importing import checking, writing
from incidents.importing.going import counts_of, go_on
from incidents.importing.limits import IN_THE_BROWSER
from incidents.importing.mappings import Mapping
from incidents.importing.staging import stage
from incidents.models import Import, ImportMode, ImportRow, ImportState
from records.roles import DATA_ENTRY
from records.viewer import Viewer, viewing
from tests.factories import ImportFactory, UserFactory
from tests.import_files import csv_file

HEADER = "id,day,place,kind,title"
MAPPING = Mapping(
    columns={"origin": "id", "date": "day", "place": "place", "kind": "kind", "title": "title"},
    dataset="test",
)


def importer(**values):
    """A data-entry person."""
    person = UserFactory(rights=[], is_staff=True, **values)
    person.groups.add(Role.objects.get(name=DATA_ENTRY))
    return person


def line(identifier="1", day="2021-02-15", place="Erbil", kind="Rocket attack", title="Rockets"):
    return f"{identifier},{day},{place},{kind},{title}"


def staged(person, *lines, header=HEADER, **values):
    """An import of these lines by this person, its rows waiting."""
    values = {"owner": person.organisation, "created_by": person, **values}
    run = ImportFactory.build(**values)
    stage(run, csv_file(header, *lines), IN_THE_BROWSER)
    return run


def checked(person, *lines, mapping=MAPPING, **values):
    run = staged(person, *lines, **values)
    viewer = Viewer.of(person)
    with viewing(viewer, user=person.pk):
        checking.start(run, viewer, mapping)
    return work(run, person)


def written(run, person, mode=ImportMode.SKIP_BAD):
    with viewing(Viewer.of(person), user=person.pk):
        writing.begin(Import.objects.visible_to(Viewer.of(person)).get(pk=run.pk), mode)
    run.refresh_from_db()
    return work(run, person)


def work(run, person):
    """Slice after slice, each as a request would."""
    viewer = Viewer.of(person)
    while run.state in (ImportState.CHECKING, ImportState.WRITING):
        with viewing(viewer, user=person.pk):
            assert go_on(run.pk, viewer, 0)
        run.refresh_from_db()
    return run


def states(run):
    """What becomes of each row: {number: state}."""
    return dict(ImportRow.objects.filter(run=run).order_by("number").values_list("number", "state"))


def problems(run):
    """What is wrong with each row: {number: [(code, column)]}."""
    rows = ImportRow.objects.filter(run=run, state="error").order_by("number")
    return {row.number: [(error["code"], error["column"]) for error in row.errors] for row in rows}


def number_in(run, person, state):
    return counts_of(run, Viewer.of(person))[state]
