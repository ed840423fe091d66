from django.apps import AppConfig


class MilitiasConfig(AppConfig):
    name = "militias"
