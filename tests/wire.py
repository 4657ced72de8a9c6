"""An independent voice on the wire: aiogram reads each call that a local chat answers in this process. Touches nothing.

A request must be one that aiogram could have sent, an answer one that it understands, to the last field. How long a
value may be is read from aiogram's own documentation, not from our tables. `conftest.py` asks after every test; a test
that says something malformed on purpose is marked `malformed`. `python -m tests.wire` is `python -m bot.localchat` with
such an ear: its exit code is 1 if there was something to complain about.
"""

from __future__ import annotations

import ast
import gc
import html
import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.localchat import __main__ as localchat
from bot.localchat.api import CALL
from bot.localchat.parameters import Upload
from bot.localchat.wire import Call

if TYPE_CHECKING:
    from aiogram.methods import TelegramMethod

MOST = 20
"""Complaints that are told; one mistake is often made a thousand times."""
LIMIT = re.compile(r"(?i)(?:(\d+)-|at most )(\d+) (characters|bytes|identifiers|commands)|values between (\d+)-(\d+)")
"""How aiogram's documentation, which is the Bot API's, says how long a value may be."""
BESIDE = {"text", "icon_custom_emoji_id", "style"}
"""What a button has beside the one thing that it does."""


class Ear:
    """Hears every call in this process from now on."""

    def __init__(self, *, at_once: bool = False) -> None:
        """`at_once`: a call is read when it is heard; else when complaints are asked for, which slows no answer."""
        self._at_once = at_once
        self._calls: list[Call] = []
        self._found: dict[str, None] = {}
        self.methods: Counter[str] = Counter()
        """How often each method, in small letters, was called, as far as the calls were read."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, about: tuple[Any, ...]) -> None:
        if event == CALL:
            self._calls.append(about[0])
            if self._at_once:
                self._read()

    def _read(self) -> None:
        calls, self._calls = self._calls, []
        for call in calls:
            self.methods[call.method.lower()] += 1
            if len(self._found) < MOST:
                self._found.update(dict.fromkeys(f"{call.method}: {complaint}" for complaint in read(call)))

    def complaints(self) -> list[str]:
        """What is wrong with the calls since this was last asked, each with its method; the first few, none twice."""
        self._read()
        found, self._found = self._found, {}
        return list(found)


def read(call: Call) -> Iterator[str]:
    """What aiogram has against a call."""
    method = methods().get(call.method.lower())
    if method is None:
        yield "aiogram knows no such method"
        return
    yield from _request(method, call.parameters)
    if isinstance(call.answer, Mapping):  # not a gateway's page, and not silence, as a fault may have it
        yield from _answer(method, call.status, call.answer)


@cache
def methods() -> Mapping[str, type[TelegramMethod[Any]]]:
    """aiogram's methods by their names in small letters: Telegram takes them in any case."""
    was = gc.isenabled()
    gc.disable()  # a fifth of the three seconds that this import takes
    try:
        from aiogram import methods  # noqa: PLC0415 - only what needs it waits for it
    finally:
        (gc.enable if was else gc.disable)()
    found = (value for value in vars(methods).values() if isinstance(value, type))
    named = ((getattr(value, "__api_method__", None), value) for value in found)
    return {name.lower(): value for name, value in named if isinstance(name, str)}


# ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _request(method: type[TelegramMethod[Any]], raw: Mapping[str, Any]) -> Iterator[str]:
    attached = {f"attach://{name}": name for name, value in raw.items() if isinstance(value, Upload)}
    meant = {attached[value] for value in raw.values() if isinstance(value, str) and value in attached}
    given = {}
    for name, value in raw.items():
        if name in meant or value is None or value == "":  # empty is absent, at Telegram
            continue
        if isinstance(value, str) and value in attached:
            value = raw[attached[value]]  # noqa: PLW2901 - the file that is meant
        try:
            given[name] = _typed(method, name, value)
        except ValueError:
            yield f"{name} is no JSON"
            return
    try:
        made = method.model_validate(given)
    except ValidationError as error:
        yield from _told(error)
        return
    parsed = bool(given.get("parse_mode"))
    for model, place in _models(made, ""):
        yield from _faults(model, place, parsed=parsed)


def _typed(method: type[TelegramMethod[Any]], name: str, value: Any) -> Any:
    """A value as a library has it before it is written into a form."""
    from aiogram.types import BufferedInputFile  # noqa: PLC0415

    if isinstance(value, Upload):
        return BufferedInputFile(value.data, value.name)
    about = method.model_fields.get(name)
    if isinstance(value, str) and value[0] in "[{" and about is not None and str not in _kinds(about.annotation):
        return json.loads(value)
    return value


def _kinds(annotation: Any) -> set[Any]:
    """What a value may be, one beside the other."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return set().union(*(_kinds(argument) for argument in get_args(annotation)))
    return {annotation}


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def _answer(method: type[TelegramMethod[Any]], status: int, body: Mapping[str, Any]) -> Iterator[str]:
    try:
        answer = _response(method).validate_python(dict(body))
    except ValidationError as error:
        yield from _told(error)
        return
    if answer.ok:
        whole = status == 200 and "result" in body and answer.description is None
    else:
        whole = answer.error_code == status and bool(answer.description) and "result" not in body
    if not whole:
        yield f"no answer of the Bot API has this form: {status} {str(body)[:200]}"
    yield from _differences(dict(body), answer.model_dump(by_alias=True, exclude_unset=True), "")
    for model, place in _models(answer, ""):
        yield from _faults(model, place)
        yield from _misfits(model, place)


@cache
def _response(method: type[TelegramMethod[Any]]) -> TypeAdapter[Any]:
    from aiogram.methods.base import Response  # noqa: PLC0415

    return TypeAdapter(Response[method.__returning__])  # type: ignore[name-defined]


def _differences(was: Any, read_as: Any, place: str) -> Iterator[str]:
    """Where a model took a value for something else, as "9" for 9, or did not keep it."""
    if isinstance(was, dict) and isinstance(read_as, dict):
        for name in was.keys() | read_as.keys():
            yield from _differences(was.get(name), read_as.get(name), f"{place}.{name}".lstrip("."))
    elif isinstance(was, list) and isinstance(read_as, list) and len(was) == len(read_as):
        for number, (one, other) in enumerate(zip(was, read_as, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif type(was) is not type(read_as) or was != read_as:
        yield f"{place} is {str(was)[:80]!r} and is read as {str(read_as)[:80]!r}"


def _misfits(model: BaseModel, place: str) -> Iterator[str]:
    """Entities beside their text, and updates about nothing."""
    from aiogram.types import Message, Update  # noqa: PLC0415
    from aiogram.types.update import UpdateTypeLookupError  # noqa: PLC0415

    if isinstance(model, Message):
        text = model.text or model.caption or ""
        length = len(text.encode("utf-16-le", "surrogatepass")) // 2
        for entity in model.entities or model.caption_entities or ():
            if entity.offset < 0 or entity.length < 1 or entity.offset + entity.length > length:
                yield f"{place}: {entity.type} at {entity.offset} with {entity.length} lies beside the text"
    if isinstance(model, Update):
        try:
            _ = model.event_type
        except UpdateTypeLookupError:
            yield f"{place} tells of no event"


# ── both ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _told(error: ValidationError) -> Iterator[str]:
    """The errors, without what was given: it may be long."""
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        yield f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


def _models(value: Any, place: str) -> Iterator[tuple[BaseModel, str]]:
    """Every model in a value, with where it is."""
    if isinstance(value, BaseModel):
        yield value, place
        for name in value.model_fields_set:
            yield from _models(getattr(value, name), f"{place}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _models(item, f"{place}[{number}]")


def _faults(model: BaseModel, place: str, *, parsed: bool = False) -> Iterator[str]:
    """Unknown fields, unknown words, what is too short or too long. `parsed`: texts have marks that don't count."""
    from aiogram.types import InlineKeyboardButton  # noqa: PLC0415

    for name in model.model_extra or ():
        yield f"aiogram knows no {place}.{name}".replace(" .", " ")
    for name in model.model_fields_set:
        value, where = getattr(model, name), f"{place}.{name}".lstrip(".")
        limit = _limits(type(model)).get(name)
        if limit is not None and (fault := limit.against(value, parsed)):
            yield f"{where} {fault}"
        words = _words().get((type(model).__name__, name)) or _words().get(("", name))
        for word in (value if isinstance(value, list) else [value]) if words else ():
            if isinstance(word, str) and word not in words:
                yield f"{where} can't be {word!r}"
    does = [name for name in type(model).model_fields.keys() - BESIDE if getattr(model, name) is not None]
    if isinstance(model, InlineKeyboardButton) and len(does) != 1:
        yield f"{place} does not do exactly one thing"


@cache
def _words() -> Mapping[tuple[str, str], frozenset[str]]:
    """What a field may say, where that is one of a few words: by (type, field), or by the field alone."""
    from aiogram import enums  # noqa: PLC0415

    fields = {
        ("", "parse_mode"): enums.ParseMode,
        ("SendChatAction", "action"): enums.ChatAction,
        ("GetUpdates", "allowed_updates"): enums.UpdateType,
        ("InlineKeyboardButton", "style"): enums.ButtonStyle,
        ("MessageEntity", "type"): enums.MessageEntityType,
        ("Chat", "type"): enums.ChatType,
    }
    return {place: frozenset(kind) for place, kind in fields.items()}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long, or how great, a value may be."""

    least: int
    most: int
    unit: str
    after_parsing: bool

    def against(self, value: Any, parsed: bool) -> str:
        """What is wrong with a value; nothing if all is well. `parsed`: its text has HTML in it."""
        if isinstance(value, str):
            plain = html.unescape(re.sub(r"<[^>]*>", "", value)) if parsed and self.after_parsing else value
            size = len(plain.encode("utf-8", "surrogatepass")) if self.unit == "bytes" else len(plain)
        elif isinstance(value, list):
            size = len(value)
        elif isinstance(value, int) and not self.unit:
            size = value
        else:
            return ""
        return (
            ""
            if self.least <= size <= self.most
            else f"has {size} {self.unit}: {self.least} to {self.most} are allowed"
        )


@cache
def _limits(model: type[BaseModel]) -> Mapping[str, Limit]:
    """The limits of a model's fields, as the sentence below each field tells them."""
    found = {}
    if model.__module__.startswith("aiogram.") and not model.__name__.startswith("Response["):
        (body,) = [
            node.body
            for node in ast.parse(inspect.getsource(sys.modules[model.__module__])).body
            if isinstance(node, ast.ClassDef) and node.name == model.__name__
        ]
        for at, below in pairwise(body):
            match at, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(sentence))):
                    if limit := LIMIT.search(sentence):
                        least, most, unit, lowest, highest = limit.groups()
                        after = bool(re.search(r"after entit(y|ies) parsing", sentence))
                        found[name] = Limit(int(least or lowest or 0), int(most or highest), unit or "", after)
    return found


def main() -> None:
    """The local chat as a process of its own, read along."""
    methods()  # takes seconds: nobody is to wait for it later
    ear = Ear(at_once=True)
    localchat.main()
    if complaints := ear.complaints():
        sys.exit("\n".join(complaints))


if __name__ == "__main__":
    main()
