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

from bot.chat.messenger import REFUSALS, UNTOLD_WAIT, Elsewhere, Kind, Me, Nothing, Tap, Word, incoming, outcome

ME = Me(1, "Easeback_Bot")
YOU = {"id": 5, "is_bot": False, "first_name": "You", "language_code": "de"}
PRIVATE = {"id": 5, "type": "private"}
GROUP = {"id": -100, "type": "supergroup", "title": "Backs"}


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
        (Conflict("Conflict: terminated by other getUpdates request"), Kind.SECOND_POLLER),
        (Conflict("Conflict: can't use getUpdates method while webhook is active"), Kind.WEBHOOK),
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


def said(chat: dict[str, object], **what: object) -> dict[str, object]:
    """An update: a message in this chat."""
    return {"update_id": 1, "message": {"message_id": 9, "date": 0, "chat": chat, "from": YOU, **what}}


def tapped(**what: object) -> dict[str, object]:
    """An update: a button was tapped."""
    tap = {"id": "q", "from": YOU, "chat_instance": "1", "message": said(PRIVATE)["message"], "data": "done:7"}
    return {"update_id": 2, "callback_query": {**tap, **what}}


def test_a_tap_and_a_word_are_read() -> None:
    word = said(PRIVATE, text="stop")
    assert incoming(word, ME) == Word(update=1, chat=5, message=9, text="stop", language="de")
    assert incoming(tapped(), ME) == Tap(update=2, chat=5, message=9, data="done:7", query="q", language="de")
    assert incoming({"update_id": 3, "poll": None}, ME) == Nothing(update=3)


@pytest.mark.parametrize(
    "raw",
    [
        said({"id": "5", "type": "private"}, text="stop"),
        said({"id": True, "type": "private"}, text="stop"),
        said({"id": 2**60, "type": "private"}, text="stop"),
        said({"id": None, "type": "supergroup"}, text="/start"),
        said(PRIVATE, text=["stop"]),
        said(PRIVATE, text={"stop": 1}),
        said(PRIVATE, text="stop", message_id="9"),
        said(PRIVATE, text="stop", **{"from": {**YOU, "language_code": 7}}),
        tapped(id=4),
        tapped(data=7),
        tapped(message={"message_id": None, "date": 0, "chat": PRIVATE}),
        {"update_id": 1, "message": []},
        {"update_id": 1, "callback_query": "x"},
    ],
)
def test_what_is_of_another_shape_is_told_before_it_reaches_anybody(raw: dict[str, object]) -> None:
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it is: who polls parks it
        incoming(raw, ME)


PHOTO = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ({"photo": [PHOTO], "caption": "I want to die"}, "I want to die"),
        ({"photo": [PHOTO]}, ""),
        ({"voice": {"file_id": "f", "file_unique_id": "u", "duration": 1}}, ""),
        ({"location": {"latitude": 1.0, "longitude": 1.0}}, ""),
    ],
)
def test_what_is_no_text_says_what_stands_under_it(what: dict[str, object], text: str) -> None:
    assert incoming(said(PRIVATE, **what), ME) == Word(update=1, chat=5, message=9, text=text, language="de")


@pytest.mark.parametrize(
    "what",
    [
        {"pinned_message": {"message_id": 3, "date": 1, "chat": PRIVATE}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
        {
            "chat_background_set": {
                "type": {"type": "fill", "fill": {"type": "solid", "color": 1}, "dark_theme_dimming": 1}
            }
        },
        {"write_access_allowed": {}},
        {"something_of_next_year": {}},
    ],
)
@pytest.mark.filterwarnings("ignore:Deprecated since version v22.2.*auto_delete")
def test_what_nobody_said_is_nothing(what: dict[str, object]) -> None:
    assert incoming(said(PRIVATE, **what), ME) == Nothing(update=1)


@pytest.mark.parametrize(
    ("what", "speaks"),
    [
        ({"text": "/roll"}, True),
        ({"text": "/start now"}, True),
        ({"text": "/start@easeback_bot"}, True),
        ({"text": "/roll@another_bot"}, False),
        ({"text": "/roll@easeback_bot_too"}, False),
        ({"text": "/etc/passwd"}, False),
        ({"text": "/"}, False),
        ({"text": "hello"}, False),
        ({"new_chat_members": [{"id": 7, "is_bot": False, "first_name": "Anna"}]}, False),
        (
            {
                "new_chat_members": [
                    {"id": 7, "is_bot": False, "first_name": "Anna"},
                    {"id": 1, "is_bot": True, "first_name": "Easeback"},
                ]
            },
            True,
        ),
    ],
)
def test_a_group_speaks_to_us_by_a_command_or_by_bringing_us_in(what: dict[str, object], speaks: bool) -> None:
    assert incoming(said(GROUP, **what), ME) == Elsewhere(update=1, chat=-100, speaks=speaks)
