"""Opening records: the event comes before the bytes, and absent and forbidden look the same."""

from collections.abc import Callable

import pytest

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.tables import Grant
from edrms.clients.model import Client
from edrms.errors import Closed, Denied, NotFound
from edrms.jobs.worker import Worker
from edrms.staff.accounts import SYSTEM
from edrms.staff.tables import StaffMember
from edrms.uow import write
from tests import factories
from tests.service.events import events

ADULTS = factories.actor("social_worker_adults")
CHILDREN = factories.actor("social_worker_children")
Look = Callable[[Instance, Actor, str], object]
LOOKS: dict[str, Look] = {
    "record:content:view": lambda i, who, record: i.viewing.open(who, record),
    "record:page:view": lambda i, who, record: i.viewing.page_image(who, record, 1),
    "record:content:print": lambda i, who, record: i.viewing.to_print(who, record),
    "record:content:download": lambda i, who, record: i.viewing.rendition(who, record, "original"),
}


@pytest.fixture
def olive(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def record_id(instance: Instance, olive: Client) -> str:
    return factories.filed_record(instance, [olive], texts=["first page", "second page"])


@pytest.mark.parametrize("action", LOOKS)
def test_every_way_of_reading_a_record_writes_its_event(
    instance: Instance, record_id: str, action: str
) -> None:
    LOOKS[action](instance, ADULTS, record_id)
    (event,) = events(instance, action)
    assert (event.actor_id, event.subject_id) == (ADULTS.staff_id, record_id)


@pytest.mark.parametrize("action", LOOKS)
def test_nothing_is_read_when_its_event_cannot_be_written(
    instance: Instance, record_id: str, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(instance.store, "open", opened.append)
    monkeypatch.setattr("edrms.uow.ACTIONS", frozenset())
    with pytest.raises(RuntimeError):
        LOOKS[action](instance, ADULTS, record_id)
    assert opened == []


@pytest.mark.parametrize("action", LOOKS)
@pytest.mark.parametrize("which", ["forbidden", "absent", "odd"])
def test_absent_and_forbidden_are_answered_alike(
    instance: Instance, record_id: str, action: str, which: str
) -> None:
    asked = {"forbidden": record_id, "absent": "0" * 32, "odd": "../secret_key"}[which]
    with pytest.raises(NotFound) as answer:
        LOOKS[action](instance, CHILDREN, asked)
    assert answer.value.message == "There is no such record, or you may not see it."
    assert answer.value.error_code == "not_found" and answer.value.fields == {}


@pytest.mark.parametrize("number", [0, -1, 3, 10**12])
def test_a_page_the_record_does_not_have_is_not_found(
    instance: Instance, record_id: str, number: int
) -> None:
    with pytest.raises(NotFound):
        instance.viewing.page_image(ADULTS, record_id, number)


def test_a_record_opens_with_its_pages_in_order_and_its_clients(
    instance: Instance, record_id: str, olive: Client
) -> None:
    opened = instance.viewing.open(ADULTS, record_id)
    assert [page.text for page in opened.pages if page] == ["first page", "second page"]
    assert opened.clients == (olive,)
    _, content = instance.viewing.rendition(ADULTS, record_id, "original")
    with content.stream:
        assert content.stream.read() == b"as it came"


def test_a_sealed_record_is_seen_by_the_adoption_team_alone(instance: Instance) -> None:
    jory = factories.child()
    factories.on_the_register(instance, jory)
    sealed = factories.filed_record(instance, [jory], document_type="D14")
    assert instance.viewing.open(factories.actor("adoption_team"), sealed)
    for role in ("social_worker_children", "team_manager", "information_governance"):
        with pytest.raises(NotFound):
            instance.viewing.open(factories.actor(role), sealed)
        shown = instance.clients.open(factories.actor(role), jory.client_id).records
        assert shown == []


def test_a_clients_file_shows_only_what_the_reader_may_see(
    instance: Instance, olive: Client, record_id: str
) -> None:
    invoice = factories.filed_record(instance, [olive], document_type="D46")
    finance = factories.actor("finance")
    for_adults = instance.clients.open(ADULTS, olive.client_id).records
    for_finance = instance.clients.open(finance, olive.client_id).records
    with pytest.raises(Closed):
        instance.clients.open(CHILDREN, olive.client_id)
    assert {row.record_id for row in for_adults} == {record_id, invoice}
    assert [row.record_id for row in for_finance] == [invoice]
    assert len(events(instance, "client:file:view", olive.client_id)) == 2


def test_looking_for_a_client_is_journalled_without_the_words(
    instance: Instance, olive: Client
) -> None:
    assert instance.clients.search(ADULTS, "tregen") == [olive]
    (event,) = events(instance, "client:summary:search")
    assert event.detail["shown"] == 1
    assert "tregen" not in repr(vars(event)).lower()


@pytest.mark.parametrize("role", ["post_room", "auditor", "system_administrator"])
def test_who_does_not_work_with_clients_opens_no_file(
    instance: Instance, olive: Client, role: str
) -> None:
    with pytest.raises(Denied):
        instance.clients.open(factories.actor(role), olive.client_id)


def test_a_guest_is_shown_only_those_clients_of_a_joint_record_it_may_find(
    instance: Instance, olive: Client, worker: Worker
) -> None:
    other = factories.client(forename="Denzel", surname="Unlisted", identifiers=())
    factories.on_the_register(instance, other)
    joint = factories.filed_record(instance, [olive, other], texts=["the periwinkle teapot"])
    guest = factories.actor("partner_guest", name="guest", teams=frozenset())
    listed_to(instance, guest, olive)
    factories.do_all(instance, worker)
    assert instance.viewing.open(guest, joint).clients == (olive,)
    assert [view.clients for view in instance.viewing.recent(guest, 5)] == [(olive,)]
    [found] = instance.search.search(guest, "periwinkle").found
    assert found.clients == (olive,)
    assert len(instance.viewing.open(ADULTS, joint).clients) == 2
    assert len(instance.viewing.open(factories.actor("records_manager"), joint).clients) == 2


def listed_to(instance: Instance, guest: Actor, person: Client) -> None:
    """A grant naming this client to the guest."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.add(StaffMember(
            staff_id=guest.staff_id, username="guest", display_name="Guest", password_hash="",
            active=True, added_at=work.now,
        ))  # fmt: skip
        work.session.flush()
        work.session.add(Grant(
            grant_id="g" * 32, staff_id=guest.staff_id, relation="listed", subject_kind="client",
            subject_id=person.client_id, reason="", placed_by="system", from_at=work.now,
        ))  # fmt: skip
        work.journal("access:grant:give", "client", person.client_id)
