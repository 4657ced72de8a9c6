"""`python3 easeback.py simulate --mutants`: each rule is broken on purpose, and somebody must notice. Touches copies.

A mutant is a patch beside this file, in `mutants/`: which rule it breaks, who notices, and a mistake that anybody could
make. It is put on a copy of the program in a temporary folder. The copy is judged by the seed and the tests that the
patch names, by the scripted stories, then by the simulation.
"""

from __future__ import annotations

import faulthandler
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer

from tests.simulation.world import World, drift

ROOT = Path(__file__).resolve().parents[2]
PATCHES = sorted(Path(__file__).with_name("mutants").glob("*.patch"))
COPIED = ("bot", "content", "tests", "alembic", "pyproject.toml", "easeback.py")
SCRIPTED = "tests/simulation/test_scripted.py"
HEADER = re.compile(r"Rule: (?P<rule>.+\.)\nNoticed by: (?P<by>.+\.)\n--- a/")
SEED, TEST = re.compile(r"\bseed (\d+)"), re.compile(r"tests/[\w/]+\.py::\w+")
SEEDS, HOURS, PEOPLE = 300, 0.4, 2
"""A run longer than the suite has: a mutant dies of fewer seeds."""
HANGS = 90
"""Seconds (real) after which a seed, of which the quickest take less than one, will not end any more."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A patch: the rule that it breaks, and who noticed when it was made."""

    file: Path
    rule: str
    by: str

    @classmethod
    def read(cls, file: Path) -> Mutant:
        """From its file. Raises ValueError if it does not say what it is."""
        found = HEADER.match(file.read_text(encoding="utf-8"))
        if found is None:
            raise ValueError(f"{file.name} begins without its two lines, “Rule: ….” and “Noticed by: ….”")
        return cls(file, found["rule"], found["by"])

    @property
    def seed(self) -> int | None:
        """The seed that noticed first."""
        found = SEED.search(self.by)
        return int(found[1]) if found else None

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests that notice, as pytest calls them."""
        return tuple(TEST.findall(self.by))


def notice(seeds: Iterator[int], *, drifts: bool) -> None:
    """Look at the program as it is here until something is wrong; that is told, and the process ends with 1."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if drifts and (late := drift(0)) > 0.5:
        sys.exit(f"drift: {late:.1f} s over a whole run")
    for seed in seeds:
        faulthandler.dump_traceback_later(HANGS, exit=True)
        try:
            violations = World(seed, HOURS, PEOPLE).run().judge.violations
        except Exception as error:
            sys.exit(f"seed {seed}: it broke with {error!r}")
        if violations:
            sys.exit(f"seed {seed}: {violations[0]}")
    faulthandler.cancel_dump_traceback_later()


def hunt(mutant: Mutant) -> str:
    """Who notices this mutant; empty if nobody does."""
    with TemporaryDirectory() as folder:
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            copy(ROOT / name, Path(folder, name))
        subprocess.run(["git", "apply", str(mutant.file)], cwd=folder, check=True)
        return next(filter(None, _who_looks(mutant, folder)), "")


def _who_looks(mutant: Mutant, folder: str) -> Iterator[str]:
    """What each of them says, those first who noticed last time."""
    if mutant.seed is not None:
        yield _simulated(folder, f"iter([{mutant.seed}]), drifts=False")
    yield _tested(folder, *mutant.tests) if mutant.tests else ""
    yield _tested(folder, SCRIPTED)
    yield _simulated(folder, f"iter(range({SEEDS})), drifts=True")


def _simulated(folder: str, what: str) -> str:
    code = f"from tests.simulation.mutants import notice; notice({what})"
    done = _run(folder, "-c", code)
    if "Timeout (" in done.stderr:
        return "a seed hangs"
    return (done.stderr.strip().splitlines() or ["it ended without a word"])[-1] if done.returncode else ""


def _tested(folder: str, *tests: str) -> str:
    done = _run(folder, "-m", "pytest", "-x", "-p", "no:cacheprovider", *tests)
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    return "" if not done.returncode else failed[1] if failed else f"the tests broke: {done.stdout[-300:]}"


def _run(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python on the copy, and on nothing else of ours."""
    env = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def hunt_all(only: str, jobs: int) -> bool:
    """Hunt every mutant whose name has `only` in it, and print who noticed; those that nobody noticed last."""
    chosen = [Mutant.read(file) for file in PATCHES if only in file.name]
    survivors = []
    with ThreadPoolExecutor(jobs) as pool:
        for mutant, noticed in zip(chosen, pool.map(hunt, chosen), strict=True):
            if noticed:
                typer.echo(f"{mutant.file.stem:<52} {noticed[:160]}")
            else:
                survivors.append(mutant)
    for mutant in survivors:
        typer.echo(f"{mutant.file.stem:<52} SURVIVES. {mutant.rule}")
    typer.echo(f"{len(chosen) - len(survivors)} of {len(chosen)} noticed")
    return not survivors and bool(chosen)


def main(
    only: Annotated[str, typer.Option(help="Only those with this in their name.")] = "",
    jobs: Annotated[int, typer.Option(help="Side by side.")] = os.cpu_count() or 1,
) -> None:
    """Break each rule on purpose; ends with 1 if nobody notices one."""
    sys.exit(not hunt_all(only, jobs))


if __name__ == "__main__":
    typer.run(main)
