"""A waiting document that names somebody an indexer may not find is not there for that indexer."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import delete, select

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.clients.model import Client
from edrms.errors import Invalid, NotFound
from edrms.jobs.worker import Worker
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.batches.tables import SuggestedClient
from scanning.indexing.filing import IndexDecision
from tests import factories

POST_ROOM = factories.actor("post_room")
GOVERNANCE = factories.actor("information_governance", name="ig")
ADOPTION = factories.actor("adoption_team", name="adoption")
ABSENT = "0" * 32
NAMES_JORY = "Re: Jory Penrose\nHe was seen at school on Tuesday.\n"


def indexer(instance: Instance, name: str) -> Actor:
    return factories.actor("indexer", name=factories.staff_member(instance, name, "indexer"))


@pytest.fixture
def ann(instance: Instance) -> Actor:
    return indexer(instance, "ann")


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


@pytest.fixture
def named(instance: Instance, worker: Worker, jory: Client) -> str:
    """A document whose suggestion names Jory, beside one that names nobody."""
    factories.read_in(instance, worker, POST_ROOM, {"jory.txt": NAMES_JORY})
    factories.read_in(instance, worker, POST_ROOM, {"other.txt": "A note of the allotment."})
    [document] = [d for d in factories.documents(instance) if d.item.name == "jory.txt"]
    assert jory.client_id in [one["client_id"] for one in document.suggestion["clients"]]
    return document.document_id


def client(person: Client) -> Subject:
    return Subject(SubjectKind.CLIENT, person.client_id)


def block(instance: Instance, jory: Client, ann: Actor) -> None:
    instance.guards.block(GOVERNANCE, client(jory), ann.staff_id, "a relative of the child")


def seal(instance: Instance, jory: Client, _ann: Actor) -> None:
    instance.seals.seal(ADOPTION, jory.client_id, "adopted by another family")


CLOSED = pytest.mark.parametrize("close", [block, seal])
Close = Callable[[Instance, Client, Actor], None]


@CLOSED
def test_it_is_not_listed_counted_or_given_out_and_every_other_is(
    instance: Instance, named: str, jory: Client, ann: Actor, close: Close
) -> None:
    assert instance.desk.waiting(ann).documents == len(instance.desk.queue(ann)) == 2
    close(instance, jory, ann)
    [other] = [one.document_id for one in instance.desk.queue(ann)]
    assert other != named
    assert instance.desk.waiting(ann).documents == 1
    assert instance.desk.take_next(ann) == other
    assert instance.desk.open_to(ann, [named, other]) == {other}


@CLOSED
def test_asked_for_by_its_id_it_is_absent_even_while_in_hand(
    instance: Instance, named: str, jory: Client, ann: Actor, close: Close
) -> None:
    instance.desk.open(ann, named)
    close(instance, jory, ann)
    decision = IndexDecision("D05", (jory.client_id,), date(2026, 5, 18), "x", {})
    for ask in (
        lambda one: instance.desk.open(ann, one),
        lambda one: instance.desk.page(ann, one, 1),
        lambda one: instance.desk.contents(ann, one),
        lambda one: instance.desk.file(ann, one, decision),
        lambda one: instance.desk.skip(ann, one, "cannot tell"),
        lambda one: instance.desk.reject(ann, one, "not ours"),
        lambda one: instance.desk.restore(ann, one),
    ):
        with pytest.raises(NotFound) as hidden:
            ask(named)
        with pytest.raises(NotFound) as absent:
            ask(ABSENT)
        assert hidden.value.message == absent.value.message
    assert instance.desk.take_next(ann) != named


def test_a_colleague_without_the_conflict_still_works_on_it(
    instance: Instance, named: str, jory: Client, ann: Actor
) -> None:
    block(instance, jory, ann)
    bob = indexer(instance, "bob")
    assert instance.desk.waiting(bob).documents == 2
    assert instance.desk.open(bob, named).document_id == named


def test_post_about_a_sealed_person_is_indexed_by_those_who_may_find_them(
    instance: Instance, named: str, jory: Client, ann: Actor
) -> None:
    seal(instance, jory, ann)
    assert instance.desk.open(ADOPTION, named).document_id == named


@CLOSED
def test_nothing_is_filed_on_a_person_who_may_not_be_found_and_the_answer_is_that_of_an_absent_one(
    instance: Instance, named: str, jory: Client, ann: Actor, close: Close
) -> None:
    [other] = [d.document_id for d in factories.documents(instance) if d.document_id != named]
    found = factories.client()
    factories.on_the_register(instance, found)
    close(instance, jory, ann)
    said = []
    for who in (jory.client_id, ABSENT):
        decision = IndexDecision("D05", (found.client_id, who), date(2026, 5, 18), "x", {})
        with pytest.raises(Invalid) as refused:
            instance.desk.file(ann, other, decision)
        said.append((refused.value.message, refused.value.fields))
    assert said[0] == said[1]
    decision = IndexDecision("D05", (found.client_id,), date(2026, 5, 18), "x", {})
    assert instance.desk.file(ann, other, decision)


def test_the_guard_is_what_hides_it(
    instance: Instance, named: str, jory: Client, ann: Actor
) -> None:
    """Without the row that says whom it names, the document would be shown: the rows are all there is."""
    block(instance, jory, ann)
    with write(instance.database, SYSTEM, instance.clock) as work:
        rows = work.session.scalars(select(SuggestedClient.client_id)).all()
        assert jory.client_id in rows
        work.session.execute(delete(SuggestedClient))
        work.journal("document:index:suggest", "document", named)
    assert instance.desk.waiting(ann).documents == 2
