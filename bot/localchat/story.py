"""What was done and seen becomes the skeleton of a test, in the words of tests/conversations. Pure; touches nothing.

A skeleton: it plays what was done again and looks for what was seen, and it has to be read by whoever keeps it. It
waits for what comes by itself as long as that took. What a test has no call for is told in a comment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.localchat.acts import Act

AT_ONCE = 0.4
"""Seconds (real): what is followed by more within them is not looked for, a test would come too late to see it."""
PATIENCE = 15.0
"""Seconds (real) that `sees` waits by itself."""
LONGEST_WORDS, LONGEST_LITERAL = 60, 88
MARKS = "✓☐☑▶ "
"""What stands before a button's words and may change."""
VOLATILE = re.compile(r"\d+(?= ?(?:min|sec|s\b|hour|day))|\d{1,2}:\d\d")
"""How long it took, and what the clock says: another time it is another number."""
HEAD = '"""What was done in the local chat, as a story."""\n\nfrom __future__ import annotations\n\n'


@dataclass(slots=True)
class _Message:
    """A message as the person had it before them: buttons' words by what they send. `line`: where the story saw it."""

    text: str
    buttons: Mapping[str, str] = field(default_factory=dict)
    had: Mapping[str, str] = field(default_factory=dict)
    """All the buttons that it ever had: an old page, or a late finger, may still tap them."""
    line: _Line | None = None


@dataclass(slots=True)
class _Line:
    """A line of the story; what it gives gets a name if it is needed later."""

    text: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} = {self.text}" if self.name else self.text


def story(acts: Sequence[Act], *, language: str = "en", earlier: bool = False) -> str:
    """The test's text. `acts`: of one chat, in order. `language`: the person's. `earlier`: something came before."""
    return _Story(acts, language, earlier).text()


class _Story:
    def __init__(self, acts: Sequence[Act], language: str, earlier: bool) -> None:
        self._lines: list[_Line] = []
        self._chat: dict[int, _Message] = {}
        self._seen: list[Act] = []
        """What was seen since the last deed."""
        self._since = acts[0].at if acts else 0.0
        self._speed, self._names = 1.0, 0
        self._answers = {act.what["query"]: act.what["text"] for act in acts if act.kind == "answer"}
        if earlier:
            self._say("# What came before this is not in it, nor what was known of the person by then.")
        if language != "en":
            self._say(f"bot.telegram.person(YOU, language_code={quoted(language)})")
        for act in acts:
            self._tell(act)
        self._look()

    def text(self) -> str:
        lines = [f"    {line}" for each in self._lines for line in str(each).split("\n")]
        if not any(not line.lstrip().startswith("#") for line in lines):
            lines.append("    ...")
        whole = "\n".join(lines)
        names = "YOU, House" if "YOU" in whole else "House"
        imports = f"from tests.conversations.conftest import {names}\n\n\n"
        return f"{HEAD}{imports}async def test_a_story(bot: House) -> None:\n{whole}\n"

    def _say(self, text: str) -> _Line:
        self._lines.append(_Line(text))
        return self._lines[-1]

    # ── what happened ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _tell(self, act: Act) -> None:
        what = act.what
        match act.kind:
            case "sees" | "edited":
                self._seen.append(act)
                return
            case "answer":
                return
            case "gone":
                self._seen.append(act)
                return
            case "speed" if what["speed"] == self._speed:
                return
        self._look()
        since, self._since = self._since, act.at
        match act.kind:
            case "say":
                self._said(what)
            case "tap":
                self._tapped(what)
            case "erase" if what.get("all"):
                self._say("await bot.telegram.erase(YOU)")
                self._chat.clear()
            case "erase":
                self._erased(what["messages"])
            case "block" | "unblock":
                self._say(f"await bot.telegram.{act.kind}(YOU)")
            case "skip":
                # As much as went by since the last thing seen, too: a test is faster than who did it.
                passed = (act.at - since) * self._speed
                self._say(f"bot.clock.skip({math.ceil((what['seconds'] + passed) * 10) / 10:g})")
            case "speed":
                self._speed = what["speed"]
                self._say(f"bot.clock.set_speed({self._speed:g})")
            case _:
                more = ", ".join(f"{name} {_plain(value)}" for name, value in what.items())
                self._say(f"# here: {_plain(act.kind)}" + (f" ({more})" if more else ""))

    def _said(self, what: Mapping[str, Any]) -> None:
        replied = what.get("reply_to")
        if replied is None:
            self._say(f"await bot.say({literal(what['text'])})")
        elif name := self._name(replied):
            self._say(f"await bot.telegram.say(YOU, {literal(what['text'])}, reply_to={name}.id)")
        else:
            self._say(f"# this answered a message that the story did not see, number {replied:d}:")
            self._say(f"await bot.say({literal(what['text'])})")
        self._chat[what["message"]] = _Message(what["text"])

    def _tapped(self, what: Mapping[str, Any]) -> None:
        number = what["message"]
        label = what["label"] or (self._chat[number].had.get(what["data"]) if number in self._chat else None)
        if label is None or number not in self._chat:
            self._say(f"# a tap on a message that the story does not have: {quoted(label or what['data'])}")
            return
        answer = self._answers.get(what["query"])
        words = next((words for words in (label.strip(MARKS), label) if words and self._finds(words, what)), None)
        name = "" if words else self._name(number)
        if answer is None:
            self._say(f"# a tap that nobody answered: {quoted(label)}")
            return
        if not words and not name:
            self._say(f"# a tap on an older message, number {number:d}: {quoted(label)}")
            return
        on = "" if words else f", on={name}"
        call = f"await bot.tap({quoted(words or label)}{on})"
        self._say(f"assert {call} == {literal(answer)}" if answer else call)

    def _finds(self, words: str, what: Mapping[str, Any]) -> bool:
        """True if `tap(words)` means this button: it takes the newest message that has such a one, and its first."""
        for number, message in sorted(self._chat.items(), reverse=True):
            for data, label in message.buttons.items():
                if words in label:
                    return (number, data) == (what["message"], what["data"])
        return False

    def _erased(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            name = self._name(number)
            self._say(f"await bot.telegram.erase(YOU, {name}.id)" if name else f"# message {number:d} was deleted")
            self._chat.pop(number, None)

    # ── what was seen ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _look(self) -> None:
        """Tell what was seen since the last deed."""
        seen, self._seen = self._seen, []
        for index, act in enumerate(seen):
            newest = max(self._chat, default=None)
            if act.kind == "gone":
                for number in act.what["messages"]:
                    self._chat.pop(number, None)
                continue
            number, text = act.what["message"], act.what["text"]
            old = self._chat.get(number)
            before = self._chat[newest].text if newest is not None else ""
            buttons = act.what["buttons"]
            had = {**(old.had if old else {}), **buttons}
            message = _Message(text, buttons, had, old.line if old else None)
            self._chat[number] = message
            lasts = next((after.at for after in seen[index + 1 :] if _covers(after, act)), math.inf) - act.at
            if number != max(self._chat) or lasts < AT_ONCE:
                continue  # what is not the newest, or not for long, is not looked for
            if old and old.text == text:
                if self._lines[-1:] != [_Line("await bot.quiet()")]:
                    self._say("await bot.quiet()")
                continue
            message.line = self._saw(act, before, None if old else newest)

    def _saw(self, act: Act, before: str, newest: int | None) -> _Line:
        words = telling(act.what["text"], before)
        waited, self._since = act.at - self._since, act.at
        given = ", ".join(map(quoted, words))
        within = f", within={math.ceil(waited + PATIENCE):d}" if waited > PATIENCE / 2 else ""
        if newest is not None and words and all(each in before for each in words) and (name := self._name(newest)):
            return self._say(f"await bot.sees_after({name}.id, {given})")
        return self._say(f"await bot.sees({given}{within})")

    def _name(self, number: int) -> str:
        """The name of what the story saw; empty if it did not see it."""
        message = self._chat.get(number)
        if message is None or message.line is None:
            return ""
        if not message.line.name:
            self._names += 1
            message.line.name = f"seen_{self._names}"
        return message.line.name


def _covers(after: Act, act: Act) -> bool:
    """True if what was seen is not there any more, or not the newest, by what came after it."""
    number = act.what["message"]
    if after.kind == "gone":
        return number in after.what["messages"]
    same = after.what["message"] == number
    return after.what["text"] != act.what["text"] if same else after.kind == "sees"


# ── words ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def telling(text: str, before: str = "") -> tuple[str, ...]:
    """The words by which a message is known from the one before it: its place in a session, or its first line."""
    lines = [line.strip() for line in text.split("\n")]
    places = [" · ".join(line.split(" · ")[:2]) for line in lines if "●" in line or "○" in line]
    others = [_cut(line) for line in lines if "●" not in line and not line.startswith("▶")]
    found = [words for words in (*places, *others) if sum(map(str.isalnum, words)) > 1]
    new = [words for words in found if words not in before]
    if not found or found[0] in new:
        return tuple(found[:1])
    return (found[0], *new[:1])


def _cut(line: str) -> str:
    """The beginning of a line, up to what is another number another time: a sentence of it, or at least whole words."""
    line = VOLATILE.split(line, maxsplit=1)[0].strip()
    if len(line) <= LONGEST_WORDS:
        return line
    words, end, _ = line[: LONGEST_WORDS + 1].rpartition(". ")
    return words + end.strip() or line[: LONGEST_WORDS + 1].rpartition(" ")[0] or line[:LONGEST_WORDS]


def quoted(text: str) -> str:
    """A text as a Python literal on one line, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = (char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in escaped)
    return f'"{"".join(shown)}"'


def literal(text: str) -> str:
    """The same, a long one on several lines."""
    if len(text) <= LONGEST_LITERAL:
        return quoted(text)
    parts = [text[start : start + LONGEST_LITERAL] for start in range(0, len(text), LONGEST_LITERAL)]
    return "\n".join(["(", *(f"    {quoted(part)}" for part in parts), ")"])


def _plain(value: object) -> str:
    """Whatever was noted, in a comment: it can't end the line."""
    return quoted(str(value))[1:-1].replace('\\"', '"')
