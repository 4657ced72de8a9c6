"""What a bot may show of itself in the workshop, and have done with it, as a protocol: nothing of ours is imported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Desk(Protocol):
    """An author's content, behind the bot. What it answers goes to the page as it is."""

    def state(self) -> dict[str, Any]:
        """What the check says."""
        ...

    def look(self) -> None:
        """Have all of it checked, the voice included."""
        ...

    def sessions(self) -> dict[str, Any]:
        """What can be heard."""
        ...

    def steps(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """The steps of a session."""
        ...

    async def speak(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Have a step spoken."""
        ...

    async def note(self, key: str) -> bytes | None:
        """A spoken step."""
        ...

    async def languages(self) -> dict[str, Any]:
        """The languages beside English."""
        ...

    async def compare(self, language: str, part: str) -> dict[str, Any]:
        """A language beside English."""
        ...


class Inside(Protocol):
    """The bot behind the chat. Whoever starts both gives it to the chat (`LocalTelegram.inside`)."""

    @property
    def desk(self) -> Desk:
        """The author's desk, which goes on over restarts."""
        ...

    def restart(self) -> None:
        """Stop and start again, as after a crash."""
        ...

    async def held(self, person: int) -> dict[str, Any] | None:
        """All that is kept about a person, opened, as JSON; None: nobody runs that could tell."""
        ...

    async def outline(self, person: int) -> dict[str, Any] | None:
        """What is led now, step by step, and what could be, as JSON; None: nobody runs that could tell."""
        ...

    async def next_event(self) -> tuple[int, float] | None:
        """(person, virtual unix seconds) of the earliest thing that time itself will bring in any chat."""
        ...

    async def at_rest(self) -> bool:
        """Nothing is due, and nothing waits to be shown."""
        ...
