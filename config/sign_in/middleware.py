from time import time

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from config.problems import is_for_programs, problem
from config.sign_in.devices import has_device
from config.sign_in.journal import BEGAN_AT, RENEWED_AT

RENEW_AFTER = 60  # seconds: a session is not written anew for every click
OPEN_TO_UNVERIFIED = {"admin:codes_set_up", "admin:login", "admin:logout"}


class Sessions(SessionMiddleware):
    """A session that ended meanwhile, by a change of rights, leads to the sign-in page."""

    def process_response(self, request, response):
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            request.session.flush()
            return super().process_response(request, _sign_in_again(request))


def _sign_in_again(request):
    if is_for_programs(request):
        return problem(request, 403, _("The session has ended. Sign in again."))
    return redirect(settings.LOGIN_URL)


class SessionAge(MiddlewareMixin):
    """Each request renews a session's half hour; nothing renews its twelve hours."""

    def process_request(self, request):
        if not request.user.is_authenticated:
            return
        now, session = int(time()), request.session
        if now - session.get(BEGAN_AT, 0) >= settings.SESSION_HOURS * 3600:
            logout(request)
        elif now - session.get(RENEWED_AT, 0) >= RENEW_AFTER:
            session[RENEWED_AT] = now


class CodeRequired(MiddlewareMixin):
    """Nobody who has, or must have, an authenticator gets anywhere by password alone."""

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated or user.is_verified():
            return None
        enrolled = has_device(user)
        if not (enrolled or settings.REQUIRE_2FA):
            return None
        address = request.resolver_match.view_name
        if enrolled:
            logout(request)
            enter = settings.LOGIN_URL
        else:
            enter = "admin:codes_set_up"
            if address in OPEN_TO_UNVERIFIED:
                return None
        if is_for_programs(request) and address != "docs":
            return problem(request, 403, _("Sign in with a code."))
        return redirect(enter)
