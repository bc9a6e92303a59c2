"""The filter of the governance desk as it stands in an address, and the addresses of lists."""

import re
from collections.abc import Mapping
from datetime import date

from flask import request, url_for
from flask_babel import gettext as _

from api.audit_form import day_of
from api.web import wording
from api.web.hold_wording import class_names
from api.web.retention_wording import STANDINGS, fact_words
from api.web.subjects import links_to
from api.web.view_models import Choice, DeskFilter, FieldError
from edrms.access.subjects import Subject, SubjectKind
from retention.desk_filter import NO_CLASS, NO_TRIGGER, Standing, Wanted
from retention.model import Trigger, Why

FIELDS = ("state", "class", "service", "from", "to", "client", "lacks", "why", "sealed")
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def typed() -> dict[str, str]:
    """What stands in each field, without the space around it."""
    return {name: request.args.get(name, "").strip() for name in FIELDS}


def wanted_of(given: Mapping[str, str]) -> tuple[Wanted, dict[str, str]]:
    """What is asked for, and what is wrong in which field (then nothing must be asked)."""
    known: dict[str, tuple[str, set[str]]] = {
        "state": (_("Choose a state of the list."), {str(one) for one in Standing}),
        "class": (_("Choose a class of the list."), {NO_CLASS, *class_names()}),
        "service": (_("Choose a service of the list."), set(wording.SERVICES)),
        "lacks": (_("Choose a fact of the list."), {NO_TRIGGER, *(str(one) for one in Trigger)}),
        "why": (_("Follow a link of the work list instead."), {str(one) for one in Why}),
        "sealed": (_("Follow a link of the desk instead."), {"yes"}),
    }
    faults = {
        name: words for name, (words, values) in known.items()
        if given[name] and given[name] not in values
    }  # fmt: skip
    if given["client"] and not _ID.fullmatch(given["client"]):
        faults["client"] = _("Follow a link of the work list or of a person's page instead.")
    days = {name: day_of(given[name]) for name in ("from", "to")}
    for name, day in days.items():
        if given[name] and day is None:
            faults[name] = _("Enter a date like 27/3/2026.")
    if days["from"] and days["to"] and days["from"] > days["to"]:
        faults["to"] = _("The last day must not be before the first.")
    return (Wanted(), faults) if faults else (_wanted(given, days), {})


def _wanted(given: Mapping[str, str], days: Mapping[str, date | None]) -> Wanted:
    return Wanted(
        standing=Standing(given["state"]) if given["state"] else None, class_id=given["class"],
        service=given["service"], from_day=days["from"], to_day=days["to"],
        client_id=given["client"], lacks=given["lacks"], why=given["why"],
        sealed=given["sealed"] == "yes",
    )  # fmt: skip


def filter_of(given: Mapping[str, str], faults: Mapping[str, str]) -> DeskFilter:
    """The filter for a page."""
    classes = [Choice(value=key, label=f"{key} {name}") for key, name in class_names().items()]
    classes.append(Choice(value=NO_CLASS, label=_("No class (kept longer by a person)")))
    return DeskFilter(
        typed=given,
        args={name: value for name, value in given.items() if value},
        errors=tuple(FieldError(field=name, message=text) for name, text in faults.items()),
        classes=tuple(classes),
        services=tuple(
            Choice(value=code, label=str(name)) for code, name in wording.SERVICES.items()
        ),
        states=tuple(Choice(value=code, label=str(name)) for code, name in STANDINGS.items()),
        lacks=tuple(
            Choice(value=one, label=fact_words("" if one == NO_TRIGGER else one))
            for one in (*(str(trigger) for trigger in Trigger), NO_TRIGGER)
        ),
        words=() if faults else _words(given),
    )


def _words(given: Mapping[str, str]) -> tuple[str, ...]:
    """What an address asks for that no field of the form shows."""
    found = []
    if given["client"]:
        subject = Subject(SubjectKind.CLIENT, given["client"])
        name = links_to([subject])[subject].text
        found.append(_("Of one person: %(name)s.", name=name))
    if given["sealed"]:
        found.append(_("Under a seal that you are let in to."))
    if given["lacks"]:
        fact = fact_words("" if given["lacks"] == NO_TRIGGER else given["lacks"])
        found.append(_("Waiting for: %(fact)s.", fact=fact))
    return tuple(found)


def records_href(
    given: Mapping[str, str], standing: Standing | None = None, class_id: str | None = None,
    from_day: date | None = None, to_day: date | None = None,
) -> str:  # fmt: skip
    """The list behind a number of the desk, narrowed as the desk is (by class and service)."""
    named = class_id if class_id is not None else given["class"]
    parts = {
        "state": str(standing or ""), "class": named, "service": given["service"],
        "from": from_day.isoformat() if from_day else "",
        "to": to_day.isoformat() if to_day else "",
    }  # fmt: skip
    filled = {name: value for name, value in parts.items() if value}
    return url_for("retention_desk.records", **filled)  # type: ignore[arg-type]
