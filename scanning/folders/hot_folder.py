"""A hot folder at work: every drop that is ready becomes a batch, every file in it an item of that batch.

A file is received before it is moved to `released`, under a key that a crash does not change: what was
received and not moved is received again as the same item. What cannot be taken in stays, with a note.
"""

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from edrms.access.model import Actor
from edrms.errors import Conflict, EdrmsError, Invalid, NoSpace, Unavailable
from scanning.batches.closing import Closing, CountsDiffer
from scanning.batches.ledger import Ledger
from scanning.batches.tables import Batch
from scanning.folders import files
from scanning.folders.drops import RELEASED, Drop, Place, folder_drop, loose_drops
from scanning.intake.delivery import Delivery
from scanning.intake.manifest import Manifest, Unreadable, parse
from scanning.intake.quota import QuotaUsedUp
from scanning.intake.receive import Intake
from scanning.intake.reconciling import Expected, Reconciled, reconcile, unread

log = logging.getLogger("edrms.folders")
_LATER = (Unavailable, NoSpace, QuotaUsedUp)  # nothing is wrong with the file


class HotFolder:
    """One hot folder, swept by one process at a time."""

    def __init__(
        self,
        place: Place,
        actor: Actor,
        intake: Intake,
        ledger: Ledger,
        closing: Closing,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.place = place
        self.actor = actor
        self._intake = intake
        self._ledger = ledger
        self._closing = closing
        self._monotonic = monotonic
        self._since: dict[Path, tuple[files.Seen, float]] = {}
        self._emptied: set[Path] = set()

    def sweep(self) -> int:
        """Take in every drop that is ready, and close batches whose counts agree. Returns how many files
        were taken in. Raises Unavailable, NoSpace or QuotaUsedUp where waiting helps."""
        taken = sum(self._take(drop) for drop in self._drops() if self._is_ready(drop))
        self._close_what_agrees()
        self._remove_empty()
        return taken

    def _drops(self) -> list[Drop]:
        root = self.place.path
        loose = [self._settled(drop) for drop in loose_drops(root, files.names_in(root))]
        within = [folder_drop(folder, files.names_in(folder)) for folder in files.folders_in(root)]
        return [drop for drop in [*loose, *within] if drop.files or drop.manifest or drop.rivals]

    def _settled(self, drop: Drop) -> Drop:
        """Of loose files those that are ready: others may come all day."""
        if drop.name:
            return drop
        quiet = tuple(
            name for name in drop.files if self._quiet_s(drop.folder / name) >= self._settle_s(drop)
        )
        return replace(drop, files=quiet)

    def _settle_s(self, drop: Drop) -> float:
        is_without = self.place.needs_manifest and not (drop.manifest or drop.rivals)
        return self.place.wait_s if is_without else self.place.settle_s

    def _is_ready(self, drop: Drop) -> bool:
        """Nothing in it has changed for a while, and what its manifest names is there or long overdue."""
        every = [drop.folder / name for name in (*drop.files, *drop.rivals, drop.manifest) if name]
        quiet_s = min([self._quiet_s(path) for path in every])
        if quiet_s < self._settle_s(drop):
            return False
        if files.has_key(drop.folder, self._key_name(drop)):
            return True
        manifest = self._manifest(drop)
        lacks = isinstance(manifest, Manifest) and any(
            entry.name not in drop.files for entry in manifest.entries
        )
        return not lacks or quiet_s >= self.place.wait_s

    def _quiet_s(self, path: Path) -> float:
        """For how long the file has been as it is, as far as we have looked."""
        now, is_now = self._monotonic(), files.seen(path)
        before = self._since.get(path)
        if is_now is None:
            self._since.pop(path, None)
            return 0.0
        if before is None or before[0] != is_now:
            self._since[path] = (is_now, now)
            return 0.0
        return now - before[1]

    def _manifest(self, drop: Drop) -> Manifest | Unreadable | None:
        if drop.rivals:
            return Unreadable(f"There are several: {', '.join(drop.rivals)}.")
        if not drop.manifest:
            late = f"None came within {self.place.wait_s:.0f} seconds."
            return Unreadable(late) if self.place.needs_manifest else None
        try:
            content = b"".join(files.read(drop.folder / drop.manifest))
            return parse(drop.manifest, content)
        except Unreadable as error:
            return error
        except files.NoPlainFile as error:
            return Unreadable(error.message)

    def _take(self, drop: Drop) -> int:
        manifest = self._manifest(drop)
        batch = self._batch(drop, manifest)
        found = self._expected(drop, manifest, batch)
        self._intake.note_faults(self.actor, batch.batch_id, found.faults)
        to = self.place.path / RELEASED / batch.reference
        there = [one for one in found.files if one.name in drop.files]
        try:
            done = [self._take_file(drop, one, batch, to) for one in there]
        except files.Changed:  # somebody is at it again: the rest of the drop comes later
            return 0
        for name in (drop.manifest, *drop.rivals):
            if name:
                self._put_away(drop.folder / name, manifest, to)
        files.forget_key(drop.folder, self._key_name(drop))
        self._emptied |= {drop.folder} - {self.place.path}
        return sum(done)

    def _expected(
        self, drop: Drop, manifest: Manifest | Unreadable | None, batch: Batch
    ) -> Reconciled:
        """The drop's files as its manifest has them; those received before a crash are there as well."""
        account = self._ledger.batch(self.actor, batch.batch_id)
        there = {*drop.files, *(one.name for one in account.items if one.parent_id is None)}
        if isinstance(manifest, Unreadable):
            return unread(there, str(manifest))
        if manifest is None:
            return Reconciled(tuple(Expected(name) for name in sorted(there)), ())
        return reconcile(there, manifest)

    def _key_name(self, drop: Drop) -> str:
        return drop.name if drop.folder == self.place.path else ""

    def _batch(self, drop: Drop, manifest: Manifest | Unreadable | None) -> Batch:
        """The drop's batch, also when it was begun before; another if that was closed meanwhile."""
        named = {one.name for one in manifest.entries} if isinstance(manifest, Manifest) else set()
        key = files.key_of(drop.folder, self._key_name(drop), len(named | set(drop.files)))
        batch = self._open(self._delivery(drop, manifest, key.files), key.key)
        if batch.closed_at is not None:
            files.forget_key(drop.folder, self._key_name(drop))
            return self._batch(drop, manifest)
        return batch

    def _delivery(
        self, drop: Drop, manifest: Manifest | Unreadable | None, announced: int
    ) -> Delivery:
        said = manifest.delivery if isinstance(manifest, Manifest) else Delivery()
        return replace(
            said,
            announced_files=said.announced_files or announced or None,
            stream=said.stream or self.place.stream,
            origin=said.origin or self.place.origin,
            device=said.device or self.place.device,
            sides=said.sides or self.place.sides,
            note=said.note or drop.name[:500],
        )

    def _open(self, delivery: Delivery, key: str) -> Batch:
        """Opened as the manifest says, or as plainly as can be where that cannot be."""
        try:
            batch_id = self._intake.open_batch(
                self.actor, channel="folder", delivery=delivery, sender_key=key
            )
        except Invalid as error:
            plain = Delivery(announced_files=delivery.announced_files)
            batch_id = self._intake.open_batch(
                self.actor, channel="folder", delivery=plain, sender_key=key
            )
            wrong = [f"The manifest's {name}: {text}" for name, text in error.fields.items()]
            self._intake.note_faults(self.actor, batch_id, wrong)
        return self._ledger.batch(self.actor, batch_id).batch

    def _take_file(self, drop: Drop, one: Expected, batch: Batch, to: Path) -> bool:
        path = drop.folder / one.name
        try:
            self._intake.receive_file(
                self.actor, batch.batch_id, one.name, files.read(path),
                sender_key=_sender_key(one.name), expected=one,
            )  # fmt: skip
            files.release(path, to)
        except (*_LATER, files.Changed):
            raise
        except (EdrmsError, OSError) as error:
            why = error.message if isinstance(error, EdrmsError) else error.strerror or str(error)
            self._give_up(path, why, batch.batch_id)
            return False
        finally:
            self._since.pop(path, None)
        return True

    def _give_up(self, path: Path, why: str, batch_id: str) -> None:
        log.warning("file_left", extra={"batch": batch_id, "cause": why})
        self._intake.note_faults(self.actor, batch_id, [f"{path.name} was not taken in. {why}"])
        files.leave_note(path, why)

    def _put_away(self, path: Path, manifest: Manifest | Unreadable | None, to: Path) -> None:
        if isinstance(manifest, Unreadable):
            files.leave_note(path, f"The manifest cannot be read. {manifest}")
        else:
            files.release(path, to)

    def _remove_empty(self) -> None:
        """Folders of which everything was taken go; one with something left in it stays."""
        for folder in reversed(files.folders_in(self.place.path)):
            if folder in self._emptied:
                with suppress(OSError):  # something is in it again
                    folder.rmdir()
                    self._emptied |= {folder.parent} - {self.place.path}
        self._emptied.clear()

    def _close_what_agrees(self) -> None:
        under_way = files.open_keys(self.place.path)
        for batch in self._ledger.open_by(self.actor, "folder"):
            if batch.sender_key in under_way:
                continue
            try:
                self._closing.close(self.actor, batch.batch_id)
            except (Conflict, CountsDiffer) as error:
                log.info("batch_open", extra={"batch": batch.batch_id, "cause": error.error_code})


def _sender_key(name: str) -> str:
    """A file's key within its batch, of at most 200 characters."""
    return f"file {name if len(name) < 190 else hashlib.sha256(name.encode()).hexdigest()}"
