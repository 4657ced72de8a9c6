"""Time, people and trouble by hand, as an author and a tester use them: the whole program, in a real browser."""

# ruff: noqa: RUF001 - the page writes a speed with a sign of multiplication

from __future__ import annotations

import asyncio
import itertools
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, FrameLocator, Locator, Page, expect

from tests.browser.conftest import page_without_errors
from tests.browser.test_localchat import Chat, chat
from tests.browser.test_walk import begin
from tests.conversations.test_first_session import STEPS
from tests.localchat.raw import sound

__all__ = ["chat"]

CLOCK = """async () => {
  const {Clock} = await import('/page/clock.js');
  const set = Clock.prototype.set;
  Clock.prototype.set = function (face) { window.itsClock = this; return set.call(this, face); };
}"""
"""Lets a test ask the page what time it is."""


def jump(page: Page) -> Locator:
    """The header's button."""
    return page.get_by_role("button", name="Jump to the next event")


async def open_tab(page: Page, name: str) -> Locator:
    """A tab of the workshop; gives its panel."""
    workshop = page.get_by_role("complementary", name="Workshop")
    if not await workshop.is_visible():
        await page.get_by_role("button", name="Workshop", exact=True).click()
    await page.get_by_role("tab", name=name).click()
    return workshop.get_by_role("tabpanel")


async def date(page: Page, words: str) -> int:
    """When (virtual unix seconds) the last message with these words came."""
    message = page.locator(".message").filter(has_text=words).last
    return int(await message.get_attribute("data-date") or 0)


# ── time ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_from_backpain_to_the_end_of_the_session_by_two_taps_and_jumps_alone(desktop: Page, command: str) -> None:
    await begin(desktop, command)
    log = desktop.get_by_role("log")
    await desktop.get_by_role("button", name="✓ Done").click()
    for count, (name, n) in enumerate(STEPS[1:], 2):
        await expect(desktop.locator(".voice")).to_have_count(count, timeout=15_000)
        await expect(log).to_contain_text(f"{name} · {n} of 11")
        await expect(jump(desktop)).not_to_have_attribute("aria-busy", "true")
        await expect(jump(desktop)).to_be_enabled()
        await jump(desktop).click()
    await expect(log).to_contain_text("That is all for now. Go gently.", timeout=15_000)
    dates = [await date(desktop, f"{name} · {n} of 11") for name, n in STEPS[1:]]
    gaps = [later - earlier for earlier, later in itertools.pairwise(dates) if later > earlier]
    assert 400 < sum(gaps) < 540, "as long as by the clock"
    assert max(gaps) < 100, "no step waited for anything"


@pytest.mark.long
async def test_tomorrow_comes_in_two_seconds_for_everybody(browser: Browser, desktop: Page, command: str) -> None:
    async with page_without_errors(browser, 800, 600) as other:
        for page, address in ((desktop, command), (other, f"{command}&person=1002")):
            await page.goto(address)
            await page.get_by_role("button", name="Start").click()
            await expect(page.get_by_role("log")).to_contain_text("I'm Easeback")
        panel = await open_tab(desktop, "Time")
        began = asyncio.get_running_loop().time()
        await panel.get_by_role("button", name="To tomorrow 8:00").click()
        for page in (desktop, other):
            await expect(page.locator("#clock")).to_contain_text(re.compile("0?8:00"))
            await expect(page.get_by_role("log").get_by_text("Yesterday")).to_be_visible()
        assert asyncio.get_running_loop().time() - began < 5, "two on a machine with nothing else to do"
        await expect(panel.get_by_role("status")).to_contain_text("08:00")
        await expect(panel.get_by_role("button", name="To tomorrow 8:00")).to_be_focused()


@pytest.mark.long
async def test_the_button_says_when_the_next_event_is_and_for_whom(
    browser: Browser, desktop: Page, command: str
) -> None:
    await desktop.goto(command)
    await expect(jump(desktop)).to_be_disabled()
    await expect(jump(desktop)).to_have_text(re.compile("Nothing is due"))
    await begin(desktop, command)
    await expect(jump(desktop)).to_have_text(re.compile(r"in [345]:\d\d$"))
    async with page_without_errors(browser, 1280, 800) as other:
        await other.goto(f"{command}&person=1002")
        await expect(jump(other)).to_have_text(re.compile(r"in [345]:\d\d · You$"))
    panel = await open_tab(desktop, "Time")
    await panel.get_by_role("button", name="+1 min").click()
    await expect(jump(desktop)).to_have_text(re.compile(r"in [234]:\d\d$"))


@pytest.mark.long
async def test_time_moved_on_by_hand_leads_a_session_to_its_end(desktop: Page, command: str) -> None:
    await begin(desktop, command)
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(desktop.get_by_role("log")).to_contain_text("Breathe · 2 of 11")
    panel = await open_tab(desktop, "Time")
    await panel.get_by_role("button", name="+1 h").click()
    await expect(panel.get_by_role("status")).to_contain_text("Time is moving on")
    await expect(desktop.get_by_role("log")).to_contain_text("That is all for now. Go gently.", timeout=30_000)
    text = await desktop.get_by_role("log").inner_text()
    places = [text.index(f"{name} · {n} of 11") for name, n in STEPS]
    assert places == sorted(places)


@pytest.mark.long
async def test_the_page_knows_the_time_again_after_it_went_fast(chat: Chat) -> None:
    await chat.page.evaluate(CLOCK)
    for speed in (60, 1, 60, 1):
        await chat.page.get_by_role("radio", name=f"×{speed}", exact=True).check(force=True)
        await expect(chat.page.locator("#speed-button")).to_have_text(f"×{speed}")
        await asyncio.sleep(0.5)  # at full speed that is half a minute to be wrong about
    before = chat.telegram.clock.now().timestamp()
    page = await chat.page.evaluate("window.itsClock.now()")
    assert before - 0.5 < page < chat.telegram.clock.now().timestamp() + 0.5


# ── people ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def beside(page: Page, name: str) -> FrameLocator:
    """Somebody's page in this one's window."""
    return page.frame_locator(f'iframe[title="{name}’s chat"]')


async def add(panel: Locator, name: str, language: str = "en") -> Locator:
    """Somebody new; gives what the list has of them."""
    await panel.get_by_role("textbox", name="Name of a new person").fill(name)
    await panel.get_by_role("textbox", name="Their language").fill(language)
    await panel.get_by_role("button", name="Add").click()
    card = panel.get_by_role("group", name=name, exact=True)
    await expect(card).to_be_visible()
    return card


async def test_two_people_side_by_side_have_a_chat_each(desktop: Page, command: str) -> None:
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Start").click()
    await expect(desktop.get_by_role("log")).to_contain_text("I'm Easeback")
    await expect(desktop.get_by_text("You write as")).to_be_hidden()
    panel = await open_tab(desktop, "People")
    await (await add(panel, "Anna")).get_by_role("button", name="Beside").click()
    anna = beside(desktop, "Anna")
    await expect(anna.locator("#me")).to_have_text("You write as AAnna")
    await expect(desktop.locator("#me")).to_have_text("You write as YYou")
    await expect(anna.get_by_role("button", name="Workshop")).to_be_hidden()
    await expect(jump(desktop)).to_have_count(1)
    await anna.get_by_role("button", name="Start").click()
    await anna.get_by_role("textbox", name="Message").fill("/backpain")
    await anna.get_by_role("textbox", name="Message").press("Enter")
    await expect(anna.get_by_role("log")).to_contain_text("Before you move.")
    await expect(desktop.locator("#chat").get_by_role("log")).not_to_contain_text("Before you move.")
    await desktop.reload()
    await expect(anna.get_by_role("log")).to_contain_text("Before you move.")
    await desktop.get_by_role("button", name="Close Anna’s chat").click()
    await expect(desktop.locator("iframe")).to_have_count(0)


@pytest.mark.long
async def test_there_are_four_pages_in_a_window_at_most_and_all_of_them_work(desktop: Page, command: str) -> None:
    await desktop.goto(command)
    panel = await open_tab(desktop, "People")
    cards = [await add(panel, name) for name in ("Anna", "Ben", "Cleo", "Dora")]
    for card in cards[:3]:
        await card.get_by_role("button", name="Beside").click()
    await expect(cards[3].get_by_role("button", name="Beside")).to_be_disabled()
    for name in ("Anna", "Ben", "Cleo"):
        await beside(desktop, name).get_by_role("button", name="Start").click()
    for name in ("Anna", "Ben", "Cleo"):
        await expect(beside(desktop, name).get_by_role("log")).to_contain_text("I'm Easeback")
    await desktop.locator("#chat").get_by_role("button", name="Start").click()
    await expect(desktop.locator("#chat").get_by_role("log")).to_contain_text("I'm Easeback")
    await desktop.get_by_role("button", name="Close Ben’s chat").click()
    await expect(cards[3].get_by_role("button", name="Beside")).to_be_enabled()


@pytest.mark.long
async def test_who_somebody_is_can_be_changed_and_stays(chat: Chat) -> None:
    panel = await open_tab(chat.page, "People")
    you = panel.get_by_role("group", name="You (this page)")
    await you.get_by_role("textbox", name="Name").fill("Zoë")
    await you.get_by_role("textbox", name="Language").fill("de")
    you = panel.get_by_role("group", name="Zoë (this page)")
    await you.get_by_role("switch", name="Forbids voice messages").click()
    await expect(you.get_by_role("switch", name="Forbids voice messages")).to_be_checked()
    await expect(you.get_by_role("textbox", name="Language")).to_have_value("de")
    await chat.page.get_by_role("textbox", name="Message").fill("hello")
    await chat.page.get_by_role("textbox", name="Message").press("Enter")
    await expect(chat.log.get_by_text("hello")).to_be_visible()
    person = chat.telegram.person(1001)
    assert (person["first_name"], person["language_code"]) == ("Zoë", "de")
    note = {"voice": ("note.ogg", sound(0.5), "audio/ogg")}
    refused = await chat.bot.post(f"/bot{chat.telegram.token}/sendVoice", data={"chat_id": 1001}, files=note)
    assert "VOICE_MESSAGES_FORBIDDEN" in refused.text
    await you.get_by_role("button", name="Delete the chat").click()
    await expect(chat.page.get_by_role("button", name="Start")).to_be_visible()


# ── trouble ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def banner(page: Page) -> Locator:
    """What is said over the chat while there is trouble."""
    return page.locator("#banner")


@pytest.mark.long
async def test_when_telegram_was_down_in_a_run_the_chat_catches_up(desktop: Page, command: str) -> None:
    await begin(desktop, command)
    log = desktop.get_by_role("log")
    panel = await open_tab(desktop, "Trouble")
    await panel.get_by_role("switch", name="Telegram is down").check()
    await expect(banner(desktop)).to_contain_text("Telegram is down: nothing goes through.")
    await desktop.get_by_role("textbox", name="Message").fill("done")
    await desktop.get_by_role("textbox", name="Message").press("Enter")
    await asyncio.sleep(2)
    await expect(log).not_to_contain_text("Breathe · 2 of 11")
    await banner(desktop).get_by_role("button", name="End it").click()
    await expect(banner(desktop)).to_be_hidden()
    await expect(panel.get_by_role("switch", name="Telegram is down")).not_to_be_checked()
    await expect(log).to_contain_text("Breathe · 2 of 11", timeout=15_000)
    await expect(log.get_by_text("Breathe · 2 of 11")).to_have_count(1)


@pytest.mark.long
async def test_an_answer_that_is_lost_once_brings_a_step_twice_at_most_and_none_is_missing(
    desktop: Page, command: str
) -> None:
    await begin(desktop, command)
    log = desktop.get_by_role("log")
    panel = await open_tab(desktop, "Trouble")
    await panel.get_by_role("combobox", name="For how long").select_option(label="once: the bot’s next message")
    await panel.get_by_role("switch", name="Answers get lost").check()
    await expect(banner(desktop)).to_contain_text("answer to the bot’s next message will get lost")
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(banner(desktop)).to_be_hidden()
    await expect(log).to_contain_text("Breathe · 2 of 11")
    await jump(desktop).click()
    await expect(log).to_contain_text("Three slow breaths · 3 of 11", timeout=15_000)
    assert await log.get_by_text("Breathe · 2 of 11").count() <= 2


@pytest.mark.long
async def test_each_trouble_is_said_over_the_chat_it_concerns(browser: Browser, desktop: Page, command: str) -> None:
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Start").click()
    await expect(desktop.get_by_role("log")).to_contain_text("I'm Easeback")
    panel = await open_tab(desktop, "Trouble")
    async with page_without_errors(browser, 800, 600) as other:
        await other.goto(f"{command}&person=1002")
        await panel.get_by_role("combobox", name="Whom").select_option(label="this chat alone")
        await panel.get_by_role("switch", name="Too many requests").check()
        await expect(banner(desktop)).to_have_text(
            re.compile("^In this chat: Telegram says: too many requests, wait 5 s.")
        )
        await panel.get_by_role("switch", name="Slow").check()
        await expect(banner(other)).to_have_text(re.compile("Telegram takes 3 s for each answer."))
        await panel.get_by_role("switch", name="Slow").uncheck()
        await expect(banner(other)).to_be_hidden()
    await panel.get_by_role("switch", name="Too many requests").uncheck()
    await panel.get_by_role("switch", name="Blocked").check()
    await expect(banner(desktop)).to_contain_text("You have blocked the bot")
    await desktop.get_by_role("textbox", name="Message").fill("/help")
    await desktop.get_by_role("textbox", name="Message").press("Enter")
    await expect(banner(desktop)).to_be_hidden()
    await expect(panel.get_by_role("switch", name="Blocked")).not_to_be_checked()


# ── the bot starts again ──────────────────────────────────────────────────────────────────────────────────────────────
async def test_a_run_goes_on_over_a_restart_of_the_bot(desktop: Page, command: str) -> None:
    await begin(desktop, command)
    log = desktop.get_by_role("log")
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(log).to_contain_text("Breathe · 2 of 11")
    panel = await open_tab(desktop, "Bot")
    await panel.get_by_role("button", name="Restart the bot").click()
    await expect(panel.get_by_role("status")).to_have_text(
        re.compile(r"The bot is back after \d+(\.\d)? s\."), timeout=30_000
    )
    await expect(jump(desktop)).to_be_enabled()
    await jump(desktop).click()
    await expect(log).to_contain_text("Three slow breaths · 3 of 11")
    await expect(log.get_by_text("Breathe · 2 of 11")).to_have_count(1)


async def test_a_bot_that_can_not_start_again_says_why_and_can_be_tried_again(
    desktop: Page, command: str, tmp_path: Path
) -> None:
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Start").click()
    await expect(desktop.get_by_role("log")).to_contain_text("I'm Easeback")
    key = tmp_path / "data" / "local" / "key"
    panel = await open_tab(desktop, "Bot")
    away = key.rename(tmp_path / "key")
    await panel.get_by_role("button", name="Restart the bot").click()
    await expect(panel.get_by_role("status")).to_contain_text("The bot could not start again. ", timeout=30_000)
    await expect(panel.get_by_role("status")).to_contain_text("key")
    away.rename(key)
    await panel.get_by_role("button", name="Try to start it").click()
    await expect(panel.get_by_role("status")).to_contain_text("The bot is back", timeout=30_000)
    await desktop.get_by_role("button", name="Begin").click()
    await expect(desktop.get_by_role("log")).to_contain_text("None of these")
