"""The mutants can be hunted: every patch fits the code as it is, and says what it breaks and who notices."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.simulation.mutants import PATCHES, ROOT, Mutant


def test_every_patch_says_which_rule_it_breaks_and_who_notices() -> None:
    for file in PATCHES:
        mutant = Mutant.read(file)
        assert mutant.seed is not None or mutant.tests, f"{file.name}: a seed, or a test"
        for path, _, name in (test.partition("::") for test in mutant.tests):
            assert f"def {name}(" in Path(ROOT, path).read_text(encoding="utf-8"), f"{file.name}: {name}"


@pytest.mark.skipif(not shutil.which("git"), reason="git applies the patches")
def test_every_patch_fits_the_code_as_it_is() -> None:
    told = []
    for file in PATCHES:
        check = ["git", "apply", "--check", str(file)]
        told.append(subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False).stderr)
    assert "".join(told) == "", "make these patches anew"
