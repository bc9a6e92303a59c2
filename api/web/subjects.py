"""Clients and records as links in lists, for whoever may know their names."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from api.authn import actor
from api.web.context import instance
from api.web.view_models import SubjectLink
from edrms.access.subjects import Subject, SubjectKind
from edrms.clock import COUNCIL_ZONE


def subject_in(client_id: str, record_id: str) -> Subject:
    """The subject of a route that serves clients and records alike."""
    if client_id:
        return Subject(SubjectKind.CLIENT, client_id)
    return Subject(SubjectKind.RECORD, record_id)


def links_to(subjects: Iterable[Subject]) -> dict[Subject, SubjectLink]:
    """A link for each of them; without a name or address where the reader may not know it."""
    wanted = set(subjects)
    named = instance().names.of(actor(), wanted)
    return {one: _link(one, named) for one in wanted}


def _link(subject: Subject, named: Mapping[Subject, str]) -> SubjectLink:
    if subject not in named:
        is_client = subject.kind is SubjectKind.CLIENT
        return SubjectLink(
            text=_("A file you may not see") if is_client else _("A record you may not see")
        )
    return SubjectLink(text=named[subject], href=href_of(subject))


def href_of(subject: Subject) -> str:
    """Where the client's file or the record is."""
    if subject.kind is SubjectKind.CLIENT:
        return url_for("clients.show", client_id=subject.subject_id)
    return url_for("records.show", record_id=subject.subject_id)


def address(endpoint: str, subject: Subject, **parts: str) -> str:
    """The address of a page that serves clients and records alike."""
    values: dict[str, Any] = dict(parts)
    key = "client_id" if subject.kind is SubjectKind.CLIENT else "record_id"
    return url_for(endpoint, **values | {key: subject.subject_id})


def end_of(day: date) -> datetime:
    """The last moment of a day in the council's time zone."""
    begins = datetime.combine(day + timedelta(days=1), time(), COUNCIL_ZONE)
    return begins - timedelta(microseconds=1)
