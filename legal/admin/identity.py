"""Names on the pages of suspects. To whoever has no right to them, nothing of this exists."""

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from legal.forms import NameForm
from legal.models import HowRead
from legal.naming import (
    NameChanged,
    TooManyNames,
    bearers,
    keep_name,
    read_name,
    record_readings,
    remove_name,
    version_of,
)
from records.once_more import code_first, is_asked
from records.rights import NAMES
from records.sealing import SealError

# A page that says no says so in its status as well.
TOO_MANY, CANNOT_NOW = 429, 503


class NamesOfSuspects:
    """For the admin of suspects: a page that shows the name, one to enter it, and the search."""

    def get_urls(self):
        pages = [("name", self.name_view), ("name/enter", self.enter_name_view)]
        own = [
            path(
                f"<int:key>/{address}/",
                self.admin_site.admin_view(view),
                name=f"legal_suspect_{address.replace('/', '_')}",
            )
            for address, view in pages
        ]
        return [*own, *super().get_urls()]

    # Pages

    def render_change_form(self, request, context, *args, obj=None, **options):
        if obj is not None and request.viewer.has(NAMES):
            context["name_panel"] = {
                "kept": version_of(request.viewer, obj),
                "may_enter": self.has_change_permission(request, obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **options)

    def name_view(self, request, key):
        """Shows the name: to a press of the button, so that no link or reload does."""
        suspect = self._suspect(request, key)
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:legal_suspect_change", args=[key]))
        back = reverse("admin:legal_suspect_change", args=[key])
        if page := code_first(request, self.admin_site, _("Show the name"), suspect.code, back):
            return page
        shown, status = {}, 200
        try:
            shown["name"] = read_name(request.viewer, suspect, request.id)
        except TooManyNames as refusal:
            shown["refusal"], status = str(refusal), TOO_MANY
        except SealError as refusal:
            shown["refusal"], status = str(refusal), CANNOT_NOW
        return self._page(request, "name", suspect, shown, status)

    @method_decorator(sensitive_post_parameters("name"))
    @sensitive_variables("form")
    def enter_name_view(self, request, key):
        suspect = self._suspect(request, key)
        if not self.has_change_permission(request, suspect):
            raise Http404
        version = version_of(request.viewer, suspect)
        form = NameForm(request.POST or None, initial={"version": version})
        if request.method == "POST" and form.is_valid():
            try:
                self._enter(request.viewer, suspect, form.cleaned_data)
            except NameChanged:
                form.refuse_as_outdated(version)
            except SealError as refusal:
                form.add_error("name", str(refusal))
            else:
                removed = form.cleaned_data["remove"]
                messages.success(
                    request,
                    _("No name is kept any more.") if removed else _("The name is kept, sealed."),
                )
                return HttpResponseRedirect(reverse("admin:legal_suspect_change", args=[key]))
        return self._page(request, "enter_name", suspect, {"form": form, "kept": version})

    @staticmethod
    @sensitive_variables("entered")
    def _enter(viewer, suspect, entered):
        if entered["remove"]:
            remove_name(viewer, suspect, entered["version"])
        else:
            keep_name(viewer, suspect, entered["name"], entered["version"])

    def _suspect(self, request, key):
        """Absent, hidden, or no right to names: the same answer."""
        suspect = self.get_queryset(request).filter(pk=key).first()
        allowed = request.viewer.has(NAMES) and self.has_view_permission(request, suspect)
        if suspect is None or not allowed:
            raise Http404
        return suspect

    def _page(self, request, name, suspect, more, status=200):
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "suspect": suspect,
            "title": _("Name of %(code)s") % {"code": suspect.code},
            **more,
        }
        template = f"admin/legal/suspect/{name}.html"
        return TemplateResponse(request, template, context, status=status)

    # Search

    def get_search_results(self, request, queryset, search_term):
        """With the right, also by name: whoever is found by it counts as a name read."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if request.viewer.has(NAMES) and search_term.strip():
            found |= queryset.filter(pk__in=self._bearers(request, queryset, search_term))
        return found, may_repeat

    @staticmethod
    def _bearers(request, queryset, term):
        if is_asked(request):
            messages.warning(request, _ask_for_code(request))
            return []
        try:
            named = queryset.filter(pk__in=bearers(queryset.viewer, term))
            keys = list(named.order_by().values_list("pk", flat=True))
            record_readings(request.viewer, keys, HowRead.FOUND, request.id)
        except (TooManyNames, SealError) as refusal:
            messages.warning(request, _("Names were not searched. %(why)s") % {"why": refusal})
            return []
        return keys


def _ask_for_code(request):
    """Codes of suspects are searched without one: only names wait."""
    here = urlencode({"next": request.get_full_path()})
    return format_html(
        '{} <a href="{}?{}">{}</a>',
        _("Names were not searched: that asks for a code once more."),
        reverse("admin:codes_again"),
        here,
        _("Enter a code"),
    )
