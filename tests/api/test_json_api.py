"""The JSON API: its description is valid and whole, and a file goes the whole way through it."""

import hashlib

import openapi_spec_validator

from api.authn import PUBLIC, needed_by
from tests.api.conftest import CHILD, LETTER, Site


def test_the_description_is_valid_openapi_and_names_every_route_with_its_permission(
    site: Site,
) -> None:
    document = site.app.test_client().get("/api/v1/openapi.json").json
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")
    described = {
        operation["operationId"].split("_of_")[0]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    routes = {r.endpoint for r in site.app.url_map.iter_rules() if r.endpoint.startswith("v1.")}
    assert {f"v1.{name}" for name in described} == routes
    for endpoint in routes:
        operation, needs = described[endpoint.removeprefix("v1.")], needed_by(site.app, endpoint)
        assert f"`{needs}`" in operation["description"]
        assert bool(operation["security"]) == (needs != PUBLIC)


def test_refusals_are_problem_details_with_code_fields_and_request_id(site: Site) -> None:
    program, headers = site.app.test_client(), site.token("post_room")
    refused = program.post(
        "/api/v1/batches", json={"expected_sheets": "x", "odd": 1}, headers=headers
    )
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert set(refused.json) == {
        "type",
        "title",
        "status",
        "detail",
        "code",
        "fields",
        "request_id",
    }
    assert set(refused.json["fields"]) == {"expected_sheets", "odd"}
    for answer, status in (
        (program.get("/api/v1/none", headers=headers), 404),
        (program.put("/api/v1/batches", headers=headers), 405),
        (program.get("/api/v1/batches"), 401),
        (program.post("/api/v1/batches", data=b"\xff{", headers=headers), 422),
    ):
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_a_file_goes_from_upload_to_a_record_that_is_found(site: Site) -> None:
    program, sender = site.app.test_client(), site.token("indexer")
    sent = program.post(
        "/api/v1/items?name=letter.txt", data=LETTER, headers={**sender, "Idempotency-Key": "one"}
    )
    assert sent.status_code == 201
    assert sent.json["sha256"] == hashlib.sha256(LETTER).hexdigest()
    item = f"/api/v1/items/{sent.json['id']}"
    assert program.get(item, headers=sender).json["state"] == "received"
    site.do_the_work()
    state = program.get(item, headers=sender).json
    assert (state["state"], state["page_count"]) == ("read", 1)
    [document] = state["documents"]
    address = f"/api/v1/documents/{document['document_id']}"
    assert program.post(f"{address}/take", headers=sender).json["taken"]
    wrong = program.post(
        f"{address}/file", json={"document_type": "D05", "client_ids": []}, headers=sender
    )
    assert (wrong.status_code, "clients" in wrong.json["fields"]) == (422, True)
    decision = {"document_type": "D05", "client_ids": [CHILD], "title": "Minutes"}
    filed = program.post(f"{address}/file", json=decision, headers=sender)
    assert filed.status_code == 201
    twice = program.post(f"{address}/file", json=decision, headers=sender)
    assert (twice.status_code, twice.json["code"]) == (409, "already_indexed")
    site.do_the_work()
    reader, record_id = site.token("social_worker_children"), filed.json["record_id"]
    hits = program.get("/api/v1/search?q=marmalade&type=D05", headers=reader).json["hits"]
    assert record_id in [hit["record"]["record_id"] for hit in hits]
    original = program.get(f"/api/v1/records/{record_id}/renditions/original", headers=reader)
    assert original.data == LETTER


def test_a_batch_accounts_for_its_pages(site: Site) -> None:
    program, headers = site.app.test_client(), site.token("post_room")
    opened = program.post("/api/v1/batches", json={"announced_files": 1}, headers=headers).json
    program.post(
        f"/api/v1/batches/{opened['batch_id']}/items?name=a.txt", data=LETTER, headers=headers
    )
    site.do_the_work()
    batch = program.get(f"/api/v1/batches/{opened['batch_id']}", headers=headers).json
    assert (batch["announced_files"], len(batch["item_ids"])) == (1, 1)
    pages = batch["pages"]
    assert (pages["received"], pages["to_index"], pages["agrees"]) == (1, 1, True)
