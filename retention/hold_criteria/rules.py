"""Reading a saved query from plain values, and writing it back. Pure; what is wrong is named by field."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from edrms.errors import Invalid
from edrms.folding import fold_text
from retention.hold_criteria.model import Criteria, Known

LISTS = ("record_classes", "document_types", "services", "teams")
DATES = ("dated_from", "dated_to", "received_from", "received_to")
RANGES = (("dated_from", "dated_to"), ("received_from", "received_to"))
SHORTEST_PHRASE, LONGEST_PHRASE, MOST_WORDS = 3, 200, 200
_NAMED = {
    "record_classes": "record class", "document_types": "document type", "services": "service",
    "teams": "team",
}  # fmt: skip


def read(given: Mapping[str, Any], known: Known) -> Criteria:
    """The criteria of plain values (lists of codes, ISO dates, a phrase), as of JSON or a form.

    Raises Invalid naming every field that is wrong; nothing unknown is passed over in silence.
    """
    wrong = {
        name: f"There is no criterion {name[:40]!r}. Use {', '.join((*LISTS, *DATES, 'phrase'))}."
        for name in given
        if name not in (*LISTS, *DATES, "phrase")
    }
    read_in: dict[str, Any] = {}
    for name in LISTS:
        read_in[name] = _codes(name, given.get(name) or (), getattr(known, name), wrong)
    for name in DATES:
        read_in[name] = _day(name, given.get(name), wrong)
    for first, last in RANGES:
        if read_in[first] and read_in[last] and read_in[first] > read_in[last]:
            wrong[last] = "This day lies before the first of the range."
    read_in["phrase"] = _phrase(given.get("phrase") or "", wrong)
    if wrong:
        raise Invalid("The saved query cannot be used.", fields=wrong)
    return Criteria(**read_in)


def _codes(name: str, given: Any, known: frozenset[str], wrong: dict[str, str]) -> frozenset[str]:
    if isinstance(given, str) or not all(isinstance(one, str) for one in given):
        wrong[name] = "Give a list of codes."
        return frozenset()
    if len(given) > MOST_WORDS:
        wrong[name] = f"At most {MOST_WORDS}."
        return frozenset()
    if strangers := sorted(set(given) - known):
        wrong[name] = f"There is no {_NAMED[name]} {strangers[0][:40]!r}."
    return frozenset(given)


def _day(name: str, given: Any, wrong: dict[str, str]) -> date | None:
    if given in (None, ""):
        return None
    if type(given) is date:
        return given
    try:
        return date.fromisoformat(given)
    except (TypeError, ValueError):
        wrong[name] = "Give a real day, such as 2026-11-03."
        return None


def _phrase(given: Any, wrong: dict[str, str]) -> str:
    if not given:
        return ""
    if not isinstance(given, str) or len(given) > LONGEST_PHRASE:
        wrong["phrase"] = f"Give a phrase of at most {LONGEST_PHRASE} characters."
        return ""
    folded = fold_text(given)
    if len(folded.replace(" ", "")) < SHORTEST_PHRASE:
        wrong["phrase"] = f"Give at least {SHORTEST_PHRASE} letters or digits, a to z and 0 to 9."
    return folded


def plain(criteria: Criteria) -> dict[str, Any]:
    """The criteria as plain values in a fixed order, without the parts not given; `read` takes them."""
    found: dict[str, Any] = {name: sorted(getattr(criteria, name)) for name in LISTS}
    found |= {
        name: day.isoformat() for name in DATES if (day := getattr(criteria, name)) is not None
    }
    return {name: value for name, value in (found | {"phrase": criteria.phrase}).items() if value}


def stored(given: Mapping[str, Any]) -> Criteria:
    """The criteria as they were stored. What was known then may be unknown now; it still holds.

    Raises ValueError for a part this version does not know: an old program must not read less into a
    hold than it says.
    """
    if strangers := set(given) - {*LISTS, *DATES, "phrase"}:
        raise ValueError(f"a hold's saved query has unknown parts: {sorted(strangers)}")
    parts: dict[str, Any] = {name: frozenset(given.get(name, ())) for name in LISTS}
    parts |= {name: date.fromisoformat(given[name]) for name in DATES if name in given}
    return Criteria(**parts, phrase=given.get("phrase", ""))
