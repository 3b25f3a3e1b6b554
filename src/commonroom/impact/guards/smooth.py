"""Bounds when later differences bend by at most so much a year (Rambachan & Roth 2023)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from commonroom.impact.study import Floats


@dataclass(frozen=True)
class Bound:
    """An effect whose comparison may bend: the fixed-length interval about it.

    `effect` and its standard error; `bias`: the most by which bends of 1 sd a year would move it
    (`largest_bias`, for which straight lines must not move it at all).
    """

    effect: float
    se: float
    bias: float

    def interval(self, bend: float, level: float) -> tuple[float, float]:
        """Return the interval that holds the true effect with probability `level` at a `bend` (sd a year)."""
        half = half_length(self.bias * bend, self.se, level)
        return self.effect - half, self.effect + half

    def breakdown(self, level: float) -> float:
        """Return the least bend at which the interval holds zero: 0 at once, infinite at none."""
        size = abs(self.effect)
        if half_length(0.0, self.se, level) >= size:
            return 0.0
        if self.bias == 0:
            return float("inf")
        # At a bias as large as the effect the interval surely holds zero.
        return float(
            optimize.brentq(
                lambda bend: half_length(self.bias * bend, self.se, level) - size, 0, size / self.bias
            )
        )


def half_length(bias: float, se: float, level: float) -> float:
    """Return half the shortest interval about a normal estimate that is off by up to `bias`.

    The quantile of |N(bias / se, 1)| times se (Armstrong & Kolesar 2018).
    """
    if se == 0:
        return bias
    return (
        float(np.sqrt(stats.ncx2.ppf(level, 1, (bias / se) ** 2))) * se
        if bias
        else float(stats.norm.ppf((1 + level) / 2)) * se
    )


def largest_bias(times: Floats, weights: Floats) -> float:
    """Return the most by which a difference that bends by 1 a year moves a weighted sum of its values.

    Arguments: `times` (k) in years, in order, one of them 0, the base year, and one before it; `weights` (k)
    of the differences. The difference is none at the base year and at the time before it, a straight line
    between times, and its rate changes at each time by at most the mean length of the two stretches beside
    it: the second difference of Rambachan & Roth (2023, section 2.2) where years have gaps. Any such
    difference is a sum of kinks, so the most is the sum of what each kink, as large as it may be, moves.
    """
    spans = np.diff(times)
    total = 0.0
    for place in range(1, times.size - 1):
        if times[place] >= 0:
            allowed = (spans[place - 1] + spans[place]) / 2
            total += allowed * abs(float(weights @ np.maximum(times - times[place], 0.0)))
    return total
