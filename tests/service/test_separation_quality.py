"""The sample's own stacks: every sheet found in each way it was tried on, and nothing else taken for one.

The whole of it is `make quality`; here one way of each kind, so that a step back is seen at once.
"""

import random

import pytest

from scanning.sample_post.separation import SKEWS_DEGREES, SPOILINGS, tried
from tests.quality import separation


@pytest.mark.parametrize("name", ["document", "patch T", "barcodes of others"])
def test_sheets_are_found_and_others_are_not_in_ways_drawn_by_lot(name: str) -> None:
    pictures = separation.sheets_tried() | separation.others_tried()
    ways = list(tried(pictures[name]))
    assert len(ways) == len(SKEWS_DEGREES) * 2 * 2 * len(SPOILINGS)
    for page in random.Random(7).sample(ways, 8):
        is_sheet, _ = separation.judge(page.picture)
        assert is_sheet is (name in separation.sheets_tried()), page.how


def test_a_stack_whose_sheets_go_unseen_is_counted_as_wrong() -> None:
    kinds = [{"P": "content", "B": "blank"}.get(name, "content") for name in "SsPPSBPSSPS"]
    assert len(separation.divide(kinds)) != separation._DOCUMENTS
