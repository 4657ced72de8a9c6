"""The local chat's Telegram: people, their chats and the bot's queue of updates. Touches the chat's own database.

Tests and the page act as the person through it (`say`, `tap`, `messages`); `methods.py` is the bot's side of it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from bot.localchat.acts import Acts
from bot.localchat.archive import Archive, Json
from bot.localchat.clock import Clock, Mark
from bot.localchat.entities import commands_in
from bot.localchat.faults import FaultHook
from bot.localchat.files import erase
from bot.localchat.inside import Inside
from bot.localchat.news import News
from bot.localchat.person import Message, Tap, named, seen, words_of
from bot.localchat.stage import Stage
from bot.localchat.wire import Call, Wire

MESSAGE_LIVES, TAP_LIVES = 24 * 3600.0, 150.0
"""Seconds (real) an update waits for the bot: a message, a tap. Source: Telegram's Bot API server."""
ANSWER_WITHIN = 15.0
"""Seconds (real) in which a tap can be answered. Telegram names no figure; about this is seen."""
MOST_TAPS = 1_000
"""Taps whose answer is still told to who tapped."""


class LocalTelegram:
    """All state and behaviour of the stand-in. Use it from one event loop."""

    def __init__(
        self,
        path: Path | Literal[":memory:"],
        *,
        token: str,
        clock: Clock,
        name: str = "Easeback",
        username: str = "easeback_local_bot",
        real: Callable[[], float] = time.time,
    ) -> None:
        """`path`: the chat's own database; the clock goes on from what is kept there. `token`: `<bot id>:<secret>`.

        `real` tells real unix seconds, by which updates and taps grow old; only a test gives another.
        """
        self.archive = Archive(path)
        self.token = token
        self.clock = clock
        self.real = real
        self.me: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": name,
            "username": username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }
        self.inside: Inside | None = None
        """The bot behind the chat, for the workshop."""
        self.fault: FaultHook | None = None
        self.wire: deque[Call] | None = None
        self.glass, self.acts = Wire(), Acts()
        self.unknown: set[tuple[str, str]] = set()
        """(method, parameter) the bot sent and nothing here understands."""
        self.closing = asyncio.Event()
        self.news = News()
        self.stage = Stage(clock, self.news, lambda: self.inside)
        self._taps: dict[str, Tap] = {}
        kept = self.archive.setting("clock")
        clock.keep_with(self._keep_mark, Mark(**kept) if kept else None)
        clock.on_change(self.tell_clock)

    @property
    def me_as_user(self) -> Json:
        """The bot as the sender of its messages."""
        return {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}

    # ── running ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def hang_up(self) -> None:
        """End all long polls and pages' streams, now."""
        self.closing.set()
        self.news.ring()

    async def close(self) -> None:
        """Hang up, leave the clock's last mark and close the database."""
        self.hang_up()
        await asyncio.sleep(0)
        self.clock.end()
        self.archive.close()

    def record(self, limit: int = 10_000) -> deque[Call]:
        """Begin to record the wire; the record, which grows to `limit` calls."""
        self.wire = deque(maxlen=limit)
        return self.wire

    @property
    def page_key(self) -> str:
        """The secret in the page's address; the same after a restart, so that an open page comes back."""
        key: str | None = self.archive.setting("page_key")
        if key is None:
            key = secrets.token_urlsafe(24)
            self.archive.set("page_key", key)
        return key

    async def until(self, true: Callable[[], bool], within: float = 5.0) -> None:
        """Wait until `true()` holds: looked at when something is new, and now and then.

        Raises TimeoutError after `within` seconds (real).
        """
        ends = time.monotonic() + within
        while not true():
            if time.monotonic() > ends:
                raise TimeoutError(f"it did not come true within {within:g} s")
            await self.news.wait(0.05)

    def tell_clock(self) -> None:
        """Tell all pages the time and its speed."""
        self.news.tell(None, "clock", self.clock_face())
        self.acts.clock(self.real(), self.clock.speed, self.clock.skipped)

    def clock_face(self) -> Json:
        """The clock as the page has it: unix seconds (virtual), speed, and what was skipped."""
        return {"now": self.clock.now().timestamp(), "speed": self.clock.speed, "skipped": self.clock.skipped}

    def _keep_mark(self, mark: Mark) -> None:
        kept = {"real": mark.real, "virtual": mark.virtual, "speed": mark.speed, "ended": mark.ended}
        self.archive.set("clock", kept)

    def date(self) -> int:
        """The virtual time as Telegram writes dates: whole unix seconds."""
        return int(self.clock.now().timestamp())

    def note_act(self, kind: str, chat: int | None, /, **what: Any) -> None:
        """Remember what was done or seen, for the story of it. `chat` None: it concerns all chats."""
        self.acts.note(kind, chat, self.real(), self.clock.speed, what)

    # ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────
    def person(
        self,
        user_id: int,
        *,
        first_name: str | None = None,
        language_code: str | None = None,
        forbids_voice: bool | None = None,
    ) -> Json:
        """The person, made if new, with what is given changed; as the Bot API's User."""
        self.archive.run(
            "INSERT INTO people (id, first_name, language_code) VALUES (?, ?, 'en') ON CONFLICT DO NOTHING",
            user_id,
            f"Person {user_id}",
        )
        given = {"first_name": first_name, "language_code": language_code, "forbids_voice": forbids_voice}
        for column, value in given.items():
            if value is not None:
                self.archive.run(f"UPDATE people SET {column} = ? WHERE id = ?", value, user_id)  # noqa: S608 - ours
        row = self.archive.row("SELECT * FROM people WHERE id = ?", user_id)
        assert row is not None
        user = {"id": user_id, "is_bot": False, "first_name": row["first_name"]}
        return user | ({"language_code": row["language_code"]} if row["language_code"] else {})

    async def block(self, user_id: int) -> None:
        """The person blocks the bot."""
        self._membership(user_id, blocked=True)

    async def unblock(self, user_id: int) -> None:
        """The person lets the bot write again."""
        self._membership(user_id, blocked=False)

    def is_blocked_by(self, user_id: int) -> bool:
        """Whether the person blocked the bot."""
        return self.archive.row("SELECT 1 FROM people WHERE id = ? AND blocked", user_id) is not None

    def _membership(self, user_id: int, *, blocked: bool) -> None:
        user = self.person(user_id)
        if self.is_blocked_by(user_id) == blocked:
            return
        self.archive.run("UPDATE people SET blocked = ? WHERE id = ?", blocked, user_id)
        was, now = ("member", "kicked") if blocked else ("kicked", "member")

        def member(status: str) -> Json:
            return {"user": self.me_as_user, "status": status} | ({"until_date": 0} if status == "kicked" else {})

        self.put_update(
            "my_chat_member",
            {
                "chat": self._chat_with(user),
                "from": user,
                "date": self.date(),
                "old_chat_member": member(was),
                "new_chat_member": member(now),
            },
        )
        self.news.tell(user_id, "blocked", blocked)
        self.note_act("block" if blocked else "unblock", user_id)
        self.news.tell(None, "people", None)

    def chat(self, chat_id: int) -> Json | None:
        """A chat the bot knows, as the Bot API's Chat."""
        row = self.archive.row("SELECT body FROM chats WHERE id = ?", chat_id)
        if row is None:
            return None
        if chat_id > 0:
            return {"id": chat_id, "type": "private", "first_name": self.person(chat_id)["first_name"]}
        return {"id": chat_id, "type": "supergroup", "title": row["body"]}

    def _chat_with(self, user: Json, chat_id: int | None = None) -> Json:
        """The chat a person writes in: their own with the bot, or a group."""
        self.archive.run(
            "INSERT INTO chats VALUES (?, ?) ON CONFLICT DO NOTHING", chat_id or user["id"], f"Group {chat_id or ''}"
        )
        chat = self.chat(chat_id or user["id"])
        assert chat is not None
        return chat

    # ── what a person does and sees ───────────────────────────────────────────────────────────────────────────────────
    async def say(self, user_id: int, text: str, *, chat_id: int | None = None, reply_to: int | None = None) -> Message:
        """The person writes. Who blocked the bot lets it write again by that, as in Telegram. `chat_id`: a group's."""
        user = self.person(user_id)
        if chat_id is None and self.is_blocked_by(user_id):
            await self.unblock(user_id)
        chat = self._chat_with(user, chat_id)
        body: Json = {"from": user, "chat": chat, "date": self.date(), "text": text}
        if found := commands_in(text):
            body["entities"] = found
        if reply_to is not None and (replied := self.archive.message(chat["id"], reply_to)):
            body["reply_to_message"] = {k: v for k, v in replied[0].items() if k != "reply_to_message"}
        full = self.show(chat["id"], body, {"silent": True})
        self.note_act("say", chat["id"], message=full["message_id"], text=text, reply_to=reply_to)
        self.put_update("message", full)
        return seen(full, {"silent": True}, self.me["id"])

    async def tap(self, user_id: int, message_id: int, data: str, *, chat_id: int | None = None) -> Tap:
        """The person taps: any data, on any message, even one that is gone, as often as wanted."""
        user = self.person(user_id)
        chat = self._chat_with(user, chat_id)
        found = self.archive.message(chat["id"], message_id)
        message = found[0] if found else {"chat": chat, "message_id": message_id, "date": 0}
        tap = Tap(str(secrets.randbits(62)))
        self.note_act("tap", chat["id"], message=message_id, data=data, label=named(message).get(data), query=tap.query)
        self._taps[tap.query] = tap
        while len(self._taps) > MOST_TAPS:
            del self._taps[next(iter(self._taps))]
        self.archive.run("DELETE FROM queries WHERE asked < ?", self.real() - TAP_LIVES)
        self.archive.run("INSERT INTO queries VALUES (?, ?, ?)", tap.query, self.real(), user_id)
        self.put_update(
            "callback_query",
            {"id": tap.query, "from": user, "message": message, "chat_instance": str(chat["id"]), "data": data},
        )
        return tap

    def messages(self, user_id: int) -> list[Message]:
        """What the person sees now in their chat with the bot (or in a group, by its id), in order."""
        return [seen(body, shown, self.me["id"]) for body, shown in self.archive.messages(user_id)]

    async def erase(self, user_id: int, *message_ids: int) -> None:
        """The person deletes messages for both sides, with what was sent in them; none named: the whole chat."""
        if removed := erase(self.archive, user_id, message_ids):
            self.news.tell(user_id, "delete", removed)
            self.note_act("erase", user_id, messages=removed, all=not message_ids)

    def show(self, chat_id: int, body: Json, shown: Json) -> Json:
        """Put a new message into a chat; its body with its id."""
        full = self.archive.add_message(chat_id, body, shown)
        self.news.tell(chat_id, "message", {"message": full, "shown": shown})
        if full["from"]["id"] == self.me["id"]:
            self.note_act("sees", chat_id, **words_of(full))
        return full

    # ── the bot's queue ───────────────────────────────────────────────────────────────────────────────────────────────
    def put_update(self, kind: str, body: Json) -> int:
        """Queue an update for the bot, unless it asked not to get its kind; the update's id, or 0."""
        allowed: Sequence[str] = self.archive.setting("allowed_updates") or ()
        if allowed and kind not in allowed:
            return 0
        return self.put_raw_update({kind: body}, TAP_LIVES if kind == "callback_query" else MESSAGE_LIVES)

    def put_raw_update(self, body: Json, lives: float = MESSAGE_LIVES) -> int:
        """Queue anything at all, also what no Telegram would send; its update id. `lives`: seconds (real)."""
        number = self.archive.run(
            "INSERT INTO updates (expires, body) VALUES (?, ?)", self.real() + lives, json.dumps(body)
        )
        self.news.ring()
        return number

    def take_tap(self, query: str) -> tuple[int, Tap | None] | None:
        """(person, tap) of a query that can still be answered, which it can't be after this."""
        row = self.archive.row(
            "DELETE FROM queries WHERE id = ? AND asked > ? RETURNING person", query, self.real() - ANSWER_WITHIN
        )
        tap = self._taps.pop(query, None)
        return (row["person"], tap) if row else None
