"""NHS numbers, references, UPRNs and postcodes in OCR text.

OCR's confusions (O/0, I/l/1, S/5, B/8, Z/2) are put right only where a check or a fixed pattern
says what must stand there. Dates of birth are in births.py.
"""

import re
from collections.abc import Iterator

from stdnum.gb import nhs

from edrms.clients.folding import fold_reference
from scanning.indexing.found import FoundNumber
from scanning.indexing.lines import Line, role_on

_AS_DIGIT = str.maketrans("OoQDIil|!SsBZzGgq", "00001111155822699")
_AS_LETTER = str.maketrans("01245687", "OIZASGBT")
_AS_LETTER_TOO = str.maketrans("01245687", "OLZASGBZ")
_DIGIT_LIKE = r"[0-9OoQIil|SsBZzGgq]"
_NHS_SHAPE = re.compile(
    rf"(?<![\w/+.-])({_DIGIT_LIKE}{{3}})([ .\-]{{0,2}})({_DIGIT_LIKE}{{3}})([ .\-]{{0,2}})"
    rf"({_DIGIT_LIKE}{{4}})(?![\w/])"
)
_NHS_LABEL = re.compile(r"\bN\.?H\.?S\.?\s*(no\b|num|n[o0]\.|#|id|:|\d)|\brhif gig\b", re.I)
_TELEPHONE_LABEL = re.compile(
    r"\b(tel|phone|telephone|mobile|mob|fax|ext|call|ring|text|ffon|t|m)\b\s*(no|number)?\s*[.:]*",
    re.I,
)
_ACCOUNT_LABEL = re.compile(r"\b(account|a/c|sort code|iban|vat|company|charity|barcode)\b", re.I)
_REFERENCE_SHAPE = re.compile(
    r"(?<![\w/])((?:[A-Z]{1,4}\s?[/\-]\s?)?(?:[A-Z0O1Il|58]{1,6}|(?i:mosaic|carefirst|swift|eclipse)))\s?[/\\\-|]\s?([0-9OoIl|SBZ]{4,8})(?:\s?[/\\\-|]\s?([0-9OoIl|SBZ]{1,4}))?(?![\w])"
)
_REFERENCE_LABEL = re.compile(
    r"\b((our|your|case|client|file|account|order|tenancy|customer|patient|person|service user|job"
    r"|mosaic|lcs|las|liquidlogic|carefirst|swift|framework-?i|eclipse|hospital|unit|claim)\s*)*"
    r"(re[ft]s?|reference|cyf(eirnod)?|id|no|number)\b\.?\s*(no|number|cyf)?\s*[.:;#]*\s*",
    re.I,
)
_NOT_A_REFERENCE = re.compile(
    r"\b(nhs|tel|telephone|phone|fax|mobile|invoice|vat|page|registration|vehicle|sort|account number"
    r"|uprn|ni|national insurance|flat|house|date)\b",
    re.I,
)
_REFERENCE_VALUE = re.compile(r"[A-Za-z0-9|]+(?:\s?[/\\\-.]\s?[A-Za-z0-9|]+)*")
_UPRN = re.compile(r"\bUPRN\s*(?:no|number)?\W{0,3}([0-9OIl]{6,12})\b", re.I)
_POSTCODE = re.compile(
    r"(?<![\w/£.,\-])([A-Z0-9]{2,4})\s{0,2}([0-9A-Z])([A-Z0-9]{2})(?![A-Za-z0-9])"
)
_OUTWARD = re.compile(r"^[A-Z]{1,2}\d[A-Z0-9]?$")
_MOST_POSTCODE_REPAIRS = 4


def as_digits(printed: str) -> str:
    """The digits OCR may have meant, without spaces and stops."""
    return re.sub(r"[ .\-]", "", printed).translate(_AS_DIGIT)


def nhs_numbers_in(line: Line, before: str = "") -> Iterator[FoundNumber]:
    """NHS numbers on a line whose check digit holds. before: the line above, for a label in it."""
    for found in _NHS_SHAPE.finditer(line.text):
        printed, digits = found[0], as_digits(found[0])
        labelled = _is_labelled_nhs(line.text[: found.start()], before)
        repaired = re.sub(r"[ .\-]", "", printed) != digits
        grouped = bool(found[2] and found[4])
        if not nhs.is_valid(digits) or not (labelled or _may_be_nhs(line.text, found, digits)):
            continue
        if repaired and not (labelled or (grouped and sum(c.isdigit() for c in printed) >= 7)):
            continue
        yield FoundNumber(digits, printed, line, role_on(line), labelled, repaired)


def _is_labelled_nhs(text_before: str, line_before: str) -> bool:
    last_nhs = max((m.start() for m in _NHS_LABEL.finditer(text_before + " 0")), default=-1)
    last_phone = max((m.start() for m in _TELEPHONE_LABEL.finditer(text_before)), default=-1)
    if last_nhs >= 0:
        return last_nhs > last_phone
    is_header = not any(char.isdigit() for char in line_before)
    return last_phone < 0 and is_header and bool(_NHS_LABEL.search(line_before + " 0"))


def _may_be_nhs(text: str, found: re.Match[str], digits: str) -> bool:
    """Whether ten unlabelled digits may be an NHS number: no telephone, account or long number."""
    before = text[: found.start()]
    near_digit = re.search(r"\d[ .\-]?$", before) or re.match(r"[ .\-]?\d", text[found.end() :])
    labelled_otherwise = _TELEPHONE_LABEL.search(before) or _ACCOUNT_LABEL.search(before)
    return not (digits.startswith("0") or near_digit or labelled_otherwise)


def references_in(line: Line, before: str = "") -> Iterator[FoundNumber]:
    """Case references on a line: those of the usual shape, and whatever follows a label.

    before: the line above, when it holds a label and nothing else.
    """
    label_above = bool(re.fullmatch(rf"\W*{_REFERENCE_LABEL.pattern}\W*", before, re.I))
    for found in _REFERENCE_SHAPE.finditer(line.text):
        if sum(char.isdigit() for char in found[0]) >= 4:
            before_it = line.text[: found.start()]
            labelled = label_above or (
                bool(_REFERENCE_LABEL.search(before_it)) and not _NOT_A_REFERENCE.search(before_it)
            )
            yield from _readings(found[0], line, labelled)
    for label in _REFERENCE_LABEL.finditer(line.text):
        start = max(0, label.start() - 12)
        value = _REFERENCE_VALUE.match(line.text, label.end())
        if value and not _NOT_A_REFERENCE.search(line.text[start : label.end()]):
            yield from _labelled_value(value[0], line)
    whole = _REFERENCE_VALUE.match(line.text.strip()) if label_above else None
    if whole:
        yield from _labelled_value(whole[0], line)


def _labelled_value(printed: str, line: Line) -> Iterator[FoundNumber]:
    if sum(char.isdigit() for char in printed) >= 4:
        yield from _readings(printed, line, True)


def _readings(printed: str, line: Line, labelled: bool) -> Iterator[FoundNumber]:
    """The reference as printed, as OCR may have meant it, and its longest run of parts.

    "JS/LCS/l04233" gives JSLCSL04233, JSLCS104233, LCS104233 and 104233.
    """
    raw = fold_reference(printed)
    parts = [part for part in re.split(r"[\s/\\\-.|]+", printed) if part]
    meant = [_part_as_meant(part) for part in parts]
    readings = {raw: False}
    for start in range(len(meant)):
        reading = fold_reference("".join(meant[start:]))
        if sum(char.isdigit() for char in reading) >= 4:
            readings.setdefault(reading, reading not in raw)
    for part in meant:
        if len(part) >= 5 and part.isdigit():
            readings.setdefault(part, part not in raw)
    for value, repaired in readings.items():
        yield FoundNumber(value, printed.strip(), line, role_on(line), labelled, repaired)


def _part_as_meant(part: str) -> str:
    digits = sum(char.isdigit() for char in part)
    if digits * 2 >= len(part) and len(part) > 1:
        return part.translate(_AS_DIGIT)
    return part.upper().translate(_AS_LETTER) if len(part) <= 3 and digits else part.upper()


def uprns_in(line: Line) -> Iterator[FoundNumber]:
    """UPRNs, which are recognised by their label alone: they have no check digit."""
    for found in _UPRN.finditer(line.text):
        value = as_digits(found[1])
        yield FoundNumber(value, found[1], line, role_on(line), True, value != found[1])


def postcodes_in(line: Line) -> Iterator[FoundNumber]:
    """Postcodes on a line, with letters and digits put right by their place in the pattern."""
    for found in _POSTCODE.finditer(line.text):
        if not any(char.isdigit() for char in found[0]):
            continue
        raw = found[1] + found[2] + found[3]
        for value in sorted(_postcode_readings(found[1], found[2], found[3])):
            repairs = sum(a != b for a, b in zip(raw, value, strict=True))
            if repairs <= min(_MOST_POSTCODE_REPAIRS, len(raw) - 2):
                yield FoundNumber(value, found[0], line, role_on(line), repaired=repairs > 0)


def _postcode_readings(outward: str, digit: str, letters: str) -> set[str]:
    inward = digit.translate(_AS_DIGIT) + letters.translate(_AS_LETTER)
    if not re.fullmatch(r"\d[A-Z]{2}", inward):
        return set()
    readings = {outward}
    for area_length in (1, 2):
        area, district = outward[:area_length], outward[area_length:]
        for letters_meant in (_AS_LETTER, _AS_LETTER_TOO):
            readings.add(area.translate(letters_meant) + district.translate(_AS_DIGIT))
            readings.add(area.translate(letters_meant) + district)
    return {reading + inward for reading in readings if _OUTWARD.match(reading) or _two(reading)}


def _two(outward: str) -> bool:
    """Whether an outward code is of two letters and two digits ("ZZ14")."""
    return bool(re.fullmatch(r"[A-Z]{1,2}\d{2}", outward))
