"""Twice never, on the long form too: what is like a new incident stands beside it, and is asked."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from incidents.likeness import Sketch, folded_titles, likely_duplicates, where_is
from records.review_forms import RecordForm


class IncidentForm(RecordForm):
    """A new incident that may be here already is saved when somebody says that it is another."""

    asked = ()

    def _post_clean(self):
        super()._post_clean()
        if self.instance._state.adding and not self.errors:
            self.asked = unanswered(self._sketch(), self.viewer, self.data)
        if self.asked:
            self.add_error(None, _("It may be here already: say whether it is."))

    def _sketch(self):
        row = self.instance
        titles = folded_titles(row.title, row.title_ar)
        return Sketch(row.occurred_from, row.occurred_to, row.kind, where_is(row.place), titles)


def unanswered(sketch, viewer, data):
    """Likely duplicates, unless each of them was said to be another: `anyway` names those."""
    found = likely_duplicates(sketch, viewer)
    likely = [each for each in found if each.alike.is_likely]
    return [] if answered(data) >= {each.incident.reference for each in likely} else likely


def answered(data):
    return {*data.get("anyway", "").split()}


def references(found):
    return " ".join(each.incident.reference for each in found)


class TwinsBeside(admin.ModelAdmin):
    """Part of the incidents' admin."""

    form = IncidentForm

    def render_change_form(self, request, context, *args, obj=None, **options):
        if obj is None:
            context["twins_beside"] = True
            context["asked"] = context["adminform"].form.asked
            context["anyway"] = references(context["asked"])
        return super().render_change_form(request, context, *args, obj=obj, **options)
