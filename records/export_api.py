"""`format=` on a list: which exports there are, and what may be asked of each."""

from codecs import BOM_UTF8
from dataclasses import replace

from django.http import FileResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from records.export_formats import CSV, EVERYWHERE, NDJSON, XLSX, Export, GeoJSON
from records.exporting import as_csv, as_geojson, as_ndjson, streamed
from records.models import DownloadKind, note_download
from records.parameters import FLAGS
from records.spreadsheet import as_xlsx

SAID = {
    "format": _(
        "All rows that match, in one file: csv, ndjson, xlsx; geojson where there is a place."
    ),
    "hxl": _("With csv and xlsx: a second row of HXL tags below the names of the columns."),
    "bom": _("With csv: begin with a byte order mark, by which Excel tells UTF-8."),
}
OF_FORMAT = {"hxl": (CSV, XLSX), "bom": (CSV,)}
EXPORT_DESCRIBED = [
    OpenApiParameter(
        name,
        str if name == "format" else bool,
        description=str(said),
        enum=["json", "csv", "ndjson", "xlsx", "geojson"] if name == "format" else None,
    )
    for name, said in SAID.items()
]
PAGES_ONLY = ("cursor", "page_size")


class Exports:
    """A view whose list comes as a file, too.

    point_at: the key to the place whose point GeoJSON shows, or "": the row's own. None: it
    has no place, and no GeoJSON.
    """

    point_at: str | None = None

    def get_renderers(self):
        renderers = super().get_renderers()
        if self.action != "list":
            return renderers
        exports = EVERYWHERE if self.point_at is None else [*EVERYWHERE, GeoJSON]
        return [*renderers, *(export() for export in exports)]

    def known_parameters(self):
        known = super().known_parameters()
        return [*known, *OF_FORMAT] if self.action == "list" else known

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        format_ = request.accepted_renderer
        errors = {}
        for name, formats in OF_FORMAT.items():
            given = request.query_params.get(name)
            if given is not None and not isinstance(format_, formats):
                those = " or ".join(each.format for each in formats)
                errors[name] = [_("This is for format=%(formats)s alone.") % {"formats": those}]
            elif given is not None and given not in FLAGS:
                errors[name] = [_("Give true or false.")]
        if self.is_export():
            for name in request.query_params.keys() & set(PAGES_ONLY):
                errors[name] = [_("An export has no pages: leave this out.")]
        if errors:
            raise ValidationError(errors)

    def is_export(self):
        return isinstance(self.request.accepted_renderer, Export)

    def export(self, rows, shape):
        """All of the rows as a file. Nothing is read for who asks for its headers alone."""
        request = self.request
        rows = self.paginator.ordered(rows, request, self)
        if request.method == "HEAD":
            return self._file(StreamingHttpResponse(()))
        if counts := getattr(request._request, "counts_as_export", None):
            counts()
        list_ = f"{self.basename}.{request.accepted_renderer.format}"
        note_download(request, DownloadKind.EXPORT, list_)
        flags = {name: FLAGS[request.query_params.get(name, "false")] for name in OF_FORMAT}
        view, viewer = type(self), request.viewer
        match request.accepted_renderer:
            case XLSX():
                return self._file(FileResponse(as_xlsx(view, rows, shape, hxl=flags["hxl"])))
            case CSV():
                statement = as_csv(view, rows, shape, hxl=flags["hxl"])
                if flags["bom"]:
                    statement = replace(statement, before=BOM_UTF8 + statement.before)
            case NDJSON():
                statement = as_ndjson(view, rows, shape)
            case _:
                statement = as_geojson(view, rows, shape)
        return self._file(StreamingHttpResponse(streamed(viewer, statement)))

    def _file(self, response):
        export = self.request.accepted_renderer
        charset = "; charset=utf-8" if isinstance(export, CSV) else ""
        name = f"musaala-{self.basename}-{timezone.localdate()}.{export.format}"
        response.headers["Content-Type"] = export.media_type + charset
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
