from django.contrib import admin
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from militias.admin_names import AlikeGroups, NamesInQuestion
from militias.models import CandidateLink, Group, Person, Relation
from records.admin_base import NamedAdmin, RecordAdmin, section
from records.admin_columns import first_of, point_column
from records.admin_parts import citations, names, parts

POINTS = ("since", "since_precision"), ("until", "until_precision")


@admin.register(Group)
class GroupAdmin(AlikeGroups, NamedAdmin):
    list_display = ["name", "name_ar", "abbreviation", "kind", "stands_to", "active_since"]
    list_filter = ["kind", "country"]
    search_exactly = ("reference", "abbreviation")
    fieldsets = [
        section(None, "name", "name_ar", "abbreviation", ("kind", "country"), "description"),
        section(
            _("Active"),
            ("active_from", "active_from_precision"),
            ("active_to", "active_to_precision"),
        ),
    ]
    inlines = [
        names(Group),
        parts(
            Group.relations,
            ("kind", "to_group"),
            *POINTS,
            verbose_name_plural=_("relations: this group is ..."),
        ),
        parts(
            Group.relations_to,
            ("from_group", "kind"),
            *POINTS,
            verbose_name_plural=_("relations: ... this group"),
        ),
        citations(Group),
    ]
    active_since = point_column("active_from", _("active from"))

    def label(self, row):
        return f"{row} ({row.abbreviation})" if row.abbreviation else str(row)

    def with_columns(self, rows):
        relations = Relation.objects.select_related("to_group")
        return rows.prefetch_related(Prefetch("relations", relations))

    @admin.display(description=_("relation"))
    def stands_to(self, row):
        return first_of(
            f"{each.get_kind_display()} {each.to_group}" for each in row.relations.all()
        )


@admin.register(Relation)
class RelationAdmin(RecordAdmin):
    list_display = ["from_group", "kind", "to_group", "begins", "ends", "confidence", "asserted_by"]
    list_filter = ["kind", "confidence"]
    list_select_related = ["from_group", "to_group"]
    drill_down = ("from_group", "to_group")
    label_related = ("from_group", "to_group")
    search_fields = ["asserted_by", "basis", "reference"]
    search_names = ("from_group", "to_group")
    fieldsets = [section(None, ("from_group", "kind", "to_group"), *POINTS)]
    inlines = [citations(Relation)]
    begins = point_column("since", _("since"))
    ends = point_column("until", _("until"))

    def label(self, row):
        confidence = row.get_confidence_display()
        return f"{row.from_group} – {row.get_kind_display()} {row.to_group} ({confidence})"


@admin.register(Person)
class PersonAdmin(NamedAdmin):
    list_display = ["name", "name_ar", "public_role", "belongs_to", "died_on"]
    fieldsets = [section(None, "name", "name_ar", "public_role", "died_on")]
    inlines = [
        names(Person),
        parts(Person.affiliations, "group"),
        parts(Person.positions, "group", "title", *sum(POINTS, ()), "note"),
        citations(Person),
    ]

    def with_columns(self, rows):
        return rows.prefetch_related("affiliations__group")

    @admin.display(description=_("belongs to"))
    def belongs_to(self, row):
        return first_of(str(each.group) for each in row.affiliations.all())


class CandidateLinkAdmin(NamesInQuestion, RecordAdmin):
    """A name match proposes, a person decides; the groups stay two.

    Registered by `reports/candidates.py`, which adds what each group did.
    """

    list_display = ["name", "given_to", "may_be", "decision", "decided_on", "confidence"]
    list_filter = ["decision", "confidence"]
    list_select_related = ["given_to", "may_be"]
    search_fields = ["name", "basis", "reference"]
    search_names = ("given_to", "may_be")
    DECIDED = ("decision", "decision_reason", "decided_on", "decided_by")  # militias/deciding.py
    readonly_fields = (*RecordAdmin.readonly_fields, *DECIDED)
    fieldsets = [
        section(None, "name", ("given_to", "may_be")),
        section(_("Decision"), "decision", "decision_reason", ("decided_on", "decided_by")),
    ]
    inlines = [citations(CandidateLink)]
