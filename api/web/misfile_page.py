"""The view models of misfiles, the figure on the start page, and the rows of the file."""

from collections.abc import Iterator, Mapping

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.authn import actor
from api.web.context import instance
from api.web.presenting import page_view
from api.web.templating import civil_date
from api.web.view_models import Figure
from api.web.view_models.misfiles import MisfilePage, MisfileRow
from api.web.view_models.shell import FieldError
from edrms.access.policy import holds
from edrms.clients.model import Client
from edrms.clock import civil_date as day_of
from edrms.incidents.readers import REPAIR
from scanning.misfiles.access import DISMISS, VIEW
from scanning.misfiles.desk import Listed, OpenFinding
from scanning.misfiles.model import State
from scanning.misfiles.tables import MisfileFinding

SHOWS = {
    State.OPEN: _l("To look at"),
    State.DISMISSED: _l("Said to be right"),
    State.REPAIRED: _l("Put right"),
    State.WITHDRAWN: _l("No longer so"),
}


def home_figures() -> tuple[Figure, ...]:
    """What waits for whoever looks after misfiles; nothing for others."""
    if not holds(actor(), VIEW):
        return ()
    count = instance().misfiles.desk.waiting(actor())
    return (
        Figure(label=_("Possible misfiles"), count=count, href=url_for("misfiles.index"),
               is_alarm=count > 0, detail=_("Filed documents whose pages name another person.")),
    )  # fmt: skip


def misfile_rows(listed: list[Listed]) -> tuple[MisfileRow, ...]:
    """Findings in a list."""
    opened = instance().viewing.visible(actor(), {one.record.record_id for one in listed})
    names = instance().staff.names({one.finding.settled_by for one in listed} - {""})
    return tuple(misfile_row(one, names, one.record.record_id in opened) for one in listed)


def misfile_row(one: Listed, staff: Mapping[str, str], may_open: bool) -> MisfileRow:
    """A finding in words."""
    finding, record = one.finding, one.record
    is_open = one.state is State.OPEN
    return MisfileRow(
        finding_id=finding.finding_id,
        reference=record.reference,
        title=record.title,
        filed=tuple(
            (_called(one.people[filed.client_id]), filed.words)
            for filed in finding.filed
            if filed.client_id in one.people
        ),
        also=tuple(map(_called, one.also)) if is_open else (),
        named=_called(one.people[finding.client_id]),
        why=finding.words,
        found_at=finding.found_at,
        is_open=is_open,
        href=url_for("misfiles.show", finding_id=finding.finding_id),
        record_href=url_for("records.show", record_id=record.record_id) if may_open else "",
        repair_href=_repair_href(one) if is_open else "",
        settled="" if is_open else _settled(finding, one.state, staff),
    )


def _repair_href(one: Listed) -> str:
    """Where it is taken off, with the wrong files ticked, and where it belongs: on the file of whom its pages
    name, or where it is already. "" for who may not."""
    if not holds(actor(), REPAIR):
        return ""
    named = one.finding.client_id
    stays = any(also.client_id == named for also in one.also)
    return url_for(
        "wrong_person.repair", record_id=one.record.record_id,
        wrong=[filed.client_id for filed in one.finding.filed],
        belongs="stays" if stays else None, right=None if stays else named,
    )  # fmt: skip


def _called(client: Client) -> str:
    """Name, and what tells namesakes apart."""
    known = ", ".join(
        one.value if one.value.startswith(one.system) else f"{one.system} {one.value}"
        for one in client.identifiers
    )
    return f"{client.full_name} ({known})" if known else client.full_name


def _settled(finding: MisfileFinding, state: State, staff: Mapping[str, str]) -> str:
    said = [str(SHOWS[state])]
    if finding.settled_at:
        said.append(civil_date(day_of(finding.settled_at)))
    if finding.settled_by:
        said.append(staff.get(finding.settled_by, ""))
    return ", ".join(said) + (f": {finding.reason}" if finding.reason else "")


def misfile_page(
    opened: OpenFinding, reason: str = "", errors: tuple[FieldError, ...] = ()
) -> MisfilePage:
    """One finding beside its pages. reason: as typed, where something was wrong."""
    at = opened.at
    staff = instance().staff.names(
        {at.finding.settled_by, *(one.settled_by for one in opened.before)}
    )
    may_open = bool(instance().viewing.visible(actor(), [at.record.record_id]))
    return MisfilePage(
        row=misfile_row(at, staff, may_open),
        pages=tuple(page_view(n, content) for n, content in enumerate(opened.pages, start=1)),
        page_number=at.finding.page,
        may_dismiss=at.state is State.OPEN and holds(actor(), DISMISS),
        before=tuple(_settled(one, State.DISMISSED, staff) for one in opened.before),
        reason=reason,
        errors=errors,
    )


def headings() -> list[str]:
    """Of the file."""
    return [_("Record"), _("Title"), _("Seems wrong on the file of"), _("What its pages say of them"),
            _("It may stay on the file of"), _("Names"), _("Why"), _("Page"), _("Line"), _("Score"),
            _("Found"), _("State")]  # fmt: skip


def file_rows(listed: list[Listed]) -> Iterator[list[object]]:
    """The rows of the file."""
    for one, row in zip(listed, misfile_rows(listed), strict=True):
        finding = one.finding
        yield [
            row.reference, row.title, "; ".join(name for name, _words in row.filed),
            " ".join(words for _name, words in row.filed), "; ".join(row.also), row.named, row.why,
            finding.page, finding.line, finding.score, day_of(finding.found_at).isoformat(),
            row.settled or SHOWS[one.state],
        ]  # fmt: skip
