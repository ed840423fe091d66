"""Names in question: proposed by likeness, decided by a monitor, and two groups stay two."""

import pytest
from django.contrib.auth.models import Group as Role
from django.urls import reverse

from incidents.models import Incident
from militias.alike import alike
from militias.models import CandidateLink, Group, GroupName, Relation
from records.gate import Unrestricted
from records.roles import DATA_ENTRY, MONITOR
from tests.admin_pages import address, form_data
from tests.factories import (
    AttributionFactory,
    CandidateLinkFactory,
    ClaimFactory,
    GroupFactory,
    GroupNameFactory,
    RelationFactory,
    SourceFactory,
    UserFactory,
)

OPEN = reverse("admin:militias_candidatelink_open")
ALL = Unrestricted("tests")


@pytest.fixture
def sign_in(client):
    def as_(role):
        user = UserFactory(is_staff=True, rights=[], clearance="TLP:RED")
        user.groups.add(Role.objects.get(name=role))
        client.force_login(user)
        return client

    return as_


@pytest.fixture
def link():
    """The acceptance case: one listing gives the cave's English name to the league."""
    league = GroupFactory(name="Asa'ib Ahl al-Haq", name_ar="عصائب أهل الحق", kind="militia")
    cave = GroupFactory(name="Ashab al-Kahf", name_ar="أصحاب الكهف", kind="facade")
    GroupNameFactory(bearer=cave, text="People of the Cave", kind="translation")
    link = CandidateLinkFactory(name="The People of the Cave", given_to=league, may_be=cave)
    link.citations.create(source=SourceFactory(publisher="Federal Register"), pinpoint="1369")
    return link


def page_of(link):
    return reverse("admin:militias_candidatelink_decide", args=[link.pk])


def answer(browser, link, said, **given):
    """Press a button on the page of a link, with a reason."""
    initial = browser.get(page_of(link)).context["form"].initial
    given = initial | {"answer": said, "reason": "Compared."} | given
    return browser.post(page_of(link), given)


# The page


def test_the_page_shows_both_groups_with_what_is_said_of_each(sign_in, link):
    claims = ClaimFactory.create_batch(2, group=link.may_be)
    ClaimFactory(group=link.may_be, incident=claims[0].incident)
    AttributionFactory(group=link.given_to)
    AttributionFactory(group=link.given_to, stance="denies")
    RelationFactory(from_group=link.may_be, to_group=link.given_to, kind="facade_of")

    (card,) = sign_in(MONITOR).get(OPEN).context["cards"]

    (_, league), (_, cave) = card["sides"]
    assert [name["text"] for name in cave["names"]] == [
        "Ashab al-Kahf",
        "أصحاب الكهف",
        "People of the Cave",
    ]
    assert [number for _, number, _ in league["counts"]] == [0, 1]
    assert [number for _, number, _ in cave["counts"]] == [2, 0]
    assert cave["relations"] == ["facade of Asa'ib Ahl al-Haq (Likely)"]


def test_each_number_is_the_length_of_the_list_it_leads_to(sign_in, link):
    ClaimFactory.create_batch(2, group=link.may_be)
    AttributionFactory(group=link.given_to)
    ClaimFactory(group=link.may_be, marking="TLP:RED", readers=[10**9])
    browser = sign_in(MONITOR)

    (card,) = browser.get(OPEN).context["cards"]

    numbers = [count for _, side in card["sides"] for count in side["counts"]]
    assert sum(number for _, number, _ in numbers) == 3
    for _, number, where in numbers:
        assert len(browser.get(where).context["cl"].result_list) == number


def test_a_page_of_many_costs_what_one_of_few_does(sign_in, link, count_queries):
    browser = sign_in(MONITOR)
    browser.get(OPEN)
    cost = count_queries(lambda: browser.get(OPEN))
    for _ in range(5):
        more = CandidateLinkFactory()
        more.citations.create(source=SourceFactory())
        RelationFactory(from_group=more.may_be)

    assert count_queries(lambda: browser.get(OPEN)) == cost
    assert len(browser.get(OPEN).context["cards"]) == 6


def test_what_is_decided_or_withdrawn_is_not_open(sign_in, link):
    for reason in ("Told apart.", "No."):
        CandidateLinkFactory(decision="rejected", decided_on="2024-03-01", decision_reason=reason)
    CandidateLinkFactory(review_status="withdrawn", withdrawn_reason="Twice.")

    shown = [card["link"] for card in sign_in(MONITOR).get(OPEN).context["cards"]]

    assert shown == [link]


def test_a_hidden_link_is_absent(sign_in):
    hidden = CandidateLinkFactory(name="Zulfiqar", marking="TLP:RED", readers=[10**9])
    browser = sign_in(MONITOR)

    assert browser.get(OPEN).context["cards"] == []
    assert browser.get(page_of(hidden)).status_code == 404
    assert browser.post(page_of(hidden), {"answer": "different"}).status_code == 404


# Deciding


def test_as_an_alias_the_name_and_its_source_are_the_groups_and_the_two_stay_two(sign_in, link):
    browser = sign_in(MONITOR)

    answer(browser, link, "alias", bearer=link.given_to_id)

    link.refresh_from_db()
    assert link.decision == "accepted"
    assert (link.decided_by, link.decision_reason) == (
        UserFactory._meta.model.objects.get(pk=link.updated_by_id),
        "Compared.",
    )
    name = link.given_to.names.get()
    assert (name.text, name.kind, name.script) == ("The People of the Cave", "alias", "Latn")
    cited = link.given_to.citations.get()
    assert (cited.source, cited.pinpoint) == (link.citations.get().source, "1369")
    assert Group.objects.count() == 2
    assert browser.get(OPEN).context["cards"] == []


def test_what_is_published_waits_for_a_second_monitor(sign_in, link):
    """Both the link and the group: nobody adds a name to what is published alone."""
    answer(sign_in(MONITOR), link, "alias")

    for row in (link, link.given_to):
        row.refresh_from_db()
        assert row.review_status == "published"
        assert row.to_countersign
        event = row.pgh_event_model.objects.filter(pgh_obj=row).latest("pgh_id")
        assert event.pgh_context["reason"] == "Compared."


def test_an_alias_is_read_by_whoever_reads_the_report_and_no_other(sign_in):
    group = GroupFactory(marking="TLP:CLEAR")
    link = CandidateLinkFactory(marking="TLP:AMBER+STRICT", given_to=group)
    link.citations.create(source=SourceFactory())

    answer(sign_in(MONITOR), link, "alias", bearer=group.pk)

    assert group.names.get().marking == "TLP:AMBER+STRICT"
    assert group.citations.get().marking == "TLP:AMBER+STRICT"


def test_a_relation_is_entered_in_its_own_form_filled_in(sign_in, link):
    browser = sign_in(MONITOR)

    there = answer(browser, link, "relation")

    initial = browser.get(there.url).context["adminform"].form.initial
    assert there.url.startswith(address(Relation, "add"))
    assert initial["from_group"] == str(link.may_be_id)
    assert initial["to_group"] == str(link.given_to_id)
    assert initial["kind"] == "facade_of"
    assert not Relation.objects.exists()


@pytest.mark.parametrize(
    ("said", "decision", "open_after"),
    [("different", "rejected", 0), ("undecided", "undecided", 1)],
)
def test_different_is_kept_and_undecided_stays_open_with_its_reason(
    sign_in, link, said, decision, open_after
):
    browser = sign_in(MONITOR)

    answer(browser, link, said)

    link.refresh_from_db()
    assert (link.decision, link.decision_reason) == (decision, "Compared.")
    assert len(browser.get(OPEN).context["cards"]) == open_after
    assert not link.given_to.names.exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"answer": "merge"}, "answer"),
        ({"answer": "alias", "bearer": ""}, "bearer"),
        ({"answer": "alias", "language": ""}, "language"),
        ({"answer": "alias", "bearer": 10**12}, "bearer"),
        ({"version": 10**11}, "version"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_decided(sign_in, link, given, field):
    refused = answer(sign_in(MONITOR), link, given.pop("answer", "different"), **given)

    link.refresh_from_db()
    assert set(refused.context["form"].errors) == {field}
    assert link.decision == "undecided"


def test_who_was_too_late_is_told(sign_in, link):
    late = answer(sign_in(MONITOR), link, "different", version=link.version + 1)

    link.refresh_from_db()
    assert "Look at it again" in str(late.context["form"].non_field_errors())
    assert link.decision == "undecided"


def test_a_group_that_is_in_review_takes_no_name(sign_in, link):
    Group.objects.filter(pk=link.given_to_id).update(review_status="submitted")

    refused = answer(sign_in(MONITOR), link, "alias", bearer=link.given_to_id)

    link.refresh_from_db()
    assert "submitted" in str(refused.context["form"].errors["bearer"])
    assert link.decision == "undecided"
    assert not GroupName.objects.filter(bearer=link.given_to_id).exists()


def test_only_a_monitor_decides(sign_in, link):
    browser = sign_in(DATA_ENTRY)

    refused = browser.post(
        page_of(link), {"version": 1, "answer": "different", "reason": "So I think."}
    )

    link.refresh_from_db()
    assert "only a monitor" in str(refused.context["form"].errors)
    assert link.decision == "undecided"


def test_the_form_of_a_link_decides_nothing(sign_in, link):
    browser, page = sign_in(MONITOR), address(CandidateLink, "change", link.pk)
    decided = {"decision": "rejected", "decision_reason": "So.", "decided_on": "2024-03-01"}

    browser.post(page, form_data(browser.get(page)) | decided | {"note": "Seen."})

    link.refresh_from_db()
    assert (link.note, link.decision) == ("Seen.", "undecided")


# Which groups a name is like


@pytest.mark.parametrize(
    ("term", "percent"),
    [("People of the Cave", 100), ("أصحاب الکهف", 100), ("As-hab al Kahf", 78), ("Zulfiqar", None)],
)
def test_groups_are_shown_with_how_alike_they_are(link, term, percent):
    found = alike(ALL, term)

    assert [(each.group, each.percent) for each in found] == (
        [(link.may_be, percent)] if percent else []
    )


def test_the_same_in_the_other_script_is_nearly_the_same(link):
    (found,) = alike(ALL, "Asaib Ahl el-Haqq")

    assert found.group == link.given_to
    assert 90 <= found.percent < 100


def test_what_was_told_apart_is_not_asked_again_and_what_is_in_question_is_said(sign_in, link):
    (open_,) = alike(ALL, "the people of THE cave", group=link.given_to)
    answer(sign_in(MONITOR), link, "different")

    assert open_.link == link
    assert alike(ALL, "the people of THE cave", group=link.given_to) == []
    assert len(alike(ALL, "Ashab al-Kahf", group=link.given_to)) == 1  # another name


def test_likeness_costs_three_queries(link, count_queries):
    GroupFactory.create_batch(3, name="Ashab al-Kahf")

    assert count_queries(lambda: alike(ALL, "The People of the Cave", group=link.given_to)) == 3


def test_while_one_types_the_likely_groups_are_shown(sign_in, link):
    asked = {"term": "people of the cave", "group": GroupFactory().pk}

    shown = sign_in(DATA_ENTRY).get(reverse("admin:militias_group_alike"), asked).text

    assert "Ashab al-Kahf" in shown
    assert "أصحاب الكهف" in shown
    assert "Put the name in question" in shown
    assert "Asa&#x27;ib" not in shown


@pytest.mark.parametrize("term", ["\0", "x" * 201])
def test_what_is_no_name_is_refused(sign_in, term):
    answered = sign_in(MONITOR).get(reverse("admin:militias_group_alike"), {"term": term})

    assert answered.status_code == 400


def test_a_group_with_a_name_like_anothers_is_saved_and_the_likeness_said(sign_in, link):
    browser, page = sign_in(MONITOR), address(Group, "add")
    given = {"name": "As-hab al Kahf", "kind": "facade"}

    saved = browser.post(page, form_data(browser.get(page)) | given, follow=True)

    said = [str(each) for each in saved.context["messages"]]
    group = Group.objects.get(name="As-hab al Kahf")
    assert any("is like a name of Ashab al-Kahf" in each for each in said)
    assert any(f"given_to={group.pk}&amp;may_be={link.may_be_id}" in each for each in said)
    assert CandidateLink.objects.count() == 1  # it proposes, a person decides


def test_the_page_leads_from_a_list_and_incidents_are_left_alone(sign_in, link):
    claim = ClaimFactory(group=link.may_be)
    browser = sign_in(MONITOR)

    listed = browser.get(address(CandidateLink, "changelist"))
    answer(browser, link, "alias")

    assert OPEN in listed.text
    assert Incident.objects.get().claims.get() == claim
    claim.refresh_from_db()
    assert claim.group == link.may_be
