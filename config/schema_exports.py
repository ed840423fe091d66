"""What the schema says of exports: each is a file, and no page of JSON."""

from records.export_formats import CSV, NDJSON, XLSX, GeoJSON

WRITTEN_AS = {
    CSV.media_type: {"type": "string"},
    NDJSON.media_type: {"type": "string"},
    XLSX.media_type: {"type": "string", "format": "binary"},
    GeoJSON.media_type: {"type": "object"},
}


def describe_exports(result, **options):
    """A hook of drf-spectacular, which gives every media type the schema of the list."""
    for operations in result["paths"].values():
        for answer in operations.get("get", {}).get("responses", {}).values():
            for media_type, content in answer.get("content", {}).items():
                if media_type in WRITTEN_AS:
                    content["schema"] = WRITTEN_AS[media_type]
    return result
