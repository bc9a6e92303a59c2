"""Whose paper is kept for good, and how long other paper stands still: data per document type, shipped
beside this module (keeping.psv). An unknown type keeps its paper; a malformed table stops the program.

status: "unconfirmed" where no source settles it and a records manager should (docs/paper.md).
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from edrms.fileplan import load_document_types

_OTHERS = "*"


@dataclass(frozen=True, slots=True)
class PaperRule:
    """What becomes of the paper of a document type. is_kept: it is never destroyed for being scanned."""

    document_type: str
    is_kept: bool
    standstill_days: int
    basis: str
    is_confirmed: bool


def paper_rule(document_type: str) -> PaperRule:
    """The rule of a type; of one the file plan does not know, that its paper is kept."""
    rules = load_paper_rules()
    if document_type in rules:
        return rules[document_type]
    known = any(one.code == document_type for one in load_document_types())
    return (
        rules[_OTHERS] if known else PaperRule(document_type, True, _most_days(), "unknown", False)
    )


def usual_standstill_days() -> int:
    """Of paper that is no record's: rejected post, separator sheets, blanks."""
    return load_paper_rules()[_OTHERS].standstill_days


def _most_days() -> int:
    return max(one.standstill_days for one in load_paper_rules().values())


@cache
def load_paper_rules() -> dict[str, PaperRule]:
    """Every row by its type; "*" is all others."""
    text = resources.files("scanning.paper").joinpath("keeping.psv").read_text(encoding="utf-8")
    return read_paper_rules(text)


def read_paper_rules(text: str) -> dict[str, PaperRule]:
    """The rules of a table. Raises ValueError naming the row at fault."""
    header, *lines = text.splitlines()
    found: dict[str, PaperRule] = {}
    known = {_OTHERS, *(one.code for one in load_document_types())}
    for line in lines:
        row = dict(zip(header.split("|"), line.split("|"), strict=True))
        code, days = row["document_type"], int(row["standstill_days"])
        fits = row["paper"] in ("keep", "may_go") and row["status"] in ("confirmed", "unconfirmed")
        if code not in known or code in found or days < 1 or not fits:
            raise ValueError(f"the rule of paper for {code!r} is malformed, unknown or there twice")
        found[code] = PaperRule(
            code, row["paper"] == "keep", days, row["basis"], row["status"] == "confirmed"
        )
    if _OTHERS not in found:
        raise ValueError("the rules of paper say nothing of all other types (*)")
    return found
