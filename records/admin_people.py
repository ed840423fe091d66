"""Organisations and the people who sign in: who belongs where, and what he may do."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.admin_base import collapsed, section
from records.admin_lists import DeclaredLookups, LockedWhenSaved
from records.concurrent_people import SeenContents
from records.granting import (
    ask,
    nobody,
    notice,
    why_not_ask,
    why_not_together,
    wider,
)
from records.granting_words import names_right, reads_names, title_of
from records.models import Grant, Marking, Organisation, User

OWN_RIGHTS = ("is_active", "is_staff", "groups", "may_read_names", "organisation", "clearance")


class KeptAdmin(LockedWhenSaved, DeclaredLookups, admin.ModelAdmin):
    """Rows that history and sharing name by their key, so they are never deleted."""

    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_delete_permission(self, request, obj=None):
        return False


class OrganisationForm(SeenContents):
    class Meta:
        model = Organisation
        fields = ["slug", "name", "name_ar", "is_active"]


class OrganisationAdmin(KeptAdmin):
    form = OrganisationForm
    list_display = ["name", "name_ar", "slug", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "name_ar", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_fields(self, request, obj=None):
        compares = [SeenContents.SEEN] if self.has_change_permission(request, obj) else []
        return [*self.form.Meta.fields, *compares]

    def get_readonly_fields(self, request, obj=None):
        """Nobody shuts himself out."""
        return ["is_active"] if obj and obj.pk == request.user.organisation_id else []


class RolesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(Group.objects.order_by("pk"), required=False, **options)

    def label_from_instance(self, group):
        return title_of(group)


class PersonForm(SeenContents):
    """Roles that go together, the one right that is given singly, and why.

    What reaches further than now stands in `asked`, and takes another administrator.
    """

    groups = RolesField(label=_("Roles"))
    may_read_names = forms.BooleanField(
        label=_("May read names of suspects"),
        required=False,
        help_text=_("Each reading is recorded. Give it to as few as possible."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed if you give anything: another administrator reads it and agrees."),
    )

    class Meta:
        model = User
        fields = ["username"]

    asker = None  # who is signed in: set on the class, which is made for each request

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "is_staff" in self.fields:
            self.fields["is_staff"].label = _("May open these pages")
            self.fields["is_staff"].help_text = ""
            self.fields["is_active"].help_text = _("Take it away from whoever leaves.")
        if "may_read_names" in self.fields:
            held = sorted(group.pk for group in self.initial.get("groups", []))
            self.initial["may_read_names"] = reads_names(self.instance)
            self.remember(groups=held, may_read_names=self.initial["may_read_names"])
        self.asked = {}

    @property
    def changed_data(self):
        """Not what waits: the log would say that it was done."""
        waits = {*self.asked, *(["groups"] if "roles" in self.asked else [])}
        return [name for name in super().changed_data if name not in waits]

    def clean(self):
        cleaned = super().clean()
        if "groups" in cleaned:
            wrong = why_not_together(cleaned["groups"], cleaned.get("may_read_names"))
            if wrong:
                self.add_error(*wrong)
        self.asked = self.wants(cleaned)
        if self.asked and not self.errors:
            if why := why_not_ask(self.instance, self.asker):
                self.add_error(None, why)
            elif not cleaned.get("reason", "").strip():
                self.add_error("reason", _("Give the reason: another administrator reads it."))
        return cleaned | self._as_stored(cleaned)

    def wants(self, cleaned):
        """What of it waits for another administrator, as fields of a request."""
        return wider(self.instance, cleaned)

    def _as_stored(self, cleaned):
        """What waits stays as it is; what is taken away holds."""
        plain = self.asked.keys() & {"is_active", "is_staff", "organisation", "clearance"}
        stored = {name: getattr(self.instance, name) for name in plain}
        if "may_read_names" in self.asked:
            stored["may_read_names"] = False
        if "roles" in self.asked:
            held = cleaned["groups"]
            stored["groups"] = [group for group in held if group.pk not in self.asked["roles"]]
        return stored


class NewPersonForm(PersonForm):
    """A sign-in is made without any right; what it needs is asked for on the same page."""

    organisation = forms.ModelChoiceField(Organisation.objects, label=_("Organisation"))
    clearance = forms.ChoiceField(
        label=_("Clearance"),
        choices=[("", "---------"), *Marking.choices],
        help_text=_("The highest marking he or she reads, where organisation or name allow it."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.instance = nobody()

    def wants(self, cleaned):
        first = {"is_active": True, "is_staff": True, "new_password": True}
        return super().wants(cleaned) | first


class UserAdmin(KeptAdmin, DjangoUserAdmin):
    """A person who leaves is made inactive. Nobody changes his own rights."""

    form = PersonForm
    add_form = NewPersonForm
    add_form_template = None
    change_list_template = "admin/records/user/change_list.html"
    list_display = ["username", "whole_name", "organisation", "clearance", "roles", "is_active"]
    list_filter = ["groups", "clearance", "organisation", "is_staff", "is_active"]
    list_select_related = ["organisation"]
    filter_horizontal = ()
    readonly_fields = ("is_superuser", "user_permissions", "last_login", "date_joined")
    own = section(None, "username")
    person = section(_("Person"), ("first_name", "last_name"), "email")
    reads = section(_("What he or she reads"), "organisation", "clearance", "may_read_names")
    does = section(_("What he or she does"), "is_active", "is_staff", "groups")
    why = section(_("Why"), "reason")
    singly = collapsed(_("Given singly"), "is_superuser", "user_permissions")
    dates = collapsed(_("Dates"), "last_login", "date_joined")
    add_fieldsets = [own, person, reads, section(_("What he or she does"), "groups"), why]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    # Who may, and what

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return self.add_fieldsets
        asks = [] if obj == request.user else [self.why]
        compares = [SeenContents.SEEN] if self.has_change_permission(request, obj) else []
        own = section(None, "username", *compares)
        return [own, self.person, self.reads, self.does, *asks, self.singly, self.dates]

    def get_readonly_fields(self, request, obj=None):
        own = super().get_readonly_fields(request, obj)
        return (*own, *OWN_RIGHTS) if obj == request.user else own

    def get_form(self, request, obj=None, **options):
        form = super().get_form(request, obj, **options)
        form.asker = request.user
        return form

    def has_change_permission(self, request, obj=None):
        """Whoever set a superuser's password would be one."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def get_urls(self):
        password = self.admin_site.admin_view(self.user_change_password)
        own = path("<id>/password/", password, name="auth_user_password_change")
        return [own, *super().get_urls()]

    def user_change_password(self, request, id, form_url=""):
        """One's own is changed with the old one; another's is made by two administrators."""
        if str(request.user.pk) == id:
            return redirect("admin:password_change")
        return redirect("admin:codes_reset", id)

    # Saving: what is taken away holds at once, what is given waits

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        user = form.instance
        if "may_read_names" in form.changed_data and not form.cleaned_data["may_read_names"]:
            user.user_permissions.remove(Permission.objects.get(**names_right()))
        if form.asked:
            form.grant = ask(user, request.user, form.cleaned_data["reason"], **form.asked)
            messages.warning(request, waits_in_words(form.grant))

    def response_add(self, request, obj, post_url_continue=None):
        return redirect("admin:records_grant_change", obj.grants.waiting().get().pk)

    # Its page, and the list

    def changelist_view(self, request, extra_context=None):
        extra = {"people": notice(request)}
        return super().changelist_view(request, (extra_context or {}) | extra)

    def add_view(self, request, form_url="", extra_context=None):
        extra = {"people": notice(request), "show_save_and_continue": False, **ONE_BUTTON}
        return self.changeform_view(request, None, form_url, (extra_context or {}) | extra)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        waits = Grant.objects.waiting().filter(person__pk=object_id).select_related("asked_by")
        extra = {"people": notice(request), "waits": waits.first(), **ONE_BUTTON}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)

    @admin.display(description=_("name"), ordering="last_name")
    def whole_name(self, user):
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, user):
        return ", ".join(str(title_of(group)) for group in user.groups.all())

    @admin.display(description=_("May read names of suspects"), boolean=True)
    def may_read_names(self, user):
        return reads_names(user)


ONE_BUTTON = {"show_save_and_add_another": False}


def waits_in_words(grant):
    return format_html(
        '{} <a href="{}">{}</a>',
        _("What you gave waits for another administrator."),
        reverse("admin:records_grant_change", args=[grant.pk]),
        _("See what waits"),
    )
