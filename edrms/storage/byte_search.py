"""Whether a file holds any of many byte strings: looked for together, in one reading of the file."""

from collections.abc import Collection
from pathlib import Path
from struct import Struct

_PIECE_BYTES = 1 << 20
_BLOCK_BYTES = 8
_MOST_AT_ONCE = 4000  # strings looked for in one reading, some 30 blocks of memory for each


def holds_any(file: Path, wanted: Collection[bytes]) -> bool:
    """Whether any of these, none of them empty, is anywhere in the file.

    Only blocks of the file that begin at multiples of a stride are looked up. The stride is so short that
    wherever one of the strings lies, one such block lies whole within its first bytes; and every block
    that a string has there is known. So nothing is missed, and the file is read once for all of them.
    What a block promises is then compared whole.
    """
    if not all(wanted):
        raise ValueError("nothing is everywhere: it cannot be looked for")
    every = list(wanted)
    parts = (every[at : at + _MOST_AT_ONCE] for at in range(0, len(every), _MOST_AT_ONCE))
    return any(_holds(file, some) for some in parts)


def _holds(file: Path, wanted: list[bytes]) -> bool:
    shortest, longest = min(map(len, wanted)), max(map(len, wanted))
    block = min(_BLOCK_BYTES, (shortest + 1) // 2)
    stride = shortest - block + 1
    known = {one[at : at + block] for one in wanted for at in range(stride)}
    cut = Struct(f"{block}s{stride - block}x")
    with file.open("rb") as content:
        tail = b""
        while piece := content.read(_PIECE_BYTES):
            here = tail + piece
            if _may_hold(here, known, cut) and any(one in here for one in wanted):
                return True
            tail = here[-longest:]
    return False


def _may_hold(here: bytes, known: set[bytes], cut: Struct) -> bool:
    whole = len(here) // cut.size * cut.size
    if any(found in known for (found,) in cut.iter_unpack(here[:whole])):
        return True
    return here[whole:][: len(next(iter(known)))] in known
