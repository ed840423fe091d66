"""The page on which a ruling is recorded: first what it would change, then the saving."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from legal.models import Conviction, Ruling, RulingKind, RulingSuspect
from records import review
from records.dates import Precision
from records.models import ReviewStatus
from records.review_rules import why_not_submit
from reports.ladder import Question
from reports.rulings.effect import effect
from reports.rulings.form import RulingForm

SUBMITTED = _(
    "The ruling is recorded and waits for review. It changes the headline once another monitor "
    "has published it."
)
DRAFT = _("The ruling is recorded as a draft. It changes the headline once it is published.")


class RulingPage:
    """For the admin of convictions: the page, by the conviction's number or its reference."""

    def get_urls(self):
        page = path(
            "<slug:key>/ruling/",
            self.admin_site.admin_view(self.ruling_view),
            name="legal_conviction_ruling",
        )
        return [page, *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **options):
        context["may_rule"] = obj is not None and self._may_rule(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **options)

    @staticmethod
    def _may_rule(request, conviction):
        person = request.user
        return (
            person.has_perm("legal.add_ruling")
            and bool(person.organisation_id)
            and conviction.review_status != ReviewStatus.WITHDRAWN
        )

    def ruling_view(self, request, key):
        """Absent and hidden: the same answer."""
        allowed = self.has_view_permission(request) and request.user.has_perm("legal.add_ruling")
        if not allowed or not request.user.organisation_id:
            raise PermissionDenied
        conviction = self._conviction(request, key)
        form = RulingForm(request.POST or None, request=request, conviction=conviction)
        question = Question(timezone.localdate(), request.viewer)
        valid = form.is_bound and form.is_valid()
        ruling, suspects = _supposed(form, question)
        shown = effect(ruling, suspects, question)
        mark = shown.mark(ruling.kind, sorted(suspects), conviction.version)
        if valid and "_record" in request.POST and form.cleaned_data["seen"] == mark:
            return self._record(request, form)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Record a ruling"),
            "conviction": conviction,
            "published": conviction.review_status == ReviewStatus.PUBLISHED,
            "rulings": _told(conviction, request.viewer),
            "form": form,
            "media": self.media + form.media,
            "effect": shown,
            "supposed": ruling,
            "suspects": suspects,
            "mark": mark,
            "question": question,
            "moved": valid and "_record" in request.POST,
        }
        return TemplateResponse(request, "reports/rulings/page.html", context)

    def _conviction(self, request, key):
        """Locked while it is recorded: who comes second waits, and finds the twin."""
        found = Q(pk=int(key)) if key.isdecimal() and len(key) < 19 else Q(reference=key)
        rows = Conviction.objects.visible_to(request.viewer).filter(found)
        rows = rows.exclude(review_status=ReviewStatus.WITHDRAWN)
        if request.method == "POST":
            rows = rows.select_for_update(of=("self",))
        conviction = rows.first()
        if conviction is None:
            raise Http404
        return conviction

    def _record(self, request, form):
        ruling = form.instance
        for name, value in form.audience().items():
            setattr(ruling, name, value)
        ruling.created_by = ruling.updated_by = request.user
        ruling.save()
        suspects = form.cleaned_data.get("suspects", ())
        RulingSuspect.objects.bulk_create(
            [RulingSuspect(ruling=ruling, suspect_id=key) for key in suspects]
        )
        said = form.cleaned_data
        ruling.citations.create(source=said["cited"], pinpoint=said["pinpoint"])
        ruling = Ruling.objects.visible_to(request.viewer).get(pk=ruling.pk)
        if why_not_submit(request.user, ruling) is None:
            review.submit(request.user, ruling, version=ruling.version)
        submitted = ruling.review_status == ReviewStatus.SUBMITTED
        messages.success(request, SUBMITTED if submitted else DRAFT)
        return HttpResponseRedirect(reverse("admin:legal_ruling_change", args=[ruling.pk]))


def _told(conviction, viewer):
    rulings = Ruling.objects.visible_to(viewer).filter(conviction=conviction)
    return rulings.exclude(review_status=ReviewStatus.WITHDRAWN)


def _supposed(form, question):
    """The ruling whose effect is shown, and whom it concerns.

    It is the one typed, as far as that can be read; else an annulment of today, of all.
    """
    said = form.cleaned_data if form.is_bound else {}
    day = {name: said.get(f"decided_{name}") for name in ("from", "to", "precision")}
    if not all(day.values()):
        day = {"from": question.as_of, "to": question.as_of, "precision": Precision.DAY}
    ruling = Ruling(
        conviction=form.conviction,
        owner_id=form.person.organisation_id,
        kind=said.get("kind") or RulingKind.ANNULLED,
        marking=form.conviction.marking,
        shared_with=form.conviction.shared_with,
        readers=form.conviction.readers,
        **{f"decided_{name}": value for name, value in day.items()},
    )
    return ruling, said.get("suspects", [])
