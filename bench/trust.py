"""What the two walls cost: the same questions with them, and without."""

from datetime import date

from incidents.models import Incident
from records.models import Marking, User
from records.rights import READ
from records.viewer import Viewer
from reports.accountability import accountability
from reports.ladder import Question

DAY = date(2025, 1, 1)


def reader(name="reader"):
    """Somebody of the organisation that the made-up incidents belong to."""
    user = User.objects.create(username=name, organisation_id=1)
    return Viewer(user.pk, 1, Marking.AMBER_STRICT.rank, drafts=True, rights=frozenset([READ]))


def report(viewer):
    question = Question(DAY, viewer.of_published())
    return accountability(Incident.objects.visible_to(viewer), question, "root_group")


def newest(viewer):
    """A list of fifty with what the list shows beside them."""
    rows = Incident.objects.visible_to(viewer).order_by("-occurred_from", "-pk")
    rows = rows.select_related("place__governorate").prefetch_related("claims", "attributions")
    return list(rows[:50])
