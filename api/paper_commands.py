"""`edrms paper`: boxes, tasks, what is overdue, labels, and checking certificates.

Destroying needs proof afresh of a person, so it is proposed and confirmed on the pages alone.
"""

from pathlib import Path
from typing import Any

import click

from api.command_parts import FILE, as_staff, of_key, opened, say_whether_genuine
from api.setting_up import staff_actor
from edrms.audit.verifier import key_from
from edrms.errors import Invalid
from scanning.paper.certificate import genuine_certificate
from scanning.paper.model import TaskState
from scanning.paper.placing import What


@click.group()
def paper() -> None:
    """Paper originals: where they are, and how they end."""


@paper.command()
@click.option("--show", type=click.Choice(["all", "out", "overdue", "lost", "retired"]),
              default="all")  # fmt: skip
@click.option("--page", type=click.IntRange(1), default=1)
@as_staff
def boxes(show: Any, page: int, username: str) -> None:
    """A page of the boxes, by barcode."""
    instance = opened()
    rows, total = instance.paper.boxes.listed(staff_actor(instance, username), show, page)
    for row in rows:
        due = f"back by {row.due_back_on}" if row.due_back_on else ""
        click.echo(
            f"{row.barcode:<14}  {row.state:<9}  {row.location}  {row.custodian}  {due}".rstrip()
        )
    click.echo(f"{total} boxes")


@paper.command()
@click.argument("location")
@click.argument("custodian")
@click.option("--barcode", default="", help="Left out, one is made.")
@as_staff
def register(location: str, custodian: str, barcode: str, username: str) -> None:
    """Register a box."""
    instance = opened()
    actor = staff_actor(instance, username)
    box_id = instance.paper.boxes.register(actor, barcode, location, custodian)
    click.echo(instance.paper.boxes.open(actor, box_id).row.barcode)


@paper.command()
@click.argument("barcode")
@click.argument("batch")
@click.option("--file", type=click.IntRange(1), help="Number of the file within the batch.")
@click.option("--pages", default="", help="Such as 3-6.")
@as_staff
def put(barcode: str, batch: str, file: int | None, pages: str, username: str) -> None:
    """Put a batch, a file of it or some pages into a box."""
    instance = opened()
    actor = staff_actor(instance, username)
    box_id = instance.paper.boxes.find(actor, barcode)
    instance.paper.placing.put(actor, box_id, What(batch, file, pages))
    click.echo(f"It lies in box {barcode.upper()}.")


@paper.command()
@click.argument("barcode")
@click.argument("directory", type=click.Path(file_okay=False, exists=True, path_type=Path))
@as_staff
def label(barcode: str, directory: Path, username: str) -> None:
    """Write a box's label, as PDF, into a directory."""
    instance = opened()
    actor = staff_actor(instance, username)
    box_id = instance.paper.boxes.find(actor, barcode)
    name, data = instance.paper.boxes.label(actor, box_id, instance.settings.council_name)
    path = directory / f"box-{name}.pdf"
    if path.exists():
        raise Invalid(f"{path} is there already. Name another directory.")
    path.write_bytes(data)
    click.echo(str(path))


@paper.command()
@click.option("--state", type=click.Choice(list(TaskState)), default=TaskState.OPEN)
@click.option("--page", type=click.IntRange(1), default=1)
@as_staff
def tasks(state: str, page: int, username: str) -> None:
    """A page of the tasks of paper, the earliest first."""
    instance = opened()
    rows, total = instance.paper.tasks.listed(
        staff_actor(instance, username), TaskState(state), page
    )
    for one in rows:
        what = one.record or (one.box.barcode if one.box else "")
        where = ", ".join(place.box.barcode for place in one.places if place.box)
        click.echo(f"{one.row.task_id}  {one.row.kind:<8}  {what}  {where}".rstrip())
    click.echo(f"{total} tasks")


@paper.command()
@click.argument("path", type=FILE)
@of_key
def verify(path: Path, given: str) -> None:
    """Say whether a certificate of paper (JSON or PDF) is genuine, or what is wrong with it.

    With --key a JSON certificate is checked without any instance.
    """
    data = path.read_bytes()

    def look() -> str:
        if not given:
            return opened().paper.certifying.check(data)
        whole = genuine_certificate(data, key_from(given))["certificate"]
        return f"destruction of paper {whole['reference']}"

    say_whether_genuine(look)
