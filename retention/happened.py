"""Whether an event is known to have happened, and on which day: what can be believed of the facts. Pure.

What then follows from it is in rules.py. Source: docs/adr/0016.
"""

from datetime import date

from retention.model import FileFacts, Trigger, Why

ONCE = frozenset({Trigger.DOB, Trigger.DOD})
FIXED_AHEAD = frozenset({Trigger.EXPIRY, Trigger.CONTRACT_END, Trigger.AUTH_END})
NEVER_BEFORE_BIRTH = frozenset({
    Trigger.DOD, Trigger.ORDER_DATE, Trigger.APPROVAL_END, Trigger.PLACEMENT_END, Trigger.PROHIBITION,
    Trigger.REFUSED_WITHDRAWN, Trigger.LEAVE_DATE, Trigger.AUTH_END, Trigger.EXPIRY,
})  # fmt: skip
ENDINGS = frozenset({
    Trigger.CASE_CLOSED, Trigger.SERVICE_END, Trigger.CLOSED, Trigger.AUTH_END, Trigger.APPROVAL_END,
    Trigger.PLACEMENT_END, Trigger.CONTRACT_END, Trigger.PROCEEDINGS_END, Trigger.LEAVE_DATE,
    Trigger.LAST_ENTRY,
})  # fmt: skip


def known(event: Trigger, file: FileFacts, as_of: date) -> date | Why:
    """The day an event is known to have happened, or why none can be counted from.

    Of an event that recurs the last day counts. Why.UNKNOWN: nobody has given a date.
    """
    happening = file.happenings.get(event)
    if happening is None or not happening.dates:
        return Why.UNKNOWN
    if len(happening.dates) > 1 and event in ONCE:
        return Why.CONTRADICTED
    last = max(happening.dates)
    if happening.began_again_on is not None and last <= happening.began_again_on:
        return Why.BEGUN_AGAIN
    if _is_impossible(event, last, file):
        return Why.IMPOSSIBLE
    if last > as_of and event not in FIXED_AHEAD:
        return Why.NOT_YET
    return last


def _is_impossible(event: Trigger, day: date, file: FileFacts) -> bool:
    """Death before birth, an ending before its beginning: then neither date can be believed.

    Of dates that contradict each other any one is enough.
    """
    if event is Trigger.DOB:
        return any(died < day for died in given(Trigger.DOD, file))
    if event in NEVER_BEFORE_BIRTH and any(day < born for born in given(Trigger.DOB, file)):
        return True
    return file.began_on is not None and event in ENDINGS and day < file.began_on


def given(event: Trigger, file: FileFacts) -> frozenset[date]:
    """Every date anybody gave for an event, believed or not."""
    happening = file.happenings.get(event)
    return happening.dates if happening else frozenset()
