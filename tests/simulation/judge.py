"""The judge: holds what people saw, and what they had done, against the promise of the protocol (reliability.md).

It knows nothing of claims, leases and parts. It reads screens as a person does: by their buttons, their "3 of 11" and
their words. What is stored is looked at only to know that an update was handled, and at quiet moments to compare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bot.chat.messenger import Incoming, Tap, Word, data_of
from bot.guide.chat import (
    AnyState,
    Browsing,
    Forgetting,
    Held,
    Hurting,
    Idle,
    LeavingOut,
    Paused,
    Playing,
    Signs,
    Summary,
    Unsure,
)
from bot.guide.content import TICKS
from bot.guide.events import ALWAYS
from bot.guide.library import Library
from bot.guide.screens import screen
from bot.store.rows import Row
from tests.proof.claims import at_a_step
from tests.simulation.book import Book, Known
from tests.simulation.reminded import Reminded

if TYPE_CHECKING:
    from tests.simulation.telegram import Message, Telegram

LATE, LEAD = 120.0, 5.0
WIRE = 20.0
"""Seconds that a request, a probe before it and the wait for the rate may take on top."""
PLACE = re.compile(r"<i>([^\n]+) · (\d+) of (\d+) · ")
LISTEN, NOTE = "<i>▶ Tap to listen</i>\n\n", "<b>Note:</b> "
KINDS = (
    ("notice", {"notnow", "unsure"}),
    ("held", {"breathing", "notnow"}),
    ("held", {"yes", "notyet"}),
    ("browsing", {"go.classic"}),
    ("choosing", {"leave-out"}),
    ("leaving-out", {"keep-out", "today"}),
    ("weighing", {"rest", "return"}),
    ("lighter", {"rest", "go.two"}),
    ("step", {"done", "hurts"}),
    ("unsure", {"see", "return"}),
    ("hurting", {"twin", "leave"}),
    ("signs", {"none", "unsure", "end"}),
    ("forgetting", {"erase", "keep"}),
    ("scoring", {"noscore"}),
    ("paused", {"resume"}),
)
"""A screen by some of its buttons."""
PAIN = frozenset({"it hurts", "ouch"})
ANSWERS = frozenset({"done", "resume", "go on", "again", "back", "skip", "7"})
"""Words that do what a button of the present screen does."""
OUTSIDE = frozenset({"notice", "held", "browsing", "choosing", "leaving-out", "weighing", "lighter", "scoring"})
"""Screens after which no step of the run before may come."""
GATES = OUTSIDE - {"leaving-out", "scoring"}
"""Screens out of which a run may begin."""
AT_ONCE = frozenset({"over", "breathing"})
"""What begins another run out of a run, where nothing moves in it."""


def kind_of(message: Message) -> str:
    """What a person would call this screen."""
    return next((kind for kind, some in KINDS if some <= message.actions), "line")


@dataclass(frozen=True)
class Begun:
    """A run, as the person chose it."""

    rev: int
    """The first of its screens."""
    mark: int
    by: str
    """What they tapped."""
    out: frozenset[str]
    """What they left out."""

    @property
    def rests(self) -> bool:
        """They chose a run without movement."""
        return self.by == "rest"


@dataclass
class Step:
    """The step that a person saw last."""

    n: int
    of: int
    words: str
    """Its first lines."""
    run: Begun | None
    at: float
    """When it was there first."""
    again: float
    """When its last copy was there."""
    over: float
    """When it will have been heard, at the earliest."""
    rev: int
    began: int
    """The mark of its request."""
    note: bool
    """It is a caution."""
    waits: bool
    """It is a set-up, which waits for a tap."""
    seconds: float
    clocks: int
    """How often the clock had been set."""
    meant: int
    """The furthest step that may have been meant by what was done since its request: it was on its way for a moment."""
    copies: int = 1


@dataclass
class Eye:
    """What the judge remembers of one chat."""

    rev: int = 0
    there: int = 0
    """The message that showed this rev first."""
    kind: str = ""
    """The screen that came last."""
    step: Step | None = None
    gate: str = ""
    """The last screen outside of a run, and the mark of its request."""
    gate_at: int = 0
    did: list[tuple[int, int, str]] = field(default_factory=list)
    """What the person did that had an effect: the mark of the moment when it was handled, the rev that it led to."""
    unheard: set[int] = field(default_factory=set)
    """Their messages that were not handled yet."""
    handled: float = 0.0
    """When something they did was last handled."""
    noticed: float = -1.0
    agreed: float = -2.0
    """When the notice was there, and when it was answered."""
    answered: int = 0
    """The rev of the notice that was answered: a copy of it that comes later asks nothing new."""
    runs: list[Begun] = field(default_factory=list)
    kept: frozenset[str] = frozenset()
    today: frozenset[str] | None = None
    boxes: frozenset[str] = frozenset()
    """Tags that are left out for good, those of today, and what is ticked."""
    quiets: int = 0
    """How often it was quiet for longer in this run."""
    read: set[str] = field(default_factory=set)
    """What was read in steps: cautions, among others."""
    held: int | None = None
    wait: bool = False
    """They are held for a day, after a sign of "now"."""
    hurt: int | None = None
    gone: int | None = None
    """Marks since when they are held, hurt, forgotten."""
    gone_at: int = 0
    """Their last message when they were forgotten."""
    unknown: int = 0
    """Messages up to this id are nobody's any more: who was forgotten is left alone, with old buttons too."""
    blocked: bool = False
    beside: int = 0
    """The rev under which a page changed what is known of them: the screen before it tells what was known then."""
    cleared: set[int | None] = field(default_factory=set)
    """Revs of which the person deleted a message."""

    def since(self, mark: int, rev: int | None = None) -> Counter[str]:
        """What they did since then (or since a screen was claimed: its request comes a moment later), and how often."""
        return Counter(action for at, led_to, action in self.did if at > mark or (rev is not None and led_to > rev))

    def run(self, rev: int) -> Begun | None:
        """The run that a screen belongs to."""
        return next((run for run in reversed(self.runs) if run.rev <= rev), None)

    @property
    def out(self) -> frozenset[str]:
        """What the next run leaves out."""
        return self.kept if self.today is None else self.today


class Judge:
    """Watches one world."""

    def __init__(
        self, telegram: Telegram, library: Library, book: Book, now: Callable[[], float], wall: Callable[[], datetime]
    ) -> None:
        self._telegram, self._library, self._book, self._now = telegram, library, book, now
        self.violations: list[str] = []
        self.reminded = Reminded(library, wall, self.wrong)
        self._eyes: dict[int, Eye] = {}
        self._copies: Counter[tuple[int, int, str]] = Counter()
        self._excuses: Counter[tuple[int, int, str]] = Counter()
        self._acted: set[int] = set()
        self._marks = 0
        self._handled: set[int] = set()

    def wrong(self, what: str) -> None:
        """A violation."""
        self.violations.append(f"{self._now():.3f} s: {what}")

    def mark(self) -> int:
        """This very moment: moments of the same virtual time have an order, too."""
        self._marks += 1
        return self._marks

    def _eye(self, chat: int) -> Eye:
        return self._eyes.setdefault(chat, Eye())

    def read_all(self, chat: int) -> None:
        """Somebody who was here before: no caution is new to them."""
        self._eye(chat).read |= set(self._book.cautions.values())

    # ── what people do ────────────────────────────────────────────────────────────────────────────────────────────────
    def said(self, chat: int, text: str, message: int) -> None:
        """A person wrote."""
        self._eye(chat).unheard.add(message)

    def tapped(self, on: Message, data: str) -> None:
        """A person tapped."""
        eye, action = self._eye(on.chat), data.partition(":")[0]
        if kind_of(on) == "notice" and action in ("none", "same", "change"):
            eye.agreed, eye.answered = self._now(), int(data.rpartition(":")[2])

    def deleted(self, message: Message) -> None:
        """A person deleted a message of ours."""
        self._eye(message.chat).cleared.add(message.rev)

    def blocked(self, chat: int) -> None:
        """A person blocked us: from here on the chat may show less than the state."""
        self._eye(chat).blocked = True

    # ── what befalls the process ──────────────────────────────────────────────────────────────────────────────────────
    def excuse(self, chat: int, rev: int, kind: str, why: str) -> None:
        """Nobody can know whether this was accepted: one copy more is no fault."""
        self._excuses[chat, rev, kind] += 1
        self._telegram.count[why] += why != "lost answers"

    def dropped(self, came: Incoming) -> None:
        """An update was one of too many at once; what must never be refused is not dropped."""
        self._handled.add(came.update)
        self._telegram.count["updates of a flood"] += 1

    def handled(self, came: Incoming, before: Row | None, after: Row | None) -> None:
        """An update was handled, as far as it came."""
        self.reminded.handled(came, before, after)
        if not isinstance(came, Tap | Word):
            self._handled.add(came.update)
            return
        first, changed = came.update not in self._handled, (before and before.chat) != (after and after.chat)
        if changed and came.update in self._acted:
            self.wrong(f"one update acted twice: {came}")
        if changed:
            self._acted.add(came.update)
        self._handled.add(came.update)
        eye, now = self._eye(came.chat), self.mark()
        eye.unheard.discard(came.message)
        action = came.data.partition(":")[0] if isinstance(came, Tap) else ""
        if changed or (before and before.rev) != (after and after.rev):
            eye.did.append((now, after.rev if after else 0, action or getattr(came, "text", "").removeprefix("/")))
        acted = isinstance(came, Tap) and before is not None and changed and came.data != f"{action}:{before.rev}"
        if acted and before is not None and not self._may(action, before.chat.state, after):
            self.wrong(f"an old button acted: {came}")
        if before is None and after is not None:
            if isinstance(came, Tap):
                self.wrong("a tap made a chat")
            elif eye.gone is not None and came.message <= eye.gone_at:
                self.wrong("an old word brought back who was forgotten")
            eye.gone = None
        if first and before is not None and after is not None:
            self._refused(came, before, after)
        if before is not None and after is None:
            if not isinstance(before.chat.state, Idle) and action == "erase":
                eye.gone, eye.gone_at, eye.held, eye.hurt, eye.wait = now, came.message, None, None, False
                eye.kept, eye.today, eye.read, eye.runs = frozenset(), None, set(), []
                eye.unknown = self._telegram.ids
                eye.rev = 0  # who comes back is new: their revs begin by the clock, which may have been put back
            else:
                self.wrong(f"forgotten without a yes: {came}")
        if not changed or before is None or after is None:
            return
        eye.handled = self._now()
        was, state = before.chat.state, after.chat.state
        if was == state and before.chat.person != after.chat.person:
            eye.beside = after.rev
        if action in ("now", "see") and isinstance(was, Unsure):
            eye.held, eye.wait = now, eye.wait or action == "now"
        elif action == "yes" and isinstance(was, Held):
            eye.held, eye.wait = None, False
        fresh = isinstance(came, Tap) and came.data == f"go.breathing:{before.rev}"
        if fresh and isinstance(was, Browsing) and not isinstance(state, Playing):
            self.wrong(f"breathing asked for {state.kind}")
        self._chose(eye, action, was)
        if isinstance(came, Tap) and came.data == "menu:settings.out-none":
            eye.kept = frozenset()
        if after.chat.run and (before.chat.run is None or before.chat.run.id != after.chat.run.id):
            eye.runs.append(Begun(after.rev, now, action, eye.out))
            eye.today = None
        if isinstance(state, Hurting | Signs):
            eye.hurt = now
        elif not (isinstance(state, Paused) and state.hurt != "no") and not isinstance(state, Unsure):
            eye.hurt = None
        if action == "hurts" and at_a_step(was) and after.rev == before.rev:
            self.wrong("“It hurts” kept the rev")

    @staticmethod
    def _chose(eye: Eye, action: str, was: AnyState) -> None:
        """The boxes, and how long what is ticked in them holds."""
        head, _, name = action.partition(".")
        tags = frozenset(str(tag) for tick in eye.boxes for tag in TICKS[tick])
        match head, was:
            case "leave-out", _:
                eye.boxes = frozenset(tick for tick, what in TICKS.items() if {str(tag) for tag in what} <= eye.out)
            case "tick", LeavingOut():
                eye.boxes ^= {name}
            case "keep-out", LeavingOut():
                eye.kept, eye.today = tags, None
            case "today", LeavingOut():
                eye.today = tags
            case (("none" | "change" | "same" | "go"), _):  # what held for a day that came to nothing is asked anew
                eye.today = None

    def _refused(self, came: Tap | Word, before: Row, after: Row) -> None:
        """What is never refused has its effect, and words have none on a screen that came after them."""
        said = came.text.removeprefix("/") if isinstance(came, Word) else came.data.partition(":")[0]
        was, state = before.chat.state, after.chat.state
        hurts = said == "hurts" or (isinstance(came, Word) and said in PAIN)
        if hurts and at_a_step(was) and not isinstance(state, Hurting | Signs):
            self.wrong(f"“It hurts” led to {state.kind}")
        if isinstance(was, Forgetting) and isinstance(came, Tap) and came.data == f"erase:{before.rev}":
            self.wrong("a yes to /forget left the chat")
        eye = self._eye(came.chat)
        answered = isinstance(came, Word) and said in ANSWERS and before.chat != after.chat and was.lost is None
        if answered and (eye.rev < before.rev or came.message < eye.there):
            self.wrong(f"a word answered a screen that was not there yet: {said}")

    def acted_since(self, chat: int, mark: int) -> bool:
        """True if something that the person did since then had an effect."""
        return bool(self._eye(chat).since(mark))

    @staticmethod
    def _may(action: str, was: AnyState, after: Row | None) -> bool:
        """What an old button may do: what is never refused, ask about forgetting again, show again what may not have
        come."""
        shows = after is not None and was.lost is not None and type(after.chat.state) is type(was)
        asks = after is not None and action == "erase" and isinstance(after.chat.state, Forgetting)
        return action in ALWAYS or action == "menu" or asks or shows

    def answered(self, came: Tap, text: str, row: Row | None) -> None:
        """A tap got a direct answer."""
        self.reminded.answered(came, text, row)

    # ── what people see ───────────────────────────────────────────────────────────────────────────────────────────────
    def came(self, message: Message, rev: int, part: str, began: int) -> None:
        """A new message of a screen is there. `began`: when its request went out."""
        eye, now, key = self._eye(message.chat), self._now(), (message.chat, rev, part)
        self._copies[key] += 1
        copies = self._copies[key]
        if rev in eye.cleared or None in eye.cleared:
            copies = 1
        self._telegram.count["duplicates"] += copies > 1
        if copies > 1 + self._excuses[key]:
            self.wrong(f"a copy without a reason: {message}")
        if copies > 2:
            self.wrong(f"{copies} copies: {message}")
        if rev < eye.rev and not self._excuses[key]:  # one on the wire when its process died may come later
            self.wrong(f"order fell: {rev} after {eye.rev}")
        if eye.gone is not None and began > eye.gone:
            self.wrong(f"sent after /forget: {message}")
        first = rev != eye.rev
        eye.rev, eye.there = max(rev, eye.rev), message.id if first else eye.there
        self._screen(eye, message, rev, began, first=first)
        if not first and eye.step:
            eye.step.again = now

    def edited(self, message: Message, began: int) -> None:
        """A message of ours is another screen now."""
        eye, rev = self._eye(message.chat), message.rev or 0
        eye.rev = max(rev, eye.rev)
        self._screen(eye, message, rev, began, first=kind_of(message) != "step")

    def _screen(self, eye: Eye, message: Message, rev: int, began: int, *, first: bool) -> None:
        kind = kind_of(message)
        if kind == "notice" and first and rev != eye.answered:
            eye.noticed = self._now()
        if kind == "step":
            first_lines, known, note = self._reads(message)
            self._movement(eye, message, known, rev, began)
            if first:
                self._step(eye, message, first_lines, rev, began, note=note)
            eye.read |= {lines.removeprefix(NOTE) for lines in message.text.split("\n\n")}
        if first:
            eye.kind = kind
            if kind in OUTSIDE:
                eye.step, eye.gate, eye.gate_at = None, kind, began

    def _reads(self, message: Message) -> tuple[str, Known, bool]:
        """A step's first lines, the step as it stands in the files, and whether it is a caution."""
        place = PLACE.search(message.text)
        assert place, message.text
        lines = self._bare(message.text).split("\n\n")[0]
        first = lines.removeprefix(NOTE)
        return first, (place[1], first), lines != first

    def _movement(self, eye: Eye, message: Message, known: Known, rev: int, began: int) -> None:
        """What was promised before a movement, and who is led past it."""
        run, book = eye.run(rev), self._book
        if eye.held is not None and began > eye.held and known[1] not in (book.breathing if eye.wait else book.resting):
            self.wrong(f"a hold does not leave this open: {message.text}")
        if run and (asked := book.asks.get(known, frozenset()) & run.out):
            self.wrong(f"who leaves out {', '.join(sorted(asked))} is led: {message.text}")
        if (caution := book.cautions.get(known)) and caution not in eye.read and caution not in message.text:
            self.wrong(f"the caution never came: {message.text}")
        if known not in book.moves:
            return
        if eye.agreed < eye.noticed or eye.agreed < 0:
            self.wrong(f"a movement before the notice was answered: {message.text}")
        if run and run.rests:
            self.wrong(f"a movement in a run that only rests: {message.text}")

    def _step(self, eye: Eye, message: Message, words: str, rev: int, began: int, *, note: bool) -> None:
        now, found, run = self._now(), PLACE.search(message.text), eye.run(rev)
        assert found, message.text
        n, of, quiet = int(found[2]), int(found[3]), words == self._book.quiet
        length = message.seconds or self._book.seconds(words)
        self._telegram.count["steps"] += 1
        clocks = self._telegram.count["clock set"]
        if eye.hurt is not None and began > eye.hurt:
            self.wrong("a step after “it hurts”")
        last = eye.step
        if last is not None and run is not last.run and run is not None and run.by in AT_ONCE:
            eye.gate, eye.gate_at, last = "browsing", last.began, None
        if last is None:
            if eye.gate not in GATES:
                self.wrong(f"a run began out of “{eye.gate}”")
            if n > 1 + self._onward(eye.since(eye.gate_at)):
                self.wrong(f"a run began with step {n}")
            over, meant, once_more = now, n, False
        else:
            done = eye.since(last.began, last.rev)
            again = (n, words) == (last.n, last.words) and not (quiet and self._owed(eye, run))
            if again and not done:  # in another form: the note could not be made, or is not allowed
                last.copies, last.again = last.copies + 1, now
                excused = sum(self._excuses[message.chat, last.rev, kind] for kind in ("voice", "text"))
                if last.copies > min(2, 1 + excused):
                    self.wrong(f"{last.copies} copies of step {n}, {excused} excused")
                return
            if not max(1, last.n - bool(done) - done["back"]) <= n <= last.meant + max(1, self._onward(done)):
                self.wrong(f"step {last.n} was followed by {n} ({eye.kind}, done meanwhile: {done})")
            if not done and last.meant == last.n and n != last.n + (not quiet and not last.note):
                self.wrong(f"step {last.n} ({last.words}) was followed by {n} ({words}) by itself")
            if not done and last.waits:
                self.wrong(f"the set-up was left without a tap, for step {n}")
            if of != last.of and not (run and eye.since(run.mark)["further"]):
                self.wrong(f"{n} of {of} came after {last.n} of {last.of}")
            if not done and now < last.over - LEAD - 0.5 and last.clocks == clocks:
                self.wrong(f"step {n} came {last.over - LEAD - now:.1f} s before its time")
            due = max(eye.handled, last.over, last.again + last.seconds)
            if now > due + LATE + WIRE:
                self.wrong(f"step {n} came {now - due:.0f} s after its time")
            # Where the clock was set, nobody can hear that a note was cut a little short.
            over = now if done or last.clocks != clocks else max(last.over, now)
            meant = max(n, last.meant) if eye.since(began, rev) or eye.unheard else n
            once_more = bool(done) and (n, words) == (last.n, last.words) and not self._onward(done)
        eye.quiets = (eye.quiets if last else 0) + (quiet and not once_more)
        waits = "pause" not in message.actions
        over += 0.0 if waits else length
        eye.step = Step(n, of, words, run, now, now, over, rev, began, note, waits, length, clocks, meant)

    @staticmethod
    def _owed(eye: Eye, run: Begun | None) -> bool:
        """More quiet was asked for than came so far."""
        return run is not None and eye.since(run.mark)["plus"] > eye.quiets

    @staticmethod
    def _onward(done: Counter[str]) -> int:
        """How many steps on these can lead: by words also past what was never seen."""
        return sum(done[action] for action in ("done", "skip", "leave"))

    # ── quiet moments ─────────────────────────────────────────────────────────────────────────────────────────────────
    def look_round(self, row_of: Callable[[int], Row | None]) -> None:
        """Where nothing waits to be sent, Telegram shows the state, and what had to fall silent is silent."""
        for chat, eye in self._eyes.items():
            row = row_of(chat)
            if row is None or row.send_at is not None or row.chat.state.seen is None or eye.blocked:
                continue
            parts, ours = screen(row.chat, self._library), self._telegram.of(chat)
            told_before = row.rev == eye.beside
            if told_before or not parts or parts[-1].kind == "silence" or row.rev in eye.cleared or None in eye.cleared:
                continue
            want = tuple((b.text, data_of(b, row.rev)) for line in parts[-1].buttons for b in line)
            texts = {self._bare(m.text) for m in ours if m.buttons == want}
            if self._bare(parts[-1].text) not in texts:
                self.wrong(f"what is shown is not the state: {row.chat.state}, but {[m.text[-60:] for m in ours[-2:]]}")
            if isinstance(row.chat.state, Paused | Hurting | Signs):
                self._silent(chat, row)

    def _silent(self, chat: int, row: Row) -> None:
        for message in self._telegram.of(chat):
            sounding = message.seconds is not None and message.at + message.seconds > self._now() + 1
            if sounding and not any(self._excuses[key] for key in self._excuses if key[0] == chat):
                self.wrong(f"a note sounds on while {row.chat.state.kind}: {message.text[-60:]}")

    @staticmethod
    def _bare(text: str) -> str:
        """Without what hangs on whether the chain was cut."""
        return text.removeprefix(LISTEN)

    def at_the_end(self, row_of: Callable[[int], Row | None]) -> None:
        """Two days later: everything has ended, everybody was heard, no old button is left."""
        self.look_round(row_of)
        missed = set(range(1, self._telegram.numbers + 1)) - self._handled
        if missed:
            self.wrong(f"updates were never handled: {sorted(missed)[:5]}")
        for chat, eye in self._eyes.items():
            row = row_of(chat)
            if row is None:
                continue
            self.reminded.at_the_end(chat, row)
            state = row.chat.state
            if row.send_at is not None or row.sending is not None or state.waits:
                self.wrong(f"not quiet: {row}")
            if not isinstance(state, Idle | Summary) or row.chat.run is not None:
                self.wrong(f"it did not end: {state}")
            excused = {rev for of, rev, _ in self._excuses if of == chat}
            for message in self._telegram.of(chat):
                known = message.id > eye.unknown and message.rev not in excused and not eye.blocked
                if known and message.rev is not None:  # what is shown at the end has none
                    self.wrong(f"old buttons are left: {message.text[-60:]}")
                    break
