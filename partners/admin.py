"""Keys of partners: for administrators, who read no records by them. Auditors look on."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_variables

from partners.forms import ApproveForm, KeyForm, RevokeForm
from partners.keeping import (
    KeyRefused,
    approve,
    make,
    revoke,
    why_not_approve,
    why_not_revoke,
)
from partners.models import Key, Scope, Usage
from records.admin_base import section
from records.admin_columns import NOTHING, list_link
from records.admin_lists import WrittenByDatabase
from records.admin_people import KeptAdmin
from records.once_more import code_first

SHOWN_DAYS = 30  # of use, on the page of a key
STATES = {
    "waiting": _("Waits for a second administrator"),
    "in_force": _("In force"),
    "expired": _("Expired"),
    "revoked": _("Revoked"),
}


def state_of(key):
    if key.revoked_at:
        return STATES["revoked"]
    if key.expires_at <= timezone.now():
        return STATES["expired"]
    return STATES["in_force" if key.approved_at else "waiting"]


class Act(NamedTuple):
    """What is done to a key on a page of its own."""

    form: type
    why_not: Callable
    done_by: Callable
    title: object
    says: object
    done: object
    asks_code: bool = False


ACTS = {
    "approve": Act(
        ApproveForm,
        why_not_approve,
        approve,
        _("Approve the key"),
        _(
            "From the next request on it reads what stands here. Make sure that the partner "
            "asked for it, and that it reaches no further than needed."
        ),
        _("The key works."),
        asks_code=True,
    ),
    "revoke": Act(
        RevokeForm,
        why_not_revoke,
        revoke,
        _("Revoke the key"),
        _("From the next request on it opens nothing. That cannot be undone."),
        _("The key is revoked."),
    ),
}


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = pgettext_lazy("of a key", "state"), "state"

    def lookups(self, request, model_admin):
        return STATES.items()

    def queryset(self, request, keys):
        return getattr(keys, self.value())() if self.value() in STATES else keys


@admin.register(Key)
class KeyAdmin(KeptAdmin):
    """Made here, shown once, approved by another; afterwards only narrowed or revoked."""

    form = KeyForm
    list_display = ["label", "organisation", "state", "scopes_held", "clearance", "expires_at"]
    list_display += ["last_used_at"]
    list_filter = [StateFilter, "clearance", "organisation"]
    list_select_related = ["organisation"]
    search_fields = ["label", "prefix", "organisation__name"]
    readonly_fields = ["state", "prefix", "made", "approved", "revoked", "last_used_at"]
    own = section(None, "organisation", "label")
    reach = section(_("How far it reaches"), "scopes", "clearance", "networks")
    limits = section(_("How long, and how much"), "expires_at", ("rate", "burst"))
    add_fieldsets = [own, reach, limits]
    fieldsets = [
        section(None, "state", "organisation", "label", "prefix"),
        reach,
        limits,
        section(_("What became of it"), "made", "approved", "revoked", "last_used_at"),
    ]

    def get_fieldsets(self, request, obj=None):
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "organisation"] if obj else []

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj.revoked_at is None)

    def get_urls(self):
        of_site = self.admin_site.admin_view(self.act_view)
        own = [
            path(f"<int:pk>/{name}/", of_site, {"name": name}, name=f"partners_key_{name}")
            for name in ACTS
        ]
        return [*own, *super().get_urls()]

    # Making one

    def save_model(self, request, key, form, change):
        if change:
            super().save_model(request, key, form, change)
        else:
            key.shown_once = make(key, request.user)

    @method_decorator(sensitive_variables("shown"))
    def response_add(self, request, key, post_url_continue=None):
        """The key stands in this one answer: in no message, session, log or history."""
        shown = self._context(request, key, title=_("The new key"), shown=key.shown_once)
        return TemplateResponse(request, "admin/partners/key/made.html", shown)

    # Approving and revoking

    def act_view(self, request, pk, name):
        """A page that says what will happen; sent back, it happens."""
        if not request.user.has_perm("partners.change_key"):
            raise PermissionDenied
        act = ACTS[name]
        key = get_object_or_404(Key.objects.select_related("organisation", "made_by"), pk=pk)
        form = act.form(request.POST if request.method == "POST" else None)
        refused = act.why_not(key, request.user)
        back = reverse("admin:partners_key_change", args=[pk])
        may = act.asks_code and refused is None and form.is_valid()
        if may and (page := code_first(request, self.admin_site, act.title, key.label, back)):
            return page
        if form.is_valid():
            try:
                key = act.done_by(pk, request.user, **form.cleaned_data)
            except KeyRefused as refusal:
                refused = refusal
            else:
                self.log_change(request, key, f"{name.capitalize()}d.")
                messages.success(request, act.done)
                return redirect("admin:partners_key_change", pk)
        shown = self._context(request, key, title=act.title, act=act, form=form, refused=refused)
        shown["scopes"] = self.scopes_held(key)
        return TemplateResponse(request, "admin/partners/key/act.html", shown)

    def _context(self, request, key, **more):
        return {**self.admin_site.each_context(request), "opts": self.opts, "key": key, **more}

    # Its page

    def add_view(self, request, form_url="", extra_context=None):
        """With one button: it leads to the new key, whichever one presses."""
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, (extra_context or {}) | one_button)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        key = self.get_object(request, object_id)
        extra = {"show_save_and_add_another": False}
        if key and self.has_view_permission(request, key):
            since = timezone.localdate() - timedelta(days=SHOWN_DAYS)
            rows = key.usage.filter(day__gt=since).order_by("noun").values("noun")
            may = request.user.has_perm("partners.change_key")
            extra |= {
                "shown_days": SHOWN_DAYS,
                "use": rows.annotate(asked=Sum("requests"), not_answered=Sum("refused")),
                "day_by_day": list_link(Usage, _("Day by day"), key__id__exact=key.pk),
                "may_approve": may and why_not_approve(key, request.user) is None,
                "may_revoke": may and why_not_revoke(key, request.user) is None,
            }
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    # Columns

    @admin.display(description=pgettext_lazy("of a key", "state"))
    def state(self, key):
        return state_of(key)

    @admin.display(description=_("scopes"))
    def scopes_held(self, key):
        return ", ".join(str(Scope(scope).label) for scope in key.scopes)

    @admin.display(description=_("made"))
    def made(self, key):
        return _by(key.made_by, key.made_at)

    @admin.display(description=_("approved"))
    def approved(self, key):
        return _by(key.approved_by, key.approved_at)

    @admin.display(description=_("revoked"))
    def revoked(self, key):
        said = _by(key.revoked_by, key.revoked_at)
        return f"{said}: {key.revoked_reason}" if key.revoked_at else said


def _by(person, moment):
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}, {person}" if moment else NOTHING


@admin.register(Usage)
class UsageAdmin(WrittenByDatabase):
    """How often each key asked for what, day by day. Written by the database alone."""

    list_display = ["day", "key", "noun", "requests", "refused"]
    list_filter = ["key", "noun"]
    list_select_related = ["key"]
    date_hierarchy = "day"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
