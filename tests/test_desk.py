"""The author's desk: what is saved is checked, told and led; a step is heard; two languages stand side by side."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile  # type: ignore[import-untyped]  # it comes without types
from numpy.typing import NDArray

from bot import check, look
from bot.desk import Desk, marks
from bot.guide import covering
from bot.guide.beside import Pair, Part, parts
from bot.guide.content import Tag
from bot.hear import Wish, planned
from bot.led import ahead, orders, read_content
from bot.media.shelf import Shelf
from bot.parts import Led
from tests.notes import Hum, few
from tests.pseudo import LANGUAGE, pseudo, translate
from tests.test_check import line_of

CLASSIC, TWO = "sessions/classic.yaml", "sessions/two.yaml"
SLIP = ("    twin: reach\n", "    twin: raech\n")
SUM = ("    seconds: 30\n", "    seconds: 31\n")


class Stuck(Hum):
    """Never gets done with a phrase."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        time.sleep(600)
        return super().speak(text, speed)


class Dying(Hum):
    """Takes its process with it."""

    def speak(self, text: str, speed: float) -> tuple[NDArray[np.float32], int]:
        os._exit(1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An author's content, with few sessions."""
    few(tmp_path / "content")
    (tmp_path / "content/sessions/hips.yaml").unlink()
    return tmp_path / "content"


@asynccontextmanager
async def at_work(folder: Path, engine: type[Hum] = Hum, each: float = 0.05) -> AsyncIterator[Desk]:
    """A desk that watches the folder, with a shelf that hums."""
    home = folder.parent
    desk = Desk(folder, home / "measured", Led(*read_content(folder)), engine, each=each)
    shelf = Shelf(home / "notes", engine, workers=1)
    await shelf.start()
    desk.shelf = shelf
    try:
        async with desk.watching():
            yield desk
    finally:
        await shelf.close()


@pytest.fixture
async def desk(folder: Path) -> AsyncIterator[Desk]:
    async with at_work(folder) as desk:
        yield desk


def save(folder: Path, file: str, old: str, new: str) -> None:
    """Save as editors do: a new file takes the old one's place."""
    text = (folder / file).read_text("utf-8")
    assert old in text
    part = folder / f"{file}.part"
    part.write_text(text.replace(old, new, 1), "utf-8")
    part.replace(folder / file)


async def until(true: Callable[[], bool], within: float = 40.0) -> None:
    """Wait until it holds."""
    ends = time.monotonic() + within
    while not true():
        assert time.monotonic() < ends, "it did not come true"
        await asyncio.sleep(0.02)


def told(desk: Desk) -> list[str]:
    """What is to be mended, in words."""
    return [
        f"{p['file']}:{p['line']}: {p['step']}: {p['what']}. Write: {p['instead']}" for p in desk.state()["problems"]
    ]


# ── saved, checked, led ───────────────────────────────────────────────────────────────────────────────────────────────
async def test_nothing_is_checked_before_somebody_asks_or_saves(desk: Desk) -> None:
    await asyncio.sleep(0.3)
    led_at = desk._led_at
    assert (desk.state()["busy"], desk._look) == ("", None), "a page that is opened costs nothing"
    desk.look(whole=False)
    assert desk.state()["busy"] == "reading"
    await until(lambda: not desk.state()["busy"])
    assert (desk.state()["whole"], desk.state()["problems"]) == (False, [])
    assert desk.state()["led_at"] == led_at, "nothing was saved, so nothing newer is led"


@pytest.mark.long
async def test_all_is_well_when_the_voice_was_asked_as_well(desk: Desk) -> None:
    desk.look()
    await until(lambda: desk.state()["busy"] == "measuring")
    await until(lambda: desk.state()["saying"] != "")
    await until(lambda: desk.state()["whole"] and not desk.state()["busy"])
    state = desk.state()
    assert (state["problems"], state["busy"], state["led"]) == ([], "", True)
    assert [session["id"] for session in state["sessions"]] == ["breathing", "classic", "two"]


async def test_a_slip_is_told_with_file_line_step_and_what_to_write_and_the_last_good_content_goes_on(
    desk: Desk, folder: Path
) -> None:
    before, led_at = desk.led.content, desk.state()["led_at"]
    save(folder, CLASSIC, *SLIP)
    await until(lambda: told(desk) != [])
    line = line_of((folder / CLASSIC).read_text("utf-8"), "    twin: raech")
    assert told(desk) == [f"{CLASSIC}:{line}: reach: there is no twin “raech”. Write: reach"]
    await until(lambda: not desk.state()["led"])
    assert desk.led.content is before
    assert desk.state()["led_at"] == led_at
    save(folder, CLASSIC, *reversed(SLIP))
    await until(lambda: told(desk) == [] and desk.state()["led"])
    assert desk.led.content is not before
    assert desk.state()["led_at"] > led_at


async def test_what_is_not_well_said_is_told_and_led_all_the_same(desk: Desk, folder: Path) -> None:
    save(folder, CLASSIC, *SUM)
    await until(lambda: told(desk) != [])
    assert told(desk)[0].endswith("intro and marks add up to 30, not 31. Write: `seconds: 30`")
    await until(lambda: desk.led.content.sessions["classic"].steps[0].seconds["any"] == 31)
    assert desk.state()["led"]


@pytest.mark.long
async def test_what_takes_too_long_to_say_is_found_by_the_voice(desk: Desk, folder: Path) -> None:
    save(folder, TWO, "(1)", f"{'Wait. ' * 40}(1)")
    await until(lambda: desk.state()["whole"])
    assert any("Wait. Wait." in problem and "too few" in problem for problem in told(desk))


@pytest.mark.long
async def test_a_session_that_the_bot_itself_leads_to_can_not_go(desk: Desk, folder: Path) -> None:
    (folder / TWO).unlink()
    await until(lambda: not desk.state()["led"])
    await until(lambda: not desk.state()["busy"])
    assert any("a session that the bot itself leads to, and it is missing" in problem for problem in told(desk))
    assert "two" in desk.led.content.sessions


@pytest.mark.long
async def test_a_newer_change_stops_the_older_check(folder: Path) -> None:
    async with at_work(folder, Stuck) as desk:
        desk.look()
        await until(lambda: desk.state()["saying"] != "")
        assert desk._thorough._process is not None
        older = desk._thorough._process
        save(folder, CLASSIC, *SUM)
        await until(lambda: told(desk) != [])
        assert older.returncode is not None
        await until(lambda: desk.state()["saying"] != "")
        newer = desk._thorough._process
        assert newer is not None
        assert newer is not older
    assert newer.returncode is not None, "nothing outlives the desk"


@pytest.mark.long
async def test_a_check_that_fails_is_told_and_the_next_save_is_checked_again(folder: Path) -> None:
    async with at_work(folder, Dying) as desk:
        desk.look()
        await until(lambda: desk.state()["failed"] != "")
        assert desk.state()["failed"] == "The check itself failed. Type: python3 easeback.py check"
        save(folder, CLASSIC, *SLIP)
        await until(lambda: told(desk) != [])
        assert desk.state()["failed"] == ""


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda path: path.write_bytes(b"id: \xff\n"), "this is no UTF-8 text"),
        (lambda path: path.write_text("id: two\nid: two\n"), "the key “id” stands twice"),
        (lambda path: path.write_text("- [" * 3000), "this is no YAML"),
        (lambda path: (path.unlink(), path.symlink_to("/etc/hostname")), "this link leads out of the folder"),
        (lambda path: shutil.rmtree(path.parent.parent), "there is no folder"),
    ],
    ids=["no text", "a key twice", "too deep", "a link", "no folder"],
)
@pytest.mark.long
async def test_whatever_is_saved_the_desk_and_the_bot_go_on(
    desk: Desk, folder: Path, spoil: Callable[[Path], Any], what: str
) -> None:
    before, kept = desk.led.content, folder.parent / "kept"
    shutil.copytree(folder, kept)
    spoil(folder / TWO)
    await until(lambda: not desk.state()["led"])
    await until(lambda: any(what in problem for problem in told(desk)) or bool(desk.state()["failed"]))
    assert desk.led.content is before
    shutil.rmtree(folder, ignore_errors=True)
    kept.rename(folder)
    await until(lambda: desk.state()["led"] and told(desk) == [])


@pytest.mark.long
async def test_the_notes_of_what_changed_are_made_before_all_others(folder: Path) -> None:
    async with at_work(folder, Stuck) as desk:
        assert desk.shelf is not None
        desk.shelf.want(orders(ahead(desk.led.content, desk.led.words, desk.voices)))
        await until(lambda: bool(desk.shelf and desk.shelf._making))
        waited = [*desk.shelf._queue]
        save(folder, TWO, "(1)", "Yes. (1)")
        await until(lambda: "Yes." in str(desk.led.content))
        new = [job for key, job in desk.shelf._queue.items() if key not in waited]
        assert [*desk.shelf._queue] == [*(job.key for job in new), *waited]
        assert {"Yes." in str(job.script) for job in new} == {True}


@pytest.mark.long
async def test_other_words_are_led_and_the_menu_is_told_of_its_own(desk: Desk, folder: Path) -> None:
    renewed: list[str] = []

    async def renew() -> None:
        renewed.append(desk.led.words["en"]("command-skip"))

    desk.on_words(renew)
    save(folder, TWO, "(1)", "Yes. (1)")
    await until(lambda: "Yes." in str(desk.led.content))
    text = (folder / "words/en.ftl").read_text("utf-8")
    was = re.findall("^command-skip = (.*)$", text, re.MULTILINE)[0]
    save(folder, "words/en.ftl", f"command-skip = {was}", "command-skip = What I can do")
    await until(lambda: renewed != [])
    assert renewed == ["What I can do"]


@pytest.mark.long
async def test_a_restart_reads_anew_under_the_same_rule(folder: Path) -> None:
    async with at_work(folder, each=600) as desk:
        save(folder, CLASSIC, *SLIP)
        before = desk.led.content
        await desk.read_again()
        assert desk.led.content is before
        assert not desk.state()["led"]
        save(folder, CLASSIC, *reversed(SLIP))
        await desk.read_again()
        assert desk.led.content is not before


def test_each_save_is_seen_and_nothing_else(folder: Path) -> None:
    before = marks(folder)
    (folder / "sessions/.two.yaml.swp").write_text("an editor's own")
    assert marks(folder) == before
    save(folder, TWO, "(1)", "(2)")
    assert marks(folder) != before
    assert marks(folder / "nowhere") == ()


# ── what was measured ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_voice_is_asked_once_for_all_checks_and_a_line_that_was_cut_off_again(tmp_path: Path) -> None:
    asked: list[str] = []
    said: list[dict[str, Any]] = []

    def measure(words: str, speed: float) -> float:
        asked.append(words)
        return 1.5

    def measured(name: str = "a voice") -> look.Measured:
        return look.Measured(tmp_path / "measured", name, lambda: measure, said.append)

    first = measured()
    assert [first("Rest.", 0.6), first("Rest.", 0.6), first("Rest.", 0.65)] == [1.5] * 3
    assert said == [{"saying": "Rest."}], "one sign a second is enough"
    assert measured()("Rest.", 0.65) == 1.5
    assert len(asked) == 2
    assert measured("another voice")("Rest.", 0.65) == 1.5
    assert len(asked) == 3
    file = tmp_path / "measured"
    file.write_text(file.read_text().splitlines()[0] + '\n["a voice", 0.6')
    assert measured()("Rest.", 0.65) == 1.5
    assert len(asked) == 4


@pytest.mark.long
def test_what_the_desk_finds_is_what_the_command_prints(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(folder, CLASSIC, *SUM)
    save(folder, TWO, "(1)", f"{'Wait. ' * 40}(1)")

    def steady(words: str, speed: float) -> float:
        return 0.25 * len(words.split())

    answers: list[dict[str, Any]] = []
    look.look(folder, steady, answers.append)
    check.main(folder, steady)
    printed = capsys.readouterr().out.splitlines()
    found = [str(look.Problem(**problem)) for answer in answers for problem in answer["problems"]]
    assert len(found) > 1
    assert found == printed[:-1]


# ── what there is to know of a session ────────────────────────────────────────────────────────────────────────────────
@pytest.mark.long
def test_the_lengths_at_normal_pace_are_the_ones_that_the_check_proves() -> None:
    content, _ = read_content(check.OWN)
    for session in content.sessions.values():
        lengths = covering.lengths(session, content)
        for position, stated in session.length.items():
            normal = lengths[str(position)]["normal"]
            assert f"{int(normal) // 60}:{int(normal) % 60:02}" == stated
            assert lengths[str(position)]["faster"] < normal < lengths[str(position)]["slower"]


@pytest.mark.long
def test_what_falls_out_is_what_the_check_prints_and_more() -> None:
    content, _ = read_content(check.OWN)
    session = content.sessions["hips"]
    falls = [*covering.falls(session, content)]
    much = [f"{one.left_out} in {one.position}: {one.out} of {one.of}" for one in falls if one.much]
    printed = [*covering.much_falls_out(covering.cases(session, content))]
    assert printed
    assert printed == [line for line in much if line.split()[0] not in set(Tag)]
    assert all(0 < one.out <= one.of for one in falls)


# ── a step heard ──────────────────────────────────────────────────────────────────────────────────────────────────────
WISH = {"session": "classic", "position": "chair", "pace": "slower", "language": "en"}


@pytest.mark.long
async def test_the_steps_are_those_of_hear(desk: Desk, folder: Path) -> None:
    given = desk.steps(WISH)
    content, words = read_content(folder)
    plan = planned(content, words["en"], Wish(session="classic", position="chair", pace="slower"))
    assert [step["id"] for step in given["steps"]] == [step.id for step in plan.steps]
    assert given["length"] == plan.seconds_left(0)
    assert [p["text"] for p in given["steps"][1]["phrases"]] == [p.text for p in plan.steps[1].told.script.phrases]


async def test_a_step_is_spoken_into_a_note_of_exactly_its_length(desk: Desk, tmp_path: Path) -> None:
    step = desk.steps(WISH)["steps"][1]
    made = await desk.speak({**WISH, "step": step["id"]})
    sound = await desk.note(made["note"])
    assert sound is not None
    (tmp_path / "note.ogg").write_bytes(sound)
    assert soundfile.info(tmp_path / "note.ogg").frames / 48_000 == pytest.approx(step["length"], abs=0.03)


@pytest.mark.long
async def test_a_step_that_can_not_be_made_says_why(desk: Desk, folder: Path) -> None:
    save(folder, CLASSIC, "(1)", f"{'Wait. ' * 60}(1)")
    await until(lambda: "Wait. Wait." in str(desk.led.content))
    step = next(step for step in desk.steps(WISH)["steps"] if "Wait. Wait." in json.dumps(step))
    for _ in range(2):  # the second time nobody tries anew, and the reason is still known
        made = await desk.speak({**WISH, "step": step["id"]})
        assert made.keys() == {"failed"}
        assert re.search(r"^“.*Wait\. Wait\..*” takes [\d.]+ s more than it has$", made["failed"])


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"session": "clasic"}, "There is no session “clasic”. Write: classic"),
        ({"position": "lying"}, "“classic” is not led in “lying”"),
        ({"pace": "fast"}, "There is no pace “fast”. Write: faster"),
        ({"language": "xx"}, "“xx” is not led."),
        ({"session": None, "position": 7}, "There is no session “None”."),
    ],
)
async def test_what_is_not_there_is_refused_in_words(desk: Desk, wish: dict[str, Any], said: str) -> None:
    assert desk.steps({**WISH, **wish})["refused"].startswith(said)
    assert await desk.speak({**WISH, **wish, "step": "reach"}) == {"failed": "This step is not there any more."}


async def test_no_note_while_the_bot_starts_again_and_none_by_another_name(desk: Desk) -> None:
    assert await desk.note("../../key") is None
    assert await desk.note("0" * 32) is None
    desk.shelf = None
    made = await desk.speak({**WISH, "step": desk.steps(WISH)["steps"][0]["id"]})
    assert made == {"failed": "The bot is starting again. Try once more in a moment."}


@pytest.mark.long
async def test_a_language_without_a_voice_is_read_and_not_heard(folder: Path) -> None:
    translate(folder)
    desk = Desk(folder, folder.parent / "measured", Led(*read_content(folder)), Hum)
    assert desk.sessions()["languages"] == ["en", LANGUAGE]
    steps = desk.steps({**WISH, "language": LANGUAGE})["steps"]
    english = desk.steps(WISH)["steps"]
    assert steps[1]["show"] == pseudo(english[1]["show"])
    failed = await desk.speak({**WISH, "language": LANGUAGE, "step": steps[1]["id"]})
    assert failed == {"failed": "No voice speaks this language yet: it runs on text."}


# ── two languages ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def translated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("translated") / "content"
    few(folder)
    translate(folder)
    return folder


def compared(folder: Path) -> dict[str, Part]:
    return {part.id: part for part in parts(check.read(folder), LANGUAGE)}


def marked(part: Part) -> dict[str, Pair]:
    return {pair.place: pair for pair in part.pairs if pair.mark}


def test_a_whole_language_has_nothing_to_do_and_each_text_beside_its_own(translated: Path) -> None:
    found = compared(translated)
    assert [*found] == ["breathing", "classic", "hips", "two", "twins", "words", "safety"]
    for part in found.values():
        assert marked(part) == {}
        assert part.pairs
    pair = next(pair for pair in found["classic"].pairs if pair.place == "settle, name")
    assert (pair.english, pair.other.strip()) == ("Settle", pseudo("Settle"))


def test_what_is_missing_out_of_date_or_the_same_is_marked_with_its_place(translated: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(translated, tmp_path / "content")
    file = f"translations/{LANGUAGE}.yaml"
    text = (folder / file).read_text("utf-8")
    settle = text[text.index("\n  settle:") :]
    settle = settle[: settle.index("\n\n") + 1]
    emptied = re.sub(r"    name: \|\n      .*\n", "    name:\n", settle)
    reach = text[text.index("\n  reach:\n    of") :]
    reach = reach[: reach.index("\n\n") + 1]
    old = re.sub('of: "', 'of: "0', reach)
    (folder / file).write_text(text.replace(settle, emptied).replace(reach, old), "utf-8")
    words = f"words/{LANGUAGE}.ftl"
    english = dict(re.findall(r"^(command-\w+) = (.*)$", (folder / "words/en.ftl").read_text("utf-8"), re.MULTILINE))
    said = (folder / words).read_text("utf-8")
    said = re.sub("^command-skip = .*$", f"command-skip = {english['command-skip']}", said, flags=re.MULTILINE)
    said = re.sub("^command-stop = ", "# command-stop = ", said, flags=re.MULTILINE)
    (folder / words).write_text(said, "utf-8")

    found = compared(folder)
    classic = marked(found["classic"])
    assert {place: pair.mark for place, pair in classic.items() if place.startswith("settle")} == {
        "settle, name": "missing"
    }
    now = (folder / file).read_text("utf-8").splitlines()
    assert now[classic["settle, name"].line - 1] == "    name:"
    stale = [pair for pair in classic.values() if pair.mark == "stale"]
    assert {pair.place.split(",")[0] for pair in stale} == {"reach"}
    assert stale[0].instead == f"`{re.findall('of: .*', reach)[0]}`"
    assert {place: (pair.mark, pair.line) for place, pair in marked(found["words"]).items()} == {
        "command-skip": ("identical", line_of(said, "command-skip")),
        "command-stop": ("missing", line_of(said, "# command-stop")),
    }
    assert (found["words"].count("missing"), found["words"].count("identical")) == (1, 1)


def test_a_language_that_has_only_begun_is_all_missing(folder: Path) -> None:
    (folder / f"words/{LANGUAGE}.ftl").write_text("", "utf-8")
    for part in compared(folder).values():
        assert {pair.mark for pair in part.pairs} == {"missing"}


async def test_one_part_is_shown_with_what_is_to_be_done_in_each(folder: Path) -> None:
    desk = Desk(folder, folder.parent / "measured", Led(*read_content(folder)), Hum)
    assert await desk.languages() == {"languages": []}
    assert (await desk.compare(LANGUAGE, "two"))["refused"] == f"There is no language “{LANGUAGE}” any more."
    translate(folder)
    assert await desk.languages() == {"languages": [LANGUAGE]}
    given = await desk.compare(LANGUAGE, "two")
    assert given["part"] == "two"
    assert {pair["file"] for pair in given["pairs"]} == {f"translations/{LANGUAGE}.yaml"}
    assert [part["id"] for part in given["parts"] if part["missing"] + part["stale"] + part["identical"]] == []
    assert (await desk.compare(LANGUAGE, "no such part"))["part"] == "breathing"
    save(folder, CLASSIC, *SLIP)
    assert "there is no twin “raech”" in (await desk.compare(LANGUAGE, "two"))["refused"]
