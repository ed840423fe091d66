"""The page of the whole codebook: docs/ as it stands, with an address for each entry."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from records.codebook import ARABIC_PAGE, FIELDS_PAGE, WORDS_PAGE, anchor_of

PARTS = {
    "methodology.md": _("What is counted, and how"),
    FIELDS_PAGE: _("Fields"),
    WORDS_PAGE: _("Words of lists"),
}
ELSEWHERE = re.compile(r"^(?!#|https?:)")


def codebook(site, request) -> HttpResponse:
    """For whoever is signed in: it tells nothing of any record."""
    arabic = [_part(ARABIC_PAGE, "ar", "rtl")] if get_language() == "ar" else []
    parts = [*arabic, *(_part(page, "en", "ltr") for page in PARTS)]
    context = {**site.each_context(request), "title": _("Codebook"), "parts": parts}
    return TemplateResponse(request, "admin/codebook.html", context)


@cache
def _part(page, language, direction):
    """The text of a page as HTML that holds nothing but what Markdown can say."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse((settings.BASE_DIR / "docs" / page).read_text(encoding="utf-8"))
    prefix = "" if page != ARABIC_PAGE else "ar."
    headings = _with_anchors(tokens, prefix, page)
    return {
        "title": PARTS.get(page) or "\u0628\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
        "anchor": prefix + page.removesuffix(".md"),
        "headings": headings,
        "language": language,
        "direction": direction,
        "html": mark_safe(markdown.renderer.render(tokens, markdown.options, {})),
    }


def _with_anchors(tokens, prefix, page):
    """Gives headings and rows of tables their addresses; says those of the headings."""
    headings, heading = [], ""
    for at, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + 1}"
        if token.type == "heading_open" and token.tag == "h3":
            heading = tokens[at + 1].content
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            anchor = f"{prefix}{_own(page)}{slug}"
            token.attrSet("id", anchor)
            headings.append((anchor, heading))
        elif token.type == "tr_open" and (key := _key_of(tokens, at)):
            token.attrSet("id", f"{prefix}{_own(page)}{anchor_of(heading, key)}")
        elif token.type == "inline":
            _lead_within(token)
    return headings


def _own(page):
    """Headings of the three parts are alike: those of fields alone have plain addresses."""
    return "" if page in (FIELDS_PAGE, ARABIC_PAGE) else f"{page.removesuffix('.md')}."


def _key_of(tokens, at):
    """The word in backticks with which a row of a table begins."""
    first = next(token for token in tokens[at:] if token.type == "inline")
    code = [child for child in first.children if child.type == "code_inline"]
    return code[0].content if code and first.children[0] is code[0] else None


def _lead_within(token):
    """A link to another page of docs/ leads to its part on this one, or is taken off."""
    kept, open_ = [], []
    for child in token.children:
        if child.type == "link_open":
            page, _sign, heading = child.attrGet("href").partition("#")
            if page in PARTS or not page:
                own = _own(page) if page else "methodology."
                child.attrSet("href", f"#{own}{heading}" if heading else f"#{page[:-3]}")
            elif ELSEWHERE.match(page):
                open_.append(False)
                continue
            open_.append(True)
        elif child.type == "link_close" and not open_.pop():
            continue
        kept.append(child)
    token.children = kept
