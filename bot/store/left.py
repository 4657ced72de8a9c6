"""Who left: keyed hashes, in the database and in the file `left` beside it. Touches both.

The table `erased` is the truth as long as its database lives; the file is read when a backup takes its place. Small,
and nobody's without the key, it may be copied elsewhere as often as wanted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, delete, insert, select

from bot.store.errors import FolderUnusable
from bot.store.lock import make_folder
from bot.store.secrets import Keys
from bot.store.tables import chats, erased

FILE = "left"

log = structlog.get_logger()


class Left(NamedTuple):
    """Somebody left: words up to this message id were said before. `at`: real unix seconds."""

    message: int
    at: float


def erase(connection: Connection, keys: Keys, chat: int, left: Left) -> None:
    """Delete all about a person, and note that they left."""
    connection.execute(delete(chats).where(chats.c.id == chat))  # all else hangs on it
    connection.execute(delete(erased).where(erased.c.hash.in_(keys.marks(chat))))
    connection.execute(insert(erased), {"hash": keys.mark(chat), **left._asdict()})


def upto(connection: Connection, keys: Keys, chat: int) -> int | None:
    """The message id noted when they left; None: they never did, or long ago."""
    query = select(erased.c.message).where(erased.c.hash.in_(keys.marks(chat)))
    found: int | None = connection.execute(query).scalar()
    return found


def noted(connection: Connection) -> dict[str, Left]:
    """All of them by hash."""
    return {mark: Left(message, at) for mark, message, at in connection.execute(select(erased))}


def erase_again(connection: Connection, keys: Keys, left: Mapping[str, Left]) -> int:
    """Erase from a backup who left since it was made, and note that they did; gives how many people it had of them."""
    before = noted(connection)
    since = {mark: one for mark, one in left.items() if mark not in before or one.at > before[mark].at}
    people = connection.execute(select(chats.c.id)).scalars()
    gone = [chat for chat in people if not since.keys().isdisjoint(keys.marks(chat))]
    for chat in gone:
        connection.execute(delete(chats).where(chats.c.id == chat))
    for mark, one in since.items():
        connection.execute(delete(erased).where(erased.c.hash == mark))
        connection.execute(insert(erased), {"hash": mark, **one._asdict()})
    return len(gone)


class LeftFile:
    """A line for each who left, `hash message at`; the last of a hash counts."""

    def __init__(self, file: Path | None) -> None:
        """`file`: None to keep nothing, for a database in memory."""
        self._file = file

    def note(self, mark: str, left: Left) -> None:
        """Add a line, on the disk before this returns. A failure is logged: nobody's /forget fails by it."""
        if self._file is None:
            return
        try:
            make_folder(self._file.parent)
            _write(self._file, os.O_APPEND, f"\n{_line(mark, left)}")  # after half a line, which a kill may have left
        except (OSError, FolderUnusable) as error:
            log.error("who left could not be noted beside the database", error=type(error).__name__)

    def read(self) -> dict[str, Left]:
        """All of them by hash. A line that is none is passed over. Raises FolderUnusable."""
        found: dict[str, Left] = {}
        if self._file is None or not self._file.exists():
            return found
        try:
            lines = self._file.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError as error:
            raise FolderUnusable(self._file.parent) from error
        for line in lines:
            with suppress(ValueError):
                mark, message, at = line.split()
                found[mark] = Left(int(message), float(at))
        return found

    def add(self, known: Mapping[str, Left]) -> dict[str, Left]:
        """Add those that the file does not know, or of an earlier time; all or none. Gives all; raises as `read`."""
        return self._replace(newest(self.read(), known))

    def prune(self, before: float) -> None:
        """Let go of who left before this (real unix seconds). Raises FolderUnusable."""
        self._replace({mark: left for mark, left in self.read().items() if left.at >= before})

    def _replace(self, known: dict[str, Left]) -> dict[str, Left]:
        if self._file is not None and known != self.read():
            half = self._file.with_name(f"{self._file.name}.half")
            try:
                _write(half, os.O_TRUNC, "".join(_line(mark, left) for mark, left in known.items()))
                half.replace(self._file)
            except OSError as error:
                raise FolderUnusable(self._file.parent) from error
        return known


def newest(one: Mapping[str, Left], other: Mapping[str, Left]) -> dict[str, Left]:
    """Both, and where both know somebody, the later."""
    return {mark: max(one.get(mark, left), left, key=lambda left: left.at) for mark, left in {**one, **other}.items()}


def _line(mark: str, left: Left) -> str:
    return f"{mark} {left.message} {left.at!r}\n"


def _write(path: Path, how: int, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
