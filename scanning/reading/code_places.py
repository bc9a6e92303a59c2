"""Where on a page a barcode may lie: patches dark enough, 4 by 6 mm and more. Pure numpy.

A code is about half ink over its whole area; print is not. Looking only there costs a fifth of looking
over a page, and gives the same codes (docs/quality.md).
"""

import numpy as np

from scanning.reading.blank import CELL_PX, ink_per_cell

Box = tuple[int, int, int, int]
DARK = 25  # of 255, darker than the paper
LEAST_INK_PX = CELL_PX * CELL_PX // 3
AROUND_CELLS = 5  # 10 mm: a code's quiet zone, and what of it is not dense
SMALL_PX = 600  # a picture no wider or no higher (A6 at 150 dpi) is looked at whole


def code_places(dark: np.ndarray) -> list[Box]:
    """Boxes (left, top, right, bottom), in pixels of dark, outside which no code can be.

    dark: how much darker than its paper each pixel of a page of about 150 dpi is (blank.darkness).
    """
    height, width = dark.shape
    if min(height, width) <= SMALL_PX:
        return [(0, 0, width, height)]
    near = _around(_dense_patches(ink_per_cell(dark >= DARK) >= LEAST_INK_PX))
    return [
        (
            left * CELL_PX,
            top * CELL_PX,
            min((right + 1) * CELL_PX, width),
            min((bottom + 1) * CELL_PX, height),
        )
        for left, top, right, bottom in _boxes(near, 0, 0)
    ]


def _dense_patches(dense: np.ndarray) -> np.ndarray:
    """The cells that belong to two rows of three dense cells, lying or standing."""
    patches: np.ndarray = np.zeros_like(dense)
    for height, width in ((2, 3), (3, 2)):
        rows, columns = dense.shape[0] - height + 1, dense.shape[1] - width + 1
        corners = [
            (slice(down, down + rows), slice(across, across + columns))
            for down in range(height)
            for across in range(width)
        ]
        whole = np.logical_and.reduce([dense[corner] for corner in corners])
        for corner in corners:
            patches[corner] |= whole
    return patches


def _around(cells: np.ndarray) -> np.ndarray:
    """Those cells and all that are within AROUND_CELLS of one, across and down."""
    grown: np.ndarray = cells
    for _ in range(2):
        padded = np.pad(grown, ((AROUND_CELLS, AROUND_CELLS), (0, 0)))
        shifts = range(2 * AROUND_CELLS + 1)
        grown = np.logical_or.reduce([padded[at : at + len(grown)] for at in shifts]).T
    return grown


def _boxes(cells: np.ndarray, left: int, top: int) -> list[Box]:
    """Boxes that hold all cells, divided where whole rows or columns between them are empty."""
    found: list[Box] = []
    for first, last in _runs(np.any(cells, axis=1)):
        for start, end in _runs(np.any(cells[first:last], axis=0)):
            part = cells[first:last, start:end]
            if part.shape == cells.shape or part.all():
                found.append((left + start, top + first, left + end, top + last))
            else:
                found += _boxes(part, left + start, top + first)
    return found


def _runs(marked: np.ndarray) -> list[tuple[int, int]]:
    """First and one past the last place of each run of marked ones."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marked.view(np.int8), [0]))))
    return [(int(at), int(to)) for at, to in zip(edges[::2], edges[1::2], strict=True)]
