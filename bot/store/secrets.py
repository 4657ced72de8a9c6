"""Seals what tells about a person's health, and makes the keyed hash of who left. Touches the file `key`.

Sealed is encrypted and signed (Fernet: AES-128-CBC, HMAC-SHA256), padded so that the length tells next to nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.guide.code import SIGNATURE
from bot.store.errors import BadKey, FolderUnusable

PAD = 1024
"""Bytes; every sealed value is a multiple of it, so no hold looks as long as a hold."""
SETTING, FILE = "EASEBACK_KEY", "key"
UNTIL = "old; for who left and for older backups, needed until"
NEEDED_FOR = timedelta(days=91)
"""An old key is good for nothing after this: who left is noted, and a backup can be restored, for 90 days (tidy.py)."""

log = structlog.get_logger()


class Unreadable(Exception):
    """A sealed value that none of the keys opens."""


class Keys:
    """Keys in the order of their age: the first, the newest, seals; each of them opens."""

    def __init__(self, keys: Sequence[str], source: str = SETTING, new: Path | None = None) -> None:
        """`source`: where they are from, as the person is told. `new`: the file that `keep` writes. Raises BadKey."""
        try:
            fernets = [Fernet(key) for key in keys]
            self._box = MultiFernet(fernets)
            secrets = [base64.urlsafe_b64decode(key) for key in keys]
        except ValueError as error:
            raise BadKey(source) from error
        self._marks = [hmac.digest(secret, b"easeback: who left", hashlib.sha256) for secret in secrets]
        self._signing = [hmac.digest(secret, b"easeback: a printed code", hashlib.sha256) for secret in secrets]
        self._newest, self._text, self.source, self._new = fernets[0], "\n".join(keys), source, new

    @property
    def is_new(self) -> bool:
        """True for a key that was made just now and is kept nowhere yet."""
        return self._new is not None

    @property
    def has_older(self) -> bool:
        """True if there is more than the newest."""
        return len(self._marks) > 1

    def seal(self, data: bytes) -> bytes:
        """Encrypt and sign, with the newest key."""
        return self._box.encrypt(data + b"\x80" + bytes(-(len(data) + 1) % PAD))

    def is_newest(self, sealed: bytes) -> bool:
        """True if the newest key sealed this."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def seal_anew(self, sealed: bytes) -> bytes:
        """The same, sealed with the newest key. Raises Unreadable."""
        return self.seal(self.open(sealed))

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises Unreadable."""
        try:
            return self._box.decrypt(sealed).rstrip(b"\0")[:-1]
        except InvalidToken as error:
            raise Unreadable from error

    def open_or_none(self, sealed: bytes) -> bytes | None:
        """What was sealed; None, and a line in the log, if it can't be opened: nobody's tap may fail by it."""
        try:
            return self.open(sealed)
        except Unreadable:
            log.warning("a sealed value can't be opened: damaged, or from another key")
            return None

    def sign(self, data: bytes) -> bytes:
        """A signature, by the newest key."""
        return self._signatures(data)[0]

    def signed(self, data: bytes, signature: bytes) -> bool:
        """True if one of the keys signed this. Compared in constant time."""
        return any(hmac.compare_digest(each, signature) for each in self._signatures(data))

    def _signatures(self, data: bytes) -> list[bytes]:
        return [hmac.digest(key, data, hashlib.sha256)[:SIGNATURE] for key in self._signing]

    def mark(self, chat: int) -> str:
        """The keyed hash of a chat's id, by the newest key: without the key nobody can tell whose it is."""
        return self.marks(chat)[0]

    def marks(self, chat: int) -> list[str]:
        """All hashes by which a chat may be noted: one by each key."""
        return [hmac.digest(key, str(chat).encode(), hashlib.sha256).hex() for key in self._marks]

    def keep(self) -> str | None:
        """Write a new key to its file (mode 600). Gives the line for the terminal; None if it was no new one.

        Raises FolderUnusable.
        """
        if self._new is None:
            return None
        _write(self._new, self._text + "\n")
        path, self._new = self._new, None
        return f"A key was made: {path}. Back it up apart from the data; without it nobody's data can be read again."


def find_keys(setting: str | None, folder: Path) -> Keys:
    """The keys from the setting (comma separated, newest first), else from the file `key` in the data folder.

    Without either a new one is made; it is written by `Keys.keep`, once it is known that the database has no other.
    Raises BadKey, FolderUnusable.
    """
    if setting and setting.strip():
        return Keys([key.strip() for key in setting.split(",") if key.strip()])
    path = folder / FILE
    try:
        return Keys(_read(path), source=str(path))
    except FileNotFoundError:
        return Keys([make_key()], source=str(path), new=path)
    except UnicodeDecodeError as error:
        raise BadKey(path) from error
    except OSError as error:
        raise FolderUnusable(folder) from error


def make_key() -> str:
    """A new key, as it stands in the setting and in the file."""
    return Fernet.generate_key().decode()


def add_key(folder: Path, today: date) -> Keys:
    """Put a new key before those in the file; an old one stays there until nothing needs it any more.

    Raises BadKey, FolderUnusable.
    """
    path = folder / FILE
    try:
        lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        old = [line for line in lines if today <= _needed_until(line, today)]
        dated = [line if "#" in line else f"{line}  # {UNTIL} {today + NEEDED_FOR}" for line in old]
        _write(path, "\n".join((make_key(), *dated)) + "\n")
        return Keys(_read(path), source=str(path))
    except UnicodeDecodeError as error:
        raise BadKey(path) from error
    except OSError as error:
        raise FolderUnusable(folder) from error


def _read(path: Path) -> list[str]:
    """The keys of a file, one a line; what stands behind a # is for people. Raises OSError, UnicodeDecodeError."""
    lines = path.read_text(encoding="ascii").splitlines()
    return [key for line in lines if (key := line.partition("#")[0].strip())]


def _needed_until(line: str, today: date) -> date:
    _, said, day = line.partition(f"{UNTIL} ")
    try:
        return date.fromisoformat(day.strip()) if said else today
    except ValueError:
        return today


def _write(path: Path, text: str) -> None:
    """Whole or not at all: half a key would look like a wrong one. Raises FolderUnusable."""
    half = path.with_suffix(".new")
    try:
        file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w") as out:
            out.write(text)
            out.flush()
            os.fsync(file)
        half.replace(path)
    except OSError as error:
        raise FolderUnusable(path.parent) from error
