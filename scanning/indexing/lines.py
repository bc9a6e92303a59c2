"""The text of a document as lines, each with the role of the part of the letter it stands in.

A line under "cc" belongs to those who get a copy, one after "Yours sincerely" to the writer, one
under "Referrer details" to somebody else. What names and numbers stand on a line is found elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanning.indexing.labels import with_labels_mended
from scanning.indexing.model import Evidence, EvidenceKind, PageText, Role

_COPY = re.compile(r"^\W*(c\.?\s?c\.?\b\s*[:;.]?|cop(y|ies|ied) (to|for)\b|distribution\b)", re.I)
_SIGN_OFF = re.compile(
    r"^\W*(yours? (sincerely|faithfully|truly|ever)|(kind|best|warm) (regards|wishes)|regards\b"
    r"|with (kind|best) (regards|wishes)|yn gywir|cofion)",
    re.I,
)
_SOMEBODY = (
    r"(mother|father|parents?|step-?(mother|father)|carers?|foster carers?|guardians?|partner"
    r"|spouse|husband|wife|sibling|brother|sister|next of kin|nearest relative|grand(mother|father|parents?)"
    r"|emergency contact|other adults?)"
)
_PROFESSIONAL = (
    r"(referr(er|ed by|ing)|social worker|g\.?p\.?|doctor|consultant|clinician|teacher|head ?teacher"
    r"|designated safeguarding lead|key ?worker|health visitor|midwife|author|completed by|prepared by"
    r"|reported by|reporter|assess(or|ed by)|reviewed by|signed by|advocate|imca|iro\b|chair|practitioner"
    r"|witness|supplier|provider|contact person|solicitors?|officer|care coordinator|manager"
    r"|for and on behalf|donor'?s certificate provider|attorney|deputy|applicant'?s? representative"
    r"|alleged perpetrator|person (alleged|thought) to (have caused|be the cause of) harm)"
)
_SUBJECT_PART = re.compile(
    r"^\W*(\d+[.)]?\s*|section \w+\W+|part \w+\W+)?(about (the|you)|details of (the )?|(the )?)?"
    r"\b(child|young person|client|patient|service user|adult|person|pupil|student|resident"
    r"|your|personal|applicant|relevant person|subject)\b"
    r"(\W?s)?( at risk| or young person| being referred| referred)?"
    r"( details| information| particulars|)\W*$",
    re.I,
)
_OTHER_PART = re.compile(
    rf"^\W*(\d+[.)]?\s*|section \w+\W+|part \w+\W+)?(about (the |your )?|details of (the )?)?"
    rf"(person making (the |this )?referral|(referring )?agency|{_SOMEBODY}|{_PROFESSIONAL})"
    rf"(\W?s)?(/?\w+)? (details|information|particulars|signature)\W*$"
    rf"|^\W*(\d+[.)]?\s*|section \w+\W+|part \w+\W+)?(about the|(your )?details of (the )?)"
    rf" ?({_SOMEBODY}|{_PROFESSIONAL}|person making (the |this )?referral)\W*$",
    re.I,
)
_LABEL_END = (
    r"(\W?s)?( ?/ ?\w+)?( (full )?(name|details|date of birth|dob|address|information))?"
    r"\s*([:;]|$|\s{2,})"
)
FAMILY_LABEL = re.compile(rf"^\W*(name of )?(the )?{_SOMEBODY}{_LABEL_END}", re.I)
PROFESSIONAL_LABEL = re.compile(rf"^\W*(name of )?(the )?{_PROFESSIONAL}{_LABEL_END}", re.I)
_MOST_SIGN_OFF_LINES = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line. number: from 1 on its page, blank lines not counted.

    text: without accents, the labels before a colon without slips of OCR (labels.py).
    part: SUBJECT, OTHER, WRITER or COPY where the part of the letter says so, else MENTIONED.
    """

    page: int
    number: int
    text: str
    after_blank: bool = False
    part: Role = Role.MENTIONED

    def evidence(self, kind: EvidenceKind, value: str, note: str = "") -> Evidence:
        """Evidence standing on this line; its words are located later (places.py)."""
        return Evidence(kind, value, self.page, self.number, note=note)


def lines_of(pages: tuple[PageText, ...]) -> tuple[Line, ...]:
    """The printed lines of all pages in reading order, with the part each stands in."""
    return tuple(line for page in pages for line in _with_parts(_lines_of_page(page)))


_PLAINER = str.maketrans("łŁøØđĐðı‘’`´“”–—−", "lLoOdDdi''''\"\"---")


def without_accents(text: str) -> str:
    """Plain letters for accented ones; typographic quotes and dashes become plain ones."""
    if text.isascii():
        return text.replace("`", "'")
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAINER))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _lines_of_page(page: PageText) -> Iterator[Line]:
    number, blank = 0, True
    for printed in page.text.splitlines():
        if not printed.strip():
            blank = True
            continue
        number += 1
        yield Line(page.number, number, with_labels_mended(without_accents(printed)), blank)
        blank = False


def _with_parts(lines: Iterator[Line]) -> Iterator[Line]:
    part, since = Role.MENTIONED, 0
    for line in lines:
        part, since = _part_at(line, part, since)
        yield replace(line, part=part)


def _part_at(line: Line, before: Role, since: int) -> tuple[Role, int]:
    if _COPY.match(line.text):
        return Role.COPY, 0
    if _SIGN_OFF.match(line.text):
        return Role.WRITER, 0
    if _SUBJECT_PART.match(line.text):
        return Role.SUBJECT, 0
    if _OTHER_PART.match(line.text):
        return Role.OTHER, 0
    copy_ends = before is Role.COPY and line.after_blank and since > 0
    sign_off_ends = before is Role.WRITER and since >= _MOST_SIGN_OFF_LINES
    if copy_ends or sign_off_ends:
        return Role.MENTIONED, 0
    return before, since + 1


def role_on(line: Line) -> Role:
    """Whom a number or date on this line belongs to, as far as the line and its part say."""
    if FAMILY_LABEL.match(line.text) or PROFESSIONAL_LABEL.match(line.text):
        return Role.OTHER
    if line.part in (Role.OTHER, Role.COPY, Role.WRITER):
        return line.part
    return Role.SUBJECT
