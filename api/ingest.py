"""Taking in files from a path on this machine, with progress, and printing the account."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.uploads import file_chunks
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.errors import EdrmsError
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import ItemState, Whereabouts
from scanning.intake.delivery import Delivery

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A batch taken in from disk, and the files that were refused."""

    batch_id: str
    refused: tuple[str, ...]


def ingest_paths(
    instance: Instance, actor: Actor, paths: Sequence[Path], note: str = "", channel: str = "folder"
) -> TakenIn:
    """Receive every file of these paths into one new batch. A refused file is named, not fatal."""
    files = list(_files(paths))
    batch_id = instance.intake.open_batch(actor, channel=channel, delivery=Delivery(note=note))
    refused = []
    for path in files:
        try:
            with path.open("rb") as file:
                instance.intake.receive_file(actor, batch_id, path.name, file_chunks(file))
        except (EdrmsError, OSError) as error:
            refused.append(path.name)
            said = error.message if isinstance(error, EdrmsError) else error.strerror
            console.print(f"[red]{path.name}[/]: {said}")
    return TakenIn(batch_id, tuple(refused))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*") if found.is_file())
        else:
            yield path


def wait_until_read(
    instance: Instance, actor: Actor, batch_id: str, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Show progress until every item of the batch is read or held and every record is indexed.

    meanwhile: called now and then, to look after the workers if they are the caller's.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Reading pages", total=None)
        while not _is_read(account := instance.ledger.batch(actor, batch_id)):
            _show(progress, task, account)
            meanwhile()
            time.sleep(0.5)
        _show(progress, task, account)
    while instance.queue.waiting():
        meanwhile()
        time.sleep(0.1)


def _is_read(account: BatchAccount) -> bool:
    return all(item.state not in (ItemState.RECEIVED, ItemState.READING) for item in account.items)


def _show(progress: Progress, task: object, account: BatchAccount) -> None:
    found = account.reconciliation
    done = found.pages - found.at.get(Whereabouts.BEING_READ, 0)
    progress.update(task, total=found.pages or None, completed=done)  # type: ignore[arg-type]


def print_reconciliation(account: BatchAccount) -> None:
    """The batch's account as a table, and what needs a person."""
    found = account.reconciliation
    table = Table(title=f"Batch {account.batch.reference}: {found.items} files")
    table.add_column("Pages")
    table.add_column("Count", justify="right")
    for place in Whereabouts:
        table.add_row(place.value.replace("_", " "), str(found.at.get(place, 0)))
    table.add_section()
    table.add_row("sum", str(sum(found.at.values())))
    table.add_row("received", str(found.pages))
    console.print(table)
    console.print("The pages agree." if found.balances else "[red]The pages do not agree.[/]")
    for item in account.items:
        if item.state == ItemState.HELD:
            console.print(f"held: {item.name} ({item.held_reason.replace('_', ' ')})")
