"""Judges what one person did and saw, from outside: it knows no row and no state. Touches nothing.

What a late judge can't know counts for the bot: an act is taken to be older than it may have been, and a message that
was accepted while the process died before it could write that down (not `settled`) excuses one copy of itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.guide.content import BREATHING, Content
from bot.guide.words import Words


@dataclass(frozen=True, slots=True)
class Did:
    """A person's act, written down before it reached the server. `on`: what stood in the tapped message."""

    kind: Literal["say", "tap"]
    what: str
    message: int = 0
    on: str = ""

    @property
    def action(self) -> str:
        """The button's action, or the word without its slash."""
        return self.what.partition(":")[0] if self.kind == "tap" else self.what.removeprefix("/").casefold()


@dataclass(frozen=True, slots=True)
class Saw:
    """What the server told the person's page. `erased`: nothing is kept about them, as the database says."""

    kind: Literal["message", "edit", "delete", "toast", "erased"]
    message: int = 0
    words: str = ""
    buttons: tuple[str, ...] = ()
    by_bot: bool = True

    @property
    def rev(self) -> int | None:
        """The screen's number, if its buttons carry one."""
        tail = self.buttons[0].partition(":")[2] if self.buttons else ""
        return int(tail) if tail.isdecimal() else None


Event = Did | Saw


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen as it came into the chat, by a new message or by an edit, as event `index` of the log."""

    index: int
    kind: str
    message: int
    words: str
    rev: int | None
    edited: bool
    name: str = ""
    number: int = 0
    """Of a step."""
    note: bool = False
    """It is a caution, before the step of its name and number."""


STEP = re.compile(r"^(?P<name>.+) · (?P<number>\d+) of \d+ · about", re.MULTILINE)
BEFORE_A_RUN = {"browsing", "notice", "choosing", "leaving-out", "weighing", "held"}
NOT_OF_A_RUN = BEFORE_A_RUN | {"idle", "scoring", "summary", "forgotten"}
"""After these a run begins anew."""
ONWARD = {"skip", "skip it", "skip this", "leave"}
BACKWARD = {"back", "go back"}
ANEW = {"over", "breathing"}
"""What begins another session out of a run, where nothing moves in it."""
ACKNOWLEDGING = {"none", "same", "change"}


class Judge:
    """Knows the content, and so what a text is."""

    def __init__(self, content: Content, words: Words) -> None:
        named = {
            "notice": ("notice-short",),
            "browsing": ("sessions-which",),
            "choosing": ("position-which",),
            "leaving-out": ("leave-out-which",),
            "weighing": ("weigh-intro",),
            "held": ("held-see", "held-wait", "held-seen", "held-agreed", "idle-held-now", "idle-held-still"),
            "unsure": ("unsure-which",),
            "hurting": ("hurt-ease",),
            "idle": ("idle-not-now", "idle-stopped", "idle-kept"),
            "scoring": ("closing-done", "closing-ended"),
            "summary": ("summary-time",),
            "forgetting": ("forget-ask",),
            "forgotten": ("forgotten",),
            "reply": (
                "start",
                "late-tap",
                "no-fit",
                "nothing-running",
                "idle",
                "no-chat",
                "hurts-outside",
                "slow-down",
                "ask-zone",
                "ask-time",
                "remind-off",
            ),
            "paused": tuple(f"paused-{why}" for why in ("you", "late", "lost", "idle", "away", "restart", "kept")),
        }
        self._kinds = {content.safety.opening: "notice"}
        """By the beginning of a text, up to what differs from one time to another."""
        for kind, ids in named.items():
            for name in ids:
                self._kinds[self._start(words, name)] = kind
        steps = [(session, step) for session in content.sessions.values() for step in session.steps]
        self._moves = {step.name for _, step in steps if "rest" not in step.positions}
        self._waits = {step.name for _, step in steps if step.advance == "tap"}
        """Set-ups: they are left by a tap alone."""
        breathing = {step.name for session, step in steps if session.id == BREATHING}
        self._breathing = breathing | {words("step-soften"), words("quiet-name")}
        self._note, self._quiet = words("step-caution"), words("quiet-name")
        self._day = tuple(self._start(words, name) for name in ("held-wait", "idle-held-now"))
        """How screens begin that hold everything but breathing for a day."""

    @staticmethod
    def _start(words: Words, name: str) -> str:
        """The beginning of a text, up to what differs from one time to another."""
        text = words(name, number="NUMBER", minutes=1)
        return text.partition("NUMBER")[0].partition("one minute")[0].strip()

    def kind(self, text: str) -> str:
        """What a text of the bot is; "unknown" is never good."""
        if STEP.search(text):
            return "step"
        return next((kind for start, kind in self._kinds.items() if text.startswith(start)), "unknown")

    def screens(self, log: Sequence[Event]) -> list[Shown]:
        """The screens in a log, in order, copies too. Other buttons under the same text are no screen."""
        found, texts = [], dict[int, str]()
        for index, event in enumerate(log):
            if not isinstance(event, Saw) or not event.by_bot or event.kind not in ("message", "edit"):
                continue
            was, texts[event.message] = texts.get(event.message), event.words
            kind = self.kind(event.words)
            if kind == "unknown" and event.buttons and all(data.startswith("menu:") for data in event.buttons):
                kind = "reply"  # a page beside the session, or a reminder: nothing on it is of a screen
            if kind in ("reply", "forgotten") or was == event.words:
                continue
            step = STEP.search(event.words)
            name, number = (step["name"], int(step["number"])) if step else ("", 0)
            edited = event.kind == "edit"
            note = any(line.startswith(self._note) for line in event.words.split("\n\n")[:2])
            found.append(Shown(index, kind, event.message, event.words, event.rev, edited, name, number, note))
        return found

    def violations(self, log: Sequence[Event], settled: Collection[int]) -> Iterator[tuple[int, str]]:
        """Each broken promise, with the index of the event that broke it."""
        screens = self.screens(log)
        yield from self._known(screens)
        yield from self._copies(screens, log, settled)
        yield from self._revs(screens)
        yield from self._order(screens, log)
        yield from self._movement(screens, log)
        yield from self._forgotten(screens, log)

    def duplicates(self, log: Sequence[Event]) -> int:
        """How many messages were a copy of a screen that had come already."""
        return sum(len(copies) - 1 for copies in _copies(self.screens(log), log))

    @staticmethod
    def _known(screens: Sequence[Shown]) -> Iterator[tuple[int, str]]:
        for screen in screens:
            if screen.kind == "unknown":
                yield screen.index, f"nobody knows this screen: {screen.words[:60]!r}"

    @staticmethod
    def _copies(screens: Sequence[Shown], log: Sequence[Event], settled: Collection[int]) -> Iterator[tuple[int, str]]:
        """At most two copies, and the first only if nobody could know that it had come."""
        for copies in _copies(screens, log):
            last = copies[-1]
            if len(copies) > 2:
                yield last.index, f"{len(copies)} copies of {last.name or last.kind}"
            for copy in copies[:-1]:
                if copy.message in settled:
                    yield last.index, f"a copy of {last.name or last.kind}, though message {copy.message} was settled"

    @staticmethod
    def _revs(screens: Sequence[Shown]) -> Iterator[tuple[int, str]]:
        """Of what is sent anew, the number never falls."""
        highest = 0
        for screen in screens:
            if screen.rev is not None and not screen.edited:
                if screen.rev < highest:
                    yield screen.index, f"an older screen came after a newer one: {screen.name or screen.kind}"
                highest = max(highest, screen.rev)

    def _order(self, screens: Sequence[Shown], log: Sequence[Event]) -> Iterator[tuple[int, str]]:
        """The next step is the same or the next; by an act also one before; after what is no step only by an act."""
        first = screens[0].index if screens else 0
        marks = [first, first]  # the two screens before: an act may have been on its way while one came
        before = last = None
        known: set[int | None] = set()
        for screen in screens:
            acts = [event for event in log[marks[0] : screen.index] if isinstance(event, Did)]
            if screen.kind in NOT_OF_A_RUN:
                last = None
            elif screen.kind == "step" and screen.rev not in known:
                if why := self._out_of_order(screen, last, before, acts):
                    yield screen.index, why
                last = screen
            known.add(screen.rev)
            before, marks = screen, [marks[1], screen.index]

    def _out_of_order(self, screen: Shown, last: Shown | None, before: Shown | None, acts: Sequence[Did]) -> str:
        """Why a step may not come here; empty if it may. `last`: the step before in this run; `before`: any screen."""
        step = f"{screen.name} ({screen.number})"
        onward = sum(act.action in ONWARD for act in acts)
        anew = any(act.action in ANEW for act in acts) and screen.number <= 1 + onward
        if last is None or anew:  # what hurts, or is skipped, before it was shown is left out
            return "" if acts and screen.number <= 1 + onward else f"a run begins with {step}"
        after = f"{step} after {last.name} ({last.number})"
        if not acts:
            if before and before.kind != "step":
                return f"{after} by itself, behind {before.kind}"
            if last.name in self._waits:
                return f"{after} by itself: the set-up is left by a tap alone"
            quiet = screen.name == self._quiet
            if screen.number == last.number and screen.name == last.name and not last.note and not quiet:
                return f"{step} by itself, anew"
            return "" if screen.number - last.number in (0, 1) else f"{after} by itself"
        backward = sum(act.action in BACKWARD for act in acts)
        if screen.number > last.number + 1 + onward:
            return f"{after}: a step was skipped"
        if screen.number < last.number - 1 - backward:
            return f"{after}: too far back"
        return ""

    def _movement(self, screens: Sequence[Shown], log: Sequence[Event]) -> Iterator[tuple[int, str]]:
        """No movement before the notice was answered, none under a hold."""
        at = {screen.index: screen for screen in screens}
        acknowledged = held = day = False
        known: set[int] = set()
        for index, event in enumerate(log):
            screen = at.get(index)
            if isinstance(event, Did):
                acknowledged |= event.action in ACKNOWLEDGING and self.kind(event.on) == "notice"
                held &= not (event.kind == "tap" and event.action == "yes")
                day &= held
            elif event.kind == "erased" or self.kind(event.words) == "forgotten":
                acknowledged = held = day = False
            elif screen and screen.rev not in known:
                if screen.name in self._moves and (held or not acknowledged):
                    yield index, f"{screen.name} came {'under a hold' if held else 'before the notice was answered'}"
                if day and screen.kind == "step" and screen.name not in self._breathing:
                    yield index, f"{screen.name} came where only breathing is open"
                held |= screen.kind == "held"
                day |= screen.words.startswith(self._day)
                if screen.rev is not None:
                    known.add(screen.rev)

    def _forgotten(self, screens: Sequence[Shown], log: Sequence[Event]) -> Iterator[tuple[int, str]]:
        """After the one answer to it nothing comes until the person writes again: after their yes, or later."""
        at = {screen.index: screen for screen in screens}
        asked: dict[int, int] = {}
        """By message: words written before the first yes on it."""
        words = 0
        gone = False
        for index, event in enumerate(log):
            if isinstance(event, Did):
                words += event.kind == "say"
                gone &= event.kind != "say"
                if event.action == "erase":
                    asked.setdefault(event.message, words)
            elif self.kind(event.words) == "forgotten":
                gone = asked.get(event.message) == words
            elif gone and event.kind == "message" and index in at:
                yield index, f"{at[index].name or at[index].kind} came after /forget"


def _copies(screens: Sequence[Shown], log: Sequence[Event]) -> Iterator[list[Shown]]:
    """Messages that are the same screen: by its number, or else by its words if nobody did anything in between."""
    numbered: dict[int, list[Shown]] = defaultdict(list)
    groups: list[list[Shown]] = []
    alike: list[Shown] = []
    since = 0
    for screen in screens:
        acted = any(isinstance(event, Did) for event in log[since : screen.index])
        if screen.edited or screen.rev is not None:
            alike = []
        elif alike and not acted and alike[-1].words == screen.words:
            alike.append(screen)
        else:
            alike = [screen]
            groups.append(alike)
        if screen.rev is not None and not screen.edited:
            numbered[screen.rev].append(screen)
        since = screen.index
    yield from (copies for copies in (*groups, *numbered.values()) if len(copies) > 1)
