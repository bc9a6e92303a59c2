"""Blocks, markings, seals and grants on real rows: what they do at once, and what they refuse."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from api.wiring import Instance
from edrms.access.model import Actor, Relation
from edrms.access.subjects import Subject, SubjectKind
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.clients.model import Client, Identifier
from edrms.clock import FixedClock
from edrms.errors import Closed, Conflict, Denied, Invalid, NotFound, Refused
from edrms.ids import ClientId
from tests import factories
from tests.service.events import events

REASON = "asked for by the team manager"
REVIEW = date(2026, 9, 1)
GOVERNANCE = factories.actor("information_governance", name="ig")
MANAGER = factories.actor("team_manager", name="manager")
ADOPTION = factories.actor("adoption_team", name="adoption")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", factories.fixed_clock())
    yield made
    made.database.close()


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


@pytest.fixture
def worker(instance: Instance) -> Actor:
    return _signed_up(instance, "wenna", "social_worker_children")


def _signed_up(instance: Instance, name: str, *roles: str, **given: object) -> Actor:
    staff_id = factories.staff_member(instance, name, *roles)
    return replace(factories.actor(*roles), staff_id=staff_id, **given)  # type: ignore[arg-type]


def _client(person: Client) -> Subject:
    return Subject(SubjectKind.CLIENT, person.client_id)


def _record(record_id: str) -> Subject:
    return Subject(SubjectKind.RECORD, record_id)


def _sees(instance: Instance, who: Actor, record_id: str) -> bool:
    try:
        instance.viewing.open(who, record_id)
    except (NotFound, Denied):
        return False
    return True


def test_a_block_beats_every_role_and_hides_client_and_record_alike(
    instance: Instance, jory: Client, worker: Actor
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    everything = replace(
        worker, roles=frozenset({"information_governance", "adoption_team", "emergency_duty",
                                 "team_manager", "system_administrator"}),
    )  # fmt: skip
    assert _sees(instance, everything, record_id)
    instance.guards.block(GOVERNANCE, _client(jory), worker.staff_id, REASON)
    assert not _sees(instance, everything, record_id)
    assert instance.clients.search(everything, "penrose") == []
    with pytest.raises(NotFound):
        instance.clients.open(everything, jory.client_id)
    assert instance.viewing.visible(everything, [record_id]) == frozenset()


def test_a_lifted_block_lets_in_again_and_both_are_journalled_with_their_reasons_apart(
    instance: Instance, jory: Client, worker: Actor
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    block_id = instance.guards.block(GOVERNANCE, _client(jory), worker.staff_id, REASON)
    instance.guards.lift_block(GOVERNANCE, block_id, "they are no longer married")
    assert _sees(instance, worker, record_id)
    for action, words in (("place", REASON), ("lift", "they are no longer married")):
        [event] = events(instance, f"access:block:{action}", jory.client_id)
        assert event.detail_digest and words not in str(event.detail)
        with instance.database.read() as session:
            assert session.get(AuditDetail, event.event_id).text == words  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("marking", "hidden_from"),
    [
        ("restricted", "business_support_children"),
        ("address", "business_support_children"),
        ("exempt-5", "partner_guest"),
    ],
)
def test_a_marking_takes_effect_at_the_next_question(
    instance: Instance, jory: Client, marking: str, hidden_from: str
) -> None:
    who = _signed_up(instance, "sam", hidden_from)
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    until = instance.clock.now() + timedelta(days=30)
    instance.guards.grant(GOVERNANCE, _client(jory), who.staff_id, Relation.LISTED, until, REASON)
    assert _sees(instance, who, record_id)
    review = REVIEW if marking == "restricted" else None
    placed = instance.guards.mark(MANAGER, _record(record_id), marking, REASON, review)
    assert not _sees(instance, who, record_id)
    assert _sees(instance, MANAGER, record_id)
    instance.guards.lift_marking(MANAGER, placed, REASON)
    assert _sees(instance, who, record_id)


def test_a_protected_address_is_neither_shown_nor_found_by(instance: Instance) -> None:
    person = factories.child(address_lines=("1 Hidden Row",), postcode="TR1 1AA")
    factories.on_the_register(instance, person)
    support = factories.actor("business_support_children")
    assert instance.clients.search(support, "TR1")[0].postcode == "TR1 1AA"
    instance.guards.mark(MANAGER, _client(person), "address", REASON)
    assert instance.clients.search(support, "TR1") == []
    [found] = instance.clients.search(support, "penrose")
    assert (found.address_lines, found.postcode, found.uprn, found.household) == ((), "", "", "")
    assert instance.clients.open(support, person.client_id).client.postcode == ""
    assert instance.clients.search(MANAGER, "TR1")[0].address_lines == ("1 Hidden Row",)


def test_a_seal_closes_the_file_to_all_but_those_admitted(
    instance: Instance, jory: Client, worker: Actor
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    instance.seals.seal(ADOPTION, jory.client_id, "adoption order made")
    for who in (worker, MANAGER, GOVERNANCE, factories.actor("emergency_duty")):
        assert not _sees(instance, who, record_id)
        assert instance.clients.search(who, "penrose") == []
        with pytest.raises(NotFound):
            instance.clients.open(who, jory.client_id)
    assert _sees(instance, ADOPTION, record_id)
    until = instance.clock.now() + timedelta(days=7)
    instance.guards.grant(
        ADOPTION, _client(jory), worker.staff_id, Relation.ADMITTED, until, REASON
    )
    assert _sees(instance, worker, record_id)


def test_the_new_identity_is_not_led_to_from_the_old(instance: Instance, jory: Client) -> None:
    new = factories.child(
        forename="Rowan", surname="Angove", nhs_number="9434765919", household="angove",
        identifiers=(Identifier("LCS", "LCS-900001"),),
    )  # fmt: skip
    factories.on_the_register(instance, new)
    sealing = instance.seals.seal(ADOPTION, jory.client_id, "adoption order made", new.client_id)
    assert sealing.naming == ()
    assert instance.seals.identities(ADOPTION, new.client_id) == [jory.client_id]
    for who in (MANAGER, GOVERNANCE):
        assert [one.client_id for one in instance.clients.search(who, "angove")] == [new.client_id]
        with pytest.raises(Denied):
            instance.seals.identities(who, new.client_id)


@pytest.mark.parametrize(
    "shared",
    [
        {"nhs_number": "9434765870"},
        {"household": "penrose"},
        {"identifiers": (Identifier("LCS", "LCS-118822"),)},
        {"forename": "Jory", "surname": "Penrose"},
    ],
)
def test_identities_that_share_what_a_search_finds_are_refused(
    instance: Instance, jory: Client, shared: dict[str, object]
) -> None:
    apart: dict[str, object] = {
        "forename": "Rowan", "surname": "Angove", "nhs_number": "9434765919",
        "household": "angove", "identifiers": (),
    }  # fmt: skip
    new = factories.child(**apart | shared)
    factories.on_the_register(instance, new)
    with pytest.raises(Refused, match="share"):
        instance.seals.seal(ADOPTION, jory.client_id, "adoption order made", new.client_id)
    assert instance.clients.search(MANAGER, "LCS-118822") != []


def test_a_record_on_the_new_file_that_has_the_old_name_is_named(
    instance: Instance, jory: Client
) -> None:
    new = factories.child(
        forename="Rowan", surname="Angove", nhs_number="9434765919", household="angove",
        identifiers=(),
    )  # fmt: skip
    factories.on_the_register(instance, new)
    telling = factories.filed_record(
        instance, [new], document_type="D05", texts=["Formerly known as Jory Penrose."]
    )
    sealing = instance.seals.seal(ADOPTION, jory.client_id, "adoption order made", new.client_id)
    assert sealing.naming == (telling,)


def test_a_grant_ends_by_itself_or_at_once_when_it_is_ended(
    instance: Instance, worker: Actor, jory: Client
) -> None:
    outsider = replace(worker, teams=frozenset())
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    clock = instance.clock
    assert isinstance(clock, FixedClock)
    assert not _sees(instance, outsider, record_id)

    def let_in(days: int) -> str:
        until = clock.now() + timedelta(days=days)
        return instance.guards.grant(
            MANAGER, _client(jory), outsider.staff_id, Relation.GRANTED, until, REASON
        )

    let_in(2)
    assert _sees(instance, outsider, record_id)
    clock.advance(timedelta(days=2))
    assert not _sees(instance, outsider, record_id)
    second = let_in(2)
    assert _sees(instance, outsider, record_id)
    instance.guards.end_grant(MANAGER, second, REASON)
    assert not _sees(instance, outsider, record_id)


def test_what_is_wrong_is_refused_and_changes_nothing(
    instance: Instance, jory: Client, worker: Actor
) -> None:
    guards, client, now = instance.guards, _client(jory), instance.clock.now()
    later, staff = now + timedelta(days=1), worker.staff_id
    before = _number_of_events(instance)
    wrong = [
        (Invalid, lambda: guards.block(GOVERNANCE, client, staff, "  why?  ")),
        (Invalid, lambda: guards.block(GOVERNANCE, client, "0" * 32, REASON)),
        (Refused, lambda: guards.block(GOVERNANCE, client, GOVERNANCE.staff_id, REASON)),
        (Denied, lambda: guards.block(worker, client, staff, REASON)),
        (Invalid, lambda: guards.mark(MANAGER, client, "secret", REASON)),
        (Invalid, lambda: guards.mark(MANAGER, client, "sealed", REASON)),
        (Invalid, lambda: guards.mark(MANAGER, client, "exempt-1", REASON)),
        (Invalid, lambda: guards.mark(MANAGER, client, "restricted", REASON)),
        (Invalid, lambda: guards.mark(MANAGER, client, "restricted", REASON, date(2026, 5, 1))),
        (NotFound, lambda: guards.mark(MANAGER, _record(jory.client_id), "address", REASON)),
        (NotFound, lambda: guards.end_grant(MANAGER, "0" * 32, REASON)),
        (Invalid, lambda: guards.grant(MANAGER, client, staff, Relation.GRANTED, now, REASON)),
        (Invalid, lambda: guards.grant(
            MANAGER, client, staff, Relation.GRANTED, now + timedelta(days=400), REASON)),
        (Invalid, lambda: guards.grant(MANAGER, client, staff, Relation.GLASS, later, REASON)),
        (Invalid, lambda: guards.grant(MANAGER, client, staff, Relation.ANY, later, REASON)),
        (Refused, lambda: guards.grant(
            MANAGER, client, MANAGER.staff_id, Relation.GRANTED, later, REASON)),
        (Denied, lambda: guards.grant(MANAGER, client, staff, Relation.ADMITTED, later, REASON)),
        (NotFound, lambda: instance.seals.seal(ADOPTION, "0" * 32, REASON)),
    ]  # fmt: skip
    for family, call in wrong:
        with pytest.raises(family):
            call()
    assert _number_of_events(instance) == before


def test_the_same_twice_is_a_conflict(instance: Instance, jory: Client, worker: Actor) -> None:
    instance.guards.block(GOVERNANCE, _client(jory), worker.staff_id, REASON)
    with pytest.raises(Conflict):
        instance.guards.block(GOVERNANCE, _client(jory), worker.staff_id, REASON)
    placed = instance.guards.mark(MANAGER, _client(jory), "address", REASON)
    instance.guards.lift_marking(MANAGER, placed, REASON)
    with pytest.raises(Conflict):
        instance.guards.lift_marking(MANAGER, placed, REASON)


def test_one_granting_and_one_blocking_at_once_ends_blocked(
    instance: Instance, jory: Client, worker: Actor
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    start = Barrier(2)
    until = instance.clock.now() + timedelta(days=1)

    def grant() -> None:
        start.wait()
        instance.guards.grant(
            MANAGER, _client(jory), worker.staff_id, Relation.GRANTED, until, REASON
        )

    def block() -> None:
        start.wait()
        instance.guards.block(GOVERNANCE, _client(jory), worker.staff_id, REASON)

    both = [Thread(target=grant), Thread(target=block)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(events(instance, "access:grant:give", jory.client_id)) == 1
    assert len(events(instance, "access:block:place", jory.client_id)) == 1
    assert not _sees(instance, worker, record_id)


def test_a_client_nobody_is_allocated_to_is_closed_to_case_workers(instance: Instance) -> None:
    nobodys = factories.child(client_id=ClientId("f" * 32))
    factories.on_the_register(instance, nobodys, allocated=False)
    record_id = factories.filed_record(instance, [nobodys], document_type="D05")
    for role in ("social_worker_children", "team_manager", "business_support_children"):
        assert not _sees(instance, factories.actor(role), record_id)
        with pytest.raises(Closed):
            instance.clients.open(factories.actor(role), nobodys.client_id)


def _number_of_events(instance: Instance) -> int:
    with instance.database.read() as session:
        return session.query(AuditEvent).count()
