"""The whole way in a real browser, as a newcomer walks it: from the page's Start to the last line."""

# ruff: noqa: RUF001 - the page writes a speed with a sign of multiplication

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from bot.localchat import serve
from bot.localchat.server import page_address
from tests.conversations.conftest import House, house
from tests.conversations.test_first_session import STEPS

__all__ = ["house"]


@pytest.fixture
async def address(house: House) -> AsyncIterator[str]:
    """The page of a running bot."""
    base, stop = await serve(house.telegram)
    async with house.running():
        yield page_address(house.telegram, base)
    await stop()


async def begin(page: Page, address: str) -> None:
    """From the empty chat to the set-up step: two taps after /backpain."""
    await page.goto(address)
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_role("log")).to_contain_text("I'm Easeback")
    await page.get_by_role("textbox").fill("/backpain")
    await page.get_by_role("button", name="Send").click()
    await page.get_by_role("button", name="None of these", exact=True).click()
    await page.get_by_role("button", name="Chair", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("Settle · 1 of 11")


@pytest.mark.long  # test_stage.py goes through all of it by jumps
async def test_the_whole_classic_by_done(desktop: Page, address: str) -> None:
    await begin(desktop, address)
    await desktop.get_by_role("button", name="5", exact=True).click()
    for count, (name, n) in enumerate(STEPS, 1):
        await expect(desktop.locator(".voice")).to_have_count(count)
        await expect(desktop.get_by_role("log")).to_contain_text(f"{name} · {n} of 11")
        await expect(desktop.get_by_role("button", name="✓ Done")).to_have_count(1)
        await desktop.wait_for_timeout(900)  # nobody is done sooner: that would be a double tap
        await desktop.get_by_role("button", name="✓ Done").click()
    await expect(desktop.get_by_role("log")).to_contain_text("That is all for now. Go gently.")
    await desktop.get_by_role("button", name="3", exact=True).click()
    await expect(desktop.get_by_role("log")).to_contain_text("2 points easier than when you began")


@pytest.mark.long
async def test_the_whole_classic_timed_at_sixty_times_the_speed_on_a_phone(phone: Page, address: str) -> None:
    await begin(phone, address)
    await phone.get_by_role("button", name="Speed of time").click()
    await phone.get_by_role("radio", name="×60").check()
    await phone.get_by_role("button", name="✓ Done").click()
    await expect(phone.get_by_role("log")).to_contain_text("That is all for now. Go gently.", timeout=25_000)
    text = await phone.get_by_role("log").inner_text()
    places = [text.index(f"{name} · {n} of 11") for name, n in STEPS]
    assert places == sorted(places)


async def test_the_notice_is_read_from_its_beginning(phone: Page, address: str) -> None:
    await phone.goto(address)
    await phone.get_by_role("button", name="Start").click()
    await phone.get_by_role("textbox").fill("/backpain")
    await phone.get_by_role("button", name="Send").click()
    await expect(phone.get_by_text("Before you move.")).to_be_in_viewport()


async def test_it_hurts_stops_the_voice_that_is_playing(desktop: Page, address: str) -> None:
    await begin(desktop, address)
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(desktop.get_by_role("log")).to_contain_text("Breathe · 2 of 11")
    await desktop.get_by_role("button", name="Play voice message").last.click()
    await expect(desktop.locator(".voice[data-state=playing]")).to_have_count(1)
    await desktop.get_by_role("button", name="It hurts").last.click()
    await expect(desktop.get_by_role("log")).to_contain_text("Ease out slowly.")
    await expect(desktop.locator(".voice[data-state=playing]")).to_have_count(0)
