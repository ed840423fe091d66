"""Releases: which there are, what one holds, and its files."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from partners.citing import citation
from partners.models import Release
from partners.withholding import is_withheld, newer_than
from records.api import MomentField, Part
from records.models import DownloadKind, note_download
from records.parameters import StrictParameters

CHECKSUMS = "SHA256SUMS"


class ReleaseBrief(Part):
    """A release; `sha256` is that of its list of checksums, which answers for every file."""

    number = serializers.CharField()
    marking = serializers.CharField()
    as_of = serializers.DateField()
    made_at = MomentField()
    sha256 = serializers.CharField()
    citation = serializers.CharField()
    address = serializers.URLField()


class ReleasedColumn(Part):
    """What a column holds; `source` is the section of the methodology that defines it."""

    def get_fields(self):
        names = ("column", "type", "definition", "source")
        return {name: serializers.CharField(read_only=True) for name in names}


class ReleasedFile(Part):
    """A file; `rows` and `columns` of a table alone."""

    name = serializers.CharField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    rows = serializers.IntegerField(allow_null=True)
    address = serializers.URLField()
    columns = ReleasedColumn(many=True)


class ReleaseDetail(ReleaseBrief):
    """A release with its files. Where it is withheld they answer 410, and `newer` may help."""

    withheld = serializers.BooleanField()
    newer = serializers.URLField(allow_null=True)
    files = ReleasedFile(many=True)


class ReleaseList(Part):
    """All releases that the reader may read, the newest first."""

    results = ReleaseBrief(many=True)


class Gone(APIException):
    status_code = 410
    default_code = "gone"
    default_detail = gettext_lazy(
        "Something in this release was since withdrawn, or is no longer for its audience. Its "
        "number, day and checksums stay, so that it can be cited."
    )


class ReleaseView(StrictParameters, APIView):
    def release(self, number):
        made = Release.objects.visible_to(self.request.viewer).filter(number=number).first()
        if made is None:
            raise Http404
        return made

    def address(self, made, file=None):
        kwargs = {"number": made.number, **({"file": file} if file else {})}
        name = "export-file" if file else "export"
        return reverse(name, kwargs=kwargs, request=self.request)

    def brief(self, made):
        return {
            "number": made.number,
            "marking": made.marking,
            "as_of": made.as_of,
            "made_at": made.made_at,
            "sha256": made.files[CHECKSUMS]["sha256"],
            "citation": citation(made.number, made.as_of),
            "address": self.address(made),
        }


class ReleasesView(ReleaseView):
    """Dated, checksummed releases of all that an audience may read, to be cited."""

    @extend_schema(operation_id="exports_list", responses=ReleaseList, tags=["exports"])
    def get(self, request):
        found = Release.objects.visible_to(request.viewer).order_by("-made_at", "-pk")
        briefs = [self.brief(made) for made in found.defer("made_from")]
        return Response(ReleaseList({"results": briefs}).data)


class ReleaseDetailView(ReleaseView):
    """One release: its files, what their columns mean, and how to cite it."""

    @extend_schema(operation_id="exports_retrieve", responses=ReleaseDetail, tags=["exports"])
    def get(self, request, number):
        made = self.release(number)
        withheld = is_withheld(made)
        newer = newer_than(made) if withheld else None
        files = [
            {
                "name": name,
                "bytes": file["bytes"],
                "sha256": file["sha256"],
                "rows": file["rows"],
                "address": self.address(made, name),
                "columns": file["columns"],
            }
            for name, file in made.files.items()
        ]
        told = {
            **self.brief(made),
            "withheld": withheld,
            "newer": newer and self.address(newer),
            "files": files,
        }
        return Response(ReleaseDetail(told).data)


class AsItIs(BaseRenderer):
    """Names what may be asked for: a file is no other thing for whatever `Accept` says."""

    media_type, format = "*/*", "file"


class ReleaseFileView(ReleaseView):
    """A file of a release, as it was made."""

    renderer_classes = (AsItIs,)

    @extend_schema(
        operation_id="exports_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        tags=["exports"],
    )
    def get(self, request, number, file):
        made = self.release(number)
        if file not in made.files:
            raise Http404
        if is_withheld(made):
            newer = newer_than(made)
            hint = newer and _("A newer release: %(address)s") % {"address": self.address(newer)}
            raise Gone(" ".join(filter(None, [str(Gone.default_detail), hint])))
        note_download(request, DownloadKind.RELEASE, f"{made.number}/{file}")
        kept = made.files[file]
        return FileResponse(
            default_storage.open(kept["stored"]),
            as_attachment=True,
            filename=f"musaala-{made.number}-{file}",
            content_type="application/octet-stream",
            headers={"ETag": f'"{kept["sha256"]}"'},
        )
