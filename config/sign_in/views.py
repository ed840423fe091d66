"""A person's own authenticator and recovery codes; and another's, taken away by who may."""

from base64 import b64encode

import qrcode
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django_otp import login as verify
from qrcode.image.svg import SvgPathImage

from config.sign_in.devices import (
    RECOVERY_CODES,
    Authenticator,
    fresh_authenticator,
    has_device,
    new_recovery_codes,
    recovery_codes_left,
    remove_devices,
)
from config.sign_in.forms import CurrentCodeForm, SetUpForm
from config.sign_in.sessions import end_sessions_of
from records.models import User

NEW_KEY = "authenticator_key"  # in the session, until its first code is given


def addresses(site):
    """The pages, for the admin site's addresses."""

    def page(view):
        def of_site(request, **kwargs):
            return view(request, site, **kwargs)

        return site.admin_view(of_site)

    return [
        path("codes/", page(overview), name="codes"),
        path("codes/set-up/", page(set_up), name="codes_set_up"),
        path("codes/recovery/", page(renew_recovery_codes), name="codes_recovery"),
        path("codes/reset/<int:pk>/", page(reset), name="codes_reset"),
    ]


def overview(request, site):
    return _page(
        request,
        site,
        "overview",
        _("Sign-in and codes"),
        device=Authenticator.objects.filter(user=request.user, confirmed=True).first(),
        left=recovery_codes_left(request.user),
        made=RECOVERY_CODES,
    )


def set_up(request, site):
    """A new authenticator in place of none, or of the one there is."""
    replaces = has_device(request.user)
    device = fresh_authenticator(request.user, request.session.get(NEW_KEY))
    request.session[NEW_KEY] = device.key
    form = SetUpForm(device, replaces, request.POST or None)
    if form.is_valid():
        return _enrolled(request, site, device, form.cleaned_data["code"])
    return _page(
        request,
        site,
        "set_up",
        _("Set up your authenticator app"),
        form=form,
        replaces=replaces,
        must=not request.user.is_verified() and not replaces,
        picture=_picture(device.config_url),
        secret=device.secret,
    )


def _enrolled(request, site, device, code):
    with transaction.atomic():
        remove_devices(device.user)
        device.save()
        device.verify_token(code)
        codes = new_recovery_codes(device.user)
        del request.session[NEW_KEY]
        request.session.cycle_key()
        verify(request, device)
        end_sessions_of(device.user, but=request.session.session_key)
    return _codes_once(request, site, codes)


def renew_recovery_codes(request, site):
    if not has_device(request.user):
        return redirect("admin:codes_set_up")
    form = CurrentCodeForm(request.user, request.POST or None)
    if form.is_valid():
        return _codes_once(request, site, new_recovery_codes(request.user))
    return _page(request, site, "renew", _("New recovery codes"), form=form)


def reset(request, site, pk):
    """Another person's devices are taken away: he signs in by password and sets up anew."""
    if not request.user.has_perm("records.change_user"):
        raise PermissionDenied
    person = get_object_or_404(User, pk=pk)
    if person == request.user:
        raise PermissionDenied
    if person.is_superuser and not request.user.is_superuser:
        raise PermissionDenied
    if request.method != "POST":
        return _page(request, site, "reset", _("Take away authenticator and codes"), person=person)
    with transaction.atomic():
        remove_devices(person)
        end_sessions_of(person)
        LogEntry.objects.log_actions(
            user_id=request.user.pk,
            queryset=[person],
            action_flag=CHANGE,
            change_message="Took away authenticator and recovery codes.",
            single_object=True,
        )
    messages.success(
        request, _("Authenticator and codes of %(name)s are taken away.") % {"name": person}
    )
    return redirect("admin:records_user_change", person.pk)


def _codes_once(request, site, codes):
    return _page(request, site, "recovery_codes", _("Your recovery codes"), codes=codes)


def _page(request, site, template, title, **context):
    shown = site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"sign_in/{template}.html", shown | context)


def _picture(text):
    drawn = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string()
    return "data:image/svg+xml;base64," + b64encode(drawn).decode()
