"""Accessibility check of a page in the browser, by axe-core as npm installed it.

Holds no test of its own. A missing axe-core is a failure that names the command, never a pass.
"""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule and where: axe's rule id, what it asks, and the offending elements."""

    rule: str
    help: str
    elements: tuple[str, ...]


def violations(page: Page) -> list[Violation]:
    """What axe finds wrong with the page as it is now. Empty means nothing was found.

    Runs under a content security policy without loosening it: the script goes in through the
    browser's debugger, not as a script element. Raises RuntimeError when axe-core is missing.
    """
    if not AXE.is_file():
        raise RuntimeError(f"{AXE} is missing. Run: npm ci")
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
    )["violations"]
    return [
        Violation(
            rule=each["id"],
            help=each["help"],
            elements=tuple(node["html"][:200] for node in each["nodes"]),
        )
        for each in found
    ]
