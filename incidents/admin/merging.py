"""Merging two incidents on the screens, and undoing it: incidents/merging.py."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from incidents.belonging import belongings
from incidents.merge_forms import MergeForm, UndoForm, versions_of
from incidents.merging import followed, merge, standing, undo, why_not_undo
from incidents.models import Incident, Merge
from incidents.undoing import Undoing
from records.admin_columns import chips
from records.audience_words import read_by
from records.history_words import told
from records.labels import Labels, isolated
from records.review import Refused, Stale
from records.review_rules import reviews

ABSENT = _("No incident that you may read has this reference.")
CHOOSE_TWO = _("Choose two incidents that are one attack, and no more.")


class Merging(admin.ModelAdmin):
    """Part of the admin of incidents."""

    change_form_template = "admin/incident_form.html"

    class Media:
        css = {"all": ["musaala/merge.css"]}

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        pages = {"merge": self.merge_view, "unmerge": self.unmerge_view}
        own = [
            path(
                f"<path:object_id>/{page}/", self.admin_site.admin_view(view), name=f"{name}_{page}"
            )
            for page, view in pages.items()
        ]
        return [*own, *super().get_urls()]

    # From the list, and from the incident's own page

    def get_actions(self, request):
        """The only one there is, for whoever merges."""
        if not reviews(request.user):
            return {}
        return {"merge": (type(self).merge_chosen, "merge", _("Merge two into one"))}

    def merge_chosen(self, request, rows):
        chosen = list(rows.order_by("pk")[:3])
        if len(chosen) != 2:
            messages.error(request, CHOOSE_TWO)
            return None
        kept, merged = sorted(chosen, key=lambda row: row.review_status != "published")
        return HttpResponseRedirect(self._merge_address(kept, merged))

    def get_search_results(self, request, queryset, search_term):
        """What was merged is found in the list, and is offered to no other record."""
        if request.resolver_match.url_name == "autocomplete":
            queryset = queryset.filter(merged_into__isnull=True)
        return super().get_search_results(request, queryset, search_term)

    def render_change_form(self, request, context, *args, obj=None, **options):
        """Who comes to a merged one is led on, but while another has to agree to the merge."""
        if obj is not None and obj.merged_into_id:
            kept = Incident.objects.visible_to(request.viewer).get(pk=obj.merged_into_id)
            if not obj.to_countersign and request.method == "GET":
                messages.info(
                    request,
                    _("%(reference)s was merged into this incident: see its history.")
                    % {"reference": obj.reference},
                )
                return HttpResponseRedirect(self._page(kept, "change"))
            context["merged_into"] = {
                "label": self.label(kept),
                "address": self._page(kept, "change"),
                "history": self._page(obj, "history"),
            }
        if obj is not None and reviews(request.user) and not obj.merged_into_id:
            context["merge_address"] = self._page(obj, "merge")
        return super().render_change_form(request, context, *args, obj=obj, **options)

    def history_view(self, request, object_id, extra_context=None):
        response = super().history_view(request, object_id, extra_context)
        if isinstance(response, TemplateResponse):
            record = response.context_data["record"]
            merges = Merge.objects.visible_to(request.viewer).select_related("kept", "merged")
            response.template_name = "admin/incident_history.html"
            response.context_data["merges"] = [
                {
                    "merge": made,
                    "kept": isolated(self.label(made.kept)),
                    "merged": isolated(self.label(made.merged)),
                    "address": self._unmerge_address(made),
                }
                for made in (
                    merges.standing().filter(kept=record) | merges.standing().filter(merged=record)
                )
            ]
            response.context_data["may_undo"] = reviews(request.user)
        return response

    def _page(self, row, page):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[row.pk])

    def _merge_address(self, kept, merged):
        return f"{self._page(kept, 'merge')}?{urlencode({'with': merged.reference})}"

    def _unmerge_address(self, made):
        return f"{self._page(made.kept, 'unmerge')}?{urlencode({'of': made.merged.reference})}"

    # The two side by side

    def merge_view(self, request, object_id):
        kept = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, kept) or not reviews(request.user):
            raise PermissionDenied
        if kept is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        kept = followed(kept, request.viewer)
        asked = request.GET.get("with", "").strip().upper()
        found = Incident.objects.visible_to(request.viewer).filter(reference=asked).first()
        merged = found and followed(found, request.viewer)
        context = self._context(request, kept, "merge", _("Merge two incidents"))
        if merged is None:
            context |= {"asked": asked, "wrong": ABSENT if asked else ""}
            return TemplateResponse(request, "admin/merge_which.html", context)
        if request.method == "POST":
            form = MergeForm(kept, merged, request.viewer, request.POST)
            if done := self._merge(request, form, context):
                return done
            if context.get("changed") is not None:  # the page shows what is stored by now
                data = request.POST.copy()
                for name, version in versions_of(kept, merged).items():
                    data[name] = str(version)
                form = MergeForm(kept, merged, request.viewer, data)
        else:
            form = MergeForm(kept, merged, request.viewer)
        context |= self._side_by_side(request, kept, merged, form)
        return TemplateResponse(request, "admin/merge.html", context)

    def _merge(self, request, form, context):
        """The answer to whoever merged, or None: then the page says why not."""
        kept, merged = form.kept, form.merged
        if form.is_stale():
            context["changed"] = self._changed(request, form)
            return None
        if not form.is_valid():
            return None
        try:
            merge(
                request.user,
                (kept, merged),
                form.values(),
                versions=(kept.version, merged.version),
                reason=form.cleaned_data["reason"],
            )
        except Stale:
            kept.refresh_from_db(from_queryset=Incident.objects.visible_to(request.viewer))
            merged.refresh_from_db(from_queryset=Incident.objects.visible_to(request.viewer))
            context["changed"] = self._changed(request, form)
            return None
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
            return None
        messages.success(
            request,
            _("Merged: %(reference)s leads here from now on. Its history undoes it.")
            % {"reference": merged.reference},
        )
        return HttpResponseRedirect(self._page(kept, "change"))

    def _changed(self, request, form):
        """What others changed since the page was made: each row's name, and both texts."""
        found = []
        for row, name in ((form.kept, "kept_version"), (form.merged, "merged_version")):
            events = list(
                Incident.pgh_event_model.objects.visible_to(request.viewer)
                .filter(pgh_obj_id=row.pk)
                .order_by("pgh_id")
            )
            sent = form.data.get(name, "")
            seen = [event for event in events if str(event.version) == sent]
            if seen and events[-1] != seen[-1]:
                labels = Labels(request.viewer)
                (tell,) = told([(seen[-1], events[-1])], labels)
                labels.load()
                if change := tell():
                    found.append({"label": self.label(row), "change": change})
        return found

    def _side_by_side(self, request, kept, merged, form):
        stands = standing(kept, merged)
        return {
            "form": form,
            "sides": [
                {
                    "row": row,
                    "label": self.label(row),
                    "address": self._page(row, "change"),
                    "chips": chips(row),
                    "read_by": read_by(row, request.user),
                }
                for row in (kept, merged)
            ],
            "answers": list(form.rows()),
            "alike": form.alike(),
            "refused": stands.refused,
            "swap": None if stands.swapped else self._merge_address(merged, kept),
            "narrows": stands.narrows,
            "belongings": list(belongings(kept, merged, request.viewer)),
        }

    # Undoing it

    def unmerge_view(self, request, object_id):
        kept = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, kept) or not reviews(request.user):
            raise PermissionDenied
        if kept is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        merges = Merge.objects.visible_to(request.viewer).select_related("kept", "merged")
        made = (
            merges.standing().filter(kept=kept, merged__reference=request.GET.get("of", "")).first()
        )
        if made is None:
            messages.error(request, _("There is no such merge to undo."))
            return HttpResponseRedirect(self._page(kept, "history"))
        undoing = Undoing(made, request.viewer)
        form = UndoForm(kept, undoing.before, undoing.since, request.POST or None)
        context = self._context(request, kept, "unmerge", _("Undo the merge"))
        if request.method == "POST" and form.is_valid():
            try:
                undo(
                    request.user,
                    made,
                    undoing.values(form.chosen_back()),
                    version=form.cleaned_data["version"],
                    reason=form.cleaned_data["reason"],
                )
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
                form.data = form.data.copy()
                form.data["version"] = str(kept.version)
            else:
                messages.success(request, _("Undone: they are two incidents again."))
                return HttpResponseRedirect(self._page(kept, "history"))
        context |= {
            "form": form,
            "made": made,
            "merged": isolated(self.label(made.merged)),
            "status_before": made.get_status_before_display(),
            "refused": why_not_undo(made),
            "back": undoing.told_back(),
            "unread": undoing.unread,
            "since": [
                {"take": form[f"take_{answer.name}"], "texts": texts}
                for answer, texts in undoing.told_since()
            ],
        }
        return TemplateResponse(request, "admin/unmerge.html", context)

    def _context(self, request, row, page, title):
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "subtitle": self.label(row),
            "row": row,
            "label": self.label(row),
            "back_to": self._page(row, "change"),
            "history": self._page(row, "history"),
        }
