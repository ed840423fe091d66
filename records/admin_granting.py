"""What waits for a second administrator: the list, and a page that says what would change."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from records.admin_lists import TitledList
from records.admin_people import KeptAdmin
from records.granting import (
    KEEPS_PEOPLE,
    GrantRefused,
    agree,
    decline,
    why_not_agree,
    why_not_decline,
)
from records.granting_words import asked_for, digest, in_words, lines
from records.once_more import code_first

STATES = {
    "waiting": _("Waits for a second administrator"),
    "agreed": _("Agreed"),
    "declined": _("Declined"),
}


def state_of(grant):
    if grant.agreed_at:
        return STATES["agreed"]
    return STATES["declined" if grant.declined_at else "waiting"]


class StateFilter(admin.SimpleListFilter):
    title, parameter_name = pgettext_lazy("of a request for a sign-in", "state"), "state"

    def lookups(self, request, model_admin):
        return STATES.items()

    def queryset(self, request, grants):
        return getattr(grants, self.value())() if self.value() in STATES else grants


class DeclineForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason for declining"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 40}),
    )


class GrantAdmin(KeptAdmin):
    """Asked on the page of a person, looked at here. Auditors look on."""

    list_display = ["asked", "person", "asks_for", "state", "asked_by"]
    list_filter = [StateFilter]
    search_fields = ["person__username", "reason"]

    def get_queryset(self, request):
        named = ["person__organisation", "asked_by", "agreed_by", "declined_by", "organisation"]
        rows = super().get_queryset(request).select_related(*named)
        return rows.prefetch_related("person__groups")

    def has_add_permission(self, request):
        return False

    def get_urls(self):
        own = [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"records_grant_{name}",
            )
            for name, view in (("agree", self.agree_view), ("decline", self.decline_view))
        ]
        return [*own, *super().get_urls()]

    def get_changelist(self, request, **options):
        return TitledList

    # Its page

    def change_view(self, request, object_id, form_url="", extra_context=None):
        grant = self.get_object(request, object_id)
        if grant is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, grant):
            raise PermissionDenied
        return self._page(request, grant)

    def agree_view(self, request, pk):
        grant = self._asked(request, pk)
        back = reverse("admin:records_grant_change", args=[pk])
        about, may = grant.person, why_not_agree(grant, request.user) is None
        if may and (page := code_first(request, self.admin_site, _("Agree"), about, back)):
            return page
        try:
            grant, password = agree(pk, request.user, request.POST.get("seen", ""))
        except GrantRefused as refusal:
            return self._page(request, grant, refused=str(refusal))
        self.log_change(request, grant.person, f"Agreed to: {grant.reason}")
        if password:
            return self._password_once(request, grant, password)
        messages.success(request, _("Agreed: it holds from now on."))
        return redirect("admin:records_grant_change", pk)

    def decline_view(self, request, pk):
        grant = self._asked(request, pk)
        form = DeclineForm(request.POST)
        if not form.is_valid():
            return self._page(request, grant, form=form)
        try:
            decline(pk, request.user, form.cleaned_data["reason"])
        except GrantRefused as refusal:
            return self._page(request, grant, form=form, refused=str(refusal))
        messages.success(request, _("Declined: the sign-in stays as it is."))
        return redirect("admin:records_grant_change", pk)

    @method_decorator(sensitive_variables("password"))
    def _password_once(self, request, grant, password):
        """It stands in this one answer: in no message, session, log or history."""
        shown = self._context(request, grant, title=_("The new password"), shown=password)
        return TemplateResponse(request, "admin/records/grant/password.html", shown)

    def _asked(self, request, pk):
        if not request.user.has_perm(KEEPS_PEOPLE):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _page(self, request, grant, form=None, refused=None):
        found, waits = lines(grant), not (grant.agreed_at or grant.declined_at)
        mine = grant.asked_by_id == request.user.pk
        decides = request.user.has_perm(KEEPS_PEOPLE)
        looks_on = None if decides else _("Only an administrator decides this.")
        shown = self._context(
            request,
            grant,
            title=_("Request for the sign-in of %(name)s") % {"name": grant.person},
            state=state_of(grant),
            waits=waits,
            changes=[line for line in found if line.changes],
            asked=None if waits else asked_for(grant),
            stays=[line for line in found if not line.changes],
            seen=digest(found),
            form=form or DeclineForm(),
            refused=refused,
            why_not_agree=looks_on or why_not_agree(grant, request.user),
            why_not_decline=looks_on or why_not_decline(grant),
            mine=mine,
        )
        return TemplateResponse(request, "admin/records/grant/page.html", shown)

    def _context(self, request, grant, **more):
        return {**self.admin_site.each_context(request), "opts": self.opts, "grant": grant, **more}

    # Columns

    @admin.display(description=_("asked"), ordering="asked_at")
    def asked(self, grant):
        return f"{timezone.localtime(grant.asked_at):%Y-%m-%d %H:%M}"

    @admin.display(description=_("asks for"))
    def asks_for(self, grant):
        return in_words(grant)

    @admin.display(description=pgettext_lazy("of a request for a sign-in", "state"))
    def state(self, grant):
        return state_of(grant)
