from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MilitiasConfig(AppConfig):
    name = "militias"
    verbose_name = _("Armed groups")
