"""A figure with its range as a line with a dot: where its parts lie, for a small drawing in the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString, mark_safe

from commonroom.web.schools import figures

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Position, Sensitivity

#: Width of the drawing's line, and where it begins.
LENGTH, START = 276.0, 22.0
LINE = (
    '<svg class="strip" viewBox="0 0 320 48" aria-hidden="true" focusable="false">'
    '<line class="axis" x1="22" x2="298" y1="16" y2="16"/>'
)
#: How far the line reaches to either side of no difference, in the unit of the measure.
REACH = {"%": 30.0, "points": 10.0, "grade points": 1.0}


@dataclass(frozen=True, slots=True)
class Strip:
    """Places along the line: of the figure, of its range, of marks on the line, and what its ends say."""

    at: float
    low: float
    high: float
    marks: tuple[tuple[float, str], ...]
    outer: tuple[float, float] | None = None

    @property
    def drawn(self) -> SafeString:
        """The drawing as SVG, for those who see: the sentences beside it say the same."""
        parts = [LINE]
        for place, (x, said) in enumerate(self.marks):
            top, bottom = (2, 30) if place == len(self.marks) // 2 else (11, 21)
            parts.append(f'<line class="tick" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>')
            parts.append(f'<text x="{x}" y="44" text-anchor="middle" font-size="12">{said}</text>')
        if self.outer is not None:
            parts.append(f'<rect class="outer" y="11" height="10" rx="2" {_span(*self.outer)}/>')
        parts.append(f'<rect class="range" y="14" height="4" rx="2" {_span(self.low, self.high)}/>')
        parts.append(f'<circle class="dot" cx="{self.at}" cy="16" r="6"/></svg>')
        # Only numbers of our own stand in it, so that nothing can be brought in.
        return mark_safe("".join(parts))  # noqa: S308


def _span(low: float, high: float) -> str:
    """A range as a rectangle has it; the shortest can still be seen."""
    return f'x="{low}" width="{max(2.0, round(high - low, 1))}"'


def around(value: float, low: float, high: float, unit: str) -> Strip:
    """Return the strip of a difference, none in its middle; a longer range has a longer line."""
    farthest = max(abs(low), abs(high))
    least = REACH.get(unit, 10.0)
    reach = least * max(1, math.ceil(farthest / least))
    digits = 0 if reach >= 4 else 1
    marks = tuple(
        (_at(end, -reach, reach), figures.signed(end, digits))
        for end in (-reach, -reach / 2, 0.0, reach / 2, reach)
    )
    at, first, last = (_at(one, -reach, reach) for one in (value, low, high))
    return Strip(at, first, last, marks)


def among(position: Position, sensitivity: Sensitivity | None) -> Strip | None:
    """Return the strip of a position among a hundred schools, with chance and with other definitions."""
    at, low, high = position["position"], position["low"], position["high"]
    if at is None or low is None or high is None:
        return None
    outer = None
    if sensitivity is not None and sensitivity["lowest"] is not None and sensitivity["highest"] is not None:
        outer = (_at(sensitivity["lowest"], 0, 100), _at(sensitivity["highest"], 0, 100))
    marks = tuple((_at(mark, 0, 100), str(mark)) for mark in (0, 25, 50, 75, 100))
    return Strip(_at(at, 0, 100), _at(low, 0, 100), _at(high, 0, 100), marks, outer)


def _at(value: float, first: float, last: float) -> float:
    return round(START + (min(max(value, first), last) - first) / (last - first) * LENGTH, 1)
