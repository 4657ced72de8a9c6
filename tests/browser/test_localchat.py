"""The local chat's page in a real browser, with a small bot of raw HTTP on the other side."""

# ruff: noqa: RUF001 - the page writes a speed with a sign of multiplication

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.server import page_address
from tests.localchat.raw import TOKEN, sound

ME = 1001


class Chat:
    """A served local chat, its page in a browser, and the bot's side of it."""

    def __init__(self, telegram: LocalTelegram, address: str, bot: httpx.AsyncClient, page: Page) -> None:
        self.telegram, self.address, self.bot, self.page = telegram, address, bot, page
        self.log = page.get_by_role("log")

    async def call(self, method: str, **given: Any) -> Any:
        """The bot calls."""
        answer = (await self.bot.post(f"/bot{TOKEN}/{method}", json=given)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def send(self, text: str, *rows: list[dict[str, str]], **given: Any) -> Any:
        """The bot writes to the person at the page."""
        keyboard = {"inline_keyboard": rows} if rows else None
        return await self.call("sendMessage", chat_id=ME, text=text, reply_markup=keyboard, **given)

    async def send_note(self, seconds: float, caption: str) -> int:
        """The bot sends a voice note, silently; its message id."""
        note = {"voice": ("note.ogg", sound(seconds), "audio/ogg")}
        given = {"chat_id": ME, "caption": caption, "disable_notification": "true"}
        answer = (await self.bot.post(f"/bot{TOKEN}/sendVoice", data=given, files=note)).json()
        return int(answer["result"]["message_id"])

    async def silent(self) -> bool:
        """No note sounds."""
        return bool(await self.page.locator("#voice").evaluate("audio => audio.paused"))

    def note(self, message_id: int) -> Any:
        """A voice note on the page."""
        return self.page.locator(f'[data-id="{message_id}"] .voice')


@asynccontextmanager
async def opened(browser: Browser, path: Path | str = ":memory:", **context: Any) -> AsyncIterator[Chat]:
    """A chat that has begun, in a browser of its own. Any error on the page fails the test."""
    telegram = LocalTelegram(path, token=TOKEN, clock=Clock())  # type: ignore[arg-type]
    address, stop = await serve(telegram)
    errors: list[str] = []
    tab = await browser.new_context(**{"viewport": {"width": 1000, "height": 800}, **context})
    try:
        page = await tab.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        await page.goto(page_address(telegram, address))
        async with httpx.AsyncClient(base_url=address) as bot:
            yield Chat(telegram, address, bot, page)
    finally:
        await tab.close()
        await stop()
        await telegram.close()
    assert errors == []


@pytest.fixture
async def chat(browser: Browser) -> AsyncIterator[Chat]:
    async with opened(browser) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        yield chat


async def test_an_empty_chat_says_what_the_bot_is_and_has_one_button(browser: Browser) -> None:
    async with opened(browser, locale="en-GB") as chat:
        await chat.call("setMyDescription", description="Calm sessions for a sore back.")
        await expect(chat.page.get_by_text("Calm sessions for a sore back.")).to_be_visible()
        await expect(chat.page.get_by_role("textbox", name="Message")).to_be_hidden()
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.page.get_by_role("textbox", name="Message")).to_be_visible()
        await expect(chat.page.get_by_text("Calm sessions")).to_be_hidden()
        assert chat.telegram.messages(ME)[0].text == "/start"
        assert chat.telegram.person(ME)["language_code"] == "en"


async def test_the_key_leaves_the_address_and_the_page_can_be_loaded_again(chat: Chat) -> None:
    assert chat.page.url == f"{chat.address}/"
    await chat.page.reload()
    await expect(chat.log.get_by_text("/start")).to_be_visible()


async def test_who_writes_sees_it_and_enter_sends_while_shift_and_enter_breaks_the_line(chat: Chat) -> None:
    composer = chat.page.get_by_role("textbox", name="Message")
    await composer.fill("first line")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("second line")
    await composer.press("Enter")
    await expect(chat.log.get_by_text("second line")).to_be_visible()
    assert chat.telegram.messages(ME)[-1].text == "first line\nsecond line"
    await expect(composer).to_have_value("")


async def test_a_button_waits_for_its_answer_which_appears_for_a_moment(chat: Chat) -> None:
    await chat.send("Ready?", [{"text": "Begin", "callback_data": "begin:1", "style": "success"}])
    button = chat.log.get_by_role("button", name="Begin")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    query = (await chat.call("getUpdates", timeout=2))[-1]["callback_query"]
    assert query["data"] == "begin:1"
    await chat.call("answerCallbackQuery", callback_query_id=query["id"], text="Here we go")
    await expect(chat.page.get_by_role("status").filter(has_text="Here we go")).to_be_visible()
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_stays_until_it_was_read(chat: Chat) -> None:
    await chat.send("Sure?", [{"text": "Forget me", "callback_data": "forget", "style": "danger"}])
    await chat.log.get_by_role("button", name="Forget me").click()
    query = (await chat.call("getUpdates", timeout=2))[-1]["callback_query"]
    await chat.call("answerCallbackQuery", callback_query_id=query["id"], text="All gone.", show_alert=True)
    dialog = chat.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("All gone.")
    await dialog.get_by_role("button", name="OK").click()
    await expect(dialog).to_be_hidden()


async def test_edits_and_deletions_are_seen_at_once(chat: Chat) -> None:
    sent = await chat.send("one", [{"text": "Go", "callback_data": "go"}])
    await expect(chat.log.get_by_role("button", name="Go")).to_be_visible()
    await chat.call("editMessageText", chat_id=ME, message_id=sent["message_id"], text="two")
    await expect(chat.log.get_by_text("two", exact=True)).to_be_visible()
    await expect(chat.log.get_by_text("one", exact=True)).to_have_count(0)
    await expect(chat.log.get_by_role("button", name="Go")).to_have_count(0)
    await chat.call("deleteMessage", chat_id=ME, message_id=sent["message_id"])
    await expect(chat.log.get_by_text("two", exact=True)).to_have_count(0)


async def test_a_folded_quote_is_a_real_disclosure(chat: Chat) -> None:
    signs = "<blockquote expandable>one\ntwo\nthree\nfour\nfive</blockquote>"
    await chat.send(f"Signs\n{signs}", parse_mode="HTML")
    quote = chat.log.locator("blockquote")
    shut = (await quote.bounding_box() or {})["height"]
    button = quote.get_by_role("button", name="Show all")
    await expect(button).to_have_attribute("aria-expanded", "false")
    await button.press("Enter")
    await expect(quote.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    assert (await quote.bounding_box() or {})["height"] > shut
    await chat.send("<blockquote expandable>short</blockquote>", parse_mode="HTML")
    await expect(chat.log.locator("blockquote").last.get_by_role("button")).to_be_hidden()


async def test_formats_links_and_commands_are_what_they_say(chat: Chat) -> None:
    await chat.send(
        '<b>bold <i>both</i></b> <code>x</code> <a href="https://a.org/">a link</a> 🙂 /pause', parse_mode="HTML"
    )
    await expect(chat.log.locator("strong em, em strong")).to_have_text("both")
    await expect(chat.log.locator("code")).to_have_text("x")
    await expect(chat.log.get_by_role("link", name="a link")).to_have_attribute("rel", "noopener noreferrer")
    await chat.send('<a href="tg://resolve?domain=x">into the app</a>', parse_mode="HTML")
    await expect(chat.log.get_by_text("into the app")).to_be_visible()
    assert await chat.log.get_by_role("link", name="into the app").count() == 0
    await chat.log.get_by_role("button", name="/pause").click()
    await expect(chat.log.locator(".out").last).to_contain_text("/pause")


async def test_markup_in_names_texts_and_buttons_is_only_text(browser: Browser) -> None:
    evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    async with opened(browser) as chat:
        await chat.call("setMyName", name="<b>Ease</b>")
        await chat.call("setMyDescription", description=evil)
        await chat.call("setMyCommands", commands=[{"command": "go", "description": evil}])
        await expect(chat.page.locator("#description")).to_have_text(evil)
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send(evil, [{"text": evil, "callback_data": "x"}])
        await expect(chat.log.locator(".text").last).to_have_text(evil)
        await expect(chat.log.get_by_role("button", name=evil)).to_be_visible()
        await chat.page.get_by_role("button", name="Commands").click()
        await expect(chat.page.get_by_role("option", name=f"/go {evil}")).to_be_visible()
        await expect(chat.page).to_have_title("<b>Ease</b>")
        assert await chat.page.locator("main img, main script").count() == 0


async def test_a_sounding_message_is_heard_and_a_silent_one_is_not(chat: Chat) -> None:
    await chat.send("quietly", disable_notification=True)
    await expect(chat.log.get_by_text("quietly")).to_be_visible()
    body = chat.page.locator("body")
    await expect(body).not_to_have_attribute("data-blips", "1")
    await chat.send("hello")
    await expect(body).to_have_attribute("data-blips", "1")


async def test_the_person_sees_that_something_is_being_prepared(chat: Chat) -> None:
    await chat.call("sendChatAction", chat_id=ME, action="typing")
    await expect(chat.page.get_by_text("is typing…")).to_be_visible()
    await chat.send("done")
    await expect(chat.page.get_by_text("is typing…")).to_be_hidden()


# ── voice notes ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_notes_go_on_by_themselves_if_the_next_is_there_in_time(chat: Chat) -> None:
    first = await chat.send_note(0.7, "first")
    await chat.note(first).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(first)).to_have_attribute("data-state", "playing")
    await chat.send("a text between does not matter")
    second = await chat.send_note(0.7, "second")
    await expect(chat.note(second)).to_have_attribute("data-state", "playing")
    third = await chat.send_note(0.7, "third")
    await expect(chat.note(third)).to_have_attribute("data-state", "playing")
    await expect(chat.note(first)).to_have_attribute("data-state", "idle")
    await expect(chat.note(third)).to_have_attribute("data-state", "idle")
    late = await chat.send_note(0.7, "too late")
    await expect(chat.note(late).get_by_role("button", name="Play voice message, 0:00")).to_be_visible()
    await asyncio.sleep(0.3)
    assert await chat.note(late).get_attribute("data-state") == "idle"
    assert await chat.silent()


async def test_a_note_that_is_deleted_while_it_plays_falls_silent_and_nothing_follows(chat: Chat) -> None:
    playing, following = await chat.send_note(0.8, "playing"), await chat.send_note(0.8, "following")
    await chat.note(playing).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(playing)).to_have_attribute("data-state", "playing")
    await chat.call("deleteMessages", chat_id=ME, message_ids=[playing])
    await expect(chat.note(playing)).to_have_count(0)
    assert await chat.silent()
    await asyncio.sleep(1.0)
    assert await chat.silent()
    assert await chat.note(following).get_attribute("data-state") == "idle"


async def test_a_note_keeps_playing_while_its_caption_and_buttons_change(chat: Chat) -> None:
    note = await chat.send_note(3.0, "before")
    await chat.note(note).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(note)).to_have_attribute("data-state", "playing")
    keyboard = {"inline_keyboard": [[{"text": "Done", "callback_data": "done"}]]}
    await chat.call("editMessageCaption", chat_id=ME, message_id=note, caption="after", reply_markup=keyboard)
    await expect(chat.log.get_by_text("after")).to_be_visible()
    await expect(chat.log.get_by_role("button", name="Done")).to_be_visible()
    await expect(chat.note(note).get_by_role("button", name="Pause")).to_be_focused()
    assert not await chat.silent()


async def test_a_note_pauses_seeks_and_plays_faster(chat: Chat) -> None:
    number = await chat.send_note(20.0, "long")
    note = chat.note(number)
    await note.get_by_role("button", name="Play voice message").click()
    await expect(note.locator(".passed")).to_have_text(re.compile(r"0:00 / 0:20"))
    await note.get_by_role("button", name="Pause").click()
    await expect(note).to_have_attribute("data-state", "paused")
    await note.get_by_role("slider", name="Position").fill("500")
    await expect(note.locator(".passed")).to_have_text("0:10 / 0:20")
    rate = note.get_by_role("button", name="Playing speed")
    await rate.click()
    await expect(rate).to_have_text("1.5×")
    await note.get_by_role("button", name="Play voice message").click()
    await expect(note.locator(".passed")).to_have_text("0:12 / 0:20")


async def test_above_four_times_a_note_follows_the_clock_without_sound(chat: Chat) -> None:
    number = await chat.send_note(30.0, "half a minute")
    await chat.page.get_by_role("radio", name="×60").check(force=True)
    await expect(chat.page.get_by_role("radio", name="×60")).to_be_checked()
    assert chat.telegram.clock.speed == 60
    await chat.note(number).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(number)).to_have_attribute("data-state", "playing")
    await expect(chat.note(number)).to_have_attribute("data-state", "idle", timeout=1_500)
    await chat.page.get_by_role("radio", name="×4").check(force=True)
    await chat.note(number).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(number).locator(".passed")).to_have_text(re.compile(r"0:0[4-7] / 0:30"), timeout=2_500)


# ── time, history, connection ─────────────────────────────────────────────────────────────────────────────────────────
async def test_the_clock_of_the_chat_is_shown_and_goes_as_fast_as_it_is_told(chat: Chat) -> None:
    shown = chat.page.locator("#clock")
    before = await shown.text_content()
    await chat.page.get_by_role("radio", name="×60").check(force=True)
    await expect(shown).not_to_have_text(before or "", timeout=2_500)
    await chat.send("later")
    virtual = chat.telegram.messages(ME)[-1].body["date"]
    assert abs(virtual - chat.telegram.clock.now().timestamp()) < 60


async def test_history_comes_back_after_a_restart_and_neither_sounds_nor_toasts(
    browser: Browser, tmp_path: Path
) -> None:
    async with opened(browser, tmp_path / "chat.db") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send("Welcome", [{"text": "Begin", "callback_data": "b"}])
        await expect(chat.log.get_by_text("Welcome")).to_be_visible()
    async with opened(browser, tmp_path / "chat.db") as chat:
        await expect(chat.log.get_by_text("Welcome")).to_be_visible()
        await expect(chat.log.get_by_role("button", name="Begin")).to_be_visible()
        await expect(chat.page.get_by_role("textbox", name="Message")).to_be_visible()
        await chat.page.mouse.click(500, 400)
        assert await chat.page.locator("body").get_attribute("data-blips") is None


async def test_what_was_missed_neither_toasts_nor_sounds_when_it_comes_later(chat: Chat) -> None:
    missed = chat.telegram.show(ME, {"from": chat.telegram.me_as_user, "date": 0, "text": "missed"}, {})
    events = [
        {"kind": "toast", "data": {"query": "1", "text": "stale", "alert": False}, "replay": True},
        {"kind": "action", "data": "typing", "replay": True},
        {"kind": "message", "data": {"message": missed, "shown": {}}, "replay": True},
    ]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "retry: 60000\n\n"
    await chat.page.route("**/chat/events?*", lambda route: route.fulfill(content_type="text/event-stream", body=body))
    await chat.page.reload()
    await chat.page.mouse.click(500, 400)
    await expect(chat.log.get_by_text("missed")).to_be_visible()
    await expect(chat.page.locator("#toast")).to_have_text("")
    await expect(chat.page.get_by_text("is typing…")).to_be_hidden()
    assert await chat.page.locator("body").get_attribute("data-blips") is None


async def test_an_open_page_finds_its_way_back_to_a_restarted_server(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    telegram = LocalTelegram(path, token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    page = await browser.new_page()
    await page.goto(page_address(telegram, address))
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_role("log").get_by_text("/start")).to_be_visible()
    await stop()
    await telegram.close()
    await expect(page.get_by_text("reconnecting…")).to_be_visible()
    telegram = LocalTelegram(path, token=TOKEN, clock=Clock())
    await telegram.say(ME, "said meanwhile")
    address, stop = await serve(telegram, port=int(address.rpartition(":")[2]))
    await expect(page.get_by_role("log").get_by_text("said meanwhile")).to_be_visible()
    await expect(page.get_by_role("log").get_by_text("/start")).to_have_count(1)
    await page.close()
    await stop()
    await telegram.close()


async def test_who_reads_above_is_not_pulled_down_but_told(chat: Chat) -> None:
    for number in range(30):
        await chat.send(f"line {number}", disable_notification=True)
    await expect(chat.log.get_by_text("line 29")).to_be_in_viewport()
    await chat.log.evaluate("log => log.scrollTo(0, 0)")
    await expect(chat.log.get_by_text("line 29")).not_to_be_in_viewport()
    await chat.send("news", disable_notification=True)
    down = chat.page.get_by_role("button", name="Go to the newest message, 1 new")
    await expect(down).to_be_visible()
    await expect(chat.log.get_by_text("news")).not_to_be_in_viewport()
    await down.click()
    await expect(chat.log.get_by_text("news")).to_be_in_viewport()
    await expect(down).to_be_hidden()


async def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    async with opened(browser, viewport={"width": 390, "height": 844}, has_touch=True) as chat:
        await chat.page.get_by_role("button", name="Start").tap()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send("word" * 40, [{"text": "A rather long button", "callback_data": str(n)} for n in range(3)])
        await chat.send_note(1.0, "a note")
        await expect(chat.log.get_by_text("a note")).to_be_visible()
        assert await chat.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert await chat.log.evaluate("log => log.scrollWidth <= log.clientWidth")
        await expect(chat.page.get_by_role("radio", name="×10")).to_be_hidden()
        await chat.page.get_by_role("button", name="Speed of time").tap()
        await chat.page.get_by_role("radio", name="×10").check(force=True)
        await expect(chat.page.get_by_role("button", name="Speed of time: ×10")).to_be_visible()


async def test_the_page_is_read_out_in_good_order(chat: Chat) -> None:
    await chat.send("Ready?", [{"text": "Begin", "callback_data": "b"}])
    await expect(chat.log).to_match_aria_snapshot("""
        - log "Messages":
          - paragraph: Today
          - article /You, .*/:
            - button "/start"
          - article /Easeback, .*/:
            - text: Ready?
            - button "Begin"
    """)


async def test_the_page_asks_no_other_server_for_anything(browser: Browser) -> None:
    asked: set[str] = set()
    async with opened(browser) as chat:
        chat.page.on("request", lambda request: asked.add(request.url))
        await chat.page.reload()
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send_note(0.5, "note")
        await expect(chat.log.get_by_text("note")).to_be_visible()
        assert {url.split("/chat/")[0].split("/page/")[0].split("/workshop/")[0].rstrip("/") for url in asked} == {
            chat.address
        }
        assert not any("key=" in url for url in asked)
        assert json.dumps(sorted(asked)).count("/page/") >= 8
