"""`edrms verify`: is every page that was ever accepted accounted for, and are its bytes as they came?

Small checks and one report. A check that cannot run raises; it never counts as passed.
"""

import hashlib
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from edrms.db import Database
from edrms.errors import Damaged, NotFound
from edrms.ids import ObjectKey
from edrms.records.tables import PageContent, Rendition
from edrms.storage.ports import ObjectStore
from scanning.batches.cross_checks import faults_between_tables
from scanning.batches.ledger import BatchAccount, all_accounts
from scanning.batches.model import DocumentState, PageState, Whereabouts
from scanning.batches.tables import Document, Item, ItemPage

CHUNK_BYTES = 1 << 20


@dataclass
class Report:
    """What was counted and everything that is wrong; nothing wrong means verified."""

    batches: int = 0
    items: int = 0
    pages: int = 0
    at: dict[Whereabouts, int] = field(default_factory=dict)
    uncounted_items: int = 0
    objects: int = 0
    unreferenced_objects: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.faults


def verify(
    database: Database,
    store: ObjectStore,
    *,
    read_every_byte: bool = True,
) -> Report:
    """The account of everything. read_every_byte: read every object again, and hash those whose row
    keeps the hash; the rest prove themselves by the tags they were encrypted with."""
    report = Report()
    with database.read() as session:
        for account in all_accounts(session):
            _count(report, account)
        _check_pages(session, report)
        report.faults += faults_between_tables(session)
        wanted = _wanted_objects(session)
    _check_objects(report, store, wanted, read_every_byte)
    return report


def _count(report: Report, account: BatchAccount) -> None:
    found = account.reconciliation
    report.batches += 1
    report.items += found.items
    report.pages += found.pages
    report.uncounted_items += found.uncounted_items
    for place, count in found.at.items():
        report.at[place] = report.at.get(place, 0) + count
    if not found.balances:
        report.faults.append(
            f"batch {account.batch.reference}: {found.pages} pages received, "
            f"{sum(found.at.values())} accounted for"
        )
    for item in account.items:
        rows = len(account.pages.get(item.item_id, ()))
        if item.page_count is not None and rows != item.page_count:
            report.faults.append(
                f"item {item.item_id}: {item.page_count} pages, {rows} in the ledger"
            )


def _check_pages(session: Session, report: Report) -> None:
    lost = session.scalars(
        select(ItemPage.page_id)
        .join(Item, Item.item_id == ItemPage.item_id)
        .outerjoin(PageContent, PageContent.page_id == ItemPage.page_id)
        .outerjoin(Document, Document.document_id == ItemPage.document_id)
        .where(
            ItemPage.state == PageState.READ,
            PageContent.page_id.is_(None),
            func.coalesce(Document.state, "") != DocumentState.DISPOSED,
            or_(ItemPage.document_id.is_not(None), Item.object_key != ""),
        )
    )
    report.faults += [f"page {page_id}: said to be read, but nothing was kept" for page_id in lost]


def _wanted_objects(session: Session) -> dict[ObjectKey, str]:
    """Every object a row names, with the hash it must have ("" where the row keeps none)."""
    wanted = {
        ObjectKey(key): sha256
        for table in (Item, Rendition)
        for key, sha256 in session.execute(select(table.object_key, table.sha256))
        if key
    }
    for key, sha256 in session.execute(select(Document.pdf_key, Document.pdf_sha256)):
        if key:
            wanted[ObjectKey(key)] = sha256
    for view, layer in session.execute(select(PageContent.view_key, PageContent.text_layer_key)):
        wanted.update({ObjectKey(key): "" for key in (view, layer) if key})
    return wanted


def _check_objects(
    report: Report,
    store: ObjectStore,
    wanted: dict[ObjectKey, str],
    read_every_byte: bool,
) -> None:
    held = {key for key, _ in store.keys()}  # noqa: SIM118 - a store, not a mapping
    report.objects = len(wanted)
    report.unreferenced_objects = len(held - wanted.keys())
    for key in sorted(wanted.keys() - held):
        report.faults.append(f"object {key}: named by a row, missing from the store")
    if not read_every_byte:
        return
    for key in sorted(wanted.keys() & held):
        if fault := fault_in(store, key, wanted[key]):
            report.faults.append(f"object {key}: {fault}")


def fault_in(store: ObjectStore, key: ObjectKey, sha256: str) -> str:
    """What is wrong with a stored object, every byte of it read; "" if nothing is."""
    try:
        found = _hash(store, key)
    except NotFound:
        return "missing from the store"
    except Damaged as error:
        if error.error_code == "key_missing":
            return "no key opens it (destroyed, lost, or the key store is another's)"
        return "its bytes no longer hash as recorded"
    return "its bytes no longer hash as recorded" if sha256 and found != sha256 else ""


def _hash(store: ObjectStore, key: ObjectKey) -> str:
    digest = hashlib.sha256()
    with store.open(key) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
