"""`edrms keys`: how the keys are, a look at each of them, and another root key. docs/encryption.md."""

import click

from api.command_parts import opened
from api.instance_keys import root_key_file
from api.wiring import Instance
from edrms.errors import Damaged, Refused
from edrms.staff.accounts import SYSTEM
from edrms.storage.key_upkeep import KeyHealth, health, rewrap_some, unopened
from edrms.uow import write


@click.group()
def keys() -> None:
    """The keys that open stored documents."""


@keys.command()
def status() -> None:
    """How many keys there are, and under which root key."""
    found = health(opened().keys)
    click.echo(f"key store {found.store_id}, root key {found.root_id}")
    click.echo(f"{found.holders} holders, {found.object_keys} keys of objects")
    click.echo(f"{found.destroyed} holders' keys destroyed")
    for root_id, count in sorted(found.under_root.items()):
        if root_id != found.root_id:
            click.echo(f"{count} holders still under the older root key {root_id}")
    if found.is_rotating:
        click.echo("A change of the root key has not ended: run `edrms keys rotate`.")


@keys.command()
def check() -> None:
    """Unwrap every key there is. Ends with 1 and names each that does not open."""
    instance = opened()
    faults = unopened(instance.keys)
    for fault in faults:
        click.echo(f"FAULT {fault}", err=True)
    if faults:
        raise Damaged(f"{len(faults)} keys do not open: put the key store back from its backup.")
    found = health(instance.keys)
    click.echo(f"All {found.holders} holders' keys and {found.object_keys} keys of objects open.")


@keys.command()
def rotate() -> None:
    """Put every holder's key under a new root key. May be stopped and begun again; nothing waits for it."""
    instance = opened()
    file, before = root_key_file(instance.settings), health(instance.keys)
    if before.is_rotating:
        click.echo("Going on with a change of the root key that was begun.")
    elif file is not None:
        file.add_new()
    else:
        raise Refused(
            'There is no new root key. Put it before the present one (EDRMS_ROOT_KEY="NEW OLD") or '
            "make it the current one where your command keeps it, restart every process, then run "
            "this again."
        )
    done = 0
    while count := rewrap_some(instance.keys):
        done += count
    after = _ended(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.journal("instance:keys:rotate", "key_store", after.store_id, root=after.root_id,
                     holders=done)  # fmt: skip
    click.echo(f"{done} holders' keys are under the root key {after.root_id} now.")
    click.echo("The older root key still opens what is under it. Copy the new one to a safe place.")
    click.echo("`edrms keys retire` forgets the older one, once no backup needs it any more.")


@keys.command()
@click.confirmation_option(
    prompt="Backups of the key store from before need the older root key. Go on?"
)
def retire() -> None:
    """Forget older root keys, once nothing in the key store is under them."""
    instance = opened()
    file, found = root_key_file(instance.settings), _ended(instance)
    if file is None:
        raise Refused("Nothing is under an older root key. Take it out of your setting or secret.")
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.journal("instance:keys:retire", "key_store", found.store_id, root=found.root_id)
    click.echo(f"{file.keep_first()} older root keys forgotten.")


def _ended(instance: Instance) -> KeyHealth:
    found = health(instance.keys)
    if found.is_rotating:
        raise Refused("Some keys are still under an older root key: run `edrms keys rotate`.")
    return found
