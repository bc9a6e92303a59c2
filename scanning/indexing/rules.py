"""Whether a document files itself: only when type and every client are beyond doubt. Pure.

In doubt the answer is no, and says why in words a person reads in the indexing queue.
"""

from itertools import combinations

from edrms.fileplan.model import DocumentType, Sensitivity
from scanning.indexing.model import (
    ClientMatch,
    Confidence,
    Decision,
    EvidenceKind,
    PageText,
    TypeSuggestion,
)

LEAST_CLIENT_SCORE = 0.97
LEAST_LIKELY_SCORE = 0.5
LEAST_IDENTIFIERS = 2
LEAST_MARGIN = 0.5
LEAST_READING_CONFIDENCE = 0.6
SURE_DATE_SCORE = 0.85  # labelled as the document's own, or alone on a line at its head
# A name and an address are shared by a father and a son; one of these is a person's own.
OWN_TO_A_PERSON = frozenset(
    {EvidenceKind.REFERENCE, EvidenceKind.NHS_NUMBER, EvidenceKind.DATE_OF_BIRTH}
)


def may_file_itself(
    suggested: TypeSuggestion,
    matches: tuple[ClientMatch, ...],
    pages: tuple[PageText, ...],
    document_type: DocumentType | None,
) -> Decision:
    """Whether the document may be filed with no person looking at it.

    suggested, matches: for these pages. document_type: the type suggested, from the file plan.
    Every reason against is given; a yes says on what it rests.
    """
    against = (
        *_against_type(suggested, document_type),
        *_against_clients(matches, document_type),
        *_against_reading(pages),
    )
    if against:
        return Decision(False, against)
    name = document_type.name if document_type else ""
    clients = " ".join(m.explanation for m in likely_clients(matches))
    return Decision(True, (f"Its type, {name}, scores {suggested.score:.2f}.", clients))


def confidence_in_type(score: float, plan: DocumentType | None) -> Confidence:
    """How far a person may lean on a suggested type. Sure: the document might file itself by it."""
    if plan is not None and score >= plan.filing_threshold:
        return Confidence.SURE
    return Confidence.LIKELY if score > LEAST_LIKELY_SCORE else Confidence.CHECK


def confidence_in_client(matches: tuple[ClientMatch, ...], found: ClientMatch) -> Confidence:
    """How far a person may lean on a suggested client. Sure: the document might file itself on this one."""
    if found.score <= LEAST_LIKELY_SCORE or found.vetoes:
        return Confidence.CHECK
    return Confidence.LIKELY if client_may_be_filed_on(matches, found) else Confidence.SURE


def confidence_in_date(score: float) -> Confidence:
    """How far a person may lean on the date read in the document."""
    if score >= SURE_DATE_SCORE:
        return Confidence.SURE
    return Confidence.LIKELY if score > LEAST_LIKELY_SCORE else Confidence.CHECK


def likely_clients(matches: tuple[ClientMatch, ...]) -> tuple[ClientMatch, ...]:
    """The clients the document is taken to be about: each likelier than not."""
    return tuple(found for found in matches if found.score > LEAST_LIKELY_SCORE)


def client_may_be_filed_on(
    matches: tuple[ClientMatch, ...], chosen: ClientMatch
) -> tuple[str, ...]:
    """Reasons against filing on this client without a person; empty when there are none."""
    reasons = [f"{veto[0].upper()}{veto[1:]}." for veto in chosen.vetoes]
    if chosen.score < LEAST_CLIENT_SCORE:
        reasons.append(f"The client scores {chosen.score:.2f}, below {LEAST_CLIENT_SCORE:.2f}.")
    if chosen.identifiers < LEAST_IDENTIFIERS:
        reasons.append("Fewer than two identifiers of the client agree.")
    if not any(found.kind in OWN_TO_A_PERSON for found in chosen.agreeing):
        reasons.append("No date of birth or number of the client agrees: a relative may be meant.")
    others = [m.score for m in matches if m is not chosen and m.score <= LEAST_LIKELY_SCORE]
    if chosen.score - max(others, default=0.0) < LEAST_MARGIN:
        reasons.append("Another client is nearly as likely.")
    return tuple(reasons)


def _against_type(suggested: TypeSuggestion, plan: DocumentType | None) -> tuple[str, ...]:
    if plan is None:
        return ("The type of the document is not known.",)
    if plan.sensitivity is Sensitivity.SEALED:
        return (f"A document of a sealed type ({plan.name}) is always filed by a person.",)
    if suggested.score < plan.filing_threshold:
        return (
            f"Its type, {plan.name}, scores {suggested.score:.2f},"
            f" below {plan.filing_threshold:.2f}.",
        )
    return ()


def _against_clients(
    matches: tuple[ClientMatch, ...], plan: DocumentType | None
) -> tuple[str, ...]:
    likely = likely_clients(matches)
    if not likely:
        return ("No client is likelier than not.",)
    reasons = [reason for found in likely for reason in client_may_be_filed_on(matches, found)]
    if plan and any(plan.record_class_for(found.service) is None for found in likely):
        reasons.append(f"{plan.name} is not a type of the client's service.")
    if any(_named_apart(*two) for two in combinations(likely, 2)):
        reasons.append("Different pages name different clients: two letters may be stuck together.")
    return tuple(dict.fromkeys(reasons))


def _named_apart(one: ClientMatch, other: ClientMatch) -> bool:
    """Whether no page says anything of both: what is about brothers and sisters names them together."""
    return {found.page for found in one.agreeing}.isdisjoint(found.page for found in other.agreeing)


def _against_reading(pages: tuple[PageText, ...]) -> tuple[str, ...]:
    confidences = [page.confidence for page in pages if page.confidence is not None]
    if confidences and min(confidences) < LEAST_READING_CONFIDENCE:
        return ("A page was read with too little confidence.",)
    return ()
