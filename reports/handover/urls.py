"""The addresses of reports handed over, for the admin site: config/admin.py."""

from django.urls import path
from django.views.decorators.http import require_POST

from reports.dashboard.views import for_readers
from reports.handover import views


def addresses(site):
    def at(address, view, name):
        return path(f"handed-over/{address}", site.admin_view(for_readers(view)), name=name)

    return [
        at("", views.listed, "handed_over"),
        at("make/", views.making, "handed_over_make"),
        at("<slug:number>/", views.shown, "handed_over_report"),
        at("<slug:number>/print/", views.printed, "handed_over_print"),
        at("<slug:number>/page.css", views.page_style, "handed_over_style"),
        at("<slug:number>/report.html", views.html_file, "handed_over_html"),
        at("<slug:number>/bundle.zip", views.zip_file, "handed_over_zip"),
        at("<slug:number>/withdraw/", require_POST(views.withdrawn), "handed_over_withdraw"),
    ]
