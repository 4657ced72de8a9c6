"""Finished notes on disk, made ahead by processes of their own. Touches its folder and those processes.

The event loop never waits for sound: it asks what is ready, and says what will be wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bot.guide.marks import Script
from bot.media.voice.engine import Engine

ROOT = Path(__file__).resolve().parents[2]
PRUDENT = 0.1
"""Seconds of work per second of note, before the first is measured."""
LEARN = 0.2
"""The weight of each new measure of work."""
IDLE, LIMIT, AGAIN = 60.0, 60.0, 300.0
"""Seconds (real): when an idle process goes with its memory, a note is given up, a failed one may be tried again."""
PAGE = 65_307
"""The longest page of an OGG file, in bytes."""

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class Job:
    """A note to be made. `over` is set when it is on disk or given up."""

    key: str
    script: Script
    speed: float
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Died(Exception):
    """The process is gone: killed, out of memory, or it could not load the voice."""


class Shelf:
    """The notes in `folder`, as `<2 hex>/<key>.ogg`. One owner at a time; the folder is made if need be."""

    def __init__(
        self,
        folder: Path,
        engine: type[Engine],
        *,
        workers: int | None = None,
        idle: float = IDLE,
        on_progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """`engine` is made in the processes: its module must be importable. `workers` defaults to the cores, at most 2;
        one that had nothing to do for `idle` seconds goes until it is needed.

        `on_progress` is told how many of the notes wanted since the shelf was last at rest are done; it may not raise.
        """
        self._folder, self._engine = folder.resolve(), f"{engine.__module__}:{engine.__qualname__}"
        self._workers = workers or min(2, os.cpu_count() or 1)
        self._idle, self._on_progress = idle, on_progress
        self._ready: frozenset[str] = frozenset()
        self._queue: OrderedDict[str, Job] = OrderedDict()
        self._making: dict[str, Job] = {}
        self._failed: dict[str, float] = {}
        self._reasons: dict[str, str] = {}
        self._complaint = ""
        self._more = asyncio.Event()
        self._lanes: list[asyncio.Task[None]] = []
        self._done = self._total = 0
        self._work = PRUDENT

    @property
    def ready(self) -> frozenset[str]:
        """Keys of the notes on disk."""
        return self._ready

    @property
    def work(self) -> float:
        """Seconds of work per second of finished note, as measured here of late."""
        return self._work

    async def start(self) -> None:
        """See what is there, throw away what is not whole, and begin to make what is wanted."""
        self._ready = await asyncio.to_thread(tidy, self._folder)
        self._lanes = [asyncio.create_task(self._lane()) for _ in range(self._workers)]

    async def close(self) -> None:
        """Stop at once. A note half made is none; who waits for one gets None."""
        for lane in self._lanes:
            lane.cancel()
        await asyncio.gather(*self._lanes, return_exceptions=True)
        for job in self._queue.values():
            job.over.set()
        self._queue.clear()

    def want(self, notes: Iterable[tuple[str, Script, float]], urgent: bool = False) -> None:
        """Have notes made, given as key, script and speed, in this order; urgent ones before all that wait. Cheap."""
        now = time.monotonic()
        jobs = [
            self._queue.get(key) or Job(key, script, speed)
            for key, script, speed in notes
            if key not in self._ready and key not in self._making and self._failed.get(key, now) <= now
        ]
        for job in reversed(jobs) if urgent else jobs:
            if job.key not in self._queue:
                self._queue[job.key] = job
                self._total += 1
            if urgent:
                self._queue.move_to_end(job.key, last=False)
        if self._queue:
            self._more.set()

    async def note(self, key: str) -> Path | None:
        """The file of a note that was wanted; made now, before all others, if it isn't yet. None: it can't be had."""
        path = self._path(key)
        if key in self._ready:
            if await asyncio.to_thread(whole, path):
                return path
            self._ready -= {key}  # gone or damaged since: the next `want` has it made anew
            log.warning("a note was gone or damaged on disk")
        job = self._queue.get(key) or self._making.get(key)
        if job is None:
            return None
        if key in self._queue:
            self._queue.move_to_end(key, last=False)
        await job.over.wait()
        return path if key in self._ready else None

    def knows(self, key: str) -> bool:
        """Whether a note is made, or wanted, or was tried in vain of late."""
        return key in self._ready or key in self._queue or key in self._making or key in self._failed

    def why(self, key: str) -> str:
        """Why a note can't be had, in the words of who tried; empty if nobody tried, or it was made."""
        return self._reasons.get(key, "")

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.ogg"

    async def _lane(self) -> None:
        """One process's life: started for the first note, gone when idle, replaced when it dies."""
        worker = Worker(self._engine)
        try:
            while True:
                job = await self._next(self._idle if worker.runs else None)
                if job is None:
                    await worker.stop()
                    continue
                self._making[job.key] = job
                try:
                    self._settle(job, await self._made(worker, job))
                finally:
                    del self._making[job.key]
                    job.over.set()
                self._tell()
        finally:
            await worker.stop()

    async def _next(self, within: float | None) -> Job | None:
        """The job whose turn it is; None if there was none for so many seconds."""
        try:
            async with asyncio.timeout(within):
                while not self._queue:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            return None
        return self._queue.popitem(last=False)[1]

    async def _made(self, worker: Worker, job: Job) -> dict[str, Any]:
        """The worker's answer. One that dies is replaced and the note tried once more; then the note is at fault."""
        order = {"path": str(self._path(job.key)), "speed": job.speed, "length": job.script.length}
        order["phrases"] = [[phrase.at, phrase.room, phrase.text] for phrase in job.script.phrases]
        reason = ""
        for _ in range(2):
            try:
                async with asyncio.timeout(LIMIT):
                    return await worker.ask(order)
            except (Died, OSError) as error:  # TimeoutError is an OSError
                reason = (
                    f"the voice's process {error}"
                    if isinstance(error, Died)
                    else (error.strerror or "it took too long").lower()
                )
                await worker.stop()
        return {"failed": reason}

    def _settle(self, job: Job, answer: dict[str, Any]) -> None:
        if "took" in answer:
            self._ready |= {job.key}
            self._failed.pop(job.key, None)
            self._reasons.pop(job.key, None)
            self._complaint = ""
            self._work += (answer["took"] / job.script.length - self._work) * LEARN
            return
        self._failed[job.key] = time.monotonic() + AGAIN
        self._reasons[job.key] = answer["failed"]
        if answer["failed"] != self._complaint:  # a full disk is told once, not for each note
            self._complaint = answer["failed"]
            log.warning("a note can't be made, its step goes as text", why=self._complaint)

    def _tell(self) -> None:
        self._done += 1
        self._on_progress(self._done, self._total)
        if not self._queue and not self._making:
            self._done = self._total = 0


class Worker:
    """The handle of one speaking process. It starts with the first order."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._process: asyncio.subprocess.Process | None = None

    @property
    def runs(self) -> bool:
        """Whether it takes memory now."""
        return self._process is not None

    async def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give an order and wait for its answer. Raises Died, and OSError when no process can be started."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot.media.voice.worker", self._engine),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=ROOT,
                start_new_session=True,  # Ctrl+C is for the bot: it stops this in its own order
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        except ConnectionError:
            line = b""
        if not line.endswith(b"\n"):
            raise Died(f"ended ({await self._process.wait()})")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def stop(self) -> None:
        """End the process at once, whatever it does."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def tidy(folder: Path) -> frozenset[str]:
    """Keys of the whole notes in a folder; whatever else was left by an earlier process is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("??/*.part"):
        left.unlink(missing_ok=True)
    found = list(folder.glob("??/*.ogg"))
    for path in found:
        if not whole(path):
            path.unlink(missing_ok=True)
    return frozenset(path.stem for path in found if path.exists())


def whole(path: Path) -> bool:
    """Whether an OGG file is complete: its last page says so and ends where the file ends."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
            file.seek(max(0, file.seek(0, os.SEEK_END) - PAGE))
            tail = file.read()
    except OSError:
        return False
    page = tail[tail.rfind(b"OggS") :]
    if magic != b"OggS" or len(page) < 27 or not page[5] & 4:  # bit 2: the last page of its stream
        return False
    parts = page[26]
    return len(page) == 27 + parts + sum(page[27 : 27 + parts])
