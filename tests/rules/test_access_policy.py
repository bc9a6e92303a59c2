"""The one policy: deny by default, permissions as listed, batches. Roles: test_access_roles.py; that
all its readings agree: tests/service/test_access_agreement.py."""

import itertools

import pytest

import scanning.batches.tables  # noqa: F401 - all tables are known before any is made
from edrms.access.model import BatchFacts
from edrms.access.policy import decide, holds, require, scopes
from edrms.access.roles import PERMISSIONS, ROLES
from edrms.errors import Denied
from tests.factories import actor


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


def test_a_batch_is_its_openers_and_theirs_who_may_see_all() -> None:
    facts = BatchFacts(opened_by=actor("post_room", name="ann").staff_id)
    assert decide(actor("post_room", name="ann"), "batch:own:view", facts).allowed
    assert not decide(actor("post_room", name="bob"), "batch:own:view", facts).allowed
    assert decide(actor("quality_supervisor", name="bob"), "batch:own:view", facts).allowed
