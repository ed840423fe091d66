"""The sign “?” beside a label, and the definition that it opens."""

from django import template
from django.forms import BoundField

from records.codebook import meaning_of

register = template.Library()
WRITTEN = "meanings_of_page"  # on the request: {id: (label, Meaning)}


@register.inclusion_tag("admin/means.html", takes_context=True)
def means(context, shown):
    """Beside a label. `shown`: a field as the admin's templates have it.

    Rows that the browser adds later open the same definition, for it is written once, at
    the end of the page: see `meanings`.
    """
    field = shown.field
    if isinstance(field, BoundField):
        return _sign(context, field.form, field.name, field.label)
    return _sign(context, shown.form, field["name"], field["label"])


@register.inclusion_tag("admin/means.html", takes_context=True)
def column_means(context, formset, column):
    """In the heading of a table of rows."""
    return _sign(context, formset.form, column["name"], column["label"])


def _sign(context, form, name, label):
    model = getattr(getattr(form, "_meta", None), "model", None)
    meaning = model and meaning_of(model, name)
    if not meaning:
        return {}
    address = f"means-{model._meta.label_lower}.{name}"
    context["request"].__dict__.setdefault(WRITTEN, {})[address] = (label, meaning)
    return {"address": address, "label": label}


@register.inclusion_tag("admin/meanings.html", takes_context=True)
def meanings(context):
    """What the signs of a page open. Last on the page."""
    return {"written": context["request"].__dict__.get(WRITTEN, {}).items()}


@register.inclusion_tag("admin/filter_means.html")
def filter_means(spec):
    """For a filter of a list: the sign, and what it opens."""
    field = getattr(spec, "field", None)
    meaning = field and meaning_of(field.model, field.name)
    if not meaning:
        return {}
    address = f"means-filter-{field.name}"
    label = spec.title
    return {"address": address, "label": label, "written": [(address, (label, meaning))]}
