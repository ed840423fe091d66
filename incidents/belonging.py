"""What belongs to an incident, as far as a viewer sees it: the rows that a merge would move."""

from dataclasses import dataclass

from django.contrib import admin
from django.db.models import Model
from django.utils.text import capfirst

from incidents.models import Incident
from records.differences import content_fields, label_of_field, text_of
from records.labels import Labels, label_of
from records.models import Record
from records.models.audience import Marked


@dataclass(frozen=True)
class Belonging:
    """A row that would move. `stays`: it would not, for the kept one has it already."""

    row: Model
    label: str
    stays: bool = False
    says_else: tuple[str, ...] = ()

    @property
    def tlp(self):
        return self.row.marking.removeprefix("TLP:").partition("+")[0].lower()


@dataclass(frozen=True)
class Kind:
    """The rows of one table. there: how many the kept one has."""

    title: str
    there: int
    rows: list[Belonging]


def relations():
    """The keys of rows that belong to an incident, whatever models there are."""
    return [
        relation.field
        for relation in Incident._meta.related_objects
        if issubclass(relation.related_model, Marked) and relation.related_model is not Incident
    ]


def belongings(kept, merged, viewer):
    """What moves, kind by kind. One query for each kind, and one for each that is named."""
    labels = Labels(viewer)
    found = [(key, list(_rows(key, kept, merged, viewer))) for key in relations()]
    found = [(key, rows) for key, rows in found if _of(rows, key, merged)]
    for key, rows in found:
        for row in rows:
            for field in _named(row, key):
                if field.is_relation:
                    labels.want(field.related_model, [getattr(row, field.attname)])
    labels.load()
    for key, rows in found:
        there = _of(rows, key, kept)
        moving = [_belonging(row, key, there, labels) for row in _of(rows, key, merged)]
        yield Kind(capfirst(key.model._meta.verbose_name_plural), len(there), moving)


def _rows(key, kept, merged, viewer):
    of_either = {f"{key.name}__in": [kept.pk, merged.pk]}
    rows = key.model._default_manager.visible_to(viewer).filter(**of_either)
    if not admin.site.is_registered(key.model):
        return rows
    named = admin.site.get_model_admin(key.model).label_related
    return rows.select_related(*named) if named else rows


def _of(rows, key, incident):
    return [row for row in rows if getattr(row, key.attname) == incident.pk]


def _named(row, key):
    """What a row that is no record joins with the incident, and in which role."""
    names = () if isinstance(row, Record) else row.KEY
    return [row._meta.get_field(name) for name in names if name != key.name]


def _belonging(row, key, there, labels):
    twin = _twin(row, key, there)
    says_else = twin and tuple(
        str(label_of_field(field))
        for field in content_fields(type(row))
        if field.name != key.name and getattr(row, field.attname) != getattr(twin, field.attname)
    )
    named = [text_of(field, getattr(row, field.attname), labels) for field in _named(row, key)]
    label = " · ".join(filter(None, named)) or label_of(admin.site, row)
    return Belonging(row, label, bool(twin), says_else or ())


def _twin(row, key, rows):
    """The one among `rows` beside which this row could not stand, or None."""
    for constraint in row._meta.constraints:
        fields = getattr(constraint, "fields", ())
        if key.name not in fields:
            continue
        same = [row._meta.get_field(name).attname for name in fields if name != key.name]
        for other in rows:
            if all(getattr(row, name) == getattr(other, name) for name in same):
                return other
    return None
