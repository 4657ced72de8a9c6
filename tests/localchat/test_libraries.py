"""Independent voices on the wire: aiogram reads every answer, PTB runs against the app in the test's own process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError, TelegramForbiddenError, TelegramRetryAfter
from aiogram.filters import Command, CommandStart
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReactionTypeEmoji,
    ReplyParameters,
    Update,
)
from telegram import Bot, InputFile
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError
from telegram.ext import Application, CallbackQueryHandler, CommandHandler
from telegram.request import HTTPXRequest

from bot.localchat import Clock, LocalTelegram, create_app, flood, lost, serve
from tests.localchat.raw import TOKEN

BUTTON = InlineKeyboardButton(text="Go", callback_data="go", style="success")
KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[BUTTON]])


@pytest.fixture
async def served() -> AsyncIterator[tuple[LocalTelegram, str]]:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    yield telegram, address
    await stop()
    await telegram.close()


@pytest.fixture
async def aiogram(served: tuple[LocalTelegram, str]) -> AsyncIterator[AiogramBot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(served[1]))
    bot = AiogramBot(TOKEN, session=session)
    yield bot
    await session.close()


async def test_aiogram_reads_every_answer(served: tuple[LocalTelegram, str], aiogram: AiogramBot, note: bytes) -> None:
    telegram, _ = served
    await telegram.say(5, "/start")
    bot = aiogram
    assert (await bot.me()).id == 700
    html = "<b>one</b> <blockquote expandable>two</blockquote> <tg-time unix='1700000000' format='t'>soon</tg-time>"
    sent = await bot.send_message(5, html, parse_mode="HTML", reply_markup=KEYBOARD)
    assert sent.reply_markup is not None
    assert sent.reply_markup.model_dump() == KEYBOARD.model_dump()
    assert [entity.type for entity in sent.entities or ()] == ["bold", "expandable_blockquote", "date_time"]
    replied = await bot.send_message(5, "yes", reply_parameters=ReplyParameters(message_id=sent.message_id))
    assert replied.reply_to_message is not None
    voice = await bot.send_voice(5, BufferedInputFile(note, "a.ogg"), caption="c", duration=9, protect_content=True)
    assert (voice.voice and voice.voice.duration, voice.has_protected_content) == (9, True)
    again = await bot.send_voice(5, voice.voice.file_id if voice.voice else "", disable_notification=True)
    assert await bot.send_audio(5, BufferedInputFile(note, "a.ogg"), title="t", performer="p")
    assert await bot.send_document(5, BufferedInputFile(b"x", "x.txt"))
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (2).to_bytes(4, "big") * 2
    assert await bot.send_photo(5, BufferedInputFile(png, "x.png"))
    edited = await bot.edit_message_text("two", chat_id=5, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.reply_markup is None
    await bot.edit_message_reply_markup(chat_id=5, message_id=sent.message_id, reply_markup=KEYBOARD)
    await bot.edit_message_caption(chat_id=5, message_id=voice.message_id, caption="d")
    assert await bot.set_message_reaction(5, 1, [ReactionTypeEmoji(emoji="👍")])
    assert await bot.send_chat_action(5, "typing")
    assert await bot.delete_messages(5, [again.message_id, replied.message_id])
    assert await bot.delete_message(5, 1)
    assert voice.voice is not None
    file = await bot.get_file(voice.voice.file_id)
    downloaded = await bot.download_file(file.file_path or "")
    assert downloaded is not None
    assert downloaded.read() == note
    assert await bot.set_my_commands([BotCommand(command="help", description="Help")])
    assert [command.command for command in await bot.get_my_commands()] == ["help"]
    assert await bot.delete_my_commands()
    assert await bot.set_my_description("d")
    assert (await bot.get_my_description()).description == "d"
    assert await bot.set_my_short_description("s")
    assert (await bot.get_my_short_description()).short_description == "s"
    assert (await bot.get_my_name()).name == "Easeback"
    assert await bot.set_chat_menu_button(chat_id=5)
    assert (await bot.get_webhook_info()).url == ""
    assert await bot.delete_webhook()
    assert telegram.unknown == set()


async def test_aiogram_reads_every_update(served: tuple[LocalTelegram, str], aiogram: AiogramBot) -> None:
    telegram, _ = served
    await telegram.say(5, "/start https://a.org")
    await telegram.say(5, "/start", chat_id=-100)
    sent = await aiogram.send_message(5, "x", reply_markup=KEYBOARD)
    await telegram.tap(5, sent.message_id, "go")
    await telegram.tap(5, 999, "go")
    await telegram.block(5)
    await telegram.unblock(5)
    updates = await aiogram.get_updates()
    assert [update.event_type for update in updates] == [
        *["message"] * 2,
        *["callback_query"] * 2,
        *["my_chat_member"] * 2,
    ]
    assert all(isinstance(update, Update) and not update.model_extra for update in updates)


async def test_aiogram_knows_every_refusal(served: tuple[LocalTelegram, str], aiogram: AiogramBot) -> None:
    telegram, _ = served
    with pytest.raises(TelegramBadRequest, match="chat not found"):
        await aiogram.send_message(5, "x")
    await telegram.say(5, "/start")
    await telegram.block(5)
    with pytest.raises(TelegramForbiddenError):
        await aiogram.send_message(5, "x")

    async def flooded(method: str, parameters: Any) -> Any:
        return flood(7) if method == "sendMessage" else None

    telegram.fault = flooded
    with pytest.raises(TelegramRetryAfter) as refused:
        await aiogram.send_message(5, "x")
    assert refused.value.retry_after == 7
    older = asyncio.create_task(aiogram.get_updates(offset=2_000_000, timeout=20))
    await asyncio.sleep(0.1)
    await aiogram.delete_webhook(drop_pending_updates=True)
    older.cancel()
    older = asyncio.create_task(aiogram.get_updates(timeout=20))
    await asyncio.sleep(0.1)
    newer = asyncio.create_task(aiogram.get_updates(timeout=20))
    with pytest.raises(TelegramConflictError):
        await older
    await telegram.say(5, "x")
    assert await newer


async def test_a_small_aiogram_bot_runs_against_it(
    served: tuple[LocalTelegram, str], aiogram: AiogramBot, note: bytes
) -> None:
    telegram, _ = served
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart())
    async def start(message: Message) -> None:
        await message.answer_voice(BufferedInputFile(note, "a.ogg"), caption="Listen", reply_markup=KEYBOARD)

    @dispatcher.message(Command("clear"))
    async def clear(message: Message) -> None:
        await aiogram.delete_messages(5, list(range(1, message.message_id + 1)))

    @dispatcher.message()
    async def say(message: Message) -> None:
        answer = await message.answer("Wait", reply_markup=KEYBOARD)
        await answer.edit_text(f"<i>{message.text}</i>", parse_mode="HTML")

    @dispatcher.callback_query(F.data == "go")
    async def tapped(query: CallbackQuery) -> None:
        assert isinstance(query.message, Message)
        await query.message.edit_caption(caption="Heard")
        await query.answer("Well done")

    polling = asyncio.create_task(
        dispatcher.start_polling(aiogram, handle_signals=False, close_bot_session=False, polling_timeout=5)
    )

    def last(text: str, kind: str = "text") -> Callable[[], bool]:
        return lambda: (telegram.messages(5)[-1].text, telegram.messages(5)[-1].kind) == (text, kind)

    await telegram.say(5, "/start")
    await telegram.until(last("Listen", "voice"))
    voice = telegram.messages(5)[-1]
    tap = await telegram.tap(5, voice.id, voice.button("Go").data)
    assert (await tap.answered()).text == "Well done"
    assert last("Heard", "voice")()
    assert telegram.messages(5)[-1].buttons == ()
    await telegram.say(5, "hello")
    await telegram.until(last("hello"))
    await telegram.until(lambda: "entities" in telegram.messages(5)[-1].body)
    await telegram.say(5, "/clear")
    await telegram.until(lambda: telegram.messages(5) == [])
    telegram.hang_up()
    await dispatcher.stop_polling()
    await polling
    assert telegram.unknown == set()


def in_process(telegram: LocalTelegram) -> HTTPXRequest:
    """PTB's client on the app itself: no socket."""
    app = create_app(telegram, allowed_hosts=["telegram.local"])
    return HTTPXRequest(httpx_kwargs={"transport": httpx.ASGITransport(app=app)})


def ptb(telegram: LocalTelegram, token: str = TOKEN) -> Bot:
    address = "http://telegram.local"
    return Bot(token, f"{address}/bot", f"{address}/file/bot", in_process(telegram), in_process(telegram))


async def test_a_whole_ptb_application_runs_in_the_same_process(telegram: LocalTelegram, note: bytes) -> None:
    application = Application.builder().bot(ptb(telegram)).build()

    async def start(update: Any, context: Any) -> None:
        await update.message.reply_voice(InputFile(note, "a.ogg"), caption="Listen", reply_markup=KEYBOARD.model_dump())

    async def tapped(update: Any, context: Any) -> None:
        await update.callback_query.answer("Yes")
        await update.callback_query.edit_message_caption("Done")

    application.add_handler(CommandHandler("start", start))
    application.add_handler(CallbackQueryHandler(tapped))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(timeout=5)
        await telegram.say(5, "/start")
        await telegram.until(lambda: len(telegram.messages(5)) == 2)
        shown = telegram.messages(5)[-1]
        assert (shown.kind, shown.text) == ("voice", "Listen")
        tap = await telegram.tap(5, shown.id, shown.button("Go").data)
        assert (await tap.answered()).text == "Yes"
        await telegram.until(lambda: telegram.messages(5)[-1].text == "Done")
        telegram.hang_up()
        await application.updater.stop()
        await application.stop()
    assert telegram.unknown == set()


async def test_ptb_knows_every_refusal(telegram: LocalTelegram) -> None:
    async with ptb(telegram) as bot:
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(5, "x")
        await telegram.say(5, "/start")
        await telegram.block(5)
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            await bot.send_message(5, "x")
        await telegram.unblock(5)
        for fault in (flood(), lost()):

            async def failing(method: str, parameters: Any, fault: Any = fault) -> Any:
                return fault

            telegram.fault = failing
            with pytest.raises(NetworkError):
                await bot.send_message(5, "x")
        telegram.fault = None
        await bot.get_updates(offset=-1)
        last = (await bot.get_updates())[-1].update_id
        older = asyncio.create_task(bot.get_updates(offset=last + 1, timeout=20))
        await asyncio.sleep(0.05)
        newer = asyncio.create_task(bot.get_updates(offset=last + 1, timeout=20))
        with pytest.raises(Conflict):
            await older
        telegram.hang_up()
        await newer
    with pytest.raises(InvalidToken):
        await ptb(telegram, "700:wrong").get_me()
