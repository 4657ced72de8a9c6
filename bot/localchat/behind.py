"""Whether the bot behind the chat runs, as the pages are told. Touches nothing."""

from __future__ import annotations

import time

from bot.localchat.news import News


class Behind:
    """Whoever starts the bot says here what becomes of it; about a bot that somebody else runs nothing is said."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._since: float | None = None

    def restarts(self) -> None:
        """It was asked to stop and to start again."""
        self._since = time.monotonic()
        self._news.post("bot", {"state": "restarts"})

    def runs(self) -> None:
        """It runs; the pages are told how long (real seconds) they were without it."""
        after = None if self._since is None else round(time.monotonic() - self._since, 1)
        self._since = None
        self._news.post("bot", {"state": "runs", "after": after})

    def failed(self, why: str) -> None:
        """It could not start again. `why`: plain, and says what to do."""
        self._news.post("bot", {"state": "failed", "why": why})
