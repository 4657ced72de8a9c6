"""A second language is led when it is whole: proved by one of marked letters, in which English shows at once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from html import unescape
from itertools import product
from pathlib import Path

import pytest

from bot import author
from bot.app import read_content
from bot.check import OWN, check, read
from bot.guide.chat import Chat
from bot.guide.content import Tag
from bot.guide.events import Crisis, Do, Spoke
from bot.guide.events import read as meant
from bot.guide.library import Library
from bot.guide.parts import Screen
from bot.guide.person import Person
from bot.guide.plan import Options, plan
from bot.guide.planned import Telling
from bot.guide.reading import Folder, signature
from bot.guide.screens import screen
from bot.guide.words import Words
from tests.guide.walk import MORNING, Walk
from tests.pseudo import LANGUAGE, pseudo, translate, unmarked

TRANSLATIONS = f"translations/{LANGUAGE}.yaml"
WORDS, NOTICE, REVIEW = f"words/{LANGUAGE}.ftl", f"safety/{LANGUAGE}.yaml", "safety/review.yaml"
TWO = "sessions/two.yaml"


class Everything:
    """A shelf on which every note stands."""

    def __contains__(self, key: object) -> bool:
        return True


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content with a second language."""
    folder = tmp_path_factory.mktemp("whole") / "content"
    shutil.copytree(OWN, folder)
    translate(folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    shutil.copytree(whole, tmp_path / "content")
    return tmp_path / "content"


@pytest.fixture(scope="module")
def library(whole: Path) -> Library:
    return led(whole)


def led(folder: Path) -> Library:
    content, words = read_content(folder)
    return Library(
        content=content,
        words=words,
        voices={"en": "test 1 voice", LANGUAGE: "test 2 voice"},
        ready=Everything(),
        work=0.05,
        late_after=120.0,
        twice_within=1.5,
    )


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")


def line_of(folder: Path, file: str, start: str, behind: str = "") -> int:
    """The first line that begins so, behind one that begins with `behind`."""
    lines = (folder / file).read_text("utf-8").splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(behind)) if behind else 0
    return next(n for n, line in enumerate(lines[first:], first + 1) if line.startswith(start))


def told(folder: Path) -> list[str]:
    return [str(problem) for problem in check(read(folder))]


def block(folder: Path, id_: str) -> str:
    """What the translation has for a step, a session or a twin."""
    text = (folder / TRANSLATIONS).read_text("utf-8")
    start = text.index(f"\n  {id_}:\n")
    return text[start : text.index("\n\n", start + 1)]


# ── it is led, whole ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_language_filled_in_is_well_said_and_led(whole: Path, library: Library) -> None:
    assert told(whole) == []
    assert sorted(["en", *library.content.languages]) == sorted(library.words) == ["en", LANGUAGE]


def test_nothing_that_is_planned_in_it_is_english(library: Library) -> None:
    """Each session, position, side, way to breathe and tag that is left out, with cautions and twins."""
    content, seen = library.content_in(LANGUAGE), set[str]()

    def look(telling: Telling | None) -> None:
        if telling:
            seen.update([telling.show, *(phrase.text for phrase in telling.script.phrases)])

    for session in content.sessions.values():
        for position, first, breath, tags in product(
            session.positions, ("left", "right"), ("calm", "own"), ((), *((tag,) for tag in Tag))
        ):
            options = Options(
                content=content,
                position=position,
                voice="v",
                left_out=frozenset(map(str, tags)),
                spoken=library.spoken_in(LANGUAGE),
                first=first,
            )
            made = plan(session, Person(language=LANGUAGE, breath=breath), options)
            seen.update([made.name, *(step.name for step in made.steps)])
            for step in made.steps:
                look(step.told)
                look(step.rest)
                look(step.imagine)
    assert len(seen) > 300
    assert [text for text in seen if unmarked(text)] == []


def test_a_plan_takes_as_long_as_in_english(library: Library) -> None:
    for session in library.content.sessions.values():
        for position in session.positions:
            lengths = [
                [step.length for step in plan(content.sessions[session.id], Person(), options).steps]
                for content in (library.content, *library.content.languages.values())
                for options in [Options(content=content, position=position, voice=None)]
            ]
            assert lengths[0] == lengths[1]


class Stranger(Walk):
    """Somebody who reads whether each screen and answer is in their language."""

    read: list[str]

    def deliver(self) -> Walk:
        if self.chat is not None and self.chat.state.waits:
            self.look_at(screen(self.chat, self.library))
        return super().deliver()

    def look_at(self, shown: Screen) -> None:
        for part in shown:
            heard = [phrase.text for phrase in part.telling.script.phrases] if part.telling else []
            for text in (part.text, *heard, *(button.text for row in part.buttons for button in row)):
                self.read.append(text)
                assert unmarked(text) == [], text
        if self.said:
            answer = self.library.words_in(LANGUAGE)(self.said.words, **self.said.args)
            assert unmarked(answer) == [], answer


def stranger(library: Library) -> Stranger:
    walk = Stranger(library, chat=Chat.new(LANGUAGE, MORNING))
    walk.read = []
    return walk


def test_no_english_word_is_met_on_any_way_through_the_guide(library: Library) -> None:
    ways: list[Stranger] = []

    def begin() -> Stranger:
        ways.append(stranger(library))
        return ways[-1]

    for session in library.content.sessions.values():
        for position in session.positions if not session.continues else ():
            walk = begin()
            walk.to_session(session.id)
            if position in walk.buttons:
                walk.tap(position)
            if position in walk.buttons:  # much falls out, and it is chosen all the same
                walk.tap(position)
            if "done" in walk.buttons:
                walk.wait(3).tap("done")
            walk.wait(3600)
    begin().to_settle().tap("score.9").wait(3).tap("done").wait(30).tap("more").tap("plus")
    ways[-1].tap("hurts", "sharp", "unsure", "return", "none", "twin").wait(9).tap("hurts", "end", "score.10")
    begin().to_settle().tap("score.2", "done").wait(60).tap("more", "end").tap("score.5")
    begin().to_position().tap("leave-out", "tick.bones", "tick.shoulder", "imagine", "today", "chair")
    begin().word("backpain").tap("unsure", "see", "rest")
    begin().word("backpain").tap("unsure", "now").word("backpain").tap("breathing")
    begin().word("backpain").tap("notnow").word("forget").tap("keep")
    begin().to_settle().word("pause").word("backpain").word("sessions")
    begin().to_settle().event(Crisis()).deliver().event(Spoke()).deliver()
    begin().event(Crisis()).deliver()
    begin().to_settle().wait(3).tap("done").wait(600).wait(200).event(Do("further")).deliver()
    seen = {unescape(text) for way in ways for text in way.read}
    assert len(seen) > 400
    for name in (
        "crisis",
        "notice-now",
        "position-which",
        "hurt-ease",
        "leave-out-which",
        "paused-you",
        "closing-done",
    ):
        words = library.content.safety.crisis.split("{")[0] if name == "crisis" else library.words["en"](name)
        assert any(pseudo(words) in text for text in seen), name


def test_english_words_of_crisis_are_heard_in_every_language_and_its_own_as_well(library: Library) -> None:
    words, safety = library.words_in(LANGUAGE), library.content_in(LANGUAGE).safety
    assert meant("I want to die", words, safety, "") == Crisis()
    assert meant(pseudo("I want to die"), words, safety, "") == Crisis()
    assert meant(pseudo("it hurts"), words, safety, "1") == Do("hurts", id="1")


def test_the_voice_of_the_language_speaks_it_and_the_english_one_what_falls_back(library: Library) -> None:
    walk = stranger(library)
    walk.to_settle()
    assert walk.chat is not None
    assert walk.chat.run is not None
    assert walk.chat.run.voice
    english = replace(library, content=replace(library.content, languages={}), words={"en": library.words["en"]})
    assert english.voice_in(LANGUAGE) == "test 1 voice"
    assert english.content_in(LANGUAGE) is english.content


# ── missing, and stale ────────────────────────────────────────────────────────────────────────────────────────────────
def falls_back(folder: Path) -> bool:
    """True if who speaks the language gets English, all of it."""
    content, words = read_content(folder)
    return not content.languages and list(words) == ["en"]


def test_a_missing_text_is_told_with_its_step_and_what_it_says_in_english(folder: Path) -> None:
    say = block(folder, "two-let-go")
    at = say.index("    say:")
    change(folder, TRANSLATIONS, say, say[:at] + "    say:")
    (problem,) = told(folder)
    line = line_of(folder, TRANSLATIONS, "    say:", "  two-let-go:")
    assert problem.startswith(f"{TRANSLATIONS}:{line}: two-let-go: `say` is missing. Write: in `say` what “Let go.")
    assert falls_back(folder)


def test_a_text_for_one_position_is_told_by_its_keys(folder: Path) -> None:
    change(folder, TRANSLATIONS, "      mat: |\n", "      stand: |\n")
    (missing, extra) = sorted(told(folder), key=lambda problem: "missing" not in problem)
    assert "`show: mat` is missing" in missing
    assert "`show: stand` stands for nothing in English" in extra


def test_a_missing_step_is_told_with_the_hash_to_write(folder: Path) -> None:
    change(folder, TRANSLATIONS, block(folder, "two-reach"), "")
    (problem,) = told(folder)
    line = line_of(folder, TRANSLATIONS, "steps:")
    assert problem.startswith(
        f"{TRANSLATIONS}:{line}: two-reach: this step is missing. Write: `two-reach:` under `steps:`"
    )
    assert '`of: "' in problem
    assert falls_back(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Let go. Shoulders low, jaw loose, back soft. (1)", "Let go. Shoulders down. (1)"),
        ("name: Let go", "name: Rest"),
    ],
)
def test_what_changed_in_english_makes_its_translation_stale_and_the_new_hash_mends_it(
    folder: Path, old: str, new: str
) -> None:
    change(folder, TWO, old, new)
    (problem,) = told(folder)
    line = line_of(folder, TRANSLATIONS, "    of:", "  two-let-go:")
    assert problem.startswith(
        f"{TRANSLATIONS}:{line}: two-let-go: it was made from other words than two-let-go has now"
    )
    assert falls_back(folder)
    hashed = problem.partition('`of: "')[2].partition('"')[0]
    before = block(folder, "two-let-go")
    was = before.partition('of: "')[2].partition('"')[0]
    change(folder, TRANSLATIONS, before, before.replace(was, hashed))
    assert told(folder) == []
    assert not falls_back(folder)


def test_seconds_and_positions_are_shared_and_make_nothing_stale(folder: Path) -> None:
    change(folder, TWO, "twin: reach\n", "twin: shoulders\n")
    assert told(folder) == []


def test_a_caution_that_is_added_in_english_is_missing_in_the_translation(folder: Path) -> None:
    change(folder, TWO, "  - id: two-let-go\n", "  - id: two-let-go\n    caution: Keep it small.\n")
    assert ["`caution` is missing" in told(folder)[0], "other words than two-let-go has now" in told(folder)[1]] == [
        True,
        True,
    ]


def test_a_message_of_the_interface_that_is_missing_or_stale_is_told(folder: Path) -> None:
    change(folder, WORDS, "held-seen =", "held-sean =")
    (problem,) = told(folder)
    assert problem.startswith(f"{WORDS}:1: the message “held-seen” is missing. Write: `held-seen = Have you been")
    change(folder, WORDS, "held-sean =", "held-seen =")
    change(folder, "words/en.ftl", "paused-you = Paused.", "paused-you = You paused.")
    (problem,) = told(folder)
    line = line_of(folder, TRANSLATIONS, "  paused-you:")
    assert problem.startswith(
        f"{TRANSLATIONS}:{line}: paused-you: it was made from other words than it has now. Write: "
    )
    assert falls_back(folder)


def test_a_notice_that_lost_a_sign_or_is_older_is_never_shown(folder: Path) -> None:
    safety = (folder / NOTICE).read_text("utf-8")
    sign = next(line for line in safety.splitlines() if line.startswith("  - "))
    change(folder, NOTICE, f"{sign}\n", "")
    (problem,) = told(folder)
    assert problem.startswith(f"{NOTICE}:{line_of(folder, NOTICE, 'now:')}: 4 signs, in English there are 5")
    assert falls_back(folder)
    (folder / NOTICE).write_text(safety.replace('version: "1"', 'version: "0"'), "utf-8")
    assert any(
        problem.startswith(f"{NOTICE}:{line_of(folder, NOTICE, 'version:')}: this is the notice 0, in English it is 1")
        for problem in told(folder)
    )
    (folder / NOTICE).write_text(safety, "utf-8")
    change(folder, "safety/en.yaml", "Go gently.", "Go softly.")
    assert any("before: it was made from other words" in problem for problem in told(folder))
    assert falls_back(folder)


def test_a_crisis_reply_that_names_nobody_is_told(folder: Path) -> None:
    change(folder, NOTICE, "{talk}", "")
    assert any("it does not say where to turn: {talk}" in problem for problem in told(folder))
    assert falls_back(folder)


@pytest.mark.parametrize("file", [TRANSLATIONS, WORDS, NOTICE])
def test_a_missing_file_is_told_and_nobody_gets_half_a_language(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert any(problem.startswith(f"{file}:1: this file is missing") for problem in told(folder))
    assert falls_back(folder)


MORE = ("[]", "a text", "- a", "null", "steps:\n")


@pytest.mark.parametrize(
    "text",
    ["", "5", "a: [", "steps: {two-reach: }", *(pytest.param(text, marks=pytest.mark.long) for text in MORE)],
)
@pytest.mark.parametrize("file", [TRANSLATIONS, NOTICE])
def test_whatever_is_in_a_file_english_is_led(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text, "utf-8")
    assert told(folder)
    assert falls_back(folder)


def test_marks_that_add_up_to_other_seconds_are_told_at_the_translation(folder: Path) -> None:
    before = block(folder, "two-let-go")
    change(folder, TRANSLATIONS, before, before.replace("(quiet 22)", "(quiet 20)"))
    (problem,) = told(folder)
    assert problem.startswith(f"{TRANSLATIONS}:")
    assert "two-let-go: intro and marks add up to 36, not 38" in problem
    assert falls_back(folder)


def test_marks_that_are_lost_are_told(folder: Path) -> None:
    before = block(folder, "two-let-go")
    change(folder, TRANSLATIONS, before, before.replace("(6)", ""))
    (problem,) = told(folder)
    assert "two-let-go: words after the last mark have no time" in problem


def test_a_step_that_nobody_has_is_told_with_the_nearest(folder: Path) -> None:
    change(folder, TRANSLATIONS, "  two-reach:", "  two-raech:")
    problems = told(folder)
    assert any("two-raech: there is no step “two-raech”. Write: two-reach" in problem for problem in problems)


def test_a_caption_too_long_is_told_and_led_all_the_same(folder: Path) -> None:
    before = block(folder, "two-let-go")
    change(folder, TRANSLATIONS, before, before.replace("    show: |\n      ", "    show: |\n      " + "ú " * 20))
    (problem,) = told(folder)
    assert "two-let-go:" in problem
    assert "words are too many to read in a session. Write: 25 at most" in problem


def test_a_translation_is_signed_for_itself_and_a_changed_word_takes_the_signature_away(folder: Path) -> None:
    signed = signature(Folder(read(folder)), LANGUAGE)
    review = (folder / REVIEW).read_text("utf-8")
    lines = f'languages:\n  {LANGUAGE}: {{reviewer: Dro. Ekzemplo, date: 2026-11-30, version: "1", hash: "{signed}"}}\n'
    (folder / REVIEW).write_text(review + lines, "utf-8")
    assert told(folder) == []
    small = read_content(folder)[0].languages[LANGUAGE].safety.small
    assert "Dro. Ekzemplo" in small
    assert "2026-11-30" in small
    change(folder, NOTICE, "Á", "Â")
    assert any(
        problem.startswith(f"{REVIEW}:") and "changed since they were signed" in problem for problem in told(folder)
    )
    assert "Dro. Ekzemplo" not in read_content(folder)[0].languages[LANGUAGE].safety.small


# ── the files of a language ───────────────────────────────────────────────────────────────────────────────────────────
def test_an_empty_language_is_told_text_by_text_and_led_nowhere(tmp_path: Path) -> None:
    shutil.copytree(OWN, tmp_path / "content")
    author.translate(tmp_path / "content", "de", lambda _: None)
    problems = told(tmp_path / "content")
    assert any(problem.startswith("translations/de.yaml:") and "`say` is missing" in problem for problem in problems)
    assert any(problem.startswith("safety/de.yaml:") and "`opening` is empty" in problem for problem in problems)
    assert any(problem.startswith("words/de.ftl:1: the message “start” is missing") for problem in problems)
    assert falls_back(tmp_path / "content")


def test_made_again_nothing_changes_and_what_english_has_new_is_added(folder: Path) -> None:
    before = {name: (folder / name).read_text("utf-8") for name in (TRANSLATIONS, WORDS, NOTICE)}
    said: list[str] = []
    author.translate(folder, LANGUAGE, said.append)
    assert said[:3] == [f"{name} lacks nothing." for name in before]
    change(
        folder,
        TWO,
        "  - id: two-let-go\n",
        "  - id: two-more\n    name: More\n    region: all\n    seconds: 6\n    intro: 5\n"
        "    show: More.\n    say: More. (1)\n\n  - id: two-let-go\n",
    )
    with (folder / "words/en.ftl").open("a", encoding="utf-8") as file:
        file.write("toast-new = New.\n")
    author.translate(folder, LANGUAGE, said.append)
    author.translate(folder, LANGUAGE, said.append)
    after = (folder / TRANSLATIONS).read_text("utf-8")
    assert "\n  two-more:\n" in after
    assert all(line in after.splitlines() for line in before[TRANSLATIONS].splitlines())
    assert (folder / WORDS).read_text("utf-8").count("# toast-new = New.") == 1
    assert any("two-more: `say` is missing" in problem for problem in told(folder))


def test_a_language_that_is_none_is_refused(tmp_path: Path) -> None:
    for language in ("en", "deu", "DE", "", "../x"):
        with pytest.raises(author.Refused, match="two small letters"):
            author.translate(OWN, language, lambda _: None)


def test_the_words_are_whole_in_it(whole: Path) -> None:
    text = (whole / WORDS).read_text("utf-8")
    words = Words(text, LANGUAGE, WORDS)
    assert pseudo("You gave your back one minute.") in words("summary-time", minutes=1)
