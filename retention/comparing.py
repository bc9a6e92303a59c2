"""What a proposed schedule would change: for every record its answer under both, from the same facts.

Nothing is stored here. Records are read slice by slice, each in a short reading of the caller's.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.records.tables import Record
from retention.answers import State, columns_of, missing_of
from retention.gathering import gather
from retention.model import Answer, Due, RecordFacts, Schedule
from retention.rules import evaluate

SLICE = 500
_LOOKED_AT = ("state", "due_on", "not_before", "action")


class Effect(StrEnum):
    """How a record's answer would change."""

    EARLIER = "earlier"
    LATER = "later"
    BECOMES_KNOWN = "becomes_known"
    BECOMES_UNKNOWN = "becomes_unknown"
    BECOMES_PERMANENT = "becomes_permanent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One record whose answer would be another. before: None while no schedule is in force."""

    record_id: str
    class_id: str
    effect: Effect
    before: Answer | None
    after: Answer

    @property
    def becomes_due(self) -> bool:
        """It would be due at once, and is not now."""
        return isinstance(self.after, Due) and not isinstance(self.before, Due)


@dataclass(frozen=True, slots=True)
class Looked:
    """A slice of records under both schedules. last_number: of its last record; looked_at: how many."""

    last_number: int
    looked_at: int
    changes: tuple[tuple[int, Change], ...]  # with the number of the record


def next_slice(
    session: Session, after: int, old: Schedule | None, new: Schedule, as_of: date
) -> Looked | None:
    """The records after this number, SLICE at most, whose answer would change; None for the end."""
    rows = session.execute(
        select(Record.number, Record.record_id)
        .where(Record.number > after)
        .order_by(Record.number)
        .limit(SLICE)
    ).all()
    if not rows:
        return None
    numbers = {record_id: number for number, record_id in rows}
    found = (
        (numbers[one.record_id], _change(one, old, new, as_of))
        for one in gather(session, list(numbers))
    )
    changed = tuple((number, change) for number, change in found if change is not None)
    return Looked(rows[-1][0], len(rows), changed)


def _change(
    facts: RecordFacts, old: Schedule | None, new: Schedule, as_of: date
) -> Change | None:  # fmt: skip
    before = evaluate(facts, old, as_of) if old else None
    after = evaluate(facts, new, as_of)
    if before is not None and _looks(before) == _looks(after):
        return None
    return Change(facts.record_id, _class_of(after, facts), _effect(before, after), before, after)


def _looks(answer: Answer) -> tuple[object, ...]:
    columns = columns_of(answer)
    return *(columns[name] for name in _LOOKED_AT), *missing_of(answer)


def _class_of(after: Answer, facts: RecordFacts) -> str:
    named = columns_of(after)["class_id"] or next((one[1] for one in missing_of(after)), "")
    return str(named) or next((file.class_id for file in facts.files), "")


def _effect(before: Answer | None, after: Answer) -> Effect:
    old = columns_of(before) if before is not None else {"state": State.UNKNOWN, "due_on": None}
    new = columns_of(after)
    if new["state"] != old["state"]:
        return {
            State.UNKNOWN: Effect.BECOMES_UNKNOWN,
            State.PERMANENT: Effect.BECOMES_PERMANENT,
            State.DATED: (
                Effect.BECOMES_KNOWN if old["state"] == State.UNKNOWN else Effect.EARLIER
            ),
        }[State(new["state"])]
    if new["due_on"] is None or new["due_on"] == old["due_on"]:
        return Effect.OTHER
    return Effect.LATER if new["due_on"] > old["due_on"] else Effect.EARLIER
