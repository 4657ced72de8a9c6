"""The only importer of telegram: update → what came, part of a screen → a call, error → outcome. Touches the Bot API.

Every error is classified here, once, by a literal table (reliability.md). A send has no idempotency key: "in doubt" is
an outcome of its own. The token is in the address of every request: nothing of a request is ever logged.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import httpx
from telegram import (
    Bot,
    BotCommand,
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

from bot.guide.screens import Button, Part

TELEGRAM = "https://api.telegram.org"
TIMEOUT = 10.0
"""Seconds (real) a request may take; a claim's lease is longer than a probe and a send together."""
POLL_FOR = 25
"""Seconds (real) a poll waits at the server."""
UNTOLD_WAIT = 5.0
"""Seconds to wait after a 429 that names none."""
COMMAND = re.compile(r"/\w+(?:@(\w+))?(?:\s|$)")
"""A command on its own at the front of a text, and the bot it names, if any."""


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


def incoming(raw: Mapping[str, Any], me: Me | None) -> Incoming:
    """What an update says. `me`: whom a group may mean. Raises on a malformed one: the caller parks it."""
    update = Update.de_json(dict(raw), None)
    number = update.update_id
    if query := update.callback_query:
        if query.message is None or query.data is None:
            return Nothing(update=number)
        if query.message.chat.type != "private":
            return Elsewhere(update=number, chat=query.message.chat.id, speaks=False, query=query.id)
        return Tap(
            update=number,
            chat=query.message.chat.id,
            message=query.message.message_id,
            data=query.data,
            query=query.id,
            language=query.from_user.language_code or "",
        )
    if message := update.message or update.channel_post:
        if message.chat.type != "private":
            return Elsewhere(update=number, chat=message.chat.id, speaks=_speaks(message, me))
        if not (message.text or message.caption or message.effective_attachment):
            return Nothing(update=number)  # a message was pinned, a timer was set: nobody said anything
        language = message.from_user.language_code if message.from_user else None
        return Word(
            update=number,
            chat=message.chat.id,
            message=message.message_id,
            text=message.text or message.caption or "",
            language=language or "",
        )
    member = update.my_chat_member
    if member and member.chat.type == "private" and member.new_chat_member.status in ("kicked", "left"):
        return Left(update=number, chat=member.chat.id)
    return Nothing(update=number)


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


def outcome(error: TelegramError) -> Answer:
    """Classify an error. What is not known is in doubt if it may have been accepted, else our mistake."""
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
        if "too many requests" in error.message.casefold():
            return Answer(Kind.WAIT, wait=UNTOLD_WAIT)
        return Answer(Kind.DOUBT, why=type(error.__cause__ or error).__name__)
    return Answer(Kind.DOUBT, why=type(error).__name__)


# ── calls ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
class Messenger:
    """The Bot API of one bot. Calls answer with an `Answer`, never with an exception of a library."""

    def __init__(self, token: str, api: str = TELEGRAM, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`transport`: an httpx transport, so that tests reach a server in the same process."""
        self._token, self._api, self._transport = token, api, transport
        self._bot = self._client(pool=64)
        self._poller = self._client(pool=4)
        self.myself: Me | None = None
        """Who this is, as soon as `me` was answered."""

    def _client(self, pool: int) -> Bot:
        more = {"transport": self._transport} if self._transport else {}
        request = HTTPXRequest(
            connection_pool_size=pool,
            read_timeout=TIMEOUT,
            write_timeout=TIMEOUT,
            connect_timeout=TIMEOUT,
            pool_timeout=TIMEOUT,
            media_write_timeout=TIMEOUT,
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
        try:
            user = await self._bot.get_me()
        except TelegramError as error:
            return outcome(error)
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
        try:
            # Small letters, which Telegram takes as well: PTB warns of its own method's name, which parses all at once.
            found = await self._poller.do_api_request("getupdates", api_kwargs=asked, read_timeout=wait + TIMEOUT)
        except TelegramError as error:
            return outcome(error)
        return (
            [raw for raw in found if isinstance(raw, dict) and isinstance(raw.get("update_id"), int)]
            if isinstance(found, list)
            else Answer(Kind.DOUBT)
        )

    async def renew_poller(self) -> None:
        """Build the polling client anew: a wedged connection stays dead otherwise."""
        old, self._poller = self._poller, self._client(pool=4)
        await old.request.shutdown()

    async def show(self, chat: int, part: Part, rev: int, note: Path | str | None) -> Answer:
        """Send a part of a screen, or edit it in place. `note`: a voice note as a file or a file id."""
        markup = keyboard(part.buttons, rev)
        try:
            if part.edit is not None:
                return await self._edit(chat, part, part.edit, markup)
            if note is None:
                sent = await self._bot.send_message(
                    chat,
                    part.text,
                    parse_mode="HTML",
                    reply_markup=markup,
                    disable_notification=part.silent,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
            else:
                sent = await self._bot.send_voice(
                    chat,
                    note
                    if isinstance(note, str)
                    else InputFile(await asyncio.to_thread(note.read_bytes), filename="step.ogg"),
                    duration=round(part.seconds),
                    caption=part.text,
                    parse_mode="HTML",
                    reply_markup=markup,
                    disable_notification=part.silent,
                )
        except TelegramError as error:
            return outcome(error)
        return Answer(Kind.DONE, message=sent.message_id, file_id=sent.voice.file_id if sent.voice else None)

    async def _edit(self, chat: int, part: Part, message: int, markup: InlineKeyboardMarkup | None) -> Answer:
        if part.kind == "voice":
            await self._bot.edit_message_caption(
                chat, message, caption=part.text, parse_mode="HTML", reply_markup=markup
            )
        else:
            await self._bot.edit_message_text(
                part.text,
                chat,
                message,
                parse_mode="HTML",
                reply_markup=markup,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        return Answer(Kind.DONE, message=message)

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
        self, chat: int, text: str, buttons: Sequence[Sequence[Button]] = (), instead_of: int | None = None
    ) -> Answer:
        """A direct answer in plain text, not durable; in place of a message, if that is still there.

        Its buttons have no rev and act whenever they are tapped.
        """
        markup = keyboard(buttons, None)
        if instead_of is not None:
            edited = await self._call(self._bot.edit_message_text(text, chat, instead_of, reply_markup=markup))
            if edited.kind is not Kind.NOTHING_TO_EDIT:
                return edited
        return await self._call(self._bot.send_message(chat, text, reply_markup=markup, disable_notification=True))

    async def introduce(
        self, commands: Mapping[str, str], description: str, short: str, language: str | None
    ) -> Answer:
        """Set the command menu and the descriptions for a language (None: for all others)."""
        menu = [BotCommand(name, text) for name, text in commands.items()]
        for call in (
            self._bot.set_my_commands(menu, language_code=language),
            self._bot.set_my_description(description, language_code=language),
            self._bot.set_my_short_description(short, language_code=language),
        ):
            answer = await self._call(call)
            if answer.kind is not Kind.DONE:
                break
        return answer

    @staticmethod
    async def _call(call: Any) -> Answer:
        try:
            await call
        except TelegramError as error:
            return outcome(error)
        return Answer(Kind.DONE)


def keyboard(rows: Sequence[Sequence[Button]], rev: int | None) -> InlineKeyboardMarkup | None:
    """Buttons as Telegram has them; `action:rev` on a session's screen, the bare action elsewhere."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    b.text, callback_data=b.action if rev is None else f"{b.action}:{rev}", style=b.style or None
                )
                for b in row
            ]
            for row in rows
        ]
    )
