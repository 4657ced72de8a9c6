"""The people of a local chat, as whoever sits at the page makes and changes them. Touches its database and HTTP."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.localchat.archive import Json
from bot.localchat.door import PERSON, Door, as_json, object_in
from bot.localchat.telegram import LocalTelegram

LONGEST_NAME = 64
"""Characters, as at Telegram."""
LANGUAGE = r"[a-z]{2,3}(-[a-z0-9]{2,8})?"
YOU = "You"
"""Who sits at the page if its address names nobody else."""


def routes(telegram: LocalTelegram, door: Door) -> list[Route]:
    """The routes about people; all of them need the page's key."""
    people = People(telegram)
    return [
        Route("/workshop/people", door.opened(people.add), methods=["POST"]),
        Route("/workshop/person", door.opened(people.change), methods=["POST"]),
    ]


def listed(telegram: LocalTelegram) -> list[Json]:
    """All people there are, and what of them matters here."""
    rows = telegram.archive.rows("SELECT * FROM people ORDER BY id")
    return [
        {
            "id": row["id"],
            "name": row["first_name"],
            "language": row["language_code"],
            "forbids_voice": bool(row["forbids_voice"]),
            "blocked": bool(row["blocked"]),
        }
        for row in rows
    ]


def meet(telegram: LocalTelegram, person: int, language: str | None) -> None:
    """Somebody is at their page. `language`: their browser's, which is theirs as well unless another was chosen."""
    known = telegram.archive.row("SELECT language_code FROM people WHERE id = ?", person)
    if chosen_language(telegram, person):
        language = None
    if known is None or (language and known["language_code"] != language):
        first_name = YOU if known is None and person == PERSON else None
        telegram.person(person, first_name=first_name, language_code=language)
        _tell(telegram)


def chosen_language(telegram: LocalTelegram, person: int) -> str | None:
    """The language that was chosen for somebody by hand."""
    chosen: str | None = telegram.archive.setting(f"chosen language {person}")
    return chosen


def _tell(telegram: LocalTelegram) -> None:
    telegram.news.tell(None, "people", None)  # each page is given them as they are then


class People:
    """What the workshop does about people."""

    def __init__(self, telegram: LocalTelegram) -> None:
        self._telegram = telegram

    async def add(self, request: Request) -> Response:
        """Somebody new."""
        body = await object_in(request)
        if why := _amiss(body) or (None if body.get("name") else "A person has a name."):
            return PlainTextResponse(why, 400)
        row = self._telegram.archive.row("SELECT max(id) AS last FROM people")
        person = max(PERSON, (row["last"] if row else None) or 0) + 1
        self._set(person, body)
        return as_json({"id": person})

    async def change(self, request: Request) -> Response:
        """What is given becomes another."""
        body = await object_in(request)
        person = body.get("id")
        if type(person) is not int or not 0 < person < 10**15:
            return PlainTextResponse("Whom is it about?", 400)
        if why := _amiss(body):
            return PlainTextResponse(why, 400)
        self._set(person, body)
        if (blocked := body.get("blocked")) is not None:
            await (self._telegram.block(person) if blocked else self._telegram.unblock(person))
        if body.get("erase"):
            await self._telegram.erase(person)
        return Response(status_code=204)

    def _set(self, person: int, body: dict[str, Any]) -> None:
        telegram, language = self._telegram, body.get("language")
        known = telegram.archive.row("SELECT 1 FROM people WHERE id = ?", person)
        name = body.get("name") or (YOU if known is None and person == PERSON else None)
        telegram.person(person, first_name=name, language_code=language, forbids_voice=body.get("forbids_voice"))
        if language:
            telegram.archive.set(f"chosen language {person}", language)
            telegram.news.tell(person, "profile", None)
        _tell(telegram)


def _amiss(body: dict[str, Any]) -> str | None:
    """What can't be taken as it was given, in plain words."""
    name, language = body.get("name"), body.get("language")
    if name is not None and (not isinstance(name, str) or not name.strip() or len(name) > LONGEST_NAME):
        return f"A name has 1 to {LONGEST_NAME} characters."
    if language is not None and not (isinstance(language, str) and re.fullmatch(LANGUAGE, language)):
        return "A language is two or three small letters, such as en."
    if not all(isinstance(body.get(switch, False), bool) for switch in ("forbids_voice", "blocked", "erase")):
        return "A switch is on or off."
    return None
