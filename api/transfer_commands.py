"""`edrms transfer`: pack records for an archive or another authority, and confirm that they arrived."""

from pathlib import Path

import click

from api.setting_up import staff_actor
from api.wiring import Instance, build
from edrms.access.model import Actor
from edrms.access.subjects import SubjectKind
from edrms.errors import Invalid
from edrms.settings import load_settings

_AS = click.option(
    "--as", "username", required=True, envvar="EDRMS_STAFF", help="User name of a staff member."
)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LONGEST_RECEIPT = 64 << 20  # bytes: some hundred thousand files


@click.group()
def transfer() -> None:
    """Handing records to an archive or another authority."""


def _instance() -> Instance:
    return build(load_settings())


@transfer.command()
@click.argument("references", nargs=-1, required=True)
@click.option("--to", "recipient", required=True, help="Who receives it.")
@click.option("--ground", required=True, help="On what ground: an agreement, a regulation.")
@click.option("--directory", required=True, type=click.Path(path_type=Path), help="A new one.")
@_AS
def make(
    references: tuple[str, ...], recipient: str, ground: str, directory: Path, username: str
) -> None:
    """Write a BagIt bag with these records (by reference) into a new directory."""
    instance = _instance()
    actor = staff_actor(instance, username)
    ids = [_record(instance, actor, one) for one in references]
    made = instance.transfers.make(actor, ids, recipient, ground, directory)
    click.echo(
        f"Transfer {made.reference}: {made.files} files, {made.size_bytes} bytes, {directory}"
    )
    click.echo("Once the receiver has sent their list of hashes: edrms transfer confirm")


def _record(instance: Instance, actor: Actor, reference: str) -> str:
    found = instance.names.typed(actor, reference)
    if found.kind is not SubjectKind.RECORD:
        raise Invalid(f"{reference} is no record's reference.")
    return found.subject_id


@transfer.command()
@click.argument("reference")
@click.argument("receipt", type=_FILE)
@_AS
def confirm(reference: str, receipt: Path, username: str) -> None:
    """Compare the receiver's list of hashes (as sha256sum writes it) with what was packed."""
    if receipt.stat().st_size > LONGEST_RECEIPT:
        raise Invalid("This receipt is too large to be one.")
    instance = _instance()
    actor = staff_actor(instance, username)
    done = instance.transfers.confirm(actor, reference, receipt.read_text("utf-8", "replace"))
    click.echo(f"Transfer {done.reference} has arrived: every file agrees.")


@transfer.command("list")
@_AS
def list_transfers(username: str) -> None:
    """Every transfer, newest first."""
    instance = _instance()
    for one in instance.transfers.listed(staff_actor(instance, username)):
        click.echo(f"{one.reference}  {one.state:<9}  {one.begun_at:%Y-%m-%d}  {one.recipient}")
