"""The picture of how it goes: a real PNG, light enough for a small server, nothing cut off, nothing that runs."""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace

import resvg_py

from bot.guide.progress import Chart, Day, Pain
from bot.media.charts import PAPER, WIDTH, draw, fonts, svg

CHART = Chart(
    title="3 of your 4 days this week",
    about="In the last 30 days: 17 sessions, on 12 days",
    pain_title="Pain by day",
    pains=tuple(Pain(ago, before, after) for ago, before, after in ((29, 10, 0), (12, 4, 4), (1, 2, 5), (0, 0, 10))),
    before="before",
    after="after",
    scale="0 none · 10 worst",
    marks=((29, "30 Oct"), (20, "8 Nov"), (10, "18 Nov"), (0, "today")),
    calendar_title="When you took time",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    days=tuple(Day(str(n % 30 + 1), None if n > 30 else n % 9, n == 30) for n in range(35)),
    easier_title="Sessions you found easier",
    easier=("Evening, lying down (12 times)", "The classic (4 times)"),
)
MEASURE = """
import resource, sys
from tests.media.test_charts import CHART
from bot.media.charts import draw
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = most()
for _ in range(3): draw(CHART)
print(most() - before)
"""


def pixels(drawn: bytes) -> list[bytes]:
    """The rows of a PNG of 8 bits, RGBA."""
    width, height, depth, kind = struct.unpack(">IIBB", drawn[16:26])
    assert (depth, kind) == (8, 6)
    packed = b"".join(
        drawn[found.end() : found.end() + int.from_bytes(drawn[found.start() - 4 : found.start()], "big")]
        for found in re.finditer(b"IDAT", drawn)
    )
    raw, line, rows, above = zlib.decompress(packed), width * 4, [], bytearray(width * 4)
    for y in range(height):
        way, now = raw[y * (line + 1)], bytearray(raw[y * (line + 1) + 1 : (y + 1) * (line + 1)])
        for i in range(line):
            left, up, corner = now[i - 4] if i > 3 else 0, above[i], above[i - 4] if i > 3 else 0
            guess = min((left, up, corner), key=lambda near: abs(left + up - corner - near))
            now[i] = (now[i] + (0, left, up, (left + up) // 2, guess)[way]) & 255
        rows.append(bytes(now))
        above = now
    return rows


def edges(chart: Chart) -> set[bytes]:
    """The colours at the left and the right edge, two hundredths wide."""
    drawn = resvg_py.svg_to_bytes(svg_string=svg(chart), width=200, skip_system_fonts=True, font_files=list(fonts()))
    return {row[i : i + 4] for row in pixels(bytes(drawn)) for i in (0, 4, 8, len(row) - 4, len(row) - 8)}


def test_it_is_a_png_as_wide_as_a_phone_is_sharp() -> None:
    drawn = draw(CHART)
    assert drawn.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", drawn[16:24])
    assert width == WIDTH
    assert height < 3 * width, "a taller one is shown as a strip"
    assert len(drawn) < 300_000


def test_nothing_reaches_the_edge() -> None:
    paper = bytes.fromhex(PAPER[1:]) + b"\xff"
    assert edges(CHART) == {paper}
    assert edges(replace(CHART, title="A title that is much too long for the picture, and then some")) != {paper}


def test_only_what_there_is_is_drawn() -> None:
    bare = svg(replace(CHART, pains=(), easier=()))
    assert CHART.pain_title not in bare
    assert CHART.easier_title not in bare
    assert CHART.calendar_title in bare


def test_nothing_is_told_by_colour_alone() -> None:
    drawn = svg(replace(CHART, pains=(Pain(3, 6, 2),)))
    ring, dot = 'r="11" fill="#fbf5ec" stroke=', 'r="12" fill='
    assert drawn.count(ring) == 2, "one in the picture, one that says what it is"
    assert drawn.count(dot) == 2
    practised = sum(bool(day.minutes) for day in CHART.days)
    assert drawn.count('r="8"') == practised


def test_words_are_words() -> None:
    said = svg(replace(CHART, easier=("<script>alert(1)</script> & more",)))
    assert "<script" not in said
    assert "&lt;script&gt;" in said
    assert draw(replace(CHART, easier=("<script>alert(1)</script> & more",)))


def test_it_takes_little_memory() -> None:
    """Measured in a process of its own; 40 MB are the most it may take."""
    found = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 40_000
