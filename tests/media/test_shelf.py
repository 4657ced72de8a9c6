"""The shelf as the bot uses it: real processes, real files, and what may happen to both."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import soundfile
from structlog.testing import capture_logs

from bot.guide.marks import Phrase, Script
from bot.media.shelf import PRUDENT, ROOT, Shelf, whole
from bot.media.voice.engine import Engine, Hibari
from tests.media.engines import Cramped, Missing, Mortal, Signed, Slow, Tone

Order = tuple[str, Script, float]


def order(text: str, length: float = 1.0) -> Order:
    script = Script(length, (Phrase(0, length, text),))
    return script.key("test", 0.65), script, 0.65


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@asynccontextmanager
async def shelf(
    folder: Path,
    engine: type[Engine] = Tone,
    *,
    workers: int = 1,
    idle: float = 60,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> AsyncIterator[Shelf]:
    made = Shelf(folder, engine, workers=workers, idle=idle, on_progress=on_progress)
    await made.start()
    try:
        yield made
    finally:
        await made.close()


async def test_on_a_fresh_machine_the_first_two_notes_are_made_by_the_real_voice(tmp_path: Path) -> None:
    notes = [order("Hello.", 2), order("Sit as you like.", 3)]
    async with shelf(tmp_path / "data" / "notes", Hibari, workers=2) as made:
        made.want((key.replace("test", Hibari.name), script, speed) for key, script, speed in notes)
        for key, script, _ in notes:
            path = await made.note(key)
            assert path is not None
            assert soundfile.info(path).duration == pytest.approx(script.length, abs=0.02)
        assert made.ready == {key for key, _, _ in notes}
        assert 0 < made.work != PRUDENT


async def test_notes_are_there_after_a_restart(tmp_path: Path) -> None:
    key, script, speed = order("Stay.")
    async with shelf(tmp_path) as first:
        first.want([(key, script, speed)])
        path = await first.note(key)
    async with shelf(tmp_path) as second:
        assert second.ready == {key}
        assert await second.note(key) == path == tmp_path / key[:2] / f"{key}.ogg"


async def test_notes_are_made_in_the_order_wanted_each_once_and_progress_is_told(tmp_path: Path) -> None:
    told: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    first, second, third, later = order("First."), order("Second."), order("Third."), order("Later.")
    async with shelf(tmp_path, on_progress=lambda done, total: told.put_nowait((done, total))) as made:
        made.want([first, second, first])
        made.want([second, third])
        assert [await told.get() for _ in range(3)] == [(1, 3), (2, 3), (3, 3)]
        made.want([first, second, third])  # all there: nothing to do, nothing to tell
        made.want([later])
        assert await told.get() == (1, 1)
        assert made.ready == {key for key, _, _ in (first, second, third, later)}


async def test_who_waits_for_a_note_has_it_before_all_others(tmp_path: Path) -> None:
    notes = [order(f"Word {n}.") for n in range(5)]
    ready: list[frozenset[str]] = []
    made = Shelf(tmp_path, Tone, workers=1, on_progress=lambda done, total: ready.append(made.ready))
    made.want(notes)
    asked = asyncio.create_task(made.note(notes[3][0]))
    await asyncio.sleep(0)
    await made.start()
    try:
        assert await asked is not None
    finally:
        await made.close()
    assert ready[0] == {notes[3][0]}


async def test_urgent_notes_keep_their_own_order(tmp_path: Path) -> None:
    ready: asyncio.Queue[frozenset[str]] = asyncio.Queue()
    made = Shelf(tmp_path, Tone, workers=1, on_progress=lambda done, total: ready.put_nowait(made.ready))
    (now, _, _), (then, _, _), (usual, _, _) = order("Now."), order("Then."), order("Usual.")
    made.want([order("Usual.")])
    made.want([order("Now."), order("Then.")], urgent=True)
    await made.start()
    try:
        assert [await ready.get() for _ in range(3)] == [{now}, {now, then}, {now, then, usual}]
    finally:
        await made.close()


async def test_a_killed_process_is_replaced_and_its_note_made(tmp_path: Path) -> None:
    marked = order(str(tmp_path / "killed"))
    async with shelf(tmp_path / "notes", Mortal) as made:
        made.want([marked])
        assert await made.note(marked[0]) is not None
    assert (tmp_path / "killed").exists()


async def test_a_note_that_kills_each_process_is_given_up_and_the_others_are_made(tmp_path: Path) -> None:
    deadly, harmless = order("Die."), order("Live.")
    with capture_logs() as logs:
        async with shelf(tmp_path, Mortal) as made:
            made.want([deadly, harmless])
            assert await made.note(deadly[0]) is None
            assert await made.note(harmless[0]) is not None
            made.want([deadly])  # not again at once
            assert await made.note(deadly[0]) is None
    assert [line["why"] for line in logs] == ["the voice's process ended (-9)"]


async def test_a_full_disk_is_told_once_in_plain_words_and_leaves_nothing_half(tmp_path: Path) -> None:
    notes = [order(f"Word {n}.") for n in range(3)]
    with capture_logs() as logs:
        async with shelf(tmp_path, Cramped) as made:
            made.want(notes)
            assert [await made.note(key) for key, _, _ in notes] == [None, None, None]
            assert not made.ready
    assert [(line["log_level"], line["why"]) for line in logs] == [("warning", "file too large")]
    assert not files(tmp_path)


async def test_a_missing_model_and_words_without_room_are_told_too(tmp_path: Path) -> None:
    long = order("Far too many words for one second.")
    with capture_logs() as logs:
        async with shelf(tmp_path, Missing) as made:
            made.want([long])
            assert await made.note(long[0]) is None
        async with shelf(tmp_path, Tone) as made:
            made.want([long])
            assert await made.note(long[0]) is None
    assert logs[0]["why"] == "no such file or directory"
    assert logs[1]["why"].startswith("TooLong: “Far too many")


async def test_a_torn_file_is_never_served(tmp_path: Path) -> None:
    torn, empty, good = order("Torn."), order("Empty."), order("Good.")
    async with shelf(tmp_path) as made:
        made.want([torn, empty, good])
        paths = {key: await made.note(key) for key, _, _ in (torn, empty, good)}
    left = [path for path in paths.values() if path]
    left[0].write_bytes(left[0].read_bytes()[:-100])
    left[1].write_bytes(b"")
    part = left[2].with_name("half.ogg.123.part")
    part.write_bytes(b"OggS")
    async with shelf(tmp_path) as made:
        assert made.ready == {good[0]}
        assert not part.exists()
        made.want([torn])
        assert await made.note(torn[0]) == left[0]
        assert whole(left[0])


async def test_a_note_deleted_under_the_running_bot_is_made_anew_when_it_is_wanted_again(tmp_path: Path) -> None:
    key, script, speed = order("Gone.")
    async with shelf(tmp_path) as made:
        made.want([(key, script, speed)])
        path = await made.note(key)
        assert path is not None
        path.unlink()
        with capture_logs() as logs:
            assert await made.note(key) is None
        assert len(logs) == 1
        assert not made.ready
        made.want([(key, script, speed)])
        assert await made.note(key) == path


async def test_closing_is_quick_also_while_a_note_is_being_made(tmp_path: Path) -> None:
    pid, slow, waiting = tmp_path / "pid", order(str(tmp_path / "pid")), order("Waiting.")
    async with shelf(tmp_path / "notes", Slow) as made:
        made.want([slow, waiting])
        asked = [asyncio.create_task(made.note(key)) for key, _, _ in (slow, waiting)]
        while not (pid.exists() and pid.read_text()):  # noqa: ASYNC110 - the file is another process's
            await asyncio.sleep(0.01)
        began = time.monotonic()
        await made.close()
        assert time.monotonic() - began < 1
        assert await asyncio.gather(*asked) == [None, None]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_an_idle_process_gives_its_memory_back_and_another_comes_when_needed(tmp_path: Path) -> None:
    names = tmp_path / "names"
    async with shelf(tmp_path / "notes", Signed, idle=0.05) as made:
        for length in (1.0, 2.0):
            made.want([order(str(names), length)])
            await made.note(order(str(names), length)[0])
            await asyncio.sleep(0.3)
    first, second = names.read_text().split()
    assert first != second


async def test_a_note_nobody_wanted_is_not_waited_for(tmp_path: Path) -> None:
    async with shelf(tmp_path) as made:
        assert await made.note("0" * 32) is None


def test_the_process_ends_with_the_bot() -> None:
    """However the bot ends: what the worker reads comes to its end, and so does the worker."""
    command = [sys.executable, "-m", "bot.media.voice.worker", "tests.media.engines:Tone"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(10) == 0


def test_nothing_heavy_is_loaded_into_the_bot() -> None:
    look = "import bot.media.shelf, bot.media.voice.engine, sys, json; print(json.dumps([*sys.modules]))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", look], cwd=ROOT))
    assert not {"numpy", "onnxruntime", "soundfile", "soxr", "hibari"} & set(loaded)
