"""What is walked at a time: one session in one position, with some boxes ticked. Reads the content folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from bot.guide.chat import (
    AnyState,
    Browsing,
    Chat,
    Choosing,
    Forgetting,
    Held,
    Idle,
    LeavingOut,
    Notice,
    Summary,
    Unsure,
    Weighing,
)
from bot.guide.content import CLASSIC, NEEDS, TICKS
from bot.guide.events import Event
from bot.guide.library import Library
from bot.guide.outcome import Outcome
from bot.guide.reading import parse
from bot.guide.words import Words, entries
from tests.guide.conftest import CONTENT, Everything
from tests.guide.walk import MORNING

Update = Callable[[Chat, Event, datetime, Library], Outcome]


@cache
def real() -> Library:
    """The real content; every note is made."""
    files = {str(f.relative_to(CONTENT)): f.read_text("utf-8") for f in CONTENT.rglob("*") if f.is_file()}
    return Library(
        content=parse(files),
        words={"en": Words(files["words/en.ftl"])},
        voices={"en": "test 1 voice"},
        ready=Everything(),
        work=0.05,
        late_after=120.0,
        twice_within=1.5,
    )


@cache
def words_that_act() -> frozenset[str]:
    """What a typed word may do (`word-… =` in the words)."""
    text = (CONTENT / "words" / "en.ftl").read_text("utf-8")
    return frozenset(name.removeprefix("word-") for name in entries(text) if name.startswith("word-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What belongs to a walk. What leads out of it is judged too, and not followed: it is another walk's."""

    session: str
    position: str
    ticks: frozenset[str] = frozenset()
    """The boxes that may be ticked."""
    met: bool = False
    """True for somebody who has met every caution."""
    reach: int = 1
    """Tell situations apart by so many steps on each side of the shown one: led, rested through, quiet."""
    beside: bool = False
    """Boxes are ticked in /settings, too, at any time; and a printed code is opened."""
    first: str = CLASSIC
    """The session that /backpain leads to; it is followed as far as the choice of a position."""

    def __str__(self) -> str:
        ticks = f", {' and '.join(sorted(self.ticks))} ticked" if self.ticks else ""
        return f"{self.session} {self.position}{ticks}"

    @property
    def tags(self) -> frozenset[str]:
        """What the boxes leave out."""
        return frozenset(str(tag) for tick in self.ticks for tag in TICKS[tick])

    def begins(self, library: Library) -> Chat:
        """Somebody who writes for the first time."""
        chat = Chat.new("en", MORNING)
        if not self.met:
            return chat
        steps = [step for session in library.content.sessions.values() for step in session.steps]
        met = frozenset(step.id for step in steps if step.caution)
        return replace(chat, person=replace(chat.person, cautions=met))

    def way(self, library: Library) -> tuple[str, ...]:
        """The buttons that lead into the session, what is ticked only today."""
        if not library.content.sessions[self.session].moves:
            return "sessions", f"go.{self.session}"
        boxes = ("leave-out", *(f"tick.{tick}" for tick in sorted(self.ticks)), "today") if self.ticks else ()
        return "sessions", f"go.{self.session}", "none", *boxes, self.position

    def holds(self, chat: Chat) -> bool:
        """True if a chat is followed here."""
        if chat.run is not None:
            # One quiet step at a time: without this bound plans would grow for ever.
            quiet = sum(step.form == "quiet" for step in chat.run.plan.steps)
            mine = (chat.run.plan.session, chat.run.plan.position) == (self.session, self.position)
            return mine and quiet <= 1
        return self._holds(chat.state)

    def _holds(self, state: AnyState) -> bool:
        match state:
            case Idle() | Browsing() | Summary() | Forgetting():
                return True
            case Unsure(back=Notice(session=asked)) | Notice(session=asked) | Held(session=asked):
                return asked in (self.session, self.first)
            case LeavingOut(session=asked, ticks=ticks):
                return asked == self.session and ticks <= self.ticks
            case Choosing(session=asked) | Weighing(session=asked):
                return asked == self.session
        return False


def fields(library: Library, session: str, *, reach: int = 1) -> Iterator[Field]:
    """A session in each of its positions: with nothing ticked, and with each box that leaves out something of it.

    A continuation is walked with the session that it follows.
    """
    chosen = library.content.sessions[session]
    steps = [s for one in library.content.sessions.values() if session in (one.id, one.continues) for s in one.steps]
    tags = {tag for step in steps for tag in step.tags}
    # What moves nowhere is begun without a question, in its first position.
    for position in chosen.positions if chosen.moves else chosen.positions[:1]:
        yield Field(session=session, position=position, reach=reach)
        for tick, what in TICKS.items():
            if tags & what and NEEDS.get(position) not in what:
                yield Field(session=session, position=position, ticks=frozenset({tick}), reach=reach)
