"""Stories that chance tells too seldom: each is one rule of the protocol, in virtual time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest

from bot.guide.planned import PlannedStep
from tests.simulation.judge import kind_of
from tests.simulation.telegram import Message
from tests.simulation.world import World

YOU = 1
Story = Callable[[World], Awaitable[None]]


def tell(story: Story) -> World:
    """Let it happen in a world where nothing else does."""
    world = World(0, hours=0, people=0, faults=False)

    async def told() -> None:
        await story(world)

    world.play(told())
    assert world.judge.violations == []
    return world


def last(world: World) -> Message:
    return world.telegram.of(YOU)[-1]


async def say(world: World, text: str) -> None:
    world.judge.said(YOU, text, world.telegram.say(YOU, text))
    await asyncio.sleep(2)


async def tap(world: World, action: str, on: Message | None = None) -> None:
    message = on or last(world)
    data = next(data for _, data in message.buttons if data.startswith(f"{action}:"))
    world.judge.tapped(message, data)
    world.telegram.tap(message, data)
    await asyncio.sleep(2)


def on_its_way(world: World, text: str) -> Callable[[], None]:
    """They wrote this just now; it is at Telegram, and comes to the bot when the result is called."""
    world.judge.said(YOU, text, world.telegram.say(YOU, text))
    update = world.telegram.updates.pop()

    def arrive() -> None:
        world.telegram.updates.append(update)
        world.telegram.arrived.set()

    return arrive


async def until(world: World, words: str) -> None:
    """Wait for them, at most a minute."""
    for _ in range(6000):
        if words in last(world).text:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{words} did not come")


async def until_there(world: World, words: str) -> None:
    """Let the session go on by itself as far as there."""
    for _ in range(900):
        if words in last(world).text and "<b>Note:" not in last(world).text:
            return
        await asyncio.sleep(1)
    raise AssertionError(f"{words} did not come")


async def tap_and_delete(world: World, action: str, message: Message) -> None:
    """They tap, and clear the message away before the bot gets round to it."""
    data = next(data for _, data in message.buttons if data.startswith(f"{action}:"))
    world.judge.tapped(message, data)
    world.telegram.tap(message, data)
    world.judge.deleted(message)
    world.telegram.of(YOU).remove(message)
    await asyncio.sleep(2)


def steps_of(world: World) -> tuple[PlannedStep, ...]:
    row = world.row(YOU)
    assert row is not None
    assert row.chat.run is not None
    return row.chat.run.plan.steps


async def to_breathe(world: World) -> None:
    """Somebody who knows all cautions, into the second step, three seconds long."""
    await world.somebody(YOU)
    await say(world, "/backpain")
    for action in ("none", "chair", "done"):
        await tap(world, action)
    await asyncio.sleep(3)
    assert "Breathe · 2 of 11" in last(world).text


def test_a_note_that_comes_after_it_hurts_is_gone_before_the_question_is_there() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (6.0, 0.1)]  # the toast; the next note
        await tap(world, "done")
        await say(world, "it hurts")
        await until(world, "Three slow breaths")  # it was on its way already
        await until(world, "Ease out slowly")
        assert kind_of(last(world)) == "hurting"
        assert not any(m.seconds for m in world.telegram.of(YOU)), "no note is left to be heard"

    tell(story)


def test_a_tap_is_a_receipt_but_the_wire_is_not_free_before_the_answer() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, 8.0)]  # the next note is there at once, and its answer comes late
        await tap(world, "done")
        shown = last(world)
        assert "Three slow breaths" in shown.text
        await tap(world, "pause")
        assert last(world) is shown, "one thing at a time is on the wire to a chat"
        await asyncio.sleep(6)
        assert kind_of(last(world)) == "paused"
        row = world.row(YOU)
        assert row is not None
        assert row.sending is None

    tell(story)


def test_a_tap_on_the_first_copy_does_not_free_the_wire_for_another_process() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        one = world.process
        world._start()
        other = world.process
        assert one is not None
        assert other is not None
        toast, lost, probe, slow = (0.1, 0.1), (0.1, math.inf), (0.1, 0.1), (8.0, 0.1)
        world.telegram.slow += [toast, lost, probe, slow]
        await tap(world, "done")
        shown = last(world)
        assert "Three slow breaths" in shown.text
        for _ in range(300):
            if (row := world.row(YOU)) is not None and row.doubts == 1 and row.sending is not None:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)  # nobody knows that it is there: its second copy is on the wire
        await tap(world, "pause", on=shown)
        for process in (one, other):
            process.delivery.wake()
        kinds = []
        for _ in range(200):
            await asyncio.sleep(0.05)
            kinds.append(kind_of(last(world)))
        assert set(kinds[kinds.index("paused") :]) == {"paused"}, "the copy came before it"

    tell(story)


def test_it_hurts_once_more_is_a_new_question_and_the_old_one_is_dead() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await tap(world, "hurts")
        first = last(world)
        assert kind_of(first) == "hurting"
        old = Message(first.id, YOU, first.text, first.buttons, first.at)
        await say(world, "it still hurts a lot")
        await say(world, "it hurts")
        assert kind_of(last(world)) == "signs"
        await tap(world, "twin", on=old)
        assert kind_of(last(world)) == "signs", "what was asked before hurting again is no answer now"

    tell(story)


def test_what_may_have_come_as_a_note_comes_once_more_at_most_as_text() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        toast, lost, probe = (0.1, 0.1), (0.1, math.inf), (0.1, 0.1)
        world.telegram.slow += [toast, lost, probe, lost]
        world.notes += [True, False]
        await tap(world, "done")
        await asyncio.sleep(40)
        copies = [m for m in world.telegram.of(YOU) if "Three slow breaths" in m.text]
        assert [m.seconds is None for m in copies] == [False, True]

    tell(story)


@pytest.mark.parametrize("points", range(1, 33))
def test_wherever_the_process_dies_around_a_tap_it_acts_once(points: int) -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await tap(world, "more")
        await tap(world, "pace-mine")  # or time would do what the tap did not
        world.points_left = points
        await tap(world, "done")
        await asyncio.sleep(25)
        assert world.points_left <= 0, "it died"
        assert "Three slow breaths · 3 of 11" in last(world).text

    tell(story)


def test_what_was_on_the_wire_when_the_process_died_comes_as_soon_as_it_is_back() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        assert world.process is not None
        world.telegram.slow += [(0.1, 0.1), (math.inf, 0.1)]  # the toast; the next note, which never gets there
        await tap(world, "done")
        world.process.die()
        world._start()
        await asyncio.sleep(5)
        assert "Three slow breaths" in last(world).text, "no lease of a dead process is waited for"

    tell(story)


def test_answers_that_are_lost_again_and_again_bring_two_copies_at_most() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1)] + 4 * [(0.1, math.inf)]  # the toast; then nothing is answered
        await tap(world, "done")
        await asyncio.sleep(100)
        assert len([m for m in world.telegram.of(YOU) if "Three slow breaths" in m.text]) == 2

    tell(story)


def test_what_was_overtaken_while_it_waited_for_the_wire_is_not_sent() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, math.inf), (5.0, 0.1)]  # the toast; a lost answer; a slow probe
        await tap(world, "done")
        for _ in range(300):
            if (row := world.row(YOU)) is not None and row.doubts == 1 and row.sending is not None:
                break
            await asyncio.sleep(0.1)
        await say(world, "it hurts")
        await asyncio.sleep(10)
        assert kind_of(last(world)) == "hurting"

    tell(story)


def test_after_five_minutes_without_a_process_there_is_one_question_and_no_step() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        assert world.process is not None
        world.process.die()
        assert world._back is not None
        world._back.cancel()
        newest = last(world).id
        await asyncio.sleep(300)
        world._start()
        await asyncio.sleep(10)
        assert [kind_of(m) for m in world.telegram.of(YOU) if m.id > newest] == ["paused"]

    tell(story)


def test_an_answer_that_comes_after_another_process_took_over_still_tells_which_buttons_must_go() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, 20.0)]  # the toast; the next note is there at once, the answer late
        await tap(world, "done")
        shown = last(world)
        assert shown.rev is not None
        world.judge.excuse(YOU, shown.rev, "voice", "hand-overs")
        world._start()
        await asyncio.sleep(10)
        assert "Three slow breaths" in last(world).text
        assert last(world) is not shown, "the second process could not know"
        await asyncio.sleep(12)
        await say(world, "/stop")
        await asyncio.sleep(5)
        assert not any("done" in m.actions for m in world.telegram.of(YOU))

    tell(story)


@pytest.mark.parametrize("how", ["refuse", "hang", "broken"])
def test_an_outage_of_a_minute_uses_nothing_up(how: str) -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.outage = how
        await asyncio.sleep(80)  # 24 s until the next note is due; then an outage of 56 s
        world.telegram.outage = ""
        await until(world, "Three slow breaths · 3 of 11")
        assert "Tap to listen" in last(world).text, "the chain is cut, and it says so"

    tell(story)


def test_a_tap_on_what_nobody_knows_to_be_there_counts() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, 8.0)]  # the next note is there at once, and its answer comes late
        await tap(world, "done")
        await asyncio.sleep(2)
        await tap(world, "done")
        await asyncio.sleep(10)
        assert "To the back · 4 of 11" in last(world).text

    tell(story)


def test_a_word_does_not_answer_the_question_that_was_not_there_yet() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, 0.1), (6.0, 0.1)]  # the toast; the notes go; the question
        await tap(world, "pause")
        await say(world, "go on")
        await until(world, "Paused")
        await asyncio.sleep(10)
        assert kind_of(last(world)) == "paused"

    tell(story)


def test_a_word_that_comes_late_does_not_answer_what_came_after_it() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        arrive = on_its_way(world, "done")
        await until(world, "Three slow breaths · 3 of 11")
        await asyncio.sleep(15)
        arrive()
        await asyncio.sleep(3)
        assert "Three slow breaths · 3 of 11" in last(world).text, "it was said for the step before"

    tell(story)


def test_a_word_that_comes_late_does_not_answer_a_screen_without_buttons_either() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (6.0, 0.1)]  # the notes go; the one fixed reply
        await say(world, "I want to die")
        arrive = on_its_way(world, "go on")
        await until(world, "112")
        await asyncio.sleep(1)
        arrive()
        await asyncio.sleep(3)
        assert "112" in last(world).text, "no session goes on under it"

    tell(story)


def test_a_word_that_was_overtaken_by_a_newer_one_acts_no_more() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        arrive = on_its_way(world, "/pause")
        await say(world, "are you there?")
        assert kind_of(last(world)) == "step"
        arrive()
        await asyncio.sleep(3)
        assert kind_of(last(world)) == "step"

    tell(story)


def test_what_was_to_be_changed_in_place_comes_anew_where_the_person_deleted_it() -> None:
    async def story(world: World) -> None:
        await say(world, "/backpain")
        notice = last(world)
        await tap_and_delete(world, "unsure", notice)
        assert kind_of(last(world)) == "unsure"

    tell(story)


def test_a_file_id_that_means_nothing_any_more_costs_one_more_upload() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.unknown |= {f"file-{step.told.key}" for step in steps_of(world)}
        await tap(world, "again")
        assert "Breathe · 2 of 11" in last(world).text
        assert last(world).seconds is not None, "as a note, and not only in text"
        assert len([m for m in world.telegram.of(YOU) if m.buttons]) == 1

    tell(story)


@pytest.mark.parametrize("taps", [("hurts", "leave"), ("skip",)])
def test_while_the_next_step_has_not_begun_buttons_mean_the_one_being_heard(taps: tuple[str, ...]) -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        await tap(world, "done")
        await until(world, "To the back · 4 of 11")  # five seconds before it begins
        if "skip" in taps:
            await tap(world, "more")
        for action in taps:
            await tap(world, action)
        assert "To the back · 4 of 11" in last(world).text, "the one after what was heard, not the one after that"

    tell(story)


def test_what_was_written_before_who_wrote_it_left_brings_nobody_back() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.judge.said(YOU, "/forget", world.telegram.say(YOU, "/forget"))
        arrive = on_its_way(world, "/backpain")
        await asyncio.sleep(2)
        await tap(world, "erase")
        assert world.row(YOU) is None
        arrive()
        await asyncio.sleep(3)
        assert world.row(YOU) is None

    tell(story)


def test_a_button_from_before_forget_is_dead_for_who_comes_back() -> None:
    async def story(world: World) -> None:
        await say(world, "/backpain")
        notice = last(world)
        old = Message(notice.id, YOU, notice.text, notice.buttons, notice.at)
        await say(world, "/forget")
        await tap(world, "erase")
        await say(world, "/backpain")
        assert kind_of(last(world)) == "notice"
        await tap(world, "none", on=old)
        assert kind_of(last(world)) == "notice"

    tell(story)


def test_a_note_whose_answer_comes_after_it_hurts_and_after_another_process_took_over_falls_silent() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.slow += [(0.1, 0.1), (0.1, 20.0)]  # the toast; the next note is there at once, the answer late
        await tap(world, "done")
        await say(world, "it hurts")
        world._start()
        await until(world, "Ease out slowly")
        await asyncio.sleep(20)
        assert not any(m.seconds for m in world.telegram.of(YOU)), "no note is left to be heard"

    tell(story)


def test_who_is_not_reached_any_more_is_left_alone_until_they_write() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world.telegram.blocked.add(YOU)  # no update says so: an account was deactivated
        await asyncio.sleep(300)  # the judge counts the tries
        world.telegram.blocked.clear()
        await asyncio.sleep(300)
        assert "Breathe · 2 of 11" in last(world).text
        await say(world, "/start")
        assert kind_of(last(world)) == "paused"

    tell(story)


def test_what_is_left_out_only_today_stays_out_in_the_continuation() -> None:
    async def story(world: World) -> None:
        await world.somebody(YOU)
        await say(world, "/backpain")
        for action in ("none", "leave-out", "tick.shoulder", "today", "chair", "done"):
            await tap(world, action)
        await until_there(world, "Rest · 10 of 11")
        await tap(world, "further")
        await until_there(world, "Squeeze and soften · 18 of 19")
        assert not [m for m in world.telegram.of(YOU) if "Neck release" in m.text], "the judge reads the rest"

    tell(story)


def test_a_caution_that_never_came_comes_before_the_movement_next_time() -> None:
    async def story(world: World) -> None:
        await say(world, "/backpain")
        for action in ("none", "chair"):
            await tap(world, action)
        await say(world, "/stop")
        await say(world, "/backpain")
        for action in ("same", "done"):
            await tap(world, action)
        await until_there(world, "Reach · 5 of 11")  # the judge has read what stands before it

    tell(story)


def test_of_two_scores_tapped_at_once_the_last_is_marked() -> None:
    async def story(world: World) -> None:
        await say(world, "/backpain")
        await tap(world, "none")
        await tap(world, "chair")
        world.telegram.slow += [(0.1, 0.1), (0.1, 5.0)]  # the toast; the first mark is there, its answer comes late
        await tap(world, "score.3")
        await tap(world, "score.5")
        await asyncio.sleep(10)
        assert "✓5" in [label for label, _ in last(world).buttons]

    tell(story)


def test_what_one_process_has_on_the_wire_another_leaves_alone() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        world._start()
        world.telegram.slow += [(0.1, 0.1), (0.1, 9.0)]  # the toast; the next note is there at once, the answer late
        await tap(world, "done")
        await asyncio.sleep(12)
        assert len([m for m in world.telegram.of(YOU) if "Three slow breaths" in m.text]) == 1

    tell(story)


def test_old_buttons_stay_until_the_new_ones_are_there() -> None:
    async def story(world: World) -> None:
        await to_breathe(world)
        breathe = last(world)
        world.telegram.slow += [(0.1, 0.1), (6.0, 0.1)]  # the toast; the next note is long on its way
        await tap(world, "done")
        await asyncio.sleep(2)
        assert "hurts" in breathe.actions, "who is in pain now has a button"
        await until(world, "Three slow breaths")
        await asyncio.sleep(2)
        assert breathe.buttons == ()

    tell(story)


def test_who_writes_sees_the_screen_below_what_they_wrote() -> None:
    async def story(world: World) -> None:
        await say(world, "/backpain")
        await tap(world, "unsure")
        await say(world, "where are you?")
        assert kind_of(last(world)) == "unsure"
        assert last(world).id > world.telegram.ids - 1

    tell(story)
