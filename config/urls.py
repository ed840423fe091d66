from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from config.api import STIX_IS_OFFERED, Router
from config.schema_view import Schema
from config.vocabularies import VocabulariesView, VocabularyView
from incidents import api as incidents
from legal import api as legal
from militias import api as militias
from partners import api as partners
from records import api as records
from reports import api as reports
from reports.stix_api import StixView

NOUNS = {  # in the order of the story
    "sources": records.SourceViewSet,
    "groups": militias.GroupViewSet,
    "relations": militias.RelationViewSet,
    "persons": militias.PersonViewSet,
    "candidate-links": militias.CandidateLinkViewSet,
    "places": incidents.PlaceViewSet,
    "incidents": partners.ProposingIncidentViewSet,
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
router.register("proposals", partners.ProposalViewSet, basename="proposals")

api = [
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view()), name="docs"),
    path("reports/accountability/", reports.AccountabilityView.as_view(), name="accountability"),
    path("reports/arrests/", reports.HeldView.as_view(), name="report-arrests"),
    path("changes/", partners.ChangesView.as_view(views=NOUNS), name="changes"),
    path("me/", partners.MeView.as_view(), name="me"),
    path("vocabularies/", VocabulariesView.as_view(), name="vocabularies"),
    path("vocabularies/<slug:name>/", VocabularyView.as_view(), name="vocabulary"),
    path("exports/", partners.ReleasesView.as_view(), name="exports"),
    path("exports/<slug:number>/", partners.ReleaseDetailView.as_view(), name="export"),
    path(
        "exports/<slug:number>/<str:file>", partners.ReleaseFileView.as_view(), name="export-file"
    ),
    *router.urls,
]
if STIX_IS_OFFERED:
    api.insert(0, path("stix/", StixView.as_view(), name="stix"))
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
]

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.page_not_found"
handler500 = "config.problems.server_error"
