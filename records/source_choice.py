"""Paste an address, get a source: the one that is known, or a draft of a new one.

As far as the person may see: a source hidden from him is not betrayed, so a second one is
made of it. The address is never opened: its publisher would learn who looks, and whoever
wrote it would choose what this server asks for.
"""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import JsonResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from records.addresses import normal_address
from records.forms import LoadedAutocomplete, PartFormSet, RowForm
from records.labels import label_of
from records.models import Citation, Source
from records.models.source import MEANS
from records.review_forms import RecordForm

LONGEST = Source._meta.get_field("address").max_length
TOO_LONG = _("This address is longer than %(most)s letters. Cut off what it works without.")
# Sites where anybody publishes: who it is stands first in the path.
OF_MANY = ("https://t.me", "https://x.com", "https://facebook.com", "https://youtube.com")


def looks_like_address(text):
    return "." in text and ("://" in text or text.startswith("www.") or "/" in text)


def checked(address):
    """The address as given, with a scheme. Raises ValidationError: it is none, or too long."""
    address = address.strip()
    normal_address(address)
    if "://" not in address:
        address = f"https://{address.lstrip('/')}"
    forms.URLField(assume_scheme="https").clean(address)
    if len(address) > LONGEST:
        raise ValidationError(TOO_LONG % {"most": LONGEST})
    return address


def publisher_at(address, viewer):
    """Who published most of the visible sources of the same site, or the site's name."""
    site, _slash, rest = normal_address(address).removeprefix("https://").partition("/")
    begins = f"https://{site}"
    if begins in OF_MANY and rest:
        begins += f"/{rest.partition('/')[0]}"
    known = (
        Source.objects.visible_to(viewer)
        .filter(Q(address_key=begins) | Q(address_key__startswith=f"{begins}/"))
        .order_by()
        .values("publisher")
        .annotate(sources=Count("pk"))
        .order_by("-sources", "publisher")
        .first()
    )
    named = known["publisher"] if known else begins.removeprefix("https://")
    return named[: Source._meta.get_field("publisher").max_length]


class SourceAutocomplete(LoadedAutocomplete):
    """Shows an address that is going to be a source as well as sources that are there."""

    def optgroups(self, name, value, attr=None):
        groups = super().optgroups(name, value, attr)
        for text in filter(looks_like_address, map(str, value)):
            option = self.create_option(name, text, text, True, len(groups[0][1]))
            groups[0][1].append(option)
        return groups


class SourceChoice(forms.ModelChoiceField):
    """A source, or the address of one."""

    def __init__(self, *args, viewer, may_add, **options):
        super().__init__(*args, **options)
        self.viewer, self.may_add = viewer, may_add

    def to_python(self, value):
        if not isinstance(value, str) or not looks_like_address(value):
            return super().to_python(value)
        address = checked(value)
        known = self.queryset.at_address(address).first()
        if known or not self.may_add:
            return known or super().to_python(value)
        return Source(publisher=publisher_at(address, self.viewer), address=address)


class CitationForm(RowForm):
    def _get_validation_exclusions(self):
        """The key of a source that is only going to be saved is not asked for."""
        excluded = super()._get_validation_exclusions()
        source = self.cleaned_data.get("source")
        return excluded | {"source"} if source is not None and source.pk is None else excluded


class CitationFormSet(PartFormSet):
    def clean(self):
        super().clean()
        seen = set()
        for form in self.forms:
            source = getattr(form, "cleaned_data", {}).get("source")
            if source is None or source.pk or form in self.deleted_forms:
                continue
            if source.address_key in seen:
                form.add_error("source", _("This address is cited twice here: leave one out."))
            seen.add(source.address_key)


def save_new_source(part, request):
    """Save the source of a citation, if it was made of an address, and say what is left to do."""
    if not isinstance(part, Citation) or part.source_id or part.source.pk:
        return
    source = part.source
    source.owner_id = request.user.organisation_id
    source.created_by = source.updated_by = request.user
    source.save()
    part.source = source
    said = format_html(
        str(_("A new source: {source}. Fill in what it says of itself, and how far to trust it.")),
        source=format_html(
            '<a href="{}"><bdi>{}</bdi></a>',
            reverse("admin:records_source_change", args=[source.pk]),
            f"{source.publisher}, {source.address}",
        ),
    )
    messages.info(request, said)


class SourceForm(RecordForm):
    """One address, one source: the form says which it is that has it already."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        if "reliability" in self.fields:
            scale = [
                (letter, format_html("<strong>{}</strong> <small>{}</small>", letter.label, said))
                for letter, said in MEANS.items()
            ]
            self.fields["reliability"].widget = forms.RadioSelect({"class": "scale"}, scale)

    def clean_address(self):
        return self._only_here("address")

    def clean_archived_address(self):
        return self._only_here("archived_address")

    def _only_here(self, name):
        address = self.cleaned_data[name]
        if address and name in self.changed_data:
            there = Source.objects.visible_to(self.viewer).at_address(address)
            if known := there.exclude(pk=self.instance.pk).first():
                raise ValidationError(_is_known(known))
        return address


def _is_known(source):
    return format_html(
        str(_("This is a source already: {source}. Use that one.")),
        source=format_html(
            '<a href="{}"><bdi>{}</bdi></a>',
            reverse("admin:records_source_change", args=[source.pk]),
            label_of(admin.site, source),
        ),
    )


class ByAddress(admin.ModelAdmin):
    """Part of the admin of sources: found, and offered, by their address."""

    form = SourceForm

    def get_urls(self):
        view = self.admin_site.admin_view(self.at_address_view)
        return [
            path("at-address/", view, name="records_source_at_address"),
            *super().get_urls(),
        ]

    def get_search_results(self, request, queryset, search_term):
        if looks_like_address(search_term):
            try:
                known = queryset.at_address(search_term)
            except ValidationError:
                known = queryset.none()
            if known.exists():
                return known, False
        return super().get_search_results(request, queryset, search_term)

    def offer(self, request, key, term):
        """What a search for an address nobody knows offers where a citation is chosen."""
        if not (issubclass(key.model, Citation) and looks_like_address(term)):
            return None
        if not self.has_add_permission(request):
            return None
        try:
            address = checked(term)
        except ValidationError:
            return None
        said = _("New source: %(publisher)s, %(address)s")
        publisher = publisher_at(address, request.viewer)
        return {"id": address, "text": said % {"publisher": publisher, "address": address}}

    def at_address_view(self, request):
        """For the form of a source: what is known of the address that was just pasted."""
        if not self.has_view_permission(request):
            return JsonResponse({}, status=403)
        try:
            address = checked(request.GET.get("address", ""))
        except ValidationError as refusal:
            return JsonResponse({"said": " ".join(refusal.messages)})
        known = self.get_queryset(request).at_address(address).first()
        if known is None:
            return JsonResponse({"publisher": publisher_at(address, request.viewer)})
        return JsonResponse(
            {
                "pk": known.pk,
                "said": str(_("This is a source already:")),
                "label": self.label(known),
                "link": reverse("admin:records_source_change", args=[known.pk]),
            }
        )
