"""The states and what leads from one to another, as a page: drawn from what was walked. Reads the content folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.guide.chat import Chat, Playing
from tests.proof.explore import explore
from tests.proof.field import Field, real
from tests.proof.moments import Moment

PAGE = Path(__file__).resolve().parents[2] / "docs" / "states.md"
WALKS = {
    Field(session="morning", position="chair", ticks=frozenset({"leg"}), met=True): 300,
    Field(session="two", position="chair", met=True): 600,
}
"""What is walked for it, and how many situations of it: enough for everything that leads anywhere."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "Before a run": ("Browsing", "Notice", "Unsure", "Held", "Choosing", "LeavingOut", "Weighing"),
    "In a run": ("Playing", "Paused", "Hurting", "Signs", "UnsureInARun", "ForgettingInARun"),
    "After a run, or none": ("Scoring", "Summary", "Idle", "Forgetting"),
}
IN_A_RUN = {"Unsure", "Forgetting"}
"""Kinds of states that come with a run and without."""
MANY = 5
"""What leads to the same kind from so many is told once, in the table."""
NAMES = {"Tick": "time", "Crisis": "words of crisis", "Gone": "blocked", "Spoke": "any word"}
PARTS = {"go": "a session", "score": "a score", "tick": "a box"}
POSITIONS = {"chair", "mat", "stand", "lying"}

Edges = dict[tuple[str, str], set[str]]
"""What leads from one kind to another."""

HEAD = """# The states of a chat

Drawn from the code, not by hand: `python3 easeback.py diagram` walks it and writes this page; a test holds the page to
the code. Each kind of state is a class of `bot/guide/chat.py`. What leads on is a button or a word that acts, as the
code calls it, or time. What all of it keeps to: [proof over all states](reliability.md#proof-over-all-states).
"""


def drawn() -> str:
    """The page."""
    edges = _edges()
    common = _common(edges)
    own = {ends: {name for name in names if (name, ends[1]) not in common} for ends, names in edges.items()}
    return "\n".join([HEAD, "```mermaid", *_diagram(own), "```", "", *_table(common), ""])


def _edges() -> Edges:
    edges: Edges = defaultdict(set)

    def seen(chat: Chat, moment: Moment, after: Chat | None) -> None:
        here, there = kind(chat), "[*]" if after is None else kind(after)
        if here != there or (after is not None and _another_step(chat, after)):
            edges[here, there].add(_name(moment))

    for where, most in WALKS.items():
        explore(real(), where, seen=seen, most=most)
    return dict(edges)


def kind(chat: Chat) -> str:
    """The class of a state; where it comes with a run and without, which of the two."""
    name = type(chat.state).__name__
    return f"{name}InARun" if chat.run is not None and name in IN_A_RUN else name


def _another_step(chat: Chat, after: Chat) -> bool:
    match chat.state, after.state:
        case Playing(step=one), Playing(step=other):
            return one != other
    return False


def _name(moment: Moment) -> str:
    head = moment.name.partition(".")[0]
    return "a position" if head in POSITIONS else PARTS.get(head, NAMES.get(head, head))


def _common(edges: Edges) -> dict[tuple[str, str], list[str]]:
    """What leads to the same kind from many: (what, where to) → from where."""
    sources: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (here, there), names in sorted(edges.items()):
        for name in names:
            if here != there:
                sources[name, there].append(here)
    return {what: where for what, where in sources.items() if len(where) >= MANY}


def _diagram(edges: Edges) -> Iterator[str]:
    yield "stateDiagram-v2"
    for i, (title, names) in enumerate(GROUPS.items()):
        yield f'    state "{title}" as group{i} {{'
        for name in names:
            words = name.removesuffix("InARun")
            yield f"        {name}" if words == name else f'        state "{words}" as {name}'
        yield from (f"        {arrow}" for ends, arrow in _arrows(edges) if {*ends} <= {*names})
        yield "    }"
    within = [{*names} for names in GROUPS.values()]
    yield from (f"    {arrow}" for ends, arrow in _arrows(edges) if not any({*ends} <= names for names in within))


def _arrows(edges: Edges) -> Iterator[tuple[tuple[str, str], str]]:
    for (here, there), names in sorted(edges.items()):
        if names:
            yield (here, there), f"{here} --> {there}: {', '.join(sorted(names))}"


def _table(common: Mapping[tuple[str, str], list[str]]) -> Iterator[str]:
    yield "From many states, and so not drawn:"
    yield ""
    yield "| what | leads to | from |"
    yield "|---|---|---|"
    for (name, there), where in sorted(common.items()):
        yield f"| {name} | {there} | {', '.join(sorted(where))} |"
