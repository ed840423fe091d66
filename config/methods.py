from rest_framework.metadata import BaseMetadata


class Methods(BaseMetadata):
    """What OPTIONS answers. What can be read and sent is described by the schema alone."""

    def determine_metadata(self, request, view):
        return {"methods": view.allowed_methods}
