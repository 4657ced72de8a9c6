"""Nobody but the person at this machine and the bot with the token gets anything out of the local chat, or into it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.page import FOLDER, NAMES
from bot.localchat.server import page_address
from tests.localchat.raw import TOKEN, RawBot

OWN = "http://127.0.0.1:8000"
POSTS = {
    "/chat/say": {"text": "x"},
    "/chat/tap": {"message_id": 1, "data": "x"},
    "/chat/speed": {"speed": 9},
    "/workshop/jump": {"by": 9},
    "/workshop/trouble": {"kind": "slow", "on": True},
    "/workshop/people": {"name": "Eve"},
    "/workshop/person": {"id": 1001, "blocked": True},
}
PARTS = ["/", "/page/main.js", "/chat/events", "/chat/file/x", *POSTS]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "", "localhost.:80x"])
async def test_another_host_name_is_refused_everywhere(http: httpx.AsyncClient, host: str) -> None:
    for path in ("/", f"/bot{TOKEN}/getMe", "/chat/events"):
        assert (await http.get(path, headers={"host": host})).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1", "localhost:8000", "[::1]:8000"])
async def test_own_names_are_answered_with_any_port(http: httpx.AsyncClient, host: str) -> None:
    assert (await http.get(f"/bot{TOKEN}/getMe", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("path", PARTS)
async def test_the_page_and_all_its_parts_need_the_key(http: httpx.AsyncClient, path: str) -> None:
    method = "POST" if path in PARTS[4:] else "GET"
    for key in ("", "?key=", "?key=wrong", f"?key={TOKEN}", "?key=%C3%A9"):
        answer = await http.request(method, path + key, headers={"origin": OWN}, json={"text": "x"})
        assert answer.status_code == 403
        assert "carries the key" in answer.text


async def test_the_key_becomes_a_cookie_that_scripts_and_other_sites_do_not_get(
    telegram: LocalTelegram, http: httpx.AsyncClient
) -> None:
    answer = await http.get("/", params={"key": telegram.page_key})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"chat-key-8000={telegram.page_key};")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert (await http.get("/")).status_code == 200


async def test_every_answer_is_sealed(telegram: LocalTelegram, http: httpx.AsyncClient) -> None:
    for path in (f"/?key={telegram.page_key}", "/page/main.js", "/nowhere", f"/bot{TOKEN}/getMe", "/chat/say"):
        headers = (await http.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "frame-src 'self'" in policy
        assert headers["x-frame-options"] == "SAMEORIGIN"
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert not [name for name in headers if name.startswith("access-control")]


async def test_other_pages_can_not_post(telegram: LocalTelegram, http: httpx.AsyncClient) -> None:
    await http.get("/", params={"key": telegram.page_key})
    for headers in (
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9000"},
        {"origin": OWN, "sec-fetch-site": "same-site"},
    ):
        for path, body in POSTS.items():
            assert (await http.post(path, json=body, headers=headers)).status_code == 403
    assert telegram.messages(1001) == []
    assert telegram.archive.count("updates") == 0
    assert telegram.clock.speed == 1
    assert telegram.clock.skipped == 0
    assert telegram.archive.count("people") == 0
    assert telegram.news.posted == {}
    for path, body in POSTS.items():
        assert (await http.post(path, json=body, headers={"origin": OWN})).is_success
    await telegram.erase(1001)
    assert (await http.post("/chat/say", json={"text": "x"}, headers={"origin": OWN})).status_code == 204
    assert [message.text for message in telegram.messages(1001)] == ["x"]


async def test_other_pages_can_not_use_the_bot_api_even_with_the_token(http: httpx.AsyncClient) -> None:
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}):
        assert (await http.get(f"/bot{TOKEN}/getMe", headers=headers)).status_code == 403
    assert (await http.options(f"/bot{TOKEN}/getMe", headers={"origin": "https://evil.example"})).status_code == 403


async def test_the_page_can_be_opened_by_a_link_but_not_fetched_by_another_page(
    telegram: LocalTelegram, http: httpx.AsyncClient
) -> None:
    page = {"params": {"key": telegram.page_key}}
    opened = await http.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, **page)
    fetched = await http.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}, **page)
    inside = {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
    framed = await http.get("/", headers=inside, **page)
    assert (opened.status_code, fetched.status_code, framed.status_code) == (200, 403, 403)


PATHS = [
    *(
        "../page.py",
        "../../../LICENSE",
        "..%2Fpage.py",
        "%2e%2e/page.py",
        "%2e%2e%2f%2e%2e%2fREADME.md",
        "..%5cpage.py",
    ),
    *("..%252Fpage.py", "%c0%ae%c0%ae/page.py", "....//page.py", "./../page.py", "/etc/passwd", "%2Fetc%2Fpasswd"),
    *("main.js%00", "main.js/../../page.py", "index.html/../../page.py", "MAIN.JS", "", ".", "..", "~root"),
    *("C:%5cWindows%5cwin.ini", "file:%2F%2F%2Fetc%2Fpasswd", "\\..\\page.py"),
]


@pytest.fixture
async def wire(telegram: LocalTelegram) -> AsyncIterator[Callable[[str], Awaitable[bytes]]]:
    """Says bytes to a real server, which no client has tidied before, and gives all that it answers."""
    address, stop = await serve(telegram)
    port = int(address.rpartition(":")[2])

    async def say(head: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((head.replace("PORT", str(port)) + "\r\n\r\n").encode())
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        return answer

    yield say
    await stop()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("folder", ["/page/", "/chat/file/", f"/file/bot{TOKEN}/"])
async def test_no_path_leads_out_of_the_page_or_the_files(
    telegram: LocalTelegram, wire: Callable[[str], Awaitable[bytes]], folder: str
) -> None:
    cookie = f"chat-key-PORT={telegram.page_key}"
    there = await wire(f"GET /page/main.js HTTP/1.1\r\nHost: localhost:PORT\r\nCookie: {cookie}\r\nConnection: close")
    assert status(there) == 200, "so what follows is refused for its path"
    for path in PATHS:
        answer = await wire(
            f"GET {folder}{path} HTTP/1.1\r\nHost: localhost:PORT\r\nCookie: {cookie}\r\nConnection: close"
        )
        assert status(answer) in (400, 404), path
        for word in (b"import", b"Apache", b"Easeback", b"root:"):
            assert word not in answer, path


async def test_no_file_of_the_page_is_a_way_to_another_place() -> None:
    assert [path.name for path in FOLDER.iterdir() if path.is_symlink() or not path.is_file()] == []


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.0",
        "GET / HTTP/1.1\r\nHost: localhost:PORT\r\nHost: evil.example",
        "GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost",
        "GET / HTTP/1.1\r\nHost: localhost:PORT@evil.example",
        "GET / HTTP/1.1\r\nHost: localhost.evil.example:PORT",
        "GET http://localhost:PORT/ HTTP/1.1\r\nHost: evil.example:PORT",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1.nip.io:PORT",
        "GET / HTTP/1.1\r\nHost: 2130706433:PORT",
        "GET /chat/events HTTP/1.1\r\nHost: evil.example:PORT\r\nUpgrade: websocket\r\nConnection: Upgrade",
    ],
)
async def test_a_name_rebound_to_this_machine_opens_nothing(
    telegram: LocalTelegram, wire: Callable[[str], Awaitable[bytes]], head: str
) -> None:
    for path in (f"/?key={telegram.page_key}", f"/bot{TOKEN}/getMe"):
        answer = await wire(
            head.replace(" / ", f" {path} ").replace("PORT/ ", f"PORT{path} ") + "\r\nConnection: close"
        )
        assert status(answer) in (400, 403)
        for word in (telegram.page_key.encode(), b"easeback_local_bot", b"Local chat"):
            assert word not in answer


async def test_there_is_no_script_or_style_in_the_page_itself(telegram: LocalTelegram, http: httpx.AsyncClient) -> None:
    page = (await http.get("/", params={"key": telegram.page_key})).text
    assert re.findall(r"<script[^>]*>", page) == ['<script type="module" src="/page/main.js">']
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:|https?:", page) == []
    for name in sorted(NAMES):
        part = (await http.get(f"/page/{name}")).text
        assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", part) == []


async def test_nothing_that_the_page_is_given_has_the_token_in_it(
    telegram: LocalTelegram, http: httpx.AsyncClient, bot: RawBot, note: bytes
) -> None:
    await http.get("/", params={"key": telegram.page_key})
    await http.post("/chat/say", json={"text": "x"}, headers={"origin": OWN})
    await bot.send_voice(1001, note)
    telegram.hang_up()  # so that the stream ends after what it begins with
    paths = ("/", "/nowhere", "/chat/events", *(f"/page/{name}" for name in sorted(NAMES)))
    given = [(await http.get(path)).content for path in paths]
    assert b'"voice"' in given[2]
    assert [data for data in given if TOKEN.partition(":")[2].encode() in data] == []
    assert TOKEN.partition(":")[2] not in page_address(telegram, OWN)


async def test_a_file_of_the_bots_can_not_become_a_page(
    telegram: LocalTelegram, http: httpx.AsyncClient, bot: RawBot, note: bytes
) -> None:
    await telegram.say(1001, "/start")
    script = ("x.html", b"<script>alert(1)</script>", "text/html")
    for kind in ("document", "audio"):
        sent = await http.post(f"/bot{TOKEN}/send{kind.title()}", data={"chat_id": 1001}, files={kind: script})
        answer = await http.get(
            f"/chat/file/{sent.json()['result'][kind]['file_id']}", params={"key": telegram.page_key}
        )
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"] == "attachment"
        assert "sandbox" in answer.headers["content-security-policy"]
    voice = (await bot.send_voice(1001, note))["result"]["voice"]
    answer = await http.get(f"/chat/file/{voice['file_id']}", params={"key": telegram.page_key})
    assert answer.headers["content-type"] == "audio/ogg"


async def test_a_player_may_ask_for_a_part_of_a_note(
    telegram: LocalTelegram, http: httpx.AsyncClient, bot: RawBot, note: bytes
) -> None:
    await telegram.say(1001, "/start")
    voice = (await bot.send_voice(1001, note))["result"]["voice"]
    for asked, status, data in (
        ("bytes=0-3", 206, note[:4]),
        ("bytes=10-", 206, note[10:]),
        ("bytes=-5", 206, note[-5:]),
        ("bytes=2-9999999", 206, note[2:]),
        ("bytes=9999999-", 416, b""),
        ("bytes=0-1,3-4", 200, note),
        ("lines=1-2", 200, note),
    ):
        address = f"/chat/file/{voice['file_id']}"
        answer = await http.get(address, params={"key": telegram.page_key}, headers={"range": asked})
        assert (answer.status_code, answer.content) == (status, data)


async def test_what_is_too_large_is_refused(telegram: LocalTelegram, http: httpx.AsyncClient) -> None:
    await http.get("/", params={"key": telegram.page_key})
    own = {"origin": OWN}
    assert (await http.post("/chat/say", content=b"x" * 70_000, headers=own)).status_code == 413
    assert (await http.post("/chat/say", json={"text": "x" * 4097}, headers=own)).status_code == 400
    big = {"voice": ("a.ogg", b"x" * (53 << 20), "audio/ogg")}
    answer = await http.post(f"/bot{TOKEN}/sendVoice", data={"chat_id": 5}, files=big)
    assert (answer.status_code, answer.json()["description"]) == (413, "Request Entity Too Large")


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"text": " "}', b'{"text": "a\\u0000"}'])
async def test_what_the_page_would_never_send_is_refused(
    telegram: LocalTelegram, http: httpx.AsyncClient, body: bytes
) -> None:
    await http.get("/", params={"key": telegram.page_key})
    for path in ("/chat/say", "/chat/tap", "/chat/speed"):
        assert (await http.post(path, content=body, headers={"origin": OWN})).status_code == 400
    assert (await http.post("/chat/speed", json={"speed": 61}, headers={"origin": OWN})).status_code == 400


async def test_it_listens_on_loopback_only() -> None:
    telegram = LocalTelegram(":memory:", token=TOKEN, clock=Clock())
    for host in ("0.0.0.0", "192.168.0.1", "::"):  # noqa: S104 - refused
        with pytest.raises(ValueError, match="loopback only"):
            await serve(telegram, host=host)
    await telegram.close()
