"""Commands for tokens of programs and lost second factors. Whoever makes or revokes a token gives
password and code, as on the page; who resets a factor here is trusted for having the machine.
"""

from datetime import date, datetime, time, timedelta

import click

from api.command_parts import opened
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.roles import PERMISSIONS, ROLES
from edrms.clock import COUNCIL_ZONE
from edrms.errors import NotSignedIn

_as_administrator = click.option(
    "--as", "username", required=True, envvar="EDRMS_STAFF", help="User name of an administrator."
)


@click.group()
def token() -> None:
    """Tokens of programs that use the JSON API."""


def _administrator(instance: Instance, username: str) -> Actor:
    """The administrator, once password and code were right; the session ends with the question."""
    password = click.prompt("Password", hide_input=True, err=True)
    code = click.prompt("Code (empty if there is no authenticator)", default="", err=True)
    session = instance.sessions.start(username, password, code)
    found = instance.sessions.find(session)
    if found is None or found.must:
        raise NotSignedIn("Sign in on the pages first: there is something to set up there.")
    instance.sessions.end(session, found.actor)
    return found.actor


@token.command("program")
@click.argument("name")
@click.option("--name", "display_name", required=True, help="Name to show.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(sorted(ROLES)))
@_as_administrator
def program(name: str, display_name: str, roles: tuple[str, ...], username: str) -> None:
    """Add a program, which will act with these roles as far as its tokens go."""
    instance = opened()
    actor = _administrator(instance, username)
    instance.tokens.add_program(actor, name, display_name, frozenset(roles))
    click.echo(f"{name} may be given tokens.")


@token.command("add")
@click.argument("program_name")
@click.option("--purpose", required=True, help="What it is for.")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(sorted(PERMISSIONS))
)
@click.option("--until", required=True, help="Last day, YYYY-MM-DD, within a year.")
@_as_administrator
def add(
    program_name: str, purpose: str, scopes: tuple[str, ...], until: str, username: str
) -> None:
    """Make a token and print it, this once."""
    instance = opened()
    actor = _administrator(instance, username)
    made = instance.tokens.issue(
        actor, program_name, purpose, frozenset(scopes), _end_of_day(until)
    )
    click.echo(made)


def _end_of_day(given: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(given) + timedelta(days=1), time(), COUNCIL_ZONE)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter("expected YYYY-MM-DD", param_hint="--until") from error


@token.command("list")
@_as_administrator
def show(username: str) -> None:
    """List every token: its beginning, never the whole."""
    instance = opened()
    now = instance.clock.now()
    for entry in instance.tokens.list(_administrator(instance, username)):
        over = "revoked" if entry.revoked_at else "expired" if entry.expires_at <= now else "live"
        used = f"{entry.last_used_at:%Y-%m-%d %H:%M}" if entry.last_used_at else "never used"
        click.echo(
            f"{entry.token_id}  {entry.prefix}...  {over:<7}  {entry.program}  "
            f"until {entry.expires_at:%Y-%m-%d}  {used}  {' '.join(entry.scopes)}"
        )


@token.command("revoke")
@click.argument("token_id")
@_as_administrator
def revoke(token_id: str, username: str) -> None:
    """Make a token (its id is in the list) worth nothing from the next request on."""
    instance = opened()
    instance.tokens.revoke(_administrator(instance, username), token_id)
    click.echo("Revoked.")


@click.group()
def factor() -> None:
    """Second factors, when no administrator can sign in."""


@factor.command("reset")
@click.argument("username")
def reset(username: str) -> None:
    """Take a lost second factor away, and end the person's sessions."""
    opened().factors.reset_on_the_machine(username)
    click.echo(f"{username} signs in with the password alone until another is set up.")


COMMANDS: tuple[click.Command, ...] = (token, factor)
