"""`edrms audit`: look at the log, seal it, witness it, give it out, verify it.

`seal` runs beside the service; `witness` runs on another team's machine and reads no settings.
"""

import signal
import sys
import time
from pathlib import Path

import click
from sqlalchemy import select

from api import setting_up
from api.command_parts import as_staff, opened
from api.logs import log_to_stderr
from api.processes import checked
from api.supervisor import Supervisor
from api.wiring import Instance, checkpoint_place
from edrms.access.policy import require
from edrms.audit.checking import verify_database
from edrms.audit.details import erase_detail
from edrms.audit.exporting import AuditExport
from edrms.audit.finding import not_secret
from edrms.audit.notes import load_key, make_key
from edrms.audit.place import CheckpointPlace
from edrms.audit.state import sealing_state
from edrms.audit.tables import AuditEvent
from edrms.audit.verifier import (
    LOG_KEY,
    WITNESS_KEY,
    Key,
    Tampered,
    described,
    key_from,
    notes_below,
    verify_export,
)
from edrms.audit.witness import Witness
from edrms.clock import SystemClock
from edrms.errors import Invalid, Unavailable
from edrms.settings import load_settings
from edrms.uow import write
from retention.hold_guard import evidence_is_held

ALARM = 3  # exit status of a witness that refuses: unlike any of a program that merely failed
directory = click.Path(file_okay=False, path_type=Path)
some_path = click.Path(exists=True, path_type=Path)


@click.group()
def audit() -> None:
    """The audit log: look, seal, witness, export, prove, verify."""


def _key(text_or_path: str) -> Key:
    try:
        return key_from(text_or_path)
    except (OSError, UnicodeDecodeError, Tampered) as error:
        raise Invalid(f"{text_or_path}: this is no public key of a log or witness.") from error


def _own_key(instance: Instance, given: str | None) -> Key:
    return _key(given) if given else load_key(instance.settings.audit_key, LOG_KEY).key


@audit.command("list")
@as_staff
@click.option("--subject", help="Only events on this id.")
@click.option("--limit", default=50, show_default=True)
def list_events(username: str, subject: str | None, limit: int) -> None:
    """List the latest audit events."""
    instance = opened()
    actor = setting_up.staff_actor(instance, username)
    require(actor, "audit:event:view")
    statement = select(AuditEvent).where(*not_secret(actor))
    statement = statement.order_by(AuditEvent.number.desc()).limit(limit)
    if subject:
        statement = statement.where(AuditEvent.subject_id == subject)
    with write(instance.database, actor, instance.clock) as work:
        events = list(work.session.scalars(statement))
        work.journal("audit:event:view", "audit", subject or "")
    for event in reversed(events):
        click.echo(
            f"{event.number:>7}  {event.at:%Y-%m-%d %H:%M:%S}  {event.actor_id[:16]:<16}  "
            f"{event.action:<24}  {event.subject_kind} {event.subject_id[:16]}  {event.outcome}"
        )


@audit.command()
def key() -> None:
    """Print the public key of this instance's log. Keep a copy where nobody here can change it."""
    click.echo(load_key(load_settings().audit_key, LOG_KEY).key)


@audit.command()
def seal() -> None:
    """Seal the audit log for as long as this runs. Several may; one of them does it."""
    settings = checked(load_settings()).settings
    load_key(settings.audit_key, LOG_KEY)
    with Supervisor(settings) as supervisor:
        supervisor.add_sealer()
        try:
            supervisor.watch()
        except KeyboardInterrupt:
            click.echo("Stopping.")


@audit.command()
def state() -> None:
    """Say how sealing stands: one line, and status 0 or 1."""
    instance = opened()
    now = sealing_state(instance.database, instance.clock, instance.settings.audit_seal_limit_s)
    age = "none" if now.checkpoint_age_s is None else f"{now.checkpoint_age_s:.0f} s ago"
    click.echo(f"audit: {now.size} sealed, last checkpoint {age}, {now.unsealed} waiting")
    if now.reading_stopped or now.problems:
        raise Unavailable("\n".join(now.problems))


@audit.command()
@click.argument("target", type=directory)
@as_staff
@click.option("--details", is_flag=True, help="With the personal details that were not erased.")
def export(target: Path, username: str, details: bool) -> None:
    """Write the whole log into a new directory, for anybody to verify."""
    instance = opened()
    out = AuditExport(
        instance.database, instance.clock, _own_key(instance, None),
        checkpoint_place(instance.settings),
    )  # fmt: skip
    actor = setting_up.staff_actor(instance, username)
    size = out.whole(actor, target, with_details=details)
    click.echo(f"{size} events are in {target}.")


@audit.command()
@click.argument("event_id")
@as_staff
@click.option("--out", type=directory, default=Path(), help="Where to put the two files.")
def prove(event_id: str, username: str, out: Path) -> None:
    """Write one event and its proof, EVENT_ID.json and EVENT_ID.tlog-proof, for a court bundle."""
    instance = opened()
    given = AuditExport(
        instance.database, instance.clock, _own_key(instance, None),
        checkpoint_place(instance.settings),
    )  # fmt: skip
    proof, event = given.proof(setting_up.staff_actor(instance, username), event_id)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{event_id}.json").write_bytes(event + b"\n")
    (out / f"{event_id}.tlog-proof").write_text(proof, encoding="utf-8")
    click.echo(f"{event_id}.json and {event_id}.tlog-proof are in {out}.")


@audit.command()
@click.argument("event_id")
@as_staff
@click.option("--reason", prompt=True, help="Why it may be erased.")
def erase(event_id: str, username: str, reason: str) -> None:
    """Erase the personal detail of an event. The event and its proof stay."""
    instance = opened()
    actor = setting_up.staff_actor(instance, username)
    erase_detail(instance.database, instance.clock, actor, event_id, reason, keeps=evidence_is_held)
    click.echo("Erased.")


@audit.command()
@click.argument("exported", required=False, type=some_path)
@click.option(
    "--key", "log", help="Public key of the log, or its file; this instance's if not said."
)
@click.option("--witness", help="Public key of a witness that must have cosigned.")
@click.option("--held", multiple=True, type=some_path, help="Checkpoints you keep elsewhere.")
def verify(
    exported: Path | None, log: str | None, witness: str | None, held: tuple[Path, ...]
) -> None:
    """Recompute the whole log, of this instance or EXPORTED, and name the first bad event."""
    cosigner = _key(witness) if witness else None
    try:
        if exported:
            trusted = _key(log) if log else load_key(load_settings().audit_key, LOG_KEY).key
            report = verify_export(exported, trusted, cosigner, held)
        else:
            instance = opened()
            notes = [note for path in held for note in notes_below(path)]
            report = verify_database(
                instance.database, _own_key(instance, log), checkpoint_place(instance.settings),
                notes, cosigner,
            )  # fmt: skip
    except Tampered as error:
        click.echo(f"NOT VERIFIED. {error}", err=True)
        sys.exit(1)
    click.echo(f"VERIFIED. {described(report)}")


@audit.command("witness-key")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="One word, such as governance.example.gov.uk/witness")
def witness_key(path: Path, name: str) -> None:
    """Make a witness's key, and print its public key. One that is there is left as it is."""
    click.echo(make_key(path, name, WITNESS_KEY).key)


@audit.command()
@click.option("--place", required=True, type=directory, help="The directory of checkpoints.")
@click.option("--log-key", required=True, help="Public key of the log, or its file.")
@click.option("--key", required=True, type=some_path, help="The witness's own key file.")
@click.option("--state", "kept", required=True, type=directory, help="What it has cosigned.")
@click.option("--every", type=click.FloatRange(min=0.1), help="Look again every so many seconds.")
def witness(place: Path, log_key: str, key: Path, kept: Path, every: float | None) -> None:
    """Check what is new of a log and cosign it. Ends with status 3 as soon as something is wrong."""
    log_to_stderr(with_time=every is not None)
    signer = load_key(key, WITNESS_KEY)
    clock = SystemClock()
    looking = Witness(CheckpointPlace(place), kept, _key(log_key), signer, clock)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    while True:
        _look(looking, quiet=every is not None)
        if every is None:
            return
        try:
            time.sleep(every)
        except KeyboardInterrupt:
            return


def _look(looking: Witness, *, quiet: bool) -> None:
    try:
        seen = looking.look()
    except Tampered as error:
        click.echo(f"ALARM. {error}. Nothing was cosigned.", err=True)
        sys.exit(ALARM)
    except Unavailable as error:
        if not quiet:
            raise
        click.echo(error.message, err=True)
        return
    if seen is None:
        click.echo("There is no checkpoint yet.")
    elif seen.checked or not quiet:
        click.echo(f"Size {seen.size} is cosigned; {seen.checked} checkpoints were new.")
