"""Shapes that look drawn by hand: a signature, the outline figures of a body map, a portrait.

All are pen strokes on a sheet; no words, no pictures.
"""

import math
import random
from collections.abc import Iterator

from scanning.sample_post.sheet import Mark, Stroke

INK = (24, 32, 104)


def signature_strokes(x: int, y: int, dice: random.Random) -> list[Stroke]:
    """A scrawl some 45 mm wide beginning at x, about the line y, and sometimes a flourish."""
    letters = dice.randrange(5, 9)
    anchors = [(float(x), float(y))]
    for place in range(letters * 2):
        tall = dice.uniform(60, 105) if place in (0, letters) else dice.uniform(12, 50)
        step = dice.uniform(18, 44) * (-0.35 if dice.random() < 0.2 else 1)
        up = -tall if place % 2 == 0 else dice.uniform(-4, 34)
        anchors.append((anchors[-1][0] + step, y + up))
    strokes = [Stroke(tuple(_smooth(anchors)), 5, INK)]
    if dice.random() < 0.7:
        end = anchors[-1][0]
        sweep = [(x - 20.0, y + 46.0), (x + 200.0, y + 30.0), (end + 70, y + 38.0), (end, y + 58.0)]
        strokes.append(Stroke(tuple(_smooth(sweep)), 4, INK))
    return strokes


def _smooth(anchors: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """A Catmull-Rom curve through the anchors."""
    padded = [anchors[0], *anchors, anchors[-1]]
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(10):
            yield tuple(  # type: ignore[misc]
                _spline(p0[i], p1[i], p2[i], p3[i], step / 10) for i in (0, 1)
            )


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    quadratic = 2 * a - 5 * b + 4 * c - d
    cubic = 3 * b - a - 3 * c + d
    return 0.5 * (2 * b + (c - a) * t + quadratic * t * t + cubic * t**3)


def figure_marks(kind: str, x: int, y: int) -> list[Mark]:
    """The outline whose top left is x, y; at most 1150 px high. Raises ValueError."""
    if kind == "body_map":
        crosses = (*_cross(x + 352, y + 420), *_cross(x + 305, y + 700))
        return [*_person(x + 200, y, 1.0), *_person(x + 900, y, 1.0), *crosses]
    if kind == "portrait":
        frame = ((0, 0), (520, 0), (520, 660), (0, 660), (0, 0))
        head = _ellipse(x + 260, y + 250, 120, 150)
        shoulders = _ellipse(x + 260, y + 660, 220, 230, math.pi, 2 * math.pi)
        return [Stroke(tuple((x + a, y + b) for a, b in frame), 4), head, shoulders]
    raise ValueError(f"no such figure: {kind}")


def _person(x: float, y: float, scale: float) -> list[Mark]:
    half = [(22, 150), (30, 190), (110, 215), (150, 330), (190, 560), (165, 570), (110, 380)]
    half += [(90, 330), (85, 560), (80, 800), (70, 1060), (20, 1075), (12, 620)]
    outline = [(x + dx * scale, y + dy * scale) for dx, dy in half]
    mirrored = [(2 * x - px, py) for px, py in outline]
    head = _ellipse(x, y + 80 * scale, 62 * scale, 78 * scale)
    return [head, Stroke(tuple(_smooth(outline)), 4), Stroke(tuple(_smooth(mirrored)), 4)]


def _ellipse(
    x: float, y: float, across: float, down: float, start: float = 0, end: float = 2 * math.pi
) -> Stroke:
    turns = [start + (end - start) * step / 40 for step in range(41)]
    return Stroke(tuple((x + across * math.cos(t), y + down * math.sin(t)) for t in turns), 4)


def _cross(x: float, y: float) -> list[Mark]:
    falling, rising = ((x - 22, y - 22), (x + 22, y + 22)), ((x - 20, y + 24), (x + 22, y - 20))
    return [Stroke(falling, 6, INK), Stroke(rising, 6, INK)]
