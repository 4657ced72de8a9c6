"""`python3 easeback.py VERB`: reads arguments, prints, sets exit codes. Touches the terminal and signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from bot import app, check, logs
from bot.chat.stop import Stop
from bot.guide.source import BadContent
from bot.settings import BadSettings, Settings, has_desktop, leave_environment
from bot.store.errors import StoreError

HELP = "Calm, paced sessions for a sore back, in Telegram or in the local chat."

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=HELP)


def settings() -> Settings:
    """The settings, or one plain sentence and exit code 2."""
    try:
        chosen = Settings.load()
    except BadSettings as error:
        raise fail(str(error), 2) from None
    leave_environment()
    return chosen


def fail(text: str, code: int = 1) -> typer.Exit:
    """Say why it can't go on."""
    typer.echo(text, err=True)
    return typer.Exit(code)


@cli.callback()
def private() -> None:
    """Whatever is written from here on, by us or by a library, is for this user alone."""
    os.umask(0o077)


@cli.command()
def run() -> None:
    """Run the bot; without a token, with the local chat in the browser."""
    chosen = settings()
    logs.configure(chosen.log, chosen.secrets)
    logs.be_last(chosen.secrets)
    try:
        asyncio.run(_run(chosen))
    except (Stop, StoreError, BadContent) as error:
        raise fail(str(error)) from None


async def _run(chosen: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stop.set)
        except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt
            signal.signal(name, lambda *_: loop.call_soon_threadsafe(stop.set))
    await app.run(chosen, typer.echo, stop, show)


def show(page: str) -> None:
    """Open a page where there is a desktop and somebody at it."""
    if has_desktop() and sys.stdout.isatty():
        webbrowser.open(page)


@cli.command(name="check")
def check_content(
    folder: Annotated[Path | None, typer.Argument(help="The content folder; else the one in use.")] = None,
) -> None:
    """Check the content: file, line, what to write instead."""
    raise typer.Exit(check.main(folder or settings().content))


if __name__ == "__main__":
    cli(prog_name="easeback.py")
