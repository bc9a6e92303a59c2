"""Words of incidents for people: states, risks, what became of a document, how much time is left."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

STATES: Mapping[str, tuple[str, str]] = {
    "reported": (_l("Reported"), "red"),
    "contained": (_l("To assess"), "yellow"),
    "assessed": (_l("Assessed"), "blue"),
    "closed": (_l("Closed"), "grey"),
    "dismissed": (_l("Not an incident"), "grey"),
}
BECAME: Mapping[str, str] = {
    "": _l("Still on the wrong file"),
    "moved": _l("Moved to another file"),
    "queued": _l("Back in the indexing queue"),
    "taken_off": _l("Taken off; it stays on the other files it is on"),
}
RISKS: Mapping[str, tuple[str, str]] = {
    "unlikely": (_l("A risk to people is unlikely"), _l("The ICO need not be told.")),
    "risk": (_l("A risk to people"), _l("Tell the ICO within 72 hours of the report.")),
    "high": (_l("A high risk to people"), _l("Tell the ICO, and the people themselves.")),
}  # fmt: skip
BARRED: Mapping[str, str] = {
    "own_misfile": _l("You put this document on the wrong file yourself, under this account or another of "
                      "yours, so somebody else decides the incident."),
    "unknown_person": _l("It cannot be told whether you and whoever put this document on the wrong file are "
                         "two people, so you cannot decide the incident. Have the employee numbers of both "
                         "recorded with the accounts."),
}  # fmt: skip
SHOWS: Mapping[str, str] = {
    "open": _l("Open"), "overdue": _l("Overdue"), "closed": _l("Closed"), "all": _l("All"),
}  # fmt: skip


def time_left(due_at: datetime, now: datetime) -> str:
    """How long until then, or since, in whole hours."""
    hours = abs(due_at - now) // timedelta(hours=1)
    if now > due_at:
        return str(ngettext("Overdue by %(num)s hour", "Overdue by %(num)s hours", hours))
    if not hours:
        return str(_("Less than an hour left"))
    return str(ngettext("%(num)s hour left", "%(num)s hours left", hours))
