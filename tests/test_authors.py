"""An author's way, as docs/authors.md has it: a folder, a session, what is told of each slip, and how it is heard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import pytest
import soundfile  # type: ignore[import-untyped]  # it comes without types

from bot import author
from bot.check import OWN, check, read
from bot.guide.content import Session, Step, Tag
from bot.guide.reading import parse
from bot.guide.words import Words, entries
from bot.hear import Unknown, Wish, hear, planned
from tests.notes import Hum
from tests.test_check import line_of, seconds

ROOT = Path(__file__).parents[1]
MINE = "sessions/mine.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an author has after the second chapter of the document."""
    folder = tmp_path / "my-content"
    author.own(folder, lambda _: None)
    text = (ROOT / "docs" / "authors.md").read_text("utf-8")
    (folder / MINE).write_text(re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[0], "utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    needed = entries((OWN / "words/en.ftl").read_text("utf-8"))
    return [str(problem) for problem in check({**read(OWN), **read(folder)}, seconds, needed)]


# ── a folder of one's own ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_folder_is_all_of_easebacks_content_without_its_lists(tmp_path: Path) -> None:
    said: list[str] = []
    author.own(tmp_path / "mine", said.append)
    assert read(tmp_path / "mine") == {k: v for k, v in read(OWN).items() if not k.startswith("check/")}
    for verb in ("check", "hear mine", "run"):
        assert any(
            f"EASEBACK_CONTENT={tmp_path / 'mine'}" in line and line.endswith(f"easeback.py {verb}") for line in said
        )


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine", "utf-8")
    for taken in (tmp_path, tmp_path / "mine.yaml"):
        with pytest.raises(author.Refused, match="is there already, and nothing of it is overwritten"):
            author.own(taken, lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    author.own(tmp_path, lambda _: None)
    assert (tmp_path / "twins.yaml").exists()


def test_a_folder_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(author.Refused, match="can't be written: not a directory"):
        author.own(tmp_path / "file" / "mine", lambda _: None)


# ── the example, and what goes wrong with it ──────────────────────────────────────────────────────────────────────────
def test_the_session_of_the_document_is_well_said_in_three_steps(folder: Path) -> None:
    assert problems(folder) == []
    assert len(parse(read(folder)).sessions["mine"].steps) == 3


@dataclass(frozen=True)
class Slip:
    """In the example `new` was written for `old`; `told` of it, at the line that begins with `at`."""

    old: str
    new: str
    told: str
    at: str


SLIPS = {
    "no (sides) where both sides are led": Slip(
        "(sides) Float",
        "Float",
        "mine-sway: it is led on both sides. Write: (sides) once, where the part for each side begins",
        "      any: |",
    ),
    "(sides) without sides: true": Slip(
        "    sides: true\n",
        "",
        "mine-sway: “(sides)” stands here, and the step is led once. Write: `sides: true` as well",
        "      any: |",
    ),
    "a side in braces where none is led": Slip(
        "show: Let go.",
        "show: Let your {side} arm go.",
        "mine-rest: “{side}” is filled in only where both sides are led. Write: `sides: true` as well",
        "    show: Let your",
    ),
    "a mistyped side": Slip(
        "your {side} arm up",
        "your {sied} arm up",
        "mine-sway: “{sied}” is not filled in. Write: {side} or {other}",
        "      any: |",
    ),
    "words without a tag that take longer": Slip(
        "Slowly back to the middle. (6)",
        "Slowly back to the middle. (7)",
        "mine-sway: without ARM the words in chair take 64 s, with it 62. Write: marks that add up to 62 here as well",
        "        ARM: |",
    ),
    "words without a tag that nobody knows": Slip(
        "        ARM: |", "        AMR: |", "mine-sway: “AMR” is not known here. Write: ARM", "        AMR: |"
    ),
    "a caution too long": Slip(
        "caution: Keep it small. Both hips stay down.",
        "caution: Keep it small. Both hips stay down, your feet as well, and your head is level all of the time, ok.",
        "level all of the time, ok.” takes 6.30 s, 6 are there. Write: fewer words",
        "    caution:",
    ),
    "a session that continues one that nobody has": Slip(
        "positions: [chair, rest]\nlength",
        "continues: clasic\npositions: [chair, rest]\nlength",
        "there is no session “clasic”. Write: classic",
        "continues:",
    ),
    "a first step that is not led everywhere": Slip(
        "    advance: tap\n",
        "    advance: tap\n    positions: [chair]\n",
        "mine-settle: the first step is not led in rest. Write: `rest` as well: nobody begins with nothing",
        "    positions: [chair]",
    ),
    "a position that nobody knows": Slip(
        "positions: [chair, rest]", "positions: [chair, rst]", "“rst” is not known here. Write: rest", "positions:"
    ),
    "a length that is not there": Slip(
        '  rest: "2:00"\n', "", 'the length in rest is missing. Write: `rest: "8:00"`', "length:"
    ),
    "no twin for a movement": Slip(
        "    twin: side\n", "", "mine-sway: it asks for SIDE, ARM and has no twin", "  - id: mine-sway"
    ),
    "a mark in words": Slip(
        "(quiet 18)",
        "(quiet eighteen)",
        "mine-rest: “(” belongs to no mark. Write: they are (5), (hold 5)",
        "    say: |",
    ),
    "the same id as another step": Slip(
        "id: mine-rest",
        "id: settle",
        "settle: “settle” is taken by sessions/classic.yaml, step 1. Write: another id",
        "  - id: settle",
    ),
    "a colon in a text": Slip(
        "show: Let go. Shoulders",
        "show: Let go: shoulders",
        "this is no YAML: mapping values are not allowed here. Write: `key: text`",
        "    show: Let go:",
    ),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_file_line_step_and_what_to_write(folder: Path, slip: Slip) -> None:
    text = (folder / MINE).read_text("utf-8")
    assert slip.old in text
    (folder / MINE).write_text(text.replace(slip.old, slip.new, 1), "utf-8")
    told = [problem for problem in problems(folder) if slip.told in problem]
    assert told, "\n".join(problems(folder))
    line = line_of((folder / MINE).read_text("utf-8"), slip.at)
    assert told[0].startswith(f"{MINE}:{line}: ")
    assert ". Write: " in told[0]


# ── as it is heard ────────────────────────────────────────────────────────────────────────────────────────────────────
def files(lines: list[str]) -> Iterator[tuple[str, float, Path]]:
    """Id, seconds and file of each note that was told."""
    for line in lines:
        if found := re.fullmatch(r"([\w-]+): ([\d.]+) s, (.+\.ogg)", line):
            yield found[1], float(found[2]), Path(found[3])


def test_a_session_is_heard_in_notes_of_exactly_their_length(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    assert hear(folder, Wish(session="mine"), Hum, tmp_path / "heard", said.append) == 0
    made = list(files(said))
    assert [name for name, *_ in made] == ["mine-settle", "mine-sway-caution", "mine-sway", "mine-rest"]
    for _, length, file in made:
        sound = soundfile.info(file)
        assert (sound.format, sound.subtype) == ("OGG", "OPUS")
        assert sound.frames / sound.samplerate == pytest.approx(length, abs=0.03)
    assert "At the window, chair: 2:08 in 4 notes." in said


@pytest.mark.parametrize(("pace", "length"), [("normal", 62), ("slower", 77.5), ("faster", 54.35)])
def test_one_step_is_heard_with_the_times_of_its_phrases(
    folder: Path, tmp_path: Path, pace: str, length: float
) -> None:
    said: list[str] = []
    file = tmp_path / "sway.ogg"
    assert hear(folder, Wish(session="mine", step="mine-sway", pace=pace), Hum, file, said.append) == 0
    assert said[0] == f"mine-sway: {length:g} s, {file}"
    assert soundfile.info(file).frames / 48_000 == pytest.approx(length, abs=0.03)
    assert re.fullmatch(r"  0:00  Sit tall, feet at rest\. .*", said[1])
    assert len([line for line in said if "Swap." in line]) == 1
    times = [re.match(r"  (\d):(\d\d(?:\.\d)?)  ", line) for line in said[1:]]
    begins = [60 * int(time[1]) + float(time[2]) for time in times if time]
    assert len(begins) == len(said) - 1
    assert begins == sorted(begins)


def test_in_rest_the_twin_is_heard(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    wish = Wish(session="mine", step="mine-sway", position="rest")
    assert hear(folder, wish, Hum, tmp_path, said.append) == 0
    assert [line.strip() for line in said[1:]] == ["0:00  Let your ribs and sides soften. Quiet comes now."]


def test_a_step_of_another_position_is_found_there(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    assert hear(folder, Wish(session="classic", step="to-sit"), Hum, tmp_path, said.append) == 0
    assert "classic-mat-to-sit.ogg" in said[0]


def test_words_that_do_not_fit_are_told_and_the_other_notes_are_made(folder: Path, tmp_path: Path) -> None:
    path = folder / MINE
    path.write_text(path.read_text("utf-8").replace("(sides) Float", "(sides) " + "Wait. " * 40 + "Float"), "utf-8")
    said: list[str] = []
    assert hear(folder, Wish(session="mine"), Hum, tmp_path / "heard", said.append) == 1
    assert any(
        line.startswith("mine-sway: “Wait.") and "s more than it has. `easeback check` says" in line for line in said
    )
    assert len(list(files(said))) == 3


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish(session="mien"), "There is no session “mien”. Write: mine"),
        (Wish(session="mine", step="mine-swya"), "“mine” has no step “mine-swya”. Write: mine-sway"),
        (Wish(session="mine", position="rset"), "“mine” is not led in “rset”. Write: rest"),
        (Wish(session="mine", position="mat"), "“mine” is not led in “mat”. Write: one of chair, rest"),
        (Wish(session="mine", pace="fast"), "There is no pace “fast”. Write: faster"),
        (
            Wish(session="classic", step="to-sit", position="chair"),
            "“to-sit” is not led in chair. Write: --position mat",
        ),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest(folder: Path, wish: Wish, told: str) -> None:
    content, words = parse(read(folder)), Words((folder / "words/en.ftl").read_text("utf-8"))
    with pytest.raises(Unknown) as error:
        planned(content, words, wish)
    assert str(error.value).startswith(told)


# ── the document ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_key_of_a_session_and_of_a_step_is_in_the_document() -> None:
    text = (ROOT / "docs" / "authors.md").read_text("utf-8")
    known = {field.name for kind in (Session, Step) for field in fields(kind)} - {"command", "source"}
    named = set(re.findall(r"`([a-z]+)(?:: \w+)?`", text))
    assert known - named == set()
    assert {tag for tag in Tag if not re.search(rf"\b{tag}\b", text)} == set()


def test_the_transcript_names_no_place_of_a_machine() -> None:
    text = (ROOT / "docs" / "authors-tried.md").read_text("utf-8")
    assert not re.search(r"/(?:tmp|home|root|Users|work)/", text)
    assert "mine-sway" in text


def test_the_copy_is_not_touched_by_what_is_written_in_it(folder: Path) -> None:
    shutil.rmtree(folder / "sessions")
    assert (OWN / "sessions" / "classic.yaml").exists()
