"""Whatever is put into an address is answered: odd ids, odd words, odd page numbers, odd filters."""

import pytest

from tests.api.conftest import CHILD, Site

ODD_IDS = [
    "%00",
    "x" * 3000,
    "..%2f..%2fetc",
    "%F0%9F%92%A9",
    "'; drop table records",
    "%ff%fe",
    "0",
]


@pytest.mark.parametrize("odd", ODD_IDS)
def test_an_id_of_an_odd_shape_is_absent_and_no_fault(site: Site, odd: str) -> None:
    browser = site.signed_in("information_governance")
    for address in ("records", "clients", "batches", "api/v1/records", "api/v1/items"):
        assert browser.get(f"/{address}/{odd}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "\0",
        "a" * 20_000,
        '"',
        "((((",
        "*",
        "-",
        "£€ 🙂",
        "a AND OR NOT",
        "\ud800".encode("utf-8", "surrogatepass"),
    ],
)
def test_a_search_for_anything_at_all_is_answered(site: Site, query: str | bytes) -> None:
    browser = site.signed_in("team_manager")
    for address in ("/search", "/clients", "/clients/suggest", "/api/v1/search", "/api/v1/clients"):
        assert browser.get(address, query_string={"q": query}).status_code == 200


@pytest.mark.parametrize("args", ["page=99999999999999999999", "page=-1", "page=x", "page=0"])
def test_a_page_number_out_of_reach_is_no_fault(site: Site, args: str) -> None:
    browser = site.signed_in("quality_supervisor")
    for address in ("/queue", "/batches"):
        assert browser.get(f"{address}?{args}").status_code == 200
    reader = site.signed_in("team_manager")
    for address in ("/search?q=the&", "/clients?q=bryn&"):
        answer = reader.get(f"{address}{args}", follow_redirects=True)
        assert answer.status_code == 200


@pytest.mark.parametrize("args", ["type=none", "year=99", "year=x", "type=D05&type=none"])
def test_a_filter_that_cannot_be_is_refused_and_not_ignored(site: Site, args: str) -> None:
    assert site.signed_in("team_manager").get(f"/search?q=the&{args}").status_code == 422


def test_the_filters_narrow_to_exactly_what_is_ticked(site: Site) -> None:
    record_id = site.filed(CHILD, b"The tambourine was found in the boathouse.\n")
    browser = site.signed_in("team_manager")
    shown = {
        args: record_id in browser.get(f"/search?q=tambourine{args}").text
        for args in ("", "&type=D05", "&type=D04", "&type=D04&type=D05", "&year=2026", "&year=2025")
    }
    assert list(shown.values()) == [True, True, False, True, True, False]
    unticked = browser.get("/search?q=tambourine&type=D04").text
    assert 'value="D04" checked' in unticked
    assert 'value="D05"' in unticked
