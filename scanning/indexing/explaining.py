"""The one sentence that tells a person why a client is suggested, from the evidence for and against."""

from scanning.indexing.model import Evidence, EvidenceKind

_CALLED = {
    EvidenceKind.REFERENCE: "reference",
    EvidenceKind.NHS_NUMBER: "NHS number",
    EvidenceKind.DATE_OF_BIRTH: "date of birth",
    EvidenceKind.NAME: "name",
    EvidenceKind.POSTCODE: "postcode",
    EvidenceKind.ADDRESS: "address",
    EvidenceKind.UPRN: "UPRN",
}


def explanation_of(
    agreeing: tuple[Evidence, ...], against: tuple[Evidence, ...], conflict: str = ""
) -> str:
    """ "Reference and date of birth agree, page 1 line 7; name is another name, page 1 line 3." """
    clauses = []
    plain = [evidence for evidence in agreeing if not evidence.note]
    if plain:
        verb = "agree" if len(plain) > 1 else "agrees"
        places = _places(plain)
        clauses.append(f"{_listed([_CALLED[e.kind] for e in plain])} {verb}, {places}")
    for evidence in (*(e for e in agreeing if e.note), *against):
        clauses.append(f"{_CALLED[evidence.kind]} {_predicate(evidence)}, {_places([evidence])}")
    if conflict:
        clauses.append(conflict)
    sentence = "; ".join(clauses) or "nothing on the document agrees"
    return sentence[0].upper() + sentence[1:] + "."


def _predicate(evidence: Evidence) -> str:
    if evidence.note.startswith("with "):
        return f"agrees {evidence.note}"
    if evidence.note == "is not labelled":
        return "agrees but is not labelled"
    return evidence.note or "differs"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _places(evidence: list[Evidence]) -> str:
    by_page: dict[int, set[int]] = {}
    for piece in evidence:
        by_page.setdefault(piece.page, set()).add(piece.line)
    return ", ".join(_place(page, sorted(lines)) for page, lines in sorted(by_page.items()))


def _place(page: int, lines: list[int]) -> str:
    noun = "line" if len(lines) == 1 else "lines"
    return f"page {page} {noun} {_listed([str(line) for line in lines])}"
