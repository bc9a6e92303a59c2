"""A batch's sheet: its account on paper, to sign, with a digest that the audit log keeps since it was closed.

The digest is over what no longer changes once a batch is closed: its files, their pages, and its counts. To
check a sheet: docs/scanning-unit.md.
"""

import hashlib
import json

from sqlalchemy.orm import Session

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide
from edrms.audit.sealing import newest_checkpoint
from edrms.audit.verifier import Checkpoint
from edrms.certificates.certificate_pdf import Sheet, pdf_of_sheet
from edrms.certificates.issuing import moment, names_of
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.uow import write
from scanning.batches.counts import Counted
from scanning.batches.ledger import BatchAccount, account_of
from scanning.batches.model import Whereabouts
from scanning.batches.tables import Batch

_COLUMNS = (("File", 62), ("Pages", 14), ("SHA-256", 98))
_LINE = "_" * 40
_COUNTED = {
    Counted.FILES: "Files", Counted.SHEETS: "Pages, by the sheets counted",
    Counted.SIDES: "Sheets (sides not said)", Counted.DOCUMENTS: "Documents",
}  # fmt: skip
_PLACES = {
    Whereabouts.FILED: "filed", Whereabouts.TO_INDEX: "waiting for indexing",
    Whereabouts.BLANK: "blank", Whereabouts.SEPARATOR: "separator sheets",
    Whereabouts.REJECTED: "rejected", Whereabouts.HELD: "held",
    Whereabouts.BEING_READ: "being read", Whereabouts.DISPOSED: "destroyed",
}  # fmt: skip
_NOTE = (
    "Keep this sheet with the paper. The digest is kept in the audit log with the event of the batch's "
    "closing; while the batch is open there is none."
)


def account_sha256(account: BatchAccount) -> str:
    """Hex digest of a batch's files and counts, in a form that is always the same."""
    files = [[i.ordinal, i.name, i.sha256, i.size_bytes, i.page_count] for i in account.items]
    counts = [[one.what.value, one.expected, one.came] for one in account.counts]
    content = {"batch": account.batch.reference, "counts": counts, "files": files}
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class BatchSheets:
    """Sheets of batches, for whoever may see the batch."""

    def __init__(self, database: Database, clock: Clock, council: str) -> None:
        self._database = database
        self._clock = clock
        self._council = council

    def sheet(self, actor: Actor, batch_id: str) -> tuple[str, bytes]:
        """The batch's reference, and its sheet as a PDF; journalled. NotFound if it is not there for the
        actor."""
        with write(self._database, actor, self._clock) as work:
            batch = work.session.get(Batch, batch_id)
            facts = BatchFacts(batch.opened_by) if batch else None
            may = ("batch:own:view", "batch:all:view")
            if batch is None or not any(decide(actor, one, facts).allowed for one in may):
                raise no_such("batch")
            account = account_of(work.session, batch)
            made = pdf_of_sheet(_sheet(work.session, account, self._council))
            work.journal("batch:sheet:print", "batch", batch_id)
        return batch.reference, made


def _sheet(session: Session, account: BatchAccount, council: str) -> Sheet:
    batch = account.batch
    names = names_of(session, [one for one in (batch.opened_by, batch.closed_by) if one])
    counts = [
        f"{_COUNTED[one.what]}: {one.expected} said, {one.came} came" for one in account.counts
    ]
    found = account.reconciliation
    places = [f"{found.at[place]} {word}" for place, word in _PLACES.items() if found.at.get(place)]
    facts = [
        ("Batch", batch.reference),
        ("Date of post", batch.received_on.isoformat()),
        ("Collected at", batch.origin), ("Scanner", _device(batch)), ("Note", batch.note),
        ("Opened", f"{moment(batch.opened_at)} by {names.get(batch.opened_by, batch.opened_by)}"),
        ("Counted beforehand", "; ".join(counts)),
        ("Pages received", str(found.pages)), ("Where they are", ", ".join(places)),
        ("Closed", _closed(batch, names)),
        ("Digest (SHA-256)", account_sha256(account) if batch.closed_at else ""),
        ("Audit log", _head(session)),
        ("Operator", f"{_LINE}  Date {_LINE[:12]}"), ("Supervisor", f"{_LINE}  Date {_LINE[:12]}"),
    ]  # fmt: skip
    rows = tuple(
        (item.name, "" if item.page_count is None else str(item.page_count), item.sha256)
        for item in account.items
    )
    return Sheet(
        heading=f"Batch {batch.reference}", title=f"Sheet of batch {batch.reference}",
        author=council, facts=tuple((name, said) for name, said in facts if said), note=_NOTE,
        columns=_COLUMNS, rows=rows,
    )  # fmt: skip


def _device(batch: Batch) -> str:
    sides = {"one": "one side", "both": "both sides"}.get(batch.sides, "")
    settings = [f"{name} {value}" for name, value in sorted(batch.settings.items())]
    return ", ".join(part for part in (batch.device, sides, *settings) if part)


def _closed(batch: Batch, names: dict[str, str]) -> str:
    if batch.closed_at is None:
        return "not yet"
    said = f"{moment(batch.closed_at)} by {names.get(batch.closed_by, batch.closed_by)}"
    return (
        f"{said}, although counts differed: {batch.closing_reason}"
        if batch.closing_reason
        else said
    )


def _head(session: Session) -> str:
    last = newest_checkpoint(session)
    if last is None:
        return "no checkpoint yet"
    head = Checkpoint.parse(last.note)
    return f"checkpoint of {head.size} events, root {head.root.hex()}"
