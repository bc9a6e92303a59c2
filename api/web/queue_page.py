"""The indexing queue's view model: documents waiting, by when they are due."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask_babel import gettext as _

from api.web import suggested
from api.web.presenting import may_open, pagination
from api.web.quality_charts import lying
from api.web.templating import short_date
from api.web.view_models import QueuePage, QueueRow
from api.web.view_models.indexing import QueueDay
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.policy import holds
from edrms.clients.model import Client
from edrms.clock import civil_date
from scanning.batches.tables import Document
from scanning.indexing.ageing import DAYS_APART, Waiting
from scanning.indexing.desk_rows import is_taken
from scanning.indexing.hands import RELEASE
from scanning.indexing.plain import suggestion_from_plain

PAGE_SIZE = 50


def queue_page(instance: Instance, actor: Actor, number: int) -> QueuePage:
    """A page of the queue. number: from 1."""
    waiting, now = instance.desk.waiting(actor), instance.clock.now()
    paging = pagination(number, PAGE_SIZE, waiting.documents)
    documents = instance.desk.queue(actor, PAGE_SIZE, (paging.page - 1) * PAGE_SIZE)
    ids = [c["client_id"] for d in documents for c in d.suggestion.get("clients", [])[:1]]
    people = instance.clients.summaries(actor, ids)
    names = instance.staff.names(d.taken_by for d in documents if d.taken_by)
    days = _days(waiting, now, instance.desk.due_within)
    counts = {day.label: float(day.count) for day in days}
    return QueuePage(
        rows=_rows(documents, people, names, instance, actor),
        pagination=paging,
        overdue_count=waiting.overdue,
        in_hand_count=waiting.in_hand,
        oldest_age_days=_age_days(waiting.oldest_since, now) if waiting.oldest_since else None,
        due_days=instance.desk.due_within.days,
        days=days,
        chart=lying("days", _("Documents waiting, by the day they came"), counts),
    )


def _age_days(since: datetime, now: datetime) -> int:
    return (civil_date(now) - civil_date(since)).days


def _days(waiting: Waiting, now: datetime, due_within: timedelta) -> tuple[QueueDay, ...]:
    """Documents by the day they came, newest first; the last row is all that came before."""
    today = civil_date(now)
    rows = []
    for age, count in enumerate(waiting.by_day):
        day = str(short_date(today - timedelta(days=age)))
        names = {0: _("Today"), 1: _("Yesterday"), DAYS_APART: _("Before that")}
        is_late = age > due_within.days
        rows.append(QueueDay(label=names.get(age, day), count=count, is_late=is_late))
    return tuple(rows)


def _rows(
    documents: Sequence[Document], people: Mapping[str, Client], names: Mapping[str, str],
    instance: Instance, actor: Actor,
) -> tuple[QueueRow, ...]:  # fmt: skip
    now, due_within = instance.clock.now(), instance.desk.due_within
    return tuple(_row(document, people, names, now, due_within, actor) for document in documents)


def _row(
    document: Document, people: Mapping[str, Client], names: Mapping[str, str], now: datetime,
    due_within: timedelta, actor: Actor,
) -> QueueRow:  # fmt: skip
    suggestion, item = suggestion_from_plain(document.suggestion), document.item
    in_hand, due_at = is_taken(document, now), document.waiting_since + due_within
    is_mine = in_hand and document.taken_by == actor.staff_id
    return QueueRow(
        document_id=document.document_id,
        name=suggestion.title,
        received_at=item.received_at,
        age_days=_age_days(document.waiting_since, now),
        due_in_days=(civil_date(due_at) - civil_date(now)).days,
        page_count=document.page_count,
        batch_id=item.batch_id if may_open(actor, item.batch) else "",
        batch_reference=item.batch.reference,
        suggested_type=next(iter(suggested.types(suggestion)), None),
        suggested_client=next(iter(suggested.clients(suggestion, people)), None),
        reasons=suggestion.why,
        is_overdue=due_at < now,
        is_mine=is_mine,
        taken_by=names.get(document.taken_by, "") if in_hand else "",
        may_release=in_hand and (is_mine or holds(actor, RELEASE)),
        skipped_reason=document.reason,
    )
