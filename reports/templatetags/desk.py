"""What the templates of the dashboard say of records and numbers."""

from dataclasses import replace

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.accountability import Cell

register = template.Library()

NOUNS = {
    "incidents": gettext_lazy("Attacks"),
    "claims": gettext_lazy("Claims"),
    "attributions": gettext_lazy("Attributions"),
    "arrests": gettext_lazy("Arrests"),
    "steps": gettext_lazy("Steps"),
    "convictions": gettext_lazy("Convictions"),
    "rulings": gettext_lazy("Rulings"),
}
MOST = 30


@register.simple_tag
def noun_of(noun):
    return NOUNS[noun]


@register.simple_tag
def behind(asked, rung, day):
    """The list of the attacks that stood on a rung by a day."""
    return asked.cell_behind(Cell(rung), replace(asked.question, as_of=day))


@register.simple_tag
def named(keys, titles):
    """Attacks by title, each with its address, and how many more there are."""
    shown = sorted(keys, reverse=True)[:MOST]
    links = format_html_join(
        ", ",
        '<a href="{}"><bdi>{}</bdi></a>',
        ((reverse("admin:incidents_incident_change", args=[key]), titles[key]) for key in shown),
    )
    more = len(keys) - len(shown)
    return format_html("{} {}", links, _("and %(more)s more") % {"more": more}) if more else links
