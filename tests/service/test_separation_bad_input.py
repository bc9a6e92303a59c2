"""What goes wrong with stacks: separators at the ends, doubled or missed, odd sizes, very long files."""

from dataclasses import replace

import pytest
from PIL import Image

from api.wiring import Instance
from edrms.jobs.worker import Worker
from scanning.arranging.model import Act, Step
from scanning.batches.closing import CountsDiffer
from scanning.batches.counts import Counted
from scanning.batches.model import Whereabouts
from scanning.batches.verify import verify
from scanning.sample_post.separation import SPOILINGS, tried
from scanning.sample_post.separators import separator_sheet
from tests import factories

POST_ROOM = factories.actor("post_room")
INDEXER = factories.actor("indexer")
SHEET, POST = factories.separator(), factories.page("A letter about\nthe marmalade")


@pytest.mark.parametrize(
    ("stack", "runs"),
    [
        ([SHEET, POST], [(2, 2)]),
        ([POST, SHEET], [(1, 1)]),
        ([POST, SHEET, SHEET, POST], [(1, 1), (4, 4)]),
        ([SHEET, SHEET.rotate(180), POST, SHEET], [(3, 3)]),
        ([POST, SHEET.rotate(90, expand=True), POST], [(1, 1), (3, 3)]),
    ],
    ids=["first", "last", "two in a row", "upside down", "sideways"],
)
def test_separators_wherever_they_lie_divide_and_no_page_is_lost(
    instance: Instance, worker: Worker, stack: list[Image.Image], runs: list[tuple[int, int]]
) -> None:
    account = factories.read_in(instance, worker, POST_ROOM, {"a.tif": factories.tiff(*stack)})
    documents = factories.documents(instance)
    assert [(one.first_page, one.last_page) for one in documents] == runs
    assert account.reconciliation.balances and account.reconciliation.pages == len(stack)
    assert account.reconciliation.at[Whereabouts.SEPARATOR] == len(stack) - sum(
        last - first + 1 for first, last in runs
    )


def test_a_faint_separator_at_an_angle_divides(instance: Instance, worker: Worker) -> None:
    faint = next(
        page.picture
        for page in tried(separator_sheet())
        if page.how == "faint, 2 degrees, 200 dpi, upside down"
    )
    assert "faint" in SPOILINGS
    stack = factories.tiff(POST, faint.convert("L"), POST)
    factories.read_in(instance, worker, POST_ROOM, {"a.tif": stack})
    assert [one.first_page for one in factories.documents(instance)] == [1, 3]


def test_a_missed_separator_is_caught_by_the_count_and_mended_by_a_split(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(instance, POST_ROOM, expected_documents=2)
    factories.send(instance, POST_ROOM, batch_id, "two letters.txt", "One\fTwo")
    factories.do_all(instance, worker)
    account = instance.ledger.batch(POST_ROOM, batch_id)
    assert [one.what for one in account.differences] == [Counted.DOCUMENTS]
    with pytest.raises(CountsDiffer):
        instance.closing.close(POST_ROOM, batch_id)
    [item] = account.items
    known = instance.arranging.pages(INDEXER, item.item_id)
    split = Step(act=Act.SPLIT, page_id=known.arrangement.pages[1].page_id)
    instance.arranging.change(INDEXER, item.item_id, split)
    instance.closing.close(POST_ROOM, batch_id)


def test_pages_of_every_size_in_one_stack_are_read_and_divided(
    instance: Instance, worker: Worker
) -> None:
    a3 = factories.page("A plan of the\nallotments", (2480, 1754))
    slip = factories.page("Marmalade 2.50\nTotal 2.50", (420, 1600))
    fax = factories.page("A fax about\nthe marmalade", (595, 842))
    account = factories.read_in(
        instance, worker, POST_ROOM, {"a.tif": factories.tiff(a3, SHEET, slip, SHEET, fax, POST)}
    )
    assert [one.first_page for one in factories.documents(instance)] == [1, 3, 5]
    assert account.reconciliation.balances and account.items[0].state == "read"
    assert verify(instance.database, instance.store).faults == []


def test_a_document_of_500_pages_is_split_in_the_middle_and_put_back(
    instance: Instance, worker: Worker
) -> None:
    text = "\f".join(f"Minute {number}" for number in range(1, 501))
    account = factories.read_in(instance, worker, POST_ROOM, {"minutes.txt": text})
    [item] = account.items
    known = instance.arranging.pages(INDEXER, item.item_id)
    ids = [page.page_id for page in known.arrangement.pages]
    split = Step(act=Act.SPLIT, page_id=ids[250])
    instance.arranging.change(INDEXER, item.item_id, split)
    moved = replace(
        split, act=Act.MOVE, page_id=ids[499], position=1,
        document_id=known.arrangement.parts[0].document_id,
    )  # fmt: skip
    instance.arranging.change(INDEXER, item.item_id, moved)
    factories.do_all(instance, worker)
    assert [one.page_count for one in factories.documents(instance)] == [251, 249]
    instance.arranging.undo(INDEXER, item.item_id)
    instance.arranging.undo(INDEXER, item.item_id)
    assert instance.arranging.pages(INDEXER, item.item_id).arrangement == known.arrangement
