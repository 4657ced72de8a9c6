"""What a step looks like: its caption, its place, its buttons. Pure; touches nothing."""

from __future__ import annotations

from html import escape

from bot.guide.chat import Chat, Playing, Run
from bot.guide.content import Position, Tag
from bot.guide.parts import Button, Part, Rows, button, score_rows, w
from bot.guide.player import further, offers_breathing
from bot.guide.words import Words


def step_part(chat: Chat, playing: Playing, words: Words) -> Part:
    run = chat.run
    assert run is not None, "a step without its run"
    step = run.plan.steps[playing.step]
    lines = [f"<i>{w(words, 'step-listen')}</i>"] if run.voice and playing.cut else []
    shown = escape(step.told.show)
    lines.append(f"<b>{w(words, 'step-caution')}</b> {shown}" if step.form == "caution" else shown)
    scored = step.advance == "tap" and run.plan.ends == "score"
    if scored:
        lines.append(w(words, "settle-much" if offers_breathing(chat, playing) else "settle-score"))
    after = next((other for other in run.plan.steps[playing.step + 1 :] if other.counts), None)
    if after and after.change and after.moves:
        lines.append(escape(words("step-next", name=after.name)))
    lines.append(f"<i>{_place(run, playing, words)}</i>")
    buttons = _settle(chat, playing, words, scored=scored) if step.advance == "tap" else _buttons(chat, playing, words)
    voice = run.voice and step.told.key is not None
    return Part(
        kind="voice" if voice else "text",
        text="\n\n".join(lines),
        telling=step.told if voice else None,
        buttons=buttons,
        silent=voice or step.advance == "tap" or not chat.person.settings.sounds,
        edit=playing.on,
    )


def _place(run: Run, playing: Playing, words: Words) -> str:
    n, of = run.plan.place(playing.step)
    minutes = max(1, round(run.plan.seconds_left(playing.step) / 60))
    step = run.plan.steps[playing.step]
    name = words("step-soften") if step.form in ("rest", "imagine") else step.name  # a movement's name invites to it
    line = words("step-place", name=name, n=n, of=of, minutes=minutes)
    return f"{escape(line)} {run.plan.dots(playing.step)}"


def _settle(chat: Chat, playing: Playing, words: Words, *, scored: bool) -> Rows:
    """Done alone on its row: next to the scores "It hurts" would be taken for one."""
    last = (button(words, "hurts", "danger"), button(words, "end"))
    scores = score_rows(chat.run.before if chat.run else None) if scored else ()
    if offers_breathing(chat, playing):
        return (
            (button(words, "breathing-first", action="breathing"), button(words, "go-on", "success", "done")),
            *scores,
            last,
        )
    return ((button(words, "done", "success"),), *scores, last)


def _buttons(chat: Chat, playing: Playing, words: Words) -> Rows:
    run = chat.run
    assert run is not None, "a step without its run"
    step, more = run.plan.steps[playing.step], further(chat, playing)
    first: Rows = ((button(words, "done", "success"), button(words, "hurts", "danger")),)
    if more:
        resting = more.position == Position.REST != run.plan.position
        longer = words("button-further-rest" if resting else "button-further", name=more.name, minutes=more.minutes)
        first = (*first, (Button(longer, "further"),))
    if not playing.more:
        plus = ("plus",) if step.change and playing.timed else ()
        return *first, tuple(button(words, a) for a in ("pause", "again", *plus, "more"))
    settings = chat.person.settings
    second = ("back", "skip", "plus") if playing.timed else ("back", "skip")
    pace = button(words, "pace-mine" if settings.timed else "pace-timed")
    breaths = [f"breath-{other}" for other in ("calm", "easier", "own") if other != chat.person.breath]
    counted = (tuple(button(words, breath) for breath in breaths),) if Tag.PACE in step.tags else ()
    return (
        *first,
        *counted,
        tuple(button(words, a) for a in second),
        (pace, button(words, "leave")) if step.moves else (pace,),
        (button(words, "end"), button(words, "less")),
    )
