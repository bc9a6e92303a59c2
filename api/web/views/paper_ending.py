"""The destruction of paper: proposing, confirming or declining it, and its certificates."""

from datetime import datetime

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, step_up
from api.certificate_files import certificate_file
from api.web.context import instance
from api.web.forms import date_of, typed_date
from api.web.paper_form import acted, choice, day, line, lines
from api.web.paper_page import part_row
from api.web.paper_wording import DESTRUCTION_STATES, METHODS
from api.web.shell import shell
from api.web.templating import civil_date
from api.web.view_models import DestructionPage, DestructionRow, DestructionsPage, PaperFormPage
from api.web.views.paper import blueprint
from edrms.clock import civil_date as day_of
from scanning.paper.destroying import Done, OpenDestruction
from scanning.paper.tables import PaperDestruction


@blueprint.get("/paper/destructions")
@permission("paper:destruction:view")
def destructions() -> ResponseReturnValue:
    """Acts of destruction, those that wait first."""
    rows = instance().paper.destroying.listed(actor())
    names = instance().staff.names({one.proposed_by for one in rows})
    page = DestructionsPage(rows=tuple(_destruction(one, names) for one in rows))
    return render_template("paper_destructions.html", page=page, shell=shell())


def _destruction(row: PaperDestruction, names: dict[str, str]) -> DestructionRow:
    return DestructionRow(
        destruction_id=row.destruction_id, reference=row.reference,
        state_name=str(DESTRUCTION_STATES[row.state]), proposed_by=names[row.proposed_by],
        proposed_at=row.proposed_at,
    )  # fmt: skip


@blueprint.route("/paper/destructions/new", methods=["GET", "POST"])
@permission("paper:destruction:propose")
def propose() -> ResponseReturnValue:
    """Propose to destroy what was chosen: parts, or what is left of the paper of records."""
    given = request.values
    parts, records = given.getlist("part"), given.getlist("record")

    def do() -> tuple[str, str]:
        made = instance().paper.destroying.propose(actor(), given.get("reason", ""), parts, records)
        said = _("Proposed. Somebody else confirms when it is done.")
        return said, url_for("paper.destruction", destruction_id=made)

    count = len(set(parts)) + len(set(records))
    words = _("%(count)s chosen. Everything is asked again when it is confirmed. Nothing is destroyed by "
              "proposing.", count=count)  # fmt: skip
    return acted(
        lambda: PaperFormPage(
            title=_("Propose to destroy paper"), caption=_("Paper"), words=words,
            href=url_for("paper.propose"), back_href=url_for("paper.index"), button=_("Propose"),
            fields=(lines("reason", _("Reason"), _("At least 10 characters. Name nobody in it.")),),
            hidden=(*(("part", one) for one in parts), *(("record", one) for one in records)),
        ), do,
    )  # fmt: skip


@blueprint.get("/paper/destructions/<destruction_id>")
@permission("paper:destruction:view")
def destruction(destruction_id: str) -> ResponseReturnValue:
    """One act of destruction."""
    found = instance().paper.destroying.open(actor(), destruction_id)
    row = found.row
    names = instance().staff.names(
        one for one in (row.proposed_by, row.confirmed_by, row.declined_by) if one
    )
    page = DestructionPage(
        row=_destruction(row, names), facts=_facts(found, names),
        lines=tuple(part_row(one) for one in found.lines), may_confirm=found.may_confirm,
        may_decline=found.may_decline, has_certificate=found.has_certificate,
    )  # fmt: skip
    return render_template("paper_destruction.html", page=page, shell=shell())


def _facts(found: OpenDestruction, names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    row = found.row
    facts = [
        (_("Proposed"), _by(names[row.proposed_by], row.proposed_at)),
        (_("Reason"), row.reason),
    ]
    if row.confirmed_at:
        facts += [
            (_("Confirmed"), _by(names[row.confirmed_by], row.confirmed_at)),
            (_("Destroyed on"), civil_date(row.destroyed_on)),
            (_("Method"), str(METHODS[row.method])), (_("Witness"), row.witness),
        ]  # fmt: skip
        if row.contractor:
            facts.append((_("Contractor, number of their certificate"),
                          f"{row.contractor}, {row.number}"))  # fmt: skip
    if row.declined_at:
        facts += [(_("Declined"), _by(names[row.declined_by], row.declined_at)),
                  (_("Why it was declined"), row.declined_reason)]  # fmt: skip
    return tuple(facts)


def _by(name: str, at: datetime) -> str:
    return str(_("%(day)s by %(name)s", day=civil_date(day_of(at)), name=name))


@blueprint.route("/paper/destructions/<destruction_id>/confirm", methods=["GET", "POST"])
@permission("paper:destruction:confirm")
@step_up
def confirm(destruction_id: str) -> ResponseReturnValue:
    """It was destroyed: how, and who saw it."""
    here, given = url_for("paper.destruction", destruction_id=destruction_id), request.form

    def do() -> tuple[str, str]:
        done = Done(
            given.get("method", ""), given.get("witness", ""),
            date_of(typed_date(given, "destroyed_on"), "destroyed_on"), given.get("contractor", ""),
            given.get("number", ""),
        )  # fmt: skip
        instance().paper.destroying.confirm(
            actor(), destruction_id, done, has_stepped_up=True,
            seen_list=given.get("seen_list", "") or "not seen",
        )  # fmt: skip
        return _("Recorded and certified."), here

    def page() -> PaperFormPage:
        found = instance().paper.destroying.open(actor(), destruction_id)
        return PaperFormPage(
            title=_("Confirm that it was destroyed"), caption=found.row.reference, is_final=True,
            words=_("Quality, filing, standstill, holds and the boxes are asked once more. If the check "
                    "does not pass, nothing may be destroyed."), href=request.path, back_href=here,
            button=_("Confirm and certify"),
            fields=(
                choice("method", _("How was it destroyed?"), METHODS),
                day("destroyed_on", _("When?")), line("witness", _("Who saw it destroyed?")),
                line("contractor", _("Contractor"), _("Only if a contractor destroyed it")),
                line("number", _("Number of the contractor’s certificate")),
            ),
            hidden=(("seen_list", given.get("seen_list", found.list_now)),),
        )  # fmt: skip

    return acted(page, do)


@blueprint.route("/paper/destructions/<destruction_id>/decline", methods=["GET", "POST"])
@permission("paper:destruction:decline")
def decline(destruction_id: str) -> ResponseReturnValue:
    """End it without destroying anything."""
    here = url_for("paper.destruction", destruction_id=destruction_id)

    def do() -> tuple[str, str]:
        instance().paper.destroying.decline(actor(), destruction_id, request.form.get("reason", ""))
        return _("Declined. The paper stays."), here

    def page() -> PaperFormPage:
        found = instance().paper.destroying.open(actor(), destruction_id)
        return PaperFormPage(
            title=_("Decline"), caption=found.row.reference, words="", href=request.path,
            back_href=here, button=_("Decline"),
            fields=(lines("reason", _("Reason"), _("At least 10 characters. It is recorded.")),),
        )  # fmt: skip

    return acted(page, do)


@blueprint.get("/paper/destructions/<destruction_id>/certificate.json")
@permission("paper:destruction:view")
def certificate_json(destruction_id: str) -> Response:
    """The signed file, byte for byte."""
    return certificate_file(instance().paper.certifying.open(actor(), destruction_id), "json")


@blueprint.get("/paper/destructions/<destruction_id>/certificate.pdf")
@permission("paper:destruction:view")
def certificate_pdf(destruction_id: str) -> Response:
    """The same for reading on paper."""
    return certificate_file(instance().paper.certifying.open(actor(), destruction_id), "pdf")
