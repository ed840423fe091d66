"""A world of visible rows, and beside them hidden ones of every kind, hidden in every way.

Rows are hidden by their own marking, organisation, readers or status, and by each key that
leads to a hidden row. Every text of a hidden row holds CANARY; its key and reference are
known beforehand, so that the same requests can be made where it does not exist. Made for
whatever models there are, so that one added later is hidden, too.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from django.db import models

from incidents.models import Incident, Place
from militias.models import Group
from records.models import Record
from records.models.audience import Marked, keys_to_marked
from records.rights import READ
from tests.api_rows import ROWS
from tests.catalogue import factories_of, our_models
from tests.factories import AttributionFactory, OrganisationFactory, UserFactory, cite

CANARY = "Zqanary"
HIDDEN_GOVERNORATE = "ZZ-01"  # its ISO code, which is unique
LONG_AGO = date(2016, 5, 5)  # before every visible row
ADDRESS = f"https://site.example/{CANARY}"
CODES = {"country": "ZZ", "nationality": "ZZ", "jurisdiction": "ZZ", "language": "zz"}
SHORTEST_TEXT = 40  # narrower columns hold codes
LEFT_ALONE = {
    "reference",
    "origin_id",
    "code",
    "timezone",
    "sha256",
    "withdrawn_reason",
    "level_basis",  # written only where `level` is chosen
}
EITHER = {"group": "person", "person": "group", "incident": "response", "response": "incident"}

MARKED = [model for model in our_models() if issubclass(model, Marked)]
RECORDS = [model for model in MARKED if issubclass(model, Record)]
WHOLES = {
    whole._meta.get_field(name).related_model: whole for whole in MARKED for name in whole.MEMBERS
}  # a hidden member hides them


# The rights to all there is, so that only clearance, organisation and name decide.
EVERY_RIGHT = [
    READ,
    *(
        f"{model._meta.app_label}.{action}_{model._meta.model_name}"
        for model in MARKED
        for action in ("view", "add", "change")
    ),
]


def strangers():
    """An organisation and a person whose records the readers in question may not see."""
    organisation = OrganisationFactory(slug="stranger", name="Strangers")
    return organisation, UserFactory(organisation=organisation, username="stranger", rights=[])


def ways_to_hide(organisation, person):
    """What hides a record from whoever is not of this organisation and not this person."""
    strangers_own = {"owner": organisation}
    return [
        {**strangers_own, "marking": "TLP:AMBER+STRICT"},
        {**strangers_own, "marking": "TLP:AMBER", "shared_with": [organisation.pk + 10**6]},
        {"marking": "TLP:RED", "readers": [person.pk]},
        {**strangers_own, "marking": "TLP:CLEAR", "review_status": "draft"},
        {**strangers_own, "marking": "TLP:CLEAR", "review_status": "submitted"},
        {
            **strangers_own,
            "marking": "TLP:CLEAR",
            "review_status": "withdrawn",
            "withdrawn_reason": CANARY,
        },
    ]


def ways_to_hide_a_part(person):
    return [{"marking": "TLP:RED", "readers": [person.pk]}]


@dataclass
class World:
    """`seen` and `hidden`: rows by their model."""

    seen: dict
    hidden: dict = field(default_factory=dict)


def visible_world():
    """What everybody may read: for each noun of the API a row with all that it nests."""
    for make in ROWS.values():
        make()
    for model in RECORDS:
        if hasattr(model, "citations") and not model.citations.rel.related_model.objects.exists():
            cite(model.objects.first())
    world = World({model: list(model.objects.order_by("pk")[:6]) for model in MARKED})
    for group in world.seen[Group]:  # so that a hidden relation of one would move a number
        AttributionFactory(incident=world.seen[Incident][0], group=group)
    return world


@dataclass
class Hider:
    """Adds hidden rows to a world, with keys below and above those of its visible rows."""

    world: World
    ways: list
    part_ways: list
    numbers: count = field(default_factory=lambda: count(1))

    def hide_everything(self):
        for model in MARKED:
            for way in self._ways_of(model):
                self._hide(model, way)
        for model in MARKED:
            for key in keys_to_marked(model):
                self._hide(model, self._leading_to_hidden(model, key))
        self._hide(Place, {"kind": "governorate", "iso_code": HIDDEN_GOVERNORATE, **self.ways[0]})
        return self.world

    def _ways_of(self, model):
        """A sealed name has no marking of its own: it is hidden with its suspect."""
        if issubclass(model, Record):
            return self.ways
        marked = self.part_ways if hasattr(model, "marking") else []
        return [way for way in marked for _again in range(3)]

    def _leading_to_hidden(self, model, key):
        """Without a marking of its own that would hide it."""
        others = [other for other in keys_to_marked(model) if other.name == EITHER.get(key.name)]
        emptied = {other.name: None for other in others if other.null and key.null}
        if key.name == "merged_into":  # only what is withdrawn is
            emptied = {"review_status": "withdrawn", "withdrawn_reason": CANARY}
        return {**emptied, key.name: self.world.hidden[key.related_model][0]}

    def _hide(self, model, way):
        self.world.hidden.setdefault(model, []).append(self._make(model, way))

    def _make(self, model, given):
        number = next(self.numbers)
        factory = factories_of().get(model)
        values = {
            "pk": -number if number % 2 else 10**9 + number,
            **self._keys(model, factory, number),
        }
        if model in WHOLES and model.KEY[0] not in given:
            whole = self._make(WHOLES[model], {})
            values[model.KEY[0]] = whole
            self.world.hidden.setdefault(WHOLES[model], []).append(whole)
        values |= texts_of(model, number)
        if issubclass(model, Record):
            values["reference"] = f"ZZZZ-ZZZZ-{number:04}"
        if hasattr(model, "code"):
            values["code"] = f"S-ZZZZ-{number:04}"
        if factory and number % 3 == 0 and "on" in factory._meta.parameters:
            values["on"] = LONG_AGO
        values |= given
        return factory(**values) if factory else model.objects.create(**values)

    def _keys(self, model, factory, number):
        """Those that the factory would fill in, to visible rows: to others each time."""
        keys = [
            key
            for key in keys_to_marked(model)
            if factory is None or key.name in factory._meta.declarations
        ]
        chosen = {}
        for place, key in enumerate(keys, number):
            rows = self.world.seen[key.related_model]
            chosen[key.name] = rows[place % len(rows)]
        return chosen


def texts_of(model, number):
    """CANARY in every column of a model that holds text and not a code, never twice the same."""
    texts = {}
    for column in model._meta.fields:
        if column.name in LEFT_ALONE or column.choices or column.generated:
            continue
        if column.name in CODES:
            texts[column.name] = CODES[column.name]
        elif isinstance(column, models.URLField):
            texts[column.name] = ADDRESS
        elif isinstance(column, models.CharField | models.TextField) and not isinstance(
            column, models.FileField
        ):
            width = column.max_length or 1000
            if width >= SHORTEST_TEXT:
                text = f"{CANARY} {number} Attack Group Place Publisher Law"
                texts[column.name] = text[:width]
    return texts
