"""examples/mirror.py, run as it stands, holds what its reader may read and nothing else."""

import json
import random
import runpy
import sqlite3
import sys
import threading
import time
from contextlib import suppress

import httpx
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client

from incidents.models import Incident
from legal.models import ConvictionIncident
from militias.models import Group, GroupName
from records.gate import unrestricted
from records.models import Source
from tests.api_rows import ROWS
from tests.factories import (
    GroupFactory,
    GroupNameFactory,
    IncidentFactory,
    OrganisationFactory,
    PlaceFactory,
    SourceFactory,
    cite,
)
from tests.feeding import CHANGES, Reader

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = settings.BASE_DIR / "examples/mirror.py"
KEY = "msl_7F3K_secret"


class Server(httpx.WSGITransport):
    """The product, asked in this process by somebody who is signed in."""

    def __init__(self, user):
        super().__init__(get_wsgi_application())
        client = Client()
        client.force_login(user)
        self.cookie = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())
        self.instead, self.asked = [], []

    def handle_request(self, request):
        assert request.headers["Authorization"] == f"Bearer {KEY}"
        self.asked.append(request.url.raw_path.decode())
        if self.instead:
            return self.instead.pop(0)
        request.headers["Cookie"] = self.cookie
        del request.headers["Authorization"]
        return super().handle_request(request)


class Stopped(BaseException):
    pass


class Mirror:
    """The script, in a thread of its own. `stop` lets it read to the end once more."""

    def __init__(self, monkeypatch, user, path):
        self.path, self.server = path, Server(user)
        self.stopping, self.waits = threading.Event(), []
        make = httpx.Client
        monkeypatch.setattr(httpx, "Client", lambda **given: make(transport=self.server, **given))
        monkeypatch.setattr(sys, "argv", ["mirror.py", "http://testserver", KEY, str(path)])
        self.sleep = time.sleep
        monkeypatch.setattr(time, "sleep", self._sleep)

    def _sleep(self, seconds):
        if threading.current_thread() is not self.thread:
            return self.sleep(seconds)
        self.waits.append(seconds)
        if self.stopping.is_set() and seconds == 60:
            if self.last:
                raise Stopped
            self.last = True  # once more: what it has just read may have been asked for before
        return self.sleep(0.01)

    def start(self):
        self.stopping.clear()
        self.last = False
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        with suppress(Stopped):
            runpy.run_path(str(SCRIPT), run_name="__main__")

    def stop(self):
        self.stopping.set()
        self.thread.join(60)
        assert not self.thread.is_alive()

    def copy(self):
        rows = sqlite3.connect(self.path).execute("SELECT noun, reference, json FROM record")
        return {(noun, reference): json.loads(text) for noun, reference, text in rows}


@pytest.fixture
def reader():
    return Reader("TLP:AMBER")


@pytest.fixture
def mirror(monkeypatch, reader, tmp_path):
    return Mirror(monkeypatch, reader.user, tmp_path / "copy.sqlite")


def test_it_is_short():
    assert len(SCRIPT.read_text().splitlines()) < 40


def test_it_holds_what_its_reader_may_read_while_everything_moves(mirror, reader):
    for make in ROWS.values():
        make()
    mirror.start()
    move(150, reader)
    mirror.stop()
    mirror.start()  # goes on where it was
    move(150, reader, seed=2)
    mirror.stop()

    assert mirror.copy() == reader.readable()
    assert len(mirror.copy()) > 50
    assert mirror.server.asked.count(f"{CHANGES}?page_size=200") == 1


def move(times, reader, seed=1):
    """Records and parts are made, changed, withdrawn, marked anew and taken away, by chance."""
    chance = random.Random(seed)
    other = OrganisationFactory(slug="other")
    states = [
        {"marking": "TLP:CLEAR"},
        {"marking": "TLP:GREEN"},
        {"marking": "TLP:AMBER", "shared_with": [reader.user.organisation_id]},
        {"marking": "TLP:AMBER", "shared_with": [other.pk]},
        {"marking": "TLP:RED", "readers": [10**6]},
        {"review_status": "withdrawn", "withdrawn_reason": "Told twice."},
        {"review_status": "draft"},
    ]
    plain = {"marking": "TLP:CLEAR", "shared_with": [], "readers": []}
    plain |= {"review_status": "published", "withdrawn_reason": ""}
    states_of_a_part = [{"marking": "", "readers": []}, states[4]]

    def any_of(model):
        return chance.choice(list(model.objects.order_by("pk")))

    def set_some(model, **values):
        model.objects.filter(pk=any_of(model).pk).update(**values)

    moves = [
        lambda: IncidentFactory(place=PlaceFactory()),
        lambda: cite(any_of(Incident), any_of(Source)),
        lambda: GroupNameFactory(bearer=any_of(Group), text=f"Name {chance.random()}"),
        GroupFactory,
        SourceFactory,
        lambda: set_some(Source, title=f"Title {chance.random()}"),
        lambda: set_some(Source, reliability=chance.choice("ABC"), **published(chance)),
        lambda: set_some(Incident, title=f"Attack {chance.random()}"),
        lambda: set_some(ConvictionIncident, note=f"Note {chance.random()}"),
        lambda: set_some(GroupName, **chance.choice(states_of_a_part)),
        lambda: GroupName.objects.count() > 1 and any_of(GroupName).delete(),
        *(
            lambda model=model: set_some(model, **plain | chance.choice(states))
            for model in (Incident, Source, Group, Incident, Source, Group)
        ),
    ]
    with unrestricted("tests"):
        for _time in range(times):
            try:
                chance.choice(moves)()
            except Exception as error:
                if "once" not in str(error):  # the same source cited again
                    raise


def published(chance):
    day = f"2021-02-{chance.randint(1, 28):02}"
    return {"published_from": day, "published_to": day, "published_precision": "day"}


def test_it_starts_over_when_the_rights_of_its_reader_change(mirror, reader):
    SourceFactory(marking="TLP:GREEN")
    SourceFactory()
    mirror.start()
    mirror.stop()
    assert len(mirror.copy()) == 2

    reader.user.clearance = "TLP:CLEAR"
    reader.user.save()
    mirror.server = Server(reader.user)
    mirror.start()
    mirror.stop()

    assert len(mirror.copy()) == 1
    assert mirror.copy() == reader.readable()


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_told(mirror, reader, status):
    SourceFactory()
    mirror.server.instead = [httpx.Response(status, headers={"Retry-After": "17"})]

    mirror.start()
    mirror.stop()

    assert mirror.waits[0] == 17
    assert mirror.copy() == reader.readable()


def test_a_failure_leaves_its_place_and_its_copy(mirror, reader):
    SourceFactory()
    mirror.start()
    mirror.stop()
    before = mirror.copy()
    SourceFactory()
    mirror.server.instead = [httpx.Response(500)]

    with pytest.raises(httpx.HTTPStatusError):
        runpy.run_path(str(SCRIPT), run_name="__main__")
    assert mirror.copy() == before

    mirror.start()
    mirror.stop()
    assert mirror.copy() == reader.readable()
