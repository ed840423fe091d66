"""Pages that say what went wrong, in both languages, with a way back."""

import pytest
from django.contrib.contenttypes.models import ContentType

from tests.factories import IncidentFactory, UserFactory


@pytest.mark.parametrize(
    ("language", "direction", "heading"),
    [("en", "ltr", "There is nothing at this address"), ("ar", "rtl", "لا شيء في هذا العنوان")],
)
def test_an_address_with_nothing_there(client, language, direction, heading):
    page = client.get("/nowhere/", headers={"accept-language": language})

    assert page.status_code == 404
    assert f'dir="{direction}"' in page.text
    assert heading in page.text
    assert 'href="/"' in page.text


def test_what_one_has_no_right_to(client):
    client.force_login(UserFactory(is_staff=True))

    page = client.get("/admin/incidents/incident/")

    assert page.status_code == 403
    assert "This is not yours to see or change" in page.text


def test_an_error_on_our_side(client, monkeypatch):
    def broken(request):
        raise ZeroDivisionError

    client.raise_request_exception = False
    monkeypatch.setattr("config.admin.front_page", broken)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))

    page = client.get("/admin/")

    assert page.status_code == 500
    assert "Something went wrong on our side" in page.text


@pytest.mark.django_db
def test_no_address_takes_a_key_of_any_table_there_is(client):
    """Django has one that leads to the page of a row on the site, and we have no such pages."""
    client.force_login(UserFactory(is_staff=True))
    client.raise_request_exception = False
    keys = ContentType.objects.values_list("pk", flat=True)

    statuses = {client.get(f"/admin/r/{key}/1/").status_code for key in keys}

    assert statuses == {404}


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["with=%00", "of=A%00B", "q=%00", "%00=1"])
def test_an_address_that_holds_what_no_text_holds(client, query):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.raise_request_exception = False
    incident = IncidentFactory()

    for page in ("", f"{incident.pk}/merge/", f"{incident.pk}/unmerge/", "quick/"):
        assert client.get(f"/admin/incidents/incident/{page}?{query}").status_code == 400
