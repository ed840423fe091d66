"""Partners' machines sign in by a key in a header, for one request, and below /api/ alone."""

from functools import partial
from urllib.parse import unquote_plus

from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from config.problems import is_for_programs, problem
from config.sign_in.address import exact_address
from partners.allowance import count, count_export
from partners.holder import KeyHolder
from partners.models import FORM, Key, digest_of

NOWHERE = "nowhere"  # what an address that leads nowhere is counted as


def _asks_by_key(request):
    """Whatever stands in the header: who sends one does not mean his session."""
    return is_for_programs(request) and "HTTP_AUTHORIZATION" in request.META


class NoCookiesBesideKeys:
    """A request with a key has no session, neither to fall back to nor to be given."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _asks_by_key(request):
            request.COOKIES = {}
        return self.get_response(request)


class KeySignIn:
    """Finds the key, counts the request, and lets it go on as the key's holder.

    It stands before the gate, so that counting is over before the request's transaction
    begins. Nothing of a key is kept from one request to the next. `request.key` is the key
    or None. Makes two queries.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.key = request.allowance = request.counts_as_export = None
        if is_for_programs(request) and _has_key_in_address(request):
            return problem(request, 400, _in_address())
        if not _asks_by_key(request):
            return self.get_response(request)
        key, works = _found(request)
        if key is None:
            return _unknown(request)
        request.allowance = count(key, _noun(request), works)
        if not works:
            return _unknown(request)
        if request.allowance.admitted:
            request.key, request.user = key, KeyHolder(key)
            request.counts_as_export = partial(count_export, key)
            answer = self.get_response(request)
        else:
            answer = problem(request, 429, _too_many(key))
        for name, value in request.allowance.headers().items():
            answer.headers[name] = value
        return answer


def _has_key_in_address(request):
    return FORM.search(unquote_plus(request.META.get("QUERY_STRING", ""))) is not None


def _found(request):
    """The key of whoever knows its secret, and whether it works for him now; or None, False.

    Who does not know a secret waits as long, whether there is such a prefix or not.
    """
    scheme, _space, given = request.META["HTTP_AUTHORIZATION"].partition(" ")
    form = FORM.fullmatch(given.strip(" ")) if scheme.lower() == "bearer" else None
    if form is None:
        return None, False
    prefix, secret = form.groups()
    key = Key.objects.select_related("organisation").filter(prefix=prefix).first()
    if key is None:
        digest_of(prefix, secret)
        return None, False
    if not key.is_secret(secret):
        return None, False
    return key, key.works_at(timezone.now(), exact_address(request))


def _noun(request):
    """What an address asks for, in a word of ours: never the client's."""
    try:
        name = resolve(request.path_info).url_name or NOWHERE
    except Resolver404:
        return NOWHERE
    return name.removesuffix("-list").removesuffix("-detail")


def _unknown(request):
    """In the same words for every reason: they tell nobody that a key exists."""
    told = {"WWW-Authenticate": "Bearer"}
    return problem(
        request,
        401,
        _(
            "This key opens nothing. Send a valid one as “Authorization: Bearer msl_…”, or ask "
            "whoever gave it to you whether it is approved, expired, revoked or bound to a network."
        ),
        headers=told,
    )


def _in_address():
    return _(
        "A key in an address is kept in logs. Have this one revoked, and send the new one in the "
        "header “Authorization: Bearer msl_…”."
    )


def _too_many(key):
    return _(
        "This key may ask %(rate)s times a minute, and %(burst)s times at once. "
        "Retry-After says in how many seconds it may ask again."
    ) % {"rate": key.rate, "burst": key.burst}
