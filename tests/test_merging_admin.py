"""The pages on which a monitor merges two incidents, and undoes it."""

import re

import pytest
from django.urls import reverse

from incidents.models import Claim, Incident, Merge
from records.roles import DATA_ENTRY, MONITOR
from tests.admin_pages import address
from tests.factories import (
    ArrestLinkFactory,
    ClaimFactory,
    IncidentFactory,
    SourceFactory,
    cite,
)
from tests.history_pages import page_of
from tests.review_pages import sign_in

__all__ = ["page_of", "sign_in"]

WHY = "The same rockets, told twice."
LONG = "Rockets at Erbil airport, fired from the back of a lorry that was found later"


@pytest.fixture
def pair():
    kept = IncidentFactory(title="Rockets at Erbil", series="")
    other = IncidentFactory(title=LONG, series="A wave", kind="bombing")
    return kept, other


@pytest.fixture
def monitor(sign_in):
    return sign_in(MONITOR)[0]


def page(kept, other):
    return f"{address(Incident, 'merge', kept.pk)}?with={other.reference}"


def sent(kept, other, **given):
    versions = {"kept_version": kept.version, "merged_version": other.version}
    names = ("title", "kind", "place", "series")
    return versions | {f"take_{name}": "kept" for name in names} | {"reason": WHY} | given


def text_of(response):
    """The page, but for what is another on every page."""
    return re.sub(r'(csrf[^ ]*"[^>]*value=)"[^"]*"', "", response.content.decode())


def test_what_differs_is_offered_and_the_rest_is_folded(monitor, pair):
    response = monitor.get(page(*pair))

    answers = [row["answer"].name for row in response.context["answers"]]
    assert answers == ["title", "kind", "place", "series"]
    form = response.context["form"]
    assert form["take_series"].initial == "merged", "the kept one says nothing of it"
    assert form["take_title"].initial == "kept"
    assert "Outcome" in dict(response.context["alike"])
    assert b"<mark>" in response.content


def test_a_monitor_chooses_field_by_field(monitor, pair):
    kept, other = pair
    claim = ClaimFactory(incident=other)
    chosen = {
        "take_title": "new",
        "text_title": "Rockets at Erbil airport",
        "take_series": "merged",
    }

    response = monitor.post(page(*pair), sent(*pair, **chosen), follow=True)

    assert response.redirect_chain == [(address(Incident, "change", kept.pk), 302)]
    kept.refresh_from_db()
    assert (kept.title, kept.series, kept.kind) == (
        "Rockets at Erbil airport",
        "A wave",
        "rocket_attack",
    )
    assert kept.to_countersign
    assert Claim.objects.get(pk=claim.pk).incident == kept


def test_what_moves_is_told_and_what_stays_behind(monitor, pair):
    kept, other = pair
    source = SourceFactory()
    cite(kept, source)
    cite(other, source, pinpoint="page 3")
    link = ArrestLinkFactory(incident=kept)
    ArrestLinkFactory(incident=other, arrest=link.arrest, contested=True)
    ClaimFactory(incident=other, marking="TLP:RED", readers=[10**6])

    kinds = monitor.get(page(*pair)).context["belongings"]

    assert {kind.title: len(kind.rows) for kind in kinds} == {"Sources": 1, "Arrest links": 1}
    stays = {kind.title: (kind.rows[0].stays, kind.rows[0].says_else) for kind in kinds}
    assert stays == {"Sources": (True, ("Pinpoint",)), "Arrest links": (False, ())}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"take_kind": ""}, "take_kind"),
        ({"take_title": "new"}, "text_title"),
        ({"take_title": "new", "text_title": "x" * 201}, "text_title"),
        ({"take_kind": "new"}, "take_kind"),
    ],
)
def test_what_is_missing_is_asked_for(monitor, pair, given, field):
    response = monitor.post(page(*pair), sent(*pair, **given))

    assert list(response.context["form"].errors) == [field]
    assert Merge.objects.count() == 0


def test_a_page_that_is_out_of_date_merges_nothing_and_shows_both_texts(monitor, pair):
    _kept, other = pair
    Incident.objects.filter(pk=other.pk).update(title="Rockets, seen anew")

    response = monitor.post(page(*pair), sent(*pair, take_title="new", text_title="Mine"))

    assert Merge.objects.count() == 0
    (changed,) = response.context["changed"]
    (title,) = changed["change"].differences
    assert (title.old, title.new) == (LONG, "Rockets, seen anew")
    form = response.context["form"]
    assert form["text_title"].value() == "Mine", "nothing typed is lost"
    other.refresh_from_db()
    again = monitor.post(page(*pair), sent(*pair, take_title="new", text_title="Mine"))
    assert again.status_code == 302


def test_hidden_and_absent_are_one_answer(monitor, pair):
    hidden = IncidentFactory(marking="TLP:RED", readers=[10**6])
    kept = address(Incident, "merge", pair[0].pk)

    pages = [
        text_of(monitor.get(f"{kept}?with={reference}")).replace(reference, "")
        for reference in (hidden.reference, "ZZZZ-ZZZZ-ZZZZ")
    ]

    assert "No incident that you may read" in pages[0]
    assert pages[0] == pages[1]


def test_hidden_parts_move_no_byte_of_the_page(monitor, pair):
    kept, other = pair
    shared = ArrestLinkFactory(incident=kept)

    before = text_of(monitor.get(page(*pair)))
    red = {"marking": "TLP:RED", "readers": [10**6]}
    ClaimFactory(incident=other, **red)
    for row in pair:
        ArrestLinkFactory(incident=row, arrest=shared.arrest, **red)

    assert text_of(monitor.get(page(*pair))) == before


def test_data_entry_neither_sees_nor_opens_it(sign_in, pair):
    browser, _user = sign_in(DATA_ENTRY)

    assert browser.get(page(*pair)).status_code == 403
    assert browser.post(page(*pair), sent(*pair)).status_code == 403
    shown = browser.get(address(Incident, "change", pair[0].pk)).content
    assert address(Incident, "merge", pair[0].pk).encode() not in shown
    assert b'name="action"' not in browser.get(address(Incident, "changelist")).content


def test_two_are_chosen_in_the_list_and_no_more(monitor, pair):
    kept, other = pair
    third = IncidentFactory()
    listed = address(Incident, "changelist")

    def choose(*rows):
        chosen = {"action": "merge", "_selected_action": [row.pk for row in rows], "index": 0}
        return monitor.post(listed, chosen)

    assert choose(kept, other)["Location"] == page(kept, other)
    for rows in ((kept,), (kept, other, third)):
        refused = choose(*rows)
        assert refused["Location"] == listed
    assert b"delete_selected" not in monitor.get(listed).content


def test_the_old_page_leads_on_once_another_has_countersigned(monitor, sign_in, pair):
    kept, other = pair
    monitor.post(page(*pair), sent(*pair))
    old = address(Incident, "change", other.pk)

    waiting = monitor.get(old)
    assert waiting.status_code == 200
    assert waiting.context["merged_into"]["address"] == address(Incident, "change", kept.pk)
    sign_in(MONITOR)
    other.refresh_from_db()
    monitor.post(address(Incident, "review", other.pk, "countersign"), {"version": other.version})
    assert monitor.get(old)["Location"] == address(Incident, "change", kept.pk)


def test_what_was_merged_is_found_in_the_list_and_offered_to_no_record(monitor, pair):
    _kept, other = pair
    monitor.post(page(*pair), sent(*pair))
    field = {"app_label": "incidents", "model_name": "claim", "field_name": "incident"}

    def offered(row):
        asked = field | {"term": row.reference}
        return monitor.get(reverse("admin:autocomplete"), asked).json()["results"]

    assert [len(offered(row)) for row in pair] == [1, 0]
    listed = monitor.get(address(Incident, "changelist"), {"q": other.reference})
    assert [row.pk for row in listed.context["cl"].result_list] == [other.pk]


def test_the_history_of_both_tells_of_it_and_undoes_it(monitor, pair):
    kept, other = pair
    title = kept.title
    monitor.post(page(*pair), sent(*pair, take_title="merged"))
    back = f"{address(Incident, 'unmerge', kept.pk)}?of={other.reference}"
    for row in pair:
        told = monitor.get(address(Incident, "history", row.pk)).content.decode()
        assert back.replace("&", "&amp;") in told
        assert WHY in told

    asked = monitor.get(back)
    assert [said.label for said in asked.context["back"]] == ["Title"]
    kept.refresh_from_db()
    refused = monitor.post(back, {"version": kept.version, "reason": ""})
    assert list(refused.context["form"].errors) == ["reason"]
    monitor.post(back, {"version": kept.version, "reason": "Two after all."})

    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.title, other.review_status, other.merged_into) == (title, "published", None)
    assert b"Two after all." in monitor.get(address(Incident, "history", other.pk)).content


def test_what_was_changed_since_the_merge_is_asked(monitor, pair):
    kept, other = pair
    monitor.post(page(*pair), sent(*pair, take_title="merged"))
    Incident.objects.filter(pk=kept.pk).update(title="Later")
    kept.refresh_from_db()
    back = f"{address(Incident, 'unmerge', kept.pk)}?of={other.reference}"
    given = {"version": kept.version, "reason": "Two after all."}

    asked = monitor.post(back, given)
    assert list(asked.context["form"].errors) == ["take_title"]
    assert [row["texts"].old for row in asked.context["since"]] == ["Later"]
    monitor.post(back, given | {"take_title": "stays"})

    kept.refresh_from_db()
    assert kept.title == "Later"
    assert Merge.objects.get().undone_at


def test_the_page_costs_as_much_for_ten_parts_as_for_one(monitor, pair, count_queries):
    """Of the session and the person 4, of the transaction and gate 4, the two incidents and
    what they name 5, why not 1, each kind of row 12, labels 2 and the people read by 1."""
    _kept, other = pair
    ClaimFactory(incident=other)
    cite(other)
    monitor.get(page(*pair))
    one = count_queries(lambda: monitor.get(page(*pair)))

    ClaimFactory.create_batch(9, incident=other)
    for _time in range(9):
        cite(other)

    assert count_queries(lambda: monitor.get(page(*pair))) == one
    assert one <= 36
