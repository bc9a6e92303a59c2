"""Commands of access: the policy as a picture in words, and taking in teams and allocations from CSV."""

from pathlib import Path

import click

from api.access_imports import import_allocations, import_teams
from api.command_parts import FILE, opened
from edrms.access.matrix import role_by_action, ways_of
from edrms.access.policy import VIEW
from edrms.access.roles import ROLES


@click.group()
def access() -> None:
    """Who may see what."""


@access.command()
def matrix() -> None:
    """Role by action, and how far each role reads, made from the policy itself."""
    click.echo("Action: the roles that may\n")
    for permission, held in role_by_action().items():
        click.echo(f"{permission:<26}  {', '.join(role for role, may in held.items() if may)}")
    click.echo("\nHow far each role reads: services, level, by which ties")
    for code, role in ROLES.items():
        click.echo(f"\n{role.name} ({code})")
        for way in ways_of(code, VIEW):
            services, ties = ", ".join(way.services), ", ".join(way.relations)
            click.echo(f"  {services}: {way.level}: {ties}")
        if not ways_of(code, VIEW):
            click.echo("  reads no record")


@click.group()
def teams() -> None:
    """Teams and who is in them."""


@teams.command("import")
@click.argument("path", type=FILE)
def import_teams_file(path: Path) -> None:
    """Take in teams and members from a CSV file: team, service, parent, member, supervises.

    A line with a member (a user name) puts that person in the team; supervises is yes or empty. What
    is there already stays. All lines are taken in, or none.
    """
    added, joined = import_teams(opened(), path)
    click.echo(f"{added} teams added, {joined} members put in.")


@click.group()
def allocations() -> None:
    """Whose client somebody is."""


@allocations.command("import")
@click.argument("path", type=FILE)
def import_allocations_file(path: Path) -> None:
    """Take in allocations from a CSV file: system, reference, team, worker (a user name).

    What is there already stays. All lines are taken in, or none.
    """
    click.echo(f"{import_allocations(opened(), path)} allocations made.")


ACCESS_COMMANDS: tuple[click.Command, ...] = (access, teams, allocations)
