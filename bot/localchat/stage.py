"""What whoever sits at the page directs: time, trouble, the bot's start. Touches nothing by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.localchat.ahead import Ahead
from bot.localchat.behind import Behind
from bot.localchat.clock import Clock
from bot.localchat.news import News
from bot.localchat.trouble import Troubles

if TYPE_CHECKING:
    from bot.localchat.inside import Inside


class Stage:
    """One for a local chat (`LocalTelegram.stage`)."""

    def __init__(self, clock: Clock, news: News, inside: Callable[[], Inside | None]) -> None:
        self.ahead = Ahead(clock, news, inside)
        self.troubles = Troubles(news)
        self.behind = Behind(news)
