"""What tests of two editors share: a record, and somebody with its form open."""

import pytest
from django.test import Client

from tests.admin_pages import address, form_data, refusals
from tests.factories import IncidentFactory, UserFactory


class Editor:
    """Somebody with a form open, as a browser would keep it."""

    def __init__(self, row, **person):
        person = {"is_staff": True, "is_superuser": True, "clearance": "TLP:RED"} | person
        self.person = UserFactory(**person)
        self.client = Client()
        self.client.force_login(self.person)
        self.page = address(type(row), "change", row.pk)
        self.form = form_data(self.client.get(self.page))

    def saves(self, **typed):
        """Types and saves. Whatever comes back is what he has before him then."""
        self.answer = self.client.post(self.page, self.form | typed)
        if self.answer.status_code == 200:
            self.form = form_data(self.answer)
        return self.answer.status_code == 302

    def leaves_out(self, *names):
        self.form = {name: self.form[name] for name in self.form if name not in names}

    @property
    def told(self):
        return " ".join(self.answer.content.decode().split())

    @property
    def refused(self):
        return refusals(self.answer)


@pytest.fixture
def incident():
    return IncidentFactory(title="Rockets", summary="Three rockets fell.")


def now(row):
    row.refresh_from_db()
    return row
