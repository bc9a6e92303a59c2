"""Plain words for the states and reasons that the rooms below name by code.

Kept in one place so that a batch page, the queue and a message say the same thing. Every reason
says what happened and what to do next. Nothing here decides anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from api.web import audit_words
from scanning.batches.counts import Counted
from scanning.reading.model import HeldReason

AUDIT_ALERTS = audit_words.ALERTS
AUDIT_OUTCOMES = audit_words.OUTCOMES


@dataclass(frozen=True, slots=True)
class Reason:
    """What happened, and what a person can do about it."""

    happened: str
    next_step: str


COUNTED: Mapping[str, LazyString] = {
    Counted.FILES: _l("Files"),
    Counted.SHEETS: _l("Pages, by the sheets counted"),
    Counted.SIDES: _l("Sheets; say which sides were scanned"),
    Counted.DOCUMENTS: _l("Documents"),
}
HELD: Mapping[str, Reason] = {
    HeldReason.EMPTY: Reason(
        _l("The file is empty."), _l("Ask the sender for the file again, then reject this one.")
    ),
    HeldReason.UNSUPPORTED: Reason(
        _l("This kind of file cannot be read here."),
        _l("Save it as a PDF and upload that, or file it as it is."),
    ),
    HeldReason.ENCRYPTED: Reason(
        _l("The file is locked with a password."),
        _l("Ask the sender for a copy without a password and upload that."),
    ),
    HeldReason.DAMAGED: Reason(
        _l("The file is damaged and cannot be opened."),
        _l("Scan the paper again, or ask the sender for the file again."),
    ),
    HeldReason.TOO_MANY_PAGES: Reason(
        _l("The file has more pages than can be read in one go."),
        _l("Split it into smaller files and upload those."),
    ),
    HeldReason.TOO_MANY_PIXELS: Reason(
        _l("A page image is too large to read."),
        _l("Scan the page again at 300 dots per inch."),
    ),
    HeldReason.UNPACKS_TOO_LARGE: Reason(
        _l("The file unpacks to far more than its own size, so it was not opened."),
        _l("Tell your system administrator. Do not open the file elsewhere."),
    ),
    HeldReason.NESTED_TOO_DEEP: Reason(
        _l("The file holds files inside files, too many levels deep."),
        _l("Take out the files you need and upload them on their own."),
    ),
    HeldReason.TOOK_TOO_LONG: Reason(
        _l("Reading the file took too long and was stopped."),
        _l("Try again. If it stops again, tell your system administrator."),
    ),
    HeldReason.TOO_MUCH_MEMORY: Reason(
        _l("Reading the file needed too much memory and was stopped."),
        _l("Split it into smaller files, or tell your system administrator."),
    ),
    HeldReason.READER_CRASHED: Reason(
        _l("The reader stopped while opening this file. The file itself is safe."),
        _l("Try again. If it stops again, tell your system administrator."),
    ),
    HeldReason.INFECTED: Reason(
        _l("A virus was found in the file. It was not opened and cannot be downloaded."),
        _l("Tell your information security team and the sender, then reject this one."),
    ),
    HeldReason.NOT_SCANNED: Reason(
        _l("The file is too large or too deeply packed to be checked for viruses."),
        _l("Split it into smaller files and upload those, or tell your system administrator."),
    ),
    HeldReason.NOT_NAMED: Reason(
        _l("The manifest does not name this file."),
        _l("Ask the sender whether it belongs here. Try again to have it read, or reject it."),
    ),
    HeldReason.NAMED_TWICE: Reason(
        _l("The manifest names this file twice and says different things of it."),
        _l("Ask the sender which is right. Try again to have it read, or reject it."),
    ),
    HeldReason.NO_MANIFEST: Reason(
        _l("The manifest that came with this file cannot be read."),
        _l("Ask the sender for the manifest. Try again to have the file read without it."),
    ),
    HeldReason.OTHER_BYTES: Reason(
        _l("The file is not the one that the manifest describes: its SHA-256 differs."),
        _l("Ask the sender to send it again. Reject this one, or try again to have it read."),
    ),
    HeldReason.OTHER_PAGES: Reason(
        _l("The file has another number of pages than its manifest says."),
        _l("Count the paper. Try again to have it read as it is, or reject it and scan again."),
    ),
}

STREAMS: Mapping[str, str] = {
    "": _l("General post"),
    "children": _l("Children's services"),
    "adults": _l("Adult social care"),
    "finance": _l("Finance"),
    "email": _l("Email"),
}

SERVICES: Mapping[str, str] = {
    "children": _l("Children's services"),
    "adults": _l("Adult social care"),
    "finance": _l("Finance"),
    "general": _l("General"),
}

JOBS: Mapping[str, str] = {
    "open_item": _l("Open a file"),
    "read_page": _l("Read a page"),
    "preview_schedule": _l("Preview a retention schedule"),
    "divide_item": _l("Divide a file into documents"),
    "index_record": _l("Add a record to the search index"),
}

ITEM_STATES: Mapping[str, str] = {
    "received": _l("Received"),
    "reading": _l("Being read"),
    "read": _l("Read"),
    "to_index": _l("To index"),
    "filed": _l("Filed"),
    "held": _l("Held"),
    "rejected": _l("Rejected"),
    "disposed": _l("Destroyed"),
}

ITEM_STATE_COLOURS: Mapping[str, str] = {
    "received": "grey",
    "reading": "blue",
    "read": "blue",
    "to_index": "yellow",
    "filed": "green",
    "held": "red",
    "rejected": "grey",
    "disposed": "grey",
}

SURENESS: Mapping[str, str] = {
    "sure": _l("Sure"),
    "likely": _l("Likely"),
    "check": _l("Check"),
}

SURENESS_COLOURS: Mapping[str, str] = {"sure": "green", "likely": "yellow", "check": "orange"}

TEXT_SOURCES: Mapping[str, str] = {
    "ocr": _l("Read from the page image (OCR)"),
    "text_layer": _l("Text that came inside the file"),
    "document": _l("Text of an electronic document"),
    "none": _l("No text on this page"),
}

CHECK_STATES: Mapping[str, str] = {
    "good": _l("Good"),
    "watch": _l("Watch"),
    "bad": _l("Act now"),
}

CHECK_COLOURS: Mapping[str, str] = {"good": "green", "watch": "yellow", "bad": "red"}

PROBLEMS: Mapping[int, Reason] = {
    400: Reason(
        _l("There is a problem with the request"),
        _l("Go back, check what you entered, and try again."),
    ),
    401: Reason(
        _l("You are not signed in"),
        _l("Your session has ended. Sign in again; what you had typed here was not kept."),
    ),
    403: Reason(
        _l("You do not have permission to do this"),
        _l("If your work needs it, ask your manager to request it for you."),
    ),
    404: Reason(
        _l("Page not found"),
        _l("It may not exist, or it may not be yours to see. Check the address or search again."),
    ),
    409: Reason(
        _l("Someone else has changed this"),
        _l("Nothing of theirs was overwritten. Go back, look at it as it is now, and try again."),
    ),
    413: Reason(
        _l("The file is too large"),
        _l("Nothing was kept. Split the file, or scan it at 300 dots per inch, and send it again."),
    ),
    429: Reason(
        _l("Too many requests in a short time"),
        _l("Nothing is lost. Wait, then go on; if your work needs more, tell your administrator."),
    ),
    500: Reason(
        _l("Sorry, there is a problem with the service"),
        _l("Try again in a few minutes. Post that was accepted is safe."),
    ),
    503: Reason(
        _l("Sorry, the service is unavailable"),
        _l("You can use it again shortly. Post that was accepted is safe."),
    ),
    507: Reason(
        _l("There is no room to store more files"),
        _l("Nothing was kept. Keep the paper, and tell your system administrator."),
    ),
}

PROTECTIONS: Mapping[str, str] = {
    "own_processes_and_no_network": _l("a network of its own"),
    "no_new_privileges": _l("no new privileges"),
    "memory_hidden": _l("hidden memory"),
    "orphans_adopted": _l("adoption of orphans"),
    "files_restricted": _l("restricted files"),
    "tcp_refused": _l("refusal of connections"),
}
