"""Cells of a list that know the heading of their column, for screens too narrow for columns."""

from django import template
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import mark_safe
from django.utils.text import capfirst

register = template.Library()
CELLS = ("<td ", "<th ")


@register.simple_tag
def cells(result, headers):
    """The cells of one row, each with the words of its heading as `data-label`.

    Both come escaped from Django's list.
    """
    return mark_safe(
        "".join(_labelled(cell, header) for cell, header in zip(result, headers, strict=False))
    )


def _labelled(cell, header):
    words = capfirst(strip_tags(str(header["text"])).strip())
    start = next((start for start in CELLS if cell.startswith(start)), None)
    if start is None or not words or "action-checkbox" in cell[:40]:
        return cell
    return f'{start}data-label="{conditional_escape(words)}" {cell.removeprefix(start)}'
