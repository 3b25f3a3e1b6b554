"""Small pictures drawn by hand: where an effect may lie, and what the lowest schools did next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from commonroom.charts.looks import GREY, HERE, INK, LINE, PAPER, QUIET, THERE, Words
from commonroom.disclosure import Released

WIDTH, EDGE = 360, 10
#: Shape and colours of each group of schools: fifths of a system by their results in one year.
FIFTHS = {"highest": ("square", HERE, HERE), "lowest": ("circle", PAPER, THERE)}


@dataclass(frozen=True)
class _Scale:
    """From a figure to a place across the picture."""

    reach: float

    def at(self, value: float) -> float:
        return round(WIDTH / 2 + value / self.reach * (WIDTH / 2 - EDGE), 1)


def reach(released: Released, *, words: Words) -> str:
    """Draw the range of effects that fit the data, beside what is too small to matter, as SVG.

    One row with value, low and high (better to the right), smallest (that matters) and ordinary (how much
    one school moves in an ordinary year), the last two 0 where they are not known. `words`: low, middle,
    high (what left, the line and right mean), smallest, ordinary, from and to (the ends of the range), and
    said (the picture in words).
    """
    row = released.frame.row(0, named=True)
    smallest, ordinary = row["smallest"] or 0.0, row["ordinary"] or 0.0
    scale = _Scale(max(abs(row["low"]), abs(row["high"]), smallest, ordinary, 1e-9) * 1.06)
    left, right = scale.at(row["low"]), scale.at(row["high"])
    apart = ("middle", "middle") if right - left > 44 else ("end", "start")
    parts = [
        _line(scale.at(0), scale.at(0), 14, 110, f'stroke="{QUIET}" stroke-dasharray="4 3"'),
        _line(left, right, 30, 30, f'stroke="{HERE}" stroke-width="7" stroke-linecap="round"'),
        f'<circle cx="{scale.at(row["value"])}" cy="30" r="7" fill="{PAPER}" stroke="{HERE}"'
        ' stroke-width="3"/>',
        _said(left, 58, words["from"], anchor=apart[0], fill=INK),
        _said(right, 58, words["to"], anchor=apart[1], fill=INK),
    ]
    if smallest:
        wide = scale.at(smallest) - scale.at(-smallest)
        zone = f'<rect x="{scale.at(-smallest)}" y="14" width="{wide:.1f}" height="32" fill="{LINE}"/>'
        parts = [zone, *parts, _said(WIDTH / 2, 10, words["smallest"])]
    if ordinary:
        look = f'stroke="{GREY}" stroke-width="2"'
        west, east = scale.at(-ordinary), scale.at(ordinary)
        parts += [
            _line(west, east, 76, 76, look),
            _line(west, west, 71, 81, look),
            _line(east, east, 71, 81, look),
            _said(WIDTH / 2, 95, words["ordinary"]),
        ]
    return _drawn(128, words["said"], "".join(parts) + _ends(words, 122))


def returns(released: Released, *, words: Words) -> str:
    """Draw how the lowest and the highest fifth of one year stood in the years that followed, as SVG.

    Columns: fifth (lowest or highest), year, value, low and high (from the middle of all, better upwards);
    a row with an empty figure is left out. `words`: lowest, highest and said (the picture in words).
    """
    rows = [row for row in released.frame.iter_rows(named=True) if None not in row.values()]
    years = sorted({row["year"] for row in rows})
    top = max((abs(row[end]) for row in rows for end in ("low", "high")), default=1.0) * 1.08
    step = (WIDTH - 150) / max(1, len(years) - 1)

    def place(year: int, value: float) -> tuple[float, float]:
        return round(30 + step * years.index(year), 1), round(82 - value / top * 72, 1)

    parts = [_line(16, WIDTH - 106, 82, 82, f'stroke="{QUIET}" stroke-dasharray="4 3"')]
    parts += [_said(place(year, 0)[0], 172, str(year)) for year in years]
    for fifth, look in FIFTHS.items():
        mine = sorted((row for row in rows if row["fifth"] == fifth), key=lambda row: row["year"])
        parts += _run(mine, look, place)
        if mine:
            x, y = place(mine[-1]["year"], mine[-1]["value"])
            parts.append(_said(x + 12, y + 4, words[fifth], anchor="start", fill=INK))
    return _drawn(178, words["said"], "".join(parts))


def _run(
    rows: list[dict[str, Any]], look: tuple[str, str, str], place: Callable[[int, float], tuple[float, float]]
) -> list[str]:
    """Return one group: a line through the years, a range and a mark at each."""
    shape, fill, stroke = look
    points = " ".join("{},{}".format(*place(row["year"], row["value"])) for row in rows)
    parts = [f'<polyline points="{points}" fill="none" stroke="{stroke}"/>']
    for row in rows:
        x, y = place(row["year"], row["value"])
        low, high = (place(row["year"], row[end])[1] for end in ("low", "high"))
        parts.append(_line(x, x, low, high, f'stroke="{stroke}" stroke-width="2"'))
        mark = f'<circle cx="{x}" cy="{y}" r="3.5"'
        if shape == "square":
            mark = f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7"'
        parts.append(f'{mark} fill="{fill}" stroke="{stroke}" stroke-width="1.5"/>')
    return parts


def _line(x1: float, x2: float, y1: float, y2: float, look: str) -> str:
    return f'<line x1="{x1}" x2="{x2}" y1="{y1}" y2="{y2}" {look}/>'


def _said(x: float, y: float, text: str, *, anchor: str = "middle", fill: str = QUIET) -> str:
    # A line below a text is cut by the paper around its letters.
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}" stroke="{PAPER}" stroke-width="4"'
        f' paint-order="stroke">{escape(text)}</text>'
    )


def _ends(words: Words, y: int) -> str:
    ends = (("low", 2, "start"), ("middle", WIDTH / 2, "middle"), ("high", WIDTH - 2, "end"))
    return "".join(_said(x, y, words[name], anchor=anchor) for name, x, anchor in ends)


def _drawn(height: int, said: str, parts: str) -> str:
    return (
        f'<svg class="strip" width="{WIDTH}" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' aria-label="{escape(said)}" font-size="13">{parts}</svg>'
    )
