"""The page for everybody: by keyboard alone, read out, enlarged, from right to left. With axe-core."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests.browser.test_localchat import ME, Chat, chat, opened

__all__ = ["chat"]

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
VIEWS = [
    pytest.param({**view, "color_scheme": scheme}, id=f"{name}-{scheme}", marks=marks)
    for name, view, scheme, marks in (
        ("desk", DESK, "light", ()),
        ("desk", DESK, "dark", pytest.mark.long),
        ("phone", PHONE, "light", pytest.mark.long),
        ("phone", PHONE, "dark", ()),
    )
]
ONE_VIEW = [VIEWS[0], *(pytest.param(*view.values, id=view.id, marks=pytest.mark.long) for view in VIEWS[1:])]
"""One in the short form."""
LOG = "document.getElementById('log')"


async def faultless(page: Page, where: str) -> None:
    """Axe finds nothing at all, best practices included."""
    await page.wait_for_timeout(250)  # what fades in has its full contrast then
    found = await Axe().run(page)
    faults = [
        f"{where}: {fault['id']} ({fault['impact']}): {node['html'][:110]} {node['any'][:1]}"
        for fault in found.response["violations"]
        for node in fault["nodes"]
    ]
    assert faults == []


async def every_kind(chat: Chat) -> None:
    """Messages of every kind, with buttons of every style."""
    rows = [
        [
            {"text": "Begin", "callback_data": "b", "style": "success"},
            {"text": "End", "callback_data": "e", "style": "danger"},
        ],
        [{"text": "More", "callback_data": "m", "style": "primary"}, {"text": "Plain", "callback_data": "p"}],
        [{"text": "Read", "url": "https://example.org/"}, {"text": "Copy", "copy_text": {"text": "words"}}],
    ]
    await chat.send(
        "<b>bold</b> <i>slanted</i> <u>under</u> <s>gone</s> <code>x = 1</code> <tg-spoiler>hidden</tg-spoiler>"
        ' <a href="https://example.org/">a link</a> /pause\n<pre>two\nlines</pre><blockquote>said before</blockquote>'
        "<blockquote expandable>1\n2\n3\n4\n5\n6</blockquote>",
        *rows,
        parse_mode="HTML",
    )
    await chat.send_note(3.0, "a note")
    for kind, name, data, mime in (
        ("photo", "p.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (2).to_bytes(4, "big") * 2, "image/png"),
        ("document", "list.txt", b"one, two", "text/plain"),
    ):
        method = f"send{kind.capitalize()}"
        given = {"chat_id": ME, "caption": f"a {kind}", "disable_notification": "true"}
        answer = await chat.bot.post(f"/bot700:local-token/{method}", data=given, files={kind: (name, data, mime)})
        assert answer.json()["ok"], answer.text
    await chat.send("عربي", [{"text": "نعم", "callback_data": "y"}])
    await chat.call("sendMessage", chat_id=ME, text="Which town?", reply_markup={"force_reply": True})
    await expect(chat.log.get_by_text("Which town?")).to_be_visible()


# ── by rule ───────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("view", ONE_VIEW)
async def test_axe_finds_nothing_in_the_chat(browser: Browser, view: dict[str, Any]) -> None:
    async with opened(browser, **view) as chat:
        page = chat.page
        await chat.call("setMyDescription", description="Calm sessions.")
        commands = [{"command": f"go{number}", "description": f"The way {number}"} for number in range(12)]
        await chat.call("setMyCommands", commands=commands)
        await expect(page.get_by_text("Calm sessions.")).to_be_visible()
        await faultless(page, "the empty chat")
        await page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await every_kind(chat)
        await faultless(page, "every kind of message")
        await chat.log.evaluate("log => log.scrollTo(0, 0)")
        await chat.send("news")
        await expect(page.get_by_role("button", name="Go to the newest message, 1 new")).to_be_visible()
        await faultless(page, "reading above")
        await page.get_by_role("textbox", name="Message").fill("/go")
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("option", selected=True)).to_be_visible()
        await faultless(page, "the commands")
        await page.keyboard.press("Escape")
        await page.get_by_role("textbox", name="Message").fill("x" * 4_000)
        await faultless(page, "a long text")
        await chat.log.get_by_text("Which town?").dispatch_event("contextmenu", {"bubbles": True})
        await expect(page.get_by_role("menu")).to_be_visible()
        await faultless(page, "a message's menu")
        await page.keyboard.press("Escape")
        async with page.expect_response("**/chat/tap*"):
            await chat.log.get_by_role("button", name="Begin").evaluate("button => button.click()")
        query = (await chat.call("getUpdates", timeout=2, offset=-1))[-1]["callback_query"]
        await chat.call("answerCallbackQuery", callback_query_id=query["id"], text="Here.")
        await expect(page.locator("#toast")).to_have_text("Here.")
        await faultless(page, "a toast")
        async with page.expect_response("**/chat/tap*"):
            await chat.log.get_by_role("button", name="End").evaluate("button => button.click()")
        query = (await chat.call("getUpdates", timeout=2, offset=-1))[-1]["callback_query"]
        await chat.call("answerCallbackQuery", callback_query_id=query["id"], text="Sure?", show_alert=True)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await faultless(page, "an alert")
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="About Easeback").click()
        await faultless(page, "about")


@pytest.mark.parametrize("view", ONE_VIEW)
async def test_axe_finds_nothing_in_the_workshop(browser: Browser, command: str, view: dict[str, Any]) -> None:
    context = await browser.new_context(**view)
    page = await context.new_page()
    await page.goto(command)
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_role("log")).to_contain_text("I'm Easeback")
    await page.get_by_role("button", name="Workshop", exact=True).click()
    for tab in await page.get_by_role("tab").all():
        await tab.click()
        await expect(page.get_by_role("tabpanel")).not_to_be_empty()
        await faultless(page, f"the tab {await tab.text_content()}")
    await context.close()


# ── the keyboard alone ────────────────────────────────────────────────────────────────────────────────────────────────
async def focused(page: Page) -> str:
    """What has the focus, in a word."""
    word = "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
    return str(await page.evaluate(word))


@pytest.mark.long
async def test_tab_goes_through_all_in_the_order_of_the_page_and_out_again(chat: Chat) -> None:
    await chat.call("setMyCommands", commands=[{"command": "pause", "description": "Hold on"}])
    await chat.send("Ready?", [{"text": "Begin", "callback_data": "b"}])
    await expect(chat.log.get_by_role("button", name="Begin")).to_be_visible()
    page = chat.page
    await page.get_by_role("button", name="About Easeback").focus()
    order = [await focused(page)]
    for _ in range(9):
        await page.keyboard.press("Tab")
        order.append(await focused(page))
    assert [stop for stop in order if stop not in ("jump", "me")] == [
        *("about-button", "INPUT", "workshop-button", "log", "command", "key", "menu", "text", "send"),
        order[-1],
    ]
    assert order[-1] in ("BODY", "about-button")


async def test_f6_goes_round_the_parts_of_the_page_and_back(desktop: Page, command: str) -> None:
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Start").press("Enter")
    await expect(desktop.get_by_role("textbox", name="Message")).to_be_focused()
    await expect(desktop.get_by_role("button", name="Begin")).to_be_visible()
    newest = desktop.locator(".message").last
    await desktop.keyboard.press("F6")
    await expect(desktop.get_by_role("button", name="About Easeback")).to_be_focused()
    await desktop.keyboard.press("F6")
    await expect(newest).to_be_focused()
    await desktop.keyboard.press("Tab")
    await expect(desktop.get_by_role("button", name="Begin")).to_be_focused()
    await desktop.get_by_role("button", name="Workshop", exact=True).press("Enter")
    await desktop.keyboard.press("F6")
    await expect(newest).to_be_focused()
    await desktop.keyboard.press("F6")
    await expect(desktop.get_by_role("textbox", name="Message")).to_be_focused()
    await desktop.keyboard.press("F6")
    await expect(desktop.get_by_role("tab", selected=True)).to_be_focused()
    await desktop.keyboard.press("Shift+F6")
    await expect(desktop.get_by_role("textbox", name="Message")).to_be_focused()


@pytest.mark.long
async def test_the_tabs_of_the_workshop_are_walked_by_arrows_home_and_end(desktop: Page, command: str) -> None:
    await desktop.goto(command)
    await desktop.get_by_role("button", name="Workshop", exact=True).press("Enter")
    tabs = desktop.get_by_role("tab")
    await desktop.get_by_role("tab", selected=True).focus()
    await desktop.keyboard.press("End")
    await expect(tabs.last).to_be_focused()
    await desktop.keyboard.press("ArrowRight")
    await expect(tabs.first).to_be_focused()
    await desktop.keyboard.press("ArrowLeft")
    await expect(tabs.last).to_be_focused()
    await desktop.keyboard.press("Home")
    await expect(tabs.first).to_have_attribute("aria-selected", "true")
    await desktop.keyboard.press("Escape")
    await expect(desktop.get_by_role("button", name="Workshop", exact=True)).to_be_focused()


async def test_on_a_phone_the_workshop_has_the_focus_and_the_chat_is_out_of_reach(phone: Page, command: str) -> None:
    await phone.goto(command)
    await phone.get_by_role("button", name="Workshop", exact=True).tap()
    await expect(phone.get_by_role("tab", selected=True)).to_be_focused()
    assert await phone.locator("#chat").evaluate("chat => chat.inert")
    await phone.get_by_role("button", name="Close the workshop").tap()
    await expect(phone.get_by_role("button", name="Workshop", exact=True)).to_be_focused()
    assert not await phone.locator("#chat").evaluate("chat => chat.inert")


async def test_after_a_tap_the_focus_is_on_what_took_the_buttons_place(chat: Chat) -> None:
    def keyboard(*names: str) -> dict[str, Any]:
        return {"inline_keyboard": [[{"text": name, "callback_data": name}] for name in names]}

    sent = await chat.call("sendMessage", chat_id=ME, text="How is it?", reply_markup=keyboard("Good", "Bad"))
    where = {"chat_id": ME, "message_id": sent["message_id"]}
    row = chat.log.locator(f'[data-id="{sent["message_id"]}"]')
    await row.get_by_role("button", name="Bad").press("Enter")
    await chat.call("editMessageReplyMarkup", **where, reply_markup=keyboard("Better", "Bad"))
    await expect(row.get_by_role("button", name="Better")).to_be_visible()
    await expect(row.get_by_role("button", name="Bad")).to_be_focused()
    await chat.call("editMessageReplyMarkup", **where, reply_markup=keyboard("Where?", "No matter"))
    await expect(row.get_by_role("button", name="Where?")).to_be_focused()
    await chat.call("editMessageText", **where, text="Thank you.")
    await expect(row.get_by_text("Thank you.")).to_be_visible()
    await expect(row).to_be_focused()
    await chat.send("On we go.", [{"text": "Next", "callback_data": "n"}])
    await expect(chat.log.get_by_role("button", name="Next")).to_be_visible()
    await chat.page.keyboard.press("Tab")
    await expect(chat.log.get_by_role("button", name="Next")).to_be_focused()
    await chat.call("deleteMessage", **where)
    await expect(row).to_have_count(0)
    await expect(chat.log.get_by_role("button", name="Next")).to_be_focused()


@pytest.mark.long
async def test_when_the_message_in_focus_is_deleted_the_next_one_has_the_focus(chat: Chat) -> None:
    gone = await chat.send("Going.", [{"text": "This", "callback_data": "t"}])
    await chat.send("Staying.")
    await expect(chat.log.get_by_text("Staying.")).to_be_visible()
    await chat.log.get_by_role("button", name="This").focus()
    await chat.call("deleteMessage", chat_id=ME, message_id=gone["message_id"])
    await expect(chat.log.locator(".message").last).to_be_focused()


@pytest.mark.long
async def test_who_begins_to_type_types_into_the_composer(chat: Chat) -> None:
    await chat.send("A message.")
    await chat.log.get_by_text("A message.").click()
    await chat.page.keyboard.type("hello")
    await expect(chat.page.get_by_role("textbox", name="Message")).to_have_value("hello")


# ── read out ──────────────────────────────────────────────────────────────────────────────────────────────────────────
HEAR = """() => {
    window.heard = [];
    const hear = (node) => {
        const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        const words = node.textContent.trim();
        if (words && element?.closest('[aria-live]')?.id === 'log') heard.push(words);
    };
    new MutationObserver((changes) => changes.forEach((change) => {
        if (change.type === 'characterData') hear(change.target);
        else change.addedNodes.forEach(hear);
    })).observe(document.getElementById('log'), {childList: true, subtree: true, characterData: true});
}"""
"""Notes what a screen reader says: what is added or changed where the nearest live region is the log itself."""


async def test_a_message_is_read_once_and_its_buttons_never_again(chat: Chat) -> None:
    await chat.page.evaluate(HEAR)
    buttons = [[{"text": "Good", "callback_data": "g"}]]
    sent = await chat.call("sendMessage", chat_id=ME, text="How is it?", reply_markup={"inline_keyboard": buttons})
    note = await chat.send_note(2.0, "a note")
    await expect(chat.log.get_by_text("a note")).to_be_visible()
    heard = await chat.page.evaluate("heard.splice(0)")
    assert len([words for words in heard if "How is it?" in words]) == 1
    assert len([words for words in heard if "a note" in words]) == 1
    buttons = [[{"text": "Bad", "callback_data": "b"}]]
    where = {"chat_id": ME, "message_id": sent["message_id"]}
    await chat.call("editMessageReplyMarkup", **where, reply_markup={"inline_keyboard": buttons})
    await expect(chat.log.get_by_role("button", name="Bad")).to_be_visible()
    await chat.note(note).get_by_role("button", name="Play voice message").click()
    await expect(chat.note(note)).to_have_attribute("data-state", "playing")
    await expect(chat.note(note)).to_have_attribute("data-state", "idle")
    assert await chat.page.evaluate("heard.splice(0)") == []
    await chat.call("editMessageText", **where, text="How is it now?")
    await expect(chat.log.get_by_text("How is it now?")).to_be_visible()
    assert "How is it now?" in await chat.page.evaluate("heard.splice(0)")


async def test_the_whole_page_is_read_out_in_good_order(chat: Chat) -> None:
    await chat.call("setMyCommands", commands=[{"command": "pause", "description": "Hold on"}])
    await expect(chat.page.get_by_role("button", name="Commands")).to_be_visible()
    await expect(chat.page.locator("body")).to_match_aria_snapshot("""
        - banner:
          - button "About Easeback"
          - heading "Easeback" [level=1]
          - paragraph: local chat
          - time
          - group "Speed of time"
          - button "Workshop"
        - main:
          - log "Messages"
        - contentinfo:
          - button "Commands"
          - textbox "Message"
          - button "Send"
    """)


# ── enlarged ──────────────────────────────────────────────────────────────────────────────────────────────────────────
CUT = """() => {
    const shown = (part) => part.checkVisibility({visibilityProperty: true}) && !part.closest('[inert], .heard');
    const all = (selector) => [...document.querySelectorAll(selector)].filter(shown);
    const named = (part) => part.id || part.ariaLabel || part.textContent.slice(0, 20);
    const faults = [];
    for (const part of all('button, textarea, h1, .text, [role=tab], #status, #clock')) {
        const {left, right, top, bottom} = part.getBoundingClientRect();
        if (left < -1 || right > innerWidth + 1) faults.push(`${named(part)}: ${left} to ${right}`);
        const scrolls = part.closest('#log, #panel, #commands, dialog');
        if (!scrolls && (top < -1 || bottom > innerHeight + 1)) faults.push(`${named(part)}: ${top} down to ${bottom}`);
    }
    for (const part of all('#name, .key, [role=tab], html, #log')) {
        if (part.scrollWidth > part.clientWidth + 1) faults.push(`${part.id || part.className || part.tagName} is cut`);
    }
    const bars = all('header button, header h1, #status, #clock, #composer > button, #text');
    const places = bars.map((part) => [named(part), part.getBoundingClientRect()]);
    for (const [one, a] of places) for (const [other, b] of places) {
        const beside = a.left >= b.right - 1 || b.left >= a.right - 1 || a.top >= b.bottom - 1 || b.top >= a.bottom - 1;
        if (one < other && !beside) faults.push(`${one} lies over ${other}`);
    }
    if (document.getElementById('log').clientHeight < 60) faults.push('no room for messages');
    return faults;
}"""
"""What of the page is cut off, lies over something else or is wider than the view."""

ENLARGED = {
    "as it is": (1280, 800, 100),
    "on a phone": (390, 844, 100),
    "a desk at 200 %": (640, 400, 100),
    "a phone at 200 %": (195, 422, 100),
    "a desk with letters of twice the size": (1280, 800, 200),
    "a phone with letters of twice the size": (390, 844, 200),
    "320 pixels": (320, 640, 100),
}

SHORT = ("as it is", "a phone at 200 %", "a phone with letters of twice the size")
SOME_ENLARGED = [pytest.param(how, marks=() if how in SHORT else pytest.mark.long) for how in ENLARGED]


@pytest.mark.parametrize("how", SOME_ENLARGED)
async def test_nothing_is_cut_or_hidden_when_it_is_enlarged(browser: Browser, how: str) -> None:
    width, height, letters = ENLARGED[how]
    async with opened(browser, viewport={"width": width, "height": height}, device_scale_factor=2) as chat:
        page = chat.page
        await page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%` }", 1.125 * letters)
        await page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.call("setMyCommands", commands=[{"command": "pause", "description": "Hold on for a moment"}])
        await chat.send(
            "A text of some words.", [{"text": "Begin", "callback_data": "b"}, {"text": "End", "callback_data": "e"}]
        )
        await chat.send_note(2.0, "a note with words")
        await expect(chat.log.get_by_text("a note")).to_be_visible()
        assert await page.evaluate(CUT) == []
        await page.get_by_role("textbox", name="Message").fill("/")
        await expect(page.get_by_role("option")).to_be_in_viewport(ratio=1)
        assert await page.evaluate(CUT) == []
        await page.get_by_role("textbox", name="Message").fill("")
        await page.get_by_role("button", name="Workshop", exact=True).click()
        await expect(page.get_by_role("tab").first).to_be_visible()
        assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


# ── from right to left, and as the person wants it ────────────────────────────────────────────────────────────────────
@asynccontextmanager
async def in_arabic(browser: Browser, **view: Any) -> AsyncIterator[Chat]:
    async with opened(browser, locale="ar", **view) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        yield chat


@pytest.mark.parametrize("view", [DESK, PHONE], ids=["desk", "phone"])
async def test_for_who_reads_from_right_to_left_the_page_is_mirrored(browser: Browser, view: dict[str, Any]) -> None:
    async with in_arabic(browser, **view) as chat:
        await chat.send("مرحبا.", [{"text": "نعم.", "callback_data": "y"}])
        await expect(chat.log.get_by_text("مرحبا.")).to_be_visible()
        await expect(chat.page.locator("html")).to_have_attribute("dir", "rtl")

        async def x(selector: str) -> float:
            """The middle of what is shown."""
            box = await chat.page.locator(selector).last.bounding_box()
            assert box
            return box["x"] + box["width"] / 2

        middle = view["viewport"]["width"] / 2
        assert await x(".in .bubble") > middle > await x(".out .bubble")
        assert await x("#about-button") > middle > await x("#workshop-button")
        assert await x("#send") < await x("#text")
        assert await x(".in .bubble time") < await x(".in .bubble .text")
        await expect(chat.page.locator(".in .bubble").last).to_have_css("direction", "rtl")


@pytest.mark.long
async def test_each_text_runs_as_its_own_language_does(chat: Chat) -> None:
    await expect(chat.page.locator("html")).to_have_attribute("dir", "ltr")
    for text, way in (("سلام!", "rtl"), ("Hello!", "ltr")):
        await chat.send(text, [{"text": text, "callback_data": "y"}])
        await expect(chat.log.locator(".text", has_text=text)).to_have_css("direction", way)
        await expect(chat.log.get_by_role("button", name=text).locator("span")).to_have_css("direction", way)
        await chat.page.get_by_role("textbox", name="Message").fill(text)
        await expect(chat.page.get_by_role("textbox", name="Message")).to_have_css("direction", way)


@pytest.mark.long
async def test_nothing_moves_for_who_wants_it_still(browser: Browser) -> None:
    async with opened(browser, reduced_motion="reduce") as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send("Ready?", [{"text": "Begin", "callback_data": "b"}])
        await chat.call("sendChatAction", chat_id=ME, action="typing")
        await expect(chat.page.get_by_text("is typing…")).to_be_visible()
        assert await chat.page.evaluate("document.getAnimations({subtree: true}).length") == 0
        await expect(chat.log.get_by_role("button", name="Begin")).to_have_css("transition-duration", "0s")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.long
async def test_in_colours_of_ones_own_bubbles_and_buttons_have_edges(browser: Browser, scheme: Any) -> None:
    async with opened(browser, forced_colors="active", color_scheme=scheme) as chat:
        await chat.page.get_by_role("button", name="Start").click()
        await expect(chat.log.get_by_text("/start")).to_be_visible()
        await chat.send("Ready?", [{"text": "Begin", "callback_data": "b"}])
        for part in (chat.log.locator(".bubble").last, chat.log.get_by_role("button", name="Begin")):
            await expect(part).to_have_css("border-top-style", "solid")
        await chat.log.get_by_role("button", name="Begin").focus()
        await faultless(chat.page, "forced colours")


async def contrast(page: Page, selector: str) -> float:
    """Of a text's colour to its own ground, by the measure of WCAG."""
    return float(
        await page.locator(selector).first.evaluate(
            """element => {
                const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
                const light = (colour) => {
                    canvas.fillStyle = colour;
                    canvas.fillRect(0, 0, 1, 1);
                    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
                        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                const ground = (of) => getComputedStyle(of).backgroundColor;
                let under = element;
                while (ground(under) === 'rgba(0, 0, 0, 0)') under = under.parentElement;
                const [a, b] = [light(getComputedStyle(element).color), light(ground(under))];
                return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            }"""
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.long
async def test_who_asks_for_more_contrast_gets_it(browser: Browser, scheme: Any) -> None:
    figures = {}
    for wish in ("no-preference", "more"):
        async with opened(browser, contrast=wish, color_scheme=scheme) as chat:
            await chat.page.get_by_role("button", name="Start").click()
            await expect(chat.log.get_by_text("/start")).to_be_visible()
            await chat.send("Ready?")
            await expect(chat.log.get_by_text("Ready?")).to_be_visible()
            figures[wish] = [await contrast(chat.page, part) for part in ("#status", ".in time", ".day", "#clock")]
    assert min(figures["no-preference"]) >= 4.5
    assert min(figures["more"]) >= 7
