"""Making proofs for an RFC 6962 tree from its full subtrees. Pure: where hashes are kept is the caller's.

Hashes, the growing edge and the checking of proofs are in edrms/audit/verifier.py, which is handed to
outsiders whole.
"""

from collections.abc import Callable

from edrms.audit.verifier import EMPTY_ROOT, Frontier, node_hash

# The root of the full subtree of 2**height leaves that is the place-th of its height.
Node = Callable[[int, int], bytes]


def root_of(node: Node, start: int, end: int) -> bytes:
    """Root of leaves start to end (not included), where start is a multiple of the power of two that
    holds them, as all subtrees of RFC 6962 are."""
    size = end - start
    if size == 0:
        return EMPTY_ROOT
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return node(height, start >> height)
    middle = start + _split(size)
    return node_hash(root_of(node, start, middle), root_of(node, middle, end))


def edge_of(node: Node, size: int) -> list[bytes]:
    """The roots of the full subtrees that make up a tree of this size, largest first."""
    edge, start = [], 0
    for height in range(size.bit_length() - 1, -1, -1):
        if size >> height & 1:
            edge.append(node(height, start >> height))
            start += 1 << height
    return edge


def inclusion_proof(node: Node, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1. Raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    start, end, proof = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(root_of(node, middle, end))
            end = middle
        else:
            proof.append(root_of(node, start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(node: Node, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty for old 0. Raises ValueError for old > new."""
    if not 0 <= old <= new:
        raise ValueError("the old tree is larger than the new one")
    if old in (0, new):
        return []
    start, end, proof, whole = 0, new, [], True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(root_of(node, middle, end))
            end = middle
        else:
            proof.append(root_of(node, start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(root_of(node, start, end))
    return proof[::-1]


def nodes_of(leaves: list[bytes]) -> Node:
    """Every full subtree of these leaf hashes, kept in memory."""
    kept = {(0, place): one for place, one in enumerate(leaves)}

    def keep(height: int, place: int, one: bytes) -> None:
        kept[height, place] = one

    Frontier(full=keep).extend(leaves)
    return lambda height, place: kept[height, place]


def _split(size: int) -> int:
    """The largest power of two smaller than size."""
    return 1 << (size - 1).bit_length() - 1
