"""What others do when a record leaves one person's file for another's: ports, with their contract in words.

Holds and answers are retention's, the indexing queue and what people's filing taught are the scanning
room's. Neither knows the other; whoever moves a record is given both (api/wiring.py).
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from edrms.uow import UnitOfWork


class RecordsKept(Protocol):
    """Retention, as whoever moves a record must ask it."""

    def guard(self, work: UnitOfWork, record_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """Before anything else is locked: until this transaction ends no hold is placed or lifted, nothing is
        given up, and no answer renewed by others. Ids of the holds on these, by record; secret ones too."""
        ...

    def follow(
        self, work: UnitOfWork, record_ids: Collection[str], held: Mapping[str, tuple[str, ...]]
    ) -> None:
        """These records are on other files now. What held them (the answer of `guard`) goes on holding them,
        journalled; and what the rules answer of them is asked again."""
        ...


class PostOfRecords(Protocol):
    """The scanning room, as whoever takes a record off a file asks it. Called after `RecordsKept.guard`."""

    def take(self, work: UnitOfWork, document_id: str) -> bool:
        """Lock the document a record was filed from. False where it did not come through the post room: then
        it cannot wait in the indexing queue."""
        ...

    def forget(self, work: UnitOfWork, document_id: str, client_ids: Collection[str]) -> None:
        """It was not about these clients: what its filing taught of them is forgotten."""
        ...

    def wait_again(
        self, work: UnitOfWork, document_id: str, client_ids: Collection[str], why: str
    ) -> None:
        """Back to the indexing queue, for a person to file; it never files itself. These clients are not
        suggested again, and whoever may not find one of them is not shown the document. why: for whoever
        indexes it. Its record is filed again under the same reference."""
        ...
