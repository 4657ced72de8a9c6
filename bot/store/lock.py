"""One process on one data folder: a lock that the kernel takes back when the process ends. Touches one file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import TracebackType

from bot.store.errors import FolderTaken, FolderUnusable

if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        # A record lock, not flock: a worker process forked from us doesn't hold it on after we were killed.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def make_folder(folder: Path) -> None:
    """See that the folder is there, for this user alone. Raises FolderUnusable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(folder) from error


class FolderLock:
    """Holds a data folder from construction to `release`, or to the end of the process, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, making it if need be. Raises FolderTaken, FolderUnusable."""
        make_folder(folder)
        try:
            self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise FolderUnusable(folder) from error
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise FolderTaken(folder) from error

    def release(self) -> None:
        """Let others have the folder. The file stays: taking it away would let two processes lock two files."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()
