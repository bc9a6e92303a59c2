"""An office in which letters go on the wrong file, for the tests of putting it right. Holds no test."""

from dataclasses import dataclass

from sqlalchemy import select

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.standing import actor_at
from edrms.clients.model import Client, Identifier
from edrms.incidents.cases import Case
from edrms.incidents.misfiles import Repair, Repaired
from edrms.records.reading import client_ids_of
from edrms.records.tables import Record
from edrms.staff.tables import StaffMember
from scanning.batches.tables import Document
from scanning.indexing.filing import IndexDecision
from tests import factories

WHY = "The letter names another Olive, born in 1955."
POST_ROOM = factories.actor("post_room")


def percy() -> Client:
    """Somebody else, whom the letter is about."""
    return factories.client(
        forename="Percy", surname="Rosewarne", nhs_number="9434765897",
        identifiers=(Identifier("LAS", "LAS-300001"),),
    )  # fmt: skip


@dataclass
class Office:
    """People who read, and those who put right, on an instance with two adults."""

    instance: Instance
    olive: Client
    percy: Client

    def __post_init__(self) -> None:
        factories.on_the_register(self.instance, self.olive, self.percy)
        for name, role in (
            ("wren", "social_worker_adults"), ("tom", "team_manager"),
            ("iggy", "information_governance"), ("quin", "quality_supervisor"),
            ("ina", "indexer"), ("ada", "adoption_team"),
        ):  # fmt: skip
            factories.staff_member(self.instance, name, role)

    def who(self, name: str) -> Actor:
        """Somebody as they stand now."""
        with self.instance.database.read() as session:
            staff = session.scalars(select(StaffMember).where(StaffMember.username == name)).one()
            return actor_at(session, staff.staff_id, staff.display_name, self.instance.clock.now())

    def filed(self, *people: Client) -> str:
        """A record on these files, without scanning."""
        return factories.filed_record(self.instance, people or (self.olive,))

    def letter(self, to: Client | None = None) -> str:
        """A record that came by post and filed itself."""
        document = self.post(to or self.olive)
        assert document.record_id
        return document.record_id

    def post(self, to: Client) -> Document:
        """A letter that came by post and was read."""
        worker = factories.a_worker(self.instance, factories.shared_reader())
        batch = factories.read_in(
            self.instance, worker, POST_ROOM, {"letter.txt": factories.letter_to(to)}
        )
        [document] = factories.documents(self.instance, batch.items[0].item_id)
        return document

    def record(self, record_id: str) -> Record:
        with self.instance.database.read() as session:
            return session.get_one(Record, record_id)

    def on_files_of(self, record_id: str) -> set[str]:
        return set(client_ids_of(self.record(record_id)))

    def document(self, record_id: str) -> Document:
        with self.instance.database.read() as session:
            return session.scalars(select(Document).where(Document.record_id == record_id)).one()

    def repair(
        self, record_id: str, *right: Client, wrong: tuple[Client, ...] = (), by: str = "iggy",
        reason: str = WHY, version: int = 0,
    ) -> Repaired:  # fmt: skip
        """Take it off Olive's file unless said otherwise, as the record is now."""
        said = Repair(
            version=version or self.record(record_id).version,
            wrong=tuple(one.client_id for one in wrong or (self.olive,)),
            right=tuple(one.client_id for one in right), reason=reason,
        )  # fmt: skip
        return self.instance.wrong_person.repair(self.who(by), record_id, said)

    def case(self, incident_id: str, by: str = "iggy") -> Case:
        return self.instance.incidents.open(self.who(by), incident_id)

    def index(self, record_id: str, *people: Client, by: str = "ina") -> str:
        """File again what waits in the queue, on these files."""
        return self.index_document(self.document(record_id).document_id, *people, by=by)

    def index_document(self, document_id: str, *people: Client, by: str = "ina") -> str:
        """File what waits in the queue, on these files."""
        decision = IndexDecision(
            document_type="D30", client_ids=tuple(one.client_id for one in people),
            document_date=None, title="Review of the plan", evidence={"by": "person"},
        )  # fmt: skip
        self.instance.desk.open(self.who(by), document_id)
        return self.instance.desk.file(self.who(by), document_id, decision)
