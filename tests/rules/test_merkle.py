"""The tree agrees with the RFC's own text in every size up to 130, and no proof that was touched holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edrms.audit.merkle import consistency_proof, edge_of, inclusion_proof, nodes_of
from edrms.audit.verifier import (
    EMPTY_ROOT,
    Frontier,
    consistency_holds,
    inclusion_holds,
    leaf_hash,
)
from tests.rules import rfc6962

LARGEST = 130
INPUTS = [f"event {number}".encode() for number in range(LARGEST)]
LEAVES = [leaf_hash(one) for one in INPUTS]
ROOTS = [rfc6962.mth(INPUTS[:size]) for size in range(LARGEST + 1)]
NODES = nodes_of(LEAVES)
FEW = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 31, 33, 64, 65, 100, 127, 128, 129]


def touched(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with one bit turned in each hash, one left out, one added, one twice, two swapped."""
    flipped = [
        [*proof[:i], bytes([one[0] ^ 1]) + one[1:], *proof[i + 1 :]] for i, one in enumerate(proof)
    ]
    without = [[*proof[:i], *proof[i + 1 :]] for i in range(len(proof))]
    longer = [[*proof[:i], EMPTY_ROOT, *proof[i:]] for i in range(len(proof) + 1)]
    twice = [[*proof[: i + 1], *proof[i:]] for i in range(len(proof))]
    swapped = [[*proof[:i], proof[i + 1], proof[i], *proof[i + 2 :]] for i in range(len(proof) - 1)]
    return [*flipped, *without, *longer, *twice, *swapped]


def test_every_root_is_the_one_of_the_rfc() -> None:
    frontier = Frontier()
    assert frontier.root() == ROOTS[0] == EMPTY_ROOT
    for size in range(1, LARGEST + 1):
        frontier.extend([LEAVES[size - 1]])
        assert frontier.root() == ROOTS[size]
        assert edge_of(NODES, size) == frontier.edge


def test_growing_at_once_or_by_parts_is_the_same() -> None:
    for size in FEW:
        frontier = Frontier()
        frontier.extend(LEAVES[:size])
        frontier.extend(LEAVES[size:])
        assert frontier.root() == ROOTS[LARGEST]


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="no edge"):
        Frontier([EMPTY_ROOT], 3)


def test_every_inclusion_proof_is_the_one_of_the_rfc_and_holds() -> None:
    for size in range(1, LARGEST + 1):
        for index in range(size):
            proof = inclusion_proof(NODES, index, size)
            assert proof == rfc6962.path(index, INPUTS[:size]) if size in FEW else True
            assert inclusion_holds(LEAVES[index], index, size, proof, ROOTS[size])
            assert rfc6962.root_from_path(index, size, LEAVES[index], proof) == ROOTS[size]


def test_every_consistency_proof_is_the_one_of_the_rfc_and_holds() -> None:
    for new in range(1, LARGEST + 1):
        for old in range(1, new + 1):
            proof = consistency_proof(NODES, old, new)
            assert proof == rfc6962.proof(old, INPUTS[:new]) if new in FEW else True
            assert consistency_holds(old, new, ROOTS[old], ROOTS[new], proof)


@pytest.mark.parametrize("size", FEW)
def test_no_touched_inclusion_proof_holds(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(NODES, index, size)
        for wrong in touched(proof):
            assert not inclusion_holds(LEAVES[index], index, size, wrong, ROOTS[size])
        assert not inclusion_holds(EMPTY_ROOT, index, size, proof, ROOTS[size])
        assert not inclusion_holds(LEAVES[index], index, size, proof, EMPTY_ROOT)
        for other in (index - 1, index + 1, size + index):
            assert not inclusion_holds(LEAVES[index], other, size, proof, ROOTS[size])


@pytest.mark.parametrize("new", FEW)
def test_no_touched_consistency_proof_holds(new: int) -> None:
    for old in range(1, new):
        proof = consistency_proof(NODES, old, new)
        for wrong in touched(proof):
            assert not consistency_holds(old, new, ROOTS[old], ROOTS[new], wrong)
        assert not consistency_holds(old, new, EMPTY_ROOT, ROOTS[new], proof)
        assert not consistency_holds(old, new, ROOTS[old], EMPTY_ROOT, proof)
        assert not consistency_holds(new, old, ROOTS[new], ROOTS[old], proof)


def test_a_tree_continues_itself_and_the_empty_tree_only_without_a_proof() -> None:
    assert consistency_holds(7, 7, ROOTS[7], ROOTS[7], [])
    assert not consistency_holds(7, 7, ROOTS[7], ROOTS[8], [])
    assert not consistency_holds(7, 7, ROOTS[7], ROOTS[7], [ROOTS[7]])
    assert consistency_holds(0, 7, EMPTY_ROOT, ROOTS[7], [])
    assert not consistency_holds(0, 7, ROOTS[7], ROOTS[7], [])
    assert not consistency_holds(0, 7, EMPTY_ROOT, ROOTS[7], [ROOTS[7]])


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=300), st.data())
def test_any_tree_proves_any_of_its_leaves_and_beginnings(
    inputs: list[bytes], data: st.DataObject
) -> None:
    size = len(inputs)
    index, old = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    leaves = [leaf_hash(one) for one in inputs]
    nodes, root = nodes_of(leaves), rfc6962.mth(inputs)
    assert inclusion_holds(leaves[index], index, size, inclusion_proof(nodes, index, size), root)
    proof = consistency_proof(nodes, old, size)
    assert consistency_holds(old, size, rfc6962.mth(inputs[:old]), root, proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(NODES, index, size)
    assert not inclusion_holds(LEAVES[0], index, size, [], ROOTS[max(size, 0)])


def test_a_tree_is_never_older_than_itself() -> None:
    with pytest.raises(ValueError, match="larger"):
        consistency_proof(NODES, 4, 3)
