"""`python3 easeback.py VERB`: reads arguments, prints, sets exit codes. Touches the terminal and signals."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import webbrowser
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import app, author, check, logs, printed
from bot import hear as hearing
from bot.chat.stop import Stop
from bot.guide.source import BadContent
from bot.led import read_content
from bot.local import LOCAL_BOT
from bot.media.voice.engine import Hibari
from bot.settings import BadSettings, Settings, has_desktop, leave_environment
from bot.store.backup import back_up
from bot.store.errors import NoKeyYet, StoreError
from bot.store.lock import FolderLock
from bot.store.restore import restore
from bot.store.rotate import new_key
from bot.store.secrets import find_keys

HELP = "Calm, paced sessions for a sore back, in Telegram or in the local chat."

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=HELP)


def settings() -> Settings:
    """The settings, or one plain sentence and exit code 2. From then on what is secret in them stays in here."""
    try:
        chosen = Settings.load()
    except BadSettings as error:
        raise fail(str(error), 2) from None
    leave_environment()
    logs.be_last(chosen.secrets)
    return chosen


def counted(people: int) -> str:
    """How many people, in words."""
    return "1 person" if people == 1 else f"{people} people"


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


@cli.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="A new file, or a folder; else it lies beside the data.")] = None,
) -> None:
    """Make a backup, also while the bot runs. The key is not in it."""
    chosen = settings()
    try:
        made = asyncio.run(back_up(chosen.database_url, chosen.home, file, time.time()))
    except StoreError as error:
        raise fail(str(error)) from None
    typer.echo(f"The backup is {made.file}: {counted(made.people)}, {made.size / 1e6:.1f} MB.")
    key = "what EASEBACK_KEY says" if chosen.key else str(chosen.home / "key")
    typer.echo(f"The key is not in it. Keep it somewhere else ({key}): without it nobody can read the backup.")


@cli.command(name="restore")
def put_back(file: Annotated[Path, typer.Argument(help="What `backup` has made.")]) -> None:
    """Put a backup in the place of the data, which are kept. The bot must not run."""
    chosen = settings()
    logs.configure(chosen.log, chosen.secrets)
    bot = int(chosen.token.get_secret_value().partition(":")[0]) if chosen.token else LOCAL_BOT
    try:
        with FolderLock(chosen.home):
            keys = find_keys(chosen.key.get_secret_value() if chosen.key else None, chosen.home)
            put = asyncio.run(restore(file, chosen.database_url, keys, chosen.home, bot, time.time()))
    except StoreError as error:
        raise fail(str(error)) from None
    made_at = datetime.fromtimestamp(put.made_at).astimezone()
    typer.echo(f"Restored as of {made_at:%Y-%m-%d %H:%M}: {counted(put.people)}.")
    if put.erased:
        typer.echo(f"Asked to be forgotten since then: {counted(put.erased)}. Nothing about them came back.")
    if put.kept:
        typer.echo(f"The data from before are kept for 30 days: {put.kept}")
    if not put.known:
        typer.echo("They could not be read, so a hold on movement that somebody got since the backup is lost.")
    typer.echo("Start the bot: what was under way is paused, and nothing is sent by itself.")


@cli.command()
def link(
    session: Annotated[str, typer.Argument(help="Its id.")],
    position: Annotated[str, typer.Option(help="chair, mat, rest …")],
    pace: Annotated[str, typer.Option(help="slower, normal or faster.")] = "normal",
    leave_out: Annotated[list[str] | None, typer.Option(help="A box; may be given several times.")] = None,
) -> None:
    """Make a printed code: a link that opens one session as you say, for that run only."""
    chosen = settings()
    try:
        content, _ = read_content(chosen.content)
        wanted = printed.checked(content, session, position, pace, leave_out or ())
        found = find_keys(chosen.key.get_secret_value() if chosen.key else None, chosen.home)
        if found.is_new:
            raise NoKeyYet
        typer.echo(asyncio.run(printed.link(wanted, found.sign, chosen)))
    except (BadContent, StoreError, printed.Refused) as error:
        raise fail(str(error)) from None


keys = typer.Typer(no_args_is_help=True, help="The key that seals what tells about people's health.")
cli.add_typer(keys, name="keys")


@keys.command(name="rotate")
def rotate_keys() -> None:
    """Make a new key, and seal everything anew with it. The bot must not run."""
    chosen = settings()
    logs.configure(chosen.log, chosen.secrets)
    try:
        with FolderLock(chosen.home):
            setting = chosen.key.get_secret_value() if chosen.key else None
            found, done = asyncio.run(new_key(chosen.database_url, setting, chosen.home))
    except StoreError as error:
        raise fail(str(error)) from None
    typer.echo(
        f"Sealed anew: {done.sealed} values, with the newest key in {found.source}. Keep a copy of it elsewhere."
    )
    typer.echo("The old key opens nothing in the database any more. It stays for 91 days behind the new one:")
    typer.echo("for backups from before, and so that who was forgotten stays forgotten.")
    if done.unreadable:
        typer.echo(f"None of the keys opens {done.unreadable} values; they are as they were.")


@cli.command(name="check")
def check_content(
    folder: Annotated[Path | None, typer.Argument(help="The content folder; else the one in use.")] = None,
) -> None:
    """Check the content: file, line, what to write instead."""
    raise typer.Exit(check.main(folder or settings().content))


@cli.command(name="content")
def own_content(
    folder: Annotated[Path, typer.Argument(help="A new folder.")] = Path("my-content"),
) -> None:
    """Make a content folder of your own, to write sessions in."""
    try:
        author.own(folder.expanduser(), typer.echo)
    except author.Refused as error:
        raise fail(str(error)) from None


@cli.command()
def hear(
    session: Annotated[str, typer.Argument(help="Its id.")],
    step: Annotated[str | None, typer.Option(help="Only this step, with its phrases and their times.")] = None,
    position: Annotated[str | None, typer.Option(help="chair, mat, rest …; else the session's first.")] = None,
    pace: Annotated[str, typer.Option(help="slower, normal or faster.")] = "normal",
    to: Annotated[Path | None, typer.Option(help="A folder, or an .ogg file for one step.")] = None,
) -> None:
    """Speak a session's notes with the real voice, as files to listen to."""
    chosen = settings()
    wish = hearing.Wish(session=session, step=step, position=position, pace=pace)
    try:
        raise typer.Exit(hearing.hear(chosen.content, wish, Hibari, to or chosen.home / "hear", typer.echo))
    except (BadContent, hearing.Unknown) as error:
        raise fail(str(error)) from None


@cli.command()
def translate(
    language: Annotated[str, typer.Argument(help="Two small letters, such as de.")],
) -> None:
    """Write the empty files of another language, or bring them up to what English has now."""
    try:
        author.translate(settings().content, language, typer.echo)
    except (BadContent, author.Refused) as error:
        raise fail(str(error)) from None


if __name__ == "__main__":
    cli(prog_name="easeback.py")
