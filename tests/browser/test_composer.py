"""The composer, what appears for a moment and the place one reads at: the page in a real browser, a bot of raw HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.test_localchat import ME, Chat, chat, opened

__all__ = ["chat"]

COMMANDS = [
    {"command": "backpain", "description": "The classic"},
    {"command": "pause", "description": "Hold on"},
    {"command": "privacy", "description": "What is kept"},
]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


def composer_of(page: Page) -> Locator:
    """Where one writes."""
    return page.get_by_role("textbox", name="Message")


async def height(locator: Locator) -> float:
    """Of what is shown, in pixels."""
    return (await locator.bounding_box() or {"height": 0})["height"]


def said(chat: Chat) -> list[str]:
    """What the person has written, in order."""
    return [message.text for message in chat.telegram.messages(ME) if not message.by_bot]


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_the_composer_grows_to_a_limit_and_then_scrolls(chat: Chat) -> None:
    composer = composer_of(chat.page)
    one = await height(composer)
    await composer.fill("one\ntwo\nthree")
    three = await height(composer)
    assert three > one
    await composer.fill("line\n" * 60)
    most = await height(composer)
    assert three < most < 200
    assert await composer.evaluate("text => text.scrollHeight > text.clientHeight")
    await composer.fill("")
    assert await height(composer) == one


async def test_a_draft_stays_over_a_reload_and_is_each_persons_own(chat: Chat) -> None:
    await composer_of(chat.page).fill("half a thou")
    await chat.page.reload()
    await expect(composer_of(chat.page)).to_have_value("half a thou")
    await chat.telegram.say(1002, "/start")
    await chat.page.goto(f"{chat.address}/?person=1002")
    await expect(composer_of(chat.page)).to_have_value("")
    await chat.page.goto(chat.address)
    await composer_of(chat.page).press("Enter")
    await expect(chat.log.get_by_text("half a thou")).to_be_visible()
    await chat.page.reload()
    await expect(chat.log.get_by_text("half a thou")).to_be_visible()
    await expect(composer_of(chat.page)).to_have_value("")


async def test_on_glass_enter_breaks_the_line_and_the_button_sends(browser: Browser) -> None:
    async with opened(browser, **PHONE) as chat:
        await chat.page.get_by_role("button", name="Start").tap()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await composer_of(chat.page).press_sequentially("one")
        await composer_of(chat.page).press("Enter")
        await composer_of(chat.page).press_sequentially("two")
        await expect(composer_of(chat.page)).to_have_value("one\ntwo")
        await chat.page.get_by_role("button", name="Send").tap()
        await expect(chat.log.get_by_text("two")).to_be_visible()
        assert said(chat) == ["/start", "one\ntwo"]


@pytest.mark.long
async def test_letters_that_are_still_being_put_together_are_not_sent(chat: Chat) -> None:
    composer = composer_of(chat.page)
    await composer.fill("にほん")
    for given in ({"isComposing": True}, {"keyCode": 229}):
        await composer.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **given})
    await expect(composer).to_have_value("にほん")
    await composer.press("Enter")
    await expect(composer).to_have_value("")
    assert said(chat) == ["/start", "にほん"]


@pytest.mark.long
async def test_what_is_too_long_is_cut_with_a_word_about_it(chat: Chat) -> None:
    composer = composer_of(chat.page)
    await composer.fill("x" * 3_000)
    await expect(chat.page.locator("#left")).to_have_text("")
    await composer.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', 'y'.repeat(1200));
            text.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}));
            document.execCommand('insertText', false, 'y'.repeat(1200));
        }"""
    )
    await expect(chat.page.get_by_role("status").filter(has_text="cut off")).to_be_visible()
    assert len(await composer.input_value()) == 4_096
    await expect(chat.page.locator("#left")).to_have_text("0")
    await composer.press("Enter")
    await expect(composer).to_have_value("")
    assert len(said(chat)[-1]) == 4_096


@pytest.mark.long
async def test_what_was_not_sent_stays_before_what_was_written_since(browser: Browser) -> None:
    async with opened(browser) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        composer = composer_of(chat.page)

        async def refuse(route: Any) -> None:
            await composer.fill("and this")
            await route.fulfill(status=200, body="")  # no JSON: as from a broken connection

        await chat.page.route("**/chat/say*", refuse)
        await composer.fill("said")
        await composer.press("Enter")
        await expect(composer).to_have_value("said\nand this")
        await expect(chat.page.get_by_role("status").filter(has_text="Not sent")).to_be_visible()
        await expect(composer).to_be_focused()
        await chat.page.reload()
        await expect(composer).to_have_value("said\nand this")
        assert said(chat) == ["/start"]


@pytest.mark.long
async def test_what_arrived_although_the_connection_broke_need_not_be_sent_again(chat: Chat) -> None:
    composer = composer_of(chat.page)

    async def swallow(route: Any) -> None:
        await route.fulfill(status=200, body="")

    await chat.page.route("**/chat/say*", swallow)
    await composer.fill("/start")  # the same words as an older message's: that one does not count
    await composer.press("Enter")
    await expect(composer).to_have_value("/start")
    await chat.telegram.say(ME, "/start")
    await expect(composer).to_have_value("")


# ── commands ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_slash_opens_the_commands_and_the_keyboard_chooses(chat: Chat) -> None:
    await chat.call("setMyCommands", commands=COMMANDS)
    page, composer = chat.page, composer_of(chat.page)
    commands = page.get_by_role("listbox", name="Commands")
    await expect(page.get_by_role("button", name="Commands")).to_be_visible()
    await composer.press_sequentially("/p")
    await expect(commands.get_by_role("option")).to_have_count(2)
    await expect(page.get_by_role("status").filter(has_text="2 commands")).to_be_attached()
    await expect(commands.get_by_role("option", selected=True)).to_have_count(0)
    await composer.press("ArrowDown")
    await composer.press("ArrowDown")
    chosen = commands.get_by_role("option", name="/privacy What is kept", selected=True)
    await expect(chosen).to_be_visible()
    await expect(composer).to_be_focused()
    assert await composer.get_attribute("aria-activedescendant") == await chosen.get_attribute("id")
    await composer.press("Escape")
    await expect(commands).to_be_hidden()
    assert await composer.get_attribute("aria-activedescendant") is None
    await expect(composer).to_have_value("/p")
    await composer.press_sequentially("a")
    await composer.press("Tab")
    await expect(composer).to_have_value("/pause ")
    await expect(composer).to_be_focused()
    await composer.fill("/")
    await composer.press("ArrowUp")
    await composer.press("Enter")
    await expect(chat.log.locator(".out").last).to_contain_text("/privacy")
    await expect(composer).to_have_value("")
    await expect(composer).to_be_focused()


@pytest.mark.long
async def test_the_button_opens_all_commands_and_takes_the_focus_back(chat: Chat) -> None:
    await chat.call("setMyCommands", commands=COMMANDS)
    page = chat.page
    menu, commands = page.get_by_role("button", name="Commands"), page.get_by_role("listbox", name="Commands")
    await composer_of(page).fill("a draft")
    await menu.press("Enter")
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await expect(commands).to_be_focused()
    await page.keyboard.press("End")
    await expect(commands.get_by_role("option", selected=True)).to_have_text(re.compile("/privacy"))
    await page.keyboard.press("Escape")
    await expect(commands).to_be_hidden()
    await expect(menu).to_be_focused()
    await menu.click()
    await commands.get_by_role("option", name="/pause").click()
    await expect(chat.log.locator(".out").last).to_contain_text("/pause")
    await expect(composer_of(page)).to_have_value("a draft")
    await menu.click()
    await page.mouse.click(500, 300)
    await expect(commands).to_be_hidden()


# ── answers ───────────────────────────────────────────────────────────────────────────────────────────────────────────
async def ask(chat: Chat) -> int:
    """The bot asks for a word; the question's id."""
    markup = {"force_reply": True, "input_field_placeholder": "Town or country"}
    asked = await chat.call("sendMessage", chat_id=ME, text="Which town?", reply_markup=markup)
    return int(asked["message_id"])


async def test_a_question_of_the_bot_opens_the_answer_to_it(chat: Chat) -> None:
    number = await ask(chat)
    composer, banner = composer_of(chat.page), chat.page.locator("#reply")
    await expect(banner).to_contain_text("Which town?")
    await expect(composer).to_have_attribute("placeholder", "Town or country")
    await expect(composer).to_be_focused()
    await expect(composer).to_have_accessible_description("Reply to Easeback Which town?")
    await chat.page.reload()
    await expect(banner).to_contain_text("Which town?")
    await composer.fill("Oslo")
    await composer.press("Enter")
    await expect(banner).to_be_hidden()
    await expect(composer).to_have_attribute("placeholder", "Message")
    answer = chat.telegram.messages(ME)[-1].body
    assert (answer["text"], answer["reply_to_message"]["message_id"]) == ("Oslo", number)
    await chat.page.reload()
    await expect(chat.log.get_by_text("Oslo")).to_be_visible()
    await expect(banner).to_be_hidden()


@pytest.mark.long
async def test_a_question_that_is_declined_or_deleted_does_not_come_back(chat: Chat) -> None:
    await ask(chat)
    banner = chat.page.locator("#reply")
    await chat.page.get_by_role("button", name="Do not reply to it").click()
    await expect(banner).to_be_hidden()
    await expect(composer_of(chat.page)).to_be_focused()
    await chat.page.reload()
    await expect(chat.log.get_by_text("Which town?")).to_be_visible()
    await expect(banner).to_be_hidden()
    number = await ask(chat)
    await expect(banner).to_be_visible()
    await chat.call("deleteMessage", chat_id=ME, message_id=number)
    await expect(banner).to_be_hidden()


async def test_any_message_can_be_answered_and_copied_by_keyboard_alone(browser: Browser) -> None:
    async with opened(browser, permissions=["clipboard-read", "clipboard-write"]) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        sent = await chat.send("A quiet place?", [{"text": "Yes", "callback_data": "y"}])
        await chat.send("And now?")
        await expect(chat.log.get_by_text("And now?")).to_be_visible()
        page, menu = chat.page, chat.page.get_by_role("menu", name="Message")
        await page.keyboard.press("Shift+F6")
        await expect(chat.log.locator(".message").last).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("Enter")
        await expect(menu.get_by_role("menuitem", name="Reply")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
        assert await page.evaluate("navigator.clipboard.readText()") == "A quiet place?"
        await expect(chat.log.locator(f'[data-id="{sent["message_id"]}"]')).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Escape")
        await expect(menu).to_be_hidden()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(composer_of(page)).to_be_focused()
        await page.keyboard.type("Yes, it is.")
        await page.keyboard.press("Enter")
        await expect(chat.log.get_by_text("Yes, it is.")).to_be_visible()
        assert chat.telegram.messages(ME)[-1].body["reply_to_message"]["message_id"] == sent["message_id"]


@pytest.mark.long
async def test_a_right_click_opens_the_same_menu(chat: Chat) -> None:
    await chat.send("Here.")
    await chat.log.get_by_text("Here.").click(button="right")
    menu = chat.page.get_by_role("menu", name="Message")
    await menu.get_by_role("menuitem", name="Reply").click()
    await expect(chat.page.locator("#reply")).to_contain_text("Here.")
    await composer_of(chat.page).press("Escape")
    await expect(chat.page.locator("#reply")).to_be_hidden()


# ── header and notices ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.long
async def test_the_header_says_what_the_bot_is_doing(chat: Chat) -> None:
    for action, words in (("record_voice", "is recording a voice message…"), ("upload_photo", "is sending a photo…")):
        await chat.call("sendChatAction", chat_id=ME, action=action)
        await expect(chat.page.locator("#status")).to_have_text(words)
    await expect(chat.page.locator("#status")).to_have_attribute("aria-live", "off")


@pytest.mark.long
async def test_a_short_break_is_not_told_and_a_longer_one_politely(chat: Chat) -> None:
    seen = """() => {
        window.seen = [];
        const line = document.getElementById('status');
        const look = () => window.seen.push([line.textContent, line.ariaLive]);
        new MutationObserver(look).observe(line, {childList: true});
    }"""
    page = chat.page
    await page.route("**/chat/events?*", lambda route: route.fulfill(content_type="text/event-stream", body=""))
    await page.evaluate(seen)
    await page.clock.install()
    chat.telegram.hang_up()
    await page.clock.run_for(1_900)
    assert await page.evaluate("window.seen") == []
    for _ in range(100):  # on a busy machine the break itself is noticed late
        if await page.evaluate("window.seen.length"):
            break
        await page.clock.run_for(200)
    assert await page.evaluate("window.seen") == [["reconnecting…", "polite"]]


@pytest.mark.long
async def test_the_tabs_title_counts_what_came_while_it_was_hidden(chat: Chat) -> None:
    await chat.page.evaluate(HIDE, True)
    await chat.send("one")
    await chat.send("two")
    await expect(chat.page).to_have_title("(2) Easeback")
    await chat.page.evaluate(HIDE, False)
    await expect(chat.page).to_have_title("Easeback")


async def test_a_toast_hides_no_control_of_the_newest_messages_and_is_told_again(chat: Chat) -> None:
    rows = [[{"text": f"Choice {n}", "callback_data": f"c:{n}"}] for n in range(5)]
    await chat.send("One of these", *rows)
    await chat.send("line\n" * 12)  # so that the buttons are where a toast would be
    await expect(chat.log.get_by_text("line")).to_be_visible()
    button = chat.log.get_by_role("button", name="Choice 3")
    toast = chat.page.locator("#toast")
    for _ in range(2):
        async with chat.page.expect_response("**/chat/tap*"):
            await button.click()
        query = (await chat.call("getUpdates", timeout=2, offset=-1))[-1]["callback_query"]
        await chat.call("answerCallbackQuery", callback_query_id=query["id"], text="Taken.")
        await expect(toast).to_have_text("Taken.")
        await expect(toast).to_have_css("opacity", "1")
        over = await toast.evaluate(
            """toast => {
                const at = toast.getBoundingClientRect();
                return [...document.querySelectorAll('.key')].map((key) => key.getBoundingClientRect())
                    .filter((key) => key.top < at.bottom && key.bottom > at.top).length;
            }"""
        )
        assert over == 0
        await expect(toast).to_have_text("", timeout=6_000)


@pytest.mark.long
async def test_sounds_can_be_switched_off_and_a_voice_is_not_disturbed(chat: Chat) -> None:
    body, page = chat.page.locator("body"), chat.page
    await page.get_by_role("button", name="About Easeback").click()
    await page.get_by_role("dialog").get_by_role("switch", name="Sound for new messages").click()
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("button", name="About Easeback")).to_be_focused()
    await expect(page.get_by_role("img", name="Muted")).to_be_visible()
    await chat.send("unheard")
    await expect(chat.log.get_by_text("unheard")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("img", name="Muted")).to_be_visible()
    await page.get_by_role("button", name="About Easeback").click()
    await page.get_by_role("dialog").get_by_role("switch", name="Sound for new messages").click()
    await page.get_by_role("button", name="Done").click()
    note = await chat.send_note(5.0, "a voice")
    await chat.note(note).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(note)).to_have_attribute("data-state", "playing")
    await chat.send("also unheard")
    await expect(chat.log.get_by_text("also unheard")).to_be_visible()
    await expect(body).not_to_have_attribute("data-blips", re.compile("."))
    await chat.note(note).get_by_role("button", name="Pause").click()
    await chat.send("heard")
    await expect(body).to_have_attribute("data-blips", "1")


# ── the place one reads at ────────────────────────────────────────────────────────────────────────────────────────────
async def long_chat(chat: Chat) -> None:
    """More than fits into the view."""
    for number in range(40):
        await chat.send(f"line {number}", disable_notification=True)
    await expect(chat.log.get_by_text("line 39")).to_be_in_viewport()


@pytest.mark.long
async def test_who_reads_above_is_there_again_after_a_reload(chat: Chat) -> None:
    await long_chat(chat)
    line = chat.log.get_by_text("line 17", exact=True)
    await line.evaluate("line => line.scrollIntoView({block: 'start'})")
    before = await line.bounding_box()
    await chat.page.reload()
    await expect(line).to_be_in_viewport()
    after = await line.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2
    down = chat.page.get_by_role("button", name="Go to the newest message")
    await down.click()
    await expect(chat.log.get_by_text("line 39")).to_be_in_viewport()
    await expect(composer_of(chat.page)).to_be_focused()
    await chat.page.reload()
    await expect(chat.log.get_by_text("line 39")).to_be_in_viewport()


@pytest.mark.long
async def test_the_newest_stays_in_view_when_a_keyboard_opens_on_the_screen(browser: Browser) -> None:
    async with opened(browser, **PHONE) as chat:
        await chat.page.get_by_role("button", name="Start").tap()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await long_chat(chat)
        await chat.page.set_viewport_size({"width": 390, "height": 420})
        await expect(chat.log.get_by_text("line 39")).to_be_in_viewport()
        await chat.page.set_viewport_size({"width": 390, "height": 844})
        await expect(chat.log.get_by_text("line 39")).to_be_in_viewport()
