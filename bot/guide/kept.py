"""What is kept of a run under a consent, and what it shows: practice days, and how pain went. Pure; touches nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

UP_MUCH = 2
"""Points by which pain after must be above pain before to be answered with care (content.md, section 7)."""
IN_A_ROW = 3
"""So many runs after which pain went up: a doctor or physio should look at it."""
SHOWN_FOR = timedelta(days=30)
"""How far back progress looks; what is kept is kept for 12 months."""
AT_HAND = timedelta(days=35)
"""How far back the runs of a chat come with it: as far as the five weeks of the calendar go."""
ENOUGH = 3
"""Runs of a session with both scores from which it may be said whether it is found easier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """One time through, as it is kept: scores, what was left out, when. Never a diagnosis, never a sign."""

    id: str
    at: datetime
    """When it ended."""
    session: str
    position: str
    minutes: int
    before: int | None = None
    after: int | None = None
    hurts: int = 0
    left_out: int = 0
    """Steps that were rested through or seen in the mind."""

    @property
    def change(self) -> int | None:
        """Points by which pain fell; below 0: it rose."""
        return None if self.before is None or self.after is None else self.before - self.after

    @property
    def went_up(self) -> bool:
        """True if pain after is well above pain before."""
        return self.change is not None and self.change <= -UP_MUCH


def local_days(runs: Iterable[KeptRun], zone: str | None) -> set[date]:
    """The days on which something was practised, where the person is."""
    where = ZoneInfo(zone or "Etc/UTC")
    return {run.at.astimezone(where).date() for run in runs}


def days_this_week(runs: Iterable[KeptRun], now: datetime, zone: str | None) -> int:
    """On how many days of this week (from Monday) something was practised."""
    today = now.astimezone(ZoneInfo(zone or "Etc/UTC")).date()
    monday = today - timedelta(days=today.weekday())
    return sum(monday <= day <= today for day in local_days(runs, zone))


def up_in_a_row(runs: Iterable[KeptRun]) -> bool:
    """True if pain was well up after each of the last three that have both scores."""
    scored = [run for run in sorted(runs, key=lambda run: run.at) if run.change is not None]
    return len(scored) >= IN_A_ROW and all(run.went_up for run in scored[-IN_A_ROW:])


def found_easier(runs: Iterable[KeptRun]) -> list[tuple[str, int]]:
    """Sessions after which pain was less more often than not, with how many runs say so; the clearest first."""
    changes: dict[str, list[int]] = {}
    for run in runs:
        if run.change is not None:
            changes.setdefault(run.session, []).append(run.change)
    easier = {
        session: found
        for session, found in changes.items()
        if len(found) >= ENOUGH and sum(change > 0 for change in found) * 2 > len(found)
    }
    return [(name, len(found)) for name, found in sorted(easier.items(), key=lambda it: -sum(it[1]) / len(it[1]))]
