"""A log of 10,000 events: every single edit, deletion, duplicate, swap with the next and truncation is
detected, and the first bad event named. 1,000 honest logs give no alarm.

Exhaustive though quick: everything before the checkpoint ahead of the harm is byte for byte the honest
log, which the verifier's walk passed with a state of one tree edge. So each case starts the verifier's
own walk from that state rather than from the first event. That this is the same is checked by running
some of all cases from the first event.
"""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import chain, islice

import pytest

from edrms.audit.verifier import Checkpoint, Frontier, Tampered, Walk, leaf_hash
from tests.service.audit_logs import (
    WITNESS_KEY,
    Log,
    cosigned,
    event_bytes,
    make_log,
    signer,
    uneven_sizes,
)

TOTAL = 10_000
EVERY = 2503  # of the cases are run from the first event too
SIZES = uneven_sizes(TOTAL, 40)
LOG = make_log([event_bytes(number) for number in range(1, TOTAL + 1)], SIZES)
HEADS = {one.size: one for one in map(Checkpoint.parse, LOG.notes)}
Case = tuple[str, int]


def edges() -> dict[int, list[bytes]]:
    """The tree's edge at every checkpoint, as the walk has it there."""
    frontier, found = Frontier(), {0: []}
    for size in SIZES:
        frontier.extend(map(leaf_hash, LOG.events[frontier.size : size]))
        assert frontier.root() == HEADS[size].root
        found[size] = list(frontier.edge)
    return found


EDGES = edges()


def tail(start: int, end: int) -> Iterator[bytes]:
    return islice(LOG.events, start, end)


def verdict(first_harmed: int, harmed: Callable[[int], Iterator[bytes]], leaves: bytes) -> Case:
    """What the verifier says of the log whose events from some place on are `harmed(place)`."""
    place = bisect_right(SIZES, first_harmed)
    start = SIZES[place - 1] if place else 0
    ahead = {size: HEADS[size] for size in SIZES[place : place + 2]}  # it fails at the first
    with pytest.raises(Tampered) as found:
        Walk(harmed(start), leaves, Frontier(EDGES[start], start)).through(ahead)
    case = (found.value.kind, found.value.seq)
    if first_harmed % EVERY == 0:
        whole = LOG.but(events=list(harmed(0)), leaves=leaves)
        with pytest.raises(Tampered) as again:
            whole.verify()
        assert (again.value.kind, again.value.seq) == case
    return case


def edited(seq: int) -> bytes:
    """The event with one byte changed, another byte for each event."""
    event = bytearray(LOG.events[seq])
    event[seq % len(event)] ^= 1
    return bytes(event)


def test_the_honest_log_holds() -> None:
    report = LOG.verify()
    assert (report.size, report.checkpoints) == (TOTAL, len(SIZES))


def test_every_single_edit_is_named() -> None:
    for seq in range(TOTAL):
        said = verdict(
            seq,
            lambda start, at=seq: chain(tail(start, at), [edited(at)], tail(at + 1, TOTAL)),
            LOG.leaves,
        )
        assert said == ("edited", seq)


def test_every_single_deletion_is_named() -> None:
    for seq in range(TOTAL):
        said = verdict(
            seq, lambda start, at=seq: chain(tail(start, at), tail(at + 1, TOTAL)), LOG.leaves
        )
        assert said == ("deleted" if seq < TOTAL - 1 else "truncated", seq)


def test_every_single_duplicate_is_named() -> None:
    for seq in range(TOTAL):
        said = verdict(
            min(seq + 1, TOTAL - 1),
            lambda start, at=seq: chain(tail(start, at + 1), tail(at, TOTAL)),
            LOG.leaves,
        )
        assert said == ("duplicated" if seq < TOTAL - 1 else "appended", seq + 1)


def test_every_swap_with_the_next_is_named() -> None:
    for seq in range(TOTAL - 1):
        said = verdict(
            seq,
            lambda start, at=seq: chain(
                tail(start, at), LOG.events[at : at + 2][::-1], tail(at + 2, TOTAL)
            ),
            LOG.leaves,
        )
        assert said == ("swapped", seq)


def test_every_truncation_is_named() -> None:
    for seq in range(TOTAL):
        assert verdict(seq, lambda start, at=seq: tail(start, at), LOG.leaves) == ("truncated", seq)


def test_every_missing_row_is_named() -> None:
    """In the database itself a row goes missing without the others moving up."""
    for seq in range(0, TOTAL, 7):
        said = verdict(
            seq,
            lambda start, at=seq: chain(tail(start, at), [None], tail(at + 1, TOTAL)),
            LOG.leaves,
        )
        assert said == ("deleted", seq)


def test_every_edit_with_its_leaf_recomputed_is_narrowed_down_to_its_checkpoint() -> None:
    """Whoever has no key can make leaves and roots anew, but not the signatures over the old ones."""
    for seq in range(TOTAL):
        place = bisect_right(SIZES, seq)
        first, last = ([0, *SIZES][place], SIZES[place] - 1)
        relinked = memoryview(bytearray(LOG.leaves))[32 * first : 32 * last + 32].tobytes()
        leaves = Part(relinked, 32 * first, 32 * seq, leaf_hash(edited(seq)))
        with pytest.raises(Tampered) as found:
            Walk(
                chain(tail(first, seq), [edited(seq)], tail(seq + 1, TOTAL)), leaves,
                Frontier(EDGES[first], first),
            ).through({SIZES[place]: HEADS[SIZES[place]]})  # fmt: skip
        assert (found.value.kind, found.value.seq, found.value.until) == ("relinked", first, last)


class Part:
    """The leaves around one checkpoint, with one of them replaced: copying all of them takes too long."""

    def __init__(self, leaves: bytes, offset: int, at: int, leaf: bytes) -> None:
        self._offset = offset
        self._leaves = leaves[: at - offset] + leaf + leaves[at - offset + 32 :]

    def __getitem__(self, part: slice) -> bytes:
        return self._leaves[part.start - self._offset : part.stop - self._offset]

    def find(self, leaf: bytes, start: int) -> int:
        raise AssertionError("no single event can be named")


def test_a_tail_relinked_with_new_checkpoints_needs_the_key() -> None:
    thief = signer(which=2)  # of the same name
    for seq in (0, 1, SIZES[0], 5000, TOTAL - 1):
        events = [*LOG.events[:seq], edited(seq), *LOG.events[seq + 1 :]]
        forged = make_log(events, SIZES, by=thief)
        with pytest.raises(Tampered, match=r"forged|did not sign"):
            forged.verify()
        with pytest.raises(Tampered):
            LOG.but(events=events, leaves=forged.leaves).verify()


def test_even_the_key_cannot_change_what_a_witness_holds() -> None:
    """Whoever has stolen the key signs another history; a checkpoint kept elsewhere shows it."""
    for seq in (0, 1, 4242, TOTAL - 1):
        events = [*LOG.events[:seq], edited(seq), *LOG.events[seq + 1 :]]
        other = make_log(events, SIZES)
        assert other.verify().size == TOTAL
        for held in (LOG.notes[-1], cosigned(LOG.notes[-1])):
            with pytest.raises(Tampered, match="two roots"):
                other.verify([held])


def test_a_log_cut_at_any_checkpoint_is_stale_against_one_held_elsewhere() -> None:
    held = [LOG.notes[-1]]
    for place, size in enumerate(SIZES[:-1], start=1):
        cut = Log(LOG.events[:size], LOG.leaves[: 32 * size], LOG.notes[:place])
        if place % 20 == 0:
            assert cut.verify().size == size  # by itself it looks whole
            with pytest.raises(Tampered) as found:
                cut.verify(held)
            assert (found.value.kind, found.value.seq) == ("stale", size)


def test_events_behind_the_last_checkpoint_are_not_taken_for_sealed() -> None:
    with pytest.raises(Tampered) as found:
        LOG.but(events=[*LOG.events, event_bytes(TOTAL + 1)]).verify()
    assert (found.value.kind, found.value.seq) == ("appended", TOTAL)


def test_without_the_leaves_a_bad_event_is_still_found_if_less_exactly() -> None:
    events = [*LOG.events[:777], edited(777), *LOG.events[778:]]
    with pytest.raises(Tampered) as found:
        LOG.but(events=events, leaves=b"").verify()
    assert found.value.seq is not None and found.value.until is not None
    assert found.value.seq <= 777 <= found.value.until


def test_a_checkpoint_with_any_bit_turned_is_refused() -> None:
    small = make_log(LOG.events[:3], [1, 3])
    note = cosigned(small.notes[-1])
    data = note.encode()
    for at in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises((Tampered, UnicodeDecodeError)):
            small.but(notes=[small.notes[0], flipped.decode()]).verify(
                witness=signer("witness/1", WITNESS_KEY).key
            )


def test_of_another_log_by_another_key_or_unwitnessed_is_refused() -> None:
    small = LOG.events[:5]
    foreign = make_log(small, [5], by=signer("edrms/another"))
    with pytest.raises(Tampered, match="foreign"):
        foreign.verify()
    witness = signer("witness/1", WITNESS_KEY).key
    with pytest.raises(Tampered, match="unwitnessed"):
        make_log(small, [5]).verify(witness=witness)
    honest = make_log(small, [5])
    assert honest.but(notes=[cosigned(honest.notes[0], at=99)]).verify(
        witness=witness
    ).witnessed == (5, 99)


def test_a_thousand_honest_logs_give_no_alarm() -> None:
    chance = random.Random(2026)
    witness = signer("witness/1", WITNESS_KEY).key
    for number in range(1000):
        total = chance.randint(1, 60)
        first = chance.randint(0, TOTAL - total)
        log = make_log(LOG.events[first : first + total], uneven_sizes(total, 20, number))
        held = [cosigned(chance.choice(log.notes)), chance.choice(log.notes)]
        leaves = chance.choice([log.leaves, b""])
        assert log.but(leaves=leaves).verify(held, witness=witness).size == total
