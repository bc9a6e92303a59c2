"""Disposal: the cases, one case and its records, certificates, and what was destroyed of a person's file.

The forms are in disposal_forms.py.
"""

import json
from collections.abc import Sequence

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.certificate_files import certificate_file
from api.web.context import instance, page_number
from api.web.disposal_wording import ACTIONS, ITEM_STATES, NEXT, STATES, decision_words
from api.web.presenting import pagination
from api.web.shell import shell
from api.web.templating import moment
from api.web.view_models import (
    AlikeRow,
    CaseItemRow,
    CasePage,
    CaseRow,
    CasesPage,
    CertificatePage,
    StubRow,
    StubsPage,
)
from edrms.access.policy import holds
from edrms.fileplan import document_type
from retention.certificate import lines, record_row
from retention.disposal_cases import PAGE_SIZE, ListedCase, OpenCase, SeenItem, ends_waiting_at
from retention.stubs import Stub
from retention.transfer_receipts import HAND_OVER

blueprint = Blueprint("disposal", __name__)
_MOST_ROWS = 500  # of a certificate on its page; the files have all


@blueprint.get("/disposal")
@permission("disposal:case:view")
def index() -> ResponseReturnValue:
    """Every case; those that wait for the reader first."""
    found = instance().disposal.cases.listed(actor())
    names = instance().staff.names({one.row.proposed_by for one in found})
    rows = [_row(one, names) for one in found]
    page = CasesPage(
        mine=tuple(one for one in rows if one.waits_for_me),
        others=tuple(one for one in rows if not one.waits_for_me),
        may_propose=instance().disposal.cases.may_propose(actor()),
        may_hand_over=holds(actor(), HAND_OVER),
    )
    return render_template("disposals.html", page=page, shell=shell())


def _row(one: ListedCase, names: dict[str, str]) -> CaseRow:
    row = one.row
    return CaseRow(
        case_id=row.case_id, reference=row.reference, title=row.title, state=row.state,
        state_name=str(STATES[row.state]), records=one.records,
        proposed_by=names[row.proposed_by], proposed_at=row.proposed_at,
        waits_for_me=one.waits_for_me,
    )  # fmt: skip


@blueprint.get("/disposal/<case_id>")
@permission("disposal:case:view")
def show(case_id: str) -> ResponseReturnValue:
    """One case: what is next, its records by rule, and each of those the reader may see."""
    number = page_number()
    found = instance().disposal.cases.open(actor(), case_id, number)
    paging = pagination(number, PAGE_SIZE, found.total)
    if paging.page < number:
        return redirect(url_for("disposal.show", case_id=case_id, page=paging.page))
    row = found.row
    page = CasePage(
        case_id=case_id, reference=row.reference, title=row.title, state=row.state,
        state_name=str(STATES[row.state]), next_step=str(NEXT[row.state]), facts=_facts(found),
        alike=_alike(found), items=tuple(_item(one) for one in found.items),
        hidden_here=found.hidden_here, paging=paging, may=frozenset(map(str, found.may)),
        has_certificate=found.has_certificate, to_hand_over=_to_hand_over(case_id),
    )  # fmt: skip
    return render_template("disposal_case.html", page=page, shell=shell())


def _to_hand_over(case_id: str) -> int:
    if not holds(actor(), HAND_OVER):
        return 0
    return len(instance().transfer_looks.of_case(actor(), case_id))


def _facts(found: OpenCase) -> tuple[tuple[str, str], ...]:
    row = found.row
    who = {row.proposed_by, row.approved_by, row.executed_by, row.declined_by} - {""}
    names = instance().staff.names(who)
    known = [
        (_("Proposed"), row.proposed_at, row.proposed_by, ""),
        (_("Approved"), row.approved_at, row.approved_by, row.approval_reason),
        (_("Waiting period ends"), ends_waiting_at(row), "", ""),
        (_("Set going"), row.executing_at, row.executed_by, ""),
        (_("Certified"), row.certified_at, "", ""),
        (_("Declined"), row.declined_at, row.declined_by, row.declined_reason),
    ]
    told = tuple(
        (str(name), ". ".join(filter(None, [moment(at), names.get(by, ""), why])))
        for name, at, by, why in known
        if at is not None
    )
    version = str(_("version %(number)s", number=row.schedule_version))
    return (*told, (str(_("Retention schedule")), version))


def _alike(found: OpenCase) -> tuple[AlikeRow, ...]:
    return tuple(
        AlikeRow(
            class_id=one.class_id, class_name=one.class_name, action=one.action,
            action_name=str(ACTIONS.get(one.action, one.action)), authority=one.authority,
            records=one.records, undecided=one.undecided,
        )
        for one in found.alike
    )  # fmt: skip


def _item(one: SeenItem) -> CaseItemRow:
    item = one.item
    href = url_for("records.show", record_id=item.record_id) if one.is_filed else ""
    return CaseItemRow(
        item_id=item.item_id, reference=one.reference, title=one.title, record_href=href,
        class_id=one.ground.class_id if one.ground else "", due_on=item.due_on,
        state_name=str(ITEM_STATES[item.state]), decision=decision_words(item),
        reason=item.reason, why_not=one.why_not,
    )  # fmt: skip


@blueprint.get("/disposal/<case_id>/certificate")
@permission("disposal:case:view")
def certificate(case_id: str) -> ResponseReturnValue:
    """The certificate for reading, with both files to save."""
    issued = instance().disposal.certifying.open(actor(), case_id)
    whole = json.loads(issued.document)
    certified = whole["certificate"]
    page = CertificatePage(
        case_id=case_id, reference=issued.reference, lines=tuple(lines(certified)),
        records=tuple(record_row(one) for one in certified["destroyed"][:_MOST_ROWS]),
        more=max(0, len(certified["destroyed"]) - _MOST_ROWS), sha256=whole["sha256"],
        key=whole["signature"].partition("\n")[0],
    )  # fmt: skip
    return render_template("disposal_certificate.html", page=page, shell=shell())


@blueprint.get("/disposal/<case_id>/certificate.json")
@permission("disposal:case:view")
def certificate_json(case_id: str) -> Response:
    """The signed file, byte for byte."""
    return certificate_file(instance().disposal.certifying.open(actor(), case_id), "json")


@blueprint.get("/disposal/<case_id>/certificate.pdf")
@permission("disposal:case:view")
def certificate_pdf(case_id: str) -> Response:
    """The same for reading on paper."""
    return certificate_file(instance().disposal.certifying.open(actor(), case_id), "pdf")


@blueprint.get("/clients/<client_id>/destroyed")
@permission("record:stub:view")
def destroyed(client_id: str) -> ResponseReturnValue:
    """What was destroyed of a person's file, and by which certificate."""
    found = instance().disposal.stubs.of_client(actor(), client_id)
    known = instance().clients.summaries(actor(), [client_id])
    name = known[client_id].full_name if client_id in known else ""
    page = StubsPage(client_id=client_id, name=name, rows=_stubs(found))
    return render_template("client_destroyed.html", page=page, shell=shell())


def _stubs(found: Sequence[Stub]) -> tuple[StubRow, ...]:
    return tuple(
        StubRow(
            reference=one.reference, type_name=document_type(one.document_type).name,
            document_date=one.document_date, pages=one.page_count, ended_at=one.ended_at,
            remains_in=", ".join(one.remains_in), case_reference=one.case_reference,
            certificate_href=url_for("disposal.certificate", case_id=one.case_id)
            if one.is_certified else "",
        )
        for one in found
    )  # fmt: skip
