"""Conditional answers, and addresses that lack their last slash, alike for the whole API."""

from http import HTTPStatus

from django.http import HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

from config.problems import MEDIA_TYPE, is_for_programs, problem
from records.answers import tag, unless_known


class LedOn(HttpResponsePermanentRedirect):
    status_code = HTTPStatus.PERMANENT_REDIRECT


class Common(CommonMiddleware):
    """Leads to the address with its slash by 308, which keeps method and body.

    By 301, Django's own, programs ask again with GET: what was proposed would be lost, and
    answered with 200.
    """

    response_redirect_class = LedOn


class Conditional:
    """Gives every answer of the API that is held in memory an ETag, and 304 to who has it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not is_for_programs(request):
            return response
        if request.method in ("GET", "HEAD") and response.status_code == 200:
            if "ETag" not in response.headers and not response.streaming:
                response.headers["ETag"] = tag(response.content)
            if "ETag" in response.headers:
                response = unless_known(request, response)
        if response.status_code == 412 and response.headers["Content-Type"] != MEDIA_TYPE:
            return problem(request, 412)  # If-Match beside GET: Django's has no words
        return response
