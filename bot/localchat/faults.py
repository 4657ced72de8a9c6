"""Faults on the wire between a bot and the local chat, as values a test or a switch chooses. Touches nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one request.

    `after`: the request is carried out first, and only its answer suffers. `wait`: real seconds of silence before the
    answer. `status` and `body`: the answer given instead; None leaves the true one. `cut`: the connection breaks in
    the middle of the answer.
    """

    after: bool = False
    wait: float = 0.0
    status: int | None = None
    body: Mapping[str, Any] | str | None = None
    cut: bool = False


FaultHook = Callable[[str, Mapping[str, Any]], Awaitable[Fault | None]]
"""Asked for each request with the method as the bot wrote it and its parameters; None: nothing happens to it."""


def refuse(code: int, description: str) -> Fault:
    """Telegram refuses: nothing is carried out."""
    return Fault(status=code, body={"ok": False, "error_code": code, "description": description})


def flood(retry_after: int | None = None) -> Fault:
    """429, with or without the seconds to wait."""
    if retry_after is None:
        return refuse(429, "Too Many Requests")
    body = {"ok": False, "error_code": 429, "description": f"Too Many Requests: retry after {retry_after}"}
    return Fault(status=429, body={**body, "parameters": {"retry_after": retry_after}})


def broken(status: int = 502, *, after: bool) -> Fault:
    """A gateway's page instead of an answer; the request was carried out or not."""
    return Fault(after=after, status=status, body="<html><h1>Bad Gateway</h1></html>")


def hang(seconds: float, *, after: bool) -> Fault:
    """Silence, then the connection breaks; the request was carried out or not."""
    return Fault(after=after, wait=seconds, cut=True)


def lost(*, after: bool = True) -> Fault:
    """The connection breaks at once; the request was carried out or not."""
    return Fault(after=after, cut=True)


def suffered(fault: Fault, status: int, answer: Any) -> tuple[tuple[int, Any], str]:
    """((status, body) that the bot got, what a fault made of its request), for an answer that a request had."""
    done = "it was carried out, but its answer was lost" if fault.after else "it was not carried out"
    if fault.cut:
        return (0, None), f"the connection broke: {done}"
    if fault.status:
        return (fault.status, fault.body), f"a trouble that was switched on: {done}"
    return (status, answer), ""
