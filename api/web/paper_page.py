"""From the values of paper to its view models: boxes, parts with their conditions, tasks."""

from datetime import date

from flask import url_for
from flask_babel import gettext as _

from api.authn import actor
from api.web.context import instance
from api.web.paper_wording import (
    ACTS,
    BOX_STATES,
    PART_STATES,
    condition_rows,
    met_rows,
    stretch,
)
from api.web.view_models import BoxPage, BoxRow, Figure, MoveRow, PartRow, SubjectLink
from edrms.access.policy import holds
from edrms.clock import civil_date
from scanning.paper.boxes import MOVE, RETIRE, InBox, OpenBox, is_overdue
from scanning.paper.desk import VIEW
from scanning.paper.destroying import CONFIRM, PROPOSE
from scanning.paper.lists import NamedLine
from scanning.paper.model import LIVE_PARTS, BoxState, PartState
from scanning.paper.placing import KEEP, PLACE, REPORT
from scanning.paper.rules import BoxAct, next_box_state
from scanning.paper.tables import PaperBox, PaperPart
from scanning.paper.tasks import VIEW_TASKS


def box_row(box: PaperBox, today: date) -> BoxRow:
    """A box in a list."""
    note = _("Overdue") if is_overdue(box, today) else ""
    return BoxRow(
        box_id=box.box_id, barcode=box.barcode, location=box.location, custodian=box.custodian,
        state_name=str(BOX_STATES[box.state]), due_back_on=box.due_back_on,
        note=_("Lost") if box.state == BoxState.LOST else note,
    )  # fmt: skip


def box_page(found: OpenBox) -> BoxPage:
    """One box, with what the reader may do."""
    box = found.row
    people = instance().staff.names({one.by for one in found.history})
    return BoxPage(
        row=box_row(box, civil_date(instance().clock.now())), actions=_box_actions(box),
        parts=tuple(_in_box(one, box) for one in found.parts),
        history=tuple(
            MoveRow(
                at=one.at, by=people[one.by], act=str(ACTS.get(one.act, one.act)),
                where=f"{one.location}, {one.custodian}", reason=one.reason,
            )
            for one in found.history
        ),
        label_href=url_for("paper.label", box_id=box.box_id),
        may_propose=holds(actor(), PROPOSE),
    )  # fmt: skip


def home_figures() -> tuple[Figure, ...]:
    """What waits for whoever looks after paper; nothing for others."""
    who, room, found = actor(), instance().paper, []
    if holds(who, VIEW_TASKS):
        tasks = room.tasks.waiting(who)
        found.append(
            Figure(label=_("Tasks of paper"), count=tasks, is_alarm=bool(tasks),
                   href=url_for("paper.tasks"), detail=_("To destroy or to isolate."))
        )  # fmt: skip
    if holds(who, VIEW):
        overdue = room.boxes.overdue(who)
        found.append(
            Figure(label=_("Boxes overdue or lost"), count=overdue, is_alarm=bool(overdue),
                   href=url_for("paper.index", show="overdue"),
                   detail=_("Each should be back, or found."))
        )  # fmt: skip
    if holds(who, CONFIRM):
        found.append(
            Figure(label=_("Paper to confirm"), count=room.destroying.waiting_for(who),
                   href=url_for("paper.destructions"),
                   detail=_("Somebody else proposed to destroy it."))
        )  # fmt: skip
    return tuple(found)


def _box_actions(box: PaperBox) -> tuple[SubjectLink, ...]:
    words = {
        BoxAct.MOVE: ("paper.move", _("Move")), BoxAct.LEND: ("paper.lend", _("Give out")),
        BoxAct.GIVE_BACK: ("paper.give_back", _("Take back")),
        BoxAct.LOSE: ("paper.lose", _("Report lost")), BoxAct.FIND: ("paper.find", _("Found")),
        BoxAct.RETIRE: ("paper.retire", _("Retire")),
    }  # fmt: skip
    found = [
        SubjectLink(text=text, href=url_for(endpoint, box_id=box.box_id))
        for act, (endpoint, text) in words.items()
        if next_box_state(BoxState(box.state), act) is not None
        and holds(actor(), RETIRE if act is BoxAct.RETIRE else MOVE)
    ]
    if box.state == BoxState.IN_PLACE and holds(actor(), PLACE):
        put, take_out = (
            url_for(name, box_id=box.box_id) for name in ("paper.put", "paper.take_out")
        )
        found += [
            SubjectLink(text=_("Put paper in"), href=put),
            SubjectLink(text=_("Put in what is taken out of its batch"), href=take_out),
        ]
    return tuple(found)


def _in_box(one: InBox, box: PaperBox) -> PartRow:
    return _part(one.row, box, one.batch_reference, one.file, may_choose=holds(actor(), PROPOSE))


def part_row(named: NamedLine, *, may_choose: bool = False) -> PartRow:
    """A stretch of paper with its conditions as they are now; of one destroyed, as they were."""
    line = named.line
    row = _part(line.part, named.box, named.batch_reference, named.file, may_choose=may_choose)
    what = stretch(named.file, line.span.first_page, line.span.last_page)
    if line.met:
        return PartRow(
            part_id=row.part_id, what=what, box=row.box, batch=row.batch, is_live=False,
            state_name=str(PART_STATES[PartState.DESTROYED]), conditions=met_rows(line.met),
        )  # fmt: skip
    return PartRow(
        part_id=row.part_id, what=what, box=row.box, batch=row.batch, state_name=row.state_name,
        is_live=row.is_live, kept_because=row.kept_because, actions=row.actions,
        may_choose=row.may_choose,
        conditions=condition_rows(named.conditions) if row.is_live else (),
    )  # fmt: skip


def _part(
    row: PaperPart, box: PaperBox, reference: str, file: int | None, *, may_choose: bool
) -> PartRow:
    is_live = row.state in LIVE_PARTS
    return PartRow(
        part_id=row.part_id, what=stretch(file, row.first_page, row.last_page),
        box=SubjectLink(text=box.barcode, href=url_for("paper.box", box_id=box.box_id)),
        batch=SubjectLink(text=reference, href=url_for("paper.batch", batch_id=row.batch_id)),
        state_name=str(PART_STATES[row.state]), is_live=is_live, kept_because=row.kept_because,
        actions=_part_actions(row, is_live=is_live), may_choose=may_choose and is_live,
    )  # fmt: skip


def _part_actions(row: PaperPart, *, is_live: bool) -> tuple[SubjectLink, ...]:
    words = (
        ("paper.rebox", _("Move to another box"), PLACE), ("paper.report", _("Lost or gone"), REPORT),
        ("paper.keep", _("Keep for good"), KEEP),
    )  # fmt: skip
    if not is_live:
        words = (("paper.report", _("Found"), REPORT),)  # type: ignore[assignment]
    return tuple(
        SubjectLink(text=text, href=url_for(endpoint, part_id=row.part_id))
        for endpoint, text, permission in words
        if holds(actor(), permission) and not row.destruction_id
    )
