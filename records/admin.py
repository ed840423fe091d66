from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from records.admin_audit import AuditAdmin, DownloadAdmin
from records.admin_base import RecordAdmin, section
from records.admin_columns import span_column
from records.admin_files import FilesOfSource
from records.admin_granting import GrantAdmin
from records.admin_people import OrganisationAdmin, UserAdmin
from records.models import AuditEntry, Download, Grant, Organisation, Source, User
from records.source_choice import ByAddress

admin.site.register(AuditEntry, AuditAdmin)
admin.site.register(Download, DownloadAdmin)


@admin.register(Source)
class SourceAdmin(ByAddress, FilesOfSource, RecordAdmin):
    change_form_template = "admin/source_form.html"
    list_display = ["published_on", "publisher", "title", "kind", "reliability", "language"]
    list_display_links = ["publisher"]
    list_filter = ["kind", "reliability", "language", "reading"]
    date_hierarchy = "published_from"
    search_fields = ["publisher", "title", "address", "reference", "origin_id"]
    fieldsets = [
        section(_("Where it is"), "address", "archived_address", "accessed_on"),
        section(
            _("What it is"),
            "publisher",
            "title",
            ("published_from", "published_to", "published_precision"),
            "published_inferred",
            ("kind", "language"),
        ),
        section(_("How far to trust it"), "reliability", "reading"),
    ]
    published_on = span_column("published", _("published on"))

    def label(self, row):
        return f"{row}: {row.title}" if row.title else str(row)


admin.site.register(Organisation, OrganisationAdmin)
admin.site.register(Grant, GrantAdmin)
admin.site.register(User, UserAdmin)
