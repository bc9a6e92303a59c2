"""An id of one kind where another is expected is answered as absent, by every service that takes one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.wiring import Instance
from edrms.access.model import Relation
from edrms.access.policy import OPEN_FILE, VIEW
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.work import allocate, join_team, leave_team, put_on_duty
from edrms.errors import EdrmsError, Invalid, NotFound
from edrms.jobs.worker import Worker
from edrms.records.filing import Filing, file_record
from edrms.records.reading import on_file_of, records_of_client, visible_among
from edrms.records.tables import CaseFile, PageContent, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write
from scanning.indexing.filing import IndexDecision
from tests import factories
from tests.service.events import events

REASON = "a reason long enough to be one"
MANAGER = factories.actor("team_manager", name="manager")
GOVERNANCE = factories.actor("information_governance", name="ig")
ADOPTION = factories.actor("adoption_team", name="adoption")
POST = factories.actor("quality_supervisor", name="post")


@dataclass
class Known:
    """One id of every kind that exists, each a thing the askers may see."""

    instance: Instance
    ids: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def known(instance: Instance, worker: Worker) -> Known:
    olive = factories.child()
    factories.on_the_register(instance, olive)
    record_id = factories.filed_record(instance, [olive])
    staff_id = factories.staff_member(instance, "pat", "social_worker_adults")
    account = factories.read_in(instance, worker, POST, {"letter.txt": "An unknown letter."})
    [item] = account.items
    [document] = factories.documents(instance, item.item_id)
    with instance.database.read() as session:
        file_id = session.scalars(select(CaseFile.case_file_id)).one()
        record = session.get_one(Record, record_id)
        page_id, picture = session.execute(
            select(PageContent.page_id, PageContent.view_key)
        ).first()
        assert record.reference
    subject = Subject(SubjectKind.RECORD, record_id)
    until = instance.clock.now() + timedelta(days=1)
    grant = instance.guards.grant(GOVERNANCE, subject, staff_id, Relation.GRANTED, until, REASON)
    block = instance.guards.block(GOVERNANCE, subject, staff_id, REASON)
    marking = instance.guards.mark(GOVERNANCE, subject, "address", REASON)
    return Known(instance, {
        "client": olive.client_id, "record": record_id, "staff": staff_id,
        "batch": account.batch.batch_id, "item": item.item_id, "document": document.document_id,
        "case file": file_id, "page": page_id, "picture": picture, "grant": grant, "block": block,
        "marking": marking, "team": factories.TEAMS["adults"], "reference": record.reference,
        "none": "0" * 32, "empty": "", "odd": "%\0'\n*", "long": "r" * 300,
    })  # fmt: skip


def within(change: Callable[[UnitOfWork, str], object]) -> Callable[[Instance, str], object]:
    """A function of a unit of work as one of the instance."""

    def call(instance: Instance, wrong: str) -> object:
        with write(instance.database, SYSTEM, instance.clock) as work:
            return change(work, wrong)

    return call


def of_client(wrong: str) -> Subject:
    return Subject(SubjectKind.CLIENT, wrong)


def of_record(wrong: str) -> Subject:
    return Subject(SubjectKind.RECORD, wrong)


def until(instance: Instance) -> object:
    return instance.clock.now() + timedelta(days=1)


ASKS: dict[tuple[str, str], Callable[[Instance, str], object]] = {
    ("record", "open"): lambda i, x: i.viewing.open(MANAGER, x),
    ("record", "page image"): lambda i, x: i.viewing.page_image(MANAGER, x, 1),
    ("record", "rendition"): lambda i, x: i.viewing.rendition(MANAGER, x, "original"),
    ("record", "thumbnail"): lambda i, x: i.viewing.thumbnail_source(MANAGER, x, 1),
    ("client", "open file"): lambda i, x: i.clients.open(MANAGER, x),
    ("client", "mark"): lambda i, x: i.guards.mark(GOVERNANCE, of_client(x), "address", REASON),
    ("record", "mark"): lambda i, x: i.guards.mark(GOVERNANCE, of_record(x), "exempt-5", REASON),
    ("client", "block"): lambda i, x: i.guards.block(GOVERNANCE, of_client(x), "manager", REASON),
    ("record", "block"): lambda i, x: i.guards.block(GOVERNANCE, of_record(x), "manager", REASON),
    ("client", "grant"): lambda i, x: i.guards.grant(
        GOVERNANCE, of_client(x), "manager", Relation.GRANTED, until(i), REASON),
    ("block", "lift block"): lambda i, x: i.guards.lift_block(GOVERNANCE, x, REASON),
    ("marking", "lift marking"): lambda i, x: i.guards.lift_marking(GOVERNANCE, x, REASON),
    ("grant", "end grant"): lambda i, x: i.guards.end_grant(GOVERNANCE, x, REASON),
    ("none of these", "end glass"): lambda i, x: i.glass.end(MANAGER, x),
    ("client", "break glass"): lambda i, x: i.glass.break_for(MANAGER, of_client(x), REASON, 2),
    ("record", "break glass"): lambda i, x: i.glass.break_for(MANAGER, of_record(x), REASON, 2),
    ("client", "seal"): lambda i, x: i.seals.seal(ADOPTION, x, REASON),
    ("client", "identities"): lambda i, x: i.seals.identities(ADOPTION, x),
    ("none of these", "review"): lambda i, x: i.reviews.decide(GOVERNANCE, x, "justified", ""),
    ("client", "who could see"): lambda i, x: i.access_reports.who_could_see(
        GOVERNANCE, of_client(x), i.clock.now()),
    ("record", "who could see"): lambda i, x: i.access_reports.who_could_see(
        GOVERNANCE, of_record(x), i.clock.now()),
    ("record", "guarding"): lambda i, x: i.access_reports.guarding(GOVERNANCE, of_record(x)),
    ("none of these", "notice"): lambda i, x: i.notices.see(MANAGER, x),
    ("client", "allocate"): within(lambda w, x: allocate(w, x, team_id=factories.TEAMS["adults"])),
    ("staff", "allocate to"): within(lambda w, x: allocate(w, "nobody", staff_id=x or "nobody")),
    ("team", "join"): within(lambda w, x: join_team(w, x, "nobody")),
    ("staff", "duty"): within(lambda w, x: put_on_duty(w, x, "adults", w.now + timedelta(1))),
    ("batch", "batch"): lambda i, x: i.ledger.batch(POST, x),
    ("batch", "receive"): lambda i, x: i.intake.receive_file(POST, x, "a.txt", [b"a"]),
    ("item", "item"): lambda i, x: i.ledger.item(POST, x),
    ("item", "retry"): lambda i, x: i.ledger.retry(POST, x),
    ("item", "reject item"): lambda i, x: i.ledger.reject(POST, x, REASON),
    ("item", "original of item"): lambda i, x: i.ledger.original(POST, x),
    ("document", "open document"): lambda i, x: i.desk.open(POST, x),
    ("document", "page"): lambda i, x: i.desk.page(POST, x, 1),
    ("document", "contents"): lambda i, x: i.desk.contents(POST, x),
    ("document", "file"): lambda i, x: i.desk.file(
        POST, x, IndexDecision("D30", ("c",), None, "", {})),
    ("document", "skip"): lambda i, x: i.desk.skip(POST, x, REASON),
    ("document", "reject"): lambda i, x: i.desk.reject(POST, x, REASON),
    ("document", "restore"): lambda i, x: i.desk.restore(POST, x),
}  # fmt: skip


@pytest.mark.parametrize("ask", ASKS, ids="-".join)
def test_an_id_of_another_kind_is_answered_as_absent(known: Known, ask: tuple[str, str]) -> None:
    before = len(state(known.instance))
    absent: str | None = None
    for kind, one in ({"none": known.ids["none"]} | known.ids).items():
        if kind == ask[0]:
            continue
        with pytest.raises(NotFound) as refused:
            ASKS[ask](known.instance, one)
        absent = absent or refused.value.message
        assert refused.value.message == absent, kind
    assert len(state(known.instance)) == before


def state(instance: Instance) -> list[object]:
    """Events of changes and of looks; refusals are not among them."""
    return [one for one in events(instance) if one.outcome == "done"]


def test_lists_of_ids_leave_out_those_of_other_kinds(known: Known) -> None:
    instance, ids = known.instance, known.ids
    not_records = [one for kind, one in ids.items() if kind != "record"]
    not_clients = [one for kind, one in ids.items() if kind != "client"]
    assert instance.viewing.visible(MANAGER, not_records) == frozenset()
    assert instance.viewing.visible(MANAGER, ids.values()) == {ids["record"]}
    assert instance.clients.summaries(MANAGER, not_clients) == {}
    now = instance.clock.now()
    with instance.database.read() as session:
        assert visible_among(session, MANAGER, OPEN_FILE, not_records, now) == {}
        for wrong in not_clients:
            assert records_of_client(session, MANAGER, VIEW, wrong, now) == []
            assert session.scalars(on_file_of(wrong)).all() == []
    for wrong in not_clients:
        assert instance.search.search(MANAGER, "plan", client_id=wrong).results.total == 0


def test_a_record_is_not_filed_on_what_is_no_client(known: Known) -> None:
    for kind, wrong in known.ids.items():
        if kind == "client":
            continue
        filing = Filing("d" * 32, "i", "b", "D30", "", None, factories.MONDAY.date(), (wrong,), "", (), ())  # type: ignore[arg-type]  # fmt: skip
        with (
            pytest.raises(Invalid),
            write(known.instance.database, SYSTEM, known.instance.clock) as work,
        ):
            file_record(work, filing)


def test_a_block_or_a_grant_is_not_for_what_is_no_staff_member(known: Known) -> None:
    instance, subject = known.instance, of_client(known.ids["client"])
    for kind, wrong in known.ids.items():
        if kind == "staff":
            continue
        with pytest.raises(Invalid):
            instance.guards.block(GOVERNANCE, subject, wrong, REASON)
        with pytest.raises(Invalid):
            instance.guards.grant(
                GOVERNANCE, subject, wrong, Relation.GRANTED, until(instance), REASON  # type: ignore[arg-type]
            )  # fmt: skip


def test_leaving_a_team_that_is_none_changes_nothing(known: Known) -> None:
    for wrong in known.ids.values():
        within(lambda work, x: leave_team(work, x, "nobody"))(known.instance, wrong)
    assert not events(known.instance, "staff:team:leave")


def test_the_asks_of_this_file_succeed_with_the_right_id(known: Known) -> None:
    """Else a refusal for another reason would pass for absence."""
    refused: dict[tuple[str, str], type[EdrmsError]] = {}
    for ask in (("record", "open"), ("client", "open file"), ("record", "guarding"),
                ("client", "who could see"), ("batch", "batch"), ("item", "item"),
                ("document", "open document"), ("document", "contents"), ("batch", "receive"),
                ("client", "identities"), ("grant", "end grant"), ("marking", "lift marking"),
                ("client", "allocate"), ("block", "lift block")):  # fmt: skip
        try:
            ASKS[ask](known.instance, known.ids[ask[0]])
        except EdrmsError as error:
            refused[ask] = type(error)
    assert refused == {}
