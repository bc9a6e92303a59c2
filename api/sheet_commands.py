"""`edrms sheets`: the post room's own sheets, to print."""

from datetime import datetime
from pathlib import Path

import click

from api import setting_up
from api.command_parts import as_staff, opened
from scanning.batches.counts import Sides
from scanning.sheets.model import HeaderFacts, SheetKind

_KINDS = {
    "document": SheetKind.DOCUMENT, "envelope": SheetKind.ENVELOPE, "batch": SheetKind.BATCH,
}  # fmt: skip


@click.command("sheets")
@click.argument("kind", type=click.Choice(list(_KINDS)))
@click.argument("to", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--count", type=int, default=1, show_default=True)
@click.option("--stream", default="")
@click.option("--sides", type=click.Choice(["one", "both"]))
@click.option("--sheets", type=int, help="Sheets of paper in the batch.")
@click.option("--documents", type=int, help="Documents in the batch.")
@click.option("--device", default="")
@click.option("--received-on", type=click.DateTime(["%Y-%m-%d"]))
@as_staff
def make_sheets(
    kind: str, to: Path, count: int, stream: str, sides: str | None, sheets: int | None,
    documents: int | None, device: str, received_on: datetime | None, username: str,
) -> None:  # fmt: skip
    """Write separator, envelope or batch header sheets into a PDF."""
    instance = opened()
    actor = setting_up.staff_actor(instance, username)
    facts = HeaderFacts(
        stream=stream, sides=Sides(sides or ""), expected_sheets=sheets,
        expected_documents=documents, operator=actor.name, device=device,
        received_on=received_on.date() if received_on else None,
    )  # fmt: skip
    to.write_bytes(instance.post_sheets.make(actor, _KINDS[kind], count, facts))
    click.echo(f"{to} written.")
