"""The desk's way from a file to drafts: upload, match, check, import."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from incidents.admin.import_forms import READY, MatchForm, MeaningsForm, UploadForm
from incidents.importing import checking, writing
from incidents.importing.error_file import write_errors
from incidents.importing.going import counts_of, go_on
from incidents.importing.limits import IN_THE_BROWSER, Refused
from incidents.importing.mappings import Mapping
from incidents.importing.overview import page_of, samples_of, unknown_texts
from incidents.importing.ready_made import READY_MADE, that_fits
from incidents.importing.staging import sha256_of, stage
from incidents.models import Import, ImportMapping, ImportMode, ImportRow, ImportState, RowState
from records.admin_lists import DeclaredLookups, row_or_404
from records.models import DownloadKind, note_download

AT_WORK = (ImportState.STAGING, ImportState.CHECKING, ImportState.WRITING)
SETTLED = (ImportState.CHECKED, ImportState.DONE)
WHY_NOT_BEGIN = {
    "nothing_new": _("No row is new, so there is nothing to import."),
    "errors": _("Rows have errors, so not all can be imported: correct them, or leave them out."),
}
OF_A_COLLEAGUE = _(
    "A colleague saved choices under the name “%(name)s”: they stay as they are. Save yours under "
    "another name."
)


@admin.register(Import)
class ImportAdmin(DeclaredLookups, admin.ModelAdmin):
    """Whoever enters incidents imports them. An import is continued by whoever began it."""

    list_display = ["file_name", "publisher", "state", "marking", "created_by", "created_at"]
    list_filter = ["state"]
    search_fields = ["file_name", "publisher", "reference"]
    list_select_related = ["created_by"]
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    # Who may

    def get_queryset(self, request):
        return super().get_queryset(request).visible_to(request.viewer)

    def has_module_permission(self, request):
        return self.has_add_permission(request)

    def has_view_permission(self, request, obj=None):
        return self.has_add_permission(request)

    def has_add_permission(self, request):
        return request.user.has_perm("incidents.add_incident")

    def has_change_permission(self, request, obj=None):
        mine = obj is None or obj.created_by_id == request.user.pk
        return mine and self.has_add_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False  # it says where incidents came from

    def changelist_view(self, request, extra_context=None):
        named = {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        return super().changelist_view(request, named)

    def get_urls(self):
        pages = {
            "": (self.changelist_view, "changelist"),
            "add/": (self.upload, "add"),
            "<int:pk>/change/": (self.overview, "change"),
            "<int:pk>/columns/": (self.match, "match"),
            "<int:pk>/meanings/": (require_POST(self.say_meanings), "meanings"),
            "<int:pk>/begin/": (require_POST(self.begin), "begin"),
            "<int:pk>/anyway/": (require_POST(self.import_anyway), "anyway"),
            "<int:pk>/go/": (require_POST(self.go), "go"),
            "<int:pk>/errors.csv": (self.errors, "errors"),
        }
        return [
            path(address, self.admin_site.admin_view(view), name=f"incidents_import_{name}")
            for address, (view, name) in pages.items()
        ]

    def _rows(self, request, run):
        return ImportRow.objects.visible_to(request.viewer).filter(run=run)

    def _page(self, request, template, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/import/{template}.html", context)

    def _to(self, page, run):
        return HttpResponseRedirect(reverse(f"admin:incidents_import_{page}", args=[run.pk]))

    # Upload

    def upload(self, request):
        if not self.has_add_permission(request) or request.user.organisation_id is None:
            raise PermissionDenied
        asked = {"person": request.user, "viewer": request.viewer}
        form = UploadForm(request.POST or None, request.FILES or None, **asked)
        if request.method == "POST" and form.is_valid():
            try:
                run = self._staged(request, form)
            except Refused as refused:
                form.add_error("file", str(refused))
            else:
                return self._to("match", run)
        return self._page(request, "upload", form=form, title=_("Import incidents"))

    def _staged(self, request, form):
        given = form.cleaned_data
        uploaded = given["file"]
        run = Import(
            owner_id=request.user.organisation_id,
            created_by=request.user,
            file_name=uploaded.name[-200:],
            sha256=sha256_of(uploaded.file),
            **{name: given[name] for name in ("marking", "publisher", "title", "address")},
        )
        stage(run, uploaded.file, IN_THE_BROWSER, given["encoding"])
        name, mapping = self._chosen(form, run)
        run.mapping_name, run.mapping = name, mapping.within(run.header).as_json()
        run.save()
        same = self.get_queryset(request).filter(sha256=run.sha256).exclude(pk=run.pk).first()
        if same:
            messages.warning(
                request,
                _("The same file was uploaded on %(day)s: rows that became incidents are known.")
                % {"day": f"{same.created_at:%Y-%m-%d}"},
            )
        return run

    @staticmethod
    def _chosen(form, run):
        """(name, Mapping) that the upload begins with."""
        key = form.cleaned_data["mapping"]
        if key in form.saved:
            return form.saved[key].name, Mapping.of(form.saved[key].mapping)
        name = key.removeprefix(READY) if key else that_fits(run.header)
        if name:
            return name, READY_MADE[name]
        return "", Mapping.guessed(run.header)

    # Columns and meanings

    def match(self, request, pk):
        run = row_or_404(self, request, pk, change=True)
        form = MatchForm(
            request.POST or None,
            run=run,
            mapping=Mapping.of(run.mapping),
            samples=samples_of(run, request.viewer),
        )
        if request.method == "POST" and run.state in AT_WORK:
            raise PermissionDenied
        if request.method == "POST" and form.is_valid():
            try:
                checking.start(run, request.viewer, form.chosen())
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                self._save_mapping(request, run, form.cleaned_data["name"])
                return self._to("change", run)
        return self._page(request, "match", run=run, form=form, title=_("Which column says what"))

    def _save_mapping(self, request, run, name):
        """Under a name of the organisation; what a colleague saved stays as it is."""
        if not name:
            return
        mapping, _made = ImportMapping.objects.visible_to(request.viewer).get_or_create(
            owner_id=run.owner_id,
            marking=run.marking,
            name=name,
            defaults={"mapping": run.mapping, "created_by": request.user},
        )
        if mapping.created_by_id != request.user.pk:
            messages.warning(request, OF_A_COLLEAGUE % {"name": name})
            return
        run.mapping_name, mapping.mapping = name, run.mapping
        run.save()
        mapping.save()

    def say_meanings(self, request, pk):
        run = row_or_404(self, request, pk, change=True)
        if run.state not in SETTLED:
            raise PermissionDenied
        form = self._meanings(request, run, request.POST)
        if not form.is_valid():
            return self._overview(request, run, form)
        mapping = Mapping.of(run.mapping | {"values": form.with_meanings(Mapping.of(run.mapping))})
        try:
            checking.start(run, request.viewer, mapping)
        except Refused as refused:
            messages.error(request, str(refused))
            return self._to("match", run)
        self._keep_meanings(request, run, form)
        return self._to("change", run)

    def _keep_meanings(self, request, run, form):
        """With the saved choices, beside the meanings that others gave them meanwhile."""
        saved = ImportMapping.objects.visible_to(request.viewer).select_for_update(of=("self",))
        for mapping in saved.filter(marking=run.marking, name=run.mapping_name):
            mapping.mapping["values"] = form.with_meanings(Mapping.of(mapping.mapping))
            mapping.save()

    def _meanings(self, request, run, given=None):
        unknown = unknown_texts(run, request.viewer)
        return MeaningsForm(given, unknown=unknown, viewer=request.viewer)

    # Check and import

    def overview(self, request, pk):
        run = row_or_404(self, request, pk)
        if run.state == ImportState.MATCHING:
            return self._to("match", run)
        return self._overview(request, run)

    def _overview(self, request, run, form=None):
        state, after = request.GET.get("state", ""), request.GET.get("after", "0")
        if (state and state not in RowState.values) or not after.isdecimal() or len(after) > 9:
            raise Http404
        counts = counts_of(run, request.viewer)
        mine = self.has_change_permission(request, run)
        settled = run.state not in AT_WORK
        if form is None and settled and mine and counts[RowState.ERROR]:
            form = self._meanings(request, run)
        lines, more = page_of(run, request.viewer, state, int(after)) if settled else ([], None)
        return self._page(
            request,
            "overview",
            run=run,
            title=run.file_name,
            mine=mine,
            at_work=not settled,
            form=form,
            counts=counts,
            progress=_progress(run, counts),
            shown=[(each, number) for each, number in counts.items() if number],
            state=state,
            lines=lines,
            more=more,
            why_not={
                mode: WHY_NOT_BEGIN.get(writing.why_not_begin(self._rows(request, run), mode))
                for mode in ImportMode.values
            },
        )

    def begin(self, request, pk):
        run = row_or_404(self, request, pk, change=True)
        mode = request.POST.get("mode")
        if mode not in ImportMode.values or run.state not in SETTLED:
            raise PermissionDenied
        if why_not := writing.why_not_begin(self._rows(request, run), mode):
            messages.error(request, WHY_NOT_BEGIN[why_not])
        else:
            writing.begin(run, mode)
        return self._to("change", run)

    def import_anyway(self, request, pk):
        """A person has looked at likely duplicates, and says that they are none."""
        run = row_or_404(self, request, pk, change=True)
        if run.state not in SETTLED:
            raise PermissionDenied
        rows = self._rows(request, run).filter(state=RowState.LIKELY)
        if (row := request.POST.get("row", "")) != "all":
            rows = rows.filter(pk=int(row)) if row.isdecimal() and len(row) < 19 else rows.none()
        rows.update(state=RowState.NEW, incident=None)
        return self._to("change", run)

    def go(self, request, pk):
        """One slice of the work, for the page that polls. Without a script: the page again."""
        run = row_or_404(self, request, pk, change=True)
        go_on(run.pk, request.viewer)
        run = row_or_404(self, request, pk)
        if "application/json" not in request.headers.get("Accept", ""):
            return self._to("change", run)
        progress = _progress(run, counts_of(run, request.viewer))
        return JsonResponse({**progress, "at_work": run.state in AT_WORK})

    def errors(self, request, pk):
        run = row_or_404(self, request, pk)
        note_download(request, DownloadKind.IMPORT, run.reference)
        name = f"errors-{run.reference}.csv"
        lines = "".join(write_errors(run, self._rows(request, run)))
        response = HttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _progress(run, counts):
    """How far the work is: rows done, and of how many."""
    total = sum(counts.values())
    waiting = {ImportState.CHECKING: RowState.STAGED, ImportState.WRITING: RowState.NEW}
    left = counts[waiting[run.state]] if run.state in waiting else 0
    return {"done": total - left, "total": total, "doing": ImportState(run.state).label}
