"""The admin site: its names, and its nouns in the order of the story."""

from django.contrib import admin
from django.urls import path
from django.utils.translation import gettext_lazy as _

from config.codebook import codebook
from config.sign_in import views as sign_in
from config.sign_in.forms import SignInForm
from records.admin_base import AutocompleteView
from records.granting import notice
from reports.dashboard import urls as dashboard
from reports.front_page import front_page
from reports.handover import urls as handover
from reports.law import page as law
from reports.queue import page as queue

STORY = [
    "records.Source",
    "records.Organisation",
    "militias.Group",
    "militias.Relation",
    "militias.Person",
    "militias.CandidateLink",
    "incidents.Place",
    "incidents.Incident",
    "incidents.Claim",
    "incidents.Attribution",
    "incidents.CasualtyFigure",
    "incidents.Response",
    "incidents.Statement",
    "incidents.Import",
    "legal.Arrest",
    "legal.ArrestLink",
    "legal.Suspect",
    "legal.Step",
    "legal.Conviction",
    "legal.Ruling",
    "legal.Instrument",
    "legal.Provision",
    "legal.Designation",
    "legal.Finding",
    "legal.Obligation",
    "legal.NegativeResult",
]
USERS = {
    "records.User": "auth",
    "records.Grant": "auth",
    "records.AuditEntry": "auth",
    "records.Download": "auth",
}  # listed at the end, beside the rights, not among the records
RENAMED = {"auth.Group": _("Groups of users")}  # a group is an armed one everywhere else


class Site(admin.AdminSite):
    site_header = "Musaala · مساءلة"
    site_title = "Musaala"
    index_title = _("The story so far")
    site_url = None
    login_form = SignInForm

    def get_urls(self):
        pages = [sign_in, dashboard, queue, law, handover]
        own = [address for page in pages for address in page.addresses(self)]
        book = path("codebook/", self.admin_view(self.codebook_view), name="codebook")
        django = [
            each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"
        ]  # which leads from any key of any table to a page of its own: nothing has one
        return [*own, book, *django]

    def get_app_list(self, request, app_label=None):
        """Apps and their models in the order of `STORY`; what is not in it comes last."""
        apps = self._build_app_dict(request)
        for app in list(apps.values()):
            for model in list(app["models"]):
                model["name"] = RENAMED.get(model["model"]._meta.label, model["name"])
                new_home = apps.get(USERS.get(model["model"]._meta.label, ""))
                if new_home:
                    app["models"].remove(model)
                    new_home["models"].append(model)
            app["models"].sort(key=_place_in_story)
        shown = [app for app in apps.values() if app["models"]]
        shown.sort(key=lambda app: _place_in_story(app["models"][0]))
        return [app for app in shown if app_label in (None, app["app_label"])]

    def index(self, request, extra_context=None):
        """The front page: the headline for whoever may see incidents."""
        front = front_page(request) if request.user.has_perm("incidents.view_incident") else None
        mine = {"front": front, "queue": queue.yours_today(request), "people": notice(request)}
        return super().index(request, {**mine, **(extra_context or {})})

    def codebook_view(self, request):
        return codebook(self, request)

    def autocomplete_view(self, request):
        return AutocompleteView.as_view(admin_site=self)(request)


def _place_in_story(model):
    label = model["model"]._meta.label
    return (STORY.index(label) if label in STORY else len(STORY), label)
