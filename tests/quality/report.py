"""The figures as tables for a terminal."""

from collections.abc import Sequence
from dataclasses import fields

from rich.table import Table

from tests.quality.measure import Measured
from tests.quality.post import PostFigures
from tests.quality.topics import Topics
from tests.quality.types import coverage, macro_f1


def set_table(name: str, measured: Sequence[Measured]) -> Table:
    """What became of each file of a set."""
    table = Table(title=f"{name}: {len(measured)} files")
    for column in ("File", "State", "Pages", "Turned", "Sure", "Type", "Client", "Filed"):
        table.add_column(column)
    for one in measured:
        outcome = one.outcome
        first = outcome.documents[0] if outcome.documents else None
        client, score = first.best_client if first else (None, 0.0)
        table.add_row(
            one.file.id,
            outcome.held_reason or outcome.state,
            " ".join(page.kind or "failed" for page in outcome.pages),
            " ".join(str(page.rotation_degrees) for page in outcome.pages),
            " ".join(f"{page.confidence:.2f}" for page in outcome.pages if page.confidence),
            f"{first.type_code} {first.type_score:.2f}" if first else "",
            f"{client} {score:.2f}{_verdict(one, client, score)}" if client else "",
            _filed(one),
        )
    return table


def _verdict(one: Measured, client: str | None, score: float) -> str:
    if score <= 0.5 or client == one.file.client_id:
        return ""
    return " [red]wrong[/]"


def _filed(one: Measured) -> str:
    if one.filed_wrongly:
        return "[red]WRONG[/]"
    return "yes" if any(document.filed_on for document in one.outcome.documents) else ""


def topics_line(topics: Topics) -> str:
    """What was learned and asked, before the scorer's line."""
    return (
        f"{topics.name}: learned from {topics.learned_from}, asked {topics.asked},"
        f" model {topics.model_bytes / 1e6:.1f} MB, p95 {topics.p95_ms:.2f} ms a document"
    )


def post_table(figures: PostFigures) -> Table:
    """The sample post's figures."""
    table = Table(title="Sample post against its truth")
    table.add_column("What")
    table.add_column("Count", justify="right")
    for one in fields(figures):
        if one.name not in ("remarks", "by_look", "type_calls", "classifying_ms"):
            table.add_row(one.name.replace("_", " "), str(getattr(figures, one.name)))
    _add_types(table, figures)
    rate = figures.character_errors / max(figures.characters, 1)
    table.add_row("character error rate", f"{rate:.4f}")
    for look, (characters, errors) in sorted(figures.by_look.items()):
        table.add_row(f"  {look}", f"{errors / max(characters, 1):.4f}")
    return table


def _add_types(table: Table, figures: PostFigures) -> None:
    calls, taken = figures.type_calls, sorted(figures.classifying_ms)
    table.add_row("types: macro F1", f"{macro_f1(calls):.3f}")
    for precision in (0.95, 0.99):
        table.add_row(f"types: coverage at {precision:.0%}", f"{coverage(calls, precision):.3f}")
    if taken:
        p95 = taken[min(int(len(taken) * 0.95), len(taken) - 1)]
        table.add_row("types: processor ms a document, p95", f"{p95:.1f}")
