"""When a record may come to its end, decided from facts and a schedule alone. Pure.

Every rule that applies to a record asks for a date; the latest wins. What is not known, contradicts
itself or has not happened yet keeps the record. Source: docs/adr/0016; the schedule's rows themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from retention.dates import add, financial_year_end
from retention.happened import given, known
from retention.model import (
    Action,
    Alternative,
    AlternativeKind,
    Answer,
    Due,
    FileFacts,
    Ground,
    Missing,
    NotDue,
    Period,
    Permanent,
    RecordFacts,
    Rule,
    Schedule,
    Status,
    Trigger,
    Unknown,
    Why,
)

CARE = (Action.DESTROY, Action.REVIEW, Action.ARCHIVE_OFFER, Action.RETAIN)  # least careful first
MOST_HELD = 10_000  # files, and answers, that evaluate_all holds at a time
REPLACING = frozenset({AlternativeKind.DIED_UNDER, AlternativeKind.REPLACE})
_Start = tuple[Trigger, date, Period]
_Lack = tuple[Trigger, Why]
_CARE_OF = {action: number for number, action in enumerate(CARE)}


class Applied(NamedTuple):
    """A rule that applies to a file: by which status (None: the file's own class), of which class.

    rule is None where the schedule has none for the class.
    """

    status: Status | None
    class_id: str
    rule: Rule | None


class _Demand(NamedTuple):
    """One date asked for; in `never`, what keeps a record for good (then on means nothing)."""

    on: date
    file: FileFacts
    applied: Applied
    rule: Rule
    event: Trigger | None = None
    event_on: date | None = None
    period: Period | None = None


class _Asked(NamedTuple):
    """What the rules ask of one record."""

    demands: list[_Demand]
    never: list[_Demand]
    missing: list[Missing]


def evaluate(facts: RecordFacts, schedule: Schedule, as_of: date) -> Answer:
    """Whether the record may be appraised for its end, or until when or why not.

    as_of: civil date in the council's time zone. A leap-day sum rounds to the later date.
    Absence of a fact keeps the record; no facts make it raise.
    """
    return _answer(
        [_asked_of(file, schedule, as_of) for file in facts.files], facts, schedule, as_of
    )


def evaluate_all(
    records: Iterable[RecordFacts], schedule: Schedule, as_of: date
) -> Iterator[Answer]:
    """The answer of `evaluate` for each record, in order; what each file asks for is worked out once.

    Saves most where the records of a client share their FileFacts objects.
    """
    held: dict[int, tuple[FileFacts, _Asked]] = {}  # the file is held so that its id stays its own
    answers: dict[tuple[int, ...], Answer] = {}
    for facts in records:
        if len(held) >= MOST_HELD or len(answers) >= MOST_HELD:
            held.clear()
            answers.clear()
        same_files = tuple(map(id, facts.files))
        answer = answers.get(same_files) if facts.kept_until is None else None
        if answer is None:
            parts = [_held(file, held, schedule, as_of) for file in facts.files]
            answer = _answer(parts, facts, schedule, as_of)
            if facts.kept_until is None:
                answers[same_files] = answer
        yield answer


def _held(
    file: FileFacts, held: dict[int, tuple[FileFacts, _Asked]], schedule: Schedule, as_of: date
) -> _Asked:
    if id(file) not in held:
        held[id(file)] = file, _asked_of(file, schedule, as_of)
    return held[id(file)][1]


def _asked_of(file: FileFacts, schedule: Schedule, as_of: date) -> _Asked:
    asked = _Asked([], [], [])
    for applied in applying(file, schedule):
        _ask(file, applied, as_of, asked)
    return asked


def _answer(parts: Sequence[_Asked], facts: RecordFacts, schedule: Schedule, as_of: date) -> Answer:
    whole = parts[0] if len(parts) == 1 else _joined(parts)
    if whole.never:
        return Permanent(_ground(min(whole.never, key=_never_order)), schedule.version)
    if whole.missing or not whole.demands:
        return _unknown(whole, facts.kept_until, schedule.version)
    return _dated(whole.demands, facts, schedule.version, as_of)


def _joined(parts: Sequence[_Asked]) -> _Asked:
    return _Asked(
        [one for part in parts for one in part.demands],
        [one for part in parts for one in part.never],
        [one for part in parts for one in part.missing],
    )


def applying(file: FileFacts, schedule: Schedule) -> list[Applied]:
    """The file's own class and those its person's statuses draw onto it.

    A known death is the status DECEASED whether or not anybody set it.
    """
    found = [Applied(None, file.class_id, schedule.rules.get(file.class_id))]
    is_dead = bool(given(Trigger.DOD, file))
    if file.statuses or is_dead:
        for drawn in schedule.drawn:
            reached = drawn.status in file.statuses or (is_dead and drawn.status is Status.DECEASED)
            if reached and file.class_id in drawn.from_classes:
                rule = schedule.rules.get(drawn.class_id)
                found.append(Applied(drawn.status, drawn.class_id, rule))
    return found


def _ask(file: FileFacts, applied: Applied, as_of: date, asked: _Asked) -> None:
    """Add what one rule asks of one file, and what it would need to know."""
    rule = applied.rule
    if rule is None:
        asked.missing.append(Missing(file.client_id, applied.class_id, None, Why.NO_RULE))
    elif rule.action is Action.RETAIN:
        asked.never.append(_Demand(date.max, file, applied, rule))
    else:
        starts, lacking = _starts(rule, file, as_of)
        for event, why in lacking:
            asked.missing.append(Missing(file.client_id, applied.class_id, event, why))
        for event, day, period in starts:
            start = financial_year_end(day) if event is Trigger.FY_END else day
            on = None if start is None else add(start, period)
            demand = _Demand(on or date.max, file, applied, rule, event, day, period)
            (asked.never if on is None else asked.demands).append(demand)


def _starts(rule: Rule, file: FileFacts, as_of: date) -> tuple[list[_Start], list[_Lack]]:
    """What a rule counts from, and what it would need to know.

    A main period that an alternative may yet replace is not certain and is left out.
    """
    starts: list[_Start] = []
    lacking: list[_Lack] = []
    is_replaced = is_in_doubt = False
    for alternative in rule.alternatives:
        counted = _counted(alternative, file, as_of)
        if isinstance(counted, date):
            starts.append((alternative.event, counted, alternative.period))
            is_replaced |= alternative.kind in REPLACING
        elif counted is not None:
            lacking.append(counted)
            is_in_doubt |= alternative.kind in REPLACING
    if not is_replaced:
        when = known(rule.trigger, file, as_of)
        if isinstance(when, Why):
            lacking.append((rule.trigger, when))
        elif not is_in_doubt:
            starts.append((rule.trigger, when, rule.period))
    return starts, lacking


def _counted(alternative: Alternative, file: FileFacts, as_of: date) -> date | _Lack | None:
    """The day an alternative counts from; None if it does not count; or what is not known about it."""
    kind, event = alternative.kind, alternative.event
    when = known(event, file, as_of)
    if when is Why.UNKNOWN and _may_never_come(kind, event, file):
        return None
    if isinstance(when, Why):
        return event, when
    if kind is AlternativeKind.REPLACE and when > as_of:
        return event, Why.NOT_YET
    if kind is AlternativeKind.DIED_UNDER:
        return _died_under(alternative.age_years, when, known(Trigger.DOB, file, as_of))
    return when


def _may_never_come(kind: AlternativeKind, event: Trigger, file: FileFacts) -> bool:
    if event is Trigger.DOD:
        return Status.DECEASED not in file.statuses
    return kind is not AlternativeKind.MAX


def _died_under(age_years: int, died: date, born: date | Why) -> date | _Lack | None:
    if isinstance(born, Why):
        return Trigger.DOB, born
    birthday = add(born, Period(years=age_years))
    return died if birthday is None or died < birthday else None


def _unknown(asked: _Asked, kept_until: date | None, version: int) -> Unknown:
    missing = set(asked.missing) or {Missing("", "", None, Why.NO_FILE)}
    certain = [demand.on for demand in asked.demands]
    if kept_until is not None:
        certain.append(kept_until)
    return Unknown(tuple(sorted(missing, key=_missing_order)), max(certain, default=None), version)


def _dated(demands: list[_Demand], facts: RecordFacts, version: int, as_of: date) -> Answer:
    """The latest date, of equal ones the more careful action; an extension is one more date."""
    winner = min(demands, key=_order) if len(demands) > 1 else demands[0]
    on, action, ground = winner.on, winner.rule.action, None
    if facts.kept_until is not None and facts.kept_until > on:
        on, ground = facts.kept_until, Ground(is_extension=True, reason=facts.kept_because)
    answer = Due if as_of >= on else NotDue
    return answer(on, action, ground or _ground(winner), version)


def _order(demand: _Demand) -> tuple[object, ...]:
    """Latest first, then most careful, then an order that has nothing to do with that of the files."""
    return -demand.on.toordinal(), -_CARE_OF[demand.rule.action], *_told_apart(demand)


def _never_order(demand: _Demand) -> tuple[object, ...]:
    return demand.rule.action is not Action.RETAIN, *_told_apart(demand)


def _told_apart(demand: _Demand) -> tuple[object, ...]:
    period = demand.period or Period()
    return (
        demand.file.client_id, demand.applied.class_id, demand.applied.status or "",
        demand.event or "", demand.event_on or date.min, period.years, period.months, period.days,
    )  # fmt: skip


def _missing_order(one: Missing) -> tuple[str, str, str, str]:
    return one.client_id, one.class_id, one.trigger or "", one.why


def _ground(demand: _Demand) -> Ground:
    return Ground(
        client_id=demand.file.client_id, class_id=demand.applied.class_id,
        status=demand.applied.status, event=demand.event, event_on=demand.event_on,
        period=demand.period, authority=demand.rule.authority,
    )  # fmt: skip
