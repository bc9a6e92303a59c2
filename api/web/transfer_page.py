"""The page of a transfer: what is next, its records, and each file beside what the receipt says of it."""

from collections.abc import Mapping

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from api.authn import actor
from api.web.context import instance
from api.web.presenting import pagination, slice_of
from api.web.templating import moment
from api.web.view_models import FieldError, TransferFileRow, TransferPage, TransferRecordRow
from edrms.access.policy import holds
from retention.receipt import Heard
from retention.transfer_looks import OpenTransfer, PackedFile, PackedRecord
from retention.transfer_receipts import CONFIRM
from retention.transfer_tables import MADE, RECEIVED, Transfer

PAGE_SIZE = 100
STATES: Mapping[str, str] = {
    "begun": _l("To be taken"),
    "made": _l("Waiting for the receipt"),
    "received": _l("Arrived"),
}
_NEXT: Mapping[str, str] = {
    "begun": _l("Take the bag away: one ZIP file, made while you take it. A file that was cut off is of "
                "no use; take it again."),
    "made": _l("The receiver computes the hashes itself, from what arrived, and sends the list. Until that "
               "agrees nothing counts as arrived. If the bag is taken again, only the last one counts."),
    "received": _l("The receiver has every file as it was packed. The copies here go by a case of disposal "
                   "that decides to transfer them, unless a hold keeps them."),
}  # fmt: skip
HEARD: Mapping[Heard | None, str] = {
    None: _l("No receipt yet"),
    Heard.AGREES: _l("Agrees"),
    Heard.DIFFERS: _l("Another hash"),
    Heard.ABSENT: _l("Not in the receipt"),
}


def transfer_page(
    found: OpenTransfer, number: int, errors: tuple[FieldError, ...] = ()
) -> TransferPage:
    """The page, with one page of its files (from 1)."""
    row, paging = found.row, pagination(number, PAGE_SIZE, len(found.files))
    return TransferPage(
        reference=row.reference, recipient=row.recipient, state=row.state,
        state_name=str(STATES[row.state]), next_step=str(_NEXT[row.state]), facts=_facts(row),
        records=tuple(_record(one, row) for one in found.records), hidden=found.hidden,
        files=tuple(_file(one) for one in slice_of(found.files, paging.page, PAGE_SIZE)),
        paging=paging, may_take=row.state != RECEIVED, errors=errors,
        may_confirm=row.state == MADE and holds(actor(), CONFIRM),
    )  # fmt: skip


def _facts(row: Transfer) -> tuple[tuple[str, str], ...]:
    names = instance().staff.names({row.made_by, row.checked_by} - {""})
    known = [(_("On what ground"), row.authority)]
    known.append((_("Prepared"), f"{moment(row.begun_at)}. {names[row.made_by]}"))
    if row.made_at:
        files = ngettext("%(num)s file", "%(num)s files", row.files)
        known.append((_("Taken whole"), f"{moment(row.made_at)}. {files}"))
    if row.checked_at:
        said = _("agrees") if row.state == RECEIVED else _("does not agree")
        known.append((_("Receipt"), f"{moment(row.checked_at)}. {names[row.checked_by]}: {said}"))
        known.append((_("SHA-256 of the receipt"), row.receipt_sha256))
    return tuple((str(name), value) for name, value in known)


def _record(one: PackedRecord, row: Transfer) -> TransferRecordRow:
    href = url_for("records.show", record_id=one.record_id) if one.is_here else ""
    heard = str(HEARD[None])
    if row.checked_at:
        heard = _("%(agreeing)s of %(files)s files agree", agreeing=one.agreeing, files=one.files)
    return TransferRecordRow(
        reference=one.reference, title=one.title, href=href, files=one.files, heard=heard
    )


def _file(one: PackedFile) -> TransferFileRow:
    return TransferFileRow(
        path=one.path, sha256=one.sha256, heard=str(HEARD[one.heard]),
        agrees=None if one.heard is None else one.heard is Heard.AGREES,
    )  # fmt: skip
