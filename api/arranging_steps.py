"""From what a form or a program says of a page, by numbers, to a step, by ids. Shared by pages and JSON."""

from dataclasses import dataclass

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.errors import Invalid, no_such
from scanning.arranging.model import Act, PlacedPage, ScanFault, Step
from scanning.arranging.service import FileOfPages

TURNS = {"turn_right": 90, "turn_over": 180, "turn_left": 270}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is to be done to the page with this number in the file.

    act: an Act, or one of TURNS. document_id, position: where to; "" is a new document. The bad scan that
    this is a rescan of: batch number, which file of the batch (from 1), which page of that file.
    """

    act: str
    page: int
    document_id: str = ""
    position: int = 0
    kind: str = ""
    fault: str = ""
    batch_number: int = 0
    file_number: int = 0
    page_number: int = 0


def step_of(instance: Instance, actor: Actor, known: FileOfPages, said: Said) -> Step:
    """The step. Raises NotFound for a page the file has not, Invalid for an act nobody knows."""
    page = page_of(known, said.page)
    turned = said.act in TURNS
    if not turned and said.act not in tuple(Act):
        raise Invalid("Say what is to be done.", fields={"act": "Say what is to be done."})
    act = Act.TURN if turned else Act(said.act)
    fault = ScanFault(said.fault) if said.fault in tuple(ScanFault) else ScanFault.OTHER
    return Step(
        act=act, page_id=page.page_id, document_id=said.document_id, position=said.position,
        kind=said.kind, fault=fault, rescan_of=_bad_scan(instance, actor, said, act),
        turned_degrees=(way_up(known, page) + TURNS[said.act]) % 360 if turned else 0,
    )  # fmt: skip


def page_of(known: FileOfPages, number: int) -> PlacedPage:
    """The page with this number. Raises NotFound."""
    if not 1 <= number <= len(known.arrangement.pages):
        raise no_such("page")
    return known.arrangement.pages[number - 1]


def way_up(known: FileOfPages, page: PlacedPage) -> int:
    """The clockwise turn, in degrees, that now makes a page upright."""
    if page.turned_degrees is not None:
        return page.turned_degrees
    content = known.contents.get(page.page_id)
    return content.rotation_degrees if content else 0


def _bad_scan(instance: Instance, actor: Actor, said: Said, act: Act) -> str | None:
    if act is not Act.LINK or not (said.batch_number or said.page_number):
        return None
    return instance.arranging.page_at(
        actor, said.batch_number, said.file_number, said.page_number
    )  # fmt: skip
