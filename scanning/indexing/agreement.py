"""How far one client and what was found on a document agree, identifier by identifier, in bits.

A bit doubles the odds that the document is about this client rather than about somebody else of
the register: agreement on something that one client in a thousand shares is worth ten. The bits are
reasoned from a register of 100,000 people and damped for OCR; how they become a score and who
competes with whom is in matching.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from edrms.clients.folding import fold_digits, fold_reference
from edrms.clients.model import Client
from scanning.indexing.found import FoundBirth, FoundNumber, Identifiers
from scanning.indexing.likeness import holds_likeness_of, letters_apart
from scanning.indexing.model import Evidence, EvidenceKind, Role

_ABOUT_SUBJECT = (Role.SUBJECT, Role.MENTIONED, Role.PRESUMED)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one kind of identifier says about one client.

    bits: for (positive) or against. counts: whether it is one of the identifiers that must agree
    before a document files itself. veto: a clause, when it forbids that altogether.
    """

    kind: EvidenceKind
    bits: float
    evidence: Evidence
    counts: bool = False
    veto: str = ""


def on_nhs_number(client: Client, found: Identifiers) -> Agreement | None:
    """The client's NHS number, or another person's labelled as the subject's."""
    own = fold_digits(client.nhs_number)
    if not own:
        return None
    kind = EvidenceKind.NHS_NUMBER
    about_subject = [n for n in found.nhs_numbers if n.role in _ABOUT_SUBJECT]
    for number in about_subject:
        if number.value == own:
            note = "with digits put right by its check digit" if number.repaired else ""
            bits = 17.0 if number.repaired or not number.labelled else 22.0
            return Agreement(kind, bits, number.evidence(kind, note), counts=True)
    for number in about_subject:
        if number.labelled and not number.repaired:
            veto = "the NHS number on the document is not this client's"
            return Agreement(kind, -12.0, number.evidence(kind, "is another person's"), veto=veto)
    return None


def on_reference(client: Client, found: Identifiers) -> Agreement | None:
    """One of the client's references in other systems; "LCS 104233" also where LCS is not printed."""
    best: Agreement | None = None
    for identifier in client.identifiers:
        for number in found.references:
            agreement = _reference(identifier.system, identifier.value, number)
            if agreement and (best is None or agreement.bits > best.bits):
                best = agreement
    return best


def _reference(system: str, value: str, number: FoundNumber) -> Agreement | None:
    own, system = fold_reference(value), fold_reference(system)
    full = own if own.startswith(system) else system + own
    bare = own.removeprefix(system) if system else own
    kind = EvidenceKind.REFERENCE
    repaired = 4.0 if number.repaired else 0.0
    if (
        number.value in (own, full) and number.value != bare
    ) or number.value == own == bare == full:
        bits = (20.0 if number.labelled else 16.0) - repaired
        return Agreement(kind, bits, number.evidence(kind), counts=True)
    if number.value == bare and len(bare) >= 5:
        if _names_another_system(number.printed, bare, system):
            return None
        bits = (15.0 if number.labelled else 10.0) - repaired
        return Agreement(kind, bits, number.evidence(kind), counts=number.labelled)
    if number.labelled and any(_is_near(form, number.value) for form in {own, full}):
        return Agreement(kind, 7.0, number.evidence(kind, "differs by one character"))
    return None


_SYSTEMS = ("LCS", "LAS", "MOSAIC", "CAREFIRST", "SWIFT", "ECLIPSE", "FWI", "UPN", "NHS")


def _names_another_system(printed: str, bare: str, system: str) -> bool:
    before = fold_reference(printed).split(bare)[0]
    return any(name in before and name != system for name in _SYSTEMS)


def _is_near(own: str, printed: str) -> bool:
    if len(own) < 8:
        return False
    return letters_apart(own, printed, 1) <= 1 or (len(printed) >= 8 and own.startswith(printed))


def on_birth(client: Client, found: Identifiers) -> Agreement | None:
    """The client's date of birth; another one labelled as the subject's is a veto."""
    own = client.date_of_birth
    if own is None:
        return None
    kind = EvidenceKind.DATE_OF_BIRTH
    about_subject = [b for b in found.births if b.role in _ABOUT_SUBJECT]
    labelled = [b for b in about_subject if b.labelled]
    for birth in labelled:
        if own in birth.readings:
            bits = 13.0 if len(birth.readings) == 1 and not birth.repaired else 11.5
            return Agreement(kind, bits, _birth_evidence(birth), counts=True)
    for birth in labelled:
        if _is_cut_off(own, birth):
            return Agreement(kind, 5.0, _birth_evidence(birth, "is cut off after the century"))
    if labelled:
        return _birth_disagreement(own, labelled)
    for birth in found.births:
        if birth.line.text.strip() == birth.printed.strip():
            continue  # alone on its line it is the day of the letter
        if own in birth.readings and birth.role not in (Role.OTHER, Role.COPY, Role.WRITER):
            return Agreement(kind, 8.0, _birth_evidence(birth, "is not labelled"))
    return None


def _is_cut_off(own: date, birth: FoundBirth) -> bool:
    """Whether "05/01/19" may be the beginning of 05/01/1971, its end lost at the page's edge."""
    day = birth.readings[0]
    century = birth.printed[-2:]
    same_day = (own.day, own.month) == (day.day, day.month)
    return len(birth.readings) == 2 and same_day and str(own.year).startswith(century)


def _birth_evidence(birth: FoundBirth, note: str = "") -> Evidence:
    return birth.line.evidence(EvidenceKind.DATE_OF_BIRTH, birth.printed, note)


def _birth_disagreement(own: date, labelled: list[FoundBirth]) -> Agreement:
    def distance(birth: FoundBirth) -> int:
        return min(letters_apart(str(own), str(day)) for day in birth.readings)

    nearest = min(labelled, key=distance)
    one_off = distance(nearest) == 1
    note = "differs by one digit" if one_off else "differs"
    return Agreement(
        EvidenceKind.DATE_OF_BIRTH,
        -4.0 if one_off else -14.0,
        _birth_evidence(nearest, note),
        veto=f"the date of birth {note}",
    )


def on_uprn(client: Client, found: Identifiers) -> Agreement | None:
    """The client's UPRN, printed with its label."""
    own = fold_digits(client.uprn).lstrip("0")
    for number in found.uprns:
        if own and number.value.lstrip("0") == own:
            kind = EvidenceKind.UPRN
            return Agreement(kind, 14.0, number.evidence(kind), counts=True)
    return None


def on_address(client: Client, found: Identifiers) -> Agreement | None:
    """House and street, postcode, or both; they are one identifier, for they go together."""
    house, postcode = _house_line(client, found), _postcode(client, found)
    if house and postcode:
        return Agreement(EvidenceKind.ADDRESS, 12.0, house, counts=True)
    if house:
        return Agreement(EvidenceKind.ADDRESS, 9.0, house, counts=True)
    if postcode:
        bits = 3.0 if postcode.note else 9.0
        return Agreement(EvidenceKind.POSTCODE, bits, postcode, counts=not postcode.note)
    return None


def _postcode(client: Client, found: Identifiers) -> Evidence | None:
    own = fold_reference(client.postcode)
    if not own:
        return None
    for number in found.postcodes:
        if number.value == own and number.role is not Role.COPY:
            return number.evidence(EvidenceKind.POSTCODE)
    for number in found.postcodes:
        if letters_apart(own, number.value, 1) <= 1:
            return number.evidence(EvidenceKind.POSTCODE, "differs by one character")
    return None


def _house_line(client: Client, found: Identifiers) -> Evidence | None:
    """The client's house and street on a line, the number exactly and the street with slips."""
    for address_line in client.address_lines:
        wanted = _fold_address(address_line)
        number, _, street = wanted.partition(" ")
        if not street or not any(char.isdigit() for char in number):
            continue
        for line in found.lines:
            if line.part is Role.COPY or number not in line.text.lower():
                continue
            folded = _fold_address(line.text)
            if _has_house(folded, number, street):
                return line.evidence(EvidenceKind.ADDRESS, line.text.strip())
    return None


def _has_house(folded: str, number: str, street: str) -> bool:
    words = folded.split()
    for place, word in enumerate(words):
        if word == number:
            rest = " ".join(words[place + 1 : place + 2 + len(street.split())])
            if rest.startswith(street) or holds_likeness_of(rest, street, 88):
                return True
    return False


_STREET_WORDS = {
    "rd": "road",
    "st": "street",
    "ave": "avenue",
    "cl": "close",
    "dr": "drive",
    "ln": "lane",
}


@lru_cache(maxsize=16384)
def _fold_address(text: str) -> str:
    kept = "".join(char if char.isalnum() else " " for char in text.lower().replace("'", ""))
    words = [
        _STREET_WORDS.get(word, word) if place else word for place, word in enumerate(kept.split())
    ]
    return " ".join(words)


Comparison = Callable[[Client, Identifiers], Agreement | None]
NUMBER_COMPARISONS: tuple[Comparison, ...] = (
    on_reference,
    on_nhs_number,
    on_birth,
    on_uprn,
    on_address,
)


def agreements_on_numbers(client: Client, found: Identifiers) -> Iterator[Agreement]:
    """Everything but the name, in the order practice asks for it."""
    for compare in NUMBER_COMPARISONS:
        agreement = compare(client, found)
        if agreement:
            yield agreement
