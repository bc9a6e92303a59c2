"""The tree of the log as the database holds it: leaf hashes, and the roots of every 256 of the level below.

So any proof reads a few blocks of at most 256 hashes, however long the log is.
"""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.audit.tables import AuditNode, AuditSeal
from edrms.audit.verifier import Frontier
from edrms.errors import Damaged

STEP = 8  # heights that are kept: its multiples
BLOCK = 1 << STEP


class StoredTree:
    """Full subtrees (a merkle.Node) within one session; what was read once is kept."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._blocks: dict[tuple[int, int], dict[int, bytes]] = {}

    def __call__(self, height: int, place: int) -> bytes:
        """Root of this full subtree. Raises Damaged where hashes are missing."""
        kept = height - height % STEP
        first, count = place << height - kept, 1 << height - kept
        block = self._block(kept, first // BLOCK)
        below = [block.get(one) for one in range(first, first + count)]
        hashes = [one for one in below if one is not None]
        if len(hashes) != count:
            raise Damaged(
                f"The audit log's hashes of height {kept} from {first} are not all there."
            )
        tree = Frontier()
        tree.extend(hashes)
        return tree.root()

    def _block(self, height: int, number: int) -> dict[int, bytes]:
        at = (height, number)
        if at not in self._blocks:
            self._blocks[at] = self._read(height, number * BLOCK)
        return self._blocks[at]

    def _read(self, height: int, start: int) -> dict[int, bytes]:
        place, found, where = AuditNode.place, AuditNode.hash, AuditNode.height == height
        if height == 0:
            place, found, where = AuditSeal.seq, AuditSeal.leaf_hash, AuditSeal.seq >= 0
        statement = select(place, found).where(where, place >= start, place < start + BLOCK)
        return {row[0]: bytes(row[1]) for row in self._session.execute(statement)}


def keeping(nodes: list[AuditNode], frontier: Frontier) -> Frontier:
    """The same edge, which adds to these nodes what is to be stored as it grows."""
    return Frontier(frontier.edge, frontier.size, partial(_keep, nodes))


def _keep(nodes: list[AuditNode], height: int, place: int, one: bytes) -> None:
    if height % STEP == 0:
        nodes.append(AuditNode(height=height, place=place, hash=one))
