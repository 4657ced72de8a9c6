"""A text as Telegram keeps it: cleaned, trimmed, its entities sorted, split and counted in UTF-16. Touches nothing.

Source of the rules: the published sources of Telegram's client library (tdlib), `fix_formatted_text`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.localchat import html
from bot.localchat.html import Span
from bot.localchat.refusal import bad_request

MOST = 100
"""Entities a message keeps; the rest is dropped."""
_SPLITTABLE = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = ("blockquote", "expandable_blockquote")
_PRE = ("pre", "code")
_RANK = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 10,
    "code": 20,
    "text_link": 49,
    **{kind: 90 + n for n, kind in enumerate(_SPLITTABLE)},
}
_GIVEN = {*_SPLITTABLE, *_QUOTES, *_PRE, "text_link", "custom_emoji", "date_time"}
_FOUND_BY_ITSELF = {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
_COMMAND = re.compile(r"(?<![\w/<>])/([A-Za-z0-9_]{1,64})(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")
_URL = re.compile(r"(?i)\bhttps?://[^\s<>\"]+[^\s<>\"'.,:;!?)\]]")
_DROPPED = frozenset("\r\u0333\u033f\u030a") | {chr(code) for code in range(0x2028, 0x202F)}


def formatted(
    text: str, parse_mode: str | None, given: Sequence[Any] | None, *, may_be_empty: bool
) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities of a message as the Bot API returns them. Raises Refusal where Telegram refuses."""
    mode = (parse_mode or "none").lower()
    if mode == "html":
        text, spans = html.parse(text)
    elif mode == "none":
        spans = _read(text, given or ())
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("the local chat speaks no Markdown: use HTML or entities")
    else:
        raise bad_request("unsupported parse_mode")
    if any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise bad_request("strings must be encoded in UTF-8")
    text, spans = _trimmed(*_cleaned(text, _fixed(spans)))
    if not text and not may_be_empty:
        raise bad_request("text must be non-empty")
    spans = _fixed([*spans, *_found(text, spans)])[:MOST]
    return text, _written(text, spans)


def commands_in(text: str) -> list[dict[str, Any]]:
    """The entities Telegram finds by itself in what a person writes: commands and links."""
    return _written(text, _fixed(_found(text, [])))


def utf16(text: str) -> int:
    """Length in UTF-16 code units, in which the Bot API counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def _read(text: str, given: Sequence[Any]) -> list[Span]:
    """Spans of the parameter `entities`, counted in characters."""
    places, unit = {0: 0}, 0
    for number, character in enumerate(text, 1):
        unit += 2 if character > "\uffff" else 1
        places[unit] = number
    spans = []
    for entity in given:
        kind, offset, length = _entity(entity)
        if kind in _FOUND_BY_ITSELF or length == 0:
            continue
        if offset > unit:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if offset + length > unit:
            end = offset + length
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset {end}"
            )
        if offset not in places or offset + length not in places:
            raise bad_request(f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol")
        more = {
            k: entity[k] for k in ("url", "language", "custom_emoji_id", "unix_time", "date_time_format") if k in entity
        }
        if kind == "text_link":
            url = html.checked_url(str(more.get("url", "")))
            if url is None:
                continue
            more["url"] = url
        if kind == "date_time" and not html.is_time(more.get("unix_time"), str(more.get("date_time_format", ""))):
            raise bad_request("can't parse MessageEntity: Invalid date-time format specified")
        spans.append(Span(kind, places[offset], places[offset + length], more))
    return spans


def _entity(entity: Any) -> tuple[str, int, int]:
    if not isinstance(entity, Mapping):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name in ("offset", "length"):
        if not isinstance(entity.get(name), int) or isinstance(entity.get(name), bool):
            raise bad_request(f'can\'t parse MessageEntity: Field "{name}" must be of type Number')
        if not 0 <= entity[name] <= 1_000_000:
            raise bad_request(f"receive an entity with incorrect {name} {entity[name]}")
    kind = entity.get("type")
    if kind not in _GIVEN | _FOUND_BY_ITSELF:
        raise bad_request("can't parse MessageEntity: Unsupported type specified")
    return str(kind), entity["offset"], entity["length"]


def _found(text: str, spans: Sequence[Span]) -> list[Span]:
    """Commands and links a text has of its own, outside of links and code."""
    taken = [span for span in spans if span.kind not in _SPLITTABLE and span.kind not in _QUOTES]
    found = [Span("bot_command", *match.span()) for match in _COMMAND.finditer(text)]
    urls = [Span("url", *match.span()) for match in _URL.finditer(text)]
    found = [span for span in found if not any(_overlap(span, url) for url in urls)] + urls
    return [span for span in found if not any(_overlap(span, other) for other in taken)]


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _order(span: Span) -> tuple[int, int, int]:
    return span.start, -span.end, _RANK.get(span.kind, 50)


def _fixed(spans: Sequence[Span]) -> list[Span]:
    """Entities that may stand together: no crossing, one quote deep, nothing inside code, one of a kind at a place."""
    spans = sorted((span for span in spans if span.end > span.start), key=_order)
    quotes: list[Span] = []
    solid: list[Span] = []
    for span in spans:
        group = quotes if span.kind in _QUOTES else solid
        if span.kind not in _SPLITTABLE and (not group or span.start >= group[-1].end):
            group.append(span)
    solid = [s for s in solid if all(not _overlap(s, q) or (q.start <= s.start and s.end <= q.end) for q in quotes)]
    firm = sorted(quotes + solid, key=_order)
    return sorted(firm + _split([s for s in spans if s.kind in _SPLITTABLE], firm), key=_order)


def _split(styles: Sequence[Span], firm: Sequence[Span]) -> list[Span]:
    """Bold, italic and so on, merged by kind and cut where another begins and at the edges of `firm`."""
    merged: list[Span] = []
    for kind in _SPLITTABLE:
        for span in (s for s in styles if s.kind == kind):
            if merged and merged[-1].kind == kind and span.start <= merged[-1].end:
                merged[-1].end = max(merged[-1].end, span.end)
            else:
                merged.append(Span(kind, span.start, span.end))
    cuts = {s.start for s in merged} | {edge for s in firm for edge in (s.start, s.end)}
    code = [s for s in firm if s.kind in _PRE]
    pieces = []
    for span in merged:
        edges = [span.start, *sorted(c for c in cuts if span.start < c < span.end), span.end]
        pieces += [Span(span.kind, a, b) for a, b in pairwise(edges)]
    return [piece for piece in pieces if not any(_overlap(piece, c) for c in code)]


def _cleaned(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """Without control and direction characters; what is like a space becomes one."""
    kept, places = [], [0]
    for character in text:
        if character not in _DROPPED:
            kept.append(" " if character < " " and character != "\n" else character)
        places.append(len(kept))
    return "".join(kept), [Span(s.kind, places[s.start], places[s.end], s.more) for s in spans]


def _trimmed(text: str, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """Without spaces and line ends around, as far as no entity begins there."""
    spans = [s for s in spans if s.end > s.start]
    end = len(text.rstrip(" \n"))
    if end == 0:
        return "", []
    cut = min([len(text) - len(text.lstrip(" \n")), *(s.start for s in spans)])
    spans = [Span(s.kind, s.start - cut, min(s.end, end) - cut, s.more) for s in spans if s.start < end]
    return text[cut:end], spans


def _written(text: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    return [
        {
            "offset": utf16(text[: span.start]),
            "length": utf16(text[span.start : span.end]),
            "type": span.kind,
            **({} if span.kind == "code" else span.more),
        }
        for span in spans
    ]
