"""Plain functions that make what tests need, with good defaults: an instance, people, letters, pages.

Real engines throughout (SQLite, a directory, Whoosh, the sandboxed reader); nothing here is a double.
Bad files are made in tests/faults/hostile.py.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from api.setting_up import make_instance
from api.wiring import Instance, indexer, page_worker
from edrms.access.model import Actor
from edrms.access.roles import ROLES
from edrms.access.tables import Team
from edrms.access.work import allocate, join_team
from edrms.clients.model import Client, Identifier
from edrms.clients.register import add_client
from edrms.clock import Clock, FixedClock
from edrms.ids import BatchId, ClientId, DocumentId, ItemId, PageId, RecordId, StaffId, new_id
from edrms.jobs.worker import Worker
from edrms.records.filing import Filing, RenditionToFile, file_record
from edrms.records.tables import PageContent
from edrms.records.words import WordBox, pack_words
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM, add_staff_member
from edrms.uow import UnitOfWork, write
from scanning.batches.ledger import BatchAccount
from scanning.batches.tables import Document
from scanning.intake.delivery import Delivery
from scanning.intake.receive import Received
from scanning.reading.model import Limits
from scanning.reading.ports import Reader
from scanning.reading.sandboxed_reader import SandboxedReader
from scanning.sample_post.fonts import font
from scanning.sample_post.separators import separator_sheet
from tests.engines import instances

MONDAY = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
PASSWORD = "a long enough password"
UNLIMITED = {
    f"{kind}_per_minute": 1_000_000
    for kind in ("sign_ins", "requests", "searches", "uploads", "downloads")
}
PAGE_SIZE_PX = (1000, 700)
PAGE_DPI = 150


# --- an instance and its people -------------------------------------------------------------------


def settings(home: Path, **given: Any) -> Settings:
    """Settings of an instance under this directory that never finds the disk too full, nor its
    visitors too many."""
    fields: dict[str, Any] = {"home": home, "min_free_bytes": 0, "poll_s": 0.05} | UNLIMITED
    fields["audit_seal_limit_s"] = 1e9  # no sealer is at work beside it
    fields["disposal_rest"] = 0.0  # nobody else is there to come first
    return Settings(**fields | instances.places() | given)


def new_instance(home: Path, clock: Clock | None = None, **given: Any) -> Instance:
    """A fresh instance with tables, key and an empty index."""
    of_it = settings(home, **given)
    instances.lay_tables(of_it)
    return make_instance(of_it, clock)


def fixed_clock(at: datetime = MONDAY) -> FixedClock:
    """A clock that stands still on a Monday morning."""
    return FixedClock(at)


TEAMS = {"children": "team-of-children", "adults": "team-of-adults"}


def actor(*roles: str, name: str = "", **given: Any) -> Actor:
    """Somebody with these roles, in the team of every service they reach; two with the same name are
    the same person."""
    fields: dict[str, Any] = {"teams": teams_of(*roles), "supervises": supervised_by(*roles)}
    return Actor(
        StaffId(name or f"staff-{'-'.join(roles)}"), name or "Pat Example", frozenset(roles),
        **fields | given,
    )  # fmt: skip


def teams_of(*roles: str) -> frozenset[str]:
    """The teams somebody with these roles works in."""
    reached = {
        service
        for role in roles
        if role in ROLES
        for reach in ROLES[role].reaches
        for service in reach.services
    }
    return frozenset(team for service, team in TEAMS.items() if service in reached)


def supervised_by(*roles: str) -> frozenset[str]:
    """A team manager answers for both teams."""
    return frozenset(TEAMS.values()) if "team_manager" in roles else frozenset()


def make_teams(work: UnitOfWork) -> None:
    """The two teams, if they are not there yet."""
    for service, team_id in TEAMS.items():
        if work.session.get(Team, team_id) is None:
            work.session.add(Team(team_id=team_id, name=f"Team of {service}", service=service))
            work.journal("staff:team:add", "team", team_id)
    work.session.flush()


def staff_member(instance: Instance, username: str, *roles: str) -> StaffId:
    """An account that can sign in with PASSWORD, in the teams of its roles."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        return add_to_staff(work, username, *roles)


def add_to_staff(
    work: UnitOfWork, username: str, *roles: str, name: str = "", password: str = PASSWORD
) -> StaffId:
    """The same in a transaction of the caller's; a guest's role ends after half a year."""
    make_teams(work)
    ends = work.now + timedelta(days=180) if "partner_guest" in roles else None
    staff_id = add_staff_member(
        work, username, name or username.title(), password, frozenset(roles), until=ends
    )
    work.session.flush()
    for team_id in teams_of(*roles):
        join_team(work, team_id, staff_id, supervises=team_id in supervised_by(*roles))
    return staff_id


def add_to_register(work: UnitOfWork, person: Client, *, allocated: bool = True) -> None:
    """A client on the register, allocated to the team of the service."""
    make_teams(work)
    add_client(work, person)
    work.session.flush()
    if allocated:
        allocate(work, person.client_id, team_id=TEAMS[person.service])


def client(**given: Any) -> Client:
    """An invented adult whose letter (below) files itself."""
    fields: dict[str, Any] = {
        "client_id": ClientId(new_id()),
        "forename": "Olive",
        "surname": "Tregenza",
        "service": "adults",
        "date_of_birth": date(1941, 3, 9),
        "nhs_number": "9434765919",
        "identifiers": (Identifier("LAS", "LAS-204417"),),
    }
    return Client(**fields | given)


def child(**given: Any) -> Client:
    """An invented child; a brother has the same surname and household."""
    fields: dict[str, Any] = {
        "forename": "Jory",
        "surname": "Penrose",
        "service": "children",
        "date_of_birth": date(2014, 5, 17),
        "nhs_number": "9434765870",
        "household": "penrose",
        "identifiers": (Identifier("LCS", "LCS-118822"),),
    }
    return client(**fields | given)


def on_the_register(instance: Instance, *people: Client, allocated: bool = True) -> None:
    """Put these clients on the register, each as a client of the service's team."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        for person in people:
            add_to_register(work, person, allocated=allocated)


# --- letters and pages ----------------------------------------------------------------------------


def letter_to(person: Client, body: str = "The plan continues unchanged.") -> str:
    """The words of a letter about this client that files itself: reference, number, birth, heading."""
    born = person.date_of_birth.strftime("%d/%m/%Y") if person.date_of_birth else ""
    references = ", ".join(known.value for known in person.identifiers)
    return (
        "Borchester Council Adult Social Care\n"
        "CARE AND SUPPORT PLAN REVIEW\n"
        f"Our ref: {references}\n"
        f"Name: {person.full_name}\n"
        f"Date of birth: {born}\n"
        f"NHS number: {person.nhs_number[:3]} {person.nhs_number[3:6]} {person.nhs_number[6:]}\n"
        "Date: 18 May 2026\n\n"
        "Care and support plan: outcomes, personal budget, indicative budget.\n"
        f"{body}\n"
    )


def page(words: str = "", size_px: tuple[int, int] = PAGE_SIZE_PX) -> Image.Image:
    """A small white page with these lines on it; without words a blank one."""
    sheet = Image.new("L", size_px, 255)
    pen = ImageDraw.Draw(sheet)
    for number, line in enumerate(words.splitlines()):
        pen.text((60, 50 + 46 * number), line, fill=0, font=font("sans", 30))
    return sheet


def separator() -> Image.Image:
    """A separator sheet, small enough to be read quickly."""
    return separator_sheet().resize((1240, 1754))


def png(sheet: Image.Image) -> bytes:
    """A page as a PNG."""
    out = io.BytesIO()
    sheet.save(out, "PNG", dpi=(PAGE_DPI, PAGE_DPI))
    return out.getvalue()


def tiff(*sheets: Image.Image) -> bytes:
    """Pages as one TIFF."""
    out = io.BytesIO()
    first, *others = sheets
    first.save(
        out, "TIFF", save_all=True, append_images=others, compression="tiff_lzw",
        dpi=(PAGE_DPI, PAGE_DPI),
    )  # fmt: skip
    return out.getvalue()


def pdf(*pages: str) -> bytes:
    """A born-digital PDF: one page for each of these texts."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for words in pages:
        for number, line in enumerate(words.splitlines()):
            canvas.drawString(72, 760 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


# --- doing the work -------------------------------------------------------------------------------


def batch(instance: Instance, by: Actor, **given: Any) -> BatchId:
    """An empty batch opened by this actor."""
    return instance.intake.open_batch(by, channel="upload", delivery=Delivery(**given))


def send(instance: Instance, by: Actor, batch_id: str, name: str, content: bytes | str) -> Received:
    """Send one file into a batch."""
    sent = content.encode() if isinstance(content, str) else content
    return instance.intake.receive_file(by, batch_id, name, [sent])


def a_worker(instance: Instance, reader: Reader, name: str = "worker-1") -> Worker:
    """A page worker over a reader that tests may share."""
    return page_worker(instance, name, reader)


@cache
def shared_reader() -> Reader:
    """The confined reader of the whole run; starting one costs as much as reading many letters. Its
    server ends with this process."""
    return SandboxedReader(Limits())


def do_all(instance: Instance, worker: Worker) -> None:
    """Do every job that is due, then index what was filed."""
    while worker.do_one():
        pass
    while indexer(instance).do_some():
        pass


def read_in(
    instance: Instance, worker: Worker, by: Actor, files: dict[str, bytes | str]
) -> BatchAccount:
    """Send these files as one batch, read it to the end, and return its account."""
    batch_id = batch(instance, by)
    for name, content in files.items():
        send(instance, by, batch_id, name, content)
    do_all(instance, worker)
    return instance.ledger.batch(by, batch_id)


def documents(instance: Instance, item_id: str | None = None) -> list[Document]:
    """Every document, or those of one item, in order."""
    statement = (
        select(Document)
        .options(selectinload(Document.pages), selectinload(Document.item))
        .order_by(Document.item_id, Document.ordinal)
    )
    if item_id:
        statement = statement.where(Document.item_id == item_id)
    with instance.database.read() as session:
        return list(session.scalars(statement))


def filed_record(
    instance: Instance,
    clients: Sequence[Client],
    *,
    document_type: str = "D30",
    texts: Iterable[str] = ("Care and support plan review",),
    title: str = "Plan",
    original: bytes = b"as it came",
) -> RecordId:
    """A record filed straight, without scanning: its page has text, a picture and an original."""
    stored = instance.store.put([original], max_bytes=1 << 20)
    view = instance.store.put([png(page("x", (60, 60)))], max_bytes=1 << 20)
    page_ids = []
    with write(instance.database, SYSTEM, instance.clock) as work:
        for text in texts:
            page_ids.append(PageId(new_id()))
            work.session.add(
                PageContent(
                    page_id=page_ids[-1], kind="content", text=text, text_source="document",
                    words=pack_words([WordBox(text[:20], 0, 0, 9, 9, 1.0)]), width_px=60,
                    height_px=60, resolution_dpi=150, rotation_degrees=0, view_key=view.key,
                    view_media_type="image/png",
                )
            )  # fmt: skip
        return file_record(
            work,
            Filing(
                document_id=DocumentId(new_id()),
                item_id=ItemId(new_id()),
                batch_id=BatchId(new_id()),
                document_type=document_type,
                title=title,
                document_date=date(2026, 5, 18),
                received_on=date(2026, 6, 1),
                client_ids=tuple(person.client_id for person in clients),
                original_name="letter.txt",
                pages=tuple(page_ids),
                renditions=(
                    RenditionToFile(
                        "original", stored.key, "text/plain", stored.size_bytes, stored.sha256
                    ),
                ),
            ),
        )
