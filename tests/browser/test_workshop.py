"""The workshop beside the chat, as an author and a tester use it: the whole program, in a real browser."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect


async def test_the_workshop_opens_beside_the_chat_and_stays_open_over_a_reload(desktop: Page, command: str) -> None:
    await desktop.goto(command)
    workshop = desktop.get_by_role("complementary", name="Workshop")
    await expect(workshop).to_be_hidden()
    await desktop.get_by_role("button", name="Workshop", exact=True).click()
    await expect(workshop.get_by_role("tab", selected=True)).to_be_visible()
    await desktop.reload()
    await expect(workshop).to_be_visible()
    await workshop.get_by_role("button", name="Close the workshop").click()
    await expect(workshop).to_be_hidden()
    await expect(desktop.get_by_role("button", name="Workshop", exact=True)).to_be_focused()


async def test_a_restarted_bot_goes_on_where_it_was(desktop: Page, command: str) -> None:
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Start").click()
    await expect(desktop.get_by_role("log")).to_contain_text("I'm Easeback")
    await desktop.get_by_role("button", name="Workshop", exact=True).click()
    await desktop.get_by_role("tab", name="Bot").click()
    panel = desktop.get_by_role("tabpanel")
    await expect(panel.get_by_role("status")).to_have_text("")
    await desktop.get_by_role("button", name="Restart the bot").click()
    await expect(panel.get_by_role("status")).to_have_text(
        re.compile(r"^The bot is back after \d+(\.\d)? s\.$"), timeout=30_000
    )
    await desktop.get_by_role("button", name="Begin").click()
    await expect(desktop.get_by_role("log")).to_contain_text("None of these")
