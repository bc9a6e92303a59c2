"""The saved query read as SQL over live rows, never over the search index. In doubt a record is caught."""

from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from edrms.access.sql import types_of
from edrms.access.tables import Allocation
from edrms.folding_sql import folded
from edrms.records.tables import CaseFile, PageContent, Record, RecordAttachment, RecordPage
from retention.hold_criteria.model import Criteria

Condition = ColumnElement[bool]


def fits(criteria: Criteria) -> Condition:
    """A condition on records, true for those that the criteria catch now."""
    wanted: list[Condition] = [true()]
    if criteria.record_classes:
        wanted.append(on_a_file(CaseFile.record_class.in_(criteria.record_classes)))
    if criteria.document_types:
        wanted.append(Record.document_type.in_(criteria.document_types))
    if criteria.services:
        own_type = Record.document_type.in_(types_of(criteria.services))
        wanted.append(or_(own_type, on_a_file(CaseFile.service.in_(criteria.services))))
    if criteria.teams:
        wanted.append(on_a_file(CaseFile.client_id.in_(_ever_of(criteria.teams))))
    if dated := _within(Record.document_date, criteria.dated_from, criteria.dated_to):
        wanted.append(or_(Record.document_date.is_(None), and_(*dated)))
    wanted += _within(Record.received_on, criteria.received_from, criteria.received_to)
    if criteria.phrase:
        wanted.append(_says(criteria.phrase))
    return and_(*wanted)


def on_a_file(*conditions: Condition) -> Condition:
    """Whether a record is on a case file of which this is so."""
    return exists().where(
        RecordAttachment.record_id == Record.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id,
        *conditions,
    )


def _ever_of(teams: frozenset[str]) -> Select[str]:
    """Ended allocations count too: to take a client from the team must not free the papers."""
    return select(Allocation.client_id).where(Allocation.team_id.in_(teams))


def _within(
    day: InstrumentedAttribute[date] | InstrumentedAttribute[date | None],
    first: date | None,
    last: date | None,
) -> list[Condition]:
    found: list[Condition] = [] if first is None else [day >= first]
    return found if last is None else [*found, day <= last]


def _says(phrase: str) -> Condition:
    """On one of its pages stands the phrase; or a page was never read, and nobody knows what it says."""
    return exists().where(
        RecordPage.record_id == Record.record_id,
        or_(
            ~exists().where(PageContent.page_id == RecordPage.page_id),
            RecordPage.page_id.in_(
                select(PageContent.page_id).where(
                    PageContent.page_id == RecordPage.page_id,
                    folded(PageContent.text).contains(phrase, autoescape=True),
                )
            ),
        ),
    )
