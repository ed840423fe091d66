"""Two spellings of one address: what a source is recognised by.

The outcome is for comparing, not for following: `http`, `www.` and what only follows the
reader about are dropped from it, and the copy in an archive stands for its original. Too
little is folded rather than too much, for a wrong match would cite the wrong document.
Nothing here asks the network: an address is what somebody typed, and its publisher would
learn who looks. Definition: docs/methodology.md#sources-and-citations.
"""

import re
import unicodedata
from urllib.parse import unquote_to_bytes, urlsplit

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext_lazy as _

NOT_WEB = _("Give the address of a web page: it begins with https:// or http://.")
NO_HOST = _("This address names no site. Copy the whole of it from the browser.")
WITH_PASSWORD = _("This address holds a user name or password. Take out what is before the @.")
WITH_SPACE = _("An address has no spaces or line breaks in it. Copy it once more.")

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # `site.org:8080` has none
_WEB = re.compile(r"https?:/{1,2}(?=[^/])", re.IGNORECASE)  # an archive leaves one slash at times
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff\\<>\"]")
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)+")
# Copies of another page, whose address stands in their own.
_COPIES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:web\.)?archive\.org/(?:web/)?(?:\d{4,14}|\*)(?:[a-z]{2}_|\*)?/(?P<original>.+)",
        r"archive\.(?:today|ph|is|li|vn|md|fo)/(?:\d{4,14}|newest|oldest)/(?P<original>.+)",
        r"google\.com/amp/(?:s/)?(?P<original>.+)",
        r"[a-z0-9-]+\.cdn\.ampproject\.org/[acv]/(?:s/)?(?P<original>.+)",
    )
]
# Sites that show the same page at the same path of several hosts.
_SAME_HOST = {
    "amp.theguardian.com": "theguardian.com",
    "m.facebook.com": "facebook.com",
    "mbasic.facebook.com": "facebook.com",
    "mobile.twitter.com": "x.com",
    "mobile.x.com": "x.com",
    "twitter.com": "x.com",
    "m.youtube.com": "youtube.com",
    "telegram.me": "t.me",
}
_AS_IS = "%:/?#[]@!$&'()*+,;="  # what an address may hold beside letters, and means by it
_TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid"
    r"|igshid|igsh|_ga|_gl|_hsenc|_hsmi|mkt_tok|ref_src|ref_url",
    re.IGNORECASE,
)
_TRACKING_AT = {"x.com": {"s", "t"}, "youtube.com": {"si", "feature", "pp"}, "t.me": {"single"}}


def normal_address(text):
    """The one form of an address: `https://site.org/path?query`.

    The same again for its own outcome, and for what a person would call the same address.

    Raises:
        ValidationError: not the address of a web page, in a sentence that says what to do.
    """
    rest = _without_scheme(text.strip())
    while original := next(filter(None, (copy.fullmatch(rest) for copy in _COPIES)), None):
        rest = _without_scheme(original["original"])
    try:
        parts = urlsplit(f"https://{rest}")
        host, port = _host(parts.hostname or ""), parts.port
    except (ValueError, UnicodeError) as error:
        raise ValidationError(NO_HOST) from error
    if "@" in parts.netloc:
        raise ValidationError(WITH_PASSWORD)
    if not _HOST.fullmatch(host):
        raise ValidationError(NO_HOST)
    site = host if port in (None, 80, 443) else f"{host}:{port}"
    path = _path(parts.path)
    if host == "t.me":
        path = re.sub(r"^/s/", "/", path)  # the preview of a channel, post by post
    query = _query(parts.query, _TRACKING_AT.get(host, ()))
    # A page that is drawn by a script tells its parts apart behind the hash.
    fragment = f"#{_decoded(parts.fragment)}" if parts.fragment[:1] in ("!", "/") else ""
    return f"https://{site}{path}{query and '?'}{query}{fragment}"


def _without_scheme(text):
    """What follows `https://`, with an archive's name first if there is one."""
    if _UNFIT.search(text):
        raise ValidationError(WITH_SPACE)
    if web := _WEB.match(text):
        rest = text[web.end() :]
    elif _SCHEME.match(text):
        raise ValidationError(NOT_WEB)
    else:
        rest = text.lstrip("/")
    return re.sub(r"^(?:www\.)+(?=[^/?#]*\.)", "", rest, flags=re.IGNORECASE)


def _host(named):
    """A host as the domain name system knows it: lower case, in ASCII."""
    if ":" in named:
        return f"[{named.lower()}]"
    host = named.rstrip(".").encode("idna").decode().lower()
    while host.startswith("www.") and "." in host.removeprefix("www."):
        host = host.removeprefix("www.")
    return _SAME_HOST.get(host, host)


def _path(given):
    """Without `.` and `..`, and without slashes at its end."""
    steps = []
    for step in _decoded(given).split("/"):
        if step == "..":
            del steps[max(1, len(steps) - 1) :]
        elif step != ".":
            steps.append(step)
    return "/".join(steps).rstrip("/")


def _query(given, tracking):
    """Sorted by name: nothing but habit orders parameters. Values of one name keep theirs."""
    kept = [
        pair
        for pair in _decoded(given.replace("+", "%20")).split("&")
        if pair
        and not _TRACKING.fullmatch(pair.partition("=")[0])
        and pair.partition("=")[0] not in tracking
    ]
    return "&".join(sorted(kept, key=lambda pair: pair.partition("=")[0]))


def _decoded(text):
    """Letters and digits of any script as themselves, what else is escaped in capitals."""
    text = re.sub(r"%(?![0-9a-f]{2})", "%25", text, flags=re.IGNORECASE)
    text = re.sub(r"(?:%[0-9a-f]{2})+", lambda run: _decoded_run(run[0]), text, flags=re.IGNORECASE)
    return "".join(char if char in _AS_IS or _is_plain(char) else _escaped(char) for char in text)


def _decoded_run(run):
    decoded = unquote_to_bytes(run).decode("utf-8", "surrogateescape")
    return "".join(char if _is_plain(char) else _escaped(char) for char in decoded)


def _is_plain(char):
    return char in "-._~" or unicodedata.category(char)[0] in "LMN"


def _escaped(char):
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogateescape"))


def key_of(address):
    """What an address is recognised by, or nothing where it is none."""
    try:
        return normal_address(address) if address else ""
    except ValidationError:
        return ""


class _Following(DeferredAttribute):
    """Always that of the address the row holds now, also where no `save()` is called."""

    def __get__(self, instance, cls=None):
        if instance is not None and self.field.of in instance.__dict__:
            return key_of(instance.__dict__[self.field.of])
        return super().__get__(instance, cls)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class AddressKey(models.TextField):
    """What the address in the column `of` is recognised by.

    A column of its own, compared for equality, since that is all an index serves behind
    row-level security. Worked out here and not by the database, which knows no domain names.
    """

    descriptor_class = _Following

    def __init__(self, *args, of, **options):
        self.of = of
        super().__init__(*args, **(options | {"editable": False, "default": "", "blank": True}))

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, options | {"of": self.of}
