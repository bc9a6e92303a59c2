"""Events and reports as files: CSV that no spreadsheet runs, and lines of JSON. Written as they are sent."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response, stream_with_context

from api.web.audit_words import sentence
from api.web.csv_answer import csv_lines
from edrms.audit.model import Entry, Looks

_EVENT_COLUMNS = (
    "number", "time_utc", "staff_id", "staff_name", "what", "action", "subject_kind", "subject_id",
    "subject_name", "outcome", "reason", "detail", "request_id", "source", "event_id",
)  # fmt: skip
_LOOK_COLUMNS = (
    "day", "staff_id", "staff_name", "subject_kind", "subject_id", "reference", "client_ids",
    "client_names", "opened", "pages", "downloads", "first_utc", "last_utc",
)  # fmt: skip


def events_csv(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each event, whatever its text holds."""
    return csv_lines(_EVENT_COLUMNS, map(_event_cells, entries))


def _event_cells(entry: Entry) -> list[str]:
    return [
        str(entry.number), entry.at.isoformat(), entry.actor_id, entry.actor_name, sentence(entry),
        entry.action, entry.subject_kind, entry.subject_id, entry.subject_name, entry.outcome,
        entry.reason, json.dumps(entry.detail, sort_keys=True) if entry.detail else "",
        entry.request_id, entry.source, entry.event_id,
    ]  # fmt: skip


def events_jsonl(entries: Iterable[Entry]) -> Iterator[str]:
    """An object for each event on a line of its own, in ASCII."""
    for entry in entries:
        yield json.dumps(event_json(entry), sort_keys=True) + "\n"


def event_json(entry: Entry) -> dict[str, Any]:
    """An event as JSON has it."""
    return {
        "number": entry.number,
        "event_id": entry.event_id,
        "at": entry.at.isoformat(),
        "staff_id": entry.actor_id,
        "staff_name": entry.actor_name,
        "action": entry.action,
        "what": sentence(entry),
        "subject_kind": entry.subject_kind,
        "subject_id": entry.subject_id,
        "subject_name": entry.subject_name,
        "outcome": entry.outcome,
        "reason": entry.reason,
        "detail": dict(entry.detail),
        "request_id": entry.request_id,
        "source": entry.source,
        "has_personal_detail": entry.has_detail,
    }


def looks_csv(report: Looks) -> Iterator[str]:
    """A line for each person, thing and day."""
    named = report.named
    for_each = (
        [
            look.day.isoformat(), look.staff_id, named.staff.get(look.staff_id, ""),
            look.subject_kind, look.subject_id, named.references.get(look.subject_id, ""),
            *_clients(report, look.subject_kind, look.subject_id), str(look.opened),
            str(look.pages), str(look.downloads), look.first_at.isoformat(),
            look.last_at.isoformat(),
        ]
        for look in report.looks
    )  # fmt: skip
    return csv_lines(_LOOK_COLUMNS, for_each)


def _clients(report: Looks, kind: str, subject_id: str) -> tuple[str, str]:
    named = report.named
    ids = (subject_id,) if kind == "client" else named.clients_of.get(subject_id, ())
    return " ".join(ids), ", ".join(named.clients[one] for one in ids if one in named.clients)


def download(lines: Iterator[str], name: str, media_type: str) -> Response:
    """Send lines as a file to save."""
    response = Response(stream_with_context(lines), content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
