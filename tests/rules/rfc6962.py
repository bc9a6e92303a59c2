"""RFC 6962, section 2.1, word for word and as slowly as it says: what our tree is compared with.

Nothing here is imported from the product.
"""

from collections.abc import Sequence
from hashlib import sha256


def mth(d: Sequence[bytes]) -> bytes:
    """MTH(D[n]): the Merkle Tree Hash of a list of inputs."""
    n = len(d)
    if n == 0:
        return sha256(b"").digest()
    if n == 1:
        return sha256(b"\x00" + d[0]).digest()
    k = largest_power_of_two_below(n)
    return sha256(b"\x01" + mth(d[0:k]) + mth(d[k:n])).digest()


def largest_power_of_two_below(n: int) -> int:
    """k with k < n <= 2k."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]): the audit path of the (m+1)th input."""
    n = len(d)
    if n == 1:
        return []
    k = largest_power_of_two_below(n)
    if m < k:
        return [*path(m, d[0:k]), mth(d[k:n])]
    return [*path(m - k, d[k:n]), mth(d[0:k])]


def proof(m: int, d: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]): the consistency proof for a previous tree of m inputs."""
    return subproof(m, d, True)


def subproof(m: int, d: Sequence[bytes], b: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    n = len(d)
    if m == n:
        return [] if b else [mth(d)]
    k = largest_power_of_two_below(n)
    if m <= k:
        return [*subproof(m, d[0:k], b), mth(d[k:n])]
    return [*subproof(m - k, d[k:n], False), mth(d[0:k])]


def root_from_path(m: int, n: int, leaf: bytes, given: Sequence[bytes]) -> bytes:
    """The root that an audit path leads to, by undoing PATH. Raises IndexError for a wrong length."""
    if n == 1:
        if given:
            raise IndexError("the path is too long")
        return leaf
    k = largest_power_of_two_below(n)
    if m < k:
        below = root_from_path(m, k, leaf, given[:-1])
        return sha256(b"\x01" + below + given[-1]).digest()
    below = root_from_path(m - k, n - k, leaf, given[:-1])
    return sha256(b"\x01" + given[-1] + below).digest()
