"""Fair share between batches, counted in claims and never timed. On both databases."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from threading import Thread

import pytest
from sqlalchemy import event, select, text

from edrms.access.model import Actor
from edrms.ids import new_id
from edrms.jobs.queue import (
    WORK,
    Claim,
    enqueue,
    enqueue_next,
    enqueue_parts,
    finish,
)
from edrms.jobs.tables import Job
from edrms.jobs.turns import BACKLOG, FEW
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.queue_of_work import ANN, LEASE, MOMENT, QueueOfWork, jobs

__all__ = ["jobs"]
WORKERS = [factories.actor(name=f"worker-{n}") for n in range(4)]
Done = tuple[str, str]  # share, kind of job


class Reading:
    """Items opened into pages and then divided, as the steps do it; `done` says in which order."""

    def __init__(self, jobs: QueueOfWork) -> None:
        self.jobs = jobs
        self.claimed: list[Done] = []
        self.ended: list[Done] = []
        self._pages: dict[str, int] = {}
        self._left: dict[str, int] = {}
        self._in_hand: list[tuple[Claim, Actor]] = []

    def send(self, share: str, items: Iterable[int]) -> None:
        """A batch of items, each of so many pages."""
        with write(self.jobs.database, SYSTEM, self.jobs.clock) as work:
            for pages in items:
                item = new_id()[:20]
                self._pages[item] = self._left[item] = pages
                enqueue(work, "open", item, share=share)

    def put_pages(self, share: str, pages: int) -> None:
        """A batch that was opened already."""
        with write(self.jobs.database, SYSTEM, self.jobs.clock) as work:
            enqueue_parts(work, "page", [f"alone-{n}" for n in range(pages)], share=share)

    def claim(self, who: Actor = ANN) -> Done | None:
        """Take the next job in hand; returns whose it is and of what kind."""
        for claim in self.jobs.queue.claim(WORK, who):
            with self.jobs.database.read() as session:
                share = session.scalar(select(Job.share).where(Job.job_id == claim.job_id)) or ""
            self._in_hand.append((claim, who))
            self.claimed.append((share, claim.kind))
            return self.claimed[-1]
        return None

    def end_oldest(self) -> None:
        """Do what was claimed first and commit it."""
        claim, who = self._in_hand.pop(0)
        with write(self.jobs.database, who, self.jobs.clock) as work:
            share = work.session.scalars(select(Job.share).where(Job.job_id == claim.job_id)).one()
            item = claim.subject_id.split("/")[0]
            if claim.kind == "open":
                parts = [f"{item}/{n}" for n in range(self._pages[item])]
                enqueue_parts(work, "page", parts, share=share)
            elif claim.kind == "page" and item in self._left:
                self._left[item] -= 1
                if not self._left[item]:
                    enqueue_next(work, "divide", item, share=share)
            finish(work, claim)
        self.ended.append((share, claim.kind))

    def go_on(self, claims: int, workers: Sequence[Actor] = WORKERS) -> list[Done]:
        """So many more claims by workers who each hold one job at a time; fewer if all is done."""
        before = len(self.claimed)
        while len(self.claimed) - before < claims:
            if len(self._in_hand) == len(workers):
                self.end_oldest()
            if not self.claim(workers[len(self._in_hand)]):
                if not self._in_hand:
                    break
                self.end_oldest()
        return self.claimed[before:]


@pytest.mark.parametrize("back_scan", ["opened", "one-page letters", "two-page letters", "bundles"])
def test_mornings_post_is_not_held_up_by_a_back_scan_nor_the_other_way_round(
    jobs: QueueOfWork, back_scan: str
) -> None:
    """Of N shares each has every Nth claim, whatever the others hold. An item of 20 pages is 22 turns:
    opening and dividing count. Before its pages and its end are known, workers claim other things."""
    reading = Reading(jobs)
    match back_scan:
        case "opened":
            reading.put_pages("scan", 10_000)
        case "one-page letters":
            reading.send("scan", [1] * 1000)
        case "two-page letters":
            reading.send("scan", [2] * 500)
        case _:
            reading.send("scan", [300] * 30)
    reading.go_on(50)
    reading.send("post", [20])
    following = reading.go_on(2 * 22 + len(WORKERS))
    assert following.count(("post", "page")) == 20
    following += reading.go_on(len(WORKERS))
    assert following.count(("post", "divide")) == 1
    for claims in range(1, len(following) + 1):
        of_the_scan = [share for share, _ in following[:claims]].count("scan")
        assert of_the_scan >= claims // 2 - 2, "the back-scan is held up"


def test_a_batch_of_letters_sent_while_a_back_scan_runs_gets_every_second_claim(
    jobs: QueueOfWork,
) -> None:
    reading = Reading(jobs)
    reading.send("scan", [1] * 300)
    reading.go_on(100)
    reading.send("post", [1] * 20)
    following = reading.go_on(2 * 60 + len(WORKERS))
    assert Counter(share for share, _ in following)["post"] >= 60 - len(WORKERS)


def test_each_of_many_batches_has_its_turn(jobs: QueueOfWork) -> None:
    reading = Reading(jobs)
    for number in range(12):
        reading.send(f"batch-{number}", [1 + number % 5] * 12)
    claims = Counter(share for share, _ in reading.go_on(12 * 30))
    assert len(claims) == 12
    assert min(claims.values()) >= 27 and max(claims.values()) <= 33


def test_a_share_that_had_nothing_to_do_does_not_catch_up(jobs: QueueOfWork) -> None:
    reading = Reading(jobs)
    reading.put_pages("early", 3)
    reading.put_pages("busy", 200)
    reading.go_on(100)
    reading.put_pages("early", 50)
    following = [share for share, _ in reading.go_on(20)]
    assert 9 <= following.count("early") <= 11


def test_the_first_letter_of_a_large_batch_is_divided_before_its_last_is_opened(
    jobs: QueueOfWork,
) -> None:
    reading = Reading(jobs)
    reading.send("scan", [2] * 200)
    kinds = [kind for _, kind in reading.go_on(100)]
    assert kinds.index("divide") < 3 * FEW
    assert kinds.count("open") - kinds.count("divide") <= 2 * FEW


def test_a_letter_overtakes_a_long_bundle_of_its_own_batch(jobs: QueueOfWork) -> None:
    reading = Reading(jobs)
    reading.send("post", [200, 2])
    kinds = [kind for _, kind in reading.go_on(3 * FEW)]
    assert kinds.count("open") == 2 and kinds.count("divide") == 1


def test_workers_that_have_nothing_else_open_items_side_by_side(jobs: QueueOfWork) -> None:
    reading = Reading(jobs)
    reading.send("post", [1] * 10)
    assert [reading.claim(who) for who in WORKERS] == [("post", "open")] * 4


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_every_job_is_done_once(jobs: QueueOfWork, seed: int) -> None:
    """Items sent, claimed, finished, abandoned in any order: nothing stays in a backlog."""
    chance, reading = random.Random(seed), Reading(jobs)
    sent = 0
    for _ in range(120):
        match chance.randrange(5):
            case 0:
                items = [chance.randrange(4) or 1 for _ in range(chance.randrange(4))]
                reading.send(f"batch-{chance.randrange(3)}", items)
                sent += sum(items) + 2 * len(items)
            case 1 | 2 if reading._in_hand:
                reading.end_oldest()
            case 3 if reading._in_hand:
                jobs.let_pass(LEASE + MOMENT)
                reading._in_hand.clear()
            case _:
                reading.claim()
    reading._in_hand.clear()
    jobs.let_pass(LEASE + MOMENT)
    reading.go_on(10 * sent + 10)
    with jobs.database.read() as session:
        assert set(session.scalars(select(Job.state))) <= {"done"}
        assert len(session.scalars(select(Job.number)).all()) == sent
        assert not session.scalars(select(Job).where(Job.turn == BACKLOG)).all()


def test_a_letter_sent_while_the_last_of_its_batch_is_claimed_is_let_in(jobs: QueueOfWork) -> None:
    """Sender and claimer do not see each other's work; one of the two must let the letter in."""
    if jobs.database.is_sqlite:
        pytest.skip("writers are alone there")
    reading = Reading(jobs)
    reading.put_pages("scan", 50)
    reading.send("post", [1])
    with write(jobs.database, SYSTEM, jobs.clock) as work:
        enqueue(work, "open", "late", share="post")
        work.session.flush()
        claimer = Thread(target=lambda: jobs.queue.claim(WORK, ANN, most=2))
        claimer.start()
        claimer.join(0.5)
    claimer.join()
    assert jobs.job("late").turn < BACKLOG


def test_a_claim_costs_the_same_however_long_the_queue(jobs: QueueOfWork) -> None:
    """Read from the databases' own plans: an index in order, nothing sorted, no table read through."""
    reading = Reading(jobs)
    reading.send("scan", [1] * 3000)
    reading.put_pages("other", 3000)
    reading.go_on(8)
    statements, plans = _statements(jobs), []
    with jobs.database.engine.begin() as connection:
        if not jobs.database.is_sqlite:
            connection.execute(text("ANALYZE jobs"))
        for statement in statements:
            explain = "EXPLAIN QUERY PLAN " if jobs.database.is_sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(explain + statement).all()
            plans.append("\n".join(str(row[-1]) for row in rows))
    assert len(plans) >= 6
    for plan in plans:
        assert (
            "ix_jobs_" in plan or "jobs_pkey" in plan or "pk_jobs" in plan or "PRIMARY KEY" in plan
        )
        assert "TEMP B-TREE" not in plan and "Sort" not in plan and "Seq Scan" not in plan, plan


def _statements(jobs: QueueOfWork) -> list[str]:
    """Every SELECT that claiming the last of a share and sending one more item comes down to."""
    seen: list[str] = []

    def note(_c: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.lstrip().startswith("SELECT") and " jobs" in statement:
            seen.append(_with_values(statement, parameters))

    event.listen(jobs.database.engine, "before_cursor_execute", note)
    jobs.queue.claim(WORK, ANN)
    Reading(jobs).send("scan", [1])
    Reading(jobs).send("new", [1])
    event.remove(jobs.database.engine, "before_cursor_execute", note)
    return seen


def _with_values(statement: str, parameters: object) -> str:
    if isinstance(parameters, dict):
        for name, value in parameters.items():
            said = str(value) if isinstance(value, int) else f"'{value}'"
            statement = statement.replace(f"%({name})s", said)
        return statement.replace("%%", "%")
    for value in parameters:  # type: ignore[attr-defined]
        said = str(value) if isinstance(value, int) else f"'{value}'"
        statement = statement.replace("?", said, 1)
    return statement
