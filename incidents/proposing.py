"""Write an incident with its parts, and change what was proposed: all of it, or nothing.

What may be said is checked before (incidents/api/proposing.py, incidents/admin/quick_parts.py),
what may be done by whoever calls. Rows are drafts of their owner until somebody reviews
them: records/review.py.
"""

from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError

from incidents.models import (
    Attribution,
    CasualtyFigure,
    Claim,
    Incident,
    IncidentPlace,
    Place,
)
from records import review_rules as rules
from records.constraints import in_words
from records.models import Record, ReviewStatus, Source

STATEMENTS = {"casualties": CasualtyFigure, "claims": Claim, "attributions": Attribution}
CITED = (Incident, *STATEMENTS.values())
CITING = ("pinpoint", "support")
LISTS = (*STATEMENTS, "further_places", "sources", "new_place")
WIDENS = _(
    "This would let more people read it, which nobody does alone: leave it, or ask a monitor "
    "of your organisation."
)
ONCE = _("This source is named twice here: say it once.")
IN_THE_WAY = _("Another record stands against this. Look at what is there, and send it again.")


def _citations_of(model):
    return model._meta.get_field("citations").related_model


WRITTEN = (*CITED, Source, Place, IncidentPlace, *map(_citations_of, CITED))
RIGHTS_NEEDED = [  # of a person who writes all of it at the desk
    f"{model._meta.app_label}.add_{model._meta.model_name}"
    for model in WRITTEN
    if issubclass(model, Record)
]


class Proposing:
    """Writes one proposal for a viewer who reads the drafts of his organisation.

    `made` has the references of the records that are new. `stamps`: columns of all of them,
    such as who enters them and who may read them.
    """

    def __init__(self, viewer, **stamps):
        self.viewer = viewer
        self.owner_id = viewer.organisation_id
        self.stamps = stamps
        self.made = []
        self._sources = []  # pairs of a description and the source made of it
        self._path = ()

    def propose(self, said):
        """The new incident. Raises ValidationError: another row stands against one of these."""
        with self._all_or_nothing():
            if new_place := said.get("new_place"):
                self._path = ("place",)
                said = {**said, "place": self._record(Place, new_place)}
                self._path = ()
            incident = self._record(Incident, said)
            self._write_parts(incident, said, {}, new=True)
        return incident

    def change(self, incident, said, statements):
        """Write what differs.

        incident: the row, locked. statements: {(list, place in it): row} of those that are
        changed, locked; what else is in a list is new.
        """
        with self._all_or_nothing():
            self._update(incident, said)
            self._write_parts(incident, said, statements, new=False)

    @contextmanager
    def _all_or_nothing(self):
        """An error names the part that was being written."""
        try:
            with transaction.atomic():
                yield
        except IntegrityError as clash:
            sentence = in_words(clash, WRITTEN) or IN_THE_WAY
            raise ValidationError(self._at(sentence)) from clash

    def _at(self, sentence, *further):
        detail = [sentence]
        for step in reversed((*self._path, *further)):
            detail = {str(step): detail}
        return detail

    def _write_parts(self, incident, said, statements, *, new):
        self._cite(incident, said, (), new=new)
        for at, place in enumerate(said.get("further_places", ())):
            self._path = ("further_places", at)
            there = None if new else self._there(incident.further_places, place, "place", "role")
            self._part(incident.further_places, there, place)
        for name, model in STATEMENTS.items():
            for at, part in enumerate(said.get(name, ())):
                self._path = (name, at)
                row = statements.get((name, at))
                if is_new := row is None:
                    row = self._record(model, part, incident=incident)
                else:
                    self._update(row, part)
                self._cite(row, part, (name, at), new=is_new)

    def _record(self, model, said, **besides):
        row = model(owner_id=self.owner_id, **{**self.stamps, **_columns(said), **besides})
        row.save()
        self.made.append(row.reference)
        return row

    def _update(self, row, said):
        differs = {
            name: value for name, value in _columns(said).items() if getattr(row, name) != value
        }
        if "marking" in differs:
            was = (row.marking, row.shared_with, row.readers)
            becomes = (differs["marking"], row.shared_with, row.readers)
            if rules.widens(row.owner_id, was, becomes):
                raise ValidationError(self._at(WIDENS, "marking"))
        for name, value in differs.items():
            setattr(row, name, value)
        if differs:
            row.save()

    def _cite(self, row, said, path, *, new):
        cited = set()
        for at, citation in enumerate(said.get("sources", ())):
            self._path = (*path, "sources", at)
            source = citation.get("source") or self._source(citation["described"])
            if source.pk in cited:
                raise ValidationError(self._at(ONCE))
            cited.add(source.pk)
            given = {name: citation[name] for name in CITING if name in citation}
            given["source"] = source
            there = None if new else self._there(row.citations, given, "source")
            self._part(row.citations, there, given)
        self._path = path

    def _there(self, parts, given, *keys):
        """The part that is there already, as far as the viewer sees it."""
        key = {name: given[name] for name in keys}
        return parts.visible_to(self.viewer).filter(**key).first()

    def _part(self, parts, there, given):
        if there is None:
            parts.create(**given)
        elif any(getattr(there, name) != value for name, value in given.items()):
            for name, value in given.items():
                setattr(there, name, value)
            there.save()

    def _source(self, described):
        for earlier, source in self._sources:
            if earlier == described:
                return source
        source = self._record(Source, described)
        self._sources.append((described, source))
        return source


def _columns(said):
    return {name: value for name, value in said.items() if name not in LISTS}


def submit(rows):
    """Hand drafts to review. The rows are locked, and whoever calls may do it."""
    for row in rows:
        if row.review_status == ReviewStatus.DRAFT:
            row.review_status = ReviewStatus.SUBMITTED
            row.save()
