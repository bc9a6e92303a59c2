"""`edrms paper`: boxes, tasks, what is overdue, labels, and checking certificates.

Destroying needs proof afresh of a person, so it is proposed and confirmed on the pages alone.
"""

import sys
from pathlib import Path
from typing import Any

import click

from api.setting_up import staff_actor
from api.wiring import Instance, build
from edrms.audit.verifier import Tampered, key_from
from edrms.errors import Invalid
from edrms.settings import load_settings
from scanning.paper.certificate import genuine_certificate
from scanning.paper.model import TaskState
from scanning.paper.placing import What

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_AS = click.option(
    "--as", "username", required=True, envvar="EDRMS_STAFF", help="User name of a staff member."
)


@click.group()
def paper() -> None:
    """Paper originals: where they are, and how they end."""


def _instance() -> Instance:
    return build(load_settings())


@paper.command()
@click.option("--show", type=click.Choice(["all", "out", "overdue", "lost", "retired"]),
              default="all")  # fmt: skip
@click.option("--page", type=click.IntRange(1), default=1)
@_AS
def boxes(show: Any, page: int, username: str) -> None:
    """A page of the boxes, by barcode."""
    instance = _instance()
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
@_AS
def register(location: str, custodian: str, barcode: str, username: str) -> None:
    """Register a box."""
    instance = _instance()
    actor = staff_actor(instance, username)
    box_id = instance.paper.boxes.register(actor, barcode, location, custodian)
    click.echo(instance.paper.boxes.open(actor, box_id).row.barcode)


@paper.command()
@click.argument("barcode")
@click.argument("batch")
@click.option("--file", type=click.IntRange(1), help="Number of the file within the batch.")
@click.option("--pages", default="", help="Such as 3-6.")
@_AS
def put(barcode: str, batch: str, file: int | None, pages: str, username: str) -> None:
    """Put a batch, a file of it or some pages into a box."""
    instance = _instance()
    actor = staff_actor(instance, username)
    box_id = instance.paper.boxes.find(actor, barcode)
    instance.paper.placing.put(actor, box_id, What(batch, file, pages))
    click.echo(f"It lies in box {barcode.upper()}.")


@paper.command()
@click.argument("barcode")
@click.argument("directory", type=click.Path(file_okay=False, exists=True, path_type=Path))
@_AS
def label(barcode: str, directory: Path, username: str) -> None:
    """Write a box's label, as PDF, into a directory."""
    instance = _instance()
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
@_AS
def tasks(state: str, page: int, username: str) -> None:
    """A page of the tasks of paper, the earliest first."""
    instance = _instance()
    rows, total = instance.paper.tasks.listed(
        staff_actor(instance, username), TaskState(state), page
    )
    for one in rows:
        what = one.record or (one.box.barcode if one.box else "")
        where = ", ".join(place.box.barcode for place in one.places if place.box)
        click.echo(f"{one.row.task_id}  {one.row.kind:<8}  {what}  {where}".rstrip())
    click.echo(f"{total} tasks")


@paper.command()
@click.argument("path", type=_FILE)
@click.option(
    "--key", "given", default="", help="Public key, or a file with it; else this instance's."
)
def verify(path: Path, given: str) -> None:
    """Say whether a certificate of paper (JSON or PDF) is genuine, or what is wrong with it.

    With --key a JSON certificate is checked without any instance.
    """
    data = path.read_bytes()
    try:
        if given:
            whole = genuine_certificate(data, key_from(given))["certificate"]
            said = f"destruction of paper {whole['reference']}"
        else:
            said = _instance().paper.certifying.check(data)
    except Tampered as error:
        click.echo(f"NOT GENUINE. {error}", err=True)
        sys.exit(1)
    click.echo(f"GENUINE: {said}.")
