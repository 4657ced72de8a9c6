"""Seals what tells about a person's health, and makes the keyed hash of who left. Touches the file `key`.

Sealed is encrypted and signed (Fernet: AES-128-CBC, HMAC-SHA256), padded so that the length tells next to nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.store.errors import BadKey, FolderUnusable

PAD = 1024
"""Bytes; every sealed value is a multiple of it, so no hold looks as long as a hold."""
SETTING, FILE = "EASEBACK_KEY", "key"

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
        self._text, self.source, self._new = "\n".join(keys), source, new

    def seal(self, data: bytes) -> bytes:
        """Encrypt and sign, with the newest key."""
        return self._box.encrypt(data + b"\x80" + bytes(-(len(data) + 1) % PAD))

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
        half = self._new.with_suffix(".new")
        try:
            file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "w") as out:
                out.write(self._text + "\n")
                out.flush()
                os.fsync(file)
            half.replace(self._new)  # whole or not at all: half a key would look like a wrong one
        except OSError as error:
            raise FolderUnusable(self._new.parent) from error
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
        return Keys(path.read_text(encoding="ascii").split(), source=str(path))
    except FileNotFoundError:
        return Keys([Fernet.generate_key().decode()], source=str(path), new=path)
    except UnicodeDecodeError as error:
        raise BadKey(path) from error
    except OSError as error:
        raise FolderUnusable(folder) from error
