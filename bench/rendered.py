"""The same product, in which Django REST framework renders the answers of the API."""

from importlib import import_module

from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

application = import_module("config.wsgi").application  # Django is ready from here on
for name, mixin in {"list": ListModelMixin, "retrieve": RetrieveModelMixin}.items():
    setattr(import_module("records.api").RecordViewSet, name, getattr(mixin, name))
