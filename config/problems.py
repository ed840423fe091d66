"""What the API answers when it cannot answer: problem details (RFC 9457), always.

One document for every error, whoever found it: a view, Django, or a middleware. Its
`detail` is written here or by whoever raised the refusal for readers; the text of any
other exception stays in the log. `instance` is the path alone: a query can hold a name.
"""

import json
import math
import sys

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.settings import api_settings

MEDIA_TYPE = "application/problem+json"
IN_HEADERS = ("Idempotency-Key",)  # that a refusal can name
RETRY_AFTER = 5  # seconds until a database that is away or busy is worth asking again
API = "/api/"
TITLES = {
    400: ("invalid-request", gettext_lazy("The request is not valid")),
    401: ("not-authenticated", gettext_lazy("It is not known who is asking")),
    403: ("not-allowed", gettext_lazy("This is not yours to read or change")),
    404: ("not-found", gettext_lazy("There is nothing at this address")),
    405: ("method-not-allowed", gettext_lazy("This address does not take this method")),
    406: ("not-acceptable", gettext_lazy("There is no answer in this media type")),
    409: ("conflict", gettext_lazy("Something else is happening to this")),
    410: ("gone", gettext_lazy("This is no longer to be had")),
    411: ("length-required", gettext_lazy("The length of the body is missing")),
    412: ("precondition-failed", gettext_lazy("It was changed meanwhile")),
    413: ("content-too-large", gettext_lazy("The body is too large")),
    414: ("address-too-long", gettext_lazy("The address is too long")),
    415: ("unsupported-media-type", gettext_lazy("The body is of another media type")),
    422: ("not-processable", gettext_lazy("The body cannot be accepted as it is")),
    428: ("precondition-required", gettext_lazy("Say which version is to be changed")),
    429: ("too-many-requests", gettext_lazy("Too many requests")),
    500: ("fault", gettext_lazy("Something went wrong on our side")),
    503: ("unavailable", gettext_lazy("The service is busy or away")),
    507: ("no-space", gettext_lazy("There is no room to write")),
}
# PostgreSQL's classes and codes of errors that pass by themselves (its manual, appendix A).
PASSING = ("08", "53", "57", "40")  # connection, resources, operator's intervention, rollback
LOCK_NOT_AVAILABLE = "55P03"


def problem(request, status_code, detail="", errors=(), headers=None):
    """The answer to a request that failed.

    errors: pairs of where and what: `{"parameter": ...}`, `{"pointer": ...}` or
    `{"header": ...}` with `detail`.
    """
    name, title = TITLES.get(status_code) or TITLES[500 if status_code >= 500 else 400]
    document = {
        "type": f"urn:musaala:problem:{name}",
        "title": str(title),
        "status": status_code,
        "detail": str(detail) or _known_details().get(status_code) or str(title),
        "instance": request.path,
    }
    if errors:
        document["errors"] = list(errors)
    body = json.dumps(document, ensure_ascii=False).encode(errors="replace")
    return HttpResponse(body, status=status_code, content_type=MEDIA_TYPE, headers=headers)


def _known_details():
    return {
        404: _("It may have been mistyped, it never existed, or it is not yours to read."),
        500: _("Nothing was saved in part. Try again; if it happens again, tell those who run it."),
        503: _("Nothing was saved. Ask again after the seconds in Retry-After, or ask for less."),
    }


def unavailable(request):
    return problem(request, 503, headers={"Retry-After": str(RETRY_AFTER)})


def is_for_programs(request):
    return request.path.startswith(API)


# Errors in views of the API


def exception_handler(error, context):
    """A problem for each exception whose text is meant for the reader; None for others."""
    request = context["request"]
    if isinstance(error, Http404):
        return problem(request, 404)
    if isinstance(error, PermissionDenied):
        return problem(request, 403)
    if isinstance(error, DatabaseError | InterfaceError) and passes_by_itself(error):
        return unavailable(request)
    if not isinstance(error, exceptions.APIException):
        return None  # Django logs it and asks `server_error` below
    if isinstance(error, exceptions.ValidationError):
        return problem(request, error.status_code, _SEE_ERRORS, _errors(request, error.detail))
    return problem(request, error.status_code, _sentence(error), headers=_headers(error))


_SEE_ERRORS = gettext_lazy("See “errors” for what is wrong, and the remedy.")


def _sentence(error):
    if error.status_code == status.HTTP_404_NOT_FOUND:
        return ""  # hidden and absent are answered alike
    return error.detail if isinstance(error.detail, str) else ""


def _headers(error):
    headers = dict(getattr(error, "headers", {}))  # whoever raises it may bring his own
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def _errors(request, detail):
    """DRF's tree of messages as a flat list, in the order of the tree."""
    asked = request.query_params
    in_body = request.method not in ("GET", "HEAD", "OPTIONS")
    for steps, messages in _leaves(detail):
        said = " ".join(map(str, messages))
        if steps and steps[0] in IN_HEADERS and steps[0] not in request.data:
            yield {"header": steps[0], "detail": said}
        elif in_body and not (steps and steps[0] in asked):
            yield {"pointer": "#" + "".join(f"/{_escaped(step)}" for step in steps), "detail": said}
        else:
            yield {"parameter": steps[0] if steps else "", "detail": said}


def _leaves(detail, steps=()):
    """(steps that lead there, messages) of each place with messages."""
    if isinstance(detail, dict):
        for key, below in detail.items():
            here = key == api_settings.NON_FIELD_ERRORS_KEY
            yield from _leaves(below, steps if here else (*steps, str(key)))
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        for index, below in enumerate(detail):
            yield from _leaves(below, (*steps, str(index)))
    elif detail:
        yield steps, detail if isinstance(detail, list) else [detail]


def _escaped(step):
    """RFC 6901."""
    return step.replace("~", "~0").replace("/", "~1")


def passes_by_itself(error):
    """Whether PostgreSQL is away, busy, or gave up after the time it was given."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:  # never connected, or cut off: nobody sent a code
        return isinstance(error, OperationalError | InterfaceError)
    return state.startswith(PASSING) or state == LOCK_NOT_AVAILABLE


# Errors outside views: Django's handlers, named in config/urls.py. People get their pages.


def bad_request(request, exception):
    if is_for_programs(request):
        return problem(request, 400)
    return defaults.bad_request(request, exception)


def permission_denied(request, exception):
    if is_for_programs(request):
        return problem(request, 403)
    return defaults.permission_denied(request, exception)


def page_not_found(request, exception):
    if is_for_programs(request):
        return problem(request, 404)
    return defaults.page_not_found(request, exception)


def server_error(request):
    error = sys.exception()
    passing = isinstance(error, DatabaseError | InterfaceError) and passes_by_itself(error)
    if is_for_programs(request):
        return unavailable(request) if passing else problem(request, 500)
    page = defaults.server_error(request)
    if passing:
        page.status_code = 503
        page.headers["Retry-After"] = str(RETRY_AFTER)
    return page
