"""Commands of retention: the first schedule, other schedules, what a proposed one would change, and
feeds of life events."""

from pathlib import Path

import click

from api.command_parts import FILE, as_staff, opened
from api.setting_up import staff_actor
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.event_feed import MOST_FAULTS_TOLD, FeedResult, read_csv, take_in
from retention.preview_work import PreviewWork
from retention.profiles import PROFILES
from retention.schedule import render, text_of
from retention.schedules import install


@click.group()
def retention() -> None:
    """How long records are kept."""


@retention.command()
@click.option("--profile", required=True, type=click.Choice(PROFILES), help="A shipped schedule.")
def init(profile: str) -> None:
    """Take the first schedule into force. Afterwards others are proposed and enacted by two people."""
    instance = opened()
    with write(instance.database, SYSTEM, instance.clock) as work:
        version = install(work, profile)
    click.echo(f"Version {version} ({profile}) is in force; upkeep gives every record its date.")


@retention.command("import")
@click.argument("path", type=FILE)
@click.option("--profile", required=True, help="What the council calls it, such as cornwall-2026.")
@click.option("--note", default="", help="What it changes.")
@click.option(
    "--drawn", type=FILE, help="CSV of the classes that statuses draw, if not as shipped."
)
@as_staff
def import_schedule(path: Path, profile: str, note: str, drawn: Path | None, username: str) -> None:
    """Propose a schedule from a CSV file. All of it is taken in, or nothing with every line at fault."""
    instance = opened()
    version = instance.retention.schedules.propose(
        staff_actor(instance, username), text_of(path.read_bytes()), profile, note,
        text_of(drawn.read_bytes()) if drawn else "",
    )  # fmt: skip
    click.echo(f"Version {version} is proposed: preview it, then have somebody else enact it.")


@retention.command()
@click.argument("version", type=int)
@as_staff
def export(version: int, username: str) -> None:
    """Write a schedule as CSV, which imports again."""
    instance = opened()
    _, found = instance.retention.schedules.version(staff_actor(instance, username), version)
    click.echo(render(found), nl=False)


@retention.command()
@click.argument("version", type=int)
@click.option("--most", default=20, show_default=True, help="How many records to list.")
@as_staff
def preview(version: int, most: int, username: str) -> None:
    """Say which of the records you may see would have another date, were this version in force."""
    instance = opened()
    actor = staff_actor(instance, username)
    preview_id = instance.retention.previews.ask(actor, version)
    PreviewWork(instance.database, instance.clock, actor).to_the_end(preview_id)
    found = instance.retention.previews.of(actor, version, most=most)
    sums = found.sums
    click.echo(f"{sums.records} records, {sums.changed} with another answer, "
               f"{sums.become_due} due at once")  # fmt: skip
    for class_id, effects in sorted(sums.by_class.items()):
        told = ", ".join(f"{count} {effect}" for effect, count in sorted(effects.items()))
        click.echo(f"  {class_id:<4} {told}")
    for one in found.page:
        click.echo(f"{one.reference}  {one.change.effect}  {one.after}")


@retention.command()
@click.argument("path", type=FILE)
@click.option("--accept-good-rows", is_flag=True, help="Take the good rows in if others are wrong.")
def events(path: Path, accept_good_rows: bool) -> None:
    """Take life events in from a CSV file: system, reference, kind, on, authority, source_id, and if
    wanted until, source, record_class.

    The same row again changes nothing; the same source_id with another date corrects it. All rows are
    taken in, or none with what is wrong in which.
    """
    instance = opened()
    rows, faults = read_csv(path.read_bytes())
    with write(instance.database, SYSTEM, instance.clock) as work:
        done = take_in(work, rows, faults, accept_good_rows=accept_good_rows)
    _tell(done)


def _tell(done: FeedResult) -> None:
    click.echo(
        f"{done.added} added, {done.corrected} corrected, {done.unchanged} known already, "
        f"{done.left_out} withdrawn before, {len(done.faults)} refused"
    )
    for line, reason in list(done.faults.items())[:MOST_FAULTS_TOLD]:
        click.echo(f"line {line}: {reason}", err=True)
