"""Rows as items of the queue: the columns of an item, and what a record is called by."""

from django.db.models import BigIntegerField, DateField, F, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf
from django.utils.translation import get_language

COLUMNS = (
    "kind",
    "record_kind",
    "row_id",
    "title",
    "target",  # the key of what the item is cleared with, where it is not the record itself
    "about",  # the kind of the last step, ruling, or state the sentence tells of
    "first_on",
    "last_on",
    "precision",
    "due_on",
    "changed",
    "editor",
    "author",
)
_NO_DAY = Cast(Value(None), DateField())
NO_TEXT = Value("", output_field=TextField())


def listed(rows, kind, record, **said):
    """The rows as items of a kind, about a `record`: a model."""
    columns = {
        "record_kind": Value(record._meta.label_lower, output_field=TextField()),
        "row_id": F("pk"),
        "target": Cast(Value(None), BigIntegerField()),
        "about": NO_TEXT,
        "first_on": _NO_DAY,
        "last_on": _NO_DAY,
        "precision": Value("day", output_field=TextField()),
        "due_on": _NO_DAY,
        "changed": F("updated_at"),
        "editor": F("updated_by_id"),
        "author": F("created_by_id"),
        **said,
    }
    if "title" not in columns:
        columns["title"] = title_of(rows.model)
    kind = kind if hasattr(kind, "resolve_expression") else Value(kind, output_field=TextField())
    texts = {"title", "about", "precision"}
    given = {
        f"item_{name}": Cast(value, TextField()) if name in texts else value
        for name, value in {"kind": kind, **columns}.items()
    }
    rows = rows.order_by().annotate(**given)
    return rows.values_list(*(f"item_{name}" for name in COLUMNS))


_TITLES = {  # what a record is called by, from its own columns or those of what it names
    "records.source": "title",
    "militias.group": "name",
    "militias.person": "name",
    "militias.candidatelink": "name",
    "militias.relation": "from_group__name",
    "incidents.place": "name",
    "incidents.incident": "title",
    "incidents.claim": "incident__title",
    "incidents.attribution": "incident__title",
    "incidents.casualtyfigure": "incident__title",
    "incidents.response": "summary",
    "incidents.statement": "paraphrase",
    "legal.arrest": "description",
    "legal.arrestlink": "incident__title",
    "legal.suspect": "code",
    "legal.step": "suspect__code",
    "legal.conviction": "court",
    "legal.ruling": "conviction__court",
    "legal.instrument": "title",
    "legal.provision": "instrument__title",
    "legal.designation": "programme",
    "legal.finding": "asserted_by",
    "legal.obligation": "title",
    "legal.negativeresult": "statement",
}


def title_of(model, through=""):
    """The title of a record, in Arabic to Arabic readers where there is one; else its reference."""
    name = _TITLES[model._meta.label_lower]
    *path, last = name.split("__")
    far = model
    for step in path:
        far = far._meta.get_field(step).related_model
    named = {field.name for field in far._meta.fields}
    texts = [NullIf(Cast(F(f"{through}{name}"), TextField()), NO_TEXT)]
    if get_language() == "ar" and f"{last}_ar" in named:
        texts.insert(0, NullIf(Cast(F(f"{through}{name}_ar"), TextField()), NO_TEXT))
    return Coalesce(*texts, Cast(F(f"{through}reference"), TextField()))
