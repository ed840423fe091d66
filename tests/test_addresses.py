"""One address in many spellings is one source; two addresses never are."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import assume, example, given
from hypothesis import strategies as st

from records.addresses import normal_address
from records.models import Marking, Source
from records.viewer import Viewer
from tests.factories import OrganisationFactory, SourceFactory

SAME = {
    "https://reuters.com/world/erbil": [
        "https://www.reuters.com/world/erbil/",
        "HTTP://WWW.Reuters.COM:80/world/erbil",
        "http://reuters.com:443/world/./x/../erbil#top",
        "reuters.com/world/erbil?utm_source=x&fbclid=9",
        "//www.reuters.com./world/erbil?",
        "  https://reuters.com/world/%65rbil\n",
        "https://web.archive.org/web/20210216120000/https://www.reuters.com/world/erbil",
        "https://web.archive.org/web/20210216id_/http:/reuters.com/world/erbil",
        "https://archive.ph/2021/https://web.archive.org/web/2021/reuters.com/world/erbil",
        "https://www.google.com/amp/s/www.reuters.com/world/erbil",
        "https://www-reuters-com.cdn.ampproject.org/c/s/www.reuters.com/world/erbil",
    ],
    "https://x.com/someone/status/1": ["https://mobile.twitter.com/someone/status/1?s=20"],
    "https://t.me/channel/55": ["https://telegram.me/s/channel/55?single"],
    "https://site.iq/خبر?a=1&b=%20": ["https://site.iq/%d8%ae%d8%a8%d8%b1?b=+&a=1"],
    "https://xn--mgbabj8bzfya.com/x": ["https://باكستان.com/x/"],
    "https://site.org:8080": ["site.org:8080/"],
    "https://site.org#!/case/7": ["http://site.org/#!/case/7"],
    "https://site.org/a%2Fb?q=%26": ["https://site.org/a%2fb?q=%26"],
}
DIFFERENT = [
    "https://site.org/a",
    "https://site.org/A",
    "https://m.site.org/a",
    "https://site.org/a?id=1",
    "https://site.org/a?id=2",
    "https://site.org/a%2Fb",
    "https://site.org/a/b",
    "https://site.org:8080/a",
    "https://site.org/#/case/1",
    "https://site.org/#/case/2",
    "https://archive.ph/AbC12",
    "https://site.org/a?u=https://site.org/a",
]
REFUSED = [
    "javascript:alert(1)",
    " JavaScript:alert(1)//site.org",
    "data:text/html,<b>x</b>",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://site.org/x",
    "mailto:a@site.org",
    "https://web.archive.org/web/2021/javascript:alert(1)",
    "https://name:word@site.org/",
    "https://site.org@evil.org/",
    "https://",
    "https://site",
    "https://[::1",
    "https://site.org:99999/",
    "https://a b.org/",
    "https://site.org/a\u2028b",
    "https://site.org\\@evil.org",
    "https://site.org/\ud800",
    "",
    "an ordinary sentence",
]


@pytest.mark.parametrize(
    ("normal", "spelled"), [(one, other) for one, others in SAME.items() for other in others]
)
def test_spellings_of_one_address_are_one(normal, spelled):
    assert normal_address(spelled) == normal == normal_address(normal)


def test_addresses_that_may_differ_are_kept_apart():
    assert len({normal_address(text) for text in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_address_of_a_web_page_is_refused_with_a_remedy(text):
    with pytest.raises(ValidationError) as refusal:
        normal_address(text)
    assert refusal.value.messages[0].endswith(".")


parts = st.text(st.characters(codec=None, exclude_characters="?#"), max_size=30)
pieces = st.text(st.sampled_from("aZ9%/.;:@&=+?#~é\u0627\u202e[]|w2Fd8A7"), max_size=40)


@given(st.one_of(parts, pieces), st.one_of(parts, pieces))
@example("%%44%38%%41%37", "")
@example("a/b/..//../c//", "&&=&")
def test_the_normal_form_of_a_normal_form_is_itself(path, query):
    try:
        once = normal_address(f"https://site.org/{path}?{query}")
    except ValidationError:
        assume(False)
    assert normal_address(once) == once
    assert once.startswith("https://site.org") and len(once) < 2700  # what an index holds


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(text):
    try:
        once = normal_address(text)
    except ValidationError:
        return
    assert normal_address(once) == once


@pytest.mark.django_db
def test_a_source_is_found_by_any_spelling_and_by_its_archived_copy():
    source = SourceFactory(
        address="http://www.site.org/a/?utm_source=x", archived_address="https://archive.ph/AbC12"
    )
    SourceFactory(address="https://site.org/b")
    SourceFactory(address="")

    for spelled in ("site.org/a", "https://web.archive.org/web/2021/http://site.org/a/"):
        assert list(Source.objects.at_address(spelled)) == [source]
    assert list(Source.objects.at_address("http://archive.ph/AbC12/")) == [source]


@pytest.mark.django_db
def test_the_key_follows_the_address_however_the_row_is_written():
    source = SourceFactory(address="https://site.org/a")
    source.address = "https://www.site.org/b"
    source.save(update_fields=["address", "address_key"])
    again = Source.objects.only("publisher").get(pk=source.pk)
    again.publisher = "Another"
    again.save()
    (bulk,) = Source.objects.bulk_create(
        [Source(publisher="P", owner=source.owner, address="http://site.org/c/")]
    )
    keys = dict(Source.objects.values_list("pk", "address_key"))

    assert keys == {source.pk: "https://site.org/b", bulk.pk: "https://site.org/c"}


@pytest.mark.django_db
def test_a_hidden_source_is_not_recognised():
    home, elsewhere = (OrganisationFactory(slug=slug) for slug in ("home", "elsewhere"))
    SourceFactory(owner=home, marking=Marking.AMBER_STRICT, address="https://site.org/a")
    stranger = Viewer(person_id=2, organisation_id=elsewhere.pk, clearance=3, drafts=True)
    member = Viewer(person_id=1, organisation_id=home.pk, clearance=3, drafts=True)

    assert not Source.objects.at_address("https://site.org/a").visible_to(stranger)
    assert Source.objects.at_address("https://site.org/a").visible_to(member).count() == 1


@pytest.mark.django_db
def test_an_index_serves_the_search():
    found = Source.objects.at_address("https://site.org/a").unrestricted(reason="a test")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = found.explain()

    assert "source_address_key" in plan and "source_archived_key" in plan
