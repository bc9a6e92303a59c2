"""Plain words for what retention names by code: kinds of life events."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

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
