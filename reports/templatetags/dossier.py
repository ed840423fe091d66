"""How the dossier writes dates, numbers of people and sources."""

from django import template

from records.admin_columns import chips
from records.models import ReviewStatus
from reports.dossier import weighing, wording

register = template.Library()


@register.filter
def when(row, span):
    """`{{ claim|when:"asserted" }}`: the date of a row, with its precision in words."""
    return wording.when_of(row, span)


@register.filter
def is_dated(row, span):
    return getattr(row, f"{span}_from") is not None


@register.simple_tag
def people(low, high):
    return weighing.people(low, high)


@register.filter
def cited(cites, row):
    """`{{ cites|cited:claim }}`: the Cites of a row."""
    return cites.of(row)


@register.simple_tag
def standing_out(row, incident):
    """How a row differs from its incident in who may read it or how far it is reviewed."""
    same = row.marking == incident.marking and row.review_status == ReviewStatus.PUBLISHED
    return "" if same else chips(row)
