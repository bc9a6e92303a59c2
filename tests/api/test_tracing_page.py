"""Where is this letter? as a page and by API."""

from tests.api.conftest import Site


def test_a_letter_is_found_on_the_page_and_by_api_within_what_one_may_see(site: Site) -> None:
    _, document_id = site.waiting(
        b"Minutes of the beekeepers\nThe quince was praised.", sender="indexer"
    )
    indexer = site.signed_in("indexer")
    page = indexer.get("/batches/trace?q=QUINCE+was").text
    assert "1 found." in page and f"/queue/{document_id}" in page and "letter.txt" in page
    assert "Search what is on file" not in page
    assert "Nothing was found" in site.signed_in("post_room").get("/batches/trace?q=quince").text
    assert "What do you know of it?" in indexer.get("/batches/trace").text
    program, headers = site.app.test_client(), site.token("indexer")
    (found,) = program.get("/api/v1/letters?q=quince", headers=headers).json["letters"]
    assert (found["document_id"], found["state"], found["first_page"]) == (
        document_id,
        "to_index",
        1,
    )


def test_who_sees_no_batch_is_refused_and_who_searches_is_shown_the_way(site: Site) -> None:
    assert site.signed_in("auditor").get("/batches/trace?q=quince").status_code in (403, 404)
    page = site.signed_in("business_support").get("/batches/trace?q=quince").text
    assert 'href="/search?q=quince"' in page
