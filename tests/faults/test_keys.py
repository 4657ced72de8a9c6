"""`keys rotate` as an operator types it: refused while the bot runs, and everybody is there afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.faults.rig import Rig


async def typed(rig: Rig, *words: str) -> tuple[int, str]:
    """A verb, with its exit code and what it prints."""
    process = await rig.spawn(*words)
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_a_key_is_changed_between_two_runs_and_a_lost_one_is_one_plain_sentence(
    tmp_path: Path, full_shelf: Path
) -> None:
    async with Rig(tmp_path, full_shelf) as rig:
        await rig.start()
        await rig.say("/backpain")
        await rig.sees("Before you move")
        code, said = await typed(rig, "keys", "rotate")
        assert code == 1
        assert said.startswith("Another Easeback is running on the data in ")
        await rig.kill()
        old = (rig.home / "key").read_text().strip()
        code, said = await typed(rig, "keys", "rotate")
        assert code == 0, said
        assert said.startswith("Sealed anew: ")
        assert old not in said
        newest, *_ = (rig.home / "key").read_text().split()
        assert newest not in said
        (rig.home / "key").write_text(newest)
        await rig.start()
        await rig.say("hello")
        await rig.sees("Before you move")
        await rig.kill()
        (rig.home / "key").unlink()
        code, said = await typed(rig, "run")
        assert code == 1
        assert said.strip().count("\n") == 0
        assert said.startswith("The key of this database is not there (")
