"""What the commands share: the instance they work on, as whom, a file, a certificate looked at."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from api.wiring import Instance, build
from edrms.audit.verifier import Tampered
from edrms.settings import load_settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
as_staff = click.option(
    "--as", "username", required=True, envvar="EDRMS_STAFF", help="User name of a staff member."
)
of_key = click.option(
    "--key", "given", default="", help="Public key, or a file with it; else this instance's."
)


def opened() -> Instance:
    """The instance of these settings. Raises CannotStart where it cannot be worked on."""
    return build(load_settings())


def say_whether_genuine(look: Callable[[], str]) -> None:
    """Print what a certificate says, or, with exit status 1, what is wrong with it.

    look: gives the words for a genuine one, raises Tampered for any other.
    """
    try:
        said = look()
    except Tampered as error:
        click.echo(f"NOT GENUINE. {error}", err=True)
        sys.exit(1)
    click.echo(f"GENUINE: {said}.")
