"""What messages look like and do on the page: ticks, days, what is new, pictures, loops, music, texts."""

# ruff: noqa: RUF001 - the page writes a speed with a sign of multiplication

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.server import page_address
from tests.browser.test_localchat import ME, Chat, chat, opened
from tests.localchat.raw import TOKEN, gif, picture, sound

__all__ = ["chat"]

DAY = 86_400
FILM = """async () => {
  const canvas = document.createElement('canvas'), type = 'video/mp4';
  [canvas.width, canvas.height] = [160, 120];
  const pen = canvas.getContext('2d'), recorder = new MediaRecorder(canvas.captureStream(30), {mimeType: type});
  const parts = [], ended = new Promise((done) => { recorder.onstop = done; });
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.start();
  for (let frame = 0; frame < 20; frame++) {
    pen.fillStyle = `hsl(${frame * 15} 60% 60%)`;
    pen.fillRect(0, 0, 160, 120);
    await new Promise((done) => setTimeout(done, 30));
  }
  recorder.stop();
  await ended;
  return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
}"""
"""Records a short film without sound, as MP4."""


async def upload(chat: Chat, method: str, files: dict[str, bytes], **given: Any) -> int:
    """The bot sends files, silently; the message's id."""
    sent = {name: (f"{name}.bin", data, "application/octet-stream") for name, data in files.items()}
    form = {"chat_id": ME, "disable_notification": "true", **given}
    answer = (await chat.bot.post(f"/bot{TOKEN}/{method}", data=form, files=sent)).json()
    assert answer["ok"], answer
    return int(answer["result"]["message_id"])


def row(chat: Chat, number: int) -> Locator:
    """A message on the page."""
    return chat.page.locator(f'[data-id="{number}"]')


async def top(locator: Locator) -> float:
    """Where on the page it begins, in pixels."""
    box = await locator.bounding_box()
    assert box is not None
    return box["y"]


async def hide(page: Page, *, hidden: bool) -> None:
    """The page is put behind another, or comes back."""
    await page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


async def comes_true(page: Page, expression: str) -> None:
    """Wait until an expression on the page is true; the page's policy forbids Playwright's own way."""
    for _ in range(100):
        if await page.evaluate(expression):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(expression)


async def long_ago(chat: Chat, count: int, days: int) -> None:
    """So many lines of the bot, so many days old."""
    for number in range(count):
        date = chat.telegram.date() - days * DAY
        body = {"from": chat.telegram.me_as_user, "chat": chat.telegram.chat(ME), "date": date}
        chat.telegram.show(ME, {**body, "text": f"{days} days ago, line {number}"}, {"silent": True})


# ── ticks, groups, days ───────────────────────────────────────────────────────────────────────────────────────────────
async def test_one_tick_for_what_was_sent_and_two_for_what_the_bot_has_confirmed(
    browser: Browser, tmp_path: Path
) -> None:
    async with opened(browser, tmp_path / "chat.db") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        mine = row(chat, 1)
        await expect(mine.get_by_role("img", name="Sent")).to_be_visible()
        update = (await chat.call("getUpdates", timeout=2))[-1]["update_id"]
        await expect(mine.get_by_role("img", name="Sent")).to_be_visible()
        await chat.call("getUpdates", offset=update + 1)
        await expect(mine.get_by_role("img", name="Read")).to_be_visible()
        await chat.telegram.say(ME, "and this?")
        await expect(row(chat, 2).get_by_role("img", name="Sent")).to_be_visible()
    async with opened(browser, tmp_path / "chat.db") as chat:
        await expect(row(chat, 1).get_by_role("img", name="Read")).to_be_visible()
        await expect(row(chat, 2).get_by_role("img", name="Sent")).to_be_visible()


async def test_only_the_last_message_of_a_group_has_a_tail(chat: Chat) -> None:
    first, second = await chat.send("first"), await chat.send("second")
    await expect(chat.log.get_by_text("second")).to_be_visible()

    async def tails() -> list[bool]:
        tail = "rows => rows.map(row => getComputedStyle(row.firstElementChild, '::before').content !== 'none')"
        return list(await chat.log.locator(".message").evaluate_all(tail))

    assert await tails() == [True, False, True]
    gap = await top(row(chat, second["message_id"])) - await top(row(chat, first["message_id"]))
    await chat.call("deleteMessage", chat_id=ME, message_id=second["message_id"])
    await expect(chat.log.get_by_text("second")).to_have_count(0)
    assert await tails() == [True, True]
    chat.telegram.show(ME, {"from": chat.telegram.me_as_user, "date": chat.telegram.date() + 900, "text": "late"}, {})
    await expect(chat.log.get_by_text("late")).to_be_visible()
    assert await tails() == [True, True, True]
    assert await top(chat.log.locator(".message").last) - await top(row(chat, first["message_id"])) > gap


@pytest.mark.long
async def test_a_days_line_stays_in_view_as_long_as_its_messages_do(browser: Browser) -> None:
    async with opened(browser) as chat:
        await chat.telegram.say(ME, "begin")
        await chat.telegram.erase(ME)
        await long_ago(chat, 30, 1)
        await long_ago(chat, 30, 0)
        yesterday, today = chat.log.get_by_text("Yesterday"), chat.log.get_by_text("Today", exact=True)
        await expect(chat.log.get_by_text("0 days ago, line 29")).to_be_in_viewport()
        await expect(today).to_be_in_viewport()
        await chat.log.hover()
        await chat.page.mouse.wheel(0, -200)
        await expect(today).to_have_css("opacity", "1")
        await expect(today).to_have_css("opacity", "0")  # it does not lie over what is read for long
        await row(chat, 12).scroll_into_view_if_needed()
        await expect(yesterday).to_be_in_viewport()
        await chat.log.evaluate("log => log.scrollTo(0, 300)")
        await expect(yesterday).to_be_in_viewport()
        await expect(today).not_to_be_in_viewport()


@pytest.mark.long
async def test_days_keep_the_order_in_which_the_log_is_read(chat: Chat) -> None:
    await long_ago(chat, 1, 0)
    await expect(chat.log.get_by_text("0 days ago, line 0")).to_be_visible()
    await expect(chat.log).to_match_aria_snapshot("""
        - log "Messages":
          - paragraph: Today
          - article /You, .*/:
            - button "/start"
            - time
            - img "Sent"
          - article /Easeback, .*/:
            - text: 0 days ago, line 0
    """)


# ── what is new ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_line_tells_where_new_messages_begin_and_goes_when_they_are_read(chat: Chat) -> None:
    line = chat.log.get_by_text("New messages")
    await chat.send("seen")
    await expect(chat.log.get_by_text("seen")).to_be_visible()
    await expect(line).to_have_count(0)
    await hide(chat.page, hidden=True)
    for number in range(20):
        await chat.send(f"unseen {number}", disable_notification=True)
    await expect(chat.log.get_by_text("unseen 19")).to_be_attached()
    assert await top(line) < await top(chat.log.get_by_text("unseen 0"))
    await expect(chat.log.get_by_text("unseen 0")).to_be_in_viewport()  # the reading begins there
    await hide(chat.page, hidden=False)
    await expect(line).to_be_in_viewport()
    await chat.log.evaluate("log => log.scrollTo(0, log.scrollHeight)")
    await expect(line).to_have_count(0)


@pytest.mark.long
async def test_the_line_is_there_for_who_reads_above_and_goes_when_they_answer(chat: Chat) -> None:
    for number in range(30):
        await chat.send(f"line {number}", disable_notification=True)
    await expect(chat.log.get_by_text("line 29")).to_be_in_viewport()
    await chat.log.evaluate("log => log.scrollTo(0, 0)")
    await chat.send("news", disable_notification=True)
    await expect(chat.log.get_by_text("New messages")).to_be_attached()
    await chat.telegram.say(ME, "answer")
    await expect(chat.log.get_by_text("answer")).to_be_in_viewport()
    await expect(chat.log.get_by_text("New messages")).to_have_count(0, timeout=1_500)


@pytest.mark.long
async def test_what_changes_above_does_not_move_what_is_read(chat: Chat) -> None:
    sent = [await chat.send(f"line {number}", disable_notification=True) for number in range(40)]
    await expect(chat.log.get_by_text("line 39")).to_be_in_viewport()
    await chat.log.evaluate("log => log.scrollTo(0, log.scrollHeight / 2)")
    read = row(chat, sent[22]["message_id"])
    at = await top(read)
    numbers = [message["message_id"] for message in sent]
    await chat.call("editMessageText", chat_id=ME, message_id=numbers[3], text="longer\n" * 20)
    await expect(row(chat, numbers[3])).to_contain_text("longer")
    for _ in range(40):  # it is put right in the next frame, which a busy machine has late
        if abs(await top(read) - at) < 2:
            break
        await asyncio.sleep(0.05)
    assert abs(await top(read) - at) < 2
    await chat.call("deleteMessages", chat_id=ME, message_ids=numbers[4:8])
    await expect(row(chat, numbers[5])).to_have_count(0)
    assert abs(await top(read) - at) < 2
    await chat.call(
        "setMessageReaction", chat_id=ME, message_id=numbers[9], reaction=[{"type": "emoji", "emoji": "👍"}]
    )
    await expect(row(chat, numbers[9]).get_by_role("img", name="Reaction: 👍")).to_be_attached()
    assert abs(await top(read) - at) < 2


@pytest.mark.long
async def test_the_answer_to_a_tap_is_seen_also_by_who_was_not_quite_at_the_end(chat: Chat) -> None:
    for number in range(30):
        await chat.send(f"line {number}", disable_notification=True)
    await chat.send("Ready?\n" * 8, *[[{"text": text, "callback_data": text}] for text in ("Yes", "No", "Later")])
    await expect(chat.log.get_by_role("button", name="Later")).to_be_in_viewport()
    await comes_true(chat.page, "document.getAnimations().length === 0")  # Playwright scrolls to what still moves
    await chat.log.evaluate("log => log.scrollBy(0, -110)")
    await chat.log.get_by_role("button", name="Yes").click()
    await chat.send("Here we go.", disable_notification=True)
    await expect(chat.log.get_by_text("Here we go.")).to_be_in_viewport()
    await chat.log.hover()
    await chat.page.mouse.wheel(0, -300)
    await expect(chat.log.get_by_text("Here we go.")).not_to_be_in_viewport()
    await chat.send("More.", disable_notification=True)
    await expect(chat.page.get_by_role("button", name="Go to the newest message, 1 new")).to_be_visible()


@pytest.mark.long
async def test_when_all_that_was_in_view_is_deleted_what_follows_is_seen(chat: Chat) -> None:
    for number in range(10):
        await chat.send(f"line {number}", disable_notification=True)
    tall = await chat.send("tall\n" * 60, disable_notification=True)
    await chat.send("after it", disable_notification=True)
    await expect(chat.log.get_by_text("after it")).to_be_attached()
    await row(chat, tall["message_id"]).evaluate("row => row.scrollIntoView({block: 'center'})")
    await expect(chat.log.get_by_text("after it")).not_to_be_in_viewport()
    await chat.call("deleteMessage", chat_id=ME, message_id=tall["message_id"])
    await expect(row(chat, tall["message_id"])).to_have_count(0)
    await expect(chat.log.get_by_text("after it")).to_be_in_viewport()


async def test_a_page_that_finds_its_way_back_keeps_all_that_is_the_same(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    async with opened(browser, path) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await upload(chat, "sendPhoto", {"photo": picture(400, 300)}, caption="Sit tall")
        await chat.send("<blockquote expandable>1\n2\n3\n4\n5</blockquote>", parse_mode="HTML")
    telegram = LocalTelegram(path, token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    page = await browser.new_page()
    await page.goto(page_address(telegram, address))
    log = page.get_by_role("log")
    await log.get_by_role("button", name="Show all").click()
    await log.evaluate("log => log.querySelectorAll('*').forEach((element) => { element.same = true; })")
    await stop()
    await telegram.close()
    telegram = LocalTelegram(path, token=TOKEN, clock=Clock())
    await telegram.say(ME, "said meanwhile")
    address, stop = await serve(telegram, port=int(address.rpartition(":")[2]))
    await expect(log.get_by_text("said meanwhile")).to_be_visible()
    await expect(log.get_by_role("button", name="Show less")).to_be_visible()
    await expect(log.get_by_text("Sit tall")).to_have_count(1)
    rebuilt = "log => [...log.querySelectorAll('*')].filter((e) => !e.same && !e.closest('.message:last-child')).length"
    assert await log.evaluate(rebuilt) == 0
    await page.close()
    await stop()
    await telegram.close()


@pytest.mark.long
async def test_an_edit_leaves_what_it_does_not_change(chat: Chat) -> None:
    rows = [[{"text": text, "callback_data": text}] for text in ("Again", "Done")]
    sent = await chat.send("<blockquote expandable>1\n2\n3\n4\n5</blockquote>", *rows, parse_mode="HTML")
    await chat.log.get_by_role("button", name="Show all").click()
    await chat.log.get_by_role("button", name="Done").focus()
    board = {"inline_keyboard": [[{"text": "Done", "callback_data": "done:2"}]]}
    await chat.call("editMessageReplyMarkup", chat_id=ME, message_id=sent["message_id"], reply_markup=board)
    await expect(chat.log.get_by_role("button", name="Again")).to_have_count(0)
    await expect(chat.log.get_by_role("button", name="Show less")).to_be_visible()
    await expect(chat.log.get_by_role("button", name="Done")).to_be_focused()


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_moments_are_told_in_the_readers_own_zone_and_language(browser: Browser) -> None:
    async with opened(browser, locale="de-DE", timezone_id="Asia/Tokyo") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        formats = ("wDt", "dT", "t", "w")
        said = [f'<tg-time unix="1800000000" format="{form}">x</tg-time>' for form in formats]
        await chat.send(" | ".join([*said, '<tg-time unix="1800000000">as written</tg-time>']), parse_mode="HTML")
        text = chat.log.locator(".text").last
        await expect(text).to_have_text(
            "Freitag, 15. Januar 2027 um 17:00 | 15.01.27, 17:00:00 | 17:00 | Freitag | as written"
        )
        moments = text.locator("time")
        await expect(moments).to_have_count(5)
        await expect(moments.last).to_have_attribute("title", re.compile("Freitag, 15. Januar 2027 um 17:00:00 "))
        await expect(moments.last).to_have_attribute("datetime", "2027-01-15T08:00:00.000Z")


@pytest.mark.long
async def test_what_is_told_from_now_on_stays_true_as_the_clock_goes(browser: Browser) -> None:
    async with opened(browser, locale="en-GB") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        soon = chat.telegram.date() + 185
        await chat.send(f'It is due <tg-time unix="{soon}" format="r">soon</tg-time>.', parse_mode="HTML")
        await expect(chat.log.get_by_text("It is due in 3 minutes.")).to_be_visible()
        await chat.page.get_by_role("radio", name="×60").check(force=True)
        await expect(chat.log.get_by_text("It is due 1 minute ago.")).to_be_visible(timeout=9_000)


async def test_entities_stand_in_each_other(chat: Chat) -> None:
    await chat.send(
        '<blockquote>a <b>bold <i>both <u>three</u></i></b> <tg-emoji emoji-id="5">🙂</tg-emoji>\n'
        '<a href="https://a.org/">link <s>gone</s></a></blockquote>\nafter',
        parse_mode="HTML",
    )
    text = chat.log.locator(".text").last
    three = text.locator("blockquote u")
    await expect(three).to_have_text("three")
    await expect(three).to_have_css("font-weight", "700")
    await expect(three).to_have_css("font-style", "italic")
    await expect(text.get_by_role("link", name="link gone").locator("s")).to_have_text("gone")
    assert await text.inner_text() == "a bold both three 🙂\nlink gone\nafter"


async def test_hidden_text_is_neither_seen_nor_read_out_until_it_is_asked_for(chat: Chat) -> None:
    await chat.send("Guess: <tg-spoiler>a <b>swan</b></tg-spoiler>!", parse_mode="HTML")
    cover = chat.log.get_by_role("button", name="Hidden text, show")
    await expect(chat.log.get_by_text("swan")).to_be_hidden()
    await expect(cover).to_match_aria_snapshot('- button "Hidden text, show"')
    await cover.focus()
    await chat.page.keyboard.press("Enter")
    await expect(cover).to_have_count(0)
    await expect(chat.log.get_by_text("swan")).to_be_visible()


async def test_code_and_a_buttons_text_are_copied(browser: Browser) -> None:
    async with opened(browser, permissions=["clipboard-read", "clipboard-write"]) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send('<pre><code class="language-python">ease()</code></pre>', parse_mode="HTML")
        await expect(chat.log.get_by_text("python", exact=True)).to_be_visible()
        await chat.log.get_by_role("button", name="Copy the code").click()
        await expect(chat.page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
        assert await chat.page.evaluate("navigator.clipboard.readText()") == "ease()"
        await chat.send("Yours:", [{"text": "Take it", "copy_text": {"text": "secret"}}])
        await chat.log.get_by_role("button", name="Take it").click()
        await comes_true(chat.page, "navigator.clipboard.readText().then((text) => text === 'secret')")


async def test_an_answer_shows_what_it_answers_and_leads_there(chat: Chat) -> None:
    asked = await chat.telegram.say(ME, "Is it late?")
    for number in range(30):
        await chat.send(f"line {number}", disable_notification=True)
    await chat.send("No.", reply_parameters={"message_id": asked.id})
    quote = chat.log.get_by_role("button", name="Answer to You: Is it late?")
    await expect(row(chat, asked.id)).not_to_be_in_viewport()
    await quote.click()
    await expect(row(chat, asked.id)).to_be_in_viewport()
    await chat.telegram.erase(ME, asked.id)
    await quote.click()
    await expect(chat.page.get_by_role("status").filter(has_text="That message is gone.")).to_be_visible()


@pytest.mark.long
async def test_a_deleted_message_is_gone_at_once_for_who_wants_less_motion(browser: Browser) -> None:
    async with opened(browser, reduced_motion="reduce") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        sent = await chat.send("short-lived")
        await expect(chat.log.get_by_text("short-lived")).to_be_visible()
        await chat.page.evaluate(
            """() => new MutationObserver(() => {
                if (document.querySelector('.going')) document.body.dataset.faded = 'yes';
            }).observe(document.getElementById('log'), {subtree: true, attributes: true, childList: true})"""
        )
        await chat.call("deleteMessage", chat_id=ME, message_id=sent["message_id"])
        await expect(chat.log.get_by_text("short-lived")).to_have_count(0)
        assert await chat.page.locator("body").get_attribute("data-faded") is None


# ── pictures, loops, files ────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_picture_has_its_box_before_it_has_come(chat: Chat) -> None:
    held: list[Route] = []
    await chat.page.route("**/chat/file/*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no builtin
    await upload(chat, "sendPhoto", {"photo": picture(600, 300)}, caption="Sit tall")
    image = chat.log.get_by_role("img", name="Picture")
    await comes_true(chat.page, "document.querySelector('.photo img')?.offsetHeight === 210")
    await chat.telegram.until(lambda: len(held) > 0)
    for route in held:
        await route.continue_()
    await comes_true(chat.page, "document.querySelector('.photo img').complete")
    box = await image.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (420, 210)


@pytest.mark.long
async def test_pictures_are_looked_at_alone_and_one_after_the_other(chat: Chat) -> None:
    await upload(chat, "sendPhoto", {"photo": picture(400, 300)}, caption="one")
    await upload(chat, "sendPhoto", {"photo": picture(300, 400)}, caption="two")
    first = chat.log.get_by_role("button", name="Picture").first
    await first.click()
    viewer = chat.page.get_by_role("dialog", name="Picture")
    await expect(viewer.get_by_text("one")).to_be_visible()
    await expect(viewer.get_by_role("button", name="Earlier picture")).to_be_hidden()
    await chat.page.keyboard.press("ArrowRight")
    await expect(viewer.get_by_text("two")).to_be_visible()
    await expect(viewer.get_by_role("button", name="Later picture")).to_be_hidden()
    await viewer.get_by_role("button", name="Earlier picture").click()
    await expect(viewer.get_by_text("one")).to_be_visible()
    await chat.page.keyboard.press("Escape")
    await expect(viewer).to_be_hidden()
    await expect(first).to_be_focused()


@pytest.mark.long
async def test_a_hidden_picture_is_shown_when_it_is_asked_for(chat: Chat) -> None:
    await upload(chat, "sendPhoto", {"photo": picture(400, 300)}, has_spoiler="true")
    await expect(chat.log.locator(".photo")).to_have_js_property("inert", value=True)
    await chat.log.get_by_role("button", name="Hidden picture, show").click()
    await chat.log.get_by_role("button", name="Picture", exact=True).click()
    await expect(chat.page.get_by_role("dialog", name="Picture")).to_be_visible()


RUNNING = "video => !video.paused && video.muted && video.loop"


async def test_a_loop_runs_by_itself_without_sound_and_can_be_stopped(chat: Chat) -> None:
    film = bytes(await chat.page.evaluate(FILM))
    number = await upload(chat, "sendAnimation", {"animation": film}, caption="Like this")
    video = row(chat, number).locator("video")
    await comes_true(chat.page, f"({RUNNING})(document.querySelector('video'))")
    await comes_true(chat.page, "document.querySelector('video').currentTime > 0.1")
    await row(chat, number).get_by_role("button", name="Stop the loop").click()
    assert not await video.evaluate(RUNNING)
    await row(chat, number).get_by_role("button", name="Play the loop").click()
    await comes_true(chat.page, f"({RUNNING})(document.querySelector('video'))")


@pytest.mark.parametrize("kind", ["film", "gif"])
@pytest.mark.long
async def test_a_loop_stands_still_for_who_wants_less_motion(browser: Browser, kind: str) -> None:
    async with opened(browser, reduced_motion="reduce") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        data = gif(16, 12) if kind == "gif" else bytes(await chat.page.evaluate(FILM))
        loop = row(chat, await upload(chat, "sendAnimation", {"animation": data}))
        await expect(loop.get_by_role("button", name="Play the loop")).to_be_visible()
        if kind == "gif":
            await expect(loop.locator("canvas")).to_be_visible()
            await loop.get_by_role("button", name="Play the loop").click()
            await expect(loop.locator("canvas")).to_be_hidden()
        else:
            assert not await loop.locator("video").evaluate(RUNNING)
            assert await loop.locator("video").evaluate("video => video.currentTime") == 0


async def test_a_file_has_a_name_and_a_size_and_is_handed_over(chat: Chat) -> None:
    await upload(chat, "sendDocument", {"document": b"x" * 2_500})
    link = chat.log.get_by_role("link", name=re.compile(r"document\.bin 2\.5 kB"))
    async with chat.page.expect_download() as download:
        await link.click()
    assert (await download.value).suggested_filename == "document.bin"


# ── what sounds ───────────────────────────────────────────────────────────────────────────────────────────────────────
async def send_track(chat: Chat, seconds: float, title: str) -> Locator:
    """The bot sends a piece of music with a cover; its player."""
    files = {"audio": sound(seconds), "thumbnail": picture(90, 90)}
    number = await upload(chat, "sendAudio", files, title=title, performer="Easeback")
    return row(chat, number).locator(".music")


@pytest.mark.long
async def test_music_has_a_player_of_its_own_and_goes_on_to_no_other(chat: Chat) -> None:
    first, second = await send_track(chat, 0.6, "One"), await send_track(chat, 20.0, "Two")
    note = chat.note(await chat.send_note(5.0, "a note"))
    await expect(first).to_contain_text("Easeback")
    await first.get_by_role("button", name="Play One").click()
    await expect(first).to_have_attribute("data-state", "playing")
    await expect(first).to_have_attribute("data-state", "idle")
    await asyncio.sleep(0.3)
    assert await chat.silent()
    await second.get_by_role("button", name="Play Two, 0:20").click()
    await second.get_by_role("slider", name="Position").fill("500")
    await expect(second.locator(".passed")).to_have_text(re.compile(r"0:1[0-3] / 0:20"))
    await second.get_by_role("button", name="Playing speed").click()
    await expect(second.get_by_role("button", name="Playing speed")).to_have_text("1.5×")
    await expect(note.get_by_role("button", name="Playing speed")).to_have_text("1×")
    async with chat.page.expect_download() as download:
        await second.get_by_role("link", name="Save Two").click()
    assert (await download.value).suggested_filename == "audio.bin"


@pytest.mark.long
async def test_one_thing_sounds_at_a_time(chat: Chat) -> None:
    track, note = await send_track(chat, 20.0, "Track"), chat.note(await chat.send_note(20.0, "note"))
    await track.get_by_role("button", name="Play Track").click()
    await expect(track.locator(".passed")).to_have_text(re.compile("0:01 /"))
    await note.get_by_role("button", name="Play voice message").click()
    await expect(note).to_have_attribute("data-state", "playing")
    await expect(track).to_have_attribute("data-state", "paused")
    await track.get_by_role("button", name="Play Track").click()
    await expect(note).to_have_attribute("data-state", "paused")
    await expect(track).to_have_attribute("data-state", "playing")
    assert await chat.page.locator("audio").count() == 1


@pytest.mark.long
async def test_above_four_times_music_follows_the_clock_without_sound(chat: Chat) -> None:
    track = await send_track(chat, 30.0, "Track")
    await chat.page.get_by_role("radio", name="×60").check(force=True)
    await expect(chat.page.get_by_role("radio", name="×60")).to_be_checked()
    await track.get_by_role("button", name="Play Track").click()
    await expect(track).to_have_attribute("data-state", "playing")
    assert await chat.silent()
    await expect(track).to_have_attribute("data-state", "idle", timeout=2_000)


@pytest.mark.long
async def test_another_speed_of_time_neither_ends_a_note_nor_moves_it(chat: Chat) -> None:
    note = chat.note(await chat.send_note(60.0, "a minute"))
    await note.get_by_role("button", name="Play voice message").click()
    await expect(note.locator(".passed")).to_have_text("0:01 / 1:00")
    await chat.page.get_by_role("radio", name="×10").check(force=True)
    await expect(note.locator(".passed")).to_have_text(re.compile("0:1[0-9] / 1:00"))
    assert await chat.silent()
    await chat.page.get_by_role("radio", name="×1", exact=True).check(force=True)
    await expect(note).to_have_attribute("data-state", "playing")
    await expect(note.locator(".passed")).to_have_text(re.compile("0:[1-4][0-9] / 1:00"))
    await comes_true(chat.page, "!document.getElementById('voice').paused")


async def skip(chat: Chat, seconds: float) -> None:
    """What the clock has the deck do when it jumps."""
    await chat.page.evaluate("(s) => document.querySelector('.voice').player.deck.skip(s)", seconds)


@pytest.mark.parametrize("speed", ["×1", "×10"])
@pytest.mark.long
async def test_a_note_moves_on_with_a_clock_that_jumps_and_the_next_takes_the_rest(chat: Chat, speed: str) -> None:
    await chat.page.get_by_role("radio", name=speed, exact=True).check(force=True)
    notes = [chat.note(await chat.send_note(100.0, f"note {number}")) for number in range(3)]
    await notes[0].get_by_role("button", name="Play voice message").click()
    await skip(chat, 30)
    await expect(notes[0].locator(".passed")).to_have_text(re.compile("0:[3-5][0-9] / 1:40"))
    await skip(chat, 100)
    await expect(notes[0]).to_have_attribute("data-state", "idle")
    await expect(notes[1].locator(".passed")).to_have_text(re.compile("0:[3-7][0-9] / 1:40"))
    await skip(chat, 1_000)
    for note in notes:
        await expect(note).to_have_attribute("data-state", "idle")
    assert await chat.silent()
    await skip(chat, 10)  # nothing plays: nothing moves


async def test_a_dot_tells_which_notes_were_not_played_yet_also_after_a_reload(chat: Chat) -> None:
    numbers = [await chat.send_note(5.0, "first"), await chat.send_note(5.0, "second")]
    first, second = (chat.note(number).get_by_role("img", name="Not played yet") for number in numbers)
    await expect(first).to_be_visible()
    await chat.note(numbers[0]).get_by_role("button", name="Play voice message").click()
    await expect(first).to_be_hidden()
    await chat.page.reload()
    await expect(second).to_be_visible()
    await expect(first).to_be_hidden()


@pytest.mark.long
async def test_what_is_told_twice_is_shown_and_heard_once(chat: Chat) -> None:
    sent = await chat.send("only once")
    await expect(chat.log.get_by_text("only once")).to_have_count(1)
    blips = await chat.page.locator("body").get_attribute("data-blips")
    chat.telegram.news.tell(ME, "message", {"message": json.loads(json.dumps(sent)), "shown": {}})
    await chat.send("after", disable_notification=True)
    await expect(chat.log.get_by_text("after")).to_be_visible()
    await expect(chat.log.get_by_text("only once")).to_have_count(1)
    assert await chat.page.locator("body").get_attribute("data-blips") == blips
