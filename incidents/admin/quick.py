"""Quick entry: an attack logged on one page, with what is like it beside the form."""

import base64
import re

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpResponseBadRequest, HttpResponseRedirect, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from incidents.admin.quick_form import GlimpseForm, QuickEntry
from incidents.admin.twins import references, unanswered
from incidents.likeness import away, likely_duplicates
from incidents.models import Place, PlaceKind, with_governorate
from incidents.models.nearby import Area
from incidents.outlines import outline_at
from incidents.proposing import RIGHTS_NEEDED, Proposing
from records.labels import label_of

REACH_M = 30_000
OFFERED = 3  # places near a point
ENTRY = re.compile(r"[0-9a-f]{32}")


class QuickEntryPage:
    """Part of the incidents' admin."""

    def get_urls(self):
        pages = {"quick": self.quick, "alike": self.alike, "near": self.near}
        own = [
            path(f"{name}/", self.admin_site.admin_view(view), name=f"incidents_incident_{name}")
            for name, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    def has_quick_permission(self, request):
        return self.has_add_permission(request) and request.user.has_perms(RIGHTS_NEEDED)

    def _require_permission(self, request):
        if not self.has_quick_permission(request):
            raise PermissionDenied

    def changelist_view(self, request, extra_context=None):
        quick = {"has_quick_permission": self.has_quick_permission(request)}
        return super().changelist_view(request, {**quick, **(extra_context or {})})

    def quick(self, request):
        """The page. A refused one keeps what was typed, and stands at the first error."""
        self._require_permission(request)
        entry = QuickEntry(request, request.POST if request.method == "POST" else None)
        asked = []
        if request.method == "POST" and entry.is_valid():
            asked = unanswered(entry.sketch(), request.viewer, request.POST)
            if not asked:
                try:
                    return self._saved(request, entry)
                except ValidationError as against:
                    entry.attack.add_error(None, _sentences(against.detail))
        if request.method == "POST":
            entry.focus_on_first_error()
        return TemplateResponse(
            request, "admin/incidents/quick.html", self._entry_page(request, entry, asked)
        )

    def _entry_page(self, request, entry, asked):
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Log an attack"),
            "entry": entry,
            "errors": entry.errors(),
            "figures": [entry.killed, entry.wounded],
            "asked": asked,
            "anyway": references(asked),
            "tiles": settings.MAP_TILES,
            "tiles_credit": settings.MAP_TILES_CREDIT,
            "entry_key": entry_key(request),
            "person": _person_word(request.user),
            "seal": _seal_of(request.user),
        }

    def _saved(self, request, entry):
        said = entry.said()
        audience = {name: said[name] for name in ("marking", "shared_with", "readers")}
        stamps = {"created_by": request.user, "updated_by": request.user}
        incident = Proposing(request.viewer, **stamps, **audience).propose(said)
        messages.success(
            request,
            _("Saved as a draft. Add what else is known, then submit it for review."),
            extra_tags=f"kept-{entry_key(request)}" if entry_key(request) else "",
        )
        return HttpResponseRedirect(reverse("admin:incidents_incident_change", args=[incident.pk]))

    def alike(self, request):
        """What is like the attack that is being typed. By POST: titles are for no log."""
        if not (self.has_add_permission(request) and self.has_view_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseBadRequest()
        glimpse = GlimpseForm(request).glimpse()
        sketch = glimpse.sketch
        looked = bool(sketch and (sketch.titles or any(sketch.where)))
        found = likely_duplicates(sketch, request.viewer) if looked else []
        shown = {"alike": found, "looked": looked}
        return JsonResponse(
            {
                "title": glimpse.title,
                "source": str(glimpse.source or ""),
                "likely": sum(each.alike.is_likely for each in found),
                "alike": render_to_string("admin/incidents/alike.html", shown, request),
            }
        )

    def near(self, request):
        """The places near a point that somebody touched, and the point in words."""
        self._require_permission(request)
        try:
            latitude, longitude = (float(request.POST.get(name, "")) for name in ("lat", "lon"))
        except ValueError:
            return HttpResponseBadRequest()
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            return HttpResponseBadRequest()
        return JsonResponse(
            {
                "point": _in_words(latitude, longitude),
                "places": [
                    {
                        "key": place.pk,
                        "label": str(label_of(self.admin_site, place)),
                        "away": str(away(place.apart_m / 1000)),
                    }
                    for place in _places_near(latitude, longitude, request.viewer)
                ],
            }
        )


def _places_near(latitude, longitude, viewer):
    area = Area(longitude, latitude, longitude, latitude, reach_m=REACH_M)
    rows = Place.objects.visible_to(viewer).exclude(
        kind__in=[PlaceKind.COUNTRY, PlaceKind.GOVERNORATE]
    )
    near = rows.annotate(apart_m=area.apart_m()).filter(area.may_hold(), apart_m__lte=REACH_M)
    return with_governorate(near).order_by(F("apart_m"), "pk")[:OFFERED]


def _in_words(latitude, longitude):
    around = outline_at(latitude, longitude)
    said = {
        "latitude": abs(round(latitude, 3)),
        "longitude": abs(round(longitude, 3)),
        "north": _("N") if latitude >= 0 else _("S"),
        "east": _("E") if longitude >= 0 else _("W"),
        "governorate": around,
    }
    if around:
        return _("%(latitude)s° %(north)s, %(longitude)s° %(east)s, in %(governorate)s") % said
    return _("%(latitude)s° %(north)s, %(longitude)s° %(east)s, outside Iraq") % said


def _sentences(detail):
    """All the texts of a refusal, whatever its shape."""
    if isinstance(detail, dict):
        return [text for part in detail.values() for text in _sentences(part)]
    if isinstance(detail, list):
        return [text for part in detail for text in _sentences(part)]
    return [str(detail)]


# What is kept in the browser: docs/security.md


def entry_key(request):
    """The name under which the browser keeps what was typed on this page, or nothing."""
    given = request.POST.get("entry", "")
    return given if ENTRY.fullmatch(given) else ""


def _person_word(person):
    """Tells whose an entry is, without telling who that is."""
    return salted_hmac("musaala.kept.person", str(person.pk), algorithm="sha256").hexdigest()[:16]


def _seal_of(person):
    """The key with which the browser seals what is typed. It is on this page alone.

    A new password makes another.
    """
    said = salted_hmac("musaala.kept", person.get_session_auth_hash(), algorithm="sha256")
    return base64.b64encode(said.digest()).decode()
