from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.api import Router
from incidents import api as incidents
from legal import api as legal
from militias import api as militias
from partners import release_api as releases
from records import api as records
from reports import api as reports

NOUNS = {  # in the order of the story
    "sources": records.SourceViewSet,
    "groups": militias.GroupViewSet,
    "relations": militias.RelationViewSet,
    "persons": militias.PersonViewSet,
    "candidate-links": militias.CandidateLinkViewSet,
    "places": incidents.PlaceViewSet,
    "incidents": reports.LadderIncidentViewSet,
    "claims": incidents.ClaimViewSet,
    "attributions": incidents.AttributionViewSet,
    "casualties": incidents.CasualtyViewSet,
    "responses": incidents.ResponseViewSet,
    "statements": incidents.StatementViewSet,
    "instruments": legal.InstrumentViewSet,
    "provisions": legal.ProvisionViewSet,
    "arrests": legal.ArrestViewSet,
    "arrest-links": legal.ArrestLinkViewSet,
    "suspects": legal.SuspectViewSet,
    "steps": legal.StepViewSet,
    "convictions": legal.ConvictionViewSet,
    "rulings": legal.RulingViewSet,
    "designations": legal.DesignationViewSet,
    "findings": legal.FindingViewSet,
    "obligations": legal.ObligationViewSet,
    "negative-results": legal.NegativeResultViewSet,
}
router = Router()
for noun, view in NOUNS.items():
    router.register(noun, view, basename=noun)

api = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view()), name="docs"),
    path("reports/accountability/", reports.AccountabilityView.as_view(), name="accountability"),
    path("exports/", releases.ReleasesView.as_view(), name="exports"),
    path("exports/<slug:number>/", releases.ReleaseDetailView.as_view(), name="export"),
    path(
        "exports/<slug:number>/<str:file>", releases.ReleaseFileView.as_view(), name="export-file"
    ),
    *router.urls,
]
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
]
