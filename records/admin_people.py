"""Organisations and the people who sign in: who belongs where, and what he may do."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from records.admin_base import collapsed, section
from records.admin_lists import DeclaredLookups
from records.models import Marking, Organisation
from records.rights import NAMES
from records.roles import CONTENT_ROLES, TITLES

OWN_RIGHTS = ("is_active", "is_staff", "groups", "may_read_names", "organisation", "clearance")


class KeptAdmin(DeclaredLookups, admin.ModelAdmin):
    """Rows that history and sharing name by their key, so they are never deleted."""

    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_delete_permission(self, request, obj=None):
        return False


class OrganisationAdmin(KeptAdmin):
    list_display = ["name", "name_ar", "slug", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "name_ar", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_readonly_fields(self, request, obj=None):
        """Nobody shuts himself out."""
        return ["is_active"] if obj and obj.pk == request.user.organisation_id else []


def title_of(group):
    return TITLES.get(group.name, group.name)


class RolesField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options):
        super().__init__(Group.objects.order_by("pk"), required=False, **options)

    def label_from_instance(self, group):
        return title_of(group)


class PersonForm(UserChangeForm):
    """Roles that go together, and the one right that is given singly."""

    groups = RolesField(label=_("Roles"))
    may_read_names = forms.BooleanField(
        label=_("May read names of suspects"),
        required=False,
        help_text=_("Each reading is recorded. Give it to as few as possible."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "may_read_names" in self.fields:
            self.initial["may_read_names"] = reads_names(self.instance)

    def clean(self):
        cleaned = super().clean()
        if "groups" in cleaned:
            roles = {group.name for group in cleaned["groups"]}
            if roles & CONTENT_ROLES and roles & (TITLES.keys() - CONTENT_ROLES):
                self.add_error(
                    "groups",
                    _(
                        "Administrators and auditors read no records: whoever holds one of these "
                        "roles holds neither data entry nor monitor. Use two persons."
                    ),
                )
            elif cleaned.get("may_read_names") and not roles & CONTENT_ROLES:
                self.add_error(
                    "may_read_names",
                    _("Only who reads records reads names: give the role data entry or monitor."),
                )
        return cleaned


class NewPersonForm(AdminUserCreationForm):
    organisation = forms.ModelChoiceField(Organisation.objects, label=_("Organisation"))
    clearance = forms.ChoiceField(
        label=_("Clearance"),
        choices=[("", "---------"), *Marking.choices],
        help_text=_("The highest marking he or she reads, where organisation or name allow it."),
    )


def reads_names(user):
    return bool(user.pk) and user.user_permissions.filter(**_names_right()).exists()


def _names_right():
    app, codename = NAMES.split(".")
    return {"content_type__app_label": app, "codename": codename}


class UserAdmin(KeptAdmin, DjangoUserAdmin):
    """A person who leaves is made inactive. Nobody changes his own rights."""

    form = PersonForm
    add_form = NewPersonForm
    list_display = ["username", "whole_name", "organisation", "clearance", "roles", "is_active"]
    list_filter = ["groups", "clearance", "organisation", "is_staff", "is_active"]
    list_select_related = ["organisation"]
    filter_horizontal = ()
    readonly_fields = ("is_superuser", "user_permissions", "last_login", "date_joined")
    fieldsets = [
        section(None, "username", "password"),
        section(_("Person"), ("first_name", "last_name"), "email"),
        section(_("What he or she reads"), "organisation", "clearance", "may_read_names"),
        section(_("What he or she does"), "is_active", "is_staff", "groups"),
        collapsed(_("Given singly"), "is_superuser", "user_permissions"),
        collapsed(_("Dates"), "last_login", "date_joined"),
    ]
    add_fieldsets = [
        section(
            None,
            "username",
            "organisation",
            "clearance",
            "usable_password",
            "password1",
            "password2",
            classes=["wide"],
        ),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def get_readonly_fields(self, request, obj=None):
        own = super().get_readonly_fields(request, obj)
        return (*own, *OWN_RIGHTS) if obj == request.user else own

    def has_change_permission(self, request, obj=None):
        """Whoever set a superuser's password would be one."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or request.user.is_superuser or not obj.is_superuser)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if "may_read_names" in form.changed_data:
            right = Permission.objects.get(**_names_right())
            rights = form.instance.user_permissions
            (rights.add if form.cleaned_data["may_read_names"] else rights.remove)(right)

    @admin.display(description=_("name"), ordering="last_name")
    def whole_name(self, user):
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, user):
        return ", ".join(str(title_of(group)) for group in user.groups.all())

    @admin.display(description=_("May read names of suspects"), boolean=True)
    def may_read_names(self, user):
        return reads_names(user)
