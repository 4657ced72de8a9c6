"""The only importer of telegram: update → what came, part of a screen → a call, error → outcome. Touches the Bot API.

Every error is classified here, once, by a literal table (reliability.md). A send has no idempotency key: "in doubt" is
an outcome of its own. The token is in the address of every request: nothing of a request is ever logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import httpx
from telegram import (
    Bot,
    BotCommand,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.chat.reply import File
from bot.guide.parts import Button, Part

TELEGRAM = "https://api.telegram.org"
TIMEOUT = 10.0
"""Seconds (real) a request may take, from the wait for a connection to the answer's last byte; a claim's lease is
longer than a probe and a send together."""
UPLOAD = 1.5
"""How many times as long as any other request one with a voice note in it may take."""
POOL = 128
"""Connections: more than all sends, cleanings and answers that may be under way together."""
POLL_FOR = 25
"""Seconds (real) a poll waits at the server."""
UNTOLD_WAIT = 5.0
"""Seconds to wait after a 429 that names none."""
LONGEST_WAIT = 10_000_000
"""Seconds: what names more is not Telegram."""
BIGGEST = 2**53
"""No id of Telegram's is bigger (Bot API: "at most 52 significant bits")."""
COMMAND = re.compile(r"/\w+(?:@(\w+))?(?:\s|$)")
"""A command on its own at the front of a text, and the bot it names, if any."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Me:
    """The bot as Telegram knows it."""

    id: int
    username: str


# ── what came ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """A button was tapped."""

    update: int
    chat: int
    message: int
    data: str
    query: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A message was written: its text, or what stands under its picture; what has no words has an empty one."""

    update: int
    chat: int
    message: int
    text: str
    language: str
    answers: str = ""
    """What stands in the message of the bot's own that it replies to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Something came from a group or a channel. `speaks`: it was addressed to us, so that an answer is due."""

    update: int
    chat: int
    speaks: bool
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The person blocked the bot."""

    update: int
    chat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """An update that asks nothing of us."""

    update: int


Incoming = Tap | Word | Elsewhere | Left | Nothing


class Malformed(ValueError):
    """An update is not what the Bot API says. The text names the place, never what stands there."""


def incoming(raw: Mapping[str, Any], me: Me | None) -> Incoming:
    """What an update says. `me`: whom a group may mean. Raises on a malformed one: the caller parks it."""
    update = Update.de_json(dict(raw), None)
    number = update.update_id
    if query := update.callback_query:
        if query.message is None or query.data is None:
            return Nothing(update=number)
        chat, asked = _id(query.message.chat.id, "chat"), _text(query.id, "query")
        if query.message.chat.type != "private":
            return Elsewhere(update=number, chat=chat, speaks=False, query=asked)
        return Tap(
            update=number,
            chat=chat,
            message=_id(query.message.message_id, "message"),
            data=_text(query.data, "data"),
            query=asked,
            language=_text(query.from_user.language_code or "", "language"),
        )
    if message := update.message or update.channel_post:
        chat = _id(message.chat.id, "chat")
        if message.chat.type != "private":
            return Elsewhere(update=number, chat=chat, speaks=_speaks(message, me))
        if not (message.text or message.caption or message.effective_attachment):
            return Nothing(update=number)  # a message was pinned, a timer was set: nobody said anything
        language = message.from_user.language_code if message.from_user else None
        return Word(
            update=number,
            chat=chat,
            message=_id(message.message_id, "message"),
            text=_text(message.text or message.caption or "", "text"),
            language=_text(language or "", "language"),
            answers=_answered(message, me),
        )
    member = update.my_chat_member
    if member and member.chat.type == "private" and member.new_chat_member.status in ("kicked", "left"):
        return Left(update=number, chat=_id(member.chat.id, "chat"))
    return Nothing(update=number)


def is_id(value: object) -> bool:
    """True for a number that can be an id of Telegram's. (PTB takes whatever stands there.)"""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < BIGGEST


def _id(value: int, where: str) -> int:
    if not is_id(value):
        raise Malformed(f"{where} is no id")
    return value


def _text(value: str, where: str) -> str:
    if not isinstance(value, str):
        raise Malformed(f"{where} is no text")
    return value


def _answered(message: Message, me: Me | None) -> str:
    """The words of ours that a message replies to."""
    asked = message.reply_to_message
    ours = asked is not None and asked.from_user is not None and me is not None and asked.from_user.id == me.id
    return _text(asked.text or "", "text") if asked and ours else ""


def _speaks(message: Message, me: Me | None) -> bool:
    """True if a group brought this bot in, or calls it by a command: its own, or one that names no bot."""
    if me is None:
        return False
    command = COMMAND.match(message.text or "")
    called = command is not None and (command[1] is None or command[1].casefold() == me.username.casefold())
    return called or any(member.id == me.id for member in message.new_chat_members)


# ── what became of a call ─────────────────────────────────────────────────────────────────────────────────────────────
class Kind(Enum):
    """What an answer, or none, means for what was asked."""

    DONE = "done"
    NOT_SENT = "surely not sent"
    WAIT = "not sent: too many requests"
    DOUBT = "perhaps sent"
    GONE = "this person is not reached any more"
    NO_VOICE = "this person forbids voice messages"
    NO_NOTE = "the note could not be made"
    BAD_FILE = "the file id is not known here"
    NOTHING_TO_EDIT = "the message is not there any more"
    BUG = "refused: our mistake"
    BAD_TOKEN = "the token is not valid"  # noqa: S105 - a sentence
    SECOND_POLLER = "the bot runs somewhere else, too"
    WEBHOOK = "updates go to a webhook"


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a call. `message` and `file_id` of what was sent; `wait` in real seconds; `why` for the log."""

    kind: Kind
    message: int | None = None
    file_id: str | None = None
    wait: float = 0.0
    why: str = ""


NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
REFUSALS: Sequence[tuple[str, Kind]] = (
    ("message is not modified", Kind.DONE),
    ("message to delete not found", Kind.DONE),
    ("message can't be deleted", Kind.DONE),
    ("query is too old", Kind.DONE),
    ("message to edit not found", Kind.NOTHING_TO_EDIT),
    ("message can't be edited", Kind.NOTHING_TO_EDIT),
    ("there is no text in the message to edit", Kind.NOTHING_TO_EDIT),
    ("message_id_invalid", Kind.NOTHING_TO_EDIT),
    ("voice_messages_forbidden", Kind.NO_VOICE),
    ("wrong file identifier", Kind.BAD_FILE),
    ("wrong remote file identifier", Kind.BAD_FILE),
    ("file reference", Kind.BAD_FILE),
    ("chat not found", Kind.GONE),
    ("user is deactivated", Kind.GONE),
    ("peer_id_invalid", Kind.GONE),
)
"""What Telegram's 400 texts mean, by a part of them."""


class NotTelegram(TelegramError):
    """What answered is not Telegram, whatever its status says: a gateway, a hotel's login page, half an answer."""


def outcome(error: TelegramError) -> Answer:
    """Classify an error. What is not known is in doubt if it may have been accepted, else our mistake."""
    if isinstance(error, NetworkError) and error.message.casefold().startswith("too many requests"):
        return Answer(Kind.WAIT, wait=UNTOLD_WAIT)
    if any(isinstance(cause, NotTelegram) for cause in _chain(error)):
        return Answer(Kind.DOUBT, why=NotTelegram.__name__)
    if isinstance(error, RetryAfter):
        wait = error.retry_after  # an int, which PTB announces to become a timedelta
        return Answer(Kind.WAIT, wait=wait.total_seconds() if isinstance(wait, timedelta) else float(wait))
    if isinstance(error, Forbidden):
        return Answer(Kind.GONE)
    if isinstance(error, InvalidToken):
        return Answer(Kind.BAD_TOKEN)
    if isinstance(error, Conflict):
        return Answer(Kind.WEBHOOK if "webhook" in error.message.casefold() else Kind.SECOND_POLLER)
    if isinstance(error, BadRequest):
        text = error.message.casefold()
        return next((Answer(kind) for part, kind in REFUSALS if part in text), Answer(Kind.BUG, why=error.message))
    if isinstance(error, ChatMigrated):
        return Answer(Kind.GONE)
    if isinstance(error, TimedOut | NetworkError):
        if isinstance(error.__cause__, NOT_SENT):
            return Answer(Kind.NOT_SENT)
        return Answer(Kind.DOUBT, why=type(error.__cause__ or error).__name__)
    return Answer(Kind.DOUBT, why=type(error).__name__)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what caused it."""
    while error is not None:
        yield error
        error = error.__cause__


class Wire(HTTPXRequest):
    """PTB's request, which takes an answer only in the form that the Bot API promises."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer's JSON object. Raises NotTelegram, and logs nothing: PTB would log the whole answer."""
        try:
            found = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise NotTelegram("no JSON") from None
        if not isinstance(found, dict) or not (_carried_out(found) or _refused(found)):
            raise NotTelegram("no answer of the Bot API")
        return found


def _carried_out(found: Mapping[str, Any]) -> bool:
    return found.get("ok") is True and "result" in found


def _refused(found: Mapping[str, Any]) -> bool:
    more = found.get("parameters", {})
    if found.get("ok") is not False or not isinstance(found.get("description"), str) or not isinstance(more, dict):
        return False
    wait = more.get("retry_after", 0)
    return is_id(wait) and 0 <= wait <= LONGEST_WAIT and is_id(more.get("migrate_to_chat_id", 0))


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
class Messenger:
    """The Bot API of one bot. Calls answer with an `Answer`, never with an exception of a library."""

    def __init__(
        self,
        token: str,
        api: str = TELEGRAM,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        timeout: float = TIMEOUT,
    ) -> None:
        """`transport`: an httpx transport, so that tests reach a server in the same process. `timeout`: real seconds
        a request may take."""
        self._token, self._api, self._transport, self._timeout = token, api, transport, timeout
        self._bot = self._client(pool=POOL)
        self._poller = self._client(pool=4)
        self.myself: Me | None = None
        """Who this is, as soon as `me` was answered."""

    def _client(self, pool: int) -> Bot:
        more = {"transport": self._transport} if self._transport else {}
        # Each of these is for one step of a request: `_ask` limits the whole. The first two are so short that what was
        # surely not sent is known as such before that.
        request = Wire(
            connection_pool_size=pool,
            pool_timeout=self._timeout / 4,
            connect_timeout=self._timeout / 2,
            read_timeout=self._timeout * UPLOAD,
            write_timeout=self._timeout * UPLOAD,
            media_write_timeout=self._timeout * UPLOAD,
            httpx_kwargs=more,
        )
        return Bot(
            self._token,
            base_url=f"{self._api}/bot",
            base_file_url=f"{self._api}/file/bot",
            request=request,
            get_updates_request=request,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._bot.request.shutdown()
        await self._poller.request.shutdown()

    async def me(self) -> Me | Answer:
        """Who the token belongs to."""
        user = await self._ask(self._bot.get_me(), self._timeout)
        if isinstance(user, Answer):
            return user
        if not is_id(user.id):
            return Answer(Kind.DOUBT, why="no id")
        self.myself = Me(user.id, user.username or "")
        return self.myself

    async def no_webhook(self) -> Answer:
        """Have updates wait for polls again, those that wait already too; fine if no webhook is set."""
        return await self._call(self._bot.delete_webhook())

    async def updates(self, offset: int | None, wait: float) -> list[dict[str, Any]] | Answer:
        """The next updates as they come, unparsed, so that a malformed one stops nobody. `wait`: seconds (real)."""
        asked: dict[str, Any] = {
            "timeout": int(wait),
            "allowed_updates": ["message", "callback_query", "my_chat_member", "channel_post"],
        }
        if offset is not None:
            asked["offset"] = offset
        # Small letters, which Telegram takes as well: PTB warns of its own method's name, which parses all at once.
        call = self._poller.do_api_request("getupdates", api_kwargs=asked, read_timeout=wait + self._timeout)
        found: object = await self._ask(call, None)  # whoever polls watches the whole
        if isinstance(found, Answer):
            return found
        if not isinstance(found, list):
            return Answer(Kind.DOUBT, why="no list")
        updates = [
            raw for raw in found if isinstance(raw, dict) and is_id(raw.get("update_id")) and raw["update_id"] >= 0
        ]
        # A list of nothing that could be confirmed would come again at once, and again.
        return updates if updates or not found else Answer(Kind.DOUBT, why="no updates")

    async def renew_poller(self) -> None:
        """Build the polling client anew: a wedged connection stays dead otherwise."""
        old, self._poller = self._poller, self._client(pool=4)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):  # it may be wedged in this, too
                await old.request.shutdown()

    async def show(self, chat: int, part: Part, rev: int, note: Path | str | None) -> Answer:
        """Send a part of a screen, or edit it in place. `note`: a voice note as a file or a file id."""
        markup = keyboard(part.buttons, rev)
        if part.edit is not None:
            return await self._edit(chat, part, part.edit, markup)
        if note is None:
            call = self._bot.send_message(
                chat,
                part.text,
                parse_mode="HTML",
                reply_markup=markup,
                disable_notification=part.silent,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        else:
            try:
                voice = note if isinstance(note, str) else await asyncio.to_thread(_upload, note)
            except OSError:
                return Answer(Kind.NO_NOTE)
            call = self._bot.send_voice(
                chat,
                voice,
                duration=round(part.seconds),
                caption=part.text,
                parse_mode="HTML",
                reply_markup=markup,
                disable_notification=part.silent,
            )
        sent = await self._ask(call, self._timeout * (UPLOAD if isinstance(note, Path) else 1))
        if isinstance(sent, Answer):
            return sent
        if not is_id(sent.message_id):
            return Answer(Kind.DOUBT, why="no id")
        return Answer(Kind.DONE, message=sent.message_id, file_id=sent.voice.file_id if sent.voice else None)

    async def _edit(self, chat: int, part: Part, message: int, markup: InlineKeyboardMarkup | None) -> Answer:
        if part.kind == "voice":
            call = self._bot.edit_message_caption(
                chat, message, caption=part.text, parse_mode="HTML", reply_markup=markup
            )
        else:
            call = self._bot.edit_message_text(
                part.text,
                chat,
                message,
                parse_mode="HTML",
                reply_markup=markup,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        answer = await self._call(call)
        return replace(answer, message=message) if answer.kind is Kind.DONE else answer

    async def probe(self, chat: int) -> Answer:
        """A harmless call before the one repetition of a send in doubt: an outage must not use it up."""
        return await self._call(self._bot.send_chat_action(chat, "typing"))

    async def delete(self, chat: int, messages: Iterable[int]) -> Answer:
        """Delete messages; those that are gone already are fine."""
        return await self._call(self._bot.delete_messages(chat, list(messages)))

    async def strip(self, chat: int, message: int) -> Answer:
        """Take a message's buttons away; "not found" means that it has none."""
        answer = await self._call(self._bot.edit_message_reply_markup(chat, message))
        return Answer(Kind.DONE) if answer.kind is Kind.NOTHING_TO_EDIT else answer

    async def toast(self, query: str, text: str = "") -> Answer:
        """Answer a tap, with a short text or without."""
        return await self._call(self._bot.answer_callback_query(query, text or None))

    async def say(
        self,
        chat: int,
        text: str,
        buttons: Sequence[Sequence[Button]] = (),
        instead_of: int | None = None,
        *,
        html: bool = False,
        ask: str = "",
        silent: bool = True,
        file: File | None = None,
    ) -> Answer:
        """A direct answer, not durable; in place of a message, if that is still there. `ask`: it is to be replied to.

        Its buttons have no rev and act whenever they are tapped. What brings a file is a message of its own.
        """
        markup, mode = keyboard(buttons, None), "HTML" if html else None
        if file is not None:
            send = self._bot.send_photo if file.kind == "photo" else self._bot.send_document
            upload = InputFile(file.data, filename=file.name)
            sending = send(
                chat, upload, caption=text, parse_mode=mode, reply_markup=markup, disable_notification=silent
            )
            return await self._call(sending, self._timeout * UPLOAD)
        if instead_of is not None:
            edited = await self._call(
                self._bot.edit_message_text(text, chat, instead_of, parse_mode=mode, reply_markup=markup)
            )
            if edited.kind is not Kind.NOTHING_TO_EDIT:
                return edited
        call = self._bot.send_message(
            chat,
            text,
            parse_mode=mode,
            reply_markup=ForceReply(input_field_placeholder=ask) if ask else markup,
            disable_notification=silent,
        )
        return await self._call(call)

    async def introduce(
        self, commands: Mapping[str, str], description: str, short: str, language: str | None
    ) -> Answer:
        """Set the command menu and the descriptions for a language (None: for all others)."""
        menu = [BotCommand(name, text) for name, text in commands.items()]
        answer = await self._call(self._bot.set_my_commands(menu, language_code=language))
        if answer.kind is Kind.DONE:
            answer = await self._call(self._bot.set_my_description(description, language_code=language))
        if answer.kind is Kind.DONE:
            answer = await self._call(self._bot.set_my_short_description(short, language_code=language))
        return answer

    async def _call(self, call: Awaitable[object], within: float | None = None) -> Answer:
        """A call of whose answer nothing is needed."""
        answer = await self._ask(call, within or self._timeout)
        return answer if isinstance(answer, Answer) else Answer(Kind.DONE)

    @staticmethod
    async def _ask(call: Awaitable[T], within: float | None) -> T | Answer:
        """What a call gives, within so many seconds (real) in all; every other end is classified."""
        try:
            async with asyncio.timeout(within):
                return await call
        except TelegramError as error:
            return outcome(error)
        except Exception as error:  # out of time, or an answer of a shape that PTB can't read: it may be carried out
            return Answer(Kind.DOUBT, why=type(error).__name__)


def _upload(note: Path) -> InputFile:
    return InputFile(note.read_bytes(), filename="step.ogg")


def data_of(button: Button, rev: int | None) -> str:
    """What a button carries: `action:rev` on a session's screen; a page's has no rev, on a screen neither."""
    return button.action if rev is None or button.action.startswith("menu:") else f"{button.action}:{rev}"


def keyboard(rows: Sequence[Sequence[Button]], rev: int | None) -> InlineKeyboardMarkup | None:
    """Buttons as Telegram has them."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.text, callback_data=data_of(b, rev), style=b.style or None) for b in row]
            for row in rows
        ]
    )
