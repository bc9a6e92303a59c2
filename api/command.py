"""The `edrms` command: what it can do is in cli.py."""

from api.imports import collector_at_rest


def main() -> None:
    """Do what was asked for on the command line."""
    with collector_at_rest():
        from api.cli import main as commands
    commands()


if __name__ == "__main__":
    main()
