"""Nobody but the person at this machine and the bot with the token gets anything out of the local chat, or into it."""

from __future__ import annotations

import httpx
import pytest

from bot.localchat import Clock, LocalTelegram, serve
from tests.localchat.raw import TOKEN, RawBot

OWN = "http://127.0.0.1:8000"
PARTS = ["/", "/page/main.js", "/chat/events", "/chat/file/x", "/chat/say", "/chat/tap", "/chat/speed"]


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
        assert "frame-ancestors 'none'" in policy
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
        assert (await http.post("/chat/say", json={"text": "x"}, headers=headers)).status_code == 403
    assert telegram.messages(1001) == []
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
    assert (opened.status_code, fetched.status_code) == (200, 403)


@pytest.mark.parametrize(
    "path", ["../page.py", "..%2Fpage.py", "%2e%2e/page.py", "main.js%00", "index.html/../../page.py"]
)
async def test_no_path_leads_out_of_the_pages_folder(
    telegram: LocalTelegram, http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(f"/page/{path}", params={"key": telegram.page_key})
    assert answer.status_code == 404
    assert "import" not in answer.text


async def test_no_path_leads_out_of_the_files(http: httpx.AsyncClient) -> None:
    for path in ("../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "/etc/passwd", "voice/../voice"):
        assert (await http.get(f"/file/bot{TOKEN}/{path}")).status_code == 404


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
