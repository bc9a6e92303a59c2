"""The `edrms` command. Each command does one thing with the instance the settings name."""

import sys
from pathlib import Path

import click

from api import setting_up
from api.access_commands import ACCESS_COMMANDS
from api.auditing import audit
from api.command_parts import as_staff, opened
from api.disposal_commands import disposal
from api.hold_commands import HOLD_COMMANDS
from api.identity_commands import COMMANDS as IDENTITY_COMMANDS
from api.indexing_commands import indexing
from api.ingest import ingest_paths, print_reconciliation, wait_until_read
from api.key_commands import keys
from api.logs import log_to_stderr
from api.operating import COMMANDS
from api.paper_commands import paper
from api.processes import checked
from api.retention_commands import retention
from api.sheet_commands import make_sheets
from api.sources import SourceWatch
from api.supervisor import Supervisor
from api.transfer_commands import transfer
from api.wiring import indexer, upgrade_tables
from edrms.access.roles import ROLES
from edrms.errors import EdrmsError
from edrms.settings import load_settings
from edrms.staff.accounts import SYSTEM, add_staff_member
from edrms.uow import write
from scanning.batches.verify import verify as verify_everything
from search.ports import IndexBusy, IndexUnavailable


class Commands(click.Group):
    """Our errors are answers, not tracebacks."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except EdrmsError as error:
            lines = [error.message, *(f"{name}: {text}" for name, text in error.fields.items())]
            raise click.ClickException("\n".join(lines)) from error
        except (IndexBusy, IndexUnavailable) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands)
def main() -> None:
    """Electronic document and records management for social care.

    Settings come from the environment: EDRMS_HOME says where the instance lives.
    """
    log_to_stderr(with_time=False)


for command in (
    *COMMANDS, *IDENTITY_COMMANDS, *ACCESS_COMMANDS, *HOLD_COMMANDS, keys, audit, retention, transfer,
    disposal, paper, indexing, make_sheets,
):  # fmt: skip
    main.add_command(command)


@main.command()
def init() -> None:
    """Make a new instance (tables, index, key)."""
    instance = setting_up.make_instance(load_settings())
    click.echo(f"The instance is in {instance.settings.home}.")


@main.command()
def migrate() -> None:
    """Bring the database to the newest migration. Stop the instance and take a backup first."""
    before, after = upgrade_tables(load_settings())
    click.echo(f"The database was at migration {before or 'none'} and is at {after}.")


@main.command()
@click.argument("username")
@click.option("--name", required=True, help="Name to show.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(ROLES)))
@click.option("--must-change", is_flag=True, help="Another password at the first sign-in.")
@click.password_option()
def staff(
    username: str, name: str, roles: tuple[str, ...], must_change: bool, password: str
) -> None:
    """Add a staff member."""
    instance = opened()
    with write(instance.database, SYSTEM, instance.clock) as work:
        add_staff_member(
            work, username, name, password, frozenset(roles), must_change_password=must_change
        )
    click.echo(f"{username} may sign in.")


@main.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def clients(path: Path) -> None:
    """Import clients from a CSV file."""
    click.echo(f"{setting_up.import_clients(opened(), path)} clients imported.")


@main.command()
def up() -> None:
    """Run everything on this machine: web server, page workers, index writer, sealer."""
    instance = checked(load_settings())
    settings = instance.settings
    if settings.folders_file or settings.mailboxes_file:
        SourceWatch(instance)  # said now, not by a process that starts again and again
    with Supervisor(settings) as supervisor:
        supervisor.add_workers(settings.worker_processes)
        supervisor.add_sealer()
        supervisor.add_sources()
        supervisor.add_web()
        click.echo(f"http://{settings.host}:{settings.port}")
        _until_interrupted(supervisor)


@main.command()
def serve() -> None:
    """Run the web server alone."""
    from api.serving import serve as serve_web  # else every command waits for the pages to load

    serve_web(checked(load_settings()).settings)


@main.command()
@click.option(
    "--processes", type=click.IntRange(1, 256), help="How many; one per core if not said."
)
@click.option("--name", default="", help="What events call it; the machine's name if not said.")
def worker(processes: int | None, name: str) -> None:
    """Run page workers, the index writer and upkeep. Any number of machines may do so."""
    settings = checked(load_settings()).settings
    with Supervisor(settings) as supervisor:
        supervisor.add_workers(processes or settings.worker_processes, name[:40])
        _until_interrupted(supervisor)


@main.command()
def sources() -> None:
    """Take in what hot folders and mailboxes hold; `edrms up` does so too."""
    instance = checked(load_settings())
    SourceWatch(instance)
    with Supervisor(instance.settings) as supervisor:
        supervisor.add_sources()
        _until_interrupted(supervisor)


def _until_interrupted(supervisor: Supervisor) -> None:
    try:
        supervisor.watch()
    except KeyboardInterrupt:
        click.echo("Stopping: jobs in hand are finished first.")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@as_staff
@click.option("--note", default="", help="A note on the batch.")
@click.option("--wait", is_flag=True, help="Wait until every page is read (workers must run).")
def ingest(paths: tuple[Path, ...], username: str, note: str, wait: bool) -> None:
    """Take files and folders in as one batch."""
    instance = opened()
    actor = setting_up.staff_actor(instance, username)
    taken = ingest_paths(instance, actor, paths, note)
    if wait:
        wait_until_read(instance, actor, taken.batch_id)
    print_reconciliation(instance.ledger.batch(actor, taken.batch_id))
    if taken.refused:
        sys.exit(1)


@main.command()
@click.argument("words", nargs=-1, required=True)
@as_staff
def search(words: tuple[str, ...], username: str) -> None:
    """Search filed records as a staff member."""
    instance = opened()
    answer = instance.search.search(setting_up.staff_actor(instance, username), " ".join(words))
    for found in answer.found:
        names = ", ".join(client.full_name for client in found.clients)
        pages = ", ".join(str(number) for number in found.hit.page_numbers)
        click.echo(f"{found.record.reference}  {found.record.title}  {names}  page {pages or '-'}")
    click.echo(f"{answer.results.total} found")


@main.command()
@click.argument("action", type=click.Choice(["rebuild", "check"]))
def index(action: str) -> None:
    """Rebuild the search index from the rows, or check every byte of it."""
    instance = opened()
    if action == "rebuild":
        click.echo(f"{indexer(instance).rebuild(SYSTEM)} records indexed.")
    else:
        health = instance.index.check()
        click.echo(f"{health.records} records, {health.size_bytes >> 10} KB, nothing damaged.")


@main.command()
@click.option("--quick", is_flag=True, help="Do not read the stored bytes again.")
def verify(quick: bool) -> None:
    """Check that every page accepted is accounted for and every byte is as it came."""
    instance = opened()
    report = verify_everything(instance.database, instance.store, read_every_byte=not quick)
    click.echo(f"{report.batches} batches, {report.items} items, {report.pages} pages received")
    for place, count in sorted(report.at.items()):
        click.echo(f"  {place.value.replace('_', ' '):<12} {count:>7}")
    click.echo(f"  {'sum':<12} {sum(report.at.values()):>7}")
    if report.uncounted_items:
        click.echo(
            f"{report.uncounted_items} items are held or waiting, their pages not yet counted"
        )
    click.echo(
        f"{report.objects} objects, {report.unreferenced_objects} in the store without a row"
    )
    for fault in report.faults:
        click.echo(f"FAULT {fault}", err=True)
    if not report.is_clean:
        sys.exit(1)
    click.echo("Every page accepted is accounted for.")
