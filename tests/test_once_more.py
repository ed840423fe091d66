"""A code of the last minutes before a name, a right, a key, or what more people read."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from config.models import Authenticator
from legal.models import NameReading
from partners.models import Key
from records import once_more
from records.granting import ask
from records.granting_words import digest, lines
from records.models import ReviewStatus, User
from records.once_more import CODE_AT, FIELD
from records.rights import NAMES
from records.roles import ADMINISTRATOR, MONITOR
from tests.authenticators import PASSWORD, code_of, enrolled, sign_in, wrong_code
from tests.factories import (
    IdentityFactory,
    IncidentFactory,
    KeyFactory,
    SuspectFactory,
    UserFactory,
    cite,
)
from tests.granting import in_role
from tests.keys import by
from tests.name_pages import show

NAME = "Abu Example"


def entered(client, person):
    """Signed in by a code. Returns what makes the next one."""
    device, _codes = enrolled(person)
    sign_in(client, person, code_of(device.secret))
    Authenticator.objects.update(last_t=-1)  # so that a code of the same half minute does
    return device


@pytest.fixture
def clock(monkeypatch):
    """To be set forward by minutes."""
    forward, real = [0], once_more.time
    monkeypatch.setattr(once_more, "time", lambda: real() + 60 * forward[0])
    return forward


@pytest.fixture
def monitor():
    return in_role(MONITOR, NAMES, clearance="TLP:RED", password=PASSWORD)


def submitted(**values):
    submitted = {"review_status": ReviewStatus.SUBMITTED, "updated_by": UserFactory()}
    incident = IncidentFactory(**(submitted | values))
    cite(incident)
    return type(incident).objects.unrestricted(reason="a test").get(pk=incident.pk)


def stands(row):
    return type(row).objects.unrestricted(reason="a test").get(pk=row.pk)


def turn(client, row, name, **more):
    address = reverse("admin:incidents_incident_review", args=[row.pk, name])
    return send(client, address, {"version": row.version, **more})


def named(**values):
    suspect = SuspectFactory(review_status="published", **values)
    IdentityFactory(suspect=suspect, name=NAME)
    return suspect


def send(client, address, given=None):
    """As a browser sends a form without files."""
    kind = "application/x-www-form-urlencoded"
    return client.post(address, urlencode(given or {}), content_type=kind)


def asks(answer):
    return answer.status_code == 200 and f'name="{FIELD}"' in answer.content.decode()


def test_within_the_minutes_nothing_is_asked(client, monitor, clock):
    entered(client, monitor)
    row = submitted()
    clock[0] = 14

    assert turn(client, row, "publish").status_code == 302
    assert stands(row).review_status == ReviewStatus.PUBLISHED


def test_publishing_later_asks_for_a_code_and_then_publishes(client, monitor, clock):
    device = entered(client, monitor)
    row = submitted()
    clock[0] = 15

    page = turn(client, row, "publish")
    assert asks(page)
    assert f'name="version" value="{row.version}"' in page.content.decode()
    assert stands(row).review_status == ReviewStatus.SUBMITTED

    wrong = turn(client, row, "publish", **{FIELD: wrong_code(device.secret)})
    assert asks(wrong)
    assert "not right" in wrong.content.decode()
    assert Authenticator.objects.get().throttling_failure_count == 1
    assert stands(row).review_status == ReviewStatus.SUBMITTED

    Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    done = turn(client, row, "publish", **{FIELD: code_of(device.secret)})
    assert done.url == reverse("admin:incidents_incident_change", args=[row.pk])
    assert stands(row).review_status == ReviewStatus.PUBLISHED


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("countersign", {"review_status": "published", "to_countersign": True}),
        (
            "agree",
            {
                "wider": {
                    **{"marking": "TLP:CLEAR", "shared_with": [], "readers": []},
                    **{"asked_by": 0, "reason": "x"},
                }
            },
        ),
    ],
)
def test_so_do_a_countersignature_and_a_wider_audience(client, monitor, clock, name, values):
    device = entered(client, monitor)
    row = submitted(**values)
    clock[0] = 15

    assert asks(turn(client, row, name))
    assert turn(client, row, name, **{FIELD: code_of(device.secret)}).status_code == 302
    assert not (stands(row).to_countersign or stands(row).wider)


def test_what_only_narrows_asks_for_none(client, monitor, clock):
    entered(client, monitor)
    row = submitted()
    clock[0] = 15

    assert turn(client, row, "withdraw", reason="It never happened.").status_code == 302


def test_who_may_not_publish_is_told_so_and_asked_for_nothing(client, monitor, clock):
    entered(client, monitor)
    row = submitted()
    type(row).objects.unrestricted(reason="a test").filter(pk=row.pk).update(updated_by=monitor)
    clock[0] = 15

    assert not asks(turn(client, row, "publish"))


# Names


def test_a_name_asks_for_a_code_and_is_then_shown(client, monitor, clock):
    device = entered(client, monitor)
    suspect = named()
    clock[0] = 15

    page = send(client, show(suspect))
    assert asks(page)
    assert NAME not in page.content.decode()
    assert not NameReading.objects.exists()

    shown = send(client, show(suspect), {FIELD: code_of(device.secret)})
    assert NAME in shown.content.decode()


def test_searching_for_a_name_asks_for_one_and_comes_back(client, monitor, clock):
    device = entered(client, monitor)
    suspect = named()
    here = "/admin/legal/suspect/?q=example"
    clock[0] = 15

    page = client.get(here).content.decode()
    assert suspect.code not in page
    again = "/admin/codes/again/?next=%2Fadmin%2Flegal%2Fsuspect%2F%3Fq%3Dexample"
    assert again in page

    assert client.post(again, {"current": wrong_code(device.secret)}).context["form"].errors
    Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(again, {"current": code_of(device.secret)}).url == here
    assert suspect.code in client.get(here).content.decode()


def test_the_way_back_stays_in_the_house(client, monitor):
    device = entered(client, monitor)

    answer = client.post(
        "/admin/codes/again/?next=https://elsewhere.example/",
        {"current": code_of(device.secret)},
    )

    assert answer.url == reverse("admin:codes")


def test_the_api_finds_no_name_without_one_and_keys_are_not_asked(client, monitor, clock):
    entered(client, monitor)
    suspect = named(marking="TLP:GREEN")
    found = "/api/v1/suspects/?name=example"
    assert suspect.code in client.get(found).content.decode()
    clock[0] = 15

    assert client.get(found).status_code == 403
    assert client.get("/api/v1/suspects/").status_code == 200
    key = KeyFactory(scopes=["read", "names"])
    assert client.get(found, **by(key)).status_code == 200


# Rights and keys


@pytest.fixture
def second():
    return in_role(ADMINISTRATOR, username="second", password=PASSWORD)


def test_agreeing_to_a_right_asks_for_a_code_and_then_gives_it(client, second, clock):
    device = entered(client, second)
    grant = ask(UserFactory(), in_role(ADMINISTRATOR), "Needs to read.", clearance="TLP:RED")
    address, sent = (
        reverse("admin:records_grant_agree", args=[grant.pk]),
        {"seen": digest(lines(grant))},
    )
    clock[0] = 15

    page = send(client, address, sent)
    assert asks(page)
    assert sent["seen"] in page.content.decode()
    assert User.objects.get(pk=grant.person_id).clearance != "TLP:RED"

    assert send(client, address, sent | {FIELD: code_of(device.secret)}).status_code == 302
    assert User.objects.get(pk=grant.person_id).clearance == "TLP:RED"


def test_approving_a_key_asks_for_one_and_revoking_it_does_not(client, second, clock):
    device = entered(client, second)
    key = KeyFactory(approved_at=None, approved_by=None)
    address = reverse("admin:partners_key_approve", args=[key.pk])
    clock[0] = 15

    assert not asks(client.get(address))
    assert asks(send(client, address))
    assert send(client, address, {FIELD: code_of(device.secret)}).status_code == 302
    assert Key.objects.get().approved_by == second
    clock[0] = 45
    revoke = reverse("admin:partners_key_revoke", args=[key.pk])
    assert send(client, revoke, {"reason": "Lost."}).status_code == 302


# Whom, and until when


def test_who_has_no_authenticator_is_asked_for_nothing(client, monitor, clock):
    sign_in(client, monitor)
    row = submitted()
    clock[0] = 600

    assert turn(client, row, "publish").status_code == 302


def test_how_long_a_code_holds_is_a_setting_and_what_one_does_renews_nothing(
    client, monitor, clock, settings
):
    settings.CODE_MINUTES = 5
    entered(client, monitor)
    first, second = submitted(), submitted(title="Another")
    clock[0] = 4
    given = client.session[CODE_AT]

    assert turn(client, first, "publish").status_code == 302
    assert client.session[CODE_AT] == given
    clock[0] = 5
    assert asks(turn(client, second, "publish"))


def test_a_recovery_code_does_as_well_and_once(client, monitor, clock):
    device, codes = enrolled(monitor)
    sign_in(client, monitor, code_of(device.secret))
    first, second = submitted(), submitted(title="Another")
    clock[0] = 15

    assert turn(client, first, "publish", **{FIELD: codes[0]}).status_code == 302
    clock[0] = 45
    assert asks(turn(client, second, "publish", **{FIELD: codes[0]}))


def test_whether_a_code_is_asked_for_costs_no_query(client, monitor, clock, count_queries):
    """None where none is asked: the moment stands in the session."""
    entered(client, monitor)
    row = submitted()
    page = reverse("admin:incidents_incident_change", args=[row.pk])
    client.get(page)
    before = count_queries(lambda: client.get(page))
    clock[0] = 15

    assert count_queries(lambda: client.get(page)) == before
    assert "Publish …" in client.get(page).content.decode()
