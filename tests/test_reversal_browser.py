"""A conviction is reversed in a real browser, and the headline moves once it is published."""

from datetime import date

import pytest

from legal.models import Conviction, Ruling
from tests.admin_pages import address
from tests.factories import (
    ConvictionFactory,
    ConvictionIncidentFactory,
    ConvictionSuspectFactory,
)
from tests.test_front_page_browser import browser, pytestmark
from tests.test_review_browser import desk, press, site

__all__ = ["browser", "desk", "pytestmark", "site"]

STANDS = "1 to a conviction that stands"
STANDS_NOT = "0 to a conviction that stands"
TOTALS = ".front-table tfoot td"  # recorded, claimed, arrested, charged, convicted, standing


@pytest.mark.parametrize(("width", "language"), [(1440, "en"), (390, "ar")])
def test_a_conviction_is_reversed_in_two_clicks(desk, site, width, language):
    made = ConvictionFactory(on=date(2022, 1, 1))
    ConvictionSuspectFactory(conviction=made)
    ConvictionIncidentFactory(conviction=made)
    pages, complaints = desk(width, language)
    layla, salam = pages["layla"], pages["salam"]

    layla.goto(f"{site}{address(Conviction, 'change', made.pk)}")
    with layla.expect_navigation():
        layla.click(f"[href$='{made.reference}/ruling/']")
    rung = layla.locator("tr[data-rung=standing] .number")
    assert rung.all_inner_texts() == ["1", "0"]
    assert layla.evaluate("document.documentElement.scrollWidth") <= width
    layla.fill("#id_decided_from", "2023-07-31")
    layla.click("#id_source + .select2 .select2-selection")
    layla.fill(".select2-search__field", "Shafaq")
    layla.click(".select2-results__option:has-text('Shafaq')")
    with layla.expect_navigation():
        layla.click("[name=_record]")
    ruling = Ruling.objects.get()
    assert ruling.review_status == "submitted"

    salam.goto(f"{site}/admin/")
    assert salam.locator(TOTALS).all_inner_texts()[4:6] == ["1", "1"]
    if language == "en":
        assert STANDS in salam.inner_text("#content")
    salam.goto(f"{site}{address(Ruling, 'change', ruling.pk)}")
    press(salam, "publish")
    salam.goto(f"{site}/admin/")
    assert salam.locator(TOTALS).all_inner_texts()[4:6] == ["1", "0"]
    if language == "en":
        assert STANDS_NOT in salam.inner_text("#content")
    assert complaints == []
