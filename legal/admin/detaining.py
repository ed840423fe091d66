"""The page of an arrest on which its people are entered at once: shown first, then made."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from legal.detaining import detain
from legal.detaining_forms import DetainedForm, OutcomeFormSet, mark_of, plan_of
from legal.models import Arrest
from records.models import ReviewStatus

NEEDED = ("legal.add_suspect", "legal.add_step")


def may_detain(person, arrest):
    """Whether he may enter people of an arrest that he sees."""
    return (
        bool(person.organisation_id)
        and person.has_perms(NEEDED)
        and arrest.review_status != ReviewStatus.WITHDRAWN
    )


class EntersPeople:
    """For the admin of arrests: the page, by the arrest's number or its reference."""

    def get_urls(self):
        page = path(
            "<slug:key>/people/",
            self.admin_site.admin_view(self.people_view),
            name="legal_arrest_people",
        )
        return [page, *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **options):
        context["may_detain"] = obj is not None and may_detain(request.user, obj)
        return super().render_change_form(request, context, *args, obj=obj, **options)

    def people_view(self, request, key):
        """Absent and hidden: the same answer."""
        person = request.user
        allowed = self.has_view_permission(request) and person.has_perms(NEEDED)
        if not allowed or not person.organisation_id:
            raise PermissionDenied
        arrest = self._arrest(request, key)
        detained = DetainedForm(request.POST or None, request=request, arrest=arrest)
        outcomes = OutcomeFormSet(request.POST or None, prefix="outcomes")
        plan = mark = None
        if request.method == "POST":
            valid = [detained.is_valid(), outcomes.is_valid()]
            if all(valid) and outcomes.check(detained):
                plan = plan_of(detained, outcomes)
                mark = mark_of(plan, detained.already)
        asked = "_record" in request.POST
        if plan and asked and detained.cleaned_data["seen"] == mark:
            return self._made(request, arrest, detain(plan, person))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Enter the people detained"),
            "arrest": arrest,
            "form": detained,
            "outcomes": outcomes,
            "media": self.media + detained.media,
            "plan": plan,
            "mark": mark or "",
            "moved": bool(plan and asked),
        }
        return TemplateResponse(request, "admin/legal/arrest/people.html", context)

    def _arrest(self, request, key):
        """Locked while people are made: who comes second waits, and finds those of the first."""
        found = Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(reference=key)
        rows = Arrest.objects.visible_to(request.viewer).filter(found)
        rows = rows.exclude(review_status=ReviewStatus.WITHDRAWN)
        rows = rows.select_related("authority", "affiliation")
        if request.method == "POST":
            rows = rows.select_for_update(of=("self",))
        arrest = rows.first()
        if arrest is None:
            raise Http404
        return arrest

    def _made(self, request, arrest, suspects):
        codes = ", ".join(suspect.code for suspect in suspects)
        said = ngettext(
            "%(n)s suspect is entered as a draft, with the steps: %(codes)s.",
            "%(n)s suspects are entered as drafts, with the steps: %(codes)s.",
            len(suspects),
        )
        messages.success(request, said % {"n": len(suspects), "codes": codes})
        listed = reverse("admin:legal_step_changelist")
        return HttpResponseRedirect(f"{listed}?arrest__id__exact={arrest.pk}")
