"""The workshop's tabs that look into the bot, in a real browser: what is kept, the wire, the session, the story."""

# ruff: noqa: RUF001 - the page writes a speed with a sign of multiplication

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect


@pytest.fixture
async def page(desktop: Page, command: str) -> Page:
    """The whole program with its workshop open; nobody has written yet."""
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Workshop", exact=True).click()
    return desktop


async def show(page: Page, tab: str) -> Locator:
    """The panel with this tab."""
    await page.get_by_role("tab", name=tab, exact=True).click()
    return page.get_by_role("tabpanel", name=tab, exact=True)


async def say(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def start(page: Page) -> None:
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("I'm Easeback")


async def to_settle(page: Page) -> None:
    await start(page)
    await say(page, "/backpain")
    await page.get_by_role("log").get_by_role("button", name="None of these", exact=True).click()
    await page.get_by_role("log").get_by_role("button", name="Chair", exact=True).click()
    await expect(page.get_by_role("log")).to_contain_text("Settle · 1 of 11")


async def done(page: Page) -> None:
    await page.wait_for_timeout(900)  # nobody is done sooner: that would be a double tap
    await page.get_by_role("log").get_by_role("button", name="✓ Done").click()


# ── the session ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.long
async def test_where_nothing_runs_the_session_tab_says_what_to_do_and_lists_the_sessions(page: Page) -> None:
    panel = await show(page, "Session")
    await expect(panel.get_by_role("status")).to_have_text("Nobody has written yet.")
    await expect(panel.get_by_role("heading", name="The classic")).to_be_visible()
    await start(page)
    await expect(panel.get_by_role("status")).to_have_text("Nothing runs.")
    await expect(panel).to_contain_text("/backpain")


async def test_the_present_step_is_marked_and_its_time_goes_down_with_the_clock(page: Page) -> None:
    panel = await show(page, "Session")
    await to_settle(page)
    steps = panel.get_by_role("list", name="Steps")
    await expect(steps.locator("[aria-current=step]")).to_contain_text("Settle")
    await done(page)
    await expect(steps.locator("[aria-current=step]")).to_contain_text("Breathe")
    await expect(steps.get_by_role("button", name="Settle")).to_have_accessible_name(re.compile("done$"))
    await expect(panel.get_by_text("left,")).to_be_visible()
    before = await panel.get_by_text("left,").inner_text()
    await expect(panel.get_by_text("left,")).not_to_have_text(before)
    await say(page, "pause")
    await expect(panel.get_by_role("status")).to_have_text("Paused.")
    await expect(panel.get_by_text("left,")).to_contain_text("the clock waits")


async def test_a_step_opens_to_what_is_read_and_said_by_keyboard_and_stays_open(page: Page) -> None:
    panel = await show(page, "Session")
    await to_settle(page)
    step = panel.get_by_role("button", name="2 of 11, Breathe")
    await step.focus()
    await step.press("Enter")
    await expect(step).to_have_attribute("aria-expanded", "true")
    await expect(panel.get_by_text("If you like, let your eyes close.")).to_be_visible()
    await expect(panel.get_by_role("heading", name="Said", exact=True)).to_be_visible()
    await say(page, "pause")
    await expect(panel.get_by_role("status")).to_have_text("Paused.")
    await expect(panel.get_by_text("If you like, let your eyes close.")).to_be_visible()


# ── data ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_what_is_kept_is_there_opened_and_follows_what_happens(page: Page) -> None:
    panel = await show(page, "Data")
    chats = panel.get_by_role("region", name="Table chats")
    await expect(chats).to_contain_text("Nothing.")
    await start(page)
    await expect(chats).to_contain_text("1001")
    await expect(chats.get_by_text("sealed at rest")).to_have_count(2)
    await expect(panel.get_by_role("region", name="Table people").get_by_text("sealed at rest")).to_have_count(1)
    await expect(chats).to_contain_text("idle")
    await say(page, "/backpain")
    await expect(chats).to_contain_text("notice")
    await expect(panel.get_by_role("region", name="Table erased")).to_contain_text("a number made from the chat's own")


@pytest.mark.long
async def test_what_was_unfolded_stays_so_and_keeps_the_focus_while_the_chat_goes_on(page: Page) -> None:
    panel = await show(page, "Data")
    await to_settle(page)
    plan = panel.locator("summary", has_text="field").and_(panel.get_by_label(re.compile("^plan")))
    await plan.click()
    await expect(panel.get_by_text("classic", exact=True).first).to_be_visible()
    await plan.focus()
    await page.evaluate("""() => fetch('/chat/say', {method: 'POST', body: JSON.stringify({text: 'pause'})})""")
    await expect(panel.get_by_role("region", name="Table chats")).to_contain_text("paused")
    await expect(plan).to_be_focused()
    await expect(panel.get_by_text("classic", exact=True).first).to_be_visible()


@pytest.mark.long
async def test_after_forget_nothing_is_left_but_the_keyed_hash(page: Page) -> None:
    panel = await show(page, "Data")
    await to_settle(page)
    await say(page, "/forget")
    await page.get_by_role("log").get_by_role("button", name="Erase all").click()
    await expect(page.get_by_role("log")).to_contain_text("is gone")
    for table in ("chats", "people"):
        await expect(panel.get_by_role("region", name=f"Table {table}")).to_contain_text("Nothing.")
    await expect(panel.get_by_role("region", name="Table erased")).to_contain_text("hash")
    await expect(panel.get_by_role("region", name="Table erased")).not_to_contain_text("Nothing.")


@pytest.mark.long
async def test_while_the_bot_starts_again_the_glass_waits_and_then_goes_on(page: Page) -> None:
    panel = await show(page, "Data")
    await start(page)
    await page.evaluate("() => fetch('/workshop/restart', {method: 'POST'})")
    await say(page, "/backpain")
    await expect(page.get_by_role("log")).to_contain_text("Before you move.", timeout=20_000)
    await expect(panel.get_by_role("region", name="Table chats")).to_contain_text("notice")
    await expect(panel.get_by_role("status")).to_be_hidden()
    panel = await show(page, "Story")
    await expect(panel.get_by_role("textbox", name="The story as a test")).to_have_value(re.compile("# here: restart"))


@pytest.mark.long
async def test_tables_about_nobody_are_named_with_their_reasons(page: Page) -> None:
    panel = await show(page, "Data")
    await panel.get_by_text("Tables about nobody").click()
    await expect(panel.get_by_text("updates_seen")).to_be_visible()


# ── the wire ──────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_the_wire_shows_what_is_asked_and_got_and_goes_on_by_itself(page: Page) -> None:
    panel = await show(page, "Wire")
    await start(page)
    calls = panel.get_by_role("list").get_by_role("listitem")
    sent = calls.filter(has_text="sendMessage").last
    await expect(sent).to_contain_text("200")
    await expect(sent).to_contain_text("ms")
    await sent.locator("summary").first.click()
    await expect(sent).to_contain_text("I'm Easeback")
    await expect(panel.get_by_text("getMe")).to_have_count(0)
    await panel.get_by_label("This chat only").uncheck()
    await expect(calls.filter(has_text="getMe").first).to_be_visible()
    await panel.get_by_role("searchbox").fill("mycommands")
    await expect(calls.filter(has_text="getMe")).to_have_count(0)
    await expect(calls.filter(has_text="setMyCommands").first).to_be_visible()


@pytest.mark.long
async def test_a_paused_wire_stands_still_and_a_cleared_one_is_empty(page: Page) -> None:
    panel = await show(page, "Wire")
    await start(page)
    calls = panel.get_by_role("listitem")
    await expect(calls.filter(has_text="sendMessage")).to_have_count(1)
    await panel.get_by_role("button", name="Pause").click()
    await expect(panel.get_by_role("button", name="Go on")).to_have_attribute("aria-pressed", "true")
    await say(page, "/backpain")
    await expect(page.get_by_role("log")).to_contain_text("Before you move.")
    await page.wait_for_timeout(1_500)  # longer than the wire waits between two looks
    await expect(calls.filter(has_text="sendMessage")).to_have_count(1)
    await panel.get_by_role("button", name="Go on").click()
    await expect(calls.filter(has_text="sendMessage")).to_have_count(2)
    await panel.get_by_role("button", name="Clear").click()
    await expect(panel.get_by_text("Nothing yet.")).to_be_visible()
    await expect(calls).to_have_count(0)


@pytest.mark.long
async def test_a_request_is_copied_as_curl_without_the_token(page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = await show(page, "Wire")
    await to_settle(page)
    sent = panel.get_by_role("listitem").filter(has_text="sendVoice").last
    await sent.locator("summary").first.click()
    await sent.get_by_role("button", name="Copy as curl").click()
    await expect(sent.get_by_role("button", name="Copied")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith('curl "$EASEBACK_API_URL/bot$EASEBACK_TOKEN/sendVoice"')
    assert "--form-string 'chat_id=1001'" in copied


# ── the story ─────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_what_is_done_is_written_down_as_a_test_and_can_be_copied(page: Page) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = await show(page, "Story")
    story = panel.get_by_role("textbox", name="The story as a test")
    await to_settle(page)
    await expect(story).to_have_value(re.compile(r'tap\("Chair"\)\n    await bot\.sees\("Settle · 1 of 11"\)\n$'))
    await panel.get_by_role("button", name="Copy").click()
    assert await page.evaluate("navigator.clipboard.readText()") == await story.input_value()
    await panel.get_by_role("button", name="Begin here").click()
    await expect(story).not_to_have_value(re.compile("Chair"))  # an old message may still lose its buttons
    await page.get_by_role("button", name="Speed of time").click()
    await page.get_by_role("radio", name="×60").check()
    await expect(story).to_have_value(re.compile(r"bot\.clock\.set_speed\(60\)"))
    await expect(story).not_to_have_value(re.compile("Chair"))
    await panel.get_by_role("button", name="From /start").click()
    await expect(story).to_have_value(re.compile("Chair"))


@pytest.mark.long
async def test_where_the_clipboard_is_shut_the_story_is_selected(page: Page) -> None:
    await page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('shut')); }")
    panel = await show(page, "Story")
    await start(page)
    story = panel.get_by_role("textbox", name="The story as a test")
    await expect(story).to_have_value(re.compile("/start"))
    await panel.get_by_role("button", name="Copy").click()
    await expect(story).to_be_focused()
    assert await story.evaluate("box => box.selectionEnd - box.selectionStart") == len(await story.input_value())


# ── on a phone ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("tab", ["Session", "Data", "Wire", "Story"])
@pytest.mark.long
async def test_on_a_phone_nothing_is_wider_than_the_screen_and_fingers_fit(phone: Page, command: str, tab: str) -> None:
    await phone.goto(command)
    await to_settle(phone)
    await phone.get_by_role("button", name="Workshop", exact=True).click()
    panel = await show(phone, tab)
    await expect(panel.get_by_role("heading").first).to_be_visible()
    if tab == "Session":
        await expect(panel.locator("[aria-current=step]")).to_be_visible()
    assert await panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    for button in await panel.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is None or box["height"] >= 44, await button.inner_text()


async def test_the_tabs_tell_a_screen_reader_what_they_hold(page: Page) -> None:
    panel = await show(page, "Story")
    await expect(panel).to_match_aria_snapshot("""
      - tabpanel "Story":
        - heading "What was done, as a test" [level=2]
        - paragraph
        - button "Begin here"
        - button "From /start"
        - button "Copy"
    """)
    panel = await show(page, "Wire")
    await expect(panel).to_match_aria_snapshot("""
      - tabpanel "Wire":
        - heading "On the wire" [level=2]
        - paragraph
        - checkbox "This chat only" [checked]
        - checkbox "Empty polls, too"
        - searchbox "Only methods with these letters"
        - button "Pause"
        - button "Clear"
    """)
