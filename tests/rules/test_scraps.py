"""What somebody types who looks for a letter."""

from datetime import date

import pytest

from scanning.indexing.scraps import Scrap, says, understood


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("B-00012", Scrap(batch_number=12)), (" b-12 ", Scrap(batch_number=12)),
        ("B12", Scrap(batch_number=12)), ("r-7k4m-q2xd", Scrap(record_reference="R-7K4M-Q2XD")),
        ("3 November 2026", Scrap(received_on=date(2026, 11, 3))),
        ("03/11/2026", Scrap(received_on=date(2026, 11, 3))),
        ("2026-11-03", Scrap(received_on=date(2026, 11, 3))),
        ("3 Tachwedd 2026", Scrap(received_on=date(2026, 11, 3))),
        ("letter of 3 November 2026", Scrap(words=("letter", "of", "3", "November", "2026"))),
        ("31/11/2026", Scrap(words=("31/11/2026",))), ("  ", Scrap()),
        ("hospital\n discharge", Scrap(words=("hospital", "discharge"))),
        ("B-12 hospital", Scrap(words=("B-12", "hospital"))),
    ],
)  # fmt: skip
def test_a_scrap_is_a_number_a_day_or_words(typed: str, meant: Scrap) -> None:
    assert understood(typed) == meant


def test_words_are_found_across_lines_and_capitals_in_their_order_alone() -> None:
    text = "The Marmalade\n  was   judged\tby Mrs Invented"
    assert says(text, ("marmalade", "was", "judged"))
    assert says(text, ("MRS", "invented"))
    assert not says(text, ("judged", "was"))
