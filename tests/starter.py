"""The starter data in the test database. Loading takes seconds: do it once for a class."""

from django.conf import settings
from django.core.management import call_command
from django.test import TestCase

FIXTURES = sorted((settings.BASE_DIR / "fixtures").glob("*.yaml"))


def load_starter_data():
    """Loads every fixture in the order of the story, as docs/data.md says."""
    call_command("loaddata", *map(str, FIXTURES), verbosity=0)


class StarterDataTestCase(TestCase):
    """Its tests find the starter data loaded; what they change is rolled back."""

    @classmethod
    def setUpTestData(cls):
        load_starter_data()
