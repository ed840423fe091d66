"""What tests of reports handed over share: who makes them, and how their numbers are read."""

import csv
import io
import re
from zipfile import ZipFile

from tests.factories import UserFactory
from tests.hidden_world import EVERY_RIGHT

LISTED = "/admin/handed-over/"
MAKE = f"{LISTED}make/"
REVIEWS = [*EVERY_RIGHT, "records.review_records"]
DAY = "2030-01-01"
STEP = re.compile(
    r'<tr data-column="(\w+)">.*?<td class="number">(\d+)</td>'
    r'<td class="cases"><bdi dir="ltr">(.*?)</bdi>'
)


def monitor(**values):
    return UserFactory(is_staff=True, rights=REVIEWS, **values)


def handed_over(client, marking="TLP:CLEAR", language="en", **asked):
    """The address of the page of a report that this client handed over."""
    query = "&".join(f"{name}={value}" for name, value in {"as_of": DAY, **asked}.items())
    answer = client.post(f"{MAKE}?{query}", {"marking": marking, "language": language})
    assert answer.status_code == 302, answer.content.decode()
    assert answer.url.startswith(f"{LISTED}MSL-"), answer.url
    return answer.url


def steps_of_html(html):
    """{column: (number, the numbers of the cases listed beside it)} of the report's own table."""
    return {column: (int(number), _unrolled(cases)) for column, number, cases in STEP.findall(html)}


def _unrolled(cases):
    found = []
    for stretch in cases.split(", ") if cases != "–" else []:
        first, _dash, last = stretch.partition("–")
        found += range(int(first), int(last or first) + 1)
    return found


def files_of(packed):
    """{name: text} of a bundle."""
    with ZipFile(io.BytesIO(packed)) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))
