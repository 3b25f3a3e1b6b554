"""A small picture of two schools beside schools alike, drawn by hand: a page per school needs thousands."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from commonroom.charts.looks import HERE, PAPER, QUIET, THERE, Words
from commonroom.disclosure import Released

WIDTH, ROW, EDGE = 340, 24, 14
#: Half the least width of the picture in its own unit, so that small differences look small.
REACH = 0.8
#: Shape, filling and outline of each place: as on the map of partnerships.
MARKS = {"receiver": ("circle", PAPER, THERE), "provider": ("square", HERE, HERE)}


def strip(released: Released, *, words: Words) -> str:
    """Draw each place as a mark with its 95 % range, beside the line where schools alike are, as SVG.

    Columns: place (receiver or provider), value, low and high (sd of schools, better to the right); a row
    with an empty figure is left out. `words`: low, middle and high (what left, the line and right mean)
    and said (the picture in words).
    """
    rows = [row for row in released.frame.iter_rows(named=True) if None not in row.values()]
    reach = max([REACH, *(abs(row[end]) for row in rows for end in ("low", "high"))]) * 1.05
    height = ROW * len(rows) + 22

    def at(value: float) -> str:
        return f"{WIDTH / 2 + value / reach * (WIDTH / 2 - EDGE):.1f}"

    middle = (
        f'<line x1="{at(0)}" x2="{at(0)}" y1="2" y2="{height - 18}" stroke="{QUIET}" stroke-dasharray="4 3"/>'
    )
    marks = "".join(_mark(row, ROW * number + 14, at) for number, row in enumerate(rows))
    ends = (("low", 2, "start"), ("middle", WIDTH // 2, "middle"), ("high", WIDTH - 2, "end"))
    texts = "".join(
        f'<text x="{x}" y="{height - 4}" text-anchor="{anchor}">{escape(words[name])}</text>'
        for name, x, anchor in ends
    )
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(words["said"])}"'
        f' font-size="10.5" fill="{QUIET}">{middle}{marks}{texts}</svg>'
    )


def _mark(row: dict[str, Any], y: int, at: Callable[[float], str]) -> str:
    """Return one place: its range as a line and its figure as a mark."""
    shape, fill, stroke = MARKS[row["place"]]
    line = f'<line x1="{at(row["low"])}" x2="{at(row["high"])}" y1="{y}" y2="{y}"'
    look = f'fill="{fill}" stroke="{stroke}" stroke-width="2"'
    x = at(row["value"])
    mark = f'<circle cx="{x}" cy="{y}" r="5.5" {look}/>'
    if shape == "square":
        mark = f'<rect x="{float(x) - 5:.1f}" y="{y - 5}" width="10" height="10" {look}/>'
    return f'{line} stroke="{stroke}" stroke-width="2"/>{mark}'
