from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class ProjectConfig(AppConfig):
    """The project's own commands: localdb, demo."""

    name = "config"
    label = "project"


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin.Site"
