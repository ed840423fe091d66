"""The dossiers of the acceptance cases say the crucial things: the starter data, by hand."""

import html
import re

from django.urls import reverse
from django.utils import translation

from incidents.models import Incident
from records.models import Marking
from tests.factories import UserFactory
from tests.starter import StarterDataTestCase


def text_of(page):
    """What a reader sees of a page, in one line."""
    seen = re.sub(r"<[^>]+>", " ", page.content.decode().partition("<article")[2])
    return re.sub(r"\s+", " ", html.unescape(seen))


class StarterDossiers(StarterDataTestCase):
    def setUp(self):
        reader = UserFactory(is_staff=True, is_superuser=True, clearance=Marking.CLEAR)
        self.client.force_login(reader)

    def dossier(self, origin, **asked):
        incident = Incident.objects.get(origin_id=origin)
        address = reverse("admin:incidents_incident_dossier", args=[incident.reference])
        page = self.client.get(address, asked)
        assert page.status_code == 200
        return page, text_of(page)

    def test_erbil(self):
        page, said = self.dossier("inc-20210215-erbil")
        assert "x" in said
