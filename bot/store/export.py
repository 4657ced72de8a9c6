"""All that is kept about one chat as a file: a ZIP with a note to read, JSON, and a CSV a table. Touches nothing.

It is made of the tables as held.py reads them from the schema, so a new table or column is in it by itself.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from textwrap import fill
from typing import Any

from bot.store.held import Table

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a formula to a spreadsheet: it gets an apostrophe, and stays text."""
WIDE = 100
"""Characters of a line in the note."""
INTRODUCTION = (
    "All that Easeback keeps about you, as it was when this file was made. No copy of the file is kept.",
    "easeback.json has all of it. Each .csv file has one table, for a spreadsheet; a table without rows has none.",
    "What a spreadsheet would take for a formula has an apostrophe before it there. Times are in UTC.",
    "What is kept sealed (encrypted) is opened here: so keep this file where only you can read it.",
    "To erase it where it is kept: write /forget to the bot. Or open /privacy there, and erase single rows.",
)


def pack(tables: Iterable[Table], now: datetime) -> bytes:
    """The ZIP. `now`: when it is made, aware UTC."""
    tables, out = tuple(tables), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:

        def add(name: str, text: str) -> None:
            packed.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), text, zipfile.ZIP_DEFLATED)

        add("README.txt", _note(tables, now))
        add("easeback.json", _json(tables, now))
        for table in tables:
            if table.rows:
                add(f"{table.name}.csv", _csv(table))
    return out.getvalue()


def _note(tables: Iterable[Table], now: datetime) -> str:
    lines = ["EASEBACK: WHAT IS KEPT ABOUT YOU", f"Made on {now:%Y-%m-%d %H:%M} UTC.", ""]
    for paragraph in INTRODUCTION:
        lines += [fill(paragraph, WIDE), ""]
    for table in tables:
        count = len(table.rows)
        lines.append(f"{table.name.upper()} ({count} {'row' if count == 1 else 'rows'})")
        lines += [fill(text, WIDE) for text in (table.what, f"Why it is here: {table.why}.") if text]
        for column in table.columns:
            sealed = "; kept sealed" if column.sealed and not column.means.startswith("sealed") else ""
            lines.append(f"- {column.name}{': ' if column.means else ''}{column.means}{sealed}")
        lines.append("")
    return "\n".join(lines)


def _json(tables: Iterable[Table], now: datetime) -> str:
    found = {
        table.name: {
            "what": table.what,
            "why": table.why,
            "columns": {column.name: column.means for column in table.columns},
            "rows": [dict(row) for row in table.rows],
        }
        for table in tables
    }
    return json.dumps({"made": now, "tables": found}, ensure_ascii=False, indent=2, default=_plain)


def _csv(table: Table) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    names = [column.name for column in table.columns]
    rows.writerow(names)
    rows.writerows([_cell(row[name]) for name in names] for row in table.rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else _plain(value) if isinstance(value, datetime) else json.dumps(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
