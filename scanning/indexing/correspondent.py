"""Who wrote the document: the organisation of the letterhead, or the person who signed."""

import re
from collections.abc import Iterator

from scanning.indexing.found import Identifiers
from scanning.indexing.lines import Line
from scanning.indexing.model import CorrespondentSuggestion, EvidenceKind, Role

_ORGANISATION = re.compile(
    r"\b(NHS|Foundation Trust|Hospitals?|Surgery|Medical (Practice|Centre)|Health Centre|Health Board"
    r"|Council|Cyngor|Borough|Constabulary|Police|School|Academy|College|Ysgol|Solicitors|LLP|Ltd"
    r"|Limited|PLC|Care Home|Nursing Home|Residential Home|Homecare|Care Services|Housing Association|Homes"
    r"|Department for Work and Pensions|Home Office|Family Court|Court of Protection|Coroner|Cafcass"
    r"|Ambulance Service|Fire and Rescue|Integrated Care Board|Ombudsman|Bank|Building Society|Advocacy"
    r"|Charity|Trust|Agency|University|Office of the Public Guardian|Project)\b",
    re.I,
)
_LABEL = re.compile(
    r"^\W*(from|supplier|provider|referring agency|agency|organisation|employer|school)\s*(name)?\s*[:;]\s*",
    re.I,
)
_HEAD_LINES = 8
_LONGEST_WORDS = 10


def correspondent(found: Identifiers) -> CorrespondentSuggestion | None:
    """The likeliest writer; None where the page shows neither letterhead nor signature."""
    candidates = [*_organisations(found.lines), *_people(found)]
    return max(candidates, key=lambda suggested: suggested.score, default=None)


def _organisations(lines: tuple[Line, ...]) -> Iterator[CorrespondentSuggestion]:
    addressed = False
    for place, line in enumerate(lines):
        label = _LABEL.match(line.text)
        if label and line.page == 1:
            yield _suggested(line.text[label.end() :], 0.85, line)
        addressed = addressed or _is_addressee(line)
        short = len(line.text.split()) <= _LONGEST_WORDS
        if not short or not _ORGANISATION.search(line.text) or ":" in line.text:
            continue
        if line.page == 1 and place < _HEAD_LINES and not addressed:
            yield _suggested(line.text, 0.9 - 0.05 * place, line)
        elif line.part is Role.WRITER:
            yield _suggested(line.text, 0.7, line)


def _is_addressee(line: Line) -> bool:
    return bool(re.match(r"^\W*((Mr|Mrs|Ms|Miss|Dr|Private|Dear|To)\b|To:)", line.text))


def _people(found: Identifiers) -> Iterator[CorrespondentSuggestion]:
    for name in found.names_of(Role.WRITER)[:1]:
        yield _suggested(name.printed, 0.6, name.line)
    for name in found.names_of(Role.PRESUMED)[:1]:
        yield _suggested(name.printed, 0.3, name.line)


def _suggested(name: str, score: float, line: Line) -> CorrespondentSuggestion:
    without_address = re.sub(r"\s*<[^<>]*>?\s*$", "", name)
    bare = re.split(r"\s{3,}", re.sub(r"^\W+|[^\w.)]+$", "", without_address))[0]
    found = line.evidence(EvidenceKind.CORRESPONDENT, bare)
    return CorrespondentSuggestion(_without_dirt(bare), score, found)


def _without_dirt(name: str) -> str:
    """The name without what a speck on the page adds: a stroke after a word, one or two small letters or a
    stop at the end, a gap before a genitive's s."""
    joined = re.sub(r"(?<=\w)(['’])\s+[sS]\b", r"\1s", name)
    plain = re.sub(r"(?<![sS])['’](?=\s)", "", joined)
    return re.sub(r"(\s+[a-z]{1,2})+$|(?<=[a-z]{5})\.$", "", plain)
