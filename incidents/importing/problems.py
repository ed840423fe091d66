"""What can be wrong with a row: where, what, and what to do about it."""

from django.utils.translation import gettext_lazy as _

from incidents.importing.mappings import FIELDS

SENTENCES = {  # code: (what is wrong, what to do)
    "too_many_cells": (
        _("The row has more cells than there are columns."),
        _("Look for a comma or quotation mark that parts one cell into two."),
    ),
    "too_long": (_("The text is too long to keep."), _("Shorten it in the file.")),
    "formula": (
        _("The text begins with “=”, so a spreadsheet would run it as a formula."),
        _("Remove the sign in the file, or leave the column out."),
    ),
    "date_missing": (_("There is no date."), _("Give at least the year.")),
    "date_unread": (
        _("“%(value)s” is no date as the column writes them."),
        _("Correct it in the file, or choose how dates are written."),
    ),
    "date_impossible": (
        _("“%(value)s” is no day there is."),
        _("Correct it in the file. 0 or an empty cell stands for a month or day not known."),
    ),
    "date_order": (
        _("The last day, “%(value)s”, is before the first."),
        _("Correct one of them in the file."),
    ),
    "date_future": (_("“%(value)s” has not come yet."), _("Correct it in the file.")),
    "value_unknown": (
        _("It is not said what “%(value)s” means."),
        _("Say what it means on the page of the import."),
    ),
    "kind_missing": (
        _("There is no kind of attack."),
        _("Choose one for such rows under “Change the columns”."),
    ),
    "number_unread": (
        _("“%(value)s” is not a number of degrees."),
        _("Write degrees as 33.3152, with a point."),
    ),
    "not_on_earth": (
        _("“%(value)s” is no latitude or longitude."),
        _("Latitude lies between -90 and 90, longitude between -180 and 180: swapped?"),
    ),
    "point_half": (
        _("Of latitude and longitude only one is given."),
        _("Give both, or neither."),
    ),
    "place_missing": (
        _("There is no place."),
        _("Give a place, a governorate, or a point."),
    ),
    "place_unknown": (
        _("No place known here is called “%(value)s”."),
        _("Choose the place that is meant on the page of the import, or enter it first."),
    ),
    "place_unknown_here": (
        _("No place is known at this point."),
        _("Name it, or let places be made of points under “Change the columns”."),
    ),
    "place_ambiguous": (
        _("Several places are called “%(value)s”."),
        _("Give the governorate too, or choose the place on the page of the import."),
    ),
    "governorate_unknown": (
        _("“%(value)s” is no governorate known here."),
        _("Write its name or its code, such as IQ-BG."),
    ),
    "origin_twice": (
        _("The identifier “%(value)s” stands in an earlier row too."),
        _("Leave out one of the rows, or choose another column as identifier."),
    ),
    "address_unread": (
        _("“%(value)s” is no address of a page."),
        _("Write it as https://example.org/page."),
    ),
    "refused": (
        _("The database refused the row: %(value)s"),
        _("Correct it in the file, and import that row again."),
    ),
}


class Problem(Exception):
    """One thing wrong with a row. field: one of FIELDS, or ""."""

    def __init__(self, code, field="", value=""):
        super().__init__(code, field, value)
        self.code, self.field, self.value = code, field, value

    def as_json(self, mapping):
        return {
            "code": self.code,
            "field": self.field,
            "column": mapping.columns.get(self.field, ""),
            "value": self.value[:200],
        }


def sentences_of(error):
    """(where, what is wrong, what to do) of an error as a row keeps it, in today's language."""
    says, remedy = SENTENCES[error["code"]]
    where = error["column"] or FIELDS.get(error["field"], "")
    return str(where), says % {"value": error["value"]}, str(remedy)
