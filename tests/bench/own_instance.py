"""An instance of the product for measuring: its own directory, real engines, real processes.

Nothing is measured here; bench and quality both stand on it. The people are the sample post's or
whoever the caller adds.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select

from api.setting_up import make_instance, staff_actor
from api.supervisor import Supervisor
from api.uploads import file_chunks
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.roles import ROLES
from edrms.clients.model import Client, Identifier
from edrms.clients.tables import ClientRow
from edrms.ids import ClientId
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.indexing.filing import IndexDecision
from scanning.intake.delivery import Delivery
from scanning.sample_post.people import make_clients
from tests import factories

PASSWORD = "measured, not guarded"
POLL_S = 0.1
FALLBACK_TYPE = "D61"


@dataclass(frozen=True)
class OwnInstance:
    """A running instance. operator: who sends files and indexes what waits."""

    instance: Instance
    supervisor: Supervisor
    operator: Actor

    def send(self, paths: Iterable[Path], received_on: date | None = None) -> list[str]:
        """Receive these files into one new batch; their item ids in the same order."""
        intake = self.instance.intake
        delivery = Delivery(received_on=received_on)
        batch_id = intake.open_batch(self.operator, channel="folder", delivery=delivery)
        return [self._receive(batch_id, path) for path in paths]

    def _receive(self, batch_id: str, path: Path) -> str:
        with path.open("rb") as file:
            chunks = file_chunks(file)
            return self.instance.intake.receive_file(
                self.operator, batch_id, path.name, chunks
            ).item_id

    def wait_until_quiet(self, timeout_s: float = 1800) -> None:
        """Return when no job is queued or running. Raises TimeoutError."""
        until = time.monotonic() + timeout_s
        while self.instance.queue.waiting():
            self.supervisor.revive()
            if time.monotonic() > until:
                raise TimeoutError("the instance did not come to rest")
            time.sleep(POLL_S)

    def file_until_all_is_found(self, timeout_s: float = 1800) -> float:
        """Index, as a person would, whatever waits; return when all is filed and in the index.

        Returns the processor seconds of filing, without those of looking whether all is done: on a busy
        machine that takes long and is looked at often. Raises TimeoutError.
        """
        until, spent_s = time.monotonic() + timeout_s, 0.0
        while time.monotonic() < until:
            resting, began_s = not self.instance.queue.waiting(), time.process_time()
            if self._file_waiting():
                spent_s += time.process_time() - began_s
            elif resting:
                return spent_s
            time.sleep(POLL_S)
        raise TimeoutError("the instance did not come to rest")

    def _file_waiting(self) -> int:
        waiting = self.instance.desk.queue(self.operator, limit=500)
        if not waiting:
            return 0
        with self.instance.database.read() as session:
            anybody = session.scalars(select(ClientRow.client_id).limit(1)).one()
        for document in waiting:
            suggested = document.suggestion
            clients = [match["client_id"] for match in suggested["clients"][:1]] or [anybody]
            decision = IndexDecision(
                document_type=suggested["document_type"]["code"] or FALLBACK_TYPE,
                client_ids=tuple(clients),
                document_date=None,
                title=suggested["title"],
                evidence={"by": "bench"},
            )
            self.instance.desk.file(self.operator, document.document_id, decision)
        return len(waiting)


def sample_clients() -> list[Client]:
    """The people of the sample post; a client's id is the key truth.json knows the person by."""
    return [
        Client(
            client_id=ClientId(person.key),
            forename=person.forename,
            surname=person.surname,
            service=person.service,
            date_of_birth=person.date_of_birth,
            date_of_death=person.date_of_death,
            nhs_number=person.nhs_number,
            other_names=(
                " ".join([person.forename, *person.other_names]),
                *person.aliases,
            ),
            address_lines=person.address_lines,
            postcode=person.postcode,
            uprn=person.uprn,
            household=person.household_key,
            identifiers=(Identifier(person.system, person.case_reference),),
        )
        for person in make_clients()
    ]


@contextmanager
def own_instance(
    home: Path, workers: int, clients: Sequence[Client] = (), port: int = 8000
) -> Iterator[OwnInstance]:
    """A new instance under home with these clients, page workers and the index writer.

    workers: 0 for neither page worker nor index writer. A role's code is a staff member's name.
    port: for the web server, which the caller starts if it is wanted.
    """
    settings = Settings(home=home, port=port)
    instance = make_instance(settings)
    with write(instance.database, SYSTEM, instance.clock) as work:
        for code, role in ROLES.items():
            factories.add_to_staff(work, code, code, name=role.name, password=PASSWORD)
        for client in clients:
            factories.add_to_register(work, client)
    with Supervisor(settings) as supervisor:
        supervisor.add_sealer()
        if workers:
            supervisor.add_workers(workers)
        yield OwnInstance(instance, supervisor, staff_actor(instance, "quality_supervisor"))
    instance.index.close()
    instance.database.close()
