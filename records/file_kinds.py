"""Which files are taken as evidence. What one is, its bytes say, not its name.

Nothing is opened or converted: a few bytes at known places are compared. Definition and
what it does not do: docs/adr/0033-stored-files.md.
"""

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _

HEAD = 65_536  # bytes that are looked at
NAME_LENGTH = 120


class MediaType(models.TextChoices):
    PDF = "application/pdf", "PDF"
    PNG = "image/png", "PNG"
    JPEG = "image/jpeg", "JPEG"
    WEBP = "image/webp", "WebP"
    GIF = "image/gif", "GIF"
    MP4 = "video/mp4", "MP4"
    WEBM = "video/webm", "WebM"
    MP3 = "audio/mpeg", "MP3"
    OGG = "application/ogg", "OGG"
    WAV = "audio/wav", "WAV"
    TEXT = "text/plain", _("plain text")
    HTML = "text/html", _("web page")
    MHTML = "multipart/related", _("web page with its parts (MHTML)")
    WARC = "application/warc", "WARC"
    EMAIL = "message/rfc822", _("e-mail")


ENDINGS = {
    MediaType.PDF: ("pdf",),
    MediaType.PNG: ("png",),
    MediaType.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    MediaType.WEBP: ("webp",),
    MediaType.GIF: ("gif",),
    MediaType.MP4: ("mp4", "m4v", "m4a"),
    MediaType.WEBM: ("webm",),
    MediaType.MP3: ("mp3",),
    MediaType.OGG: ("ogg", "oga", "ogv", "opus"),
    MediaType.WAV: ("wav",),
    MediaType.TEXT: ("txt", "csv", "tsv", "md", "json", "log"),
    MediaType.HTML: ("html", "htm", "xhtml"),
    MediaType.MHTML: ("mht", "mhtml"),
    MediaType.WARC: ("warc",),
    MediaType.EMAIL: ("eml",),
}
IMAGES = (MediaType.PNG, MediaType.JPEG, MediaType.WEBP, MediaType.GIF)
# A browser that disregards every other header would still not run these as a page.
ACTIVE = (MediaType.HTML, MediaType.MHTML, MediaType.WARC, MediaType.EMAIL)
BYTES = "application/octet-stream"

_BEGINNINGS = {
    b"%PDF-": MediaType.PDF,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"\xff\xd8\xff": MediaType.JPEG,
    b"GIF87a": MediaType.GIF,
    b"GIF89a": MediaType.GIF,
    b"ID3": MediaType.MP3,
    b"OggS": MediaType.OGG,
    b"WARC/1.": MediaType.WARC,
}
_IN_RIFF = {b"WEBP": MediaType.WEBP, b"WAVE": MediaType.WAV}
_MP4_BRANDS = re.compile(rb"isom|iso\d|mp4\d|avc1|M4[AV] |MSNV|dash|3gp\d")
_MP3_FRAME = re.compile(rb"\xff[\xfa\xfb\xf2\xf3][\x10-\xef]")
_BEFORE_HTML = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?xml[^>]*>|<!--.*?-->)*", re.DOTALL)
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body|title|script|meta)[\s>]", re.IGNORECASE)
_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]*):[ \t]", re.MULTILINE)
_OF_CAMERA = (b"Exif\0\0", b"eXIf", b"EXIF", b"<x:xmpmeta", b"tEXt", b"iTXt")


def media_type_of(head, *, is_text):
    """What a file is by its first bytes, or None: not one that is taken.

    head: its first HEAD bytes. is_text: whether all of it is UTF-8 without control characters.
    """
    for beginning, media_type in _BEGINNINGS.items():
        if head.startswith(beginning):
            return media_type
    if head.startswith(b"RIFF"):
        return _IN_RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return MediaType.MP4 if _MP4_BRANDS.match(head[8:12]) else None
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return MediaType.WEBM if b"webm" in head[:64] else None
    if _MP3_FRAME.match(head):
        return MediaType.MP3
    return _written_type_of(head, is_text)


def _written_type_of(head, is_text):
    begun = head[_BEFORE_HTML.match(head).end() :]
    if _HTML.match(begun):
        return MediaType.HTML
    if begun.startswith(b"<"):  # a drawing that may hold scripts, or another markup
        return None
    headers = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    names = {name.lower() for name in _HEADER.findall(headers)}
    if b"mime-version" in names and b"multipart/related" in headers.lower():
        return MediaType.MHTML
    if {b"from", b"date"} <= names and _HEADER.match(headers):
        return MediaType.EMAIL
    return MediaType.TEXT if is_text else None


def tells_of_its_camera(media_type, head):
    """Whether an image holds data beside what it shows: often when, where and by whose camera."""
    return media_type in IMAGES and any(sign in head for sign in _OF_CAMERA)


def defused(name):
    """A file's name as given, less what would make it a path or show it as another.

    Letters of any script stay. Signs that turn the direction of what follows
    are dropped: by one, `photo` and `gpj.exe` would read as a picture.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(char for char in last if unicodedata.category(char)[0] not in "C")
    shown = re.sub(r"\s+", " ", shown).strip(" .")
    if len(shown) > NAME_LENGTH:
        stem, dot, ending = shown.rpartition(".")
        ending = dot + ending if 0 < len(ending) < 8 else ""
        shown = (stem or shown)[: NAME_LENGTH - len(ending)].rstrip(" .") + ending
    return shown or "file"


def another_type_named(name, media_type):
    """The type that a name promises, where the content is of another one, or None."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    promised = next((kind for kind, endings in ENDINGS.items() if ending in endings), None)
    written = (MediaType.TEXT, MediaType.EMAIL, MediaType.MHTML)
    if promised in (None, media_type) or (promised in written and media_type in written):
        return None
    return promised


def name_to_send(name, media_type):
    """The name under which a browser keeps the file: with an ending that its content has."""
    endings = ENDINGS[MediaType(media_type)]
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return name if ending in endings else f"{name}.{endings[0]}"
