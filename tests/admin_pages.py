"""Addresses of the admin's pages, and what a browser would send back from them."""

from django.urls import reverse


def address(model, page, *args):
    names = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(names, args=args)


def form_data(response):
    """What a browser would send back from the form of a page, unchanged, with a reason."""
    data = {}
    for field in _fields_sent(response.context):
        value = field.value()
        if isinstance(value, bool):
            value = "on" if value else None
        if value is not None and value != []:
            data[field.html_name] = value
        elif field.name == "change_reason":
            data[field.html_name] = "Corrected."
    return data


def _fields_sent(context):
    yield from context["adminform"].form
    for part in context["inline_admin_formsets"]:
        yield from part.formset.management_form
        for form in part.formset.forms:
            shown_only = form.instance.pk and not part.has_change_permission
            yield from form.hidden_fields() if shown_only else form


def refusals(response):
    """Every error on a page, as text by field."""
    context = response.context
    forms = [context["adminform"].form]
    for part in context["inline_admin_formsets"]:
        forms += part.formset.forms
    return {name: list(said) for form in forms for name, said in form.errors.items()}
