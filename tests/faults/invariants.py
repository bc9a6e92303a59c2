"""What must hold after any fault (threat model, invariants I1 to I7), once all work is done."""

from collections import Counter

from sqlalchemy import func, select

from api.wiring import Instance
from edrms.audit.tables import AuditEvent
from edrms.jobs.tables import Job
from edrms.records.tables import Record
from scanning.batches.model import ItemState, PageState
from scanning.batches.tables import Document, Item, ItemPage
from scanning.batches.verify import verify

ONCE = ("item:content:open", "item:page:read", "item:content:divide", "document:index:suggest",
        "record:content:file")  # fmt: skip


def assert_all_hold(instance: Instance, receipts: dict[str, str]) -> None:
    """receipts: SHA-256 by item id, for every file whose sender was told it is safe."""
    report = verify(instance.database, instance.store)
    assert report.faults == []
    _pages_are_conserved(instance, receipts)
    _each_effect_happened_once(instance)
    _everything_ended(instance)
    _the_index_is_what_the_rows_are(instance)


def _pages_are_conserved(instance: Instance, receipts: dict[str, str]) -> None:
    """I1, I2: every acknowledged file is there, whole, and each of its pages at one place."""
    with instance.database.read() as session:
        stored = {item.item_id: item.sha256 for item in session.scalars(select(Item))}
        for item in session.scalars(select(Item)):
            numbers = session.scalars(
                select(ItemPage.number)
                .where(ItemPage.item_id == item.item_id)
                .order_by(ItemPage.number)
            ).all()
            assert list(numbers) == list(range(1, (item.page_count or 0) + 1))
    assert receipts.items() <= stored.items()


def _each_effect_happened_once(instance: Instance) -> None:
    """I3, I5: one event, one document and one record for each change, however often it was tried."""
    with instance.database.read() as session:
        for action in ONCE:
            subjects = Counter(
                session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == action))
            )
            assert not [one for one, times in subjects.items() if times > 1], action
        runs = session.execute(select(Document.item_id, Document.first_page)).all()
        assert len(set(runs)) == len(runs)
        filed = session.scalar(select(func.count()).where(AuditEvent.action == ONCE[-1]))
        assert filed == session.scalar(select(func.count(Record.record_id)))
        numbers = session.scalars(select(AuditEvent.number).order_by(AuditEvent.number)).all()
        assert list(numbers) == list(range(1, len(numbers) + 1))


def _everything_ended(instance: Instance) -> None:
    """I6: nothing is under way any more."""
    with instance.database.read() as session:
        assert set(session.scalars(select(Job.state))) <= {"done"}
        moving = (ItemState.RECEIVED, ItemState.READING)
        assert not session.scalars(select(Item.item_id).where(Item.state.in_(moving))).all()
        waiting = select(ItemPage.page_id).where(
            ItemPage.state == PageState.WAITING, ItemPage.item_id.in_(
                select(Item.item_id).where(Item.state == ItemState.READ))
        )  # fmt: skip
        assert not session.scalars(waiting).all()


def _the_index_is_what_the_rows_are(instance: Instance) -> None:
    """I7: the index holds exactly the filed records, each in its present version."""
    with instance.database.read() as session:
        rows = dict(session.execute(select(Record.record_id, Record.version)).all())
    assert dict(instance.index.versions()) == rows
