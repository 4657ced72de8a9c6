"""`python -m tests.proof --prove [SESSION]` walks all situations; without it the diagram of the states is written.

Ends with 1 if anything is wrong. Writes docs/states.md.
"""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from tests.proof.diagram import PAGE, drawn
from tests.proof.explore import Walked, explore
from tests.proof.field import Field, fields, real


def prove(where: Field) -> Walked:
    """Walk a field to its end, and say what was met."""
    began = time.monotonic()
    walked = explore(real(), where)
    figures = f"{walked.states:,} states, {walked.transitions:,} transitions, {walked.wrong.total()} wrong"
    typer.echo(f"{where}: {figures} ({time.monotonic() - began:.0f} s)")
    for claim, ways in walked.examples.items():
        typer.echo(f"  {claim}: {walked.wrong[claim]}, as in")
        for way in ways:
            typer.echo(f"    {way}")
    return walked


def main(
    sessions: Annotated[list[str] | None, typer.Argument(help="Only these sessions.", metavar="SESSION")] = None,
    proof: Annotated[bool, typer.Option("--prove", help="Walk every state that can be reached.")] = False,
    position: Annotated[str, typer.Option(help="Only this position.")] = "",
    box: Annotated[str, typer.Option(help="Only with this box ticked; “none”: with none.")] = "",
    reach: Annotated[int, typer.Option(help="Look at so many steps on each side of the shown one.")] = 1,
) -> None:
    """Draw the states into docs/states.md; or prove what is claimed of them."""
    if not proof:
        PAGE.write_text(drawn(), encoding="utf-8")
        typer.echo("docs/states.md")
        return
    library = real()
    wrong = 0
    listed = [session.id for session in library.content.sessions.values() if session.continues is None]
    for session in sessions or listed:
        for where in fields(library, session, reach=reach):
            ticked = next(iter(where.ticks), "none")
            if position in ("", where.position) and box in ("", ticked):
                wrong += prove(where).wrong.total()
    sys.exit(bool(wrong))


if __name__ == "__main__":
    typer.run(main)
