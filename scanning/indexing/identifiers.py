"""All that can point at a person in a document's text, gathered in one reading of its lines."""

from collections.abc import Iterable

from scanning.indexing.births import births_in
from scanning.indexing.found import FoundNumber, Identifiers
from scanning.indexing.lines import Line, lines_of
from scanning.indexing.model import PageText
from scanning.indexing.names import names_in
from scanning.indexing.numbers import nhs_numbers_in, postcodes_in, references_in, uprns_in


def find_identifiers(pages: tuple[PageText, ...]) -> Identifiers:
    """The identifiers on these pages, in reading order, with their roles. Never raises for text."""
    lines = lines_of(pages)
    pairs = [(line, _above(lines, place)) for place, line in enumerate(lines)]
    return Identifiers(
        lines=lines,
        nhs_numbers=_once(n for line, above in pairs for n in nhs_numbers_in(line, above)),
        references=_once(r for line, above in pairs for r in references_in(line, above)),
        uprns=_once(u for line in lines for u in uprns_in(line)),
        postcodes=_once(p for line in lines for p in postcodes_in(line)),
        births=tuple(births_in(lines)),
        names=names_in(lines),
    )


def _above(lines: tuple[Line, ...], place: int) -> str:
    same_page = place > 0 and lines[place - 1].page == lines[place].page
    return lines[place - 1].text if same_page else ""


def _once(found: Iterable[FoundNumber]) -> tuple[FoundNumber, ...]:
    """Each value and role once: the labelled and unrepaired finding before the others."""
    best: dict[tuple[str, str], FoundNumber] = {}
    for number in found:
        key = (number.value, number.role)
        if key not in best or _doubt(number) < _doubt(best[key]):
            best[key] = number
    return tuple(best.values())


def _doubt(number: FoundNumber) -> tuple[bool, bool]:
    return (not number.labelled, number.repaired)
