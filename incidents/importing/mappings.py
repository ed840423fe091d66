"""How the columns of a file are read: the fields there are, and data sets known beforehand."""

from dataclasses import dataclass, field, fields, replace

from django.utils.translation import gettext_lazy as _

from incidents.models import IncidentKind, IncidentOutcome, TargetKind, Weapon

FIELDS = {  # in the order in which a person tells it
    "origin": _("Identifier in the data set"),
    "date": _("Date, or first day"),
    "date_to": _("Last day"),
    "year": _("Year"),
    "month": _("Month"),
    "day": _("Day"),
    "precision": _("Precision of the date"),
    "time_stated": _("Local time as stated"),
    "place": _("Place"),
    "governorate": _("Governorate"),
    "latitude": _("Latitude"),
    "longitude": _("Longitude"),
    "kind": _("Kind"),
    "outcome": _("Outcome"),
    "weapon": _("Weapon"),
    "target_kind": _("Target kind"),
    "target_name": _("Target"),
    "title": _("Title"),
    "title_ar": _("Arabic title"),
    "summary": _("Summary"),
    "summary_ar": _("Arabic summary"),
    "series": _("Series"),
    "source_publisher": _("Source: publisher"),
    "source_title": _("Source: title"),
    "source_address": _("Source: address"),
}
VOCABULARIES = {
    "kind": IncidentKind,
    "outcome": IncidentOutcome,
    "weapon": Weapon,
    "target_kind": TargetKind,
}
OTHERWISE = {"outcome": "completed", "weapon": "unknown", "target_kind": "unknown"}  # no column
VALUED = ("kind", "weapon", "target_kind", "outcome", "precision", "place")
_OTHER_NAMES = {
    "id": "origin",
    "event date": "date",
    "date start": "date",
    "date end": "date_to",
    "location": "place",
    "city": "place",
    "province": "governorate",
    "lat": "latitude",
    "lon": "longitude",
    "lng": "longitude",
    "long": "longitude",
    "type": "kind",
    "target": "target_name",
    "description": "summary",
    "notes": "summary",
    "source": "source_publisher",
    "url": "source_address",
}
BLANK = ""  # the text of a cell that is empty


@dataclass(frozen=True)
class Mapping:
    """
    columns: name of the column by field.
    kept: columns whose texts are kept in the note, as `column: text`.
    only: texts of one column without which a row is left out: {column: [texts]}.
    values: what the texts of a field mean: {field: {text: value}}; of places, their reference.
    otherwise: the value of texts that `values` does not have.
    date_format: one of importing.days.FORMATS, or "": found out, if only one fits.
    lasting: between two days the event went on, instead of lying somewhere between.
    new_places: a place that is not known, and has a point, is made.
    radius_m: within how many metres a point of the file is right.
    dataset: short name of the data set, the first part of identifiers of origin.
    """

    columns: dict = field(default_factory=dict)
    kept: list = field(default_factory=list)
    only: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    otherwise: dict = field(default_factory=dict)
    date_format: str = ""
    lasting: bool = False
    new_places: bool = False
    radius_m: int = 5000
    dataset: str = ""

    @classmethod
    def of(cls, given):
        """From JSON. What is not known of it is an error, for it would be silently ignored.

        Raises:
            ValueError: what is wrong with it.
        """
        if not isinstance(given, dict):
            raise ValueError("a mapping is a JSON object")
        known = {each.name: each for each in fields(cls)}
        if unknown := given.keys() - known.keys():
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        for name, value in given.items():
            expected = type(getattr(cls(), name))
            if type(value) is not expected:
                raise ValueError(f"{name} must be a JSON {expected.__name__}")
        if unknown := given.get("columns", {}).keys() - FIELDS.keys():
            raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
        return cls(**given)

    @classmethod
    def guessed(cls, header):
        """For a file nobody knows: columns that are called as the fields are."""
        labels = {name: name for name in FIELDS} | {
            str(label).casefold(): name for name, label in FIELDS.items()
        }
        labels |= _OTHER_NAMES
        columns = {}
        for column in header:
            name = labels.get(column.casefold().replace("_", " ")) or labels.get(column.casefold())
            if name and name not in columns:
                columns[name] = column
        if "year" not in columns and "day" in columns:  # a column called so has the whole date
            columns.setdefault("date", columns.pop("day"))
        return cls(columns=columns)

    def within(self, header):
        """The same for a file with these columns; columns are found whatever their case."""
        there = {name.casefold(): name for name in header}

        def found(name):
            return there.get(name.casefold())

        columns = {each: found(name) for each, name in self.columns.items() if found(name)}
        return replace(
            self,
            columns=columns,
            kept=[found(name) for name in self.kept if found(name)],
            only={found(name): texts for name, texts in self.only.items() if found(name)},
        )

    def as_json(self):
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def valued(self):
        """The fields whose texts stand for values, and that have a column."""
        return [name for name in VALUED if name in self.columns]
