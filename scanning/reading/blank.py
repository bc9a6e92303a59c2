"""Is a scanned page blank? And which of its pixels are ink? Pillow and numpy over reduced grey.

A page is blank when nothing is left after speckle, shadows along the edges and punch holes are set
aside. In doubt it is content: one faint line of writing, a tick or a page number keeps a page. A
page image is reduced to about 150 dpi before it comes here. A blank page is never dropped by this:
it is only marked.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops

CELL_PX = 12  # 2 mm at 150 dpi
INKED_CELL_PX = 6  # dark pixels that make a cell inked
FAINTEST_INK = 30  # grey levels darker than the paper round it; bleed-through stays below
EDGE_CELLS = 2  # a mark that touches this margin ...
EDGE_DEPTH_CELLS = 5  # ... and stays this near to it is a shadow or the scanner's lid
HOLE_MARGIN_CELLS = 11  # punch holes lie within 22 mm of an edge
HOLE_FILL = 0.4  # of the pixels of its cells; handwriting and print stay below
SPECK_CELLS = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """Inked cells that belong together: their extent in cells, how many, how full of ink."""

    top: int
    left: int
    bottom: int
    right: int
    cells: int
    fill: float


def darkness(grey: Image.Image) -> Image.Image:
    """How much darker (0 to 255) each pixel is than the paper within 3 mm. Shadows vanish."""
    return darker_than_paper(grey, 8)


def darker_than_paper(grey: Image.Image, block_px: int) -> Image.Image:
    """How much darker each pixel is than the whitest of the 5 x 5 blocks of pixels round it."""
    small = grey.reduce(block_px) if min(grey.size) >= 16 * block_px else grey
    paper = _whitest_near(small)
    levels = np.asarray(paper)
    whitest = int(levels.max())
    if whitest == levels.min():  # a page that was drawn: the same, without enlarging it
        return grey.point([max(0, whitest - level) for level in range(256)])
    return ImageChops.subtract(paper.resize(grey.size, Image.Resampling.BILINEAR), grey)


def _whitest_near(small: Image.Image) -> Image.Image:
    """Each pixel as white as the whitest of the 5 x 5 round it; the edge is carried on outwards."""
    found = np.pad(np.asarray(small), 2, mode="edge")
    for _ in range(2):
        height = found.shape[0] - 4
        rows = [found[at : at + height] for at in range(5)]
        found = np.maximum.reduce(rows).T
    return Image.fromarray(np.ascontiguousarray(found))


def ink_of_print(dark: Image.Image) -> np.ndarray:
    """Bool (height, width): pixels about half as dark as the page's darkest print."""
    counts = np.cumsum(np.asarray(dark.histogram())[::-1])
    darkest = 255 - int(np.searchsorted(counts, 0.005 * counts[-1]))
    ink: np.ndarray = np.asarray(dark) >= max(darkest // 2, FAINTEST_INK // 2)
    return ink


def is_blank(dark: Image.Image) -> bool:
    """Whether a page (as darkness gives it) carries no mark that could be content."""
    pixels = np.asarray(dark)
    threshold = max(FAINTEST_INK, 5 * int(np.percentile(pixels[::4, ::4], 50)))
    filled = ink_per_cell(pixels >= threshold)
    inked = filled >= INKED_CELL_PX
    if inked.mean() > 0.1:
        return False
    return all(_is_dirt(mark, inked.shape) for mark in find_marks(inked, filled))


def ink_per_cell(ink: np.ndarray, cell_px: int = CELL_PX) -> np.ndarray:
    """Dark pixels per square cell; cells cut off by the right and bottom edge are left out.

    ink: bool (height, width). A picture smaller than a cell is one cell. cell_px: at most 255.
    """
    rows, columns = (max(side // cell_px, 1) for side in ink.shape)
    whole: np.ndarray = ink[: rows * cell_px, : columns * cell_px].view(np.uint8)
    down = np.zeros((rows, whole.shape[1]), np.uint8)
    for at in range(min(cell_px, len(whole))):
        down += whole[at::cell_px]
    across = down if columns * cell_px > down.shape[1] else down.reshape(rows, columns, cell_px)
    per_cell: np.ndarray = across.sum(axis=-1, dtype=np.int32).reshape(rows, columns)
    return per_cell


def find_marks(inked: np.ndarray, filled: np.ndarray) -> Iterator[Mark]:
    """Groups of inked cells at most two cells apart across and one apart down."""
    left_over = {(int(y), int(x)) for y, x in zip(*np.nonzero(inked), strict=True)}
    while left_over:
        waiting, group = [left_over.pop()], []
        while waiting:
            y, x = waiting.pop()
            group.append((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in range(-3, 4)} & left_over
            left_over -= near
            waiting.extend(near)
        rows, columns = zip(*group, strict=True)
        fill = sum(int(filled[cell]) for cell in group) / (len(group) * CELL_PX * CELL_PX)
        yield Mark(min(rows), min(columns), max(rows), max(columns), len(group), fill)


def _is_dirt(mark: Mark, shape: tuple[int, ...]) -> bool:
    return mark.cells <= SPECK_CELLS or _is_edge_shadow(mark, shape) or _is_hole(mark, shape)


def _is_edge_shadow(mark: Mark, shape: tuple[int, ...]) -> bool:
    """Touches the outermost cells and stays near that edge."""
    height, width = shape
    near_and_far = (
        (mark.top, mark.bottom),
        (mark.left, mark.right),
        (height - 1 - mark.bottom, height - 1 - mark.top),
        (width - 1 - mark.right, width - 1 - mark.left),
    )
    return any(near < EDGE_CELLS and far < EDGE_DEPTH_CELLS for near, far in near_and_far)


def _is_hole(mark: Mark, shape: tuple[int, ...]) -> bool:
    """Small, round, full of ink and near an edge."""
    height, width = shape
    tall, wide = mark.bottom - mark.top + 1, mark.right - mark.left + 1
    nearest = min(mark.top, mark.left, height - 1 - mark.bottom, width - 1 - mark.right)
    small_and_round = max(tall, wide) <= 5 and abs(tall - wide) <= 1
    return small_and_round and nearest < HOLE_MARGIN_CELLS and mark.fill >= HOLE_FILL
