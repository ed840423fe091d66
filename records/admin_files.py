"""Stored files of a source in the admin: receive, list, hand out, withdraw."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import re_path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from records.admin_columns import chips
from records.admin_lists import row_or_404
from records.file_forms import FileForm, WithdrawFileForm, too_large
from records.file_kinds import ACTIVE, BYTES, name_to_send
from records.models import DownloadKind, StoredFile, note_download
from records.receiving import BESIDE, NotAsReceived, Receiving, as_received, keep
from records.viewer import because

# Opened in a browser all the same, it would be a page without scripts, forms or an origin.
ALONE = "default-src 'none'; sandbox"


class FilesOfSource(admin.ModelAdmin):
    """Part of the admin of sources. A file is read by those who read its source, at most."""

    def get_urls(self):
        protect = self.admin_site.admin_view
        pages = {
            "": (csrf_exempt(self.files_view), "files"),
            "(?P<reference>[A-Z0-9-]+)/": (protect(require_GET(self.file_view)), "file"),
            "(?P<reference>[A-Z0-9-]+)/withdraw/": (
                protect(require_POST(self.withdraw_file)),
                "withdraw_file",
            ),
        }
        return [
            *(
                re_path(
                    rf"^(?P<pk>-?\d{{1,18}})/files/{address}$", view, name=f"records_source_{name}"
                )
                for address, (view, name) in pages.items()
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, obj=None, **options):
        if obj is not None:
            context["files"] = self._files(request).filter(source=obj).count()
        return super().render_change_form(request, context, *args, obj=obj, **options)

    def _files(self, request):
        return StoredFile.objects.visible_to(request.viewer)

    def files_view(self, request, pk):
        """Before anything reads the request it is known who sends it, and how much.

        Django's check of the token reads all of it, so that check is made inside.
        """
        if request.method == "POST":
            if not self.admin_site.has_permission(request):
                raise PermissionDenied
            row_or_404(self, request, pk, change=True)
            if _announced(request) > settings.MOST_FILE_BYTES + BESIDE:
                return self.admin_site.admin_view(self._refuse_large)(request, pk)
            request.receiving = request.upload_handlers = [Receiving(request)]
        return self.admin_site.admin_view(self._files_page)(request, pk)

    def _files_page(self, request, pk):
        source = row_or_404(self, request, pk)
        form, status = None, 200
        if request.method == "POST":
            source = self.get_object(request, str(pk))  # locked
            form = FileForm(request.POST, request.FILES, request=request, source=source)
            if form.is_valid():
                return self._store(request, source, form)
            status = 413 if request.receiving[0].too_large else 200
        return self._page(request, source, form, status)

    def _refuse_large(self, request, pk):
        source = row_or_404(self, request, pk)
        form = FileForm(request=request, source=source)
        form.full_clean()
        return self._page(request, source, form, 413, too_large())

    def _page(self, request, source, form, status, refusal=None):
        may = self.has_change_permission(request, source)
        files = self._files(request).filter(source=source).select_related("received_by")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Stored files"),
            "subtitle": self.label(source),
            "source": source,
            "chips": chips(source),
            "files": files,
            "form": form or (FileForm(request=request, source=source) if may else None),
            "may_change": may,
            "own": source.owner_id == request.user.organisation_id,
            "refusal": refusal,
            "withdrawing": WithdrawFileForm(auto_id=False),
        }
        return TemplateResponse(request, "admin/source_files.html", context, status=status)

    def _store(self, request, source, form):
        received, row = form.cleaned_data["file"], form.instance
        if "change_reason" in form.cleaned_data:
            because(reason=form.cleaned_data["change_reason"])
        row.source = source
        row.file_name, row.media_type = received.name, received.media_type
        row.size, row.sha256 = received.size, received.sha256
        row.received_by = request.user
        row.file = keep(received, row.reference, request.undo)
        row.save()
        said = _("Stored: %(name)s. SHA-256 %(hash)s.")
        messages.success(request, said % {"name": row.file_name, "hash": row.sha256})
        if received.of_camera:
            messages.warning(
                request,
                _(
                    "This image holds more than it shows: perhaps when and where it was made, "
                    "and by whose camera. It stays as it is, so give nobody a copy of it before "
                    "that is taken out of the copy."
                ),
            )
        return self._back(source)

    def file_view(self, request, pk, reference):
        """The bytes as they came, to be saved and never shown by the browser itself."""
        stored = self._stored(request, row_or_404(self, request, pk), reference)
        if stored.withdrawn_reason:
            raise Http404
        note_download(request, DownloadKind.EVIDENCE, stored.reference)
        try:
            kept = as_received(stored)
        except NotAsReceived as refusal:
            messages.error(request, str(refusal))
            return self._back(stored.source)
        response = FileResponse(
            kept,
            as_attachment=True,
            filename=name_to_send(stored.file_name, stored.media_type),
            content_type=BYTES if stored.media_type in ACTIVE else stored.media_type,
        )
        response["Content-Security-Policy"] = ALONE
        response["X-Content-Type-Options"] = "nosniff"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
        return response

    def withdraw_file(self, request, pk, reference):
        source = row_or_404(self, request, pk, change=True)
        stored = self._stored(request, source, reference)
        form = WithdrawFileForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Say why the file is withdrawn: at most 500 letters."))
        else:
            reason = form.cleaned_data["reason"]
            because(reason=reason)
            rows = self._files(request).filter(pk=stored.pk, withdrawn_reason="")
            if rows.update(withdrawn_reason=reason):
                messages.success(request, _("The file is withdrawn. It stays stored."))
            else:
                messages.error(request, _("The file was withdrawn before."))
        return self._back(source)

    def _stored(self, request, source, reference):
        stored = self._files(request).filter(source=source, reference=reference).first()
        if stored is None:
            raise Http404
        return stored

    def _back(self, source):
        return HttpResponseRedirect(reverse("admin:records_source_files", args=[source.pk]))


def _announced(request):
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdecimal() and len(announced) < 19 else 10**18
