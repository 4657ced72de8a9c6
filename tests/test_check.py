"""An author breaks one thing, and is told the file, the line and what to write instead. Real files in a real folder."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.check import OWN, check, every_plan, main, read
from bot.guide.reading import Folder
from bot.guide.source import BadContent
from bot.guide.words import entries

CLASSIC, TWINS, NOTICE, WORDS = "sessions/classic.yaml", "twins.yaml", "safety/en.yaml", "words/en.ftl"
REVIEW = "safety/review.yaml"


def seconds(words: str, speed: float) -> float:
    """A steady reader: 200 words a minute at any speed."""
    return 0.3 * len(words.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An author's copy of the content."""
    shutil.copytree(OWN, tmp_path / "content")
    return tmp_path / "content"


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in check(read(folder), seconds, entries((OWN / WORDS).read_text("utf-8")))]


@dataclass(frozen=True)
class Slip:
    """In `file`, `new` was written for `old`; `told` of it is the line that begins with `at`, in `there` or `file`."""

    file: str
    old: str
    new: str
    told: str
    at: str
    there: str = ""


SLIPS = {
    # what can't be read
    "a tab": Slip(CLASSIC, "    region: breath", "\tregion: breath", "this is no YAML", "\tregion"),
    "a key twice": Slip(
        CLASSIC,
        "    twin: draw-back",
        "    twin: reach\n    twin: draw-back",
        "“twin” stands twice",
        "    twin: draw-back",
    ),
    "a mistyped key": Slip(
        CLASSIC,
        "    region: breath",
        "    regoin: breath",
        "breathe: “regoin” is no key here. Write: `region:`",
        "    regoin",
    ),
    "a key of nothing": Slip(
        CLASSIC,
        "    twin: draw-back",
        "    xyzzy: 1\n    twin: draw-back",
        "one of the keys named at the top",
        "    xyzzy",
    ),
    "a missing key": Slip(
        CLASSIC,
        "    region: breath\n    seconds: 30",
        "    seconds: 30",
        "`region` is missing. Write: `region: …`",
        "  - id: breathe",
    ),
    "an unknown tag": Slip(
        CLASSIC, "[EXT]", "[EXTT]", "small-lift: “EXTT” is not known here. Write: EXT", "    tags: [EXTT]"
    ),
    "a number for a text": Slip(
        CLASSIC, "name: Breathe", "name: 5", '“5” is no text. Write: "5", in quotes', "    name: 5"
    ),
    "an id with a space": Slip(
        CLASSIC, "id: let-go", "id: Let go", "“Let go” can't be an id. Write: small letters", "  - id: Let go"
    ),
    "a time in words": Slip(
        CLASSIC, "intro: 12", "intro: soon", "rest-low-back: “soon” does not fit", "    intro: soon"
    ),
    "a message that is none": Slip(
        WORDS, "quiet-name =", "quiet-name", "“quiet-name Quiet” can't be read", "quiet-name Quiet"
    ),
    "a message twice": Slip(
        WORDS,
        "quiet-name = Quiet",
        "quiet-name = Quiet\nquiet-name = Still",
        "“quiet-name” stands twice",
        "quiet-name = Still",
    ),
    "a character that nobody sees": Slip(
        CLASSIC,
        "    region: breath",
        "    region: \x07breath",
        "can't stand here. Write: the line without it",
        "    region: \x07",
    ),
    # what can't be led
    "an id that is taken": Slip(
        CLASSIC,
        "id: come-back",
        "id: breathe",
        "“breathe” is taken by sessions/classic.yaml, step 2",
        "  - id: breathe #2",
    ),
    "a twin that nobody wrote": Slip(
        CLASSIC,
        "twin: draw-back",
        "twin: drawback",
        "there is no twin “drawback”. Write: draw-back",
        "    twin: drawback",
    ),
    "a pose that nobody drew": Slip(
        CLASSIC,
        "pose: seated-lift",
        "pose: seated-lfit",
        "there is no pose “seated-lfit”. Write: seated-lift",
        "    pose: seated-lfit",
    ),
    "a caution of a step that has none": Slip(
        CLASSIC,
        "caution: reach\n",
        "caution: breathe\n",
        "no step “breathe” has a caution of its own",
        "    caution: breathe",
    ),
    "a movement where nothing may move": Slip(
        "sessions/breathing.yaml",
        "    region: breath",
        "    twin: side\n    region: breath",
        "nothing may move in “breathing”",
        "  - id: breath-notice",
    ),
    "movement behind what is led without the notice": Slip(
        "sessions/hips.yaml",
        "continues: classic",
        "continues: breathing",
        "“breathing” has no movement, so nobody reads the notice before it",
        "continues: ",
    ),
    "words for one position only": Slip(
        CLASSIC,
        "      rest: Stay as you are, and rest. ",
        "      lying: Rest. ",
        "`show` says nothing for rest. Write: `rest: …`",
        "    show: #12",
    ),
    "a position that the session has not": Slip(
        CLASSIC,
        "positions: [chair, mat]\n    pose: seated-draw",
        "positions: [stand, chair]\n    pose: seated-draw",
        "the session has no stand. Write: one of chair, mat, rest",
        "    positions: [stand",
    ),
    "no mark at the end": Slip(CLASSIC, " (quiet 19)", "", "words after the last mark have no time", "    say: #2"),
    "a stray bracket": Slip(
        CLASSIC, "now. (quiet 19)", "now (soon). (quiet 19)", "“(” belongs to no mark", "    say: #2"
    ),
    "a brace that nobody fills": Slip(
        NOTICE,
        "  {emergency}.",
        "  {number}.",
        "something else in braces. Write: only {emergency} and {talk}",
        "crisis: >-",
    ),
    # what does not fit its time
    "a wrong sum": Slip(
        CLASSIC,
        "seconds: 33\n    intro: 10",
        "seconds: 70\n    intro: 10",
        "add up to 33, not 70. Write: `seconds: 33`",
        "    seconds: 70",
    ),
    "a wrong total": Slip(
        CLASSIC, 'chair: "8:29"', 'chair: "8:00"', 'add up to 8:29, not 8:00. Write: `chair: "8:29"`', '  chair: "'
    ),
    "a note too long": Slip(CLASSIC, "(quiet 19)", "(quiet 99)", "a note of 110 s is too long", "    seconds: 30 #2"),
    "an intro too short": Slip(
        CLASSIC,
        "intro: 11",
        "intro: 5",
        "takes 4.20 s in chair, 3.00 are there at the normal pace: 1.20 too few. Write: `intro: 7`, or fewer words",
        "    intro: 5",
    ),
    "too much said in a breath": Slip(
        CLASSIC,
        "And let it go. (out",
        "And let it go as slow as you like. (out",
        "takes 2.70 s in rest, 1.50 are there at the normal pace",
        "    say: #3",
    ),
    "too much said in a quiet": Slip(
        CLASSIC,
        "Quiet comes now. (quiet 19)",
        "Quiet comes now for a long time. (quiet 19)",
        "takes 2.10 s in chair, 2.00 are there at the normal pace: 0.10 too few. Write: fewer words, or a pause of 4 s",
        "    say: #2",
    ),
    "words that a faster pace would cut": Slip(
        CLASSIC,
        "Let your upper back be soft. (5)",
        "Let your upper back be soft, and your neck, and your jaw, and so on. (5)",
        "takes 4.50 s in chair, 4.25 are there at the faster pace: 0.25 too few. Write: (6) after them",
        "    say: #9",
    ),
    "a twin with too many words": Slip(
        TWINS,
        "Let your back soften.",
        "Let your back soften, wherever you are and however you like to lie right now and here.",
        "takes 6.60 s, 6 are there",
        "  rest: Let your back",
    ),
    # what is not well said
    "too many words to read": Slip(
        CLASSIC,
        "or rest them on one spot.",
        "or rest them on one spot that is near you and easy to see.",
        "words are too many to read in a session. Write: 25 at most",
        "    show: #2",
    ),
    "words too hard": Slip(
        CLASSIC,
        "show: Close your eyes if you like, or rest them on one spot.",
        "show: Respiratory awareness facilitates relaxation.",
        "years of school, 4 are the most. Write: shorter sentences, and shorter words than Respiratory",
        "    show: Resp",
    ),
    "a word that is never said": Slip(
        CLASSIC,
        "show: Close your eyes",
        "show: You should close your eyes",
        "“should” is never said. Write: “you can”",
        "    show: You",
    ),
    "a claim": Slip(
        WORDS, "= Anything new since", "= Relief since", "“Relief” is never said. Write: ease", "notice-short"
    ),
    "a description too long": Slip(
        WORDS,
        "bot-short-description = ",
        "bot-short-description = " + "Calm. " * 20,
        "characters are too many for Telegram. Write: 120 at most",
        "bot-short-description",
    ),
    # what was lost, or changed
    "a movement without a twin": Slip(
        CLASSIC, "    twin: draw-back\n", "", "it asks for ARM and has no twin. Write: `twin:`", "  - id: draw-back"
    ),
    "a lost row": Slip(
        CLASSIC,
        "[classic-11, classic-12]",
        "[classic-11]",
        "no step in rest carries classic-12. Write: `source: [classic-12]`",
        "steps:",
    ),
    "a row out of order": Slip(
        CLASSIC,
        "source: [classic-03]",
        "source: [classic-03, classic-01]",
        "classic-01 comes after classic-03",
        "    source: [classic-03",
    ),
    "a row that never was": Slip(
        CLASSIC,
        "source: [classic-03]",
        "source: [classic-03, classic-33]",
        "“classic-33”. Write: one of classic-00 to",
        "    source: [classic-03",
    ),
    "a notice that changed": Slip(
        NOTICE, "a fall, a crash", "a fall, a bump", "the words at the gates have changed", "hash:", REVIEW
    ),
    "a hold that changed": Slip(
        WORDS, "Have you been seen,", "Were you seen,", "the words at the gates have changed", "hash:", REVIEW
    ),
    "a notice of another version": Slip(
        NOTICE,
        'version: "1"',
        'version: "2"',
        'of version 1, the notice is 2. Write: `version: "2"`',
        "version:",
        REVIEW,
    ),
    "a lost message": Slip(
        WORDS, "forgotten = ", "forgot = ", "the message “forgotten” is missing. Write: `forgotten = Done.", "# What"
    ),
    "a variable that nobody gives": Slip(
        WORDS,
        "= Ease out slowly.",
        "= Ease out slowly, {$who}.",
        "hurt-ease: “who” is not known here. Write: words alone",
        "hurt-ease",
    ),
}


def line_of(text: str, at: str) -> int:
    """The line that begins with `at`; ` #n` at its end: the n-th such line."""
    start, _, which = at.partition(" #")
    found = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start)]
    return found[int(which or 1) - 1]


def test_the_content_is_well_said(folder: Path) -> None:
    assert problems(folder) == []


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS.keys())
def test_a_slip_is_told_with_its_line_and_what_to_write(folder: Path, slip: Slip) -> None:
    text = (folder / slip.file).read_text("utf-8")
    assert slip.old in text
    (folder / slip.file).write_text(text.replace(slip.old, slip.new, 1), "utf-8")
    place = slip.there or slip.file
    line = line_of((folder / place).read_text("utf-8"), slip.at)
    told = [problem for problem in problems(folder) if slip.told in problem]
    assert told, "\n".join(problems(folder))
    assert told[0].startswith(f"{place}:{line}: ")
    assert ". Write: " in told[0]


@pytest.mark.parametrize("session", ["classic", "breathing", "two"])
def test_a_session_that_the_bot_leads_to_by_itself_is_missed(folder: Path, session: str) -> None:
    (folder / f"sessions/{session}.yaml").unlink()
    told = [problem for problem in problems(folder) if "the bot itself leads to, and it is missing" in problem]
    assert [problem.split(" Write: ")[1] for problem in told] == [f"`id: {session}` in one of them"]


def test_all_slips_of_all_files_are_told_at_once(folder: Path) -> None:
    for file, old, new in (
        (CLASSIC, "[EXT]", "[EXTT]"),
        (CLASSIC, "intro: 12", "intro: soon"),
        (TWINS, "reach:", "Reach:"),
    ):
        path = folder / file
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    assert [problem.split(":")[0] for problem in problems(folder)] == [CLASSIC, CLASSIC, TWINS]


def test_a_run_of_five_words_of_another_script_is_found_across_sentences(folder: Path) -> None:
    runs = folder / "check" / "runs.txt"
    theirs = hashlib.sha256(b"the seat hold you quiet").hexdigest()[:16]
    runs.write_text(runs.read_text("utf-8") + theirs + "\n", "utf-8")
    say = line_of((folder / CLASSIC).read_text("utf-8"), "    say: #4") + 1
    (told,) = problems(folder)
    assert told.startswith(f"{CLASSIC}:{say}: to-the-back: “the seat hold you quiet” stands in the published script")


@pytest.mark.parametrize("text", ["", "[]", "5", "a text", "{}", "- a", "null", "a: [", "? {}"])
@pytest.mark.parametrize("file", [CLASSIC, TWINS, NOTICE, REVIEW, "safety/numbers.yaml", "poses/names.yaml"])
def test_whatever_is_in_a_file_the_check_tells_it_and_never_breaks(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text, "utf-8")
    assert problems(folder)


# ── the folder ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_missing_folder_is_one_clear_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path / "nowhere", seconds) == 1
    assert "there is no folder" in capsys.readouterr().out


def test_a_link_that_leads_out_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("id: secret", "utf-8")
    (folder / "sessions" / "mine.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(BadContent, match=r"sessions/mine\.yaml:1: this link leads out of the folder"):
        read(folder)


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / TWINS).rename(folder / "mine.txt")
    (folder / TWINS).symlink_to(folder / "mine.txt")
    assert TWINS in read(folder)


def test_a_session_under_a_wrong_name_is_not_left_out_in_silence(folder: Path) -> None:
    (folder / "sessions" / "mine.yml").write_text("id: mine", "utf-8")
    assert problems(folder) == ["sessions/mine.yml:1: nothing reads this file. Write: sessions/mine.yaml"]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / TWINS).unlink()
    assert any(problem.startswith("twins.yaml:1: this file is missing") for problem in problems(folder))


def test_a_text_in_another_encoding_is_told(folder: Path) -> None:
    (folder / TWINS).write_bytes("reach: {rest: Nüchtern}".encode("latin-1"))
    with pytest.raises(BadContent, match=r"twins\.yaml:1: this is no UTF-8 text"):
        read(folder)


# ── as the author runs it ─────────────────────────────────────────────────────────────────────────────────────────────
def test_all_is_well_with_the_content_as_the_voice_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(OWN) == 0, capsys.readouterr().out
    told = capsys.readouterr().out
    assert "The classic: chair 8:29, mat 9:47, rest 8:29. All is well." in told
    assert "pregnant in mat: 5 of 10" in told
    assert "3534 plans" in told


def test_a_plan_that_does_not_fit_is_told_with_its_pace_and_seconds(folder: Path) -> None:
    """What the marks allow by themselves may still be cut where a person breathes easier or goes faster."""
    problems, told = every_plan(Folder(read(folder)), lambda words, _: 2.8 if words == "Breathe in." else 0.1)
    assert len(told) > 7
    assert "at the faster pace, in chair, “Breathe in.” takes 2.80 s, 2.55 are there: 0.25 too few" in str(problems[0])
    assert problems[0].step == "breath-ease-in"


def test_problems_are_printed_one_a_line_and_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / CLASSIC).write_text((folder / CLASSIC).read_text("utf-8").replace("[EXT]", "[EXTT]"), "utf-8")
    assert main(folder, seconds) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{CLASSIC}:")
    assert last == f"1 to mend in {folder}."


def test_an_author_needs_no_lists_of_their_own(folder: Path) -> None:
    shutil.rmtree(folder / "check")
    assert main(folder, seconds) == 0
