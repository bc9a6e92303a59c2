"""`edrms holds`: list, place from a file, lift, give out and take in as JSON; whose an account is."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from api import setting_up
from api.command_parts import FILE, as_staff, opened
from edrms.errors import Invalid
from edrms.staff.finding import staff_id_of
from edrms.staff.persons import set_person
from retention.hold_words import Placing, Scope, ScopeKind


@click.group()
def holds() -> None:
    """What must be kept, whatever its period says."""


@holds.command("list")
@click.option("--show", type=click.Choice(["live", "due", "lifted"]), default="live")
@as_staff
def list_holds(show: Any, username: str) -> None:
    """List the holds this staff member may know of."""
    instance = opened()
    for one in instance.holds.listed(setting_up.staff_actor(instance, username), show):
        mark = "look at it" if one.needs_look else ""
        secret = "secret" if one.hold.is_secret else ""
        click.echo(
            f"{one.hold.hold_id}  {one.hold.reference}  {one.hold.review_on}  {one.owner_name:<24}  "
            f"{one.hold.title}  {secret} {mark}".rstrip()
        )


@holds.command("place")
@click.option("--title", required=True)
@click.option("--reason", required=True, help="Why, at least 10 characters.")
@click.option("--authority", required=True, help="The letter, order or Act it rests on.")
@click.option("--owner", required=True, help="User name of who answers for it.")
@click.option("--review-on", required=True, help="YYYY-MM-DD, within two years.")
@click.option(
    "--on",
    "subjects",
    multiple=True,
    help="record:ID, case_file:ID, client:ID or record_class:CODE.",
)
@click.option("--query", help='A saved query as JSON, such as {"services": ["children"]}.')
@click.option("--secret", is_flag=True)
@click.option("--confirm", is_flag=True, help="The query may catch everything, or nothing yet.")
@as_staff
def place(
    title: str, reason: str, authority: str, owner: str, review_on: str, subjects: tuple[str, ...],
    query: str | None, secret: bool, confirm: bool, username: str,
) -> None:  # fmt: skip
    """Place a hold."""
    instance = opened()
    scopes = [_subject(one) for one in subjects]
    if query is not None:
        scopes.append(Scope(ScopeKind.QUERY, criteria=_json(query, "--query")))
    placed = instance.holds.place(
        setting_up.staff_actor(instance, username),
        Placing(
            title, reason, authority, staff_id_of(instance.database, owner), _day(review_on),
            tuple(scopes), secret, confirm,
        ),
    )  # fmt: skip
    click.echo(f"{placed.reference} ({placed.hold_id}) is live.")
    if placed.too_late:
        click.echo(f"{placed.too_late} records it is on had been given up to destruction before.")


def _subject(typed: str) -> Scope:
    kind, _, subject_id = typed.partition(":")
    try:
        return Scope(ScopeKind(kind), subject_id)
    except ValueError as error:
        raise Invalid(f"--on {typed[:40]}: begin with one of {', '.join(ScopeKind)}.") from error


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("--review-on: give a real day, such as 2027-03-01.") from error


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"{what}: this is not JSON ({error}).") from error


@holds.command("lift")
@click.argument("hold_id")
@click.option("--reason", required=True)
@click.option("--authority", required=True)
@as_staff
def lift(hold_id: str, reason: str, authority: str, username: str) -> None:
    """Lift a hold for good."""
    instance = opened()
    actor = setting_up.staff_actor(instance, username)
    afresh = instance.holds.lift(actor, hold_id, reason, authority)
    click.echo(f"Lifted. {afresh} items of disposal go back to appraisal.")


@holds.command("export")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@as_staff
def export(path: Path, username: str) -> None:
    """Write the holds this staff member may know of to a new file, as JSON."""
    instance = opened()
    if path.exists():
        raise Invalid(f"{path} is there already. Name a new file.")
    found = instance.hold_exchange.export(setting_up.staff_actor(instance, username))
    with path.open("x", encoding="utf-8") as file:
        json.dump(found, file, ensure_ascii=False, indent=1, sort_keys=True)
    click.echo(f"{len(found['holds'])} holds written.")


@holds.command("import")
@click.argument("path", type=FILE)
@click.option("--owner", default="", help="User name of who answers where an owner is not here.")
@as_staff
def take_in(path: Path, owner: str, username: str) -> None:
    """Take in holds that `export` wrote, all of them or none. What is live here stays live."""
    instance = opened()
    try:
        given = _json(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name}: this is not UTF-8.") from error
    actor = setting_up.staff_actor(instance, username)
    owner_id = staff_id_of(instance.database, owner) if owner else ""
    new, here = instance.hold_exchange.take_in(actor, given, owner_id=owner_id)
    click.echo(f"{new} holds taken in, {here} were here already.")


@click.command("staff-person")
@click.argument("account")
@click.option("--employee-number", default="")
@click.option("--email", default="")
@click.option("--same-person", is_flag=True, help="Another account has it, of the same person.")
@as_staff
def staff_person(
    account: str, employee_number: str, email: str, same_person: bool, username: str
) -> None:
    """Record whose an account is, so that two accounts of one person are not taken for two people."""
    instance = opened()
    actor = setting_up.staff_actor(instance, username)
    staff_id = staff_id_of(instance.database, account)
    set_person(
        instance.database, instance.clock, actor, staff_id, employee_number, email,
        is_same_person=same_person,
    )  # fmt: skip
    click.echo(f"{account}: recorded.")


HOLD_COMMANDS: tuple[click.Command, ...] = (holds, staff_person)
