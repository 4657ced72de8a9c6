"""Pictures, loops and music on the wire; what the person's side knows of a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram, create_app
from bot.localchat.measures import Loop, loop_in, picture_size
from bot.localchat.updates import read_up_to
from tests.localchat.raw import TOKEN, RawBot, gif, mp4, picture

HERE = 5


@pytest.fixture(autouse=True)
async def begun(telegram: LocalTelegram) -> None:
    await telegram.say(HERE, "/start")


async def upload(bot: RawBot, method: str, files: dict[str, bytes], **given: Any) -> Any:
    """What the server answers to a call with files."""
    url = f"/bot{TOKEN}/{method}"
    sent = {name: (f"{name}.bin", data, "text/html") for name, data in files.items()}
    return (await bot.http.post(url, data={"chat_id": HERE, **given}, files=sent)).json()


def test_the_size_of_a_picture_is_read_from_its_head() -> None:
    jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + (300).to_bytes(2, "big") + (400).to_bytes(2, "big") + b"\x03"
    assert picture_size(picture(640, 480)) == (640, 480)
    assert picture_size(jpeg) == (400, 300)
    extended = b"RIFF\0\0\0\0WEBPVP8X" + bytes(8) + (799).to_bytes(3, "little") + (599).to_bytes(3, "little")
    assert picture_size(extended) == (800, 600)
    lossless = b"RIFF\0\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + (99 | 49 << 14).to_bytes(4, "little")
    assert picture_size(lossless) == (100, 50)
    lossy = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + (320).to_bytes(2, "little") + (240).to_bytes(2, "little")
    assert picture_size(lossy) == (320, 240)
    assert picture_size(b"RIFF") == picture_size(b"\xff\xd8\xff") == (0, 0)


def test_a_loop_is_measured() -> None:
    assert loop_in(gif(8, 6, frames=3)) == Loop("image/gif", 8, 6, 0.6, sounds=False)
    assert loop_in(gif(8, 6, frames=2, hundredths=0)) == Loop("image/gif", 8, 6, 0.2, sounds=False)
    assert loop_in(mp4(320, 240, 2.5)) == Loop("video/mp4", 320, 240, 2.5, sounds=False)
    assert loop_in(mp4(320, 240, 2.5, sounds=True)) == Loop("video/mp4", 320, 240, 2.5, sounds=True)


@pytest.mark.parametrize(
    "data", [b"", b"GIF", b"\0\0\0\x10ftypisom", b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x01moov", b"x" * 99]
)
def test_what_is_no_loop_is_none(data: bytes) -> None:
    assert loop_in(data) is None


@pytest.mark.parametrize("whole", [gif(8, 6), mp4(320, 240, 2.5), picture(8, 6)])
def test_a_file_that_breaks_off_anywhere_is_measured_or_not_but_breaks_nothing(whole: bytes) -> None:
    for end in range(len(whole)):
        loop_in(whole[:end])
        picture_size(whole[:end])


async def test_a_loop_is_a_document_as_well(telegram: LocalTelegram, bot: RawBot) -> None:
    files = {"animation": gif(8, 6, frames=5), "thumbnail": picture(4, 3)}
    sent = (await upload(bot, "sendAnimation", files, caption="Like this", has_spoiler="true"))["result"]
    loop = sent["animation"]
    assert {"width": 8, "height": 6, "duration": 1, "mime_type": "image/gif"}.items() <= loop.items()
    assert (loop["thumbnail"]["width"], loop["thumbnail"]["height"]) == (4, 3)
    assert sent["document"]["file_id"] == loop["file_id"]
    assert (sent["caption"], sent["has_media_spoiler"]) == ("Like this", True)
    assert telegram.messages(HERE)[-1].kind == "animation"
    again = await bot("sendAnimation", chat_id=HERE, animation=loop["file_id"], width=80, height=60, duration=3)
    assert {"width": 80, "height": 60, "duration": 3}.items() <= again["animation"].items()
    path = (await bot("getFile", file_id=loop["file_id"]))["file_path"]
    assert (await bot.http.get(f"/file/bot{TOKEN}/{path}")).content == files["animation"]


@pytest.mark.malformed
async def test_what_is_no_loop_is_refused(bot: RawBot, note: bytes) -> None:
    said = "Bad Request: the local chat takes loops as GIF or MP4 without sound only"
    for data in (picture(8, 6), note, mp4(320, 240, 1.0, sounds=True)):
        assert (await upload(bot, "sendAnimation", {"animation": data}))["description"] == said
    refused = await bot.refused("sendAnimation", chat_id=HERE)
    assert refused == "400 Bad Request: there is no animation in the request"
    assert await bot.refused("sendAnimation", chat_id=HERE, animation="nothing") == (
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    )
    photo = (await upload(bot, "sendPhoto", {"photo": picture(8, 6)}))["result"]["photo"][-1]["file_id"]
    assert await bot.refused("sendAnimation", chat_id=HERE, animation=photo) == (
        "400 Bad Request: can't use file of type Photo as Animation"
    )


async def test_the_cover_of_a_piece_of_music_has_a_size(bot: RawBot, note: bytes) -> None:
    sent = await upload(bot, "sendAudio", {"audio": note, "thumbnail": picture(90, 80)}, title="In one go")
    assert (sent["result"]["audio"]["thumbnail"]["width"], sent["result"]["audio"]["thumbnail"]["height"]) == (90, 80)


async def test_a_moment_has_a_time_and_a_format(bot: RawBot) -> None:
    def moment(**given: Any) -> list[dict[str, Any]]:
        return [{"type": "date_time", "offset": 0, "length": 4, **given}]

    sent = await bot("sendMessage", chat_id=HERE, text="then", entities=moment(unix_time=1, date_time_format="wDt"))
    assert sent["entities"] == moment(unix_time=1, date_time_format="wDt")
    for wrong in ({}, {"unix_time": 0}, {"unix_time": 1, "date_time_format": "rw"}):
        refused = await bot.refused("sendMessage", chat_id=HERE, text="then", entities=moment(**wrong))
        assert refused == "400 Bad Request: can't parse MessageEntity: Invalid date-time format specified"


async def test_a_message_is_read_when_the_bot_has_confirmed_its_update(telegram: LocalTelegram, bot: RawBot) -> None:
    second = await telegram.say(HERE, "second")
    first, last = await bot("getUpdates")
    assert read_up_to(telegram, HERE) == 0
    await bot("getUpdates", offset=first["update_id"] + 1)
    assert read_up_to(telegram, HERE) == 1
    await bot("getUpdates", offset=last["update_id"] + 1)
    assert read_up_to(telegram, HERE) == second.id
    told = [(event.chat, event.data) for event in telegram.news.events if event.kind == "read"]
    assert told == [(HERE, 1), (HERE, second.id)]


async def test_an_update_that_nobody_fetched_in_time_was_not_read(telegram: LocalTelegram, bot: RawBot) -> None:
    telegram.real = lambda: 1e12
    assert await bot("getUpdates", offset=400_000_009) == []
    assert read_up_to(telegram, HERE) == 0


async def test_what_was_read_and_how_it_was_liked_outlives_the_process(tmp_path: Path) -> None:
    thumb = [{"type": "emoji", "emoji": "👍"}]
    for again in (False, True):
        telegram = LocalTelegram(tmp_path / "chat.db", token=TOKEN, clock=Clock())
        transport = httpx.ASGITransport(app=create_app(telegram))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            bot = RawBot(http)
            if not again:
                said = await telegram.say(HERE, "hello")
                await bot("getUpdates", offset=(await bot("getUpdates"))[0]["update_id"] + 1)
                await bot("setMessageReaction", chat_id=HERE, message_id=said.id, reaction=thumb)
        assert read_up_to(telegram, HERE) == 1
        ((_, shown),) = telegram.archive.messages(HERE)
        assert shown["reaction"] == ["👍"]
        await telegram.close()


async def test_what_was_sent_in_a_chat_goes_with_it(tmp_path: Path) -> None:
    """An export and a chart tell about a person: whoever deletes the chat takes them along, out of the file itself."""
    file = tmp_path / "localchat.db"
    telegram = LocalTelegram(file, token=TOKEN, clock=Clock())
    secret, shared, chart = b"PK everything about Anna", b"PK for Anna and Bert", picture(64, 48)
    transport = httpx.ASGITransport(app=create_app(telegram))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        bot = RawBot(http)
        for person in (HERE, 6):
            await telegram.say(person, "/export")
        alone = (await upload(bot, "sendDocument", {"document": secret}))["result"]["document"]["file_id"]
        both = (await upload(bot, "sendDocument", {"document": shared}))["result"]["document"]["file_id"]
        await bot("sendDocument", chat_id=6, document=both)
        await upload(bot, "sendPhoto", {"photo": chart})
        loop = (await upload(bot, "sendAnimation", {"animation": gif(8, 6)}))["result"]["animation"]["file_id"]
        path = (await bot("getFile", file_id=alone))["file_path"]
        assert secret in on_disk(file)

        await telegram.erase(HERE)
        for gone in (secret, chart):
            assert gone not in on_disk(file)
        assert await bot.refused("getFile", file_id=alone) == "400 Bad Request: invalid file_id"
        assert (await http.get(f"/file/bot{TOKEN}/{path}")).status_code == 404
        for kept in (both, loop):
            assert await bot("getFile", file_id=kept), "another has it, or it is sent again by its id"

        await telegram.erase(6)
        assert shared not in on_disk(file)
    await telegram.close()


def on_disk(file: Path) -> bytes:
    """All that the local chat has in its files."""
    return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
