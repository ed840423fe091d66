"""The pages of reports handed over: the list, making one, one of them, and its files."""

from urllib.parse import parse_qsl

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import IncidentKind, Place
from militias.models import Group
from records.models import DownloadKind, note_download
from records.names import label
from records.rights import REVIEW
from reports.accountability import counts_by
from reports.dashboard.asked import Asked
from reports.dashboard.catalogue import groupings_of
from reports.dashboard.numbers import Numbers
from reports.dashboard.views import REFUSED, bar_of, tidied
from reports.handover.document import CannotMake, asked_for
from reports.handover.making import again, hand_over, is_same
from reports.handover.paper import running
from reports.handover.since import since
from reports.models import AUDIENCES, HandedOver, audience_of

CONFLICT = 409
SHOWN = 200  # in the list
LONGEST_REASON = 300
NAMING = ("group", "governorate", "place")  # parameters that name a record


class WithdrawForm(forms.Form):
    reason = forms.CharField(max_length=LONGEST_REASON, label=gettext_lazy("Reason"))


class MakeForm(forms.Form):
    marking = forms.ChoiceField(label=gettext_lazy("Audience"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    def __init__(self, *given, audiences, **options):
        super().__init__(*given, **options)
        self.fields["marking"].choices = [(each.value, each.label) for each in audiences]


def page(request, template, status=200, **context):
    context = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"reports/handover/{template}.html", context, status=status)


def may_make(request):
    return request.viewer.has(REVIEW) and request.viewer.organisation_id is not None


def listed(request):
    """The reports whose audience the reader belongs to, the newest first."""
    rows = (
        HandedOver.objects.visible_to(request.viewer)
        .defer("contents")
        .select_related("owner", "made_by")[:SHOWN]
    )
    asked = [dict(parse_qsl(row.query)) for row in rows]
    names = _names(asked, request.viewer)
    return page(
        request,
        "list",
        title=_("Reports handed over"),
        rows=[(row, _in_words(given, names)) for row, given in zip(rows, asked, strict=True)],
        may_make=may_make(request),
        own=request.viewer.organisation_id,
    )


def _names(asked, viewer):
    """{reference: name} of the groups and places that questions name. Makes two queries."""
    wanted = [given[name] for given in asked for name in NAMING if name in given]
    return {
        reference: label(*named)
        for model in (Group, Place)
        for reference, *named in model.objects.visible_to(viewer)
        .filter(reference__in=wanted)
        .values_list("reference", "name", "name_ar")
    }


def _in_words(given, names):
    """What narrows a question, for a line of the list."""
    said = [names.get(given[name], "…") for name in NAMING if name in given]
    if "kind" in given:
        said.insert(0, str(dict(IncidentKind.choices).get(given["kind"], "…")))
    if given.keys() & {"since", "until"}:
        said.insert(0, f"{given.get('since', '…')} – {given.get('until', '…')}")
    return said


def making(request):
    """What a report would say to each audience, and the form that hands it over."""
    if not may_make(request):
        raise PermissionDenied
    if better := tidied(request):
        return HttpResponseRedirect(better)
    asked = Asked(request.GET, request.viewer)
    title = _("Hand over a report")
    if asked.errors:
        return page(request, "make", REFUSED, asked=asked, title=title)
    audiences = [each for each in AUDIENCES if each.rank <= request.viewer.clearance]
    initial = {"language": translation.get_language(), "marking": audiences[0] if audiences else ""}
    given = request.POST if request.method == "POST" else None
    form = MakeForm(given, audiences=audiences, initial=initial)
    if form.is_valid():
        try:
            row = hand_over(request.user, asked, **form.cleaned_data)
        except CannotMake as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Kept under the number %(number)s.") % {"number": row})
            return HttpResponseRedirect(reverse("admin:handed_over_report", args=[row.number]))
    numbers = Numbers(asked, groupings_of(asked, ["governorates", "sites"]))
    return page(
        request,
        "make",
        REFUSED if given else 200,
        asked=asked,
        title=title,
        form=form,
        bar=bar_of(asked, numbers),
        chips=list(asked.chips()),
        audiences=[_preview(asked, each) for each in audiences],
    )


def _preview(asked, marking):
    """(marking, counts, complaints) of the question, asked by an audience. Counts for it alone."""
    its = asked_for(asked.query(), audience_of(marking, asked.viewer.organisation_id))
    if its.errors:
        return marking, None, its.complaints()
    return marking, counts_by(its.incidents, its.question, [])[0], []


# One report


def found(request, number):
    """The row, or 404, whether it is hidden or absent."""
    rows = HandedOver.objects.visible_to(request.viewer).select_related("owner")
    row = rows.filter(number=number).first()
    if row is None:
        raise Http404
    return row


def shown(request, number, status=200):
    row = found(request, number)
    made = again(row)
    same = made is not None and is_same(row, made)
    return page(
        request,
        "report",
        status,
        title=row.number,
        row=row,
        made=made,
        same=same,
        since=None if same or made is None else since(row, made),
        own=row.owner_id == request.viewer.organisation_id,
        may_withdraw=may_make(request) and row.owner_id == request.viewer.organisation_id,
        anew=_anew(row) if may_make(request) else "",
    )


def _anew(row):
    return f"{reverse('admin:handed_over_make')}?{row.query}"


def unchanged(view):
    """Paper and files of a report are those that were handed over, or there are none.

    What bears its number must not say something else.
    """

    def answered(request, number):
        row = found(request, number)
        made = again(row)
        if row.withdrawn_at or made is None or not is_same(row, made):
            return shown(request, number, CONFLICT)
        return view(request, row, made)

    return answered


@unchanged
def printed(request, row, made):
    note_download(request, DownloadKind.REPORT, f"{row.number}, on paper")
    with translation.override(row.language):
        return page(request, "print", row=row, made=made).render()


def page_style(request, number):
    row = found(request, number)
    left = f"{row.number} · {timezone.localdate(row.made_at)}"
    return HttpResponse(running(left, row.marking), content_type="text/css; charset=utf-8")


@unchanged
def html_file(request, row, made):
    return _file(request, row, made.html, "html", "text/html; charset=utf-8")


@unchanged
def zip_file(request, row, made):
    return _file(request, row, made.zip, "zip", "application/zip")


def _file(request, row, data, kind, media_type):
    note_download(request, DownloadKind.REPORT, f"{row.number}.{kind}")
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{row.number}.{kind}"'
    return response


def withdrawn(request, number):
    """A monitor of the organisation that handed it over withdraws it, once, with the reason."""
    row = found(request, number)
    if not may_make(request) or row.owner_id != request.viewer.organisation_id:
        raise PermissionDenied
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the report is withdrawn."))
    elif not _withdraw(row, request, form.cleaned_data["reason"]):
        messages.error(request, _("The report was withdrawn before."))
    else:
        messages.success(request, _("Withdrawn. Its page says so, and gives the reason."))
    return HttpResponseRedirect(reverse("admin:handed_over_report", args=[number]))


def _withdraw(row, request, reason):
    rows = HandedOver.objects.visible_to(request.viewer).filter(
        Q(pk=row.pk), withdrawn_at__isnull=True
    )
    return rows.update(
        withdrawn_at=timezone.now(), withdrawn_by=request.user, withdrawn_reason=reason
    )
