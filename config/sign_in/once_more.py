"""A code that comes with what somebody is about to do (records/once_more.py)."""

from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables

from config.sign_in.devices import accepted_by
from records.once_more import FIELD, code_given, is_asked

AS_TYPED = "application/x-www-form-urlencoded"  # no upload is read before its view is ready


class CodeOnceMore(MiddlewareMixin):
    """Uses up the code and lets the view do what it was sent; a wrong one is counted."""

    @sensitive_variables("code")
    def process_view(self, request, view, args, kwargs):
        if request.method != "POST" or request.content_type != AS_TYPED:
            return
        code = request.POST.get(FIELD)
        if code is None or not request.user.is_authenticated or not is_asked(request):
            return
        if accepted_by(request.user, code):
            code_given(request)
        else:
            request.code_was_wrong = True


def back_to(request):
    """Where somebody came from who entered a code on the page for it."""
    address = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return redirect(address)
    return redirect("admin:codes")
