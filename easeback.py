#!/usr/bin/env python3
"""The two commands: `python3 easeback.py run` and `python3 easeback.py test`. Standard library only.

Makes `.venv` beside this file, installs what `run.lock` (or, for developers, `dev.lock`) names, by hash, and becomes
the program. It touches `.venv`, the package registry that pip or uv is set to, and as root on Debian also apt.
Everything here must be readable by old Pythons, so that they can say that they are too old.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, NoReturn, Optional

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "easeback.stamp"
OLDEST = (3, 11)

RUN, DEV = "run.lock", "dev.lock"
"""dev.lock is run.lock and more, in the same versions (tests/test_setup.py)."""
PROGRAMS = {"simulate": "tests.simulation", "kill": "tests.kill", "diagram": "tests.proof"}
"""Verbs that are programs of their own, for developers."""
DEVELOPERS = ("test", "develop", *PROGRAMS)

NO_NETWORK = "What is missing can't be fetched: is there a network? Start again when there is."
DISK_FULL = "The disk is full. Make room for 1 GB and start again."
NOT_YOURS = "This folder can't be written to. Use a copy of it that belongs to you."
NOT_READY_MADE = "A package is not ready-made for this machine and its Python. Try Python 3.11, 3.12 or 3.13."
NOT_THE_ONE = "A package is not the one that the lock names, so it was not used. Try another network."
SIGNS = {
    "DO NOT MATCH THE HASHES": NOT_THE_ONE,
    "Hash mismatch": NOT_THE_ONE,
    "No space left": DISK_FULL,
    "Permission denied": NOT_YOURS,
    "no wheels": NOT_READY_MADE,
    "onnect": NO_NETWORK,
    "Temporary failure": NO_NETWORK,
    "dns error": NO_NETWORK,
    "timed out": NO_NETWORK,
    "No matching distribution": NOT_READY_MADE,
}
"""What failing programs say, and what a person can do about it; the first that fits."""


def main(arguments: List[str]) -> None:
    """Make ready what the verb needs, then become the program."""
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("run", [])
    if sys.version_info < OLDEST:
        find_newer(arguments)
    try:
        sync(DEV if verb in DEVELOPERS else RUN)
    except PermissionError:
        stop(NOT_YOURS)
    if verb == "develop":
        return
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # the folder is ours: without bytecode each start takes twice as long
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    if verb == "test":
        os.chdir(str(ROOT))
        subprocess.call([str(PYTHON), "-m", "tests.browser.chromium"])
        workers = (os.cpu_count() or 1) + 3  # more than half of their time they wait
        become(PYTHON, "-m", "pytest", "-n", str(workers), *rest)
    if verb in PROGRAMS:
        os.chdir(str(ROOT))
        become(PYTHON, "-m", PROGRAMS[verb], *rest)
    become(PYTHON, "-P", "-m", "bot", verb, *rest)


def sync(lock: str) -> None:
    """Bring `.venv` to what the lock names; nothing to do when its stamp says so."""
    if stamped(lock):
        return
    with Alone():
        if stamped(lock):  # by whom we waited for
            return
        uv = shutil.which("uv")
        kept = [name for name in (RUN, DEV) if stamped(name)]
        if kept:
            STAMP.unlink()  # whatever ends us from here on, the next start begins anew
        else:
            tell("making .venv (once; about a minute in all)")
            make_venv(uv)
        tell(f"installing {packages(lock)} packages")
        install(uv, lock)
        STAMP.write_text("\n".join(digest(name) for name in {RUN, lock, *kept}))


def make_venv(uv: Optional[str]) -> None:
    """An empty `.venv`, by uv or by Python itself."""
    if VENV.is_symlink():
        stop(".venv is a link, and to make it anew would empty what it leads to. Remove the link, and start again.")
    if uv:
        said = quiet([uv, "venv", "--quiet", "--clear", "--no-project", "--python", ">=3.11", str(VENV)])
    else:
        ensure_pip()
        said = quiet([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if said:
        stop(explain(said))


def ensure_pip() -> None:
    """Debian and Ubuntu keep what makes a `.venv` in a package of its own."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        said = apt("python3-venv")
        if said:
            stop(f"Python's venv is missing here. {said}")


def install(uv: Optional[str], lock: str) -> None:
    """What the lock names and nothing else: by hash, ready-made, compiled when first used."""
    if uv:
        command = [uv, "pip", "install", "--python", str(PYTHON), "--no-build"]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--only-binary", ":all:", "--no-compile"]
        command += ["--disable-pip-version-check", "--retries", "2", "--timeout", "30"]
    said = quiet([*command, "--quiet", "--no-deps", "--require-hashes", "-r", str(ROOT / lock)])
    if said:
        stop(explain(said))


def apt(*names: str) -> str:
    """Install Debian packages if we are root and may; never asks for a password. What stood in the way, if anything."""
    if os.name == "nt" or os.geteuid() or not shutil.which("apt-get"):
        return f"Type: sudo apt-get install -y {' '.join(names)}"
    tell(f"installing {' and '.join(names)} with apt")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    get = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    if not quiet(get, env):
        return ""
    update = quiet(["apt-get", "update", "-o", "APT::Update::Error-Mode=any"], env)
    said = quiet(get, env)
    return said and explain(f"{update}\n{said}")


def find_newer(arguments: List[str]) -> None:
    """This Python is too old: go on with a newer one of this machine, or say what is needed."""
    if shutil.which("uv"):
        return  # it finds or fetches one
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            become(Path(newer), __file__, *arguments)
    stop(f"needs Python 3.11 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}.")


def stamped(lock: str) -> bool:
    """Is what the lock names installed?"""
    try:
        return PYTHON.exists() and digest(lock) in STAMP.read_text().split()
    except FileNotFoundError:
        return False


def digest(lock: str) -> str:
    """Changes with the lock, with the Python, and with the place, since a `.venv` can't be moved."""
    where = f"{sys.version_info[:2]} {VENV}"
    return hashlib.sha256((ROOT / lock).read_bytes() + where.encode()).hexdigest()


def packages(lock: str) -> int:
    """How many the lock names."""
    return sum("==" in line for line in (ROOT / lock).read_text().splitlines())


class Alone:
    """One start at a time sets up: a lock on this very file, let go of even by a killed start. (Not on Windows.)"""

    def __enter__(self) -> None:
        self._file = Path(__file__).open()
        try:
            import fcntl
        except ImportError:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            tell("another start is setting up; waiting for it")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *error: object) -> None:
        self._file.close()


def quiet(command: List[str], env: Optional[Dict[str, str]] = None) -> str:
    """Run it. What it said if it failed, else nothing."""
    process = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = process.communicate()[0].decode("utf-8", "replace").strip()
    return (said or f"{command[0]} failed") if process.returncode else ""


def explain(said: str) -> str:
    """A failing program's words in plain ones, and its own where they tell more."""
    plain = next((plain for sign, plain in SIGNS.items() if sign in said), "Setting up failed.")
    return plain if plain in (NO_NETWORK, DISK_FULL, NOT_YOURS) else f"{plain}\n\n{said[-1500:]}"


def become(python: Path, *command: str) -> NoReturn:
    """Go on as another process under the same id, so that signals and exit codes are the program's own."""
    if os.name == "nt":
        sys.exit(subprocess.call([str(python), *command]))
    os.execv(str(python), [str(python), *command])


def tell(text: str) -> None:
    """A line for the person, apart from what the program itself prints."""
    print(f"easeback: {text} …", file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    """The end, in plain words."""
    sys.exit(f"easeback: {text}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("stopped.")
