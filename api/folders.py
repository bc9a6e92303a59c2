"""The process that sweeps the hot folders of this machine."""

import logging
import threading

from api.folder_places import places
from api.setting_up import staff_actor
from api.wiring import Instance
from edrms.errors import CannotStart, EdrmsError, NotFound
from scanning.folders.drops import Place
from scanning.folders.files import alone_in
from scanning.folders.hot_folder import HotFolder

LOOK_EVERY_S = 5.0
log = logging.getLogger("edrms.folders")


class FolderWatch:
    """Sweeps every hot folder again and again until told to stop; of several hosts one sweeps each."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._stopped = threading.Event()
        self._folders = [self._made(place) for place in _places(instance)]

    def _made(self, place: Place) -> HotFolder:
        made = self._instance
        actor = staff_actor(made, place.account)
        return HotFolder(place, actor, made.intake, made.ledger, made.closing)

    def stop(self) -> None:
        """End after the sweep in hand."""
        self._stopped.set()

    def run(self) -> None:
        """Until told to stop."""
        while not self._stopped.is_set():
            for folder in self._folders:
                self._sweep(folder)
            self._stopped.wait(LOOK_EVERY_S)

    def _sweep(self, folder: HotFolder) -> None:
        """One that fails is tried again next time; the others go on."""
        try:
            folder.actor = staff_actor(self._instance, folder.place.account)
            with alone_in(folder.place.path) as is_ours:
                if is_ours:
                    folder.sweep()
        except (EdrmsError, OSError) as error:
            cause = error.message if isinstance(error, EdrmsError) else str(error)
            log.warning("folder_waits", extra={"path": str(folder.place.path), "cause": cause})


def _places(instance: Instance) -> list[Place]:
    """The hot folders, each with an account that is there. Raises CannotStart."""
    file = instance.settings.folders_file
    if file is None:
        raise CannotStart("EDRMS_FOLDERS_FILE names no file with hot folders.")
    found = places(file)
    for place in found:
        try:
            staff_actor(instance, place.account)
        except NotFound as error:
            raise CannotStart(
                f"EDRMS_FOLDERS_FILE: {file}: there is no active account {place.account}."
            ) from error
    return found
