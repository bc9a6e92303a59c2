"""`edrms transfer`: pack records for an archive or another authority, and confirm that they arrived."""

from pathlib import Path

import click

from api.command_parts import FILE, as_staff, opened
from api.setting_up import staff_actor
from retention.receipt import LONGEST_RECEIPT, text_of_receipt


@click.group()
def transfer() -> None:
    """Handing records to an archive or another authority."""


@transfer.command()
@click.argument("references", nargs=-1, required=True)
@click.option("--to", "recipient", required=True, help="Who receives it.")
@click.option("--ground", required=True, help="On what ground: an agreement, a regulation.")
@click.option("--directory", required=True, type=click.Path(path_type=Path), help="A new one.")
@as_staff
def make(
    references: tuple[str, ...], recipient: str, ground: str, directory: Path, username: str
) -> None:
    """Write a BagIt bag with these records (by reference) into a new directory."""
    instance = opened()
    actor = staff_actor(instance, username)
    ids = instance.transfer_looks.referred(actor, references)
    made = instance.transfers.make(actor, ids, recipient, ground, directory)
    click.echo(
        f"Transfer {made.reference}: {made.files} files, {made.size_bytes} bytes, {directory}"
    )
    click.echo("Once the receiver has sent their list of hashes: edrms transfer confirm")


@transfer.command()
@click.argument("reference")
@click.argument("receipt", type=FILE)
@as_staff
def confirm(reference: str, receipt: Path, username: str) -> None:
    """Compare the receiver's list of hashes (as sha256sum writes it) with what was packed."""
    with receipt.open("rb") as file:
        said = text_of_receipt(file.read(LONGEST_RECEIPT + 1))
    instance = opened()
    actor = staff_actor(instance, username)
    done = instance.transfers.confirm(actor, reference, said)
    click.echo(f"Transfer {done.reference} has arrived: every file agrees.")


@transfer.command("list")
@as_staff
def list_transfers(username: str) -> None:
    """Every transfer, newest first."""
    instance = opened()
    for one, _records in instance.transfer_looks.listed(staff_actor(instance, username)):
        click.echo(f"{one.reference}  {one.state:<9}  {one.begun_at:%Y-%m-%d}  {one.recipient}")
