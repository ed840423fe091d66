"""What a request may not hold, and one to the API not exceed, before the database is asked."""

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

from config.problems import is_for_programs, problem

LONGEST_QUERY = 4096  # bytes, as sent
MOST_PARAMETERS = 25
LARGEST_BODY = 2_000_000  # bytes


class Limits:
    """Refuses long queries, many parameters and large bodies before they are read.

    People have forms that say so themselves; but PostgreSQL keeps no NUL, whoever sends it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if is_for_programs(request):
            return _refusal(request) or self.get_response(request)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address cannot hold a NUL character.")
        return self.get_response(request)


def _refusal(request):
    query = request.META.get("QUERY_STRING", "")
    if len(query) > LONGEST_QUERY:
        said = _("The query may have %(most)s bytes. Ask for less at once.")
        return problem(request, 414, said % {"most": LONGEST_QUERY})
    if query.count("&") >= MOST_PARAMETERS:
        said = _("A query may have %(most)s parameters. Ask for less at once.")
        return problem(request, 400, said % {"most": MOST_PARAMETERS})
    if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
        return problem(request, 411, _("Say in Content-Length how many bytes the body has."))
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if not announced.isdecimal() or len(announced) > 20 or int(announced) > LARGEST_BODY:
        return problem(request, 413, too_large())
    return None


def too_large():
    said = _("A body may have %(most)s bytes. Send it in parts.")
    return said % {"most": LARGEST_BODY}
