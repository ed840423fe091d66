"""The addresses of the dashboard, for the admin site: config/admin.py."""

from django.urls import path
from django.views.decorators.http import require_POST

from reports.dashboard import views


def addresses(site):
    def at(address, view, name):
        return path(address, site.admin_view(views.for_readers(view)), name=name)

    def posted(address, view, name):
        return path(address, site.admin_view(require_POST(views.for_readers(view))), name=name)

    return [
        at("dashboard/", views.dashboard, "dashboard"),
        at("dashboard/<slug:name>.<slug:kind>", views.figure_file, "dashboard_file"),
        at("dashboard/changes/", views.changes, "dashboard_changes"),
        posted("dashboard/save/", views.save_view, "dashboard_save"),
        posted("dashboard/saved/<int:pk>/remove/", views.remove_view, "dashboard_remove"),
    ]
