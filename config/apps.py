from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.core.checks import Tags, register

from config.checks import letters_have_case


class ProjectConfig(AppConfig):
    """The project's own commands: localdb, demo."""

    name = "config"
    label = "project"

    def ready(self):
        register(letters_have_case, Tags.database)
        import_module("config.after_migrate")  # which needs the models


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin.Site"
