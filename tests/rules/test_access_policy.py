"""The one policy: what every role may do, and that deciding, SQL and scopes never disagree."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import scanning.batches.tables  # noqa: F401 - all tables are known before any is made
from edrms.access.model import BatchFacts, RecordFacts
from edrms.access.policy import decide, holds, require, scopes
from edrms.access.roles import PERMISSIONS, ROLES
from edrms.access.sql import visible_records
from edrms.clients.tables import ClientRow
from edrms.clock import civil_date
from edrms.db import Base, Database
from edrms.errors import Denied
from edrms.fileplan import Sensitivity, Service
from edrms.records.reading import facts_of, visible_among
from edrms.records.tables import CaseFile, Record, RecordAttachment
from tests.factories import MONDAY, actor

VIEW = "record:content:view"
CONTENT = ("record:content:view", "record:content:download")
TYPES = ("D04", "D13", "D30", "D46", "D50")
EVERY_FACT = [
    RecordFacts(frozenset(services), sensitivity)
    for count in range(3)
    for services in itertools.combinations(Service, count)
    for sensitivity in (*Sensitivity, "unknown")
]


@pytest.mark.parametrize("role", ROLES)
def test_an_unknown_permission_is_refused_to_every_role(role: str) -> None:
    for unknown in ("record:content:shred", "", "*", "record:content", "audit:event:VIEW"):
        assert not decide(actor(role), unknown).allowed
        assert not holds(actor(role), unknown)
        assert scopes(actor(role), unknown) == ()


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_an_unknown_role_and_no_role_grant_nothing(permission: str) -> None:
    for who in (actor(), actor("superuser"), actor("POST_ROOM"), actor("")):
        assert not decide(who, permission).allowed
        assert scopes(who, permission) == ()
        with pytest.raises(Denied):
            require(who, permission)


@pytest.mark.parametrize(
    ("role", "permission"), list(itertools.product(ROLES, sorted(PERMISSIONS)))
)
def test_a_role_may_do_exactly_what_it_lists(role: str, permission: str) -> None:
    listed = permission in ROLES[role].permissions
    assert decide(actor(role), permission).allowed is listed
    assert holds(actor(role), permission) is listed
    assert decide(actor(role), permission).reason


@pytest.mark.parametrize("role", ROLES)
def test_no_role_names_a_permission_that_is_not_listed(role: str) -> None:
    assert ROLES[role].permissions <= PERMISSIONS


@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_no_record_outside_its_services_or_above_its_sensitivity(
    role: str,
) -> None:
    for facts in EVERY_FACT:
        within = (
            facts.services & ROLES[role].services
            and facts.sensitivity in ROLES[role].sensitivities
            and VIEW in ROLES[role].permissions
        )
        assert decide(actor(role), VIEW, facts).allowed is bool(within)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "adoption_team"])
def test_only_the_adoption_team_reaches_sealed_records(role: str) -> None:
    sealed = RecordFacts(frozenset(Service), Sensitivity.SEALED)
    assert not decide(actor(role), VIEW, sealed).allowed


@pytest.mark.parametrize("role", ["post_room", "indexer", "auditor", "system_administrator"])
def test_who_does_not_work_with_clients_reads_no_record(role: str) -> None:
    assert scopes(actor(role), VIEW) == ()
    assert not any(decide(actor(role), VIEW, facts).allowed for facts in EVERY_FACT)


def test_a_role_does_not_lend_its_reach_to_another() -> None:
    both = actor("adoption_team", "social_worker_adults")
    sealed_adult = RecordFacts(frozenset({Service.ADULTS}), Sensitivity.SEALED)
    assert not decide(both, VIEW, sealed_adult).allowed


def test_a_batch_is_its_openers_and_theirs_who_may_see_all() -> None:
    facts = BatchFacts(opened_by=actor("post_room", name="ann").staff_id)
    assert decide(actor("post_room", name="ann"), "batch:own:view", facts).allowed
    assert not decide(actor("post_room", name="bob"), "batch:own:view", facts).allowed
    assert decide(actor("quality_supervisor", name="bob"), "batch:own:view", facts).allowed


# --- three readings of one policy, on real rows ----------------------------------------------------


records = st.lists(
    st.tuples(
        st.sampled_from(TYPES),
        st.lists(st.sampled_from(Service), max_size=2, unique=True),
        st.sampled_from([*Sensitivity, "unknown"]),
    ),
    max_size=8,
)
roles = st.lists(st.sampled_from([*ROLES, "nobody"]), max_size=3, unique=True)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('policy') / 'policy.sqlite3'}")
    Base.metadata.create_all(made.engine)
    return made


@settings(max_examples=60, deadline=None)
@given(records, roles, st.sampled_from(CONTENT))
def test_deciding_and_the_sql_filter_agree_on_every_record(
    database: Database, rows: list[tuple[str, list[Service], str]], held: list[str], asked: str
) -> None:
    who = actor(*held)
    with database.session() as session:
        ids = [_add(session, number, *row) for number, row in enumerate(rows)]
        session.flush()
        reach = scopes(who, asked)
        filtered = set(session.scalars(select(Record.record_id).where(visible_records(reach))))
        decided = {
            record.record_id
            for record in session.scalars(select(Record))
            if decide(who, asked, facts_of(record)).allowed
        }
        assert filtered == decided == set(visible_among(session, reach, ids))


def _add(
    session: Session, number: int, kind: str, services: list[Service], sensitivity: str
) -> str:
    record_id = f"r{number}"
    session.add(
        Record(
            record_id=record_id, number=number, document_type=kind, title="t", filed_at=MONDAY,
            received_on=civil_date(MONDAY), filed_by="x", sensitivity=sensitivity,
            original_name="o", batch_id="b", item_id="i", document_id=f"d{number}",
        )
    )  # fmt: skip
    for service in services:
        key = f"{record_id}-{service}"
        session.add(
            ClientRow(client_id=key, forename="A", surname="B", service=service,
                      forename_folded="a", surname_folded="b")
        )  # fmt: skip
        session.flush()
        session.add(
            CaseFile(case_file_id=key, client_id=key, record_class="A02", service=service,
                     opened_at=MONDAY)
        )  # fmt: skip
        session.flush()
        session.add(RecordAttachment(record_id=record_id, case_file_id=key))
    return record_id
