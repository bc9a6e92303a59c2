"""Whether what somebody wants to hold is there, and theirs to hold; and who may know of a hold.

Absent and forbidden are answered alike. A hold named on what somebody may not see is not shown to them
either: its name would say what they may not know.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import holds
from edrms.access.sql import visible_clients, visible_records
from edrms.access.subjects import Subject, SubjectKind, facts_within
from edrms.access.tables import Team
from edrms.clients.tables import ClientRow
from edrms.errors import Invalid, NotFound, Refused, no_such
from edrms.fileplan import Service, load_document_types, load_record_classes
from edrms.records.tables import FILED, CaseFile, Record
from retention.hold_criteria import rules
from retention.hold_criteria.model import Known
from retention.hold_guard import covered
from retention.hold_tables import Hold, HoldScope
from retention.hold_words import Scope, ScopeKind

PLACE = "hold:hold:place"
VIEW = "hold:hold:view"
SECRET_VIEW = "hold:secret:view"  # noqa: S105 - a permission
Condition = ColumnElement[bool]


def known(session: Session) -> Known:
    """What a saved query may name here and now."""
    return Known(
        record_classes=frozenset(one.id for one in load_record_classes()),
        document_types=frozenset(one.code for one in load_document_types()),
        services=frozenset(str(one) for one in Service),
        teams=frozenset(session.scalars(select(Team.team_id))),
    )


def rows_of(session: Session, actor: Actor, scopes: tuple[Scope, ...], at: datetime
            ) -> list[HoldScope]:  # fmt: skip
    """The scopes as rows without ids. Raises NotFound for what is absent or not the actor's to hold,
    Invalid for an unknown class or a saved query that cannot be used."""
    return [_row(session, actor, scope, at) for scope in scopes]


def _row(session: Session, actor: Actor, scope: Scope, at: datetime) -> HoldScope:
    match scope.kind:
        case ScopeKind.MOVED:
            raise Invalid("Choose what is held.", fields={"kind": "Choose what is held."})
        case ScopeKind.RECORD:
            _within(session, actor, SubjectKind.RECORD, scope.subject_id, at)
        case ScopeKind.CLIENT:
            _within(session, actor, SubjectKind.CLIENT, scope.subject_id, at)
        case ScopeKind.CASE_FILE:
            check_case_file(session, actor, scope.subject_id, at)
        case ScopeKind.RECORD_CLASS:
            if scope.subject_id not in known(session).record_classes:
                wrong = {"record_class": "There is no such record class."}
                raise Invalid("Choose a record class.", fields=wrong)
        case ScopeKind.QUERY:
            criteria = rules.read(scope.criteria or {}, known(session))
            return HoldScope(kind=scope.kind, subject_id="", criteria=rules.plain(criteria))
    return HoldScope(kind=scope.kind, subject_id=scope.subject_id)


def _within(session: Session, actor: Actor, kind: SubjectKind, subject_id: str, at: datetime
            ) -> None:  # fmt: skip
    facts_within(session, actor, PLACE, Subject(kind, subject_id), at)


def check_case_file(session: Session, actor: Actor, case_file_id: str, at: datetime) -> None:
    """Raises NotFound alike for an absent case file and for one that is not the actor's to hold."""
    row = session.get(CaseFile, case_file_id)
    if row is None:
        raise no_such("case file")
    try:
        _within(session, actor, SubjectKind.CLIENT, row.client_id, at)
    except NotFound as error:
        raise no_such("case file", reason=str(error.data.get("reason", ""))) from error


def check_catch(session: Session, actor: Actor, scopes: list[HoldScope], at: datetime) -> None:
    """Raises Refused for a saved query that catches everything, or nothing, as far as the actor may see.

    Beyond that nothing is counted: the answer would tell of records the actor may not know of.
    """
    for scope in scopes:
        if scope.kind != ScopeKind.QUERY:
            continue
        caught = count_seen(session, actor, [scope], at)
        if not scope.criteria or caught == count_seen(session, actor, None, at):
            raise Refused(
                "This saved query catches every record there is. Narrow it, or confirm that "
                "everything is to be held.", code="holds_everything",
            )  # fmt: skip
        if not caught:
            raise Refused(
                "This saved query catches no record now. Look whether it is right, or confirm that it "
                "is meant for what is still to come.", code="holds_nothing",
            )  # fmt: skip


def count_seen(session: Session, actor: Actor, scopes: list[HoldScope] | None, at: datetime) -> int:
    """How many filed records these scopes are on (None: all), of those the actor may see."""
    return session.scalar(select(func.count()).select_from(seen(actor, scopes, at).subquery())) or 0


def seen(
    actor: Actor, scopes: list[HoldScope] | None, at: datetime, *, state: str = FILED
) -> Select[str]:
    """Ids of the records in this state these scopes are on (None: all), that the actor may see."""
    caught = true() if scopes is None else covered(scopes)
    visible = visible_records(actor, VIEW, at, state=state)
    return select(Record.record_id).where(visible, caught)


def visible_holds(actor: Actor, at: datetime) -> Condition:
    """A condition on holds, true for those the actor may know of."""
    clients = select(ClientRow.client_id).where(visible_clients(actor, VIEW, at))
    records = select(Record.record_id).where(visible_records(actor, VIEW, at, state=None))
    files = select(CaseFile.case_file_id)
    unseen = exists().where(
        HoldScope.hold_id == Hold.hold_id,
        or_(
            _unseen(ScopeKind.CLIENT, select(ClientRow.client_id), clients),
            _unseen(ScopeKind.CASE_FILE, files, files.where(CaseFile.client_id.in_(clients))),
            _unseen(ScopeKind.RECORD, select(Record.record_id), records),
        ),
    )
    open_only = true() if holds(actor, SECRET_VIEW) else Hold.is_secret.is_(False)
    return and_(open_only, not_(unseen))


def _unseen(kind: ScopeKind, there: Select[str], visible: Select[str]) -> Condition:
    """Of what is not here at all (a hold taken in from elsewhere) nothing can be told, so it is shown."""
    subject = HoldScope.subject_id
    return and_(HoldScope.kind == kind, subject.not_in(visible), subject.in_(there))
