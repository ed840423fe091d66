"""The same product, in which Django REST framework renders the answers of the API."""

from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from config.wsgi import application
from records.api import RecordViewSet

__all__ = ["application"]

for name, mixin in {"list": ListModelMixin, "retrieve": RetrieveModelMixin}.items():
    setattr(RecordViewSet, name, getattr(mixin, name))
