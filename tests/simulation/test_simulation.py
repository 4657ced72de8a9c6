"""300 runs of the protocol in virtual time; more: `python3 easeback.py simulate`."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
import structlog

from tests.simulation.__main__ import batch
from tests.simulation.world import World, drift

SHORT, LONG, EACH = 200, 300, 25


@pytest.mark.parametrize(
    "first",
    [*range(0, SHORT, EACH), *(pytest.param(first, marks=pytest.mark.long) for first in range(SHORT, LONG, EACH))],
)
def test_nothing_is_lost_doubled_or_out_of_order(first: int) -> None:
    with structlog.testing.capture_logs():  # what fails here fails on purpose
        count, wrong = batch(first, EACH, 0.25, 2)
    assert wrong == []
    assert count["steps"] > EACH, "people practised"
    assert min(count[what] for what in ("crashes", "lost answers", "outages", "429")) > 0, "and a lot went wrong"


def test_one_seed_is_one_run_and_the_same_again() -> None:
    def story(seed: int) -> tuple[Counter[str], str]:
        world = World(seed, hours=0.25)
        world.run()
        seen = [(m.id, m.text, m.buttons, m.at) for chat in (1, 2) for m in world.telegram.of(chat)]
        return world.count, hashlib.sha256(repr(seen).encode()).hexdigest()

    assert story(7) == story(7)


def test_no_drift_over_a_whole_run_that_time_leads() -> None:
    assert drift(0) < 0.5
