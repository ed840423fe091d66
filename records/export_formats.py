"""The formats in which lists are exported, as the framework chooses among them."""

from rest_framework.renderers import JSONRenderer


class Export(JSONRenderer):
    """An export is streamed past it. What it renders is an error alone."""

    charset = None


class CSV(Export):
    media_type = "text/csv"
    format = "csv"


class NDJSON(Export):
    media_type = "application/x-ndjson"
    format = "ndjson"


class GeoJSON(Export):
    media_type = "application/geo+json"
    format = "geojson"


class XLSX(Export):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


EVERYWHERE = [CSV, NDJSON, XLSX]
