"""The filter of the audit log as it stands in an address, for pages, files and the JSON API alike."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from flask import request
from flask_babel import gettext as _

from api.web.audit_words import OUTCOMES, actions_of
from edrms.audit.model import Asked

FIELDS = ("staff", "client", "record", "what", "outcome", "from", "to", "source", "request")
_LONGEST = 200
_YEARS = range(1900, 2200)
_LAYOUTS = {
    re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII): "%Y-%m-%d",
    re.compile(r"\d{1,2}/\d{1,2}/\d{4}", re.ASCII): "%d/%m/%Y",
}


def typed() -> dict[str, str]:
    """What stands in each field, without the space around it."""
    return {name: request.args.get(name, "").strip() for name in FIELDS}


def asked_of(given: Mapping[str, str]) -> tuple[Asked, dict[str, str]]:
    """What is asked for, and what is wrong in which field (then nothing must be asked)."""
    faults = {
        name: _("Enter no more than %(most)s characters.", most=_LONGEST)
        for name, value in given.items()
        if len(value) > _LONGEST
    }
    actions = actions_of(given["what"])
    if actions is None:
        faults["what"] = _("Choose an action of the list.")
    if given["outcome"] and given["outcome"] not in OUTCOMES:
        faults["outcome"] = _("Choose an outcome of the list.")
    days = {name: day_of(given[name]) for name in ("from", "to")}
    for name, day in days.items():
        if given[name] and day is None:
            faults[name] = _("Enter a date like 27/3/2026.")
    if days["from"] and days["to"] and days["from"] > days["to"]:
        faults["to"] = _("The last day must not be before the first.")
    asked = Asked(
        staff=given["staff"], client=given["client"], record=given["record"],
        actions=actions or frozenset(), outcome=given["outcome"], from_day=days["from"],
        to_day=days["to"], source=given["source"], request_id=given["request"],
    )  # fmt: skip
    return asked, faults


def day_of(text: str) -> date | None:
    """A civil date as people here type it, or None if it is none."""
    for pattern, layout in _LAYOUTS.items():
        if pattern.fullmatch(text):
            try:
                day = datetime.strptime(text, layout).date()
            except ValueError:
                return None
            return day if day.year in _YEARS else None
    return None


def fault_words(faults: Mapping[str, str]) -> dict[str, str]:
    """In words, why what was typed names nobody, or too many."""
    words = {
        ("staff", "unknown"): _("No member of staff is called so."),
        ("staff", "many"): _("Several members of staff are called so. Enter more of the name."),
        ("client", "unknown"): _("No client is known so. Enter a client id or case number."),
        ("client", "many"): _("Several clients are known so. Enter a client id or case number."),
        ("record", "unknown"): _("There is no record with this reference."),
        ("size", "many"): _("There are too many events for one file. Choose fewer days."),
    }
    return {name: words[name, fault] for name, fault in faults.items()}


def before() -> int | None:
    """Number of the event after which the page asked for begins; None for the first page.

    0, which no event has, for anything that is no number.
    """
    given = request.args.get("before", "")
    if not given:
        return None
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 20 else 0
