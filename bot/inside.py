"""What the local chat's workshop may see of the bot behind it, and do with it. Touches the running bot's parts.

The local chat imports nothing of ours, so it knows this class by a protocol alone (bot/localchat/workshop.py).
"""

from __future__ import annotations

from collections.abc import Callable

from bot.desk import Desk
from bot.parts import Parts


class Inside:
    """The inside of the bot that runs now; between two runs of it there is none."""

    def __init__(self, desk: Desk) -> None:
        """`desk`: what authors have of the content; it goes on over restarts of the bot."""
        self.desk = desk
        self._parts: Parts | None = None
        self._again: Callable[[], None] = lambda: None

    def begin(self, parts: Parts, again: Callable[[], None]) -> None:
        """The bot runs. `again` ends it, so that it starts anew."""
        self._parts, self._again = parts, again
        self.desk.shelf = parts.shelf

    def end(self) -> None:
        """It does not run any more."""
        self._parts, self._again = None, lambda: None
        self.desk.shelf = None

    def restart(self) -> None:
        """Have the bot stop and start again, as after a crash: what it keeps is in the database."""
        self._again()
