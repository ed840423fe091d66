"""Before what weighs most, a code that was entered within the last minutes.

A session that somebody left open, or that was stolen, reads no name, gives no right and
publishes nothing by itself. Who has no authenticator has no code to enter: that is so on
a local installation alone. Which acts: docs/adr/0042-a-code-once-more.md.
"""

from time import time

from django.conf import settings
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

CODE_AT = "code_at"  # in the session, seconds since 1970
FIELD = "code_once_more"  # config/sign_in/once_more.py reads it


def code_given(request):
    """Whoever signs in, or is asked, by a code that was right."""
    request.session[CODE_AT] = int(time())


def is_asked(request):
    """Whether this person has to enter a code first. Makes no query."""
    if not request.user.is_verified():
        return False
    return time() - request.session.get(CODE_AT, 0) >= settings.CODE_MINUTES * 60


def code_first(request, site, doing, about, back):
    """The page that asks for a code before what was sent is done; None if none is asked.

    It sends everything again that was sent, with the code, to the same address: nothing
    typed is lost, and what one was about to do is done.

    doing, about: what that is, as words of a button, and whom or what it is done to.
    back: address of the page where he was.
    """
    if not is_asked(request):
        return None
    left_out = {FIELD, "csrfmiddlewaretoken"}
    sent = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in left_out
        for value in values
    ]
    context = site.each_context(request) | {
        "title": _("Your code once more"),
        "is_nav_sidebar_enabled": False,
        "doing": doing,
        "about": about,
        "back": back,
        "sent": sent,
        "field": FIELD,
        "wrong": getattr(request, "code_was_wrong", False),
        "minutes": settings.CODE_MINUTES,
    }
    return TemplateResponse(request, "sign_in/once_more.html", context)
