"""The workshop's tab for authors, as an author uses it: files are saved, and the page says what that means."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.desk import Desk
from bot.inside import Inside
from bot.led import read_content
from bot.localchat import Clock, LocalTelegram, serve
from bot.localchat.server import page_address
from bot.media.shelf import Shelf
from bot.parts import Led
from tests.browser.test_walk import begin
from tests.notes import Hum, few
from tests.pseudo import LANGUAGE, pseudo, translate
from tests.test_desk import CLASSIC, SLIP, SUM, TWO, save

SOON = 20_000
"""Milliseconds (real) for a check on a machine with much else to do."""


@dataclass
class Author:
    """A page with the tab open, and the folder that it is about."""

    page: Page
    folder: Path
    desk: Desk
    address: str

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("tabpanel")

    async def look_at(self, view: str) -> None:
        await self.panel.get_by_role("radio", name=view).check()


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[tuple[str, Desk]]:
    """A local chat whose bot is nothing but an author's desk that hums."""
    folder = tmp_path / "content"
    few(folder)
    (folder / "sessions/hips.yaml").unlink()
    desk = Desk(folder, tmp_path / "measured", Led(*read_content(folder)), Hum, each=0.1)
    telegram = LocalTelegram(":memory:", token="1:a-token", clock=Clock())
    desk.on_change(lambda: telegram.news.tell(None, "desk", desk.news))
    telegram.inside = Inside(telegram.stage.ahead.changed, desk)
    shelf = desk.shelf = Shelf(tmp_path / "notes", Hum, workers=1)
    await shelf.start()
    base, stop = await serve(telegram)
    async with desk.watching():
        yield page_address(telegram, base), desk
    await stop()
    await shelf.close()
    await telegram.close()


async def opened(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_role("button", name="Workshop", exact=True).click()
    await page.get_by_role("tab", name="Author").click()


@pytest.fixture
async def author(desktop: Page, address: tuple[str, Desk]) -> Author:
    await opened(desktop, address[0])
    return Author(desktop, address[1].folder, address[1], address[0])


# ── the check ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.long
async def test_all_is_well_is_said_with_the_time_when_all_was_measured(author: Author) -> None:
    verdict = author.panel.get_by_role("status")
    await expect(verdict).to_have_text("All is well so far.", timeout=SOON)
    await expect(author.panel.get_by_text("Still measuring how long it takes to say “")).to_be_visible(timeout=SOON)
    await expect(verdict).to_have_text(re.compile(r"All is well\. Looked at \d+:\d\d:\d\d"), timeout=2 * SOON)
    await expect(author.panel.get_by_text("Still measuring")).to_be_hidden()


async def test_a_slip_is_told_when_it_is_saved_and_gone_when_it_is_mended(author: Author) -> None:
    await expect(author.panel.get_by_text("All is well so far.")).to_be_visible(timeout=SOON)
    save(author.folder, CLASSIC, *SLIP)
    await expect(author.panel.get_by_role("status")).to_have_text("1 thing to mend.", timeout=SOON)
    line = (author.folder / CLASSIC).read_text("utf-8").splitlines().index(SLIP[1].strip("\n")) + 1
    await expect(author.panel.get_by_role("heading", name=f"{CLASSIC}: 1")).to_be_visible()
    told = author.panel.locator(".problems").get_by_role("listitem")
    await expect(told).to_have_text(f"Line {line}reachThere is no twin “raech”.Write: reach")
    await expect(author.panel.get_by_text("The bot still leads what it read at")).to_be_visible()
    save(author.folder, CLASSIC, *reversed(SLIP))
    await expect(author.panel.get_by_text("All is well")).to_be_visible(timeout=SOON)
    await expect(author.panel.get_by_text("The bot still leads")).to_be_hidden()
    await expect(author.page.get_by_role("log").get_by_role("article")).to_have_count(0)


@pytest.mark.long
async def test_the_button_bears_a_mark_while_nobody_looks(author: Author) -> None:
    button = author.page.get_by_role("button", name="Workshop", exact=True)
    await expect(author.panel.get_by_text("All is well so far.")).to_be_visible(timeout=SOON)
    save(author.folder, CLASSIC, *SUM)
    await expect(author.panel.get_by_role("status")).to_have_text("1 thing to mend.", timeout=SOON)
    await expect(button).to_have_accessible_description("")
    await author.page.get_by_role("button", name="Close the workshop").click()
    await expect(button).to_have_accessible_description("In the content there is something to mend: 1")
    save(author.folder, CLASSIC, *reversed(SUM))
    await expect(button).to_have_accessible_description("", timeout=SOON)
    save(author.folder, CLASSIC, *SUM)
    await expect(button).to_have_accessible_description(re.compile("mend: 1"), timeout=SOON)
    await author.page.reload()
    await expect(button).to_have_accessible_description(re.compile("mend: 1"))
    await button.click()
    await expect(button).to_have_accessible_description("")


@pytest.mark.long
async def test_a_session_shows_its_lengths_and_what_falls_out(author: Author) -> None:
    await author.panel.get_by_text("The classic").click(timeout=SOON)
    table = author.panel.get_by_role("table", name="How long it is").filter(visible=True)
    await expect(table.get_by_role("columnheader")).to_have_text(["slower", "normal", "faster"])
    row = table.get_by_role("row").filter(has_text="mat")
    await expect(row.get_by_role("cell")).to_have_text(["12:14", "9:47", "8:40"])
    fallen = author.panel.get_by_role("listitem").filter(has_text="FLEX", visible=True)
    await expect(fallen).to_have_text(re.compile(r"FLEX chair \d of 11, mat \d of"))


@pytest.mark.long
async def test_many_findings_are_shown_in_part(author: Author) -> None:
    await expect(author.panel.get_by_text("All is well so far.")).to_be_visible(timeout=SOON)
    (author.folder / "translations").mkdir()
    (author.folder / f"translations/{LANGUAGE}.yaml").write_text(
        "sessions: {}\nsteps: {}\ntwins: {}\nnumbers: {}\nwords: {}\nsafety: {}\n", "utf-8"
    )
    more = author.panel.get_by_role("button", name=re.compile(r"Show \d+ more"))
    await expect(more.first).to_be_visible(timeout=SOON)
    file = author.page.locator("section", has_text=f"translations/{LANGUAGE}.yaml")
    listed = file.get_by_role("listitem")
    await expect(listed).to_have_count(40)
    await more.first.click()
    await expect(listed.nth(40)).to_be_focused()


@pytest.mark.long
async def test_what_is_open_stays_open_while_more_is_found(author: Author) -> None:
    await author.panel.get_by_text("The classic").click(timeout=SOON)
    save(author.folder, CLASSIC, *SUM)
    await expect(author.panel.get_by_text(f"{CLASSIC}: 1")).to_be_visible(timeout=SOON)
    await expect(author.panel.get_by_role("table", name="How long it is").filter(visible=True)).to_have_count(1)


# ── heard ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
async def test_one_step_is_heard_with_its_phrases_lighting_up_and_nothing_of_it_in_the_chat(author: Author) -> None:
    await author.look_at("Hear")
    await author.panel.get_by_role("combobox", name="Session").select_option("The classic")
    await expect(author.panel.get_by_role("status").first).to_have_text("15 notes, 9:01.")
    await author.panel.get_by_role("button", name="Hear Breathe", exact=True).click()
    lit = author.panel.locator("[aria-current=true]")
    await expect(lit).to_have_count(1, timeout=SOON)
    await expect(lit).to_contain_text("0:00If you like, let your eyes close.")
    await expect(author.panel.get_by_role("button", name="Stop Breathe")).to_be_visible()
    await author.panel.locator("audio").evaluate("audio => { audio.currentTime = 12; }")
    await expect(lit).to_have_text("0:11Quiet comes now.")
    await author.panel.get_by_role("button", name="Stop", exact=True).click()
    await expect(lit).to_have_count(0)
    await expect(author.panel.get_by_role("button", name="Hear Breathe", exact=True)).to_be_focused()
    await expect(author.page.get_by_role("log").locator(".message")).to_have_count(0)


@pytest.mark.long
async def test_hear_from_here_plays_the_following_too_and_a_single_step_ends_by_itself(author: Author) -> None:
    await author.look_at("Hear")
    await author.panel.get_by_role("combobox", name="Session").select_option("The classic")
    audio = author.panel.locator("audio")
    await author.panel.get_by_role("button", name="Hear from here: Settle").click()
    await expect(author.panel.get_by_role("button", name="Stop Settle")).to_be_visible()
    await expect(author.panel.locator("[aria-current=true]")).to_have_count(1, timeout=SOON)
    await audio.evaluate("audio => { audio.currentTime = audio.duration - 0.2; }")
    await expect(author.panel.get_by_role("button", name="Stop Breathe")).to_be_visible(timeout=SOON)
    await author.panel.get_by_role("button", name="Stop", exact=True).click()
    await author.panel.get_by_role("button", name="Hear Breathe", exact=True).click()
    await expect(author.panel.locator("[aria-current=true]")).to_have_count(1, timeout=SOON)
    await audio.evaluate("audio => { audio.currentTime = audio.duration - 0.2; }")
    await expect(author.panel.get_by_role("button", name=re.compile("^Stop"))).to_have_count(0, timeout=SOON)


@pytest.mark.long
async def test_another_pace_and_position_have_other_lengths(author: Author) -> None:
    await author.look_at("Hear")
    await author.panel.get_by_role("combobox", name="Session").select_option("The classic")
    await expect(author.panel.get_by_role("combobox", name="Language")).to_be_hidden()
    await author.panel.get_by_role("combobox", name="Pace").select_option("slower")
    await expect(author.panel.get_by_text("Breathe 0:37.5")).to_be_visible()
    await author.panel.get_by_role("combobox", name="Position").select_option("mat")
    await expect(author.panel.get_by_role("status").first).to_contain_text(re.compile(r"^\d\d notes, 1\d:\d\d"))


@pytest.mark.long
async def test_a_note_that_can_not_be_made_is_told_with_the_words_of_the_check(author: Author) -> None:
    save(author.folder, TWO, "(1)", f"{'Wait. ' * 60}(1)")
    await author.look_at("Hear")
    await author.panel.get_by_role("combobox", name="Session").select_option("Two minutes")
    await expect(author.panel.get_by_text("Wait. Wait.").first).to_be_attached(timeout=SOON)
    await author.panel.get_by_role("button", name="Hear Three breaths", exact=True).click()
    alert = author.panel.get_by_role("alert").first
    await expect(alert).to_contain_text("This note can't be made: “", timeout=SOON)
    await expect(alert).to_contain_text("s more than it has.")


# ── compared ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.long
async def test_with_english_alone_it_is_said_how_to_begin_and_then_a_language_appears_by_itself(author: Author) -> None:
    await author.look_at("Languages")
    await expect(author.panel.get_by_text("python3 easeback.py translate de")).to_be_visible()
    translate(author.folder)
    await expect(author.panel.get_by_role("status")).to_contain_text("Esperanto: 3", timeout=SOON)
    await expect(author.panel.get_by_role("status")).to_contain_text("texts, whole.")
    await author.panel.get_by_role("combobox", name="Part").select_option("classic")
    settle = author.panel.get_by_role("row").filter(has_text="settle, name")
    await expect(settle.get_by_role("cell")).to_have_text(["Settle", pseudo("Settle")])
    await author.panel.get_by_role("checkbox", name="Only what is to be done").check()
    await expect(author.panel.get_by_text("Here nothing is to be done.")).to_be_visible()


async def test_what_is_to_be_done_is_marked_in_words_with_its_place(author: Author) -> None:
    translate(author.folder)
    file = f"translations/{LANGUAGE}.yaml"
    of = re.findall(r'\n  settle:\n    of: "(\w+)"', (author.folder / file).read_text("utf-8"))[0]
    save(author.folder, file, f'  settle:\n    of: "{of}"', '  settle:\n    of: "old"')
    await author.look_at("Languages")
    await author.panel.get_by_role("combobox", name="Part").select_option("classic", timeout=SOON)
    await author.panel.get_by_role("checkbox", name="Only what is to be done").check()
    rows = author.panel.get_by_role("row")
    head = rows.first.get_by_role("rowheader")
    await expect(head).to_contain_text("settle, name")
    await expect(head).to_contain_text("out of date")
    await expect(head).to_contain_text(re.compile(f"{file}:\\d+"))
    await expect(head).to_contain_text(f'When it says the same: of: "{of}"')
    save(author.folder, file, 'of: "old"', f'of: "{of}"')
    await expect(author.panel.get_by_text("Here nothing is to be done.")).to_be_visible(timeout=SOON)


@pytest.mark.long
async def test_on_a_phone_the_languages_stand_below_each_other(phone: Page, address: tuple[str, Desk]) -> None:
    translate(address[1].folder)
    await opened(phone, address[0])
    await phone.get_by_role("tabpanel").get_by_role("radio", name="Languages").check()
    cells = phone.get_by_role("row").first.get_by_role("cell")
    await expect(cells).to_have_count(2, timeout=SOON)
    english, other = await cells.first.bounding_box(), await cells.last.bounding_box()
    assert english
    assert other
    assert other["y"] >= english["y"] + english["height"]
    assert await phone.evaluate("document.documentElement.scrollWidth") <= 390


# ── the whole program ─────────────────────────────────────────────────────────────────────────────────────────────────
async def led_at(page: Page) -> float:
    """When what is led was read."""
    read: float = await page.evaluate(
        "fetch('/workshop/desk').then((answer) => answer.json()).then((state) => state.led_at)"
    )
    return read


async def read_since(page: Page, before: float) -> None:
    """Wait until something newer is led."""
    while await led_at(page) <= before:
        await page.wait_for_timeout(50)


async def test_the_next_run_has_what_was_saved_and_a_run_under_way_what_it_began_with(
    desktop: Page, command: str, tmp_path: Path
) -> None:
    folder = tmp_path / "content"
    await begin(desktop, command)
    before = await led_at(desktop)
    shown = re.findall(r"show: (Close your eyes if you like.*)", (folder / CLASSIC).read_text("utf-8"))
    assert shown
    save(folder, CLASSIC, shown[0], "Close both eyes, and see what comes.")
    await read_since(desktop, before)
    await desktop.wait_for_timeout(900)  # nobody is done sooner: that would be a double tap
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(desktop.get_by_role("log")).to_contain_text("Close your eyes if you like")
    for said in ("/stop", "/backpain"):
        await desktop.get_by_role("textbox").fill(said)
        await desktop.get_by_role("textbox").press("Enter")
    await desktop.get_by_role("button", name="None of these, as last time").click()
    await expect(desktop.get_by_role("log").locator(".message").last).to_contain_text("Settle · 1 of 11")
    await desktop.wait_for_timeout(900)
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(desktop.get_by_role("log")).to_contain_text("Close both eyes, and see what comes.")


@pytest.mark.long
async def test_a_step_that_is_withdrawn_is_skipped_in_a_run_under_way(
    desktop: Page, command: str, tmp_path: Path
) -> None:
    await begin(desktop, command)
    before = await led_at(desktop)
    (tmp_path / "content/withdrawn.yaml").write_text("[breathe]\n", "utf-8")
    await read_since(desktop, before)
    await desktop.wait_for_timeout(900)  # nobody is done sooner: that would be a double tap
    await desktop.get_by_role("button", name="✓ Done").click()
    await expect(desktop.get_by_role("log")).to_contain_text("Three slow breaths")
    await expect(desktop.get_by_role("log")).not_to_contain_text("Breathe ·")
