"""Two sides of a comparison: what is reckoned once for all years in which the same schools stand there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from commonroom.impact.definition import Method
from commonroom.impact.staggered import logistic
from commonroom.impact.study import Floats, Ints

#: How a cell was reckoned: as asked, or by weighted means alone.
Reckoned: TypeAlias = Method | Literal["means"]
#: A comparison school likelier than this to join counts for nothing (as in R's DRDID).
TRIMMED = 0.995
#: With fewer comparison schools than this to each coefficient, covariates are left aside.
ENOUGH = 2


@dataclass(frozen=True)
class Sides:
    """Schools that joined and their comparison schools, with covariates and fixed weights.

    `rows` (m): places in the study, the `joiners` first; `x` (m, p): ones and standardised covariates, None
    where there are none; `weights` (m): above 0.
    """

    rows: Ints
    joiners: int
    x: Floats | None
    weights: Floats


@dataclass(frozen=True)
class Reckoning:
    """All that an effect needs beside the changes of the outcome.

    `shares` (joiners): weights of the joiners, sum 1; `beside` (others): weights by which comparison schools
    are averaged, sum 1 (0 for outcome regression); `hat` (p, others): gives the coefficients of the outcome
    regression from the changes; `regressed` (others): how their residuals move the effect through that
    regression; `score` (m) and `information` (p, p): how a school moves the chances of joining;
    `coefficients` (p) of those chances.
    """

    sides: Sides
    method: Reckoned
    shares: Floats
    beside: Floats
    hat: Floats | None = None
    regressed: Floats | None = None
    score: Floats | None = None
    information: Floats | None = None
    coefficients: Floats | None = None


def reckon(sides: Sides, *, method: Method, start: Floats | None = None) -> Reckoning:
    """Prepare one pair of sides for every year in which they stand beside each other.

    `start` (p): coefficients of a nearby fit. Where chances of joining cannot be fitted (`logistic.fit`),
    `dr` and `ipw` fall back to `reg`; with fewer than `ENOUGH` comparison schools to each coefficient, to
    weighted means. Source: Sant'Anna & Zhao 2020, section 3.1 (panel data), the usual (not "improved") estimators.
    """
    split = sides.joiners
    others = sides.weights[split:]
    means = Reckoning(
        sides=sides,
        method="means",
        shares=sides.weights[:split] / sides.weights[:split].sum(),
        beside=others / others.sum(),
    )
    if sides.x is None or others.size < ENOUGH * sides.x.shape[1]:
        return means
    likely = _weigh(means, start) if method != "reg" else None
    if likely is None:
        return _regress(replace(means, method="reg", beside=np.zeros(others.size)))
    return likely if method == "ipw" else _regress(replace(likely, method="dr"))


def _regress(found: Reckoning) -> Reckoning:
    """Add the outcome regression of the comparison side."""
    sides = found.sides
    assert sides.x is not None  # noqa: S101 - reckon regresses on covariates only
    split, others = sides.joiners, sides.weights[sides.joiners :]
    x = sides.x[split:]
    hat = logistic.invert((x * others[:, None]).T @ x) @ (x * others[:, None]).T
    aimed = sides.x[:split].T @ found.shares - x.T @ found.beside
    return replace(found, hat=hat, regressed=aimed @ hat)


def _weigh(found: Reckoning, start: Floats | None) -> Reckoning | None:
    """Add weights from the chances of joining; None where they cannot be fitted."""
    sides = found.sides
    assert sides.x is not None  # noqa: S101 - reckon weighs on covariates only
    joined = np.zeros(sides.rows.size)
    joined[: sides.joiners] = 1
    coefficients = logistic.fit(sides.x, joined, sides.weights, start=start)
    if coefficients is None:
        return None
    chance = logistic.chances(sides.x, coefficients)
    odds = (sides.weights * chance / (1 - chance))[sides.joiners :]
    odds[chance[sides.joiners :] >= TRIMMED] = 0
    spread = sides.weights * chance * (1 - chance)
    return replace(
        found,
        method="ipw",
        beside=odds / odds.sum(),
        score=sides.weights * (joined - chance),
        information=logistic.invert((sides.x * spread[:, None]).T @ sides.x),
        coefficients=coefficients,
    )


def effect(found: Reckoning, change: Floats) -> tuple[float, Floats, Floats]:
    """Effect, its influence function (m, to be multiplied by n) and residuals (m) of one year.

    `change` (m): change of the outcome since the base year of every row of the sides. Residuals are what is
    left of it after the regression on the comparison side, or after their weighted mean.
    """
    split, x = found.sides.joiners, found.sides.x
    if found.hat is None or x is None:
        left = change - found.beside @ change[split:]
    else:
        left = change - x @ (found.hat @ change[split:])
    joined, others = left[:split], left[split:]
    gain, drift = float(found.shares @ joined), float(found.beside @ others)
    influence = np.empty_like(left)
    influence[:split] = found.shares * (joined - gain)
    influence[split:] = -found.beside * (others - drift)
    if found.regressed is not None:
        influence[split:] -= found.regressed * others
    if found.score is not None and found.information is not None and x is not None:
        moved = found.information @ (x[split:].T @ (found.beside * (others - drift)))
        influence -= found.score * (x @ moved)
    return gain - drift, influence, left
