"""Where map tiles come from, if the operator chose a server of them."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NEEDED = ("{z}", "{x}", "{y}")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")


def origin_of_tiles(pattern):
    """The origin that pages may load pictures from, in a list: none without a pattern.

    Raises:
        ImproperlyConfigured: not the pattern of an address on one named host.
    """
    if not pattern:
        return []
    parts = urlsplit(pattern)
    fits = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc)
    if not fits or any(each not in parts.path + parts.query for each in NEEDED):
        raise ImproperlyConfigured(
            "MAP_TILES must be an address on one host with {z}, {x} and {y} in it: "
            "https://tiles.example.org/{z}/{x}/{y}.png"
        )
    return [f"{parts.scheme}://{parts.netloc}"]
