"""Names in question on the screens: the two groups side by side, and what is decided."""

from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from militias.alike import alike, names_of_group
from militias.deciding import KINDS_OF_ALIAS, Answer, Said, decide, why_not_decide
from militias.models import (
    CandidateLinkCitation,
    Decision,
    GroupName,
    Relation,
    RelationKind,
)
from records.admin_columns import chips
from records.dates import describe
from records.models import ReviewStatus
from records.names import NameKind, Script, script_of
from records.review import Refused

A_PAGE = 10
LONGEST_NAME = 200
LANGUAGE_OF = {Script.ARABIC: "ar", Script.HEBREW: "he", Script.LATIN: "en"}


class DecisionForm(forms.Form):
    """What a monitor answers. The name, its bearer and language matter for an alias alone."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    answer = forms.ChoiceField(label=_("Decision"), choices=Answer, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("Kept in the history, for whoever may read the record."),
        error_messages={"required": _("Give the reason: it is kept in the history.")},
    )
    bearer = forms.TypedChoiceField(
        label=_("Whose alias it becomes"), coerce=int, widget=forms.RadioSelect, required=False
    )
    kind = forms.ChoiceField(label=_("Kind of name"), choices=KINDS_OF_ALIAS, required=False)
    language = forms.CharField(
        label=_("Language"),
        max_length=8,
        required=False,
        help_text=_("ISO 639 code: en, ar, ckb, fa."),
    )

    def __init__(self, *args, link, **options):
        super().__init__(*args, **options)
        self.link = link
        self.fields["bearer"].choices = [
            (each.pk, str(each)) for each in (link.given_to, link.may_be)
        ]

    def clean(self):
        given = super().clean()
        if given.get("answer") == Answer.ALIAS:
            for name in ("bearer", "kind", "language"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("An alias needs this."))
        return given

    def said(self):
        given, text, alias = self.cleaned_data, self.link.name, None
        if given["answer"] == Answer.ALIAS:
            alias = GroupName(
                bearer_id=given["bearer"],
                text=text,
                language=given["language"],
                script=script_of(text),
                kind=given["kind"],
            )
        return Said(given["answer"], given["reason"], alias)


class NamesInQuestion(admin.ModelAdmin):
    """For the admin of candidate links: the page of those open, and one to decide on."""

    change_list_template = "admin/militias/candidates.html"

    def counts(self, request, groups):
        """{key of a group: [(words, number, address of the rows)]}, from who knows of incidents."""
        return {}

    def get_urls(self):
        pages = {
            "open/": (self.open_view, "open"),
            "<int:pk>/decide/": (self.decide_view, "decide"),
        }
        own = [
            path(address, self.admin_site.admin_view(view), name=f"militias_candidatelink_{name}")
            for address, (view, name) in pages.items()
        ]
        return [*own, *super().get_urls()]

    def open_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self._rows(request).filter(decision=Decision.UNDECIDED)
        rows = rows.exclude(review_status=ReviewStatus.WITHDRAWN).order_by("created_at", "pk")
        page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
        cards = self._cards(request, page.object_list)
        return self._show(
            request, "open", title=_("Names in question"), cards=cards, page_of_links=page
        )

    def decide_view(self, request, pk):
        link = self._rows(request).filter(pk=pk).first()
        if link is None or not self.has_view_permission(request, link):
            raise Http404
        form = self._form(request, link)
        if request.method == "POST" and form.is_valid():
            said, version = form.said(), form.cleaned_data["version"]
            try:
                decide(request.user, link, said, on=timezone.localdate(), version=version)
            except Refused as refusal:
                form.add_error(refusal.field, str(refusal))
            else:
                return self._decided(request, link, said.answer)
        (card,) = self._cards(request, [link])
        why_not = why_not_decide(request.user, link)
        return self._show(
            request, "decide", title=_("Decide: “%s”") % link.name, card=card, form=form,
            why_not=why_not,
        )  # fmt: skip

    def _form(self, request, link):
        bears_it = any(name["text"] == link.name for name in names_of_group(link.given_to))
        return DecisionForm(
            request.POST or None,
            link=link,
            initial={
                "version": link.version,
                "answer": request.GET.get("answer"),
                "bearer": (link.may_be if bears_it else link.given_to).pk,
                "kind": NameKind.ALIAS,
                "language": LANGUAGE_OF[script_of(link.name)],
            },
        )

    def _decided(self, request, link, answer):
        if answer != Answer.RELATION:
            messages.success(
                request, _("Kept, with the reason. Another monitor countersigns what is published.")
            )
            return HttpResponseRedirect(reverse("admin:militias_candidatelink_open"))
        messages.success(request, _("Kept. Enter the relation here, with its own sources."))
        filled_in = {
            "from_group": link.may_be_id,
            "to_group": link.given_to_id,
            "kind": RelationKind.FACADE_OF,
            "asserted_by": link.asserted_by,
        }
        return HttpResponseRedirect(
            f"{reverse('admin:militias_relation_add')}?{urlencode(filled_in)}"
        )

    def _rows(self, request):
        groups = ["given_to", "may_be"]
        relations = Relation.objects.exclude(review_status=ReviewStatus.WITHDRAWN)
        relations = relations.in_force_on(timezone.localdate())
        return (
            self.get_queryset(request)
            .select_related(*groups)
            .prefetch_related(
                Prefetch("citations", CandidateLinkCitation.objects.select_related("source")),
                *(f"{group}__names" for group in groups),
                *(
                    Prefetch(f"{group}__{way}", relations.select_related(other))
                    for group in groups
                    for way, other in (("relations", "to_group"), ("relations_to", "from_group"))
                ),
            )
        )

    def _cards(self, request, links):
        links = list(links)
        groups = {group.pk: group for link in links for group in (link.given_to, link.may_be)}
        counts = self.counts(request, groups)
        return [
            {
                "link": link,
                "chips": chips(link),
                "sides": [
                    (title, _side(group, counts.get(group.pk, ())))
                    for title, group in (
                        (_("Given to"), link.given_to),
                        (_("May be"), link.may_be),
                    )
                ],
                "why_not": why_not_decide(request.user, link),
                "answers": Answer.choices,
            }
            for link in links
        ]

    def _show(self, request, template, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/militias/names_{template}.html", context)


def _side(group, counts):
    """What the page says of one of the two groups."""
    ends = [
        describe(day, day, precision) if day else None
        for day, precision in (
            (group.active_from, group.active_from_precision),
            (group.active_to, group.active_to_precision),
        )
    ]
    relations = [
        f"{each.get_kind_display()} {each.to_group} ({each.get_confidence_display()})"
        for each in group.relations.all()
    ]
    relations += [
        f"{each.from_group}: {each.get_kind_display()} {group} ({each.get_confidence_display()})"
        for each in group.relations_to.all()
    ]
    return {
        "group": group,
        "names": names_of_group(group),
        "active": ends if any(ends) else None,
        "relations": relations,
        "counts": counts,
    }


class AlikeGroups(admin.ModelAdmin):
    """For the admin of groups: which other groups a name is like, while it is typed and after."""

    class Media:
        css = {"all": ["musaala/names.css"]}
        js = ["musaala/names.js"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.alike_view)
        return [path("alike/", view, name="militias_group_alike"), *super().get_urls()]

    def alike_view(self, request):
        """A piece of a page, for static/musaala/names.js."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        term, key = request.GET.get("term", "").strip(), request.GET.get("group", "")
        if "\0" in term or len(term) > LONGEST_NAME:
            raise BadRequest("A name has at most 200 characters, and none of them NUL.")
        group = None
        if key.isdecimal() and len(key) < 19:
            group = self.get_queryset(request).filter(pk=key).first()
        found = alike(request.viewer, term, group=group) if term else []
        context = {"found": found, "term": term, "group": group, "may_propose": _may(request)}
        return TemplateResponse(request, "admin/militias/alike.html", context)

    def save_related(self, request, form, formsets, change):
        """Names that are like another group's are said, with a link to put them in question."""
        super().save_related(request, form, formsets, change)
        typed = {
            form.cleaned_data.get(name) for name in ("name", "name_ar") if name in form.changed_data
        }
        for formset in formsets:
            if formset.model is GroupName:
                rows = [each for each in formset.forms if "text" in each.changed_data]
                typed |= {each.cleaned_data.get("text") for each in rows if each.is_valid()}
        for term in sorted(filter(None, typed)):
            for each in alike(request.viewer, term, group=form.instance):
                if not each.link:
                    messages.warning(request, _said(term, form.instance, each))


def _may(request):
    return request.user.has_perm("militias.add_candidatelink")


def proposing(term, group, other):
    """The address of the form in which a candidate link is entered, filled in."""
    filled_in = urlencode({"name": term, "given_to": group.pk, "may_be": other.pk})
    return f"{reverse('admin:militias_candidatelink_add')}?{filled_in}"


def _said(term, group, each):
    return format_html(
        _("“{}” is like a name of {} ({}). <a href=\"{}\">Put the name in question</a>"),
        term, each.group, each.says, proposing(term, group, each.group),
    )  # fmt: skip
