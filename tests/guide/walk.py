"""Walks the pure guide as a person and a clock would: taps, words, time. No I/O; delivery answers at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bot.guide.chat import Chat, Notice, Playing
from bot.guide.events import Delivered, Do, Event, Spoke, Tick
from bot.guide.library import Library
from bot.guide.outcome import Page, Say
from bot.guide.parts import Screen
from bot.guide.player import is_ahead, update, wake_at
from bot.guide.screens import screen

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass
class Walk:
    """One chat on a clock of its own."""

    library: Library
    now: datetime = MORNING
    latency: float = 0.0
    """Seconds that delivery takes."""
    chat: Chat | None = None
    said: Say | Page | None = None
    shown: list[tuple[datetime, Chat]] = field(default_factory=list)
    message: int = 100
    new: bool = False
    """Somebody who has met no caution yet."""

    def __post_init__(self) -> None:
        if self.chat is None:
            self.chat = Chat.new("en", self.now)
            steps = [step for session in self.library.content.sessions.values() for step in session.steps]
            met = frozenset() if self.new else frozenset(step.id for step in steps if step.caution)
            self.chat = replace(self.chat, person=replace(self.chat.person, cautions=met))

    # what happens
    def event(self, event: Event, at: datetime | None = None) -> Walk:
        assert self.chat is not None, "nobody is there any more"
        outcome = update(self.chat, event, at or self.now, self.library)
        self.chat, self.said = outcome
        return self

    def deliver(self) -> Walk:
        """Show the state, if it must be shown."""
        if self.chat is not None and self.chat.state.waits:
            parts = screen(self.chat, self.library)
            self.now += timedelta(seconds=self.latency)
            on = self.chat.state.on
            self.message += 1
            self.shown.append((self.now, self.chat))
            self.event(Delivered(on or (self.message if parts else None)))
        return self

    def tap(self, *actions: str) -> Walk:
        """Tap buttons of the shown screen, each of which must be there."""
        for action in actions:
            assert action in self.buttons, f"{action} is not on {self.buttons}"
            self.event(Do(action, on=self.message, id=f"run-{len(self.shown)}")).deliver()
        return self

    def word(self, *actions: str) -> Walk:
        for action in actions:
            self.event(Do(action, id=f"run-{len(self.shown)}")).deliver()
        return self

    def speak(self) -> Walk:
        return self.event(Spoke()).deliver()

    def wait(self, seconds: float) -> Walk:
        """Let time pass, with all that is due in it."""
        until = self.now + timedelta(seconds=seconds)
        while self.chat is not None and (due := wake_at(self.chat.state)) is not None and due <= until:
            self.now = max(self.now, due)
            self.event(Tick(), due).deliver()
        self.now = max(self.now, until)
        return self

    def sleep(self, seconds: float) -> Walk:
        """The process was away: time passes, and all that was due is told at once afterwards."""
        self.now += timedelta(seconds=seconds)
        while self.chat is not None and (due := wake_at(self.chat.state)) is not None and due <= self.now:
            self.event(Tick(), due)
        return self.deliver()

    def set_back(self, seconds: float) -> Walk:
        """The clock is put back, and nobody has looked at it yet."""
        self.now -= timedelta(seconds=seconds)
        return self

    def look(self) -> Walk:
        """The shell looks at who is ahead of the clock."""
        assert self.chat is not None
        if is_ahead(self.chat.state, self.now):
            self.event(Tick()).deliver()
        return self

    # what is seen
    @property
    def state(self) -> object:
        assert self.chat is not None
        return self.chat.state

    @property
    def screen(self) -> Screen:
        assert self.chat is not None
        return screen(self.chat, self.library)

    @property
    def buttons(self) -> list[str]:
        return [b.action for part in self.screen for row in part.buttons for b in row]

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.screen)

    @property
    def step(self) -> str:
        """Id of the shown step."""
        assert self.chat is not None
        assert self.chat.run is not None
        assert isinstance(self.chat.state, Playing), self.chat.state
        return self.chat.run.plan.steps[self.chat.state.step].id

    # ways to get somewhere
    def to_position(self) -> Walk:
        self.word("backpain")
        return self.tap("none" if "none" in self.buttons else "change")

    def to_settle(self, position: str = "chair") -> Walk:
        return self.to_position().tap(position)

    def to_session(self, session: str, position: str = "") -> Walk:
        """Through the list and the notice into a session; without a position as far as its choice."""
        self.word("sessions").tap(f"go.{session}")
        if isinstance(self.state, Notice):
            self.tap("none" if "none" in self.buttons else "change")
        return self.tap(position) if position else self

    def to_step(self, step: str, position: str = "chair") -> Walk:
        """By Done to a step, and three seconds into it."""
        self.to_settle(position)
        while self.step != step:
            self.wait(3).tap("done")
        return self.wait(3)
