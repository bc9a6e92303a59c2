"""Paper by pages, JSON and command line; bad input first."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.cli import main
from api.wiring import Instance
from edrms.clock import FixedClock
from scanning.paper.label_pdf import label_of
from tests import factories
from tests.api.conftest import csrf_of
from tests.service.papers import WHY, PaperOffice, paper_office

ABSENT = "0" * 32


class PaperSite(PaperOffice):
    """The office, with browsers of its people."""

    def browser(self, name: str) -> FlaskClient:
        if not hasattr(self, "app"):
            self.app = create_app(self.instance)
        found = self.app.test_client()
        given = {"username": name, "password": factories.PASSWORD}
        assert found.post("/sign-in", data=given).status_code == 302
        return found

    def token(self, name: str) -> dict[str, str]:
        self.browser(name)
        body = {"username": name, "password": factories.PASSWORD}
        answer = self.app.test_client().post("/api/v1/sessions", json=body)
        return {"Authorization": f"Bearer {answer.json['token']}"}


@pytest.fixture
def site(instance: Instance, clock: FixedClock) -> Iterator[PaperSite]:
    made = paper_office(instance, clock)
    yield PaperSite(made.instance, made.clock, made.olive, made.records)


def post(browser: FlaskClient, address: str, **given: object) -> TestResponse:
    return browser.post(address, data=given | {"csrf_token": csrf_of(browser)})


def read_barcode(pdf: bytes, scale: float) -> str:
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=scale).to_pil()
    [found] = zxingcpp.read_barcodes(page)
    assert found.format == zxingcpp.BarcodeFormat.Code128
    return str(found.text)


@pytest.mark.parametrize(
    "barcode", ["BX01", "BX-7K4M-Q2XD", "A" * 32, "0123456789-ABCDEF-0123456789-XYZ"]
)
def test_a_label_is_read_back_by_a_barcode_reader_and_is_the_same_each_time(barcode: str) -> None:
    assert label_of(barcode, "Borchester Council") == label_of(barcode, "Borchester Council")
    for scale in (200 / 72, 300 / 72):
        assert read_barcode(label_of(barcode, "Borchester Council"), scale) == barcode


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"barcode": "EDRMS-SEP"}, "barcode"), ({"barcode": "x"}, "barcode"),
        ({"location": ""}, "location"), ({"custodian": "x" * 900_000}, "custodian"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_box_is_named_on_the_form(
    site: PaperSite, given: dict[str, str], field: str
) -> None:
    browser = site.browser("pat")
    said = {"barcode": "", "location": "Shelf 1", "custodian": "Post room"} | given
    answer = post(browser, "/paper/boxes/new", **said)
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text


def test_a_box_goes_its_way_on_pages(site: PaperSite) -> None:
    browser, reference = site.browser("pat"), site.batch("D30", "D30")
    made = post(
        browser, "/paper/boxes/new", barcode="", location="Shelf <1>", custodian="Post room"
    )
    box = made.location
    assert "Shelf &lt;1&gt;" in browser.get(box).text
    assert browser.get(f"{box}/label.pdf").data.startswith(b"%PDF-")
    wrong = post(browser, f"{box}/put", batch=reference, file="1", pages="9")
    assert wrong.status_code == 422 and 'href="#pages"' in wrong.text
    assert post(browser, f"{box}/put", batch=reference, file="x").status_code == 422
    assert post(browser, f"{box}/put", batch=reference).status_code == 303
    again = post(browser, f"{box}/put", batch=reference)
    assert again.status_code == 303
    assert "registered in box" in browser.get(again.location).text
    wrong = post(browser, f"{box}/lend", custodian="Legal")
    assert 'href="#due_back_on-day"' in wrong.text
    due = {"due_back_on-day": "30", "due_back_on-month": "6", "due_back_on-year": "2026"}
    assert post(browser, f"{box}/lend", custodian="Legal", **due).status_code == 303
    refused = post(browser, f"{box}/move", location="Elsewhere")
    assert "comes back first" in browser.get(refused.location).text
    assert "30 June 2026" in browser.get("/paper?show=out").text
    assert "None." in browser.get("/paper?show=overdue").text
    back = post(browser, f"{box}/return", location="Shelf 2", custodian="Post room")
    assert back.status_code == 303 and "Taken back" in browser.get(box).text
    page = browser.get(f"/paper/batches/{site.batch_id(reference)}").text
    assert "Documents of the sample wait to be looked at" in page and "File 1, pages 1 to 2" in page
    barcode = re.search(r'<span class="edrms-code">([^<]+)</span>', browser.get(box).text)
    assert barcode and browser.get(f"/paper?barcode={barcode[1].lower()}").status_code == 303
    assert browser.get("/paper?barcode=nowhere").status_code == 422


def test_paper_is_proposed_and_confirmed_by_two_people_and_shows_on_the_record(
    site: PaperSite,
) -> None:
    reference, _ = site.batch("D30"), site.seal()
    box_id = site.box("BX-0001")
    part_id = site.put(box_id, reference)
    quinn, batch_id = site.browser("quinn"), site.batch_id(reference)
    site.check(reference)
    refused = post(quinn, "/paper/destructions/new", part=part_id, reason=WHY)
    assert "check did not pass" in quinn.get(refused.location).text
    site.stand_still()
    quinn = site.browser("quinn")
    assert f'value="{part_id}"' in quinn.get(f"/paper/batches/{batch_id}").text
    assert "1 chosen" in quinn.get(f"/paper/destructions/new?part={part_id}").text
    made = post(quinn, "/paper/destructions/new", part=part_id, reason=WHY)
    address = made.location
    assert "/confirm" not in quinn.get(address).text
    bert = site.browser("bert")
    assert "Somebody else proposed to destroy it" in bert.get("/").text
    form = bert.get(f"{address}/confirm").text
    seen = re.search(r'name="seen_list" value="([0-9a-f]{64})"', form)
    assert seen
    day = site.clock.now().date()
    done = {
        "method": "contractor", "witness": "Sam Witness", "contractor": "Shred Ltd", "number": "",
        "destroyed_on-day": day.day, "destroyed_on-month": day.month, "destroyed_on-year": day.year,
        "seen_list": seen[1],
    }  # fmt: skip
    wrong = post(bert, f"{address}/confirm", **done)
    assert wrong.status_code == 422 and 'href="#number"' in wrong.text
    unseen = post(bert, f"{address}/confirm", **done | {"number": "SL-77", "seen_list": ""})
    assert "look at it again" in bert.get(unseen.location).text
    assert post(bert, f"{address}/confirm", **done | {"number": "SL-77"}).status_code == 303
    page = bert.get(address).text
    assert "Shred Ltd, SL-77" in page and "The standstill is over: Over" in page
    issued = bert.get(f"{address}/certificate.json")
    assert json.loads(issued.data)["certificate"]["number"] == "SL-77"
    assert bert.get(f"{address}/certificate.pdf").data.startswith(b"%PDF-")
    cara = site.browser("cara")
    record = cara.get(f"/records/{site.record(reference)}").text
    assert "certificate SL-77" in record
    assert "certificate SL-77" in cara.get(f"/clients/{site.olive.client_id}/paper").text


def test_tasks_wait_on_their_page_and_on_home(site: PaperSite) -> None:
    reference = site.batch("D30", "D30")
    site.put(site.box("BX-0001"), reference)
    hold_id = site.hold_record(site.record(reference, 1))
    pat = site.browser("pat")
    assert "Tasks of paper" in pat.get("/").text
    page = pat.get("/paper/tasks").text
    assert "Isolate what a hold is on in box BX-0001" in page and hold_id not in page
    assert "Isolate what hold H-" in site.browser("cara").get("/paper/tasks").text
    [task] = site.tasks("isolate")
    assert pat.get(f"/paper/tasks/{task.task_id}/isolation").status_code == 200
    assert post(pat, f"/paper/tasks/{task.task_id}/isolation").status_code == 303
    assert "BX-0001" in pat.get("/paper/tasks?show=isolated").text
    wrong = post(pat, f"/paper/tasks/{task.task_id}/answer", answer="never_existed", reason=WHY)
    assert wrong.status_code in (403, 404)
    site.instance.holds.lift(site.who("bert"), hold_id, WHY, "Letter 9")
    site.run(site.executing(site.approved(
        site.appraised(case_id=site.proposed([site.record(reference, 2)])))))  # fmt: skip
    quinn = site.browser("quinn")
    page = quinn.get("/paper/tasks").text
    assert "which was disposed of" in page and "File 1, pages 3 to 4" in page
    [task] = site.tasks("destroy")
    wrong = post(quinn, f"/paper/tasks/{task.task_id}/answer", answer="", reason="no")
    assert 'href="#answer"' in wrong.text and 'href="#reason"' in wrong.text
    said = {"answer": "already_destroyed", "reason": WHY}
    assert post(quinn, f"/paper/tasks/{task.task_id}/answer", **said).status_code == 303
    assert WHY in quinn.get("/paper/tasks?show=closed").text


def test_a_secret_hold_leaves_no_trace_on_any_page_of_paper(site: PaperSite) -> None:
    reference = site.batch("D30")
    box_id = site.box("BX-0001")
    site.put(box_id, reference)
    quinn = site.browser("quinn")
    addresses = ["/", "/paper", "/paper/tasks", f"/paper/boxes/{box_id}",
                 f"/paper/batches/{site.batch_id(reference)}", "/paper/destructions"]  # fmt: skip
    token = re.compile(r'(csrf[^>]*(content|value)="[^"]+"|[0-9a-f]{16,64})')
    before = [token.sub("", quinn.get(one).text) for one in addresses]
    site.hold_record(site.record(reference), is_secret=True)
    assert [token.sub("", quinn.get(one).text) for one in addresses] == before
    assert "Secret" in site.browser("bert").get("/paper/tasks").text


def test_who_may_see_no_paper_is_shown_none(site: PaperSite) -> None:
    reference = site.batch("D30")
    box_id = site.box("BX-0001")
    site.put(box_id, reference)
    factories.staff_member(site.instance, "indexer", "indexer")
    indexer = site.browser("indexer")
    for address in ("/paper", f"/paper/boxes/{box_id}", "/paper/tasks", "/paper/destructions",
                    f"/paper/batches/{site.batch_id(reference)}",
                    f"/clients/{site.olive.client_id}/paper"):  # fmt: skip
        assert indexer.get(address).status_code in (403, 404), address
    assert "BX-0001" not in indexer.get("/").text
    pat = site.browser("pat")
    for address in (f"/paper/boxes/{ABSENT}", f"/paper/batches/{ABSENT}"):
        assert pat.get(address).status_code == 404
    assert post(pat, f"/paper/boxes/{ABSENT}/move", location="x").status_code == 404
    assert post(pat, f"/paper/parts/{ABSENT}/report", what="lost", reason=WHY).status_code == 404


def test_paper_by_api(site: PaperSite) -> None:
    reference = site.batch("D30")
    pat, api = site.token("pat"), site.app.test_client()
    made = api.post("/api/v1/paper/boxes", headers=pat, json={"location": "S", "custodian": "P"})
    assert made.status_code == 201
    box = f"/api/v1/paper/boxes/{made.json['box_id']}"
    assert api.post("/api/v1/paper/boxes", headers=pat, json={}).status_code == 422
    assert api.post(f"{box}/acts", headers=pat, json={"act": "burn"}).status_code == 422
    assert api.post(f"{box}/acts", headers=pat, json={"act": "give_back"}).status_code == 409
    moved = api.post(f"{box}/acts", headers=pat, json={"act": "move", "location": "T"})
    assert moved.status_code == 204
    put = api.post(f"{box}/parts", headers=pat, json={"batch": reference})
    assert put.status_code == 201
    assert api.post(f"{box}/parts", headers=pat, json={"batch": reference}).status_code == 409
    found = api.get(box, headers=pat).json
    assert found["box"]["location"] == "T" and found["parts"][0]["batch"] == reference
    assert [one["act"] for one in found["history"]] == ["put_in", "move", "register"]
    listed = api.get("/api/v1/paper/boxes", headers=pat).json
    assert listed["total"] == 1
    cara = site.token("cara")
    places = api.get(f"/api/v1/records/{site.record(reference)}/paper", headers=cara).json["places"]
    assert places[0]["box"] == found["box"]["barcode"]
    denied = api.get(f"/api/v1/records/{site.record(reference)}/paper", headers=pat)
    assert denied.status_code in (403, 404)
    site.hold_record(site.record(reference))
    [task] = api.get("/api/v1/paper/tasks", headers=pat).json["tasks"]
    done = api.post(f"/api/v1/paper/tasks/{task['task_id']}/isolation", headers=pat)
    assert done.status_code == 204
    assert api.get("/api/v1/paper/tasks?state=odd", headers=pat).status_code == 422
    assert api.get("/api/v1/paper/destructions", headers=cara).json == {"destructions": []}


def test_paper_on_the_command_line(
    site: PaperSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference, part_id = site.ready("D30")
    destruction_id = site.propose(part_id)
    site.confirm(destruction_id)
    monkeypatch.setattr("api.paper_commands.opened", lambda: site.instance)
    run = CliRunner().invoke
    made = run(
        main, ["paper", "register", "Shelf 3", "Post room", "--barcode", "bx-9", "--as", "pat"]
    )
    assert made.output.strip() == "BX-9"
    other = site.batch("D30")
    assert "It lies in box BX-9" in run(main, ["paper", "put", "bx-9", other, "--as", "pat"]).output
    assert run(main, ["paper", "put", "bx-9", reference, "--as", "pat"]).exit_code == 1
    assert "BX-9" in run(main, ["paper", "boxes", "--as", "pat"]).output
    assert run(main, ["paper", "label", "BX-9", str(tmp_path), "--as", "pat"]).exit_code == 0
    assert read_barcode((tmp_path / "box-BX-9.pdf").read_bytes(), 4) == "BX-9"
    assert run(main, ["paper", "label", "BX-9", str(tmp_path), "--as", "pat"]).exit_code == 1
    site.hold_record(site.record(other))
    assert "1 tasks" in run(main, ["paper", "tasks", "--as", "pat"]).output
    issued = site.paper.certifying.open(site.who("cara"), destruction_id)
    file = tmp_path / "certificate.json"
    file.write_text(issued.document)
    assert "GENUINE: destruction of paper P-" in run(main, ["paper", "verify", str(file)]).output
    key = str(site.paper.certifying._issuing.key())
    assert "GENUINE" in run(main, ["paper", "verify", str(file), "--key", key]).output
    file.write_text(issued.document.replace("Sam Witness", "Sam Nobody"))
    altered = run(main, ["paper", "verify", str(file), "--key", key])
    assert altered.exit_code == 1 and "NOT GENUINE" in altered.output
    assert io.BytesIO(issued.pdf).read(5) == b"%PDF-"
