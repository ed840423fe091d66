"""The pages of the queue: the list, and the plan for one item."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from records.rights import READ, REVIEW
from reports.models import Digest, QueueKind
from reports.queue import items, words
from reports.queue.asked import QUIET_DAYS, Asked
from reports.queue.forms import DigestForm, PlanForm, QueueAsking
from reports.queue.gone import gone, put_away
from reports.queue.planning import Moved, Plan, Unreadable, keep, monitors


def addresses(site):
    """The pages, for the admin site's addresses."""

    def page(view):
        def of_site(request, **kwargs):
            if not request.user.has_perm(READ) or request.user.organisation_id is None:
                raise PermissionDenied
            return view(request, site, **kwargs)

        return site.admin_view(of_site)

    item = "queue/<slug:kind>/<str:record_kind>/<str:row_id>/"
    return [
        path("queue/", page(listing), name="queue"),
        path("queue/digest/", page(require_POST(digest)), name="queue_digest"),
        path("queue/put-away/", page(require_POST(putting_away)), name="queue_put_away"),
        path(item, page(planning), name="queue_item"),
        path(f"{item}take/", page(require_POST(take)), name="queue_take"),
    ]


def yours_today(request):
    """How many items are the person's to clear today, or None: the queue is not for him."""
    if not request.user.has_perm(READ) or request.user.organisation_id is None:
        return None
    return items.yours(Asked(request.viewer, timezone.localdate()))


# The list


def listing(request, site):
    """Makes three queries beside those of session and rights, however many items there are.

    Two more if something the person planned waits no longer.
    """
    today = timezone.localdate()
    asking = QueueAsking(request.GET)
    complaints = _complaints(asking)
    if complaints:
        asking = QueueAsking({})
        asking.full_clean()
    wanted = asking.wanted()
    asked = Asked(request.viewer, asking.cleaned_data["as_of"] or today, asking.quiet_days())
    counts, gone_keys = items.counted(asked, wanted)
    rows, more = items.page_of(asked, wanted)
    told = _Addresses(asking)
    monitor = request.user.has_perm(REVIEW)
    told_of_gone = monitor and asked.day == today and not (wanted.snoozed or wanted.after)
    gone_keys = gone_keys if told_of_gone else []
    return _page(
        request,
        site,
        "list",
        title=_("Queue"),
        complaints=complaints,
        asked=asked,
        wanted=wanted,
        today=today,
        asking=asking,
        tiles=_tiles(counts, wanted, told),
        total=_total(counts, wanted, told),
        yours=sum(each[2] for each in counts.values()),
        open=sum(each[3] for each in counts.values()),
        snoozed=sum(each[1] for each in counts.values()),
        snoozed_address=told.with_(snoozed="1", kind=None),
        open_address=told.with_(snoozed=None, kind=None),
        yours_address=told.with_(whose="yours", kind=None, snoozed=None, due=None),
        lines=[_line(item, asked, monitor, asked.day == today) for item in rows],
        more=told.with_(after=rows[-1].key) if more else None,
        first=told.with_() if wanted.after else None,
        gone=[_gone_line(each) for each in gone(request.viewer, gone_keys)],
        gone_number=len(gone_keys),
        digest=_digest_form(request) if monitor else None,
    )


def _complaints(asking):
    return [
        f"{asking.fields[name].label or name}: {error}"
        for name, errors in asking.errors.items()
        for error in errors
    ]


class _Addresses:
    """The address of the list as it is, with some parameters changed."""

    def __init__(self, asking):
        given = asking.data if asking.is_bound else {}
        self.given = {
            name: given.get(name, "") for name in QueueAsking.base_fields if name != "after"
        }

    def with_(self, **changed):
        told = {**self.given, **changed}
        return f"{reverse('admin:queue')}?" + urlencode({k: v for k, v in told.items() if v})


def _tiles(counts, wanted, told):
    at = 1 if wanted.snoozed else 0
    return [
        {
            "label": kind.label,
            "number": counts[kind][at],
            "address": told.with_(kind=kind.value),
            "chosen": wanted.kind == kind,
        }
        for kind in QueueKind
        if kind in counts and (counts[kind][at] or wanted.kind == kind)
    ]


def _total(counts, wanted, told):
    at = 1 if wanted.snoozed else 0
    return {
        "number": sum(each[at] for each in counts.values()),
        "address": told.with_(kind=None),
        "chosen": not wanted.kind,
    }


def _line(item, asked, monitor, of_today=True):
    address = [item.kind.value, item.record_kind, item.row_id]
    return {
        "item": item,
        "noun": words.noun(item),
        "why": words.why(item, asked.day),
        "cure": words.cure(item),
        "record": words.record_address(item),
        "cure_address": words.cure_address(item) if item.may or monitor else None,
        "plan": reverse("admin:queue_item", args=address),
        "take": reverse("admin:queue_take", args=address),
        "may_plan": monitor and of_today,
        "second": item.kind in items.BY_A_SECOND_PERSON and not item.may,
    }


def _gone_line(row):
    return {
        "plan": row.plan,
        "title": row.title,
        "noun": words.noun(row.plan),
        "record": words.record_address(row.plan),
    }


def _digest_form(request, data=None):
    chosen = Digest.objects.visible_to(request.viewer).first()
    chosen = chosen or Digest(person=request.user, language=get_language()[:2])
    return DigestForm(data, instance=chosen, auto_id="digest_%s")


# One item

_KEY = forms.IntegerField(min_value=-(2**63), max_value=2**63 - 1)


def _back(request):
    """To the list as it was: pages of items carry what it was asked with."""
    return HttpResponseRedirect(reverse("admin:queue") + _query(request))


def _query(request):
    return f"?{request.GET.urlencode()}" if request.GET else ""


def _item(request, kind, record_kind, row_id):
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    asked = Asked(request.viewer, timezone.localdate(), _quiet_days(request))
    try:
        item = items.item_of(asked, kind, record_kind, _KEY.clean(row_id))
    except ValidationError:
        item = None
    if item is None:
        raise Http404
    return asked, item


def _quiet_days(request):
    """What the list was asked with, so that its items are found again."""
    asking = QueueAsking({"days": request.GET.get("days", "")})
    return asking.quiet_days() if asking.is_valid() else QUIET_DAYS


def planning(request, site, kind, record_kind, row_id):
    asked, item = _item(request, kind, record_kind, row_id)
    people = monitors(request.user.organisation_id)
    form = PlanForm(
        request.POST or None,
        people=people,
        today=asked.day,
        initial={
            "person": item.person_id,
            "next_action_on": item.next_action_on,
            "snoozed_until": item.snoozed_until if item.snoozed else None,
            "reason": item.reason if item.snoozed else "",
            "seen": item.changed.isoformat(timespec="microseconds"),
            "planned": item.planned,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            keep(request.user, item, Plan(**form.cleaned_data))
        except Unreadable as refused:
            form.add_error("person", str(refused))
        except Moved as moved:  # sent once more, it takes the place of what it says
            form.add_error(None, _("%(moved)s Keep yours to replace it.") % {"moved": moved})
            form.data = form.data.copy()
            form.data["planned"] = item.planned
        else:
            messages.success(request, _("The plan is kept."))
            return _back(request)
    return _page(
        request,
        site,
        "item",
        title=item.title,
        subtitle=item.kind.label,
        item=item,
        form=form,
        **{k: v for k, v in _line(item, asked, True).items() if k != "item"},
    )


def take(request, site, kind, record_kind, row_id):
    """Give the item to oneself; what else is planned stays."""
    _asked, item = _item(request, kind, record_kind, row_id)
    until = item.snoozed_until if item.snoozed else None
    kept = (item.next_action_on, until, item.reason or "", item.changed)
    try:
        keep(request.user, item, Plan(request.user, *kept, request.POST.get("planned", "")))
    except Moved as moved:
        messages.error(request, str(moved))
    else:
        messages.success(request, _("It is yours now."))
    return _back(request)


def putting_away(request, site):
    """Forget what was planned for items that wait no longer."""
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    asked = Asked(request.viewer, timezone.localdate(), _quiet_days(request))
    number = put_away(request.user, asked, _keys(request.POST.getlist("plan")))
    said = ngettext("%(number)s plan is put away.", "%(number)s plans are put away.", number)
    messages.success(request, said % {"number": number})
    return _back(request)


def _keys(given):
    try:
        return [_KEY.clean(key) for key in given]
    except ValidationError:
        raise Http404 from None


def digest(request, site):
    form = _digest_form(request, request.POST)
    if not request.user.has_perm(REVIEW):
        raise PermissionDenied
    if form.is_valid():
        form.save()
        if not form.cleaned_data["wanted"]:
            said = _("No mail will be sent to you.")
        elif request.user.email:
            said = _("A mail will be sent to you each week. It names no record.")
        else:
            said = _("No address of yours is known: ask an administrator to enter it.")
        messages.success(request, said)
    return HttpResponseRedirect(reverse("admin:queue"))


def _page(request, site, template, **context):
    given = {**site.each_context(request), "query": _query(request), **context}
    return TemplateResponse(request, f"admin/queue/{template}.html", given)
