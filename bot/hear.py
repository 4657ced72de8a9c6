"""A session as it is heard, for its author: plans it and speaks its notes. Touches the folder that they go into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.check import read
from bot.guide import reading
from bot.guide.content import Content, Position, Session
from bot.guide.library import Library
from bot.guide.person import Person, Settings
from bot.guide.plan import PACES, Options, plan
from bot.guide.planned import Plan
from bot.guide.source import near
from bot.guide.words import Words
from bot.media.voice.engine import Engine
from bot.media.voice.note import TooLong, note

Tell = Callable[[str], None]


class Unknown(LookupError):
    """There is no such session, step, position or pace; the text names what was probably meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be heard. `step`: as the list of the whole session names it; None: all steps."""

    session: str
    step: str | None = None
    position: str | None = None
    pace: str = "normal"


def hear(folder: Path, wish: Wish, load: Callable[[], Engine], to: Path, tell: Tell) -> int:
    """Write the notes that are wished for and say what is in them; 1 if one could not be made.

    `folder`: the content. `load` makes the engine. `to`: a folder, or for one step a file that ends in .ogg. Raises
    BadContent, Unknown.
    """
    files = read(folder)
    made = planned(reading.parse(files), Words(files["words/en.ftl"]), wish)
    steps = [step for step in made.steps if wish.step in (None, step.id)]
    engine, failed = load(), 0
    for step in steps:
        file = to if to.suffix == ".ogg" and wish.step else to / f"{made.session}-{made.position}-{step.id}.ogg"
        try:
            sound = note(step.told.script, engine, step.told.speed)
        except TooLong as error:
            tell(f"{step.id}: {error}. `easeback check` says what to write instead.")
            failed += 1
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sound)
        tell(f"{step.id}: {step.length:g} s, {file}")
        if wish.step:
            for phrase in step.told.script.phrases:
                tell(f"  {_clock(phrase.at)}  {phrase.text}")
    if wish.step is None:
        tell(f"{made.name}, {made.position}: {_clock(made.seconds_left(0))} in {len(steps)} notes.")
        tell(f"To see a note's phrases with their times: easeback hear {made.session} --step {steps[0].id}")
    return 1 if failed else 0


def planned(content: Content, words: Words, wish: Wish, voice: str | None = None) -> Plan:
    """The plan of somebody who hears it for the first time, its cautions included. `voice`: the engine whose notes it
    names; None: none. Raises Unknown.
    """
    if wish.session not in content.sessions:
        raise Unknown(f"There is no session “{wish.session}”. Write: {near(wish.session, content.sessions)}")
    if wish.pace not in PACES:
        raise Unknown(f"There is no pace “{wish.pace}”. Write: {near(wish.pace, PACES)}")
    session = content.sessions[wish.session]
    if wish.position is not None and wish.position not in session.positions:
        known = near(wish.position, session.positions)
        raise Unknown(f"“{session.id}” is not led in “{wish.position}”. Write: {known}")
    ways = (wish.position,) if wish.position else session.positions
    plans = [_plan(content, words, session, way, wish.pace, voice) for way in ways]
    for made in plans:
        if wish.step is None or wish.step in _ids(made):
            return made
    for way in session.positions:
        if wish.step in _ids(_plan(content, words, session, way, wish.pace, voice)):
            raise Unknown(f"“{wish.step}” is not led in {wish.position}. Write: --position {way}")
    raise Unknown(f"“{session.id}” has no step “{wish.step}”. Write: {near(wish.step or '', _ids(plans[0]))}")


def _plan(
    content: Content, words: Words, session: Session, position: Position | str, pace: str, voice: str | None
) -> Plan:
    library = Library(content=content, words={"en": words}, voices={}, ready=(), work=0, late_after=0, twice_within=0)
    options = Options(content=content, position=position, voice=voice, spoken=library.spoken_in("en"))
    return plan(session, Person(settings=Settings(pace=pace)), options)  # type: ignore[arg-type]  # one of PACES


def _ids(made: Plan) -> list[str]:
    return [step.id for step in made.steps]


def _clock(seconds: float) -> str:
    """Minutes, seconds and tenths where there are any."""
    return f"{int(seconds) // 60}:{seconds % 60:04.1f}".removesuffix(".0")
