"""Every error means one thing: the table from both sides."""

from __future__ import annotations

import httpx
import pytest
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.chat.messenger import REFUSALS, UNTOLD_WAIT, Kind, Nothing, Tap, Word, incoming, outcome


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    """The error as PTB raises it: the true reason is its cause."""
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (caused(NetworkError("httpx.ConnectError"), httpx.ConnectError("no")), Kind.NOT_SENT),
        (caused(TimedOut(), httpx.ConnectTimeout("no")), Kind.NOT_SENT),
        (caused(TimedOut(), httpx.PoolTimeout("no")), Kind.NOT_SENT),
        (caused(TimedOut(), httpx.ReadTimeout("no")), Kind.DOUBT),
        (caused(TimedOut(), httpx.WriteTimeout("no")), Kind.DOUBT),
        (caused(NetworkError("httpx.ReadError"), httpx.ReadError("no")), Kind.DOUBT),
        (NetworkError("Bad Gateway"), Kind.DOUBT),
        (NetworkError("Too Many Requests"), Kind.WAIT),
        (RetryAfter(7), Kind.WAIT),
        (Forbidden("bot was blocked by the user"), Kind.GONE),
        (BadRequest("Chat not found"), Kind.GONE),
        (BadRequest("Message is not modified: the same"), Kind.DONE),
        (BadRequest("Message to delete not found"), Kind.DONE),
        (BadRequest("Query is too old and response timeout expired"), Kind.DONE),
        (BadRequest("Message to edit not found"), Kind.NOTHING_TO_EDIT),
        (BadRequest("VOICE_MESSAGES_FORBIDDEN"), Kind.NO_VOICE),
        (BadRequest("Wrong file identifier/HTTP URL specified"), Kind.BAD_FILE),
        (BadRequest("BUTTON_DATA_INVALID"), Kind.BUG),
        (InvalidToken("Unauthorized"), Kind.BAD_TOKEN),
        (Conflict("terminated by other getUpdates request"), Kind.SECOND_POLLER),
        (TelegramError("what is this"), Kind.DOUBT),
    ],
)
def test_what_an_error_means(error: TelegramError, kind: Kind) -> None:
    assert outcome(error).kind is kind


def test_a_wait_is_told_in_seconds() -> None:
    assert outcome(RetryAfter(7)).wait == 7
    assert outcome(NetworkError("Too Many Requests")).wait == UNTOLD_WAIT


def test_every_refusal_in_the_table_is_written_as_it_is_compared() -> None:
    assert all(part == part.casefold() for part, _ in REFUSALS)


def test_a_tap_and_a_word_are_read() -> None:
    you = {"id": 5, "is_bot": False, "first_name": "You", "language_code": "de"}
    chat = {"id": 5, "type": "private"}
    message = {"message_id": 9, "date": 0, "chat": chat, "from": you, "text": "stop"}
    assert incoming({"update_id": 1, "message": message}) == Word(
        update=1, chat=5, message=9, text="stop", language="de"
    )
    tap = {"id": "q", "from": you, "chat_instance": "1", "message": message, "data": "done:7"}
    assert incoming({"update_id": 2, "callback_query": tap}) == Tap(
        update=2, chat=5, message=9, data="done:7", query="q", language="de"
    )
    assert incoming({"update_id": 3, "poll": None}) == Nothing(update=3)
