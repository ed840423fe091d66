from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib.admin import site
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.core.checks import Tags, register

from config.checks import (
    SERVING,
    codes_are_required,
    letters_have_case,
    nobody_is_superuser,
    the_web_role_is_bounded,
)

WITH_SECRETS = ["otp_totp.TOTPDevice", "otp_static.StaticDevice"]


class ProjectConfig(AppConfig):
    """The project's own commands: localdb, demo; and signing in."""

    name = "config"
    label = "project"

    def ready(self):
        register(letters_have_case, Tags.database)
        import_module("config.after_migrate")  # which needs the models
        register(nobody_is_superuser, SERVING, deploy=True)
        register(the_web_role_is_bounded, SERVING, deploy=True)
        register(codes_are_required, SERVING, Tags.security, deploy=True)
        site.unregister([apps.get_model(model) for model in WITH_SECRETS])


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin.Site"
