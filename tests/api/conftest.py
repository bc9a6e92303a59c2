"""An instance of its own for the API tests: real engines in a temporary directory, two clients, and
staff of every role. Work is done when a test asks for it, in this process.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.setting_up import staff_actor
from api.wiring import Instance, indexer
from edrms.access.roles import ROLES
from edrms.clients.model import Client
from edrms.ids import ClientId
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.indexing.filing import IndexDecision
from tests import factories

PASSWORD = "invented for the tests"
CHILD, ADULT = ClientId("c" * 32), ClientId("a" * 32)
LETTER = b"Minutes of the allotment society.\nThe marmalade was judged by Mrs Invented.\n"


@dataclass(frozen=True)
class Site:
    """An application, the instance under it, and signed-in clients of it."""

    app: Flask
    instance: Instance

    def signed_in(self, role: str) -> FlaskClient:
        """A browser of somebody with this role."""
        browser = self.app.test_client()
        given = {"username": role, "password": PASSWORD}
        assert browser.post("/sign-in", data=given).status_code == 302
        return browser

    def token(self, role: str) -> dict[str, str]:
        """Headers of a program of somebody with this role."""
        body = {"username": role, "password": PASSWORD}
        token = self.app.test_client().post("/api/v1/sessions", json=body).json["token"]
        return {"Authorization": f"Bearer {token}"}

    def do_the_work(self) -> None:
        """Read, divide and index everything that waits."""
        worker = factories.a_worker(self.instance, factories.shared_reader())
        while worker.do_one():
            pass
        while indexer(self.instance).do_some():
            pass

    def waiting(self, text: bytes = LETTER, *, sender: str = "indexer") -> tuple[str, str]:
        """Batch and document id of a letter newly waiting in the queue, sent in by this role."""
        actor = staff_actor(self.instance, sender)
        batch_id = self.instance.intake.open_batch(actor, channel="web")
        receipt = self.instance.intake.receive_file(actor, batch_id, "letter.txt", [text])
        self.do_the_work()
        account = self.instance.ledger.batch(actor, batch_id)
        [item] = [one for one in account.items if one.item_id == receipt.item_id]
        [document] = item.documents
        return batch_id, document.document_id

    def filed(self, client_id: ClientId = CHILD, text: bytes = LETTER) -> str:
        """The id of a record newly filed on this client's file."""
        _, document_id = self.waiting(text)
        decision = IndexDecision("D05", (client_id,), date(2026, 11, 3), "Assessment", {})
        actor = staff_actor(self.instance, "indexer")
        record_id = self.instance.desk.file(actor, document_id, decision)
        self.do_the_work()
        return record_id


def csrf_of(browser: FlaskClient) -> str:
    """The token that forms of this browser's session carry."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/").text)
    assert found
    return unescape(found[1])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running application without its worker processes."""
    instance = factories.new_instance(tmp_path_factory.mktemp("instance"))
    with write(instance.database, SYSTEM, instance.clock) as work:
        for code, role in ROLES.items():
            factories.add_to_staff(work, code, code, name=role.name, password=PASSWORD)
        for client_id, service in ((CHILD, "children"), (ADULT, "adults")):
            bryn = Client(client_id, "Bryn", "Invented", service, date(2014, 3, 3))
            factories.add_to_register(work, bryn)
    yield Site(create_app(instance), instance)
    instance.database.close()
