"""The engine agrees with the oracle on random lives, and faults planted in it are caught by it."""

import types
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from retention import dates, happened, rules
from retention.model import Answer, Due, NotDue, Permanent, Unknown
from retention.rules import evaluate
from tests.rules.retention_lives import History, histories

# In which file, what stands there exactly once, what a fault would make of it.
FAULTS = [
    ("rules", "Due if as_of >= on", "Due if as_of > on"),
    ("rules", "Due if as_of >= on", "Due if as_of <= on"),
    ("rules", "return -demand.on.toordinal(), -", "return demand.on.toordinal(), -"),
    ("rules", "-_CARE_OF[demand.rule.action]", "_CARE_OF[demand.rule.action]"),
    ("rules", "(Action.DESTROY, Action.REVIEW,", "(Action.REVIEW, Action.DESTROY,"),
    ("happened", "last = max(happening.dates)", "last = min(happening.dates)"),
    ("happened", "last <= happening.began_again_on", "last < happening.began_again_on"),
    ("happened", "happening.began_again_on is not None and", "False and"),
    ("happened", "if last > as_of and", "if last >= as_of and"),
    ("happened", "if last > as_of and event not in FIXED_AHEAD", "if False"),
    ("happened", "and event not in FIXED_AHEAD", ""),
    ("happened", "len(happening.dates) > 1 and event in ONCE", "False"),
    ("happened", "any(died < day for", "any(died <= day for"),
    ("happened", "any(died < day for", "all(died < day for"),
    ("happened", "any(day < born for", "any(day <= born for"),
    ("happened", "any(day < born for", "any(False for"),
    ("happened", "event in ENDINGS and day < file.began_on", "False"),
    ("happened", "day < file.began_on", "day <= file.began_on"),
    ("rules", "or died < birthday", "or died <= birthday"),
    ("rules", "None or died < birthday", "None or died > birthday"),
    ("rules", "years=age_years", "years=age_years + 1"),
    ("rules", "is_in_doubt |= alternative.kind in REPLACING", "pass"),
    ("rules", "is_replaced |= alternative.kind in REPLACING", "pass"),
    ("rules", "is_replaced |= alternative.kind in REPLACING", "is_replaced = True"),
    ("rules", "_may_never_come(kind, event, file):", "True:"),
    ("rules", "_may_never_come(kind, event, file):", "kind is not AlternativeKind.MAX:"),
    ("rules", "return Status.DECEASED not in file.statuses", "return True"),
    ("rules", "return kind is not AlternativeKind.MAX", "return True"),
    ("rules", "if kind is AlternativeKind.REPLACE and when > as_of", "if False"),
    ("rules", "facts.kept_until > on", "facts.kept_until < on"),
    ("rules", "facts.kept_until is not None and", "False and"),
    ("rules", "certain.append(kept_until)", "pass"),
    ("rules", "max(certain, default=None)", "min(certain, default=None)"),
    ("rules", "financial_year_end(day) if event is Trigger.FY_END else day", "day"),
    ("rules", "if whole.never:", "if whole.never and not whole.missing:"),
    ("rules", "if whole.missing or not whole.demands", "if not whole.demands"),
    ("rules", "for applied in applying(file, schedule)", "for applied in applying(file, schedule)[:1]"),
    ("rules", "[_asked_of(file, schedule, as_of)", "[_asked_of(facts.files[0], schedule, as_of)"),
    ("rules", "or (is_dead and drawn.status is Status.DECEASED)", ""),
    ("rules", "and file.class_id in drawn.from_classes", ""),
    ("rules", "elif rule.action is Action.RETAIN", "elif False"),
    ("happened", "    Trigger.LAST_ENTRY,", ""),
    ("happened", "FIXED_AHEAD = frozenset({Trigger.EXPIRY, ", "FIXED_AHEAD = frozenset({"),
    ("happened", "Trigger.PROHIBITION,", ""),
    ("dates", "on = date(year, month + 1, 1)", "on = date(year, month, 28)"),
    ("dates", "(3, 31) else", "(3, 30) else"),
    ("dates", "(3, 31) else day.year + 1", "(4, 30) else day.year + 1"),
    ("dates", "months // 12", "months // 13"),
    ("dates", "on.toordinal() + period.days", "on.toordinal() + period.days - 1"),
]  # fmt: skip
Evaluating = Callable[..., Answer]


def disagreement(histories: Iterable[History], evaluating: Evaluating = evaluate) -> str:
    """The first history the two see differently, in words; "" if none."""
    for history in histories:
        try:
            answer = evaluating(history.facts, history.council.schedule, date(*history.today))
        except Exception as error:  # a planted fault may well fall over
            return f"{history}: {error!r}"
        if not _agree(answer, history):
            return f"{history}: {answer}"
    return ""


def _agree(answer: Answer, history: History) -> bool:
    verdict = history.verdict
    expected_day = date(*verdict.on) if verdict.on else None
    match answer:
        case Permanent():
            return verdict.kind == "for good" and _grounded(answer, history)
        case Unknown():
            lacking = {(m.client_id, m.class_id, m.trigger or "", m.why) for m in answer.missing}
            unknown = verdict.kind == "unknown" and answer.not_before == expected_day
            return unknown and lacking == verdict.lacking
        case Due() | NotDue():
            day = answer.on if isinstance(answer, Due) else answer.until
            is_due = verdict.on is not None and history.today >= verdict.on
            dated = verdict.kind == "dated" and (day, answer.action) == (expected_day, verdict.end)
            return dated and isinstance(answer, Due) == is_due and _grounded(answer, history)


def _grounded(answer: Due | NotDue | Permanent, history: History) -> bool:
    ground = answer.ground
    return (ground.client_id, ground.class_id, ground.event or "") in history.verdict.grounds


def test_ten_thousand_random_lives_agree_with_the_oracle() -> None:
    assert len(histories()) >= 10_000
    assert disagreement(histories()) == ""


def test_the_lives_are_of_every_kind() -> None:
    kinds = Counter(one.verdict.kind for one in histories())
    on_the_day = sum(
        one.verdict.kind == "dated" and one.today == one.verdict.on for one in histories()
    )
    reasons = Counter(lack[3] for one in histories() for lack in one.verdict.lacking)
    assert min(kinds[kind] for kind in ("dated", "unknown", "for good")) > 400, kinds
    assert on_the_day > 500
    wanted = (
        "unknown",
        "not_yet",
        "contradicted",
        "begun_again",
        "impossible",
        "no_rule",
        "no_file",
    )
    assert min(reasons[why] for why in wanted) > 50, reasons
    by_rule = {g[:2] for one in histories() for g in {(w[1], w[2]) for w in one.verdict.grounds}}
    assert len(by_rule) > 150


@pytest.mark.parametrize(("name", "right", "wrong"), FAULTS)
def test_a_planted_fault_is_caught(name: str, right: str, wrong: str) -> None:
    assert disagreement(histories(), mutant(name, right, wrong)) != ""


def mutant(name: str, right: str, wrong: str) -> Evaluating:
    """The engine with one fault in one of its modules."""
    text = _source(name)
    assert text.count(right) == 1, f"{right!r} stands in {name}.py {text.count(right)} times"
    faulty = _module(name, text.replace(right, wrong))
    whole = faulty if name == "rules" else _module("rules", _source("rules"))
    imported = set(vars(whole)) & {"add", "financial_year_end", "given", "known"}
    vars(whole).update({one: vars(faulty)[one] for one in imported if one in vars(faulty)})
    return whole.evaluate  # type: ignore[no-any-return]


def _source(name: str) -> str:
    path = {"rules": rules, "dates": dates, "happened": happened}[name].__file__
    return Path(path or "").read_text("utf-8")


def _module(name: str, source: str) -> types.ModuleType:
    made = types.ModuleType(f"faulty_{name}")
    exec(compile(source, name, "exec"), vars(made))
    return made


def test_the_engine_itself_taken_through_the_planting_agrees() -> None:
    untouched = mutant("rules", "Due if as_of >= on", "Due if as_of >= on")
    assert disagreement(histories()[:2000], untouched) == ""
