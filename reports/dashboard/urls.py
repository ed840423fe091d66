"""The addresses of the dashboard, for the admin site: config/admin.py."""

from django.urls import path

from reports.dashboard import views


def addresses(site):
    def at(address, view, name):
        return path(address, site.admin_view(views.for_readers(view)), name=name)

    return [
        at("dashboard/", views.dashboard, "dashboard"),
        at("dashboard/<slug:name>.<slug:kind>", views.figure_file, "dashboard_file"),
    ]
