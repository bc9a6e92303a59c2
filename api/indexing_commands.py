"""Commands of indexing: teach the classifier, and see what it has learned."""

import click
from sqlalchemy import select

from api.command_parts import opened
from edrms.staff.accounts import SYSTEM
from scanning.indexing.learn_types import learn_types
from scanning.indexing.tables import TypeModel


@click.group()
def indexing() -> None:
    """How documents are recognised."""


@indexing.command()
def learn() -> None:
    """Teach the classifier from what people filed. It is used only if it is no worse than the cues."""
    instance = opened()
    learned = learn_types(instance.database, instance.clock, SYSTEM)
    if not learned.number:
        click.echo(f"Nothing was learned, the cues stay. {learned.reason}")
        return
    state = "in use" if learned.is_active else "not in use"
    click.echo(f"learned/{learned.number} from {learned.documents} documents is {state}.")
    click.echo(learned.reason)
    for name, value in learned.figures.items():
        click.echo(f"  {name.replace('_', ' ')}: {value:g}")


@indexing.command()
def models() -> None:
    """Every learning so far with its figures, the newest first."""
    instance = opened()
    with instance.database.read() as session:
        for model in session.scalars(select(TypeModel).order_by(TypeModel.number.desc())):
            used = "in use" if model.is_active else "not in use"
            click.echo(
                f"learned/{model.number}  {model.made_at:%Y-%m-%d}  {model.documents} documents"
                f"  macro F1 {model.figures['macro_f1']:.3f}"
                f" (cues {model.figures['cues_macro_f1']:.3f})  {used}. {model.reason}"
            )
