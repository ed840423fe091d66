"""Review on the screens: how a record stands, what one may do about it, and why not more."""

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from records.admin_columns import chips
from records.audience_words import name_of, narrowed_by, read_by
from records.models import Organisation, ReviewStatus, User
from records.once_more import code_first, is_asked
from records.review import Audience, Refused
from records.review_forms import RecordForm, TurnForm, asks_reason
from records.review_rules import why_not_edit
from records.turns import BY_NAME, TURNS
from records.viewer import because


class WaitingFilter(admin.SimpleListFilter):
    """What a monitor has to look at."""

    title = _("waits for")
    parameter_name = "waits_for"
    WAITS = {
        "review": Q(review_status=ReviewStatus.SUBMITTED),
        "countersign": Q(to_countersign=True),
        "wider": Q(wider__isnull=False),
    }

    def lookups(self, request, model_admin):
        return [
            ("review", _("Review")),
            ("countersign", _("To countersign")),
            ("wider", _("Wider audience asked for")),
        ]

    def queryset(self, request, rows):
        return rows.filter(self.WAITS[self.value()]) if self.value() in self.WAITS else rows


class Reviewed(admin.ModelAdmin):
    """Part of the admin of every record."""

    form = RecordForm
    change_form_template = "admin/record_form.html"

    # Who edits, and why

    def has_add_permission(self, request):
        return super().has_add_permission(request) and bool(request.user.organisation_id)

    def has_change_permission(self, request, obj=None):
        may = super().has_change_permission(request, obj)
        return may and (obj is None or why_not_edit(request.user, obj) is None)

    def get_form(self, request, obj=None, change=False, **options):
        form = super().get_form(request, obj, change, **options)
        form.person = request.user  # the class is made anew for every request
        return form

    def get_fieldsets(self, request, obj=None):
        sections = super().get_fieldsets(request, obj)
        if asks_reason(obj) and self.has_change_permission(request, obj):
            return [(None, {"fields": ["change_reason"], "classes": ["review-reason"]}), *sections]
        return sections

    def save_model(self, request, obj, form, change):
        if "change_reason" in form.cleaned_data:
            because(reason=form.cleaned_data["change_reason"])
        super().save_model(request, obj, form, change)

    def get_list_filter(self, request):
        return [WaitingFilter, *super().get_list_filter(request)]

    # What one may do

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_review"
        view = self.admin_site.admin_view(self.review_view)
        return [path("<path:object_id>/review/<slug:turn>/", view, name=name), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **options):
        if obj is not None:
            context["review"] = self._review(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **options)

    def _review(self, request, row):
        """What the page says of the record's state."""
        offered, refused = [], {}
        for turn in TURNS:
            if not turn.concerns(row):
                continue
            address = self._address(row, "review", turn.name)
            if why := turn.why_not(request.user, row):
                refused.setdefault(str(why), []).append(turn.label)
            else:
                offered.append({"turn": turn, "address": address})
        owns = row.owner_id == request.user.organisation_id
        return {
            "chips": chips(row),
            "version": row.version,
            "offered": offered,
            "refused": refused.items(),
            "why_not_edit": why_not_edit(request.user, row),
            "read_by": read_by(row, request.user),
            "narrowed_by": narrowed_by(row),
            "edited_by": name_of(row.updated_by) if owns and row.updated_by else None,
            "asks_code": is_asked(request),
            "wider": _asked(row) if owns and row.wider else None,
            "row": row,
        }

    def _address(self, row, page, *keys):
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[row.pk, *keys])

    # Doing it

    def review_view(self, request, object_id, turn):
        if turn not in BY_NAME:
            raise Http404
        turn = BY_NAME[turn]
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if request.method == "POST":
            return self._take(request, row, turn)
        if not turn.asks:
            return HttpResponseRedirect(self._address(row, "change"))
        seen = request.GET.get("version", "")
        version = int(seen) if seen.isdecimal() and len(seen) < 10 else row.version
        audience = Audience.of(row)._asdict()
        form = TurnForm(turn, request, initial=audience | {"version": version})
        return self._ask(request, row, turn, form)

    def _take(self, request, row, turn):
        form = TurnForm(turn, request)
        back = HttpResponseRedirect(self._address(row, "change"))
        if form.is_valid():
            if page := self._code_first(request, row, turn, back.url):
                return page
            try:
                turn.act(request.user, row, **form.given())
            except Refused as refusal:
                if turn.asks:
                    form.add_error(refusal.field, str(refusal))
                else:
                    messages.error(request, str(refusal))
                    return back
            else:
                messages.success(request, turn.done)
                return back
        elif not turn.asks:
            messages.error(request, _("Nothing was done: open the record again."))
            return back
        return self._ask(request, row, turn, form)

    def _code_first(self, request, row, turn, back):
        """After the rules: nobody enters a code to be told no."""
        if not turn.asks_code or turn.why_not(request.user, row):
            return None
        return code_first(request, self.admin_site, turn.label, self.label(row), back)

    def _ask(self, request, row, turn, form):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": turn.label,
            "subtitle": self.label(row),
            "row": row,
            "turn": turn,
            "form": form,
            "chips": chips(row),
            "why_not": turn.why_not(request.user, row),
            "read_by": read_by(row, request.user),
            "back": self._address(row, "change"),
            "noun": capfirst(self.opts.verbose_name_plural),
            "list": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/review.html", context)


def _asked(row):
    """What wider audience is asked for, in words."""
    named = {
        _("shared with"): Organisation.objects.filter(pk__in=row.wider["shared_with"]),
        _("readers"): [name_of(user) for user in User.objects.filter(pk__in=row.wider["readers"])],
    }
    more = [f"{label}: {', '.join(map(str, rows))}" for label, rows in named.items() if rows]
    asker = User.objects.filter(pk=row.wider["asked_by"]).first()
    return {
        "by": name_of(asker) if asker else "?",
        "audience": ", ".join([row.wider["marking"], *more]),
        "reason": row.wider["reason"],
    }
