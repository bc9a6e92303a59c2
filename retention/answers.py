"""An answer of the rules as it is stored, and back again. Values only; rows are in tables.py.

Whether a dated record is due is not stored: it is for the day to say on which one asks.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from retention.model import (
    Action,
    Answer,
    Due,
    Ground,
    Missing,
    NotDue,
    Period,
    Permanent,
    Status,
    Trigger,
    Unknown,
    Why,
)

_DAYS = ("due_on", "not_before")
MissingRow = tuple[str, str, str, str]  # client, class, trigger ("" for none), why


class State(StrEnum):
    """What is stored of an answer: it has a date, or lacks a fact, or is for good."""

    DATED = "dated"
    UNKNOWN = "unknown"
    PERMANENT = "permanent"


def columns_of(answer: Answer) -> dict[str, Any]:
    """The columns of an answer, without when it was made; its missing facts are rows of their own."""
    on = not_before = None
    action, ground = "", Ground()
    match answer:
        case Due():
            state, on, action, ground = State.DATED, answer.on, answer.action, answer.ground
        case NotDue():
            state, on, action, ground = State.DATED, answer.until, answer.action, answer.ground
        case Unknown():
            state, not_before = State.UNKNOWN, answer.not_before
        case Permanent():
            state, action, ground = State.PERMANENT, Action.RETAIN, answer.ground
    return {
        "state": state.value, "due_on": on, "not_before": not_before, "action": str(action),
        "class_id": ground.class_id, "due_month": on.year * 100 + on.month if on else None,
        "ground": _ground_as_json(ground), "schedule_version": answer.schedule_version,
    }  # fmt: skip


def missing_of(answer: Answer) -> list[MissingRow]:
    """The facts an answer lacks, in a set order; none for one that has a date."""
    if not isinstance(answer, Unknown):
        return []
    found = {
        (one.client_id, one.class_id, str(one.trigger or ""), str(one.why))
        for one in answer.missing
    }
    return sorted(found)


def answer_of(columns: Mapping[str, Any], missing: Iterable[MissingRow], as_of: date) -> Answer:
    """The answer again, as it is on a day."""
    version, ground = columns["schedule_version"], _ground_from_json(columns["ground"])
    match State(columns["state"]):
        case State.UNKNOWN:
            facts = tuple(
                Missing(client, class_id, Trigger(event) if event else None, Why(why))
                for client, class_id, event, why in missing
            )
            return Unknown(facts, columns["not_before"], version)
        case State.PERMANENT:
            return Permanent(ground, version)
        case State.DATED:
            on, action = columns["due_on"], Action(columns["action"])
            return (Due if as_of >= on else NotDue)(on, action, ground, version)


def answer_as_json(answer: Answer) -> dict[str, Any]:
    """A whole answer as one JSON value."""
    columns = columns_of(answer)
    days = {
        name: columns[name].isoformat() if columns[name] else None for name in _DAYS
    }  # fmt: skip
    kept = {name: columns[name] for name in ("state", "action", "ground", "schedule_version")}
    return {**kept, **days, "missing": [list(one) for one in missing_of(answer)]}


def answer_from_json(stored: Mapping[str, Any], as_of: date) -> Answer:
    """The same again, as it is on a day."""
    days = {
        name: date.fromisoformat(stored[name]) if stored[name] else None for name in _DAYS
    }  # fmt: skip
    missing = [(client, kind, event, why) for client, kind, event, why in stored["missing"]]
    return answer_of({**stored, **days}, missing, as_of)


def _ground_as_json(ground: Ground) -> dict[str, Any]:
    period = ground.period
    return {
        "client_id": ground.client_id, "class_id": ground.class_id,
        "status": str(ground.status or ""), "event": str(ground.event or ""),
        "event_on": ground.event_on.isoformat() if ground.event_on else "",
        "period": [period.years, period.months, period.days] if period else [],
        "authority": ground.authority, "is_extension": ground.is_extension,
        "reason": ground.reason,
    }  # fmt: skip


def _ground_from_json(stored: Mapping[str, Any]) -> Ground:
    return Ground(
        client_id=stored["client_id"],
        class_id=stored["class_id"],
        status=Status(stored["status"]) if stored["status"] else None,
        event=Trigger(stored["event"]) if stored["event"] else None,
        event_on=date.fromisoformat(stored["event_on"]) if stored["event_on"] else None,
        period=Period(*stored["period"]) if stored["period"] else None,
        authority=stored["authority"],
        is_extension=stored["is_extension"],
        reason=stored["reason"],
    )
