"""Which notes will be wanted, and whether they will be there in time. Pure; times are seconds."""

from __future__ import annotations

from collections.abc import Container, Iterator

from bot.guide.content import Content
from bot.guide.person import Person
from bot.guide.plan import Options, Spoken, plan
from bot.guide.planned import Plan, Telling
from bot.guide.replan import quiet


def in_time(plan: Plan, ready: Container[str], work: float) -> bool:
    """True if the first two notes are ready and the rest will be before their time.

    `work`: seconds of work per second of finished note. The set-up may be over at once, so it gives no time.
    """
    timeline = [step.told for step in plan.steps]
    if any(note.key not in ready for note in timeline[:2]):
        return False
    begins = worked = 0.0
    for step, note in zip(plan.steps, timeline, strict=True):
        if note.key not in ready:
            worked += work * note.script.length
            if worked > begins:
                return False
        begins += 0.0 if step.advance == "tap" else note.script.length
    return True


def usual_notes(
    content: Content, somebody: Person, voice: str, quiet_show: str, spoken: Spoken | None = None
) -> Iterator[Telling]:
    """The notes that runs of such a person may play, in the order of need: what is to be made ahead.

    The first position of each session comes first, each with the side that is first today and the other one after it.
    """
    made = [
        plan(
            session,
            somebody,
            Options(content=content, position=position, voice=voice, first=first, spoken=spoken or Spoken()),
        )
        for first in ("left", "right")
        for session in content.sessions.values()
        for position in session.positions
    ]
    for one in made:
        yield from (step.told for step in one.steps)
    for one in made:
        yield from (step.rest for step in one.steps)
    yield quiet(quiet_show, voice)
