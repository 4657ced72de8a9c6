"""Draws the picture of /progress: an SVG, and of it a PNG. Touches the files of its font, to read.

Big type: on a phone the picture is some 360 points wide. Nothing is told by colour alone: before is a ring, after a
dot, a day with practice has a dot under its number. No red and green: an empty day is only empty.
"""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

import resvg_py

from bot.guide.progress import Chart, Day

WIDTH = 1080
"""Pixels."""
PAPER, INK, SOFT, GRID, EMPTY = "#fbf5ec", "#4b3b42", "#6b5a61", "#e0d1bb", "#f0e6d7"
BEFORE, AFTER, LINK = "#b4562f", "#1f6f63", "#c9bfae"
SHORT, LONG = "#a9d3c8", "#1f6f63"
LONG_FROM = 6
"""Minutes from which a day is drawn dark."""
PAIN, CALENDAR = 660, 760
"""Heights of the two parts."""


def draw(chart: Chart) -> bytes:
    """The PNG."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg(chart), width=WIDTH, skip_system_fonts=True, font_files=list(fonts()), font_family="Manrope"
        )
    )


def svg(chart: Chart) -> str:
    """The picture as SVG: only the parts for which there is something to show."""
    body, top = [_text(60, 110, chart.title, 58, weight=700), _text(60, 172, chart.about, 40, SOFT)], 200
    if chart.pains:
        body.append(_moved(_pain(chart), top))
        top += PAIN
    body.append(_moved(_calendar(chart), top))
    top += CALENDAR
    if chart.easier:
        body.append(_moved(_easier(chart), top))
        top += 110 + 62 * len(chart.easier)
    size = f'width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}"'
    ground = f'<rect width="{WIDTH}" height="{top}" fill="{PAPER}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(body)}</svg>'


@cache
def fonts() -> tuple[str, ...]:
    """The files of the font that is drawn with, and no font of the machine's."""
    found = find_spec("font_manrope")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "files"
    return tuple(str(folder / f"Manrope-{weight}.ttf") for weight in ("Regular", "SemiBold", "Bold"))


# ── parts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _pain(chart: Chart) -> str:
    """A ring for before, a dot for after, and what lies between them."""

    def x(ago: int) -> float:
        return 130 + (29 - ago) * 30.5

    def y(pain: int) -> float:
        return 450 - pain * 34

    drawn = [_text(60, 60, chart.pain_title, 46, weight=600)]
    for mark in (0, 5, 10):
        line = f'<line x1="104" x2="1040" y1="{y(mark)}" y2="{y(mark)}" stroke="{GRID}" stroke-width="3"/>'
        drawn += [line, _text(84, y(mark) + 14, str(mark), 40, SOFT, at="end")]
    for pain in chart.pains:
        at, before, after = x(pain.ago), y(pain.before), y(pain.after)
        drawn.append(
            f'<line x1="{at}" x2="{at}" y1="{before}" y2="{after}" stroke="{LINK}" stroke-width="10"/>'
            f"{_ring(at, before, 16 if before == after else 11)}{_dot(at, after)}"
        )
    for ago, label in chart.marks:
        drawn.append(_text(x(ago) + (14 if not ago else 0), 520, label, 38, SOFT, at="middle" if ago else "end"))
    drawn += [_ring(78, 590), _text(104, 604, chart.before, 40), _dot(348, 590), _text(374, 604, chart.after, 40)]
    drawn.append(_text(1040, 604, chart.scale, 36, SOFT, at="end"))
    return "".join(drawn)


def _calendar(chart: Chart) -> str:
    drawn = [_text(60, 60, chart.calendar_title, 46, weight=600)]
    drawn += [_text(126 + n * 138, 128, name, 36, SOFT, 600, "middle") for n, name in enumerate(chart.weekdays)]
    drawn += [
        _cell(66 + n % 7 * 138, 150 + n // 7 * 118, day) for n, day in enumerate(chart.days) if day.minutes is not None
    ]
    return "".join(drawn)


def _cell(x: float, y: float, day: Day) -> str:
    minutes = day.minutes or 0
    fill = LONG if minutes >= LONG_FROM else SHORT if minutes else EMPTY
    ink = PAPER if minutes >= LONG_FROM else INK if minutes else SOFT
    edge = f' stroke="{BEFORE}" stroke-width="7"' if day.today else ""
    box = f'<rect x="{x}" y="{y}" width="120" height="104" rx="28" fill="{fill}"{edge}/>'
    mark = f'<circle cx="{x + 60}" cy="{y + 84}" r="8" fill="{ink}"/>' if minutes else ""
    return box + mark + _text(x + 60, y + 60, day.label, 40, ink, 700 if minutes else 400, "middle")


def _easier(chart: Chart) -> str:
    lines = (_text(60, 122 + n * 62, line, 40) for n, line in enumerate(chart.easier))
    return "".join((_text(60, 60, chart.easier_title, 46, weight=600), *lines))


def _ring(x: float, y: float, r: int = 11) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{PAPER}" stroke="{BEFORE}" stroke-width="6"/>'


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="12" fill="{AFTER}"/>'


def _text(x: float, y: float, said: str, size: int, ink: str = INK, weight: int = 400, at: str = "start") -> str:
    about = f'font-family="Manrope" font-size="{size}" font-weight="{weight}" fill="{ink}" text-anchor="{at}"'
    return f'<text x="{x}" y="{y}" {about}>{escape(said)}</text>'


def _moved(drawn: str, down: float) -> str:
    return f'<g transform="translate(0 {down})">{drawn}</g>'
