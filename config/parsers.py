"""JSON as the API accepts it: any body there is, is taken or refused, and never a fault.

Python's own parser recurses, takes NaN, the last of two equal keys and lone halves of
surrogate pairs, and builds numbers of any length. Each has brought a server down, or let
two readers of one body read two things (RFC 8259 sections 4, 6 and 8; RFC 7493).
"""

import codecs
import json
import re
from collections import Counter

from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from config.limits import LARGEST_BODY, too_large

DEEPEST = 32  # brackets within brackets
LONGEST_NUMBER = 40  # characters
LARGEST_INTEGER = 2**63 - 1  # what a column holds
STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class TooLarge(APIException):
    status_code = 413


class Parser(BaseParser):
    """One object in UTF-8, as `request.data`."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(self, stream, media_type=None, parser_context=None):
        """Raises ParseError, TooLarge or UnsupportedMediaType, each with the remedy."""
        request = (parser_context or {}).get("request")
        _check_encodings(media_type, request.headers if request else {})
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge(too_large())
        return parsed(body)


def _check_encodings(media_type, headers):
    _type, parameters = parse_header_parameters(media_type or Parser.media_type)
    if parameters.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType(media_type, _("Send the body as UTF-8."))
    packed = headers.get("Content-Encoding", "identity")
    if packed.lower() != "identity":
        raise UnsupportedMediaType(media_type, _("Send the body unpacked."))


def parsed(body):
    """The object in `body`, which is bytes. Raises ParseError."""
    text = _text_of(body)
    _check_depth(text)
    try:
        found = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except json.JSONDecodeError as error:
        said = _("This is not JSON: see line %(line)s, column %(column)s.")
        raise ParseError(said % {"line": error.lineno, "column": error.colno}) from None
    if not isinstance(found, dict):
        raise ParseError(_("Send one JSON object, in braces."))
    _check_strings(found)
    return found


def _text_of(body):
    if body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ParseError(_("Send the body without a byte order mark."))
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        said = _("The body is not UTF-8: see byte %(position)s.")
        raise ParseError(said % {"position": error.start}) from None


def _check_depth(text):
    depth = 0
    for found in STRING_OR_BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
        elif found[0] in "]}":
            depth -= 1
        if depth > DEEPEST:
            raise ParseError(_("Brackets may stand %(most)s deep.") % {"most": DEEPEST})


def _object(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _times),) = Counter(key for key, _value in pairs).most_common(1)
        raise ParseError(_("The key “%(key)s” stands twice.") % {"key": printable(twice[:40])})
    return found


def _no_constant(word):
    raise ParseError(_("%(word)s is not a JSON number. What is unknown is null.") % {"word": word})


def _integer(digits):
    if len(digits) > LONGEST_NUMBER or abs(int(digits)) > LARGEST_INTEGER:
        raise ParseError(_("A number is too large: see “%(start)s”.") % {"start": digits[:20]})
    return int(digits)


def _number(digits):
    if len(digits) > LONGEST_NUMBER or abs(float(digits)) > LARGEST_INTEGER:
        raise ParseError(_("A number is too large: see “%(start)s”.") % {"start": digits[:20]})
    return float(digits)


def _check_strings(found):
    """No text without a form in UTF-8, and none that PostgreSQL cannot keep."""
    to_visit = [found]
    while to_visit:
        value = to_visit.pop()
        if isinstance(value, dict):
            to_visit += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            to_visit += value
        elif isinstance(value, str) and (value != printable(value) or "\0" in value):
            said = _("A text holds NUL or half a character: see “%(start)s”.")
            raise ParseError(said % {"start": printable(value)[:20].replace("\0", "\ufffd")})


def printable(text):
    """The text, with a question mark for what has no form in UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")
