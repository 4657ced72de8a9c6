"""The two commands and the locks. Makes folders with real venvs, and the packages that are installed there."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.browser import chromium

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import sys, hearing
try:
    import testing
except ImportError:
    testing = None
print("ran", *sys.argv[1:], "with", hearing.__name__, *(["and", testing.__name__] if testing else []))
sys.exit(7 if "fail" in sys.argv else 0)
"""


def wheel(folder: Path, name: str) -> str:
    """Make a package of one empty module; gives its line for a lock."""
    about = f"{name}-1.0.dist-info"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{about}/RECORD", f"{name}.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n")
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class House:
    """A copy of easeback.py with a small program and two small locks, on a machine without uv and without a network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "wheels").mkdir()
        (folder / "bot").mkdir()
        (folder / "bot" / "__main__.py").write_text(PROGRAM)
        (folder / "easeback.py").write_bytes((ROOT / "easeback.py").read_bytes())
        hearing, testing = (wheel(folder / "wheels", name) for name in ("hearing", "testing"))
        (folder / "run.lock").write_text(hearing)
        (folder / "dev.lock").write_text(hearing + testing)
        self.env = {"PATH": str(folder / "bin"), "PIP_CONFIG_FILE": os.devnull, "HOME": str(folder)}
        self.env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder / "wheels")}

    def start(self, *arguments: str, before: str = "pass", **env: str) -> subprocess.Popen[str]:
        """Start it from a folder that is not its own. `before`: what is different about this machine's Python."""
        code = f"import sys, runpy; {before}; sys.argv.pop(0); runpy.run_path(sys.argv[0], run_name='__main__')"
        return subprocess.Popen(
            [sys.executable, "-c", code, str(self.folder / "easeback.py"), *arguments],
            cwd="/",
            env={**self.env, **env},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def install(self, lock: str, **env: str) -> str:
        """Only install; gives what was told."""
        command = [sys.executable, "-c", f"import easeback; easeback.install(None, {lock!r})"]
        env = {**self.env, "PYTHONDONTWRITEBYTECODE": "1", **env}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, text=True, check=False).stderr

    def run(self, *arguments: str, before: str = "pass", **env: str) -> tuple[int, str, str]:
        """Exit code, what the program printed, what easeback.py told."""
        process = self.start(*arguments, before=before, **env)
        out, told = process.communicate(timeout=100)
        return process.returncode, out, told


@pytest.fixture
def new_house(tmp_path: Path) -> House:
    """A house where nothing has been started yet."""
    return House(tmp_path)


@pytest.fixture(scope="module")
def first_starts(tmp_path_factory: pytest.TempPathFactory) -> tuple[House, list[tuple[int, str, str]]]:
    """Another one, after its first two starts, which were at once; exit code, printed, told."""
    house = House(tmp_path_factory.mktemp("house"))
    starts = [house.start("run", "one"), house.start("run", "two")]
    return house, [(start.wait(100), *start.communicate()) for start in starts]


@pytest.fixture
def house(first_starts: tuple[House, list[tuple[int, str, str]]]) -> House:
    """The house that has been started."""
    return first_starts[0]


def test_two_first_starts_at_once_make_one_venv_and_both_run(
    first_starts: tuple[House, list[tuple[int, str, str]]],
) -> None:
    _, ends = first_starts
    assert [end[:2] for end in ends] == [(0, "ran run one with hearing\n"), (0, "ran run two with hearing\n")], ends
    assert sorted("waiting" in told for _, _, told in ends) == [False, True]


def test_every_later_start_is_at_once_and_tells_nothing(house: House) -> None:
    began = time.monotonic()
    assert house.run() == (0, "ran run with hearing\n", "")
    assert time.monotonic() - began < 2


def test_the_program_gets_its_words_and_gives_its_exit_code(house: House) -> None:
    assert house.run("check", "fail", "--help") == (7, "ran check fail --help with hearing\n", "")


def test_a_developers_verb_adds_what_developers_need_and_the_program_does_not_take_it_away(house: House) -> None:
    assert house.run("develop")[2] == "easeback: installing 2 packages …\n"
    assert house.run("run") == (0, "ran run with hearing and testing\n", "")
    assert house.run("develop") == (0, "", "")


def test_a_newer_python_of_this_machine_is_used_when_the_first_is_too_old(house: House) -> None:
    (house.folder / "bin").mkdir()
    (house.folder / "bin" / "python3.11").symlink_to(sys.executable)
    old = "sys.version_info = (3, 9, 2)"
    assert house.run("check", before=old, VIRTUAL_ENV="")[:1] == (0,)


def test_a_package_that_is_not_the_one_in_the_lock_is_refused_and_the_next_start_begins_anew(house: House) -> None:
    (house.folder / ".venv" / "left-over").touch()
    lock = (house.folder / "run.lock").read_text()
    other = re.sub("sha256:.{8}", "sha256:00000000", wheel(house.folder / "wheels", "other"))
    (house.folder / "run.lock").write_text(lock + other)
    code, out, told = house.run()
    assert (code, out) == (1, "")
    assert "A package is not the one that the lock names" in told
    (house.folder / "run.lock").write_text(lock)
    assert house.run()[:2] == (0, "ran run with hearing\n")
    assert not (house.folder / ".venv" / "left-over").exists()


def test_without_a_network_it_says_so(house: House) -> None:
    (house.folder / "other.lock").write_text(wheel(house.folder, "elsewhere"))
    told = house.install("other.lock", PIP_NO_INDEX="0", PIP_FIND_LINKS="", PIP_INDEX_URL="http://127.0.0.1:9/")
    assert told == "easeback: What is missing can't be fetched: is there a network? Start again when there is.\n"


def test_a_machine_that_has_no_ready_made_package_is_told_which_pythons_have_them(house: House) -> None:
    (house.folder / "other.lock").write_text("nowhere==1.0 --hash=sha256:" + "0" * 64)
    assert "Try Python 3.11, 3.12 or 3.13." in house.install("other.lock")


def test_an_old_python_says_that_it_is_too_old(new_house: House) -> None:
    code, out, told = new_house.run(before="sys.version_info = (3, 9, 2)")
    assert (code, out, told) == (1, "", "easeback: needs Python 3.11 or newer, and this is 3.9.\n")
    ast.parse((ROOT / "easeback.py").read_text(), feature_version=(3, 6))


def test_a_venv_that_is_a_link_to_another_is_not_emptied(new_house: House) -> None:
    other = new_house.folder / "another"
    other.mkdir()
    (other / "kept").touch()
    (new_house.folder / ".venv").symlink_to(other)
    code, _, told = new_house.run()
    assert code == 1
    assert ".venv is a link" in told
    assert (other / "kept").exists()


def test_without_venv_and_without_root_it_says_what_to_type(new_house: House) -> None:
    code, out, told = new_house.run(before="sys.modules['ensurepip'] = None")
    assert (code, out) == (1, "")
    assert told.splitlines()[-1].endswith("Type: sudo apt-get install -y python3-venv")


def test_the_browser_is_the_one_that_was_named_else_the_first_on_the_path(tmp_path: Path) -> None:
    for name in ("chromium", "google-chrome"):
        (tmp_path / name).touch(mode=0o755)
    env = {"PATH": str(tmp_path)}
    assert chromium.find(env) == str(tmp_path / "chromium")
    assert chromium.find({**env, chromium.SETTING: "/opt/mine"}) == "/opt/mine"


def entries(lock: str) -> list[str]:
    """The packages that a lock names, each with its version, its conditions and its hashes."""
    return re.split(r"^(?=\w)", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]


def names(asked: list[str]) -> set[str]:
    """The names of packages, without versions, extras and conditions."""
    return {re.split(r"[\[<>=!~ ;]", name)[0].lower().replace(".", "-") for name in asked}


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock"])
def test_a_lock_names_no_host_and_has_a_hash_for_everything(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert len(entries(lock)) > 20
    assert all(re.match(r"[\w.-]+==\S+ ", entry) and "--hash=sha256:" in entry for entry in entries(lock))


def test_what_developers_install_has_the_program_in_the_same_versions() -> None:
    assert set(entries("run.lock")) <= set(entries("dev.lock"))


def test_the_locks_have_everything_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert names(project["project"]["dependencies"]) <= names(entries("run.lock"))
    assert names(project["dependency-groups"]["dev"]) <= names(entries("dev.lock"))
