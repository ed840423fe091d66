from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.utils.translation import gettext_lazy as _

from records.admin_audit import AuditAdmin
from records.admin_base import RecordAdmin, collapsed, section
from records.admin_columns import span_column
from records.admin_lists import DeclaredLookups
from records.models import AuditEntry, Organisation, Source, User

admin.site.register(AuditEntry, AuditAdmin)


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    """The stored copy is only shown: files come in by import, which hashes them."""

    list_display = ["published_on", "publisher", "title", "kind", "reliability", "language"]
    list_display_links = ["publisher"]
    list_filter = ["kind", "reliability", "language", "reading"]
    date_hierarchy = "published_from"
    search_fields = ["publisher", "title", "address", "reference", "origin_id"]
    fieldsets = [
        section(
            None,
            "publisher",
            "title",
            ("published_from", "published_to", "published_precision"),
            "published_inferred",
            ("kind", "language"),
        ),
        section(_("Where it is"), "address", "archived_address", "accessed_on"),
        section(_("How far to trust it"), ("reliability", "reading")),
    ]
    published_on = span_column("published", _("published on"))

    def label(self, row):
        return f"{row}: {row.title}" if row.title else str(row)


class KeptAdmin(DeclaredLookups, admin.ModelAdmin):
    """Rows that history and sharing name by their key, so they are never deleted."""

    actions = None
    show_full_result_count = False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Organisation)
class OrganisationAdmin(KeptAdmin):
    list_display = ["name", "name_ar", "slug"]
    search_fields = ["name", "name_ar", "slug"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(User)
class UserAdmin(KeptAdmin, DjangoUserAdmin):
    """A person who leaves is made inactive."""

    list_display = ["username", "first_name", "last_name", "organisation", "is_staff", "is_active"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups", "organisation"]
    list_select_related = ["organisation"]
    autocomplete_fields = ["organisation"]

    def get_readonly_fields(self, request, obj=None):
        """Nobody makes a superuser who is none himself."""
        own = super().get_readonly_fields(request, obj)
        return own if request.user.is_superuser else [*own, "is_superuser"]

    fieldsets = [
        section(None, "username", "password"),
        section(_("Person"), ("first_name", "last_name"), "email", "organisation"),
        section(_("Rights"), "is_active", "is_staff", "is_superuser", "groups"),
        collapsed(_("Single permissions"), "user_permissions"),
        collapsed(_("Dates"), "last_login", "date_joined"),
    ]
    add_fieldsets = [
        section(
            None,
            "username",
            "organisation",
            "usable_password",
            "password1",
            "password2",
            classes=["wide"],
        ),
    ]
