"""What Telegram refuses, the local chat refuses, in Telegram's own words."""

from __future__ import annotations

from typing import Any

import pytest

from bot.localchat import LocalTelegram
from tests.localchat.raw import TOKEN, Hands, RawBot

HERE = 5


@pytest.fixture(autouse=True)
async def begun(telegram: LocalTelegram) -> None:
    await telegram.say(HERE, "/start")


def keyboard(*texts: str, data: str = "x", **more: Any) -> dict[str, Any]:
    """One row of buttons."""
    return {"inline_keyboard": [[{"text": text, "callback_data": data, **more} for text in texts]]}


@pytest.mark.malformed
async def test_a_method_that_does_not_exist(bot: RawBot) -> None:
    assert await bot.refused("sendEverything") == "404 Not Found: method not found"


@pytest.mark.parametrize(
    ("token", "said"),
    [("700:other", "401 Unauthorized"), ("701:local-token", "401 Unauthorized"), ("nonsense", "404 Not Found")],
)
async def test_a_wrong_token_is_unauthorized_and_what_is_no_token_is_not_found(
    bot: RawBot, token: str, said: str
) -> None:
    answer = await bot.http.get(f"/bot{token}/getMe")
    assert f"{answer.status_code} {answer.json()['description']}" == said


@pytest.mark.malformed
async def test_a_person_who_never_wrote_can_not_be_written_to(bot: RawBot) -> None:
    assert await bot.refused("sendMessage", chat_id=77, text="x") == "400 Bad Request: chat not found"
    assert await bot.refused("sendMessage", chat_id="@someone", text="x") == "400 Bad Request: chat not found"
    assert await bot.refused("sendMessage", text="x") == "400 Bad Request: chat_id is empty"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🙂" * 4097}, "message is too long"),
        ({"text": "&#xd800;", "parse_mode": "HTML"}, "strings must be encoded in UTF-8"),
        ({"text": "x", "parse_mode": "Wiki"}, "unsupported parse_mode"),
        ({"text": "x", "entities": "no"}, "can't parse entities JSON object"),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 2, "length": 1}]},
            "entity begins after the end of the text at UTF-16 offset 2",
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 2}]},
            "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2",
        ),
        ({"text": "x", "reply_markup": "["}, "can't parse reply markup JSON object"),
        ({"text": "x", "disable_notification": "maybe"}, 'parameter "disable_notification" must be a Boolean'),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
    ],
)
@pytest.mark.malformed
async def test_texts(bot: RawBot, given: dict[str, Any], said: str) -> None:
    assert await bot.refused("sendMessage", chat_id=HERE, **given) == f"400 Bad Request: {said}"


async def test_lengths_count_characters_after_parsing(bot: RawBot) -> None:
    assert len((await bot("sendMessage", chat_id=HERE, text="🙂" * 4096))["text"]) == 4096
    marked = "<b>" + "&amp;" * 4096 + "</b>"
    assert (await bot("sendMessage", chat_id=HERE, text=marked, parse_mode="HTML"))["text"] == "&" * 4096


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        (keyboard("Go", data="x" * 65), "BUTTON_DATA_INVALID"),
        (keyboard("Go", data="ü" * 33), "BUTTON_DATA_INVALID"),
        (keyboard("Go", style="purple"), "can't parse inline keyboard button: invalid button style specified"),
        (keyboard(" "), "inline keyboard button text must be non-empty"),
        (keyboard(*"123456789"), "reply markup is too long"),
        ({"inline_keyboard": keyboard("1")["inline_keyboard"] * 101}, "reply markup is too long"),
        (
            {"inline_keyboard": [[{"text": "Go"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"text": "Go", "callback_data": ""}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        ({"inline_keyboard": ["Go"]}, 'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
        (
            {"inline_keyboard": [[{"text": "Go", "url": "javascript:alert(1)"}]]},
            "inline keyboard button URL 'javascript:alert(1)' is invalid: Wrong HTTP URL",
        ),
    ],
)
@pytest.mark.malformed
async def test_keyboards(bot: RawBot, markup: dict[str, Any], said: str) -> None:
    for method, given in (("sendMessage", {"text": "x"}), ("editMessageReplyMarkup", {"message_id": 1})):
        refused = await bot.refused(method, chat_id=HERE, reply_markup=markup, **given)
        assert refused == f"400 Bad Request: {said}"


async def test_the_largest_keyboard_fits(bot: RawBot) -> None:
    rows = [[{"text": "1", "callback_data": "ü" * 32} for _ in range(8)]] * 12
    sent = await bot("sendMessage", chat_id=HERE, text="x", reply_markup={"inline_keyboard": rows})
    assert sent["reply_markup"]["inline_keyboard"] == rows


@pytest.mark.malformed
async def test_half_a_surrogate_pair_is_no_text_anywhere(bot: RawBot) -> None:
    for body in (r'{"chat_id": 5, "text": "a\ud800"}', r'{"chat_id": 5, "text": "a", "reply_markup": "[\ud800]"}'):
        answer = await bot.http.post(
            f"/bot{TOKEN}/sendMessage", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 400


async def test_what_a_person_says_gets_through_whatever_it_is(telegram: LocalTelegram, bot: RawBot) -> None:
    odd = ["\u202eright to left", "a\0b", "\ud800", "<b>&amp;</b>", "🙂" * 4096, "/" * 50]
    for text in odd:
        await telegram.say(HERE, text)
    assert [update["message"]["text"] for update in await bot("getUpdates")][1:] == odd


async def test_edits(telegram: LocalTelegram, bot: RawBot, note: bytes) -> None:
    sent = await bot("sendMessage", chat_id=HERE, text="one", reply_markup=keyboard("Go"))
    voice = (await bot.send_voice(HERE, note, caption="sound"))["result"]
    number = {"chat_id": HERE, "message_id": sent["message_id"]}
    same = await bot.refused("editMessageText", **number, text=" one ", reply_markup=keyboard("Go"))
    assert same.startswith("400 Bad Request: message is not modified: specified new message content and reply markup")
    assert (await bot.refused("editMessageReplyMarkup", **number, reply_markup=keyboard("Go"))) == same
    refused = await bot.refused("editMessageText", chat_id=HERE, message_id=99, text="x")
    assert refused == "400 Bad Request: message to edit not found"
    refused = await bot.refused("editMessageText", chat_id=HERE, message_id=1, text="x")
    assert refused == "400 Bad Request: message can't be edited"
    refused = await bot.refused("editMessageText", chat_id=HERE, message_id=voice["message_id"], text="x")
    assert refused == "400 Bad Request: there is no text in the message to edit"
    refused = await bot.refused("editMessageCaption", **number, caption="x")
    assert refused == "400 Bad Request: there is no caption in the message to edit"
    edited = await bot("editMessageText", **number, text="two")
    assert "reply_markup" not in edited  # a keyboard that is not named is gone
    assert edited["edit_date"] >= edited["date"]
    captioned = await bot("editMessageCaption", chat_id=HERE, message_id=voice["message_id"], caption="other")
    assert (captioned["caption"], captioned["voice"]) == ("other", voice["voice"])
    assert telegram.messages(HERE)[-2].buttons == ()


async def test_an_edit_of_the_message_of_another_chat_finds_nothing(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(6, "hello")
    sent = await bot("sendMessage", chat_id=6, text="yours")
    refused = await bot.refused("editMessageText", chat_id=HERE, message_id=sent["message_id"], text="mine")
    assert refused == "400 Bad Request: message to edit not found"


@pytest.mark.malformed
async def test_deletions(telegram: LocalTelegram, bot: RawBot, hands: Hands) -> None:
    sent = [(await bot("sendMessage", chat_id=HERE, text=str(n)))["message_id"] for n in range(3)]
    assert await bot("deleteMessage", chat_id=HERE, message_id=sent[0])
    refused = await bot.refused("deleteMessage", chat_id=HERE, message_id=sent[0])
    assert refused == "400 Bad Request: message to delete not found"
    assert await bot("deleteMessages", chat_id=HERE, message_ids=[*sent, 1])  # those that are gone don't matter
    assert telegram.messages(HERE) == []
    refused = await bot.refused("deleteMessages", chat_id=HERE, message_ids=list(range(1, 102)))
    assert refused == "400 Bad Request: too many message identifiers specified"
    old = (await bot("sendMessage", chat_id=HERE, text="old"))["message_id"]
    hands.ahead = 48 * 3600
    refused = await bot.refused("deleteMessage", chat_id=HERE, message_id=old)
    assert refused == "400 Bad Request: message can't be deleted for everyone"
    assert await bot("editMessageText", chat_id=HERE, message_id=old, text="an edit has no limit")


@pytest.mark.malformed
async def test_taps_are_answered_once_and_soon(telegram: LocalTelegram, bot: RawBot, hands: Hands) -> None:
    too_old = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"
    first, second = await telegram.tap(HERE, 1, "x"), await telegram.tap(HERE, 1, "x")
    assert await bot("answerCallbackQuery", callback_query_id=first.query, text="y" * 200)
    assert await bot.refused("answerCallbackQuery", callback_query_id=first.query) == too_old
    refused = await bot.refused("answerCallbackQuery", callback_query_id=second.query, text="y" * 201)
    assert refused == "400 Bad Request: MESSAGE_TOO_LONG"
    hands.ahead = 16
    assert await bot.refused("answerCallbackQuery", callback_query_id=second.query) == too_old
    assert await bot.refused("answerCallbackQuery", callback_query_id="123") == too_old
    assert second.answer is None


async def test_who_forbids_voice_messages_gets_none(telegram: LocalTelegram, bot: RawBot, note: bytes) -> None:
    telegram.person(HERE, forbids_voice=True)
    answer = await bot.send_voice(HERE, note)
    assert answer["description"] == "Bad Request: VOICE_MESSAGES_FORBIDDEN"
    assert [message.kind for message in telegram.messages(HERE)] == ["text"]


@pytest.mark.malformed
async def test_voice_notes(bot: RawBot, note: bytes) -> None:
    sent = (await bot.send_voice(HERE, note, duration=74, caption="<b>c</b>", parse_mode="HTML"))["result"]
    assert sent["voice"]["duration"] == 74
    assert sent["caption_entities"] == [{"offset": 0, "length": 1, "type": "bold"}]
    again = await bot("sendVoice", chat_id=HERE, voice=sent["voice"]["file_id"])
    assert again["voice"] == {**sent["voice"], "duration": 1}  # not given: as long as it sounds
    refused = await bot.refused("sendVoice", chat_id=HERE)
    assert refused == "400 Bad Request: there is no voice in the request"
    refused = await bot.refused("sendVoice", chat_id=HERE, voice="V999-of-another-bot")
    assert refused == "400 Bad Request: wrong file identifier/HTTP URL specified"
    refused = await bot.refused("sendVoice", chat_id=HERE, voice=sent["voice"]["file_id"], caption="c" * 1025)
    assert refused == "400 Bad Request: message caption is too long"
    refused = await bot.refused("sendDocument", chat_id=HERE, document=sent["voice"]["file_id"])
    assert refused == "400 Bad Request: can't use file of type VoiceNote as Document"
    assert "OGG" in (await bot.send_voice(HERE, b"ID3 not a voice note"))["description"]
    assert (await bot.send_voice(HERE, b""))["description"] == "Bad Request: file must be non-empty"


async def test_a_file_can_be_had_at_the_path_it_is_told(bot: RawBot, note: bytes) -> None:
    voice = (await bot.send_voice(HERE, note))["result"]["voice"]
    found = await bot("getFile", file_id=voice["file_id"])
    assert (found["file_id"], found["file_size"]) == (voice["file_id"], len(note))
    assert (await bot.http.get(f"/file/bot{TOKEN}/{found['file_path']}")).content == note
    assert (await bot.http.get(f"/file/bot700:wrong/{found['file_path']}")).status_code == 401
    assert await bot.refused("getFile", file_id="nothing") == "400 Bad Request: invalid file_id"


async def test_a_file_may_be_attached_under_another_name(bot: RawBot, note: bytes) -> None:
    answer = await bot.http.post(
        f"/bot{TOKEN}/sendVoice", data={"chat_id": HERE, "voice": "attach://sound"}, files={"sound": ("a.ogg", note)}
    )
    assert answer.json()["result"]["voice"]["file_size"] == len(note)


async def test_pictures_music_and_documents(telegram: LocalTelegram, bot: RawBot, note: bytes) -> None:
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")

    async def send(method: str, kind: str, data: bytes, **given: Any) -> Any:
        url = f"/bot{TOKEN}/{method}"
        return (await bot.http.post(url, data={"chat_id": HERE, **given}, files={kind: ("a.bin", data)})).json()

    photo = (await send("sendPhoto", "photo", png, caption="Reach"))["result"]
    assert (photo["photo"][-1]["width"], photo["photo"][-1]["height"], photo["caption"]) == (640, 480, "Reach")
    assert (await send("sendPhoto", "photo", b"text"))["description"] == "Bad Request: IMAGE_PROCESS_FAILED"
    audio = (await send("sendAudio", "audio", note, title="The classic", performer="Easeback", duration=480))["result"]
    assert {"title": "The classic", "performer": "Easeback", "duration": 480}.items() <= audio["audio"].items()
    document = (await send("sendDocument", "document", b"<script>"))["result"]
    assert document["document"]["file_name"] == "a.bin"
    assert [message.kind for message in telegram.messages(HERE)][1:] == ["photo", "audio", "document"]


@pytest.mark.malformed
async def test_chat_actions_and_reactions(bot: RawBot) -> None:
    assert await bot("sendChatAction", chat_id=HERE, action="record_voice")
    refused = await bot.refused("sendChatAction", chat_id=HERE, action="sleeping")
    assert refused == "400 Bad Request: wrong parameter action in request"
    thumb = [{"type": "emoji", "emoji": "👍"}]
    assert await bot("setMessageReaction", chat_id=HERE, message_id=1, reaction=thumb)
    refused = await bot.refused("setMessageReaction", chat_id=HERE, message_id=99, reaction=thumb)
    assert refused == "400 Bad Request: message to react not found"


@pytest.mark.malformed
async def test_what_the_bot_says_of_itself_by_language_and_scope(bot: RawBot) -> None:
    english, german = ([{"command": "help", "description": text}] for text in ("What I can do", "Was ich kann"))
    assert await bot("setMyCommands", commands=english)
    assert await bot("setMyCommands", commands=german, language_code="de")
    assert await bot("getMyCommands") == english
    assert await bot("getMyCommands", language_code="de") == german
    assert await bot("getMyCommands", scope={"type": "all_private_chats"}) == []
    assert await bot("deleteMyCommands", language_code="de")
    assert await bot("getMyCommands", language_code="de") == []
    for kind, most in (("Name", 64), ("Description", 512), ("ShortDescription", 120)):
        name = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}[kind]
        assert await bot(f"setMy{kind}", **{name: "x" * most})
        assert await bot(f"getMy{kind}") == {name: "x" * most}
        assert (await bot.refused(f"setMy{kind}", **{name: "x" * (most + 1)})).startswith("400 Bad Request: ")


@pytest.mark.parametrize(
    ("commands", "said"),
    [
        ([{"command": "Help", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "/", "description": "x"}], "command must be non-empty"),
        ([{"command": "x" * 33, "description": "x"}], "command length must not exceed 32"),
        ([{"command": "x", "description": " "}], "command description must be non-empty"),
        ([{"command": "x", "description": "x" * 257}], "command description length must not exceed 256"),
        ([{"command": "x", "description": "x"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
        (["x"], "can't parse BotCommand: expected an Object"),
    ],
)
@pytest.mark.malformed
async def test_commands(bot: RawBot, commands: list[Any], said: str) -> None:
    assert await bot.refused("setMyCommands", commands=commands) == f"400 Bad Request: {said}"


async def test_a_group_that_was_left_is_out_of_reach(telegram: LocalTelegram, bot: RawBot) -> None:
    await telegram.say(HERE, "/start", chat_id=-100)
    assert await bot("leaveChat", chat_id=-100)
    refused = await bot.refused("sendMessage", chat_id=-100, text="x")
    assert refused == "403 Forbidden: bot is not a member of the supergroup chat"
