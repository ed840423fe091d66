"""The pages of the dashboard, each for whoever may see incidents."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import IncidentKind
from records.dates import ISO_DAY
from records.models import Confidence
from reports.dashboard import files
from reports.dashboard.asked import BY, Asked
from reports.dashboard.catalogue import ALL_FIGURES, FIGURES, groupings_of
from reports.dashboard.compared import compare
from reports.dashboard.measured import Measures
from reports.dashboard.numbers import Numbers
from reports.models import TAKEN, SavedView
from reports.writing import headline, people_in_words

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml; charset=utf-8",
    "png": "image/png",
}
REFUSED = 400

CONTESTED = {"true": gettext_lazy("count"), "false": gettext_lazy("do not count")}


class DayForm(forms.Form):
    against = forms.DateField(label=gettext_lazy("Compared with"), **ISO_DAY)


class SavedViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["name"]

    def __init__(self, *args, viewer, **options):
        super().__init__(*args, **options)
        self.viewer = viewer

    def clean_name(self):
        """Among those of the organisation, all of which its staff see."""
        name = self.cleaned_data["name"]
        if SavedView.objects.visible_to(self.viewer).filter(name=name).exists():
            raise forms.ValidationError(TAKEN)
        return name


def for_readers(view):
    """A page of the admin for whoever may see incidents."""

    def page(request, *args, **kwargs):
        if not request.user.has_perm("incidents.view_incident"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return page


def tidied(request):
    """The address without what a form leaves empty, or None if nothing is empty.

    A form without a script sends all its fields. `include` alone would narrow nothing.
    """
    given = request.GET.copy()
    empty = [name for name, values in given.lists() if values == [""]]
    if not empty:
        return None
    for name in empty:
        del given[name]
    if "group" in empty:
        given.pop("include", None)
    return f"{request.path}?{given.urlencode()}" if given else request.path


def dashboard(request):
    if better := tidied(request):
        return HttpResponseRedirect(better)
    asked = Asked(request.GET, request.viewer)
    if asked.errors:
        return page(request, "page", asked, status=REFUSED, title=_("Dashboard"))
    numbers = Numbers(asked, groupings_of(asked))
    shown = [maker.make(numbers) for maker in FIGURES.values()] if numbers.total.recorded else []
    return page(
        request,
        "page",
        asked,
        title=_("Dashboard"),
        numbers=numbers,
        figures={figure.name: figure for figure in shown},
        headline=headline(numbers.report),
        people=people_in_words(numbers.people),
        bar=bar_of(asked, numbers),
        saved=SavedView.objects.visible_to(request.viewer).select_related("created_by"),
    )


def page(request, template, asked, status=200, **context):
    chips = [] if asked.errors else list(asked.chips())
    context = {**admin.site.each_context(request), "asked": asked, "chips": chips, **context}
    template = f"reports/dashboard/{template}.html"
    return TemplateResponse(request, template, context, status=status)


def bar_of(asked, numbers):
    """What the filter bar offers: (parameter, choices) beside what is written."""
    return {
        "kinds": IncidentKind.choices,
        "governorates": [(spot.reference, spot.label) for spot in numbers.governorates()],
        "sites": [(spot.reference, spot.label) for spot in numbers.sites()],
        "groups": [(group.reference, group.label) for group in numbers.armed_groups()],
        "confidences": Confidence.choices[:-1],
        "contested": CONTESTED.items(),
        "by": BY.items(),
        "written": asked.written,
    }


def changes(request):
    """Two days compared: `as_of`, or today, and `against`."""
    if better := tidied(request):
        return HttpResponseRedirect(better)
    asked = Asked(request.GET, request.viewer, more=["against"])
    day = DayForm(request.GET)
    title = _("What changed between two days")
    if not day.is_valid():
        asked.errors["against"] = day.errors["against"]
    if asked.errors:
        return page(request, "changes", asked, status=REFUSED, title=title)
    against = day.cleaned_data["against"]
    first, last = sorted([against, asked.question.as_of])
    return page(
        request,
        "changes",
        asked,
        title=title,
        against=against,
        first=first,
        last=last,
        comparison=compare(asked.incidents, asked.question, against),
    )


def save_view(request):
    """Saves the filters of an address under a name, for the organisation."""
    asked = Asked(QueryDict(request.POST.get("query", "")), request.viewer)
    new = SavedView.of(request.user, asked.query())
    form = SavedViewForm(request.POST, instance=new, viewer=request.viewer)
    if asked.errors:
        messages.error(request, " ".join(asked.complaints()))
        return HttpResponseRedirect(reverse("admin:dashboard"))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved. Your organisation finds it above the figures."))
    else:
        for errors in form.errors.values():
            messages.error(request, " ".join(errors))
    return HttpResponseRedirect(asked.here())


def remove_view(request, pk):
    """Whoever saved a view removes it."""
    saved = SavedView.objects.visible_to(request.viewer).filter(pk=pk, created_by=request.user)
    if not saved.delete()[0]:
        raise Http404
    messages.success(request, _("Removed."))
    return HttpResponseRedirect(reverse("admin:dashboard"))


def figure_file(request, name, kind):
    """One figure as CSV, SVG or PNG, asked as the page is."""
    if name not in ALL_FIGURES or kind not in TYPES:
        raise Http404
    asked = Asked(request.GET, request.viewer)
    if asked.errors:
        return page(request, "page", asked, status=REFUSED, title=_("Dashboard"))
    figure = ALL_FIGURES[name].make(Measures(asked, groupings_of(asked, [name])))
    if kind != "csv" and figure.chart is None:
        raise Http404
    if kind == "csv":
        body = files.as_csv(figure)
    else:
        body = files.as_svg(figure, said_of(asked))
        body = files.as_png(body) if kind == "png" else body
    response = HttpResponse(body, content_type=TYPES[kind])
    file = f"musaala-{name}-{asked.question.as_of}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


def said_of(asked):
    """The day and the filters in a line, for what is read apart from the page."""
    narrowed = [f"{what}: {value}" for what, value, _address in asked.chips()]
    day = _("by %(day)s") % {"day": asked.question.as_of}
    return " · ".join([day, *map(str, narrowed)])
