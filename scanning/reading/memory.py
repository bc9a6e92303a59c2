"""How glibc hands out memory for a page's pictures, which are large and many.

A child keeps room once had and takes it in pieces of 2 MB where the kernel has them: cleared page by page
it costs milliseconds. The process it is forked from must leave no such room behind, for the child would
take over what is there, page by page.
"""

import ctypes

_glibc = ctypes.CDLL(None)
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
FORKED_FROM = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_THRESHOLD_": str(128 << 10),  # also says that it never grows by itself
}
"""For the environment of the process that children are forked from."""


def keep_room() -> None:
    """In a child: an array's room is used again by the next instead of being given back."""
    _glibc.mallopt(_MMAP_THRESHOLD, 64 << 20)
    _glibc.mallopt(_TRIM_THRESHOLD, 256 << 20)


def give_back_room() -> None:
    """Before any child is forked: what is free goes back to the kernel."""
    _glibc.malloc_trim(0)
