"""Plain words for what retention names by code: kinds of life events, states, rules and what lacks."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from retention.model import Alternative, AlternativeKind, Trigger
from retention.words import EVENTS, length

KINDS: Mapping[str, str] = {
    "DOB": _l("Born"),
    "DOD": _l("Died"),
    "deceased": _l("Has died, the date is not known (give the day we learnt of it)"),
    "began": _l("Case or service opened"),
    "CASE_CLOSED": _l("Case closed"),
    "SERVICE_END": _l("Service ended"),
    "reopened": _l("Opened again"),
    "LAST_CONTACT": _l("Last contact"),
    "CLOSED": _l("Matter closed"),
    "looked_after": _l("Became looked after"),
    "care_leaver": _l("Became a care leaver"),
    "child_protection": _l("Came under child protection"),
    "adopted": _l("Was adopted"),
    "special_guardianship": _l("Came under special guardianship"),
    "ORDER_DATE": _l("Order made"),
    "PROCEEDINGS_END": _l("Proceedings ended"),
    "APPROVAL_END": _l("Approval ended"),
    "PLACEMENT_END": _l("Placement ended"),
    "REFUSED_WITHDRAWN": _l("Application refused or withdrawn"),
    "PROHIBITION": _l("Barred or prohibited"),
    "AUTH_END": _l("Authorisation ended"),
    "CONTRACT_END": _l("Contract ended"),
    "EXPIRY": _l("Expired"),
    "LAST_ENTRY": _l("Last entry"),
    "DECISION": _l("Decision made"),
    "LEAVE_DATE": _l("Left the council's employment"),
    "FY_END": _l("Falls into a financial year by this date"),
    "QC_PASS": _l("Quality check passed"),
}


def kind_words(kind: str) -> str:
    """A kind as people say it; an unknown one as it is."""
    return str(KINDS.get(kind, kind))


STANDINGS: Mapping[str, str] = {
    "overdue": _l("Due now"),
    "ahead": _l("Due later"),
    "dated": _l("With a date, due or not"),
    "unknown": _l("A fact is missing"),
    "permanent": _l("Kept for good"),
    "waiting": _l("Not worked out yet"),
}
ACTIONS: Mapping[str, str] = {
    "REVIEW": _l("Review"),
    "DESTROY": _l("Propose destruction"),
    "ARCHIVE_OFFER": _l("Offer to an archive"),
    "RETAIN": _l("Keep for good"),
}
BASES: Mapping[str, str] = {
    "S": _l("Fixed by statute"),
    "M": _l("Statutory minimum"),
    "G": _l("National guidance"),
    "L": _l("Local choice"),
    "U": _l("Uncertain: have it checked"),
}
WHYS: Mapping[str, str] = {
    "unknown": _l("%(fact)s is not known"),
    "not_yet": _l("%(fact)s is still to come"),
    "contradicted": _l("more than one date is given for %(fact)s"),
    "begun_again": _l("%(fact)s no longer counts: it was begun again"),
    "impossible": _l("%(fact)s cannot be right beside the other dates"),
    "no_rule": _l("%(fact)s"),
    "no_file": _l("the record is on no file"),
}
EFFECTS: Mapping[str, str] = {
    "earlier": _l("Earlier"),
    "later": _l("Later"),
    "becomes_known": _l("Gets a date"),
    "becomes_unknown": _l("Loses its date"),
    "becomes_permanent": _l("Kept for good"),
    "other": _l("Other change"),
}


def fact_words(trigger: str) -> str:
    """What lacks: a date, or for "" a rule of the schedule."""
    if not trigger:
        return str(_("a rule of the schedule for the class"))
    return EVENTS[Trigger(trigger)]


def lack_words(trigger: str, why: str) -> str:
    """What lacks and why, as a sentence without a full stop that begins with a capital."""
    words = str(WHYS[why]) % {"fact": fact_words(trigger)}
    return words[0].upper() + words[1:]


def alternative_words(one: Alternative) -> str:
    """An alternative of a rule as people say it."""
    span, event = length(one.period), EVENTS[one.event]
    match one.kind:
        case AlternativeKind.DIED_UNDER:
            return str(_("If they died before %(age)s: %(span)s from %(event)s",
                         age=one.age_years, span=span, event=event))  # fmt: skip
        case AlternativeKind.REPLACE:
            return str(
                _("Once %(event)s is known, instead: %(span)s from it", span=span, event=event)
            )
        case AlternativeKind.MAX:
            return str(_("Or, if that is later, %(span)s from %(event)s", span=span, event=event))
        case AlternativeKind.LATER:
            return str(_("Or, if known and later, %(span)s from %(event)s", span=span, event=event))
