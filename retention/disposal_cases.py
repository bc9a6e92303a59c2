"""Looking at cases of disposal: the list, those that wait for me first, and one case with its records.

A record is named to whoever may see it; of others it is only said that they are there. What a record held
is never shown here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.facts import record_facts
from edrms.access.model import Actor
from edrms.access.policy import decide, holds, require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.fileplan import load_record_classes
from edrms.records.tables import FILED, Record
from edrms.staff.persons import is_somebody_else
from edrms.uow import write
from retention.disposal import APPRAISE, APPROVE, DECLINE, EXECUTE, appraisers_of, items_of
from retention.disposal_facts import listed
from retention.disposal_tables import (
    DisposalCase,
    DisposalCertificate,
    DisposalGround,
    DisposalItem,
)
from retention.frozen_list import list_sha256
from retention.hold_scopes import SECRET_VIEW
from retention.proposing import PROPOSE
from retention.workflow import CaseAct, CaseState, ItemState, transition

VIEW = "disposal:case:view"
KIND = "disposal_case"
PAGE_SIZE = 50
NOT_PASSED = "The check before it is carried out did not pass."
_OPEN = (CaseState.PROPOSED, CaseState.APPRAISED, CaseState.APPROVED, CaseState.WAITING)
_PERMISSIONS = {
    CaseAct.APPRAISE: APPRAISE, CaseAct.COMPLETE: APPRAISE, CaseAct.APPROVE: APPROVE,
    CaseAct.ANNOUNCE: APPROVE, CaseAct.EXECUTE: EXECUTE, CaseAct.DECLINE: DECLINE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in the list. waits_for_me: its next step is one the reader could take now."""

    row: DisposalCase
    records: int
    waits_for_me: bool


@dataclass(frozen=True, slots=True)
class Alike:
    """Records of a case under one rule: how many, and how many of them have no decision yet."""

    class_id: str
    class_name: str
    action: str
    authority: str
    records: int
    undecided: int


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item of a case. record: None where the reader may not see it; title "" once it is gone."""

    item: DisposalItem
    ground: DisposalGround | None
    reference: str
    title: str
    is_filed: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One case: what the reader may do with it now, its records by rule, and a page of them.

    hidden: records of the whole case that the reader may not see. list_now: SHA-256 of the list as it is.
    ends_waiting_at: from when on it may be carried out; None before it waits.
    """

    row: DisposalCase
    may: frozenset[CaseAct]
    alike: tuple[Alike, ...]
    by_state: dict[str, int]
    items: tuple[SeenItem, ...]
    total: int
    hidden_here: int
    list_now: str
    ends_waiting_at: datetime | None
    has_certificate: bool
    waits_for_me: bool


class DisposalCases:
    """Cases for those who may see them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def listed(self, actor: Actor) -> tuple[ListedCase, ...]:
        """Every case, those that wait for the actor first, then the latest; journalled."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            rows = work.session.scalars(
                select(DisposalCase).order_by(DisposalCase.proposed_at.desc())
            )
            counts = dict(
                work.session.execute(
                    select(DisposalItem.case_id, func.count()).group_by(DisposalItem.case_id)
                ).all()
            )
            found = [
                ListedCase(
                    row, counts.get(row.case_id, 0), _waits(work.session, actor, row, work.now)
                )
                for row in rows
            ]
            work.journal(VIEW, KIND, "")
        return tuple(sorted(found, key=lambda one: not one.waits_for_me))

    def waiting_for(self, actor: Actor) -> int:
        """How many cases wait for the actor."""
        require(actor, VIEW)
        now = self._clock.now()
        with self._database.read() as session:
            rows = session.scalars(select(DisposalCase).where(DisposalCase.state.in_(_OPEN)))
            return sum(_waits(session, actor, row, now) for row in rows)

    def open(self, actor: Actor, case_id: str, page: int = 1) -> OpenCase:
        """One case and a page of its records, from 1; journalled. NotFound if there is none."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            session = work.session
            row = session.get(DisposalCase, case_id)
            if row is None:
                raise no_such("disposal case")
            items = items_of(session, case_id)
            first = PAGE_SIZE * (max(1, page) - 1)
            shown = items[first : first + PAGE_SIZE]
            seen = _seen(session, actor, shown, work.now)
            work.journal(VIEW, KIND, case_id)
            return OpenCase(
                row=row, may=_may(session, actor, row, items, work.now),
                alike=_alike(session, items), by_state=_by_state(items), items=seen,
                total=len(items), hidden_here=len(shown) - len(seen),
                list_now=list_sha256(case_id, map(listed, items)),
                ends_waiting_at=ends_waiting_at(row),
                has_certificate=session.get(DisposalCertificate, case_id) is not None,
                waits_for_me=_waits(session, actor, row, work.now),
            )  # fmt: skip

    def alike(
        self, actor: Actor, case_id: str, class_id: str, action: str, *, decided_too: bool = False
    ) -> list[str]:
        """Ids of the items of a case under one class and action that the actor may see."""
        require(actor, APPRAISE)
        with self._database.read() as session:
            if session.get(DisposalCase, case_id) is None:
                raise no_such("disposal case")
            wanted = (
                select(DisposalItem)
                .join(DisposalGround, DisposalGround.item_id == DisposalItem.item_id)
                .where(
                    DisposalItem.case_id == case_id, DisposalGround.class_id == class_id,
                    DisposalGround.action == action,
                )
            )  # fmt: skip
            if not decided_too:
                wanted = wanted.where(DisposalItem.state == ItemState.PROPOSED)
            rows = session.scalars(wanted.order_by(DisposalItem.item_id)).all()
            seen = _seen(session, actor, rows, self._clock.now())
            return [one.item.item_id for one in seen]

    def may_propose(self, actor: Actor) -> bool:
        """Whether the actor may open cases at all."""
        return holds(actor, PROPOSE)


def ends_waiting_at(row: DisposalCase) -> datetime | None:
    """From when on a case that waits may be carried out."""
    if row.approved_at is None or row.waiting_days is None:
        return None
    return row.approved_at + timedelta(days=row.waiting_days)


def _may(
    session: Session, actor: Actor, row: DisposalCase, items: Sequence[DisposalItem], at: datetime
) -> frozenset[CaseAct]:
    """What can be tried now by this person; every condition is asked again when it is."""
    state = CaseState(row.state)
    found = {
        act
        for act, permission in _PERMISSIONS.items()
        if transition(state, act) is not None and holds(actor, permission)
    }
    undecided = any(one.state == ItemState.PROPOSED for one in items)
    if CaseAct.APPROVE in found and not _is_other(session, actor, row, items):
        found.discard(CaseAct.APPROVE)
    ends = ends_waiting_at(row)
    if ends is None or at < ends:
        found.discard(CaseAct.EXECUTE)
    return frozenset(found - {CaseAct.COMPLETE} if undecided else found)


def _is_other(
    session: Session, actor: Actor, row: DisposalCase, items: Sequence[DisposalItem]
) -> bool:
    others = {row.proposed_by, *appraisers_of(session, row.case_id, items)}
    return is_somebody_else(session, actor.staff_id, others) is not False


def _waits(session: Session, actor: Actor, row: DisposalCase, at: datetime) -> bool:
    state = CaseState(row.state)
    if state is CaseState.PROPOSED:
        return holds(actor, APPRAISE)
    if state is CaseState.APPRAISED:
        items = items_of(session, row.case_id)
        return holds(actor, APPROVE) and _is_other(session, actor, row, items)
    if state is CaseState.APPROVED:
        return holds(actor, APPROVE)
    ends = ends_waiting_at(row)
    is_over = state is CaseState.WAITING and ends is not None and at >= ends
    return is_over and holds(actor, EXECUTE)


def _by_state(items: Sequence[DisposalItem]) -> dict[str, int]:
    return {str(state): count for state in ItemState
            if (count := sum(one.state == state for one in items))}  # fmt: skip


def _alike(session: Session, items: Sequence[DisposalItem]) -> tuple[Alike, ...]:
    names = {one.id: one.name for one in load_record_classes()}
    grounds = _grounds(session, [one.item_id for one in items])
    groups: dict[tuple[str, str, str], list[DisposalItem]] = {}
    for item in items:
        if item.item_id in grounds:
            ground = grounds[item.item_id]
            key = ground.class_id, ground.action, ground.authority
            groups.setdefault(key, []).append(item)
    return tuple(
        Alike(
            class_id, names.get(class_id, class_id), action, authority, len(found),
            sum(one.state == ItemState.PROPOSED for one in found),
        )
        for (class_id, action, authority), found in sorted(groups.items())
    )  # fmt: skip


def _grounds(session: Session, item_ids: Collection[str]) -> dict[str, DisposalGround]:
    wanted = select(DisposalGround).where(DisposalGround.item_id.in_(item_ids))
    return {one.item_id: one for one in session.scalars(wanted)}


def _seen(
    session: Session, actor: Actor, rows: Sequence[DisposalItem], at: datetime
) -> tuple[SeenItem, ...]:
    """Those of these items whose record the actor may see, or might while it was there."""
    ids = [one.record_id for one in rows]
    records = {one.record_id: one for one in session.scalars(
        select(Record).where(Record.record_id.in_(ids)))}  # fmt: skip
    grounds = _grounds(session, [one.item_id for one in rows])
    knows_why = holds(actor, SECRET_VIEW)
    return tuple(
        SeenItem(
            row, grounds.get(row.item_id), record.reference, record.title, record.state == FILED,
            _why_not(row, knows_why=knows_why),
        )
        for row in rows
        if decide(actor, VIEW, record_facts(session, record := records[row.record_id], at)).allowed
    )  # fmt: skip


def _why_not(row: DisposalItem, *, knows_why: bool) -> str:
    if row.state != ItemState.SKIPPED:
        return ""
    return row.skipped_because if knows_why else NOT_PASSED
