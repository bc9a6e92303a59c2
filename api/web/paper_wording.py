"""Paper in plain words: states, conditions and their reasons, where the sheets are. Decides nothing."""

from collections.abc import Mapping, Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.web.templating import civil_date
from api.web.view_models import ConditionRow, PlaceRow
from scanning.paper.model import BoxState, Method, PartState, Quality
from scanning.paper.rules import Asked, Condition
from scanning.paper.where import Place

BOX_STATES: Mapping[str, str] = {
    BoxState.IN_PLACE: _l("In its place"),
    BoxState.OUT: _l("Out"),
    BoxState.LOST: _l("Lost"),
    BoxState.RETIRED: _l("Retired"),
}
PART_STATES: Mapping[str, str] = {
    PartState.KEPT: _l("In the box"),
    PartState.LOST: _l("Lost"),
    PartState.DESTROYED: _l("Destroyed"),
    PartState.DESTROYED_EARLY: _l("Destroyed without a certificate"),
    PartState.RETURNED: _l("Returned or handed over"),
    PartState.NEVER_EXISTED: _l("There never was any paper"),
}
METHODS: Mapping[str, str] = {
    Method.CROSS_CUT: _l("Cross-cut shredding here"),
    Method.PULPING: _l("Pulping"),
    Method.INCINERATION: _l("Incineration"),
    Method.CONTRACTOR: _l("By a contractor"),
}
DESTRUCTION_STATES: Mapping[str, str] = {
    "proposed": _l("Proposed"),
    "confirmed": _l("Destroyed"),
    "declined": _l("Declined"),
}
TASK_STATES: Mapping[str, str] = {
    "open": _l("Open"),
    "isolated": _l("Isolated"),
    "closed": _l("Closed"),
}
ANSWERS: Mapping[str, str] = {
    "already_destroyed": _l("It was destroyed already"),
    "never_existed": _l("There never was any paper"),
    "returned": _l("It was returned to its owner, or handed over"),
}
CLOSED_BY: Mapping[str, str] = {
    **ANSWERS,
    "destroyed": _l("Destroyed"),
    "destroyed_early": _l("It was destroyed already"),
    "not_held": _l("No hold is on what lies in the box any more"),
}
ACTS: Mapping[str, str] = {
    "register": _l("Registered"),
    "move": _l("Moved"),
    "lend": _l("Given out"),
    "give_back": _l("Taken back"),
    "lose": _l("Reported lost"),
    "find": _l("Found"),
    "retire": _l("Retired"),
    "put_in": _l("Paper put in"),
    "taken_out": _l("Paper taken out"),
    "keep": _l("Paper marked to be kept"),
    "isolate": _l("Isolated"),
    "destroyed": _l("Paper destroyed"),
    "already_destroyed": _l("Paper reported destroyed already"),
    "lost": _l("Paper reported lost"),
    "found": _l("Paper found"),
    "destroyed_early": _l("Paper reported destroyed"),
    "returned": _l("Paper returned or handed over"),
    "never_existed": _l("Paper reported never to have existed"),
}
_ASKED: Mapping[Asked, str] = {
    Asked.QUALITY: _l("The quality check passed"),
    Asked.FILED: _l("The batch is closed, and everything in it is filed"),
    Asked.STANDSTILL: _l("The standstill is over"),
    Asked.NO_HOLD: _l("No hold is on its records"),
    Asked.MAY_GO: _l("Its paper may be destroyed"),
    Asked.IN_PLACE: _l("The paper is in its box, and the box in its place"),
}
_BECAUSE: Mapping[str, str] = {
    "passed": _l("Passed"),
    "not_checked": _l("Nobody has recorded a check"),
    "came_since": _l("Something came into the batch after the check"),
    "failed": _l("The last check failed"),
    "disposed_of": _l("Not needed: its records were disposed of"),
    "all_filed": _l("Filed, blank, separator or rejected, every page"),
    "not_all_filed": _l("The batch is open, or some pages are not accounted for yet"),
    "over": _l("Over"),
    "not_begun": _l("It begins with the quality check"),
    "none": _l("None"),
    "held": _l("A hold is on a record of it"),
    "may_go": _l("Of a kind that may go"),
    "marked": _l("It is marked to be kept for good"),
    "type_is_kept": _l("A document of it is of a kind whose paper is kept"),
    "there": _l("There"),
    "box_out": _l("The box is out"),
    "box_lost": _l("The box is lost"),
    "box_retired": _l("The box is retired"),
}


def condition_rows(found: Sequence[Condition]) -> tuple[ConditionRow, ...]:
    """Each condition, true or not, and why."""
    return tuple(
        ConditionRow(name=str(_ASKED[one.asked]), is_met=one.is_met, because=_because(one))
        for one in found
    )


def met_rows(met: Mapping[str, str]) -> tuple[ConditionRow, ...]:
    """The conditions as they were when the destruction was confirmed."""
    return tuple(
        ConditionRow(name=str(text), is_met=True, because=str(_BECAUSE.get(met[asked], met[asked])))
        for asked, text in _ASKED.items()
        if asked in met
    )


def _because(one: Condition) -> str:
    if one.because in ("until", "over") and one.day:
        words = _("Since %(day)s") if one.is_met else _("Until %(day)s")
        return str(words % {"day": civil_date(one.day)})
    if one.because == "passed" and one.day:
        return str(_("On %(day)s", day=civil_date(one.day)))
    return str(_BECAUSE.get(one.because) or PART_STATES.get(one.because) or one.because)


def quality_words(quality: Quality) -> str:
    """What is known of a batch's quality."""
    words = str(_BECAUSE.get(quality.reason or quality.state, quality.state))
    return f"{words}, {civil_date(quality.on)}" if quality.on else words


def stretch(file: int | None, first_page: int, last_page: int) -> str:
    """A stretch of a batch, in words."""
    if file is None:
        return str(_("The whole batch"))
    if not first_page:
        return str(_("File %(file)s", file=file))
    if first_page == last_page:
        return str(_("File %(file)s, page %(page)s", file=file, page=first_page))
    pages = {"file": file, "first": first_page, "last": last_page}
    return str(_("File %(file)s, pages %(first)s to %(last)s", **pages))


def place_rows(places: Sequence[Place], *, with_links: bool) -> tuple[PlaceRow, ...]:
    """Where a document's pages are. with_links: the reader may open boxes."""
    return tuple(_place(one, with_links=with_links) for one in places)


def _place(one: Place, *, with_links: bool) -> PlaceRow:
    what = f"{one.batch_reference}: {stretch(one.file, one.first_page, one.last_page)}"
    if one.part is None or one.box is None:
        return PlaceRow(what=what, where=str(_("No paper is registered")))
    box, state = one.box, one.part.state
    href = url_for("paper.box", box_id=box.box_id) if with_links else ""
    if state == PartState.DESTROYED and one.destruction:
        return PlaceRow(what=what, where=_destroyed(one), href=href)
    if state != PartState.KEPT:
        words = _("%(state)s (last in box %(box)s)", state=PART_STATES[state], box=box.barcode)
        return PlaceRow(
            what=what, where=str(words), href=href, is_alarm=state != PartState.RETURNED
        )
    words = _("Box %(box)s, %(location)s", box=box.barcode, location=box.location)
    if box.state == BoxState.IN_PLACE:
        return PlaceRow(what=what, where=str(words), href=href)
    away = {"box": box.barcode, "state": BOX_STATES[box.state], "who": box.custodian}
    away_words = _("Box %(box)s: %(state)s (%(who)s)", **away)
    return PlaceRow(
        what=what, where=str(away_words), href=href, is_alarm=box.state == BoxState.LOST
    )


def _destroyed(one: Place) -> str:
    end = one.destruction
    if end is None:
        return str(PART_STATES[PartState.DESTROYED])
    facts = {"day": civil_date(end.destroyed_on), "reference": end.reference, "number": end.number}
    if end.number:
        return str(
            _("Destroyed on %(day)s, %(reference)s, contractor’s certificate %(number)s", **facts)
        )
    return str(_("Destroyed on %(day)s, %(reference)s", **facts))
