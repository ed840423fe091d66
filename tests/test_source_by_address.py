"""Paste an address, get a source: the known one, or a draft, and never a second."""

import pytest
from django.urls import reverse

from config.vocabularies import vocabulary
from incidents.models import Incident, IncidentCitation
from records.models import Source
from records.models.source import MEANS
from tests.admin_pages import address, form_data, refusals
from tests.factories import IncidentFactory, OrganisationFactory, SourceFactory, UserFactory

PAGE = "https://reuters.com/world/erbil"
PASTED = "http://www.reuters.com/world/erbil/?utm_source=x"


@pytest.fixture
def incident(person):
    return IncidentFactory(review_status="draft", owner=person.organisation, created_by=person)


@pytest.fixture
def hidden():
    return SourceFactory(
        owner=OrganisationFactory(slug="stranger"),
        marking="TLP:AMBER+STRICT",
        publisher="Zqanary",
        address=PAGE,
    )


def searched(client, term):
    asked = {
        "term": term,
        "app_label": "incidents",
        "model_name": "incidentcitation",
        "field_name": "source",
    }
    return client.get(reverse("admin:autocomplete"), asked).json()["results"]


def cite(client, incident, *pasted):
    page = address(Incident, "change", incident.pk)
    form = form_data(client.get(page))
    form["citations-TOTAL_FORMS"] = len(pasted)
    for at, given in enumerate(pasted):
        form[f"citations-{at}-source"] = given
        form[f"citations-{at}-support"] = "states"
    return client.post(page, form)


def test_a_known_source_is_found_by_any_spelling_of_its_address(desk):
    source = SourceFactory(address=PAGE, title="Erbil")

    assert [found["id"] for found in searched(desk, PASTED)] == [str(source.pk)]


def test_an_unknown_address_is_offered_with_the_publisher_of_its_site(desk):
    SourceFactory(publisher="Reuters", address="https://www.reuters.com/other")
    (offered,) = searched(desk, PASTED)

    assert offered == {"id": PASTED, "text": f"New source: Reuters, {PASTED}"}
    assert searched(desk, "javascript:alert(1)//x.org/") == []
    assert not Source.objects.filter(address=PASTED).exists()


def test_a_channel_of_a_site_of_many_has_its_own_publisher(desk):
    SourceFactory(publisher="Saraya channel", address="https://t.me/saraya/5")

    assert "Saraya channel" in searched(desk, "https://t.me/s/saraya/9")[0]["text"]
    assert "New source: t.me/other, " in searched(desk, "https://t.me/other/9")[0]["text"]


def test_an_address_pasted_into_a_citation_becomes_a_draft_of_a_source(desk, incident, person):
    answer = cite(desk, incident, PASTED)
    citation = IncidentCitation.objects.get()
    source = citation.source
    told = desk.get(answer.url)

    assert (source.address, source.publisher) == (PASTED, "reuters.com")
    assert (source.owner, source.created_by) == (person.organisation, person)
    assert (source.review_status, source.reliability) == ("draft", "F")
    assert address(Source, "change", source.pk).encode() in told.content


def test_the_same_address_again_is_the_same_source(desk, incident, person):
    cite(desk, incident, PASTED)
    other = IncidentFactory(review_status="draft", owner=person.organisation, created_by=person)
    cite(desk, other, PAGE)

    assert Source.objects.count() == 1
    assert IncidentCitation.objects.count() == 2


def test_one_address_twice_on_one_form_is_refused_and_nothing_is_made(desk, incident):
    answer = cite(desk, incident, PASTED, PAGE)

    assert refusals(answer)["source"] == ["This address is cited twice here: leave one out."]
    assert not Source.objects.exists() and not IncidentCitation.objects.exists()
    assert f'<option value="{PASTED}" selected>'.encode() in answer.content


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("javascript:alert(1)//a.b/c", "begins with https://"),
        ("https://name:word@site.org/x", "user name or password"),
        (f"https://site.org/{'x' * 600}", "longer than 600"),
        ("file:///etc/passwd.d/x", "begins with https://"),
    ],
)
def test_what_is_no_address_is_refused_at_its_field(desk, incident, pasted, said):
    answer = cite(desk, incident, pasted)

    assert said in refusals(answer)["source"][0]
    assert not Source.objects.exists()


def test_a_hidden_source_is_not_betrayed(desk, incident, hidden):
    (offered,) = searched(desk, PAGE)
    told = desk.get(reverse("admin:records_source_at_address"), {"address": PAGE}).json()
    cite(desk, incident, PAGE)

    assert offered["text"] == f"New source: reuters.com, {PAGE}"
    assert told == {"publisher": "reuters.com"}
    assert Source.objects.filter(address=PAGE).count() == 2


def test_who_may_not_add_sources_makes_none(client, incident, person):
    rights = ["records.read_records", "incidents.view_incident", "incidents.change_incident"]
    reader = UserFactory(rights=[*rights, "records.view_source"], is_staff=True)
    Incident.objects.update(created_by=reader)
    client.force_login(reader)

    assert searched(client, PAGE) == []
    assert "source" in refusals(cite(client, incident, PAGE))
    assert not Source.objects.exists()


# The form of a source


def save(client, page, **values):
    form = {**form_data(client.get(page)), **values}
    return client.post(page, form)


def test_the_form_says_which_source_has_the_address(desk):
    known = SourceFactory(publisher="Reuters", address=PAGE)
    answer = save(desk, address(Source, "add"), publisher="R", address=PASTED)

    assert address(Source, "change", known.pk) in refusals(answer)["address"][0]
    assert Source.objects.count() == 1


def test_the_form_takes_an_address_that_only_a_hidden_source_has(desk, hidden):
    answer = save(desk, address(Source, "add"), publisher="R", address=PASTED)

    assert answer.status_code == 302 and Source.objects.count() == 2


def test_a_source_keeps_its_own_address(desk, person):
    mine = SourceFactory(
        address=PAGE, review_status="draft", owner=person.organisation, created_by=person
    )
    page = address(Source, "change", mine.pk)
    answer = save(desk, page, archived_address=f"https://web.archive.org/web/2021/{PAGE}")

    assert answer.status_code == 302


def test_the_form_is_told_of_an_address_at_once(desk, client):
    known = SourceFactory(publisher="Reuters", address=PAGE)
    page = reverse("admin:records_source_at_address")
    told = desk.get(page, {"address": PASTED}).json()

    assert told["link"] == address(Source, "change", known.pk)
    assert desk.get(page, {"address": "https://reuters.com/x"}).json() == {"publisher": "Reuters"}
    assert "https://" in desk.get(page, {"address": "data:text/html,x"}).json()["said"]
    client.logout()
    assert client.get(page, {"address": PASTED}).status_code == 302


# The scale


def test_each_letter_is_explained_where_it_is_chosen_as_in_the_vocabulary(desk):
    page = desk.get(address(Source, "add")).content.decode()
    defined = {word["value"]: word["definition"] for word in vocabulary("Reliability")["values"]}

    assert defined == {letter.value: str(said) for letter, said in MEANS.items()}
    assert all(said in page for said in defined.values())
