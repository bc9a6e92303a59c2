"""Brothers and sisters offered when post is indexed: only whom the indexer may find and may know of."""

from api.wiring import Instance
from edrms.access.subjects import Subject, SubjectKind
from edrms.clients.model import Client
from edrms.clients.tables import ClientRelationship
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories

GOVERNANCE = factories.actor("information_governance", name="ig")
INDEXER = factories.actor("indexer", name="ann")


def child(number: int, **given: str) -> Client:
    return factories.child(
        client_id=f"{number:032}", forename=f"Child{number}", nhs_number="", **given
    )


def tie(instance: Instance, one: Client, other: Client, kind: str = "sibling") -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        row = {"client_id": one.client_id, "other_id": other.client_id, "kind": kind}
        work.session.add(ClientRelationship(**row))
        work.journal("client:summary:add", "client", one.client_id)


def offered(instance: Instance, *clients: Client) -> list[tuple[str, str]]:
    found = instance.clients.siblings(INDEXER, [one.client_id for one in clients])
    return [(client.client_id[-1], of[-1]) for client, of in found]


def test_ties_count_both_ways_and_a_household_counts_for_children_alone(instance: Instance) -> None:
    home = {"household": "h1"}
    people = [child(1, **home), child(2, **home), child(3), child(4), child(5, household="h2")]
    mother = factories.client(client_id=f"{6:032}", household="h1")
    factories.on_the_register(instance, *people, mother)
    tie(instance, people[0], people[2])
    tie(instance, people[3], people[0])
    tie(instance, people[0], mother, "parent")
    assert offered(instance, people[0]) == [("3", "1"), ("4", "1"), ("2", "1")]
    assert offered(instance, people[0], people[2], people[3]) == [("2", "1")]
    assert offered(instance, mother) == []
    assert offered(instance, people[4]) == []
    assert offered(instance) == []


def test_neither_a_blocked_nor_a_protected_home_is_told_by_a_sibling(instance: Instance) -> None:
    ann = factories.actor("indexer", name=factories.staff_member(instance, "ann", "indexer"))
    home = {"household": "h1"}
    one, two, three = child(1, **home), child(2, **home), child(3, **home)
    factories.on_the_register(instance, one, two, three)
    guarded = Subject(SubjectKind.CLIENT, two.client_id)
    instance.guards.block(GOVERNANCE, guarded, ann.staff_id, "a relative of the child")
    found = instance.clients.siblings(ann, [one.client_id])
    assert [client.client_id for client, _of in found] == [three.client_id]
    hidden = Subject(SubjectKind.CLIENT, three.client_id)
    instance.guards.mark(GOVERNANCE, hidden, "address", "her father must not find her")
    assert instance.clients.siblings(ann, [one.client_id]) == []
    assert instance.clients.siblings(ann, [three.client_id]) == []
    assert len(instance.clients.siblings(GOVERNANCE, [three.client_id])) == 2
