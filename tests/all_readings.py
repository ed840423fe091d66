"""Rows that differ in each thing that decides who reads them, and viewers who do.

For tests/test_gate_mutants.py: with any clause of a wall switched off, one of these viewers
is shown another row of these.
"""

from dataclasses import replace
from itertools import count, product
from uuid import uuid4

from django.utils import timezone

from incidents.models import Incident
from legal.models import Identity, Suspect
from militias.models import Group
from partners.models import Change, Sight
from records.models.audience import Part, keys_to_marked
from records.rights import AUDIT, NAMES
from records.viewer import NOTHING, PUBLIC, Viewer, viewing
from reports.models.queue_note import BY_LABEL
from tests.factories import (
    DigestFactory,
    DownloadFactory,
    GroupFactory,
    HandedOverFactory,
    IdentityFactory,
    ImportFactory,
    ImportMappingFactory,
    ImportRowFactory,
    MergedRowFactory,
    MergeFactory,
    NameReadingFactory,
    ProposalFactory,
    QueueNoteFactory,
    ReleaseFactory,
    SavedViewFactory,
    SourceFactory,
    SuspectFactory,
    UserFactory,
)
from tests.hidden_world import (
    MARKED,
    RECORDS,
    WHOLES,
    Hider,
    strangers,
    visible_world,
    ways_to_hide,
    ways_to_hide_a_part,
)
from tests.trail import settle

A_KEY, ANOTHER_KEY = 7, 8
IN_BOTH = 777_000_777
OF_CHANGES = "ZZZZ-ZZZZ-ZZZZ"
OF_ALL = {"marking": "TLP:CLEAR", "readers": []}
SHOWN = {**OF_ALL, "shared_with": [], "review_status": "published", "withdrawn_reason": ""}
OF_ORGANISATION, DRAFT = 0, 3  # their places among the ways to hide a record


def _change(row, values):
    type(row).objects.filter(pk=row.pk).update(**values)


class Rows:
    """Everything, and from whom it is hidden: all but one organisation, and one person of it."""

    def __init__(self):
        world = visible_world()
        self.organisation, self.person = strangers()
        self.nobodies = count(10**6)
        self.other = UserFactory(username="other", rights=[])  # of another organisation
        self.ways = ways_to_hide(self.organisation, self.person)
        self.hider = Hider(world, self.ways, ways_to_hide_a_part(self.person))
        self.world = self.hider.hide_everything()
        self._parts_of_drafts()
        self._changed()
        self._names()
        self._of_desks()
        self._of_partners()
        self._of_people()
        settle()

    def _parts_of_drafts(self):
        for model in self._parts():
            key = model._meta.get_field(model.KEY[0])
            draft = self.world.hidden[key.related_model][DRAFT]
            self._part(model, {key.name: draft})

    @staticmethod
    def _parts():
        return [model for model in MARKED if issubclass(model, Part)]

    def _changed(self):
        """Raised and lowered since, and gone: of what is seen and of what is not."""
        for model in MARKED:
            if hasattr(model, "marking") and model not in WHOLES:
                for first, then in ((OF_ALL, self._red()), (self._red(), OF_ALL)):
                    _change(self._part(model, first), then)
        for model in RECORDS:
            for way in (self.ways[OF_ORGANISATION], self.ways[DRAFT]):
                _change(self.hider._make(model, way), SHOWN)
        for model in self._parts():
            key = model._meta.get_field(model.KEY[0])
            for way in (self.ways[OF_ORGANISATION], self.ways[DRAFT]):
                whole = self.hider._make(key.related_model, way)
                self._part(model, {key.name: whole})
                _change(whole, SHOWN)
            for way in (OF_ALL, self._red()):
                whole = self.hider._make(key.related_model, {})
                self._part(model, {key.name: whole}).delete()
                _change(whole, way)
            self._part(model, self._red()).delete()

    def _names(self):
        """Of suspects who are hidden in each way, were, or came to be, and one that is gone."""
        for suspect in (*self.world.hidden[Suspect], self.world.seen[Suspect][0]):
            if not Identity.objects.filter(suspect=suspect).exists():
                IdentityFactory(suspect=suspect)
        for way in (*self.ways, OF_ALL):
            suspect = SuspectFactory(**way)
            IdentityFactory(suspect=suspect)
            _change(suspect, SHOWN if way is not OF_ALL else self._red())
        for way in (OF_ALL, self._red()):
            suspect = SuspectFactory()
            IdentityFactory(suspect=suspect).delete()
            _change(suspect, way)

    def _part(self, model, given):
        """What it joins to its record is new: none is joined twice."""
        if issubclass(model, Part):
            others = [key for key in keys_to_marked(model) if key.name != model.KEY[0]]
            given = {key.name: self.hider._make(key.related_model, {}) for key in others} | given
        return self.hider._make(model, given)

    def _red(self):
        """For the same one person, never twice alike: parts are unique for each audience."""
        return {"marking": "TLP:RED", "readers": [self.person.pk, next(self.nobodies)]}

    def _of_desks(self):
        """What is no record: of either organisation, for each marking, about each kind."""
        seen, hidden = self.world.seen[Incident][0], self.world.hidden[Incident][0]
        for person in (self.person, self.other):
            own = {"owner": person.organisation, "created_by": person}
            SavedViewFactory(**own)
            for marking in ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT"):
                ImportMappingFactory(**own, marking=marking)
                HandedOverFactory(owner=person.organisation, made_by=person, marking=marking)
                run = ImportFactory(**own, marking=marking)
                for number, incident in enumerate((None, seen, hidden), 2):
                    state = {} if incident is None else {"state": "imported", "incident": incident}
                    ImportRowFactory(run=run, number=number, **state)
            for (label, model), rows in product(
                BY_LABEL.items(), (self.world.seen, self.world.hidden)
            ):
                QueueNoteFactory(
                    organisation=person.organisation,
                    updated_by=person,
                    record_kind=label,
                    row_id=rows[model][0].pk,
                )
        # A hidden record whose number is that of a visible one of another kind.
        SourceFactory(pk=IN_BOTH)
        GroupFactory(pk=IN_BOTH, **self.ways[OF_ORGANISATION])
        QueueNoteFactory(
            organisation=self.other.organisation,
            updated_by=self.other,
            record_kind=Group._meta.label_lower,
            row_id=IN_BOTH,
        )
        for kept, merged in ((seen, self.world.seen[Incident][1]), (seen, hidden), (hidden, seen)):
            MergedRowFactory(merge=MergeFactory(kept=kept, merged=merged))

    def _of_partners(self):
        for number, marking in enumerate(("TLP:CLEAR", "TLP:GREEN")):
            ReleaseFactory(number=f"R-{number}", marking=marking)
        for person in (self.person, self.other):
            own = {"organisation": person.organisation}
            ProposalFactory(**own)
            ProposalFactory(**own, person=person, key_prefix="")
        audiences = [
            (None, None, None),
            (0, None, None),
            (3, [self.organisation.pk], None),
            (4, None, [self.person.pk]),
        ]
        names = ("rank", "organisations", "readers")
        pairs = [*product(audiences, repeat=2)][1:]  # somebody saw or sees it
        for (before, after), said in product(pairs, (True, False)):
            seen = {
                "said": said,
                **{f"before_{name}": value for name, value in zip(names, before, strict=True)},
                **{f"after_{name}": value for name, value in zip(names, after, strict=True)},
            }
            Change.objects.create(
                transaction=1,
                made_at=timezone.now(),
                record_table=Incident._meta.db_table,
                record_id=1,
                reference=OF_CHANGES,
                withdrawn=False,
                sight=Sight.objects.create(key=uuid4(), **seen).pk,
                **seen,
            )

    def _of_people(self):
        suspect = self.world.seen[Suspect][0]
        for whose in (
            {"person": self.person},
            {"person": self.other},
            {"person": None, "key": A_KEY},
            {"person": None, "key": ANOTHER_KEY},
        ):
            NameReadingFactory(suspect=suspect, **whose)
            DownloadFactory(**whose)
        for person in (self.person, self.other):
            DigestFactory(person=person)
            at_work = Viewer(person.pk, None, person.organisation_id, clearance=4, drafts=True)
            with viewing(at_work, user=person.pk):  # who leaves a trace
                SourceFactory(owner=person.organisation, review_status="draft")

    def viewers(self):
        """Those who differ from one another in one thing, and nobody."""
        whole = Viewer(
            person_id=self.person.pk,
            organisation_id=self.organisation.pk,
            clearance=4,
            drafts=True,
            rights=frozenset({NAMES}),
        )
        differing = [
            *({"clearance": rank} for rank in (NOTHING, 0, 1, 2, 3)),
            *({"organisation_id": key} for key in (None, self.other.organisation_id)),
            *({"person_id": key} for key in (None, self.other.pk)),
            *({"rights": frozenset(rights)} for rights in ((), (AUDIT,))),
            {"drafts": False},
            {"person_id": None, "key_id": A_KEY, "clearance": 3, "drafts": False},
            {"person_id": self.other.pk, "organisation_id": self.other.organisation_id},
        ]
        return [whole, *(replace(whole, **other) for other in differing), PUBLIC]
