"""What tests of the feed share: readers who follow it, each keeping a copy."""

import json

from django.test import Client

from config.urls import NOUNS
from records.compiling import texts
from records.shapes import FLAT
from records.viewer import Viewer, viewing
from tests.factories import OrganisationFactory, UserFactory

CHANGES = "/api/v1/changes/"


class Reader:
    """Somebody who may read records, and what he has been told."""

    def __init__(self, clearance="TLP:CLEAR", organisation="partner", page_size=50, user=None):
        self.user = user or UserFactory(
            organisation=OrganisationFactory(slug=organisation), clearance=clearance
        )
        self.client = Client()
        self.client.force_login(self.user)
        self.next = f"{CHANGES}?page_size={page_size}"
        self.told, self.copy = [], {}

    def follow(self):
        """Asks until there is no more. Returns what is new."""
        news, more = [], True
        while more:
            page = self.ask()
            news += page["results"]
            more = page["more"]
        self.told += news
        for entry in news:
            key = entry["noun"], entry["reference"]
            if "record" in entry:
                self.copy[key] = entry["record"]
            else:
                self.copy.pop(key, None)
        return news

    def ask(self):
        answer = self.client.get(self.next)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        self.next = page["next"]
        return page

    def changes(self):
        """(change, reference) of what is new."""
        return [(entry["change"], entry["reference"]) for entry in self.follow()]

    def readable(self):
        """What he may read now, from the records themselves."""
        viewer = Viewer.of(self.user).of_published()
        with viewing(viewer):
            return {
                (noun, body["reference"]): body
                for noun, view in NOUNS.items()
                for body in _all(view, viewer)
            }


def _all(view, viewer):
    keys = list(view.queryset.model.objects.visible_to(viewer).values_list("pk", flat=True))
    return [json.loads(text) for text in texts(view, viewer, keys, FLAT).values()]
