"""The schema as it is served. Apart from config/api.py, which DRF's settings import."""

from drf_spectacular.views import SpectacularAPIView

from records.parameters import StrictParameters


class Schema(StrictParameters, SpectacularAPIView):
    """What partners build on. It takes no `version`, which would go into a header as it is."""

    def known_parameters(self):
        return [*super().known_parameters(), "lang"]
