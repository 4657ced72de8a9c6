"""Makes what an answer brings, right before it goes out: a picture, a file, a row as it is held. Touches the store.

It comes after the commit and outside every transaction; drawing and packing are done in a thread, one after the other,
so that a hundred people who ask at once cost a hundred times the time and not a hundred times the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from bot.chat.reply import File, Reply
from bot.clock import Clock
from bot.guide import own
from bot.guide.library import Library
from bot.guide.outcome import Everything, RowHeld
from bot.guide.progress import Chart
from bot.media.charts import draw
from bot.store.chats import Store
from bot.store.export import pack
from bot.store.held import Table


class Bringing:
    """For direct answers."""

    def __init__(self, store: Store, clock: Clock, library: Callable[[], Library]) -> None:
        self._store, self._clock, self._library = store, clock, library
        self._one = asyncio.Lock()

    async def bring(self, reply: Reply) -> Reply:
        """The answer with what belongs to it. Raises StoreFailed."""
        match reply.brings:
            case Chart() as chart:
                async with self._one:
                    drawn = await asyncio.to_thread(draw, chart)
                return replace(reply, file=File("progress.png", drawn, "photo"))
            case Everything():
                async with self._one:
                    tables, now = await self._store.held(reply.chat), self._clock.now()
                    packed = await asyncio.to_thread(pack, tables, now)
                return replace(reply, file=File("easeback.zip", packed, "document"))
            case RowHeld() as wanted:
                held = _rows(await self._store.held(reply.chat))
                page = own.page(held, own.place(held, wanted), self._library().words_in(wanted.language))
                return replace(reply, text=page.text, buttons=page.buttons)
        return reply


def _rows(tables: tuple[Table, ...]) -> list[own.Row]:
    """Row after row, of each table the newest first: what happened today is what somebody looks for.

    The key of one is what its table names it by.
    """
    return [
        own.Row(
            table.name,
            str(row.get("id") or row.get("chat") or ""),
            row,
            {column.name: column.means for column in table.columns},
            table.why,
        )
        for table in tables
        for row in reversed(table.rows)
    ]
