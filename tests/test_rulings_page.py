"""A ruling recorded from its conviction: what it would change is what it then changes."""

from datetime import date

import pytest
from django.contrib.auth.models import Group as Role

from incidents.models import Incident
from legal.models import Conviction, Ruling
from records import review
from records.models import User
from records.rights import READ
from records.roles import MONITOR
from records.viewer import Viewer
from reports.ladder import Rung
from reports.rulings.effect import _ladder
from tests.admin_pages import address
from tests.factories import (
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
    RulingFactory,
    SourceFactory,
    UserFactory,
)
from tests.review_pages import sign_in
from tests.starter import StarterDataTestCase

__all__ = ["sign_in"]

ADDRESS = "https://site.org/annulled"


def page_of(conviction):
    return address(Conviction, "ruling", conviction.reference)


def typed(page, **given):
    """What a browser would send back from the page."""
    return {
        "kind": "annulled",
        "decided_from": "2023-07-31",
        "decided_precision": "day",
        "court": "Court of Cassation",
        "address": ADDRESS,
        "version": page.context["conviction"].version,
        "seen": page.context["mark"],
        "_record": "",
        **given,
    }


@pytest.fixture
def made():
    """A conviction that stands, for one incident."""
    made = ConvictionFactory(on=date(2022, 1, 1))
    ConvictionSuspectFactory(conviction=made)
    ConvictionIncidentFactory(conviction=made)
    SourceFactory(address=ADDRESS)
    return made


def refused(browser, conviction, **given):
    answer = browser.post(page_of(conviction), typed(browser.get(page_of(conviction)), **given))
    assert answer.status_code == 200
    assert Ruling.objects.count() == 0
    return answer.context["form"].errors


def test_the_effect_is_shown_before_anything_is_typed(sign_in, made):
    browser, _monitor = sign_in(MONITOR)

    shown = browser.get(page_of(made)).context["effect"]

    assert (Rung.STANDING, 1, 0) in shown.rungs
    assert (Rung.CONVICTED, 1, 1) in shown.rungs
    assert (shown.before.people.standing, shown.after.people.standing) == (1, 0)
    ((_incident, rungs),) = shown.of_incidents
    assert (Rung.STANDING, True, False) in rungs
    assert Ruling.objects.count() == 0


def test_a_ruling_is_recorded_with_its_source_and_waits_for_review(sign_in, made):
    browser, monitor = sign_in(MONITOR)

    answer = browser.post(page_of(made), typed(browser.get(page_of(made))))

    ruling = Ruling.objects.get()
    assert answer.url == address(Ruling, "change", ruling.pk)
    assert (ruling.review_status, ruling.owner_id) == ("submitted", monitor.organisation_id)
    assert (ruling.created_by_id, ruling.marking) == (monitor.pk, made.marking)
    assert ruling.citations.get().source.address == ADDRESS
    assert (Rung.STANDING, 1, 0) in browser.get(page_of(made)).context["effect"].rungs


def test_a_different_effect_is_shown_before_it_is_recorded(sign_in, made):
    """Upheld changes nothing: whoever saw what an annulment does has to look again."""
    browser, _monitor = sign_in(MONITOR)
    page = browser.get(page_of(made))

    again = browser.post(page_of(made), typed(page, kind="upheld"))
    assert again.context["moved"] and not again.context["effect"].changes
    assert Ruling.objects.count() == 0

    browser.post(page_of(made), typed(again, kind="upheld"))
    assert Ruling.objects.get().kind == "upheld"


def test_the_button_that_only_shows_saves_nothing(sign_in, made):
    browser, _monitor = sign_in(MONITOR)
    sent = typed(browser.get(page_of(made)))
    del sent["_record"]

    assert browser.post(page_of(made), sent | {"_show": ""}).status_code == 200
    assert Ruling.objects.count() == 0


def test_what_is_refused_names_the_field(sign_in, made):
    browser, _monitor = sign_in(MONITOR)

    assert refused(browser, made, address="").keys() == {"address"}
    assert refused(browser, made, address="https://nowhere.org/x").keys() == {"address"}
    assert refused(browser, made, address="ftp://nowhere.org/x").keys() == {"address"}
    assert refused(browser, made, decided_from="").keys() == {"decided_from"}
    assert refused(browser, made, decided_precision="span").keys() == {"decided_to"}
    assert refused(browser, made, version="99").keys() == {"version"}
    assert refused(browser, made, kind="overruled").keys() == {"kind"}


def test_two_who_record_the_same_ruling_make_one(sign_in, made):
    """Both saw the same page; who is second finds the ruling of the first."""
    browser, _monitor = sign_in(MONITOR)
    page = browser.get(page_of(made))
    browser.post(page_of(made), typed(page))

    again = browser.post(page_of(made), typed(page))

    assert again.context["form"].errors.keys() == {"decided_from"}
    assert Ruling.objects.count() == 1


def test_a_hidden_source_is_refused_like_none(sign_in, made):
    browser, _monitor = sign_in(MONITOR, clearance="TLP:GREEN")
    SourceFactory(address="https://site.org/hidden", marking="TLP:AMBER+STRICT")

    hidden = refused(browser, made, address="https://site.org/hidden")
    assert hidden == refused(browser, made, address="https://site.org/none")


def test_absent_hidden_and_withdrawn_convictions_answer_alike(sign_in):
    browser, _monitor = sign_in(MONITOR, clearance="TLP:GREEN")
    hidden = ConvictionFactory(marking="TLP:AMBER+STRICT")
    gone = ConvictionFactory(review_status="withdrawn", withdrawn_reason="Twice")

    for reference in (hidden.reference, gone.reference, "0000-0000-0009"):
        assert browser.get(address(Conviction, "ruling", reference)).status_code == 404


def test_who_may_not_add_rulings_is_refused(client, made):
    client.force_login(UserFactory(is_staff=True, rights=[READ, "legal.view_conviction"]))

    assert client.get(page_of(made)).status_code == 403


def test_a_ruling_of_one_suspect_leaves_the_others_standing(sign_in, made):
    other = ConvictionSuspectFactory(conviction=made).suspect
    browser, _monitor = sign_in(MONITOR)

    page = browser.post(page_of(made), {"kind": "annulled", "suspects": [other.pk], "_show": ""})

    shown = page.context["effect"]
    assert (Rung.STANDING, 1, 1) in shown.rungs
    assert (shown.before.people.standing, shown.after.people.standing) == (2, 1)


def test_the_page_costs_the_same_with_one_row_as_with_many(sign_in, made, count_queries):
    """Of the effect 14, of the form 3; the others are the session, the rights and the walls."""
    browser, _monitor = sign_in(MONITOR)
    browser.get(page_of(made))
    cost = count_queries(lambda: browser.get(page_of(made)))
    for _each in range(3):
        ConvictionSuspectFactory(conviction=made)
        ConvictionIncidentFactory(conviction=made)
        RulingFactory(conviction=made, kind="upheld")

    assert count_queries(lambda: browser.get(page_of(made))) == cost == 25


class AlHashimiTests(StarterDataTestCase):
    """His conviction was annulled on 31 July 2023: what the page foretells is what then holds."""

    def person(self, username):
        person = UserFactory(username=username, is_staff=True, rights=[], clearance="TLP:CLEAR")
        person.groups.add(Role.objects.get(name=MONITOR))
        return person

    def test_the_effect_foretold_is_the_effect_after_publishing(self):
        recorded = Ruling.objects.get(conviction__origin_id__contains="hashimi", kind="annulled")
        made = recorded.conviction
        monitor, second = self.person("layla"), self.person("salam")
        recorded.review_status, recorded.withdrawn_reason = "withdrawn", "to be entered anew"
        recorded.save()
        source = recorded.citations.first().source
        self.client.force_login(monitor)

        page = self.client.get(page_of(made))
        foretold = page.context["effect"]
        standing = {rung: (was, now) for rung, was, now in foretold.rungs}[Rung.STANDING]
        assert standing[0] - standing[1] == 1

        answer = self.client.post(page_of(made), typed(page, address="", source=source.pk))
        assert answer.status_code == 302, answer.context["form"].errors
        ruling = Ruling.objects.get(conviction=made, review_status="submitted")
        viewer = Viewer.of(User.objects.get(pk=monitor.pk))
        question = page.context["question"]
        incidents = Incident.objects.visible_to(viewer).filter(pk__in=foretold.incidents)
        assert _ladder(incidents, question) == foretold.before

        review.publish(second, ruling, version=ruling.version)
        assert _ladder(incidents, question) == foretold.after
