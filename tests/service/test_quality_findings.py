"""What the checks find as odd pages go through the real reader: nothing is lost, and each is told."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.jobs.worker import Worker
from edrms.pace import Pace
from edrms.uow import write
from scanning.batches.tables import Item
from scanning.quality.erasing import QualityRows
from scanning.quality.reading_rules import parse
from scanning.quality.tables import PageCheck, QualityFinding, QualityJudgement
from tests import factories
from tests.rules.test_page_measures import printed
from tests.rules.test_quality_rules import LEAST
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
SUPERVISOR = factories.actor("quality_supervisor")


def noise() -> Image.Image:
    levels = np.random.default_rng(3).integers(0, 256, (300, 300), dtype=np.uint8)
    return Image.fromarray(levels)


def skewed() -> Image.Image:
    sheet = printed(150)[0]
    return sheet.rotate(4, fillcolor=255, resample=Image.Resampling.BICUBIC)


def receipt() -> Image.Image:
    sheet = Image.new("L", (480, 2000), 255)
    pen = ImageDraw.Draw(sheet)
    for line in range(20):
        pen.text((30, 60 + 80 * line), "Bread 1.20", fill=0)
    return sheet


ODD: dict[str, tuple[Callable[[], Image.Image], int, set[str]]] = {
    "fax.png": (lambda: factories.page("Fax of the allotment", (595, 842)), 72, {"resolution"}),
    "a3.png": (lambda: Image.new("L", (2339, 3307), 255), 200, set()),
    "receipt.png": (receipt, 150, {"resolution"}),
    "black.png": (lambda: Image.new("L", (600, 800), 0), 200, {"black_page"}),
    "white.png": (lambda: Image.new("L", (600, 800), 255), 200, set()),
    "dot.png": (lambda: Image.new("L", (1, 1), 0), 200, {"black_page"}),
    "noise.png": (noise, 200, {"resolution"}),
    "skewed.png": (skewed, 150, {"skew"}),
}


def test_odd_pages_are_measured_told_and_counted(
    instance: Instance, worker: Worker, tmp_path
) -> None:  # type: ignore[no-untyped-def]
    batch_id = factories.batch(instance, POST_ROOM)
    for name, (draw, dpi, _) in ODD.items():
        file = tmp_path / name
        draw().save(file, dpi=(dpi, dpi))
        factories.send(instance, POST_ROOM, batch_id, name, file.read_bytes())
    factories.do_all(instance, worker)
    account = instance.ledger.batch(POST_ROOM, batch_id)
    assert account.reconciliation.balances and account.reconciliation.pages == len(ODD)
    quality = instance.quality.looks.batch(POST_ROOM, batch_id)
    assert quality.pages_checked == len(ODD)
    found: dict[str, set[str]] = {name: set() for name in ODD}
    for one in quality.found:
        found[one.name].add(one.finding.fault.value)
    for name, (_, _, expected) in ODD.items():
        assert expected <= found[name], (name, found[name])
        assert found[name] or not expected
    assert found["a3.png"] == found["white.png"] == set()
    assert "too_long" not in found["receipt.png"]


def test_a_page_that_cannot_be_read_is_a_finding_and_read_again_replaces_it(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(instance, POST_ROOM)
    factories.send(instance, POST_ROOM, batch_id, "a.png", factories.png(factories.page("Hello")))
    factories.do_all(instance, worker)
    with instance.database.read() as session:
        checks = session.scalars(select(PageCheck)).all()
        rows = session.scalars(select(QualityFinding)).all()
    assert [one.measures["resolution_dpi"] for one in checks] == [150]
    assert {one.rules_version for one in (*checks, *rows)} == {1}
    [read] = events(instance, "item:page:read")
    assert read.detail["findings"] == [one.fault for one in rows]


@pytest.mark.parametrize("hold", [False, True])
def test_a_finding_keeps_a_document_from_filing_itself_only_if_the_thresholds_say_so(
    instance: Instance, clock: FixedClock, hold: bool
) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    named = "hold = ['date_ahead']" if hold else "hold = []"
    instance.quality.rules = parse(f"{LEAST}[page]\n{named}\n")
    worker = factories.a_worker(instance, factories.shared_reader())
    letter = factories.letter_to(olive).replace(
        "Date: 18 May 2026", "Date: 18 May 2026\nDated: 1 July 2026"
    )
    account = factories.read_in(instance, worker, POST_ROOM, {"l.txt": letter})
    [document] = account.items[0].documents
    found = instance.quality.looks.of_document(document.document_id)
    assert "date_ahead" in {one.fault.value for _, one in found}
    assert (document.state == "to_index") == hold
    if hold:
        assert any(
            "later than the day it was received" in why for why in document.suggestion["why"]
        )


def test_what_was_written_of_a_destroyed_record_goes_and_that_something_was_found_stays(
    instance: Instance, worker: Worker
) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    account = factories.read_in(
        instance, worker, POST_ROOM, {"l.txt": f"Page 1 of 3\n{factories.letter_to(olive)}"}
    )
    [document] = account.items[0].documents
    assert document.record_id
    with write(instance.database, SUPERVISOR, instance.clock) as work:
        item = work.session.scalars(select(Item)).one()
        work.session.add(
            QualityJudgement(
                judgement_id="j", document_id=document.document_id, batch_id=item.batch_id,
                number=1, outcome="failed", fault="cut", reason="Olive's name is cut", by="x",
                at=work.now, judged_on=work.now.date(),
            )
        )  # fmt: skip
        work.journal("quality:sample:judge", "document", document.document_id)
    place = QualityRows(instance.database, instance.clock, Pace(0.0))
    with instance.database.read() as session:
        assert place.left_of(session, [document.record_id]) == {document.record_id}
    place.erase(SUPERVISOR, [document.record_id])
    with instance.database.read() as session:
        [said] = session.scalars(select(QualityJudgement))
        rows = session.scalars(select(QualityFinding)).all()
        assert (said.reason, said.outcome) == ("", "failed")
        assert [(one.fault, one.pages) for one in rows] == [("pages_missing", [])]
