"""What is typed about paper, and what is wrong with it, by field."""

import re
from datetime import date, timedelta

from scanning.paper.model import Method, Span
from scanning.sheets.model import sheet_of

SHORTEST_REASON, LONGEST_REASON = 10, 2000
LONGEST_LOAN = timedelta(days=365)
_BARCODE = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")
_PAGES = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")


def one_line(text: str) -> str:
    """As it is kept: on one line."""
    return " ".join(text.split())


def barcode_of(typed: str) -> str:
    """A barcode as it is kept, whatever case a scanner or a person gives it in."""
    return one_line(typed).upper()


def barcode_wrong(barcode: str) -> dict[str, str]:
    """What is wrong with a box's barcode."""
    if not _BARCODE.fullmatch(barcode):
        return {"barcode": "A barcode has 4 to 32 letters, digits or hyphens."}
    if sheet_of(barcode):
        return {"barcode": "This is the barcode of a separator sheet: give the box another."}
    return {}


def text_wrong(field: str, text: str, most: int, message: str) -> dict[str, str]:
    """What is wrong with a short text that must be there."""
    if not one_line(text):
        return {field: message}
    return {} if len(text) <= most else {field: f"At most {most} characters."}


def reason_wrong(reason: str, field: str = "reason") -> dict[str, str]:
    """What is wrong with a reason."""
    if len(one_line(reason)) < SHORTEST_REASON:
        return {field: f"Say why, in at least {SHORTEST_REASON} characters."}
    return {} if len(reason) <= LONGEST_REASON else {field: f"At most {LONGEST_REASON} characters."}


def due_back_wrong(due_back_on: date | None, today: date) -> dict[str, str]:
    """What is wrong with the day a box must be back."""
    if due_back_on is None or not today <= due_back_on <= today + LONGEST_LOAN:
        return {"due_back_on": "Give a day from today to a year from now."}
    return {}


def done_wrong(
    method: str, witness: str, contractor: str, number: str, destroyed_on: date | None,
    proposed_on: date, today: date,
) -> dict[str, str]:  # fmt: skip
    """What is wrong with what is said of a destruction that was done."""
    wrong = text_wrong("witness", witness, 120, "Name who saw it destroyed.")
    if method not in set(Method):
        wrong["method"] = "Choose how it was destroyed."
    if method == Method.CONTRACTOR:
        wrong |= text_wrong("contractor", contractor, 120, "Name the contractor.")
        wrong |= text_wrong(
            "number", number, 60, "Give the number of the contractor's certificate."
        )
    elif contractor or number:
        wrong["contractor"] = "Only for destruction by a contractor."
    if destroyed_on is None or not proposed_on <= destroyed_on <= today:
        wrong["destroyed_on"] = "Give the day, from the proposal to today."
    return wrong


def pages_of(typed: str) -> tuple[int, int]:
    """Pages as typed, such as 3 or 3-6; (0, 0) for nothing. Raises ValueError for anything else."""
    text = typed.replace(" ", "").replace("\u2013", "-")
    if not text:
        return 0, 0
    found = _PAGES.fullmatch(text)
    if found is None:
        raise ValueError(typed)
    first, last = int(found[1]), int(found[2] or found[1])
    if not Span("b", "i", first, last).is_sound or not first:
        raise ValueError(typed)
    return first, last
