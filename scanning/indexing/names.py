"""Who is named in a document and as what: subject, writer, addressee, on copy, somebody else.

The subject is labelled ("Re:", "Client:", "Name of child") or, in a letter that labels nobody,
presumed: the writer about himself, or the private person addressed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from edrms.clients.folding import fold_name
from scanning.indexing.births import BIRTH_LABEL, is_birth_label
from scanning.indexing.dates import dates_in
from scanning.indexing.found import FoundName
from scanning.indexing.likeness import likeness
from scanning.indexing.lines import FAMILY_LABEL, PROFESSIONAL_LABEL, Line
from scanning.indexing.model import Role
from scanning.indexing.name_words import NameWords, names_in_running_text, names_of_value

_NUMBERING = r"^[\W_]*(?:\d+\s*[.,)]\s*)?(?:\d+\.\d+\s+)?"
_PERSON = (
    r"(child|young person|client|patient|service user|person|adult|pupil|student|resident|tenant"
    r"|customer|applicant|deceased|subject|donor|relevant person|defendant|p\b)"
)
_SUBJECT_LABEL = re.compile(
    _NUMBERING + r"(re|ynghylch|regarding|concerning|in respect of|in the matter of"
    rf"|(full |legal )?names? ?(of )?(the )?{_PERSON}(ren)?(\W?s)?( ?/ ?young person| or young person)?"
    rf"|(the |our )?{_PERSON}(\W?s|ren)?(\W{{1,3}}(young person|adult)\W?s?)?( full| at risk)?( name(s)?)?"
    r"|full ?name|enw( llawn)?( y plentyn)?)"
    r"\s*(?:[:;]\W*|\s{2,}|(?<=\bre)\W+|(?<=\Wname)\s|(?<=\bRe)\s|(?<=\bRE)\s|(?<=matter of)\s)\s*",
    re.I,
)
_BARE_NAME = re.compile(_NUMBERING + r"name(\(?s\)?)?\s*(?:[:;]|\s{2,})\W*", re.I)
_SURNAME = re.compile(
    _NUMBERING + r"(.*?\b)?(surname|family name|last name|cyfenw)\s*[:;]?\s*", re.I
)
_SURNAME_SOMEWHERE = re.compile(r"surname|family name|last name|cyfenw", re.I)
_FORENAME = re.compile(
    r"\b(fore ?names?|first names?|given names?|enw(au)? cyntaf)\W*?\(?s?\)?\s*[:;]?\s*", re.I
)
_PARENT_OF = re.compile(
    r"\b(?:parents?|carers?|guardians?|mother|father|famil(?:y|ies))"
    r"(?:\s*(?:or|and|/|,)\s*(?:parents?|carers?|guardians?))*\s+of\s+",
    re.I,
)
_DEAR = re.compile(r"^\W*(Dear|Annwyl)\s+", re.I)
_ORGANISATION = re.compile(
    r"\b(team|council|centre|center|department|dept|surgery|hospital|nhs|social worker|trust|school"
    r"|solicitors?|ltd|limited|plc|llp|court|office|services?|directorate|manager|police|constabulary"
    r"|ysgol|cyngor|head ?teacher|practice)\b",
    re.I,
)
_POSTCODE_LIKE = re.compile(r"[A-Z0-9]{2,4}\s?\d[A-Z0-9]{2}\W*$|[A-Z]{1,2}\d{1,2}[A-Z]?\s\S{3}\b")
_HOUSE = re.compile(r"^\W*(\d+\s?[A-Za-z]?\b|flat\b|apartment\b|c/o\b)", re.I)
_LAST_HEADER_LINE = 16


def names_in(lines: tuple[Line, ...]) -> tuple[FoundName, ...]:
    """Every name of the document with its role; a name in two roles is there twice."""
    found = [name for line, after in _pairs(lines) for name in _names_on(line, after)]
    writers = [name for name in found if name.role is Role.WRITER]
    dear = [n for n in found if n.role is Role.ADDRESSEE]
    found += _header_block(lines, writers, dear)
    return tuple(dict.fromkeys(found))


def _pairs(lines: tuple[Line, ...]) -> Iterator[tuple[Line, Line | None]]:
    for place, line in enumerate(lines):
        after = lines[place + 1] if place + 1 < len(lines) else None
        yield line, after if after and after.page == line.page else None


def _names_on(line: Line, after: Line | None) -> Iterator[FoundName]:
    labelled = list(_labelled(line, after))
    yield from labelled
    known = {word for name in labelled for word in name.words}
    role = Role.MENTIONED if line.part is Role.SUBJECT else line.part
    if FAMILY_LABEL.match(line.text) or PROFESSIONAL_LABEL.match(line.text):
        role = Role.OTHER
    for name in names_in_running_text(line.text):
        if not known & set(name.words):
            yield _found(name, line, role)
    if line.part is Role.WRITER:
        for name in names_of_value(line.text):
            yield _found(name, line, Role.WRITER)


def _labelled(line: Line, after: Line | None) -> Iterator[FoundName]:
    text = line.text
    salutation = _DEAR.match(text)
    parent = _PARENT_OF.search(text)
    if parent:
        yield from _all(names_of_value(text[parent.end() :]), line, Role.SUBJECT)
    elif salutation:
        yield from _all(names_of_value(text[salutation.end() :]), line, Role.ADDRESSEE)
    elif line.part in (Role.WRITER, Role.COPY):
        return
    elif (label := _SUBJECT_LABEL.match(text)) and not PROFESSIONAL_LABEL.match(text):
        yield from _value_of(text[label.end() :], line, after, Role.SUBJECT)
    elif (label := _BARE_NAME.match(text)) and not text[: label.start()].strip():
        role = Role.OTHER if line.part is Role.OTHER else Role.SUBJECT
        yield from _value_of(text[label.end() :], line, after, role)
    elif _SURNAME_SOMEWHERE.search(text) and (surname := _SURNAME.match(text)):
        yield from _surname_field(text, surname, line, after)
    else:
        yield from _before_a_birth(line)


def _before_a_birth(line: Line) -> Iterator[FoundName]:
    """ "Amy Pellow, date of birth 1 May 2015" at the head of a line: whom such a line is about."""
    label, first = BIRTH_LABEL.search(line.text), next(iter(dates_in(line.text)), None)
    head = line.text[: label.end() if label else first.start if first else 0]
    if line.part is Role.OTHER or ":" in head[:-2] or not is_birth_label(head):
        return
    names = names_of_value(head)
    if len(names) == 1 and len(names[0].words) >= 2:
        yield _found(names[0], line, Role.SUBJECT)


def _value_of(value: str, line: Line, after: Line | None, role: Role) -> Iterator[FoundName]:
    if value.strip(" ._") or after is None:
        yield from _all(names_of_value(value), line, role)
    else:
        yield from _all(names_of_value(after.text), after, role)


def _surname_field(
    text: str, surname: re.Match[str], line: Line, after: Line | None
) -> Iterator[FoundName]:
    """ "Surname: SMITH   Forename: John", on one line or two, in either order."""
    role = Role.OTHER if line.part is Role.OTHER or FAMILY_LABEL.match(text) else Role.SUBJECT
    for other in filter(None, (line, after)):
        forename = _FORENAME.search(other.text)
        last = names_of_value(_FORENAME.split(text[surname.end() :])[0])
        if forename and last:
            first = names_of_value(_SURNAME_WORD.split(other.text[forename.end() :])[0])
            if first:
                words = (*last[0].words, *first[0].words)
                yield FoundName(words, line, role, surname_first=True)
                return


_SURNAME_WORD = re.compile(r"\b(?:surname|family name|last name|cyfenw)\b", re.I)


def _all(names: tuple[NameWords, ...], line: Line, role: Role) -> Iterator[FoundName]:
    for name in names:
        yield _found(name, line, role)


def _found(name: NameWords, line: Line, role: Role) -> FoundName:
    return FoundName(name.words, line, role, name.surname_first)


def _header_block(
    lines: tuple[Line, ...], writers: list[FoundName], dear: list[FoundName]
) -> Iterator[FoundName]:
    """The name above an address at the head of the first page, and whether it is the subject."""
    for place, line in enumerate(lines[:_LAST_HEADER_LINE]):
        if line.page != 1 or _DEAR.match(line.text):
            return
        names = names_of_value(line.text)
        below = lines[place + 1 : place + 7]
        is_town = place > 0 and re.search(r"\d", lines[place - 1].text)
        is_name = (
            not re.search(r"\d|,.*,", line.text)
            and len(names) == 1
            and len(names[0].words) + names[0].titled >= 2
        )
        if not is_name or is_town or not below or not _is_above_address(below):
            continue
        block = FoundName(names[0].words, line, Role.ADDRESSEE, names[0].surname_first)
        yield replace(block, role=_role_of_block(block, below, writers, dear))
        return


def _is_above_address(below: tuple[Line, ...]) -> bool:
    return bool(_HOUSE.match(below[0].text)) or any(
        _POSTCODE_LIKE.search(line.text) for line in below[:5]
    )


def _role_of_block(
    block: FoundName, below: tuple[Line, ...], writers: list[FoundName], dear: list[FoundName]
) -> Role:
    address = below[: next((i for i, b in enumerate(below) if i and b.after_blank), len(below))]
    if any(_ORGANISATION.search(line.text) for line in address):
        return Role.ADDRESSEE
    known = [*writers, *dear]
    if not known or any(_same_surname(block, name) for name in known):
        return Role.PRESUMED
    return Role.PRESUMED if not dear else Role.ADDRESSEE


def _same_surname(one: FoundName, other: FoundName) -> bool:
    return likeness(fold_name(one.words[-1]), fold_name(other.words[-1])) >= 80
