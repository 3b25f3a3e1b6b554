"""Quantiles of the normal, Student's t and chi-squared distributions, without a library to load first."""

from __future__ import annotations

from math import cos, exp, inf, pi, sin, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

NORMAL = NormalDist()
#: A distribution with more degrees of freedom than this is as good as normal.
MANY = 1e7


def student(probability: float, degrees: float) -> float:
    """The quantile of Student's t at `probability` above one half, to six digits (Hill 1970, CACM 396)."""
    tails = 2 * (1 - probability)
    if degrees > MANY:
        return NORMAL.inv_cdf(probability)
    if degrees < 1:
        return inf
    if degrees <= 2:
        # Exact for 1 and 2 degrees of freedom, and within two per cent in between.
        one, two = cos(tails * pi / 2) / sin(tails * pi / 2), sqrt(2 / (tails * (2 - tails)) - 2)
        return float(two * (one / two) ** (2 / degrees - 1))
    a = 1 / (degrees - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * degrees
    y = (d * tails) ** (2 / degrees)
    if y > 0.05 + a:
        x = NORMAL.inv_cdf(tails / 2)
        y = x * x
        if degrees < 5:
            c += 0.3 * (degrees - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = a * y * y
        y = exp(y) - 1 if y > 0.002 else 0.5 * y * y + y
    else:
        steep = ((degrees + 6) / (degrees * y) - 0.089 * d - 0.822) * (degrees + 2) * 3
        y = ((1 / steep + 0.5 / (degrees + 4)) * y - 1) * (degrees + 1) / (degrees + 2) + 1 / y
    return sqrt(degrees * y)


def chi_squared(probability: float, degrees: float) -> float:
    """The quantile of chi-squared, to one per cent from 10 degrees on (Wilson & Hilferty 1931)."""
    spread = 2 / (9 * degrees)
    return float(degrees * max(1 - spread + NORMAL.inv_cdf(probability) * sqrt(spread), 0.0) ** 3)


def students(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The 97.5 per cent quantiles of Student's t for many degrees of freedom (n,), within one per cent.

    From 3 degrees on: the expansion about the normal quantile (Abramowitz & Stegun 26.7.5).
    """
    z = NORMAL.inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    few = 1 / degrees
    return np.asarray(z + few * (terms[0] + few * (terms[1] + few * terms[2])))
