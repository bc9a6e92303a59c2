"""How an entry point imports the product."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """While the product is imported: much is made and next to nothing is garbage, so that looking through
    all of it again and again is a fifth of a start. Nor is what was imported looked through later.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
