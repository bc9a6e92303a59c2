"""`edrms disposal`: list, show, propose, appraise, carry on by hand, and check certificates.

Approving and setting going need proof afresh of a person, so they are done on the pages or by API alone.
"""

import json
import sys
from datetime import datetime
from pathlib import Path

import click

from api.command_parts import FILE, as_staff, of_key, opened, say_whether_genuine
from api.setting_up import staff_actor
from edrms.audit.notes import load_key, make_key
from edrms.audit.sealing import newest_checkpoint
from edrms.audit.verifier import LOG_KEY, Checkpoint, key_from
from edrms.errors import EdrmsError, Invalid, Refused
from edrms.settings import load_settings
from edrms.staff.accounts import SYSTEM
from retention.certificate import genuine_certificate
from retention.disposal_words import Appraisal, DueFilter

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def disposal() -> None:
    """From due to the certificate of destruction."""


@disposal.command("list")
@as_staff
def list_cases(username: str) -> None:
    """Every case, those that wait for this person first."""
    instance = opened()
    for one in instance.disposal.cases.listed(staff_actor(instance, username)):
        mark = "waits for you" if one.waits_for_me else ""
        row = one.row
        click.echo(f"{row.case_id}  {row.reference}  {row.state:<9}  {one.records:>5}  {row.title}  "
                   f"{mark}".rstrip())  # fmt: skip


@disposal.command()
@click.argument("case_id")
@as_staff
def show(case_id: str, username: str) -> None:
    """One case: its state, its records by rule, and how each stands."""
    instance = opened()
    found = instance.disposal.cases.open(staff_actor(instance, username), case_id)
    click.echo(f"{found.row.reference}  {found.row.title}  {found.row.state}")
    for one in found.alike:
        click.echo(f"  {one.class_id:<4} {one.action:<13} {one.records:>5} records, "
                   f"{one.undecided} undecided  {one.authority}")  # fmt: skip
    for state, count in found.by_state.items():
        click.echo(f"  {state:<10} {count:>5}")


@disposal.command()
@click.option("--title", required=True, help="Kept for good: it names nobody.")
@click.option("--record", "records", multiple=True, help="Id of a record that is due.")
@click.option("--class", "class_id", default="", help="Of what is due: of this record class.")
@click.option("--until", type=_DAY, help="Of what is due: on or before this day.")
@as_staff
def propose(
    title: str, records: tuple[str, ...], class_id: str, until: datetime | None, username: str
) -> None:
    """Open a case of these records, or of what is due."""
    instance = opened()
    if records and (class_id or until):
        raise Invalid("Name records, or say what is due; not both.")
    what = records or DueFilter(class_id, until.date() if until else None)
    case_id = instance.disposal.proposing.propose(staff_actor(instance, username), title, what)
    click.echo(f"{case_id} is open: appraise its records.")


@disposal.command()
@click.argument("case_id")
@click.option("--class", "class_id", required=True, help="All of this class and action.")
@click.option("--action", required=True, help="As `show` names it, such as REVIEW.")
@click.option("--decision", required=True, type=click.Choice(["extend", "reclass", "destroy"]))
@click.option("--reason", required=True, help="At least 10 characters. It is recorded.")
@click.option("--until", type=_DAY, help="Of extend.")
@click.option("--to-class", default="", help="Of reclass.")
@as_staff
def appraise(
    case_id: str, class_id: str, action: str, decision: str, reason: str,
    until: datetime | None, to_class: str, username: str,
) -> None:  # fmt: skip
    """Decide on all alike of a case that have no decision yet."""
    instance = opened()
    actor = staff_actor(instance, username)
    ids = instance.disposal.cases.alike(actor, case_id, class_id, action)
    said = Appraisal(decision, reason, until.date() if until else None, to_class)
    instance.disposal.acts.appraise(actor, case_id, said, ids)
    click.echo(f"{len(ids)} records: {decision}.")


@disposal.command()
@click.argument("case_id")
@as_staff
def complete(case_id: str, username: str) -> None:
    """Every record has its decision: somebody else may approve."""
    instance = opened()
    instance.disposal.acts.complete(staff_actor(instance, username), case_id)
    click.echo("The case waits for approval by somebody else.")


@disposal.command()
def run() -> None:
    """Carry on by hand whatever was set going; upkeep does the same every minute."""
    instance, stopped = opened(), False
    for case_id in instance.disposal.executing.under_way():
        try:
            done = instance.disposal.executing.run(SYSTEM, case_id)
        except EdrmsError as error:
            stopped = True
            click.echo(f"{case_id}: {error.message}", err=True)
            continue
        said = "certified" if done.is_certified else f"{done.left} records left"
        click.echo(f"{done.reference}: {said}")
    if stopped:
        sys.exit(1)


@disposal.command()
@click.argument("case_id")
@click.argument("directory", type=click.Path(file_okay=False, exists=True, path_type=Path))
@as_staff
def certificate(case_id: str, directory: Path, username: str) -> None:
    """Write a case's certificate, as JSON and as PDF, into a directory."""
    instance = opened()
    issued = instance.disposal.certifying.open(staff_actor(instance, username), case_id)
    for kind, data in (("json", issued.document.encode()), ("pdf", issued.pdf)):
        path = directory / f"certificate-{issued.reference}.{kind}"
        if path.exists():
            raise Invalid(f"{path} is there already. Name another directory.")
        path.write_bytes(data)
        click.echo(str(path))


@disposal.command()
@click.argument("path", type=FILE)
@of_key
def verify(path: Path, given: str) -> None:
    """Say whether a certificate (JSON or PDF) is genuine, or what is wrong with it.

    With --key a JSON certificate is checked without any instance.
    """
    data = path.read_bytes()

    def look() -> str:
        if not given:
            return opened().disposal.certifying.check(data)
        whole = genuine_certificate(data, key_from(given))["certificate"]
        return f"case {whole['reference']}, {len(whole['destroyed'])} records destroyed"

    say_whether_genuine(look)


@disposal.command()
@click.option("--make", is_flag=True, help="Make it if there is none.")
def key(make: bool) -> None:
    """Print the public key that certificates are signed with."""
    settings = load_settings()
    if make and not settings.disposal_key.exists():
        with opened().database.read() as session:
            last = newest_checkpoint(session)
        if last is None:
            raise Refused(
                "The audit log has no checkpoint yet: run the sealer first.", code="clock"
            )
        make_key(settings.disposal_key, f"{Checkpoint.parse(last.note).origin}/disposal", LOG_KEY)
    click.echo(str(load_key(settings.disposal_key, LOG_KEY).key))


@disposal.command()
@click.argument("client_id")
@as_staff
def stubs(client_id: str, username: str) -> None:
    """What was destroyed of a person's file, as JSON lines."""
    instance = opened()
    for one in instance.disposal.stubs.of_client(staff_actor(instance, username), client_id):
        said = {"reference": one.reference, "type": one.document_type, "pages": one.page_count,
                "destroyed_at": one.ended_at.isoformat(), "case": one.case_reference}  # fmt: skip
        click.echo(json.dumps(said, sort_keys=True))
