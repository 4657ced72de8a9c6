"""Telegram's HTML as text and entities, with Telegram's own words for what it refuses. Touches nothing.

Source of the rules and texts: the published sources of Telegram's Bot API server and its client library (tdlib). They
differ from a browser's HTML: a tag's end may be written `</>`, a missing semicolon is forgiven, no other names than
lt, gt, amp and quot are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bot.localchat.refusal import Refusal

KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACE = " \t\r\n\0\v"
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([A-Za-z]*));?")
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


@dataclass(slots=True)
class Span:
    """An entity between two characters of the text (code points, end exclusive)."""

    kind: str
    start: int
    end: int
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    argument: str = ""
    date: str = ""


def parse(source: str) -> tuple[str, list[Span]]:
    """Text and spans of `source`. Raises Refusal where Telegram does."""
    return _Parser(source).run()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text: list[str] = []
        self.open: list[_Open] = []
        self.spans: list[Span] = []

    def run(self) -> tuple[str, list[Span]]:
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == "&":
                self.text.append(self._reference())
            elif character == "<":
                self._end_tag() if self._peek(1) == "/" else self._start_tag()
            else:
                self.text.append(character)
                self.at += 1
        if self.open:
            raise _cannot(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.text), self.spans

    def _peek(self, ahead: int = 0) -> str:
        return self.source[self.at + ahead : self.at + ahead + 1]

    def _byte(self, position: int) -> int:
        return len(self.source[:position].encode())

    def _reference(self) -> str:
        """The character of `&…;`, or a plain `&` where it is none."""
        found = _REFERENCE.match(self.source, self.at)
        character = None
        if found:
            hexadecimal, decimal, name = found.groups()
            if name is not None:
                character = _NAMED.get(name)
            else:
                digits = hexadecimal if hexadecimal is not None else decimal
                code = int(digits, 16 if hexadecimal is not None else 10) if digits else 0
                if 0 < code < 0x10FFFF and len(found[0].rstrip(";")) < 10:
                    character = chr(code)
        if found is None or character is None:
            self.at += 1
            return "&"
        self.at = found.end()
        return character

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self.at += 1

    def _start_tag(self) -> None:
        begin = self.at
        where = f"at byte offset {self._byte(begin)}"
        self.at += 1
        while self._peek() and self._peek() not in _SPACE and self._peek() != ">":
            self.at += 1
        if not self._peek():
            raise _cannot(f"Unclosed start tag {where}")
        tag = self.source[begin + 1 : self.at].lower()
        if tag not in KINDS:
            raise _cannot(f'Unsupported start tag "{tag}" {where}')
        opened = _Open(tag, len(self.text))
        while True:
            self._skip_space()
            if self._peek() == ">":
                break
            self._attribute(opened, where)
        self.at += 1
        if tag == "span" and opened.argument != "spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" {where}')
        self.open.append(opened)

    def _attribute(self, opened: _Open, where: str) -> None:
        begin = self.at
        while self._peek() and self._peek() not in _SPACE + "=>/\"'":
            self.at += 1
        name = self.source[begin : self.at]
        unclosed = _cannot(f'Unclosed start tag "{opened.tag}" {where}')
        if not name:
            if not self._peek():
                raise unclosed
            raise _cannot(f'Empty attribute name in the tag "{opened.tag}" {where}')
        self._skip_space()
        value = ""
        if self._peek() == "=":
            self.at += 1
            self._skip_space()
            if not self._peek():
                raise unclosed
            value = self._value(where)
        elif not self._peek():
            raise unclosed
        match opened.tag, name:
            case ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "format"):
                opened.argument = value
            case "code", "class" if value.startswith("language-"):
                opened.argument = value[len("language-") :]
            case "span", "class" if value.startswith("tg-"):
                opened.argument = value[len("tg-") :]
            case "blockquote", "expandable":
                opened.argument = "expandable"
            case "tg-time", "unix":
                opened.date = value

    def _value(self, where: str) -> str:
        quote = self._peek()
        if quote not in "\"'":
            begin = self.at
            while self._peek() and ((self._peek().isascii() and self._peek().isalnum()) or self._peek() in ".-"):
                self.at += 1
            if not self._peek() or self._peek() not in _SPACE + ">":
                raise _cannot(f"Unexpected end of name token at byte offset {self._byte(begin)}")
            return self.source[begin : self.at].lower()
        self.at += 1
        value: list[str] = []
        while self._peek() and self._peek() != quote:
            if self._peek() == "&":
                value.append(self._reference())
            else:
                value.append(self._peek())
                self.at += 1
        self.at += 1
        if not self._peek():
            raise _cannot(f"Unclosed start tag {where}")
        return "".join(value)

    def _end_tag(self) -> None:
        begin = self.at
        where = f"at byte offset {self._byte(begin)}"
        if not self.open:
            raise _cannot(f"Unexpected end tag {where}")
        self.at += 2
        while self._peek() and self._peek() not in _SPACE and self._peek() != ">":
            self.at += 1
        name = self.source[begin + 2 : self.at].lower()
        self._skip_space()
        if self._peek() != ">":
            raise _cannot(f"Unclosed end tag {where}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise _cannot(f'Unmatched end tag {where}, expected "</{opened.tag}>", found "</{name}>"')
        if len(self.text) > opened.start:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        span = Span(KINDS[opened.tag], opened.start, len(self.text))
        last = self.spans[-1] if self.spans else None
        same = last is not None and (last.start, last.end) == (span.start, span.end)
        match opened.tag:
            case "a":
                url = checked_url(opened.argument or "".join(self.text[opened.start :]))
                if url is None:
                    return
                span.more["url"] = url
            case "pre" if same and last is not None and last.kind == "code" and "language" in last.more:
                last.kind = "pre"
                return
            case "code":
                if same and last is not None and last.kind == "pre" and opened.argument:
                    last.more["language"] = opened.argument
                    return
                if opened.argument:
                    span.more["language"] = opened.argument
            case "blockquote" if opened.argument:
                span.kind = "expandable_blockquote"
            case "tg-emoji":
                if not opened.argument.isdecimal() or not int(opened.argument):
                    raise _cannot("Invalid custom emoji identifier specified")
                span.more["custom_emoji_id"] = opened.argument
            case "tg-time":
                if not opened.date.isdecimal() or not int(opened.date):
                    return
                span.more["unix_time"] = int(opened.date)
                if not _TIME_FORMAT.fullmatch(opened.argument):
                    raise _cannot("Invalid date-time format specified")
                if opened.argument:
                    span.more["date_time_format"] = opened.argument
        self.spans.append(span)


def is_time(unix: Any, form: str) -> bool:
    """Whether these are a moment and how it is written: `r` alone, or a weekday, a date and a time of day."""
    return isinstance(unix, int) and unix > 0 and _TIME_FORMAT.fullmatch(form) is not None


def checked_url(link: str) -> str | None:
    """The link as Telegram keeps it, or None where it makes none of it: http(s), tg: and ton: only."""
    link = link.strip()
    if re.match(r"(?i)(tg|ton|tonsite):(//)?[\w.-]+", link):
        return link
    scheme = re.match(r"(?i)(https?)://", link)
    if scheme is None and ":" in link.partition("/")[0].partition("?")[0]:
        return None
    rest = link[scheme.end() :] if scheme else link
    host, tail = re.match(r"([^/?#]*)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]  # always matches
    if not re.fullmatch(r"(?:[^\s.@:]+\.)+[^\s.@:]{2,}(?::\d+)?", host) or re.search(r"\s", tail):
        return None
    if not tail.startswith("/"):
        tail = "/" + tail
    return f"{scheme[1].lower() if scheme else 'http'}://{host.lower()}{tail}"


def _cannot(why: str) -> Refusal:
    return Refusal(400, f"Bad Request: can't parse entities: {why}")
