"""What a bot may show of itself in the workshop, and have done with it, as a protocol: nothing of ours is imported."""

from __future__ import annotations

from typing import Any, Protocol


class Inside(Protocol):
    """The bot behind the chat. Whoever starts both gives it to the chat (`LocalTelegram.inside`)."""

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
