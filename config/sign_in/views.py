"""A person's own authenticator and recovery codes; and another's, who lost them."""

from base64 import b64encode

import qrcode
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
from config.sign_in.forms import CurrentCodeForm, LostForm, SetUpForm
from config.sign_in.once_more import back_to
from config.sign_in.sessions import end_sessions_of
from records.granting import KEEPS_PEOPLE, GrantRefused, ask, why_not_ask
from records.models import User
from records.once_more import code_given

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
        path("codes/again/", page(enter_again), name="codes_again"),
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
        code_given(request)
        end_sessions_of(device.user, but=request.session.session_key)
    return _codes_once(request, site, codes)


def renew_recovery_codes(request, site):
    if not has_device(request.user):
        return redirect("admin:codes_set_up")
    form = CurrentCodeForm(request.user, request.POST or None)
    if form.is_valid():
        code_given(request)
        return _codes_once(request, site, new_recovery_codes(request.user))
    return _page(request, site, "renew", _("New recovery codes"), form=form)


def enter_again(request, site):
    """A code for what is only looked at, such as a search by name; then back to it."""
    if not has_device(request.user):
        return redirect("admin:codes_set_up")
    form = CurrentCodeForm(request.user, request.POST or None)
    if form.is_valid():
        code_given(request)
        return back_to(request)
    return _page(request, site, "again", _("Your code once more"), form=form)


def reset(request, site, pk):
    """Another person cannot sign in any more: asked here, agreed to by another administrator."""
    if not request.user.has_perm(KEEPS_PEOPLE):
        raise PermissionDenied
    person = get_object_or_404(User, pk=pk)
    if person == request.user or (person.is_superuser and not request.user.is_superuser):
        raise PermissionDenied
    form = LostForm(request.POST or None)
    refused = why_not_ask(person, request.user)
    if form.is_valid():
        try:
            grant = ask(person, request.user, **form.cleaned_data)
        except GrantRefused as refusal:
            refused = refusal
        else:
            return redirect("admin:records_grant_change", grant.pk)
    title = _("Cannot sign in any more")
    waits = person.grants.waiting().first()
    return _page(
        request, site, "reset", title, person=person, form=form, refused=refused, waits=waits
    )


def _codes_once(request, site, codes):
    return _page(request, site, "recovery_codes", _("Your recovery codes"), codes=codes)


def _page(request, site, template, title, **context):
    shown = site.each_context(request) | {"title": title, "is_nav_sidebar_enabled": False}
    return TemplateResponse(request, f"sign_in/{template}.html", shown | context)


def _picture(text):
    drawn = qrcode.make(text, image_factory=SvgPathImage, border=2).to_string()
    return "data:image/svg+xml;base64," + b64encode(drawn).decode()
