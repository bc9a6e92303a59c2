"""The ledger as a place that holds something of a record: suggestions, names of files, notes of reading.

Pages and documents stay counted, at the place "destroyed". What is said of a whole file as it came goes
when the last of its documents is destroyed.
"""

from collections.abc import Collection

from sqlalchemy import Select, delete, exists, select, update
from sqlalchemy.orm import Session

from edrms.records.erasing import ErasedRows
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork
from scanning.batches.model import DocumentState
from scanning.batches.tables import ClientConfirmation, Document, Item, ItemPage, SuggestedClient


class LedgerRows(ErasedRows):
    """A Holding: see the module."""

    name = "ledger"
    tables = (Document.__tablename__, Item.__tablename__, SuggestedClient.__tablename__,
              ClientConfirmation.__tablename__)  # fmt: skip
    looked_for = "suggestions and their reasons, notes of reading, the name of the file as it came"

    def erase_rows(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """See ErasedRows."""
        of_records = Document.record_id.in_(record_ids)
        asked = select(Document.document_id, Document.item_id).where(of_records)
        rows = work.session.execute(asked.order_by(Document.document_id).with_for_update())
        items = dict(rows.all())
        told = {
            "state": DocumentState.DISPOSED, "suggestion": {}, "reason": "", "pdf_key": "",
            "pdf_sha256": "", "pdf_size_bytes": 0,
        }  # fmt: skip
        for change in (
            update(Document).where(of_records).values(**told),
            delete(SuggestedClient).where(SuggestedClient.document_id.in_(items)),
            delete(ClientConfirmation).where(ClientConfirmation.document_id.in_(items)),
            update(ItemPage).where(ItemPage.document_id.in_(items)).values(reason=""),
        ):
            work.session.execute(change)
        ended = work.session.scalars(_ended_among(set(items.values()))).all()
        _erase_items(work, ended)

    def left_of(self, session: Session, record_ids: Collection[str]) -> set[str]:
        """See ErasedRows."""
        asked = (
            select(
                Document.record_id, Document.item_id, Document.suggestion, Document.pdf_key,
                Item.name,
            )
            .join(Item, Item.item_id == Document.item_id)
            .where(Document.record_id.in_(record_ids))
        )  # fmt: skip
        rows = session.execute(asked).all()
        ended = set(session.scalars(_ended_among({row.item_id for row in rows})))
        taught = (
            select(Document.record_id)
            .join(ClientConfirmation, ClientConfirmation.document_id == Document.document_id)
            .where(Document.record_id.in_(record_ids))
        )
        return {record_id for record_id in session.scalars(taught) if record_id} | {
            row.record_id
            for row in rows
            if row.suggestion or row.pdf_key or (row.name and row.item_id in ended)
        }


def _ended_among(item_ids: Collection[str]) -> Select[str]:
    """Those of these items all of whose documents are destroyed."""
    other = exists().where(
        Document.item_id == Item.item_id, Document.state != DocumentState.DISPOSED
    )
    return select(Item.item_id).where(Item.item_id.in_(item_ids), ~other)


def _erase_items(work: UnitOfWork, item_ids: Collection[str]) -> None:
    told = {"name": "", "held_detail": "", "notes": [], "object_key": ""}
    work.session.execute(update(Item).where(Item.item_id.in_(item_ids)).values(**told))
    loose = select(ItemPage.page_id).where(
        ItemPage.item_id.in_(item_ids), ItemPage.document_id.is_(None)
    )
    work.session.execute(delete(PageContent).where(PageContent.page_id.in_(loose)))
