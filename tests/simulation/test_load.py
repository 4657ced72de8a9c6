"""Many people at once: nobody is flooded, nobody starves. With 1,000 people: `python3 easeback.py simulate --load`."""

from __future__ import annotations

from tests.simulation.load import RATE, all_at_once, outage


def test_after_half_an_hour_without_telegram_everybody_gets_one_question_and_nothing_else() -> None:
    people = 20
    came = outage(people)
    assert dict(came.of) == dict.fromkeys(range(1, people + 1), 1)
    assert {text.rpartition("\n")[2] for text in came.texts} == {"We got cut off. Go on from here?"}
    assert came.times[-1] < 75, "soon"


def test_when_everybodys_step_is_due_at_once_all_get_it_under_the_rate_and_nobody_twice() -> None:
    people = 300
    came = all_at_once(people)
    assert set(came.of.values()) == {2}, "nobody starves, nobody is ahead"
    assert came.times[people - 1] < people / RATE + 2
    assert came.times[people] > came.times[people - 1] + 5, "the first wave is over before the second begins"
    assert came.most_in_a_second <= 30, "Telegram's own limit"
