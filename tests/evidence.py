"""Files as they are handed in, and the desk that receives them."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
JPEG_OF_CAMERA = b"\xff\xd8\xff\xe1\0\x22Exif\0\0MM\0*GPS"
HTML = b"<!DOCTYPE html><html><script>alert(document.domain)</script></html>"


def files_of(source):
    return reverse("admin:records_source_files", args=[source.pk])


def file_of(stored):
    return reverse("admin:records_source_file", args=[stored.source_id, stored.reference])


def hand_in(client, source, content=PDF, name="ruling.pdf", **values):
    given = {"file": SimpleUploadedFile(name, content), **values}
    return client.post(files_of(source), given)


def refusals(response):
    """What the page says at its fields."""
    return {name: " ".join(said) for name, said in response.context["form"].errors.items()}
