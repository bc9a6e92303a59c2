"""Accounts, passwords, sessions and tokens: what is refused, what ends at once, what is never stored."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.policy import decide, holds, scopes
from edrms.clock import FixedClock
from edrms.errors import Denied, Invalid, NotFound, NotSignedIn, Refused
from edrms.staff import passwords
from edrms.staff.passwords import fault_of
from edrms.staff.sessions import CHANGE_PASSWORD
from edrms.staff.tables import ApiToken, StaffMember
from tests import factories, quick
from tests.service.events import events
from tests.service.identity import code_of, hash_quickly, member, set_up_factor

ANOTHER = "three random words"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


@pytest.fixture
def ann(instance: Instance) -> str:
    return factories.staff_member(instance, "ann", "post_room")


@pytest.fixture
def admin(instance: Instance) -> Actor:
    staff_id = factories.staff_member(instance, "adam", "system_administrator")
    return member(staff_id, "system_administrator")


# --- passwords ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["", "short", "aaaaaaaaaaaaaaaa", "password1234", "P@ssw0rd2026!!", "passwordpassword",
     "qwertyuiop123", "123456789012", "Liverpool2026!", "ann.example.2026", "x" * 1025, "Summer202626",
     "1q2w3e4r5t6y"],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    assert fault_of(password, "ann", "Ann Example")


@pytest.mark.parametrize(
    "password", [ANOTHER, factories.PASSWORD, "glas y dorlan a'r afon", "пароль для проверки",
                 "🦆" * 3 + "pond by the mill"]
)  # fmt: skip
def test_no_particular_signs_are_asked_for(password: str) -> None:
    assert fault_of(password, "ann", "Ann Example") == ""


def test_the_same_letters_typed_another_way_are_the_same_password(instance: Instance) -> None:
    composed, decomposed = (
        "caf\u00e9 an der Stra\u00dfe \ufb01n",
        "cafe\u0301 an der Stra\u00dfe fin",
    )
    stored = passwords.hash_password(composed)
    assert passwords.password_is_right(stored, decomposed)
    assert not passwords.password_is_right(stored, decomposed + " ")


@pytest.mark.parametrize("password", ["x" * (1 << 20), "\ufdfa" * 60_000, "\ud800" * 20, "\0" * 20])
def test_a_hostile_password_is_wrong_and_nothing_more(
    instance: Instance, ann: str, password: str
) -> None:
    with pytest.raises(Refused):
        instance.sessions.start("ann", password)
    with pytest.raises(Refused):
        instance.sessions.start(password, password)


def test_the_hash_tried_for_an_unknown_account_costs_what_a_kept_one_does() -> None:
    assert not quick.SHIPPED_HASHER.check_needs_rehash(quick.SHIPPED_DUMMY_HASH)
    with pytest.raises(VerifyMismatchError):
        quick.SHIPPED_HASHER.verify(quick.SHIPPED_DUMMY_HASH, factories.PASSWORD)


def test_argon2_runs_the_same_number_of_times_for_unknown_and_wrong(
    instance: Instance, ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[bytes] = []

    class Counting(PasswordHasher):
        def verify(self, stored: str | bytes, password: str | bytes) -> bool:
            counted.append(bytes(password))
            return super().verify(stored, password)

    quick = Counting(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    instance.tokens.add_program(member("x", "system_administrator"), "robot", "Robot", frozenset())
    for name in ("ann", "nobody", "robot", "x" * 500):
        for _ in range(8):  # also while the name waits
            with pytest.raises(Refused):
                instance.sessions.start(name, "wrong")
    assert len(counted) == 32


def test_changing_ones_password_ends_every_other_session(instance: Instance, ann: str) -> None:
    here, there = (instance.sessions.start("ann", factories.PASSWORD) for _ in range(2))
    found = instance.sessions.find(here)
    assert found is not None
    for bad in ("short", "ann ann ann ann", factories.PASSWORD):
        with pytest.raises(Invalid):
            instance.administration.change_own_password(found.actor, found.session_id, bad)
    assert instance.sessions.find(there)
    instance.administration.change_own_password(found.actor, found.session_id, ANOTHER)
    assert instance.sessions.find(here) and instance.sessions.find(there) is None
    assert instance.sessions.start("ann", ANOTHER)
    with pytest.raises(Refused):
        instance.sessions.start("ann", factories.PASSWORD)


def test_a_password_set_by_an_administrator_must_be_changed(
    instance: Instance, ann: str, admin: Actor
) -> None:
    token = instance.sessions.start("ann", factories.PASSWORD)
    instance.administration.set_password(admin, ann, ANOTHER)
    assert instance.sessions.find(token) is None
    found = instance.sessions.find(instance.sessions.start("ann", ANOTHER))
    assert found is not None and found.must == CHANGE_PASSWORD
    instance.administration.change_own_password(found.actor, found.session_id, "and another one")
    after = instance.sessions.find(instance.sessions.start("ann", "and another one"))
    assert after is not None and after.must == ""


# --- accounts -------------------------------------------------------------------------------------


def test_a_person_deactivated_mid_session_is_out_at_once_with_every_token(
    instance: Instance, ann: str, admin: Actor
) -> None:
    token = instance.sessions.start("ann", factories.PASSWORD)
    instance.administration.deactivate(admin, ann)
    assert instance.sessions.find(token) is None
    with pytest.raises(Refused):
        instance.sessions.start("ann", factories.PASSWORD)
    with pytest.raises(NotSignedIn):
        instance.sessions.prove(token, factories.PASSWORD, "")
    instance.administration.reactivate(admin, ann)
    assert instance.sessions.find(token) is None
    assert instance.sessions.start("ann", factories.PASSWORD)


def test_nobody_changes_their_own_account(instance: Instance, admin: Actor) -> None:
    keep = instance.administration
    for act in (
        lambda: keep.deactivate(admin, admin.staff_id),
        lambda: keep.give(admin, admin.staff_id, "team_manager"),
        lambda: keep.take(admin, admin.staff_id, "system_administrator"),
        lambda: keep.set_password(admin, admin.staff_id, ANOTHER),
    ):
        with pytest.raises(Refused):
            act()


def test_nobody_without_the_permission_keeps_accounts(instance: Instance, ann: str) -> None:
    pat, keep = member("pat", "post_room"), instance.administration
    for act in (
        lambda: keep.page(pat, 10, 0),
        lambda: keep.show(pat, ann),
        lambda: keep.add(pat, "new", "New", ANOTHER, frozenset()),
        lambda: keep.deactivate(pat, ann),
        lambda: keep.give(pat, ann, "team_manager"),
        lambda: instance.session_lists.of(pat, ann),
        lambda: instance.session_lists.end_anothers(pat, ann),
        lambda: instance.tokens.list(pat),
        lambda: instance.tokens.revoke(pat, "x"),
    ):
        with pytest.raises(Denied):
            act()


def test_of_two_administrators_who_deactivate_each_other_one_stays(
    instance: Instance, admin: Actor
) -> None:
    other = member(factories.staff_member(instance, "eve", "system_administrator"),
                   "system_administrator")  # fmt: skip
    instance.administration.deactivate(admin, other.staff_id)
    with pytest.raises(NotFound):
        instance.administration.deactivate(other, admin.staff_id)
    with instance.database.read() as session:
        assert session.get_one(StaffMember, admin.staff_id).active


def test_a_role_counts_from_the_next_request_and_not_after_it_is_taken(
    instance: Instance, ann: str, admin: Actor
) -> None:
    token = instance.sessions.start("ann", factories.PASSWORD)
    instance.administration.give(admin, ann, "auditor")
    found = instance.sessions.find(token)
    assert found is not None and holds(found.actor, "audit:event:view")
    instance.administration.take(admin, ann, "auditor")
    found = instance.sessions.find(token)
    assert found is not None and not holds(found.actor, "audit:event:view")
    with pytest.raises(Invalid):
        instance.administration.give(admin, ann, "superuser")
    with pytest.raises(Invalid):
        past = instance.clock.now() - SECOND
        instance.administration.give(admin, ann, "auditor", past)


def test_a_role_with_an_end_ends_of_itself_and_some_roles_need_one(
    instance: Instance, ann: str, admin: Actor, clock: FixedClock
) -> None:
    token = instance.sessions.start("ann", factories.PASSWORD)
    soon = clock.now() + timedelta(minutes=30)
    instance.administration.give(admin, ann, "auditor")
    instance.administration.give(admin, ann, "auditor", soon)
    assert instance.administration.show(admin, ann).roles["auditor"] == soon
    found = instance.sessions.find(token)
    assert found is not None and holds(found.actor, "audit:event:view")
    clock.advance(timedelta(minutes=30))
    found = instance.sessions.find(token)
    assert found is not None and not holds(found.actor, "audit:event:view")
    with pytest.raises(Invalid):
        instance.administration.give(admin, ann, "partner_guest")


# --- sessions -------------------------------------------------------------------------------------


def test_a_proof_gives_another_token_and_the_old_one_is_worth_nothing(
    instance: Instance, ann: str, clock: FixedClock
) -> None:
    token = instance.sessions.start("ann", factories.PASSWORD)
    before = instance.sessions.find(token)
    clock.advance(timedelta(minutes=20))
    proved = instance.sessions.prove(token, factories.PASSWORD, "").token
    after = instance.sessions.find(proved)
    assert before is not None and after is not None
    assert instance.sessions.find(token) is None
    assert after.session_id == before.session_id and after.csrf_token != before.csrf_token
    assert after.proved_at == clock.now() > before.proved_at
    clock.advance(timedelta(hours=12))
    assert instance.sessions.find(proved) is None


def test_a_wrong_proof_changes_nothing_and_is_slowed(instance: Instance, ann: str) -> None:
    token = instance.sessions.start("ann", factories.PASSWORD)
    for _ in range(6):
        with pytest.raises(Refused):
            instance.sessions.prove(token, "wrong", "")
    with pytest.raises(Refused):
        instance.sessions.prove(token, factories.PASSWORD, "")
    assert instance.sessions.find(token)


def test_a_proof_wants_the_second_factor_too_and_its_code_once(
    instance: Instance, ann: str, clock: FixedClock
) -> None:
    secret, _ = set_up_factor(instance, ann)
    clock.advance(timedelta(minutes=1))
    code = code_of(instance, secret)
    token = instance.sessions.start("ann", factories.PASSWORD, code)
    for bad in ("", "000000", code):
        with pytest.raises(Refused):
            instance.sessions.prove(token, factories.PASSWORD, bad)
    assert instance.sessions.prove(token, factories.PASSWORD, code_of(instance, secret, 1))


def test_sessions_are_listed_and_ended_by_their_owner_and_by_no_other(
    instance: Instance, ann: str
) -> None:
    bob = factories.staff_member(instance, "bob", "indexer")
    tokens = [instance.sessions.start("ann", factories.PASSWORD) for _ in range(3)]
    rows = instance.session_lists.own(member(ann))
    assert len(rows) == 3
    assert instance.session_lists.own(member(bob)) == ()
    for absent in (rows[0].session_id, "0" * 32):
        with pytest.raises(NotFound):
            instance.session_lists.end_own(member(bob), absent)
    found = instance.sessions.find(tokens[1])
    assert found is not None
    instance.session_lists.end_own(member(ann), found.session_id)
    assert instance.sessions.find(tokens[1]) is None
    assert instance.sessions.find(tokens[0]) and instance.sessions.find(tokens[2])


def test_an_administrator_ends_all_sessions_of_a_person(
    instance: Instance, ann: str, admin: Actor
) -> None:
    tokens = [instance.sessions.start("ann", factories.PASSWORD) for _ in range(3)]
    instance.session_lists.end_anothers(admin, ann)
    assert [instance.sessions.find(token) for token in tokens] == [None] * 3
    [event] = events(instance, "staff:session:end", ann)
    assert (event.actor_id, event.detail["sessions"]) == (admin.staff_id, 3)


# --- tokens ---------------------------------------------------------------------------------------


@pytest.fixture
def program(instance: Instance, admin: Actor) -> str:
    roles = frozenset({"quality_supervisor"})
    return instance.tokens.add_program(admin, "scanner", "The scanner", roles)


def issue(instance: Instance, admin: Actor, *names: str, days: int = 30) -> str:
    until = instance.clock.now() + timedelta(days=days)
    wanted = frozenset(names or {"batch:list:open"})
    return instance.tokens.issue(admin, "scanner", "Scanning", wanted, until)


@pytest.mark.usefixtures("program")
def test_a_token_does_what_it_is_for_and_nothing_else_its_role_could(
    instance: Instance, admin: Actor
) -> None:
    actor = instance.tokens.find(issue(instance, admin, "batch:list:open", "search:index:query"))
    assert actor is not None
    assert holds(actor, "batch:list:open") and decide(actor, "batch:list:open").allowed
    assert not holds(actor, "batch:all:view") and not decide(actor, "batch:all:view").allowed
    assert not holds(actor, "search:index:query") and scopes(actor, "search:index:query") == ()


@pytest.mark.usefixtures("program")
def test_only_a_hash_of_a_token_is_stored(instance: Instance, admin: Actor) -> None:
    token = issue(instance, admin)
    with instance.database.read() as session:
        [row] = session.query(ApiToken)
    assert token.startswith(row.prefix) and len(row.prefix) < 20
    assert token not in (row.token_hash, row.prefix)
    for forged in (token[:-1], token + "x", row.token_hash, row.prefix, "edrms_", "", "\0"):
        assert instance.tokens.find(forged) is None


@pytest.mark.usefixtures("program")
def test_a_token_ends_with_its_time_its_revoking_and_its_programs_account(
    instance: Instance, admin: Actor, clock: FixedClock, program: str
) -> None:
    short, revoked, other = issue(instance, admin, days=1), issue(instance, admin), issue(
        instance, admin
    )  # fmt: skip
    [entry] = [one for one in instance.tokens.list(admin) if revoked.startswith(one.prefix)]
    instance.tokens.revoke(admin, entry.token_id)
    assert instance.tokens.find(revoked) is None
    with pytest.raises(Refused):
        instance.tokens.revoke(admin, entry.token_id)
    assert instance.tokens.find(short)
    clock.advance(timedelta(days=1))
    assert instance.tokens.find(short) is None
    assert instance.tokens.find(other)
    instance.administration.deactivate(admin, program)
    assert instance.tokens.find(other) is None


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("names", "days", "field"),
    [
        ({"record:content:shred"}, 30, "scopes"),
        (set(), 30, "scopes"),
        ({"batch:list:open"}, 366, "expires_on"),
        ({"batch:list:open"}, 0, "expires_on"),
    ],
)
def test_a_token_without_end_or_for_unknown_things_is_not_made(
    instance: Instance, admin: Actor, names: set[str], days: int, field: str
) -> None:
    until = instance.clock.now() + timedelta(days=days)
    with pytest.raises(Invalid) as wrong:
        instance.tokens.issue(admin, "scanner", "Scanning", frozenset(names), until)
    assert list(wrong.value.fields) == [field]


@pytest.mark.usefixtures("ann", "program")
def test_a_person_has_no_token_and_a_program_no_password(instance: Instance, admin: Actor) -> None:
    until = instance.clock.now() + timedelta(days=1)
    with pytest.raises(Invalid):
        instance.tokens.issue(admin, "ann", "Ann", frozenset({"batch:list:open"}), until)
    for password in ("", factories.PASSWORD, "a password nobody has"):
        with pytest.raises(Refused):
            instance.sessions.start("scanner", password)
    with pytest.raises(Refused):
        instance.administration.set_password(admin, instance.administration.page(
            admin, 10, 0)[-1].staff_id, ANOTHER)  # fmt: skip


@pytest.mark.usefixtures("program")
def test_the_last_use_of_a_token_is_known_to_the_minute(
    instance: Instance, admin: Actor, clock: FixedClock
) -> None:
    token = issue(instance, admin)
    assert instance.tokens.list(admin)[0].last_used_at is None
    instance.tokens.find(token)
    first = clock.now()
    clock.advance(SECOND)
    instance.tokens.find(token)
    assert instance.tokens.list(admin)[0].last_used_at == first
    clock.advance(timedelta(minutes=1))
    instance.tokens.find(token)
    assert instance.tokens.list(admin)[0].last_used_at == clock.now()
