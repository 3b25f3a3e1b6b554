"""Two sides of a comparison: what is reckoned once for all years in which the same schools stand there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from commonroom.impact.definition import Method
from commonroom.impact.staggered import logistic
from commonroom.impact.study import Floats

#: How a cell was reckoned: as asked, or by weighted means alone.
Reckoned: TypeAlias = Method | Literal["means"]
#: A comparison school likelier than this to join counts for nothing (as in R's DRDID).
TRIMMED = 0.995
#: With fewer comparison schools than this to each coefficient, covariates are left aside.
ENOUGH = 2


@dataclass(frozen=True)
class Sides:
    """Schools that joined (first) and their comparison schools, with covariates and fixed weights.

    `joiners` of `size` schools joined; `x` (p, size): ones and standardised covariates, None where there are
    none; `weights` (size): above 0, None where all weigh alike.
    """

    joiners: int
    size: int
    x: Floats | None
    weights: Floats | None


@dataclass(frozen=True)
class Reckoning:
    """All that an effect needs beside the changes of the outcome.

    `shares` (joiners): weights of the joiners, sum 1; `beside` (others): weights by which comparison schools
    are averaged, sum 1, None in outcome regression; `inverse` (p, p) of the Gram matrix of the comparison
    side and `regressed` (others): how its residuals move the effect through the outcome regression; `score`
    (size) and `information` (p, p): how a school moves the effect through the chances of joining, whose
    `coefficients` (p) are kept.
    """

    sides: Sides
    method: Reckoned
    shares: Floats
    beside: Floats | None
    inverse: Floats | None = None
    regressed: Floats | None = None
    score: Floats | None = None
    information: Floats | None = None
    coefficients: Floats | None = None

    def near(self, sides: Sides) -> Floats | None:
        """Coefficients (p) from which to look for those of another pair of sides with the same joiners."""
        if self.coefficients is None:
            return None
        found = self.coefficients.copy()
        found[0] += np.log((self.sides.size - self.sides.joiners) / (sides.size - sides.joiners))
        return found


def reckon(sides: Sides, *, method: Method, start: Floats | None = None) -> Reckoning:
    """Prepare one pair of sides for every year in which they stand beside each other.

    `start` (p): coefficients of a nearby fit. Where chances of joining cannot be fitted (`logistic.fit`),
    `dr` and `ipw` fall back to `reg`; with fewer than `ENOUGH` comparison schools to each coefficient, to
    weighted means. Source: Sant'Anna & Zhao 2020, section 3.1 (panel data), the usual estimators rather than
    the "improved" ones.
    """
    split, others = sides.joiners, sides.size - sides.joiners
    shares = _share(sides.weights, slice(0, split))
    if sides.x is None or others < ENOUGH * len(sides.x):
        return Reckoning(sides, "means", shares, beside=_share(sides.weights, slice(split, sides.size)))
    bare = Reckoning(sides, "reg", shares, beside=None)
    likely = None if method == "reg" else _weigh(bare, sides.x, start)
    if likely is None:
        return _regress(bare, sides.x)
    return likely if method == "ipw" else _regress(replace(likely, method="dr"), sides.x)


def _share(weights: Floats | None, run: slice) -> Floats:
    """Weights of one side, adding up to 1."""
    if weights is None:
        return np.full(run.stop - run.start, 1 / (run.stop - run.start))
    return np.asarray(weights[run] / weights[run].sum())


def _regress(found: Reckoning, x: Floats) -> Reckoning:
    """Add the outcome regression on the comparison side."""
    split, weights = found.sides.joiners, found.sides.weights
    others = x[:, split:]
    weighted = others if weights is None else others * weights[split:]
    inverse = logistic.invert(weighted @ others.T)
    aimed = x[:, :split] @ found.shares
    if found.beside is not None:
        aimed = aimed - others @ found.beside
    return replace(found, inverse=inverse, regressed=(aimed @ inverse) @ weighted)


def _weigh(found: Reckoning, x: Floats, start: Floats | None) -> Reckoning | None:
    """Add weights from the chances of joining; None where they cannot be fitted."""
    split, weights = found.sides.joiners, found.sides.weights
    coefficients = logistic.fit(x, split, weights=weights, start=start)
    if coefficients is None:
        return None
    chance = logistic.chances(x, coefficients)
    foreseen = chance if weights is None else chance * weights
    beside = foreseen[split:] / (1 - chance[split:])
    beside[chance[split:] >= TRIMMED] = 0
    score = -foreseen
    score[:split] += 1 if weights is None else weights[:split]
    return replace(
        found,
        method="ipw",
        beside=beside / beside.sum(),
        score=score,
        information=logistic.inform(x, foreseen, chance),
        coefficients=coefficients,
    )


def effect(found: Reckoning, change: Floats) -> tuple[float, Floats, Floats]:
    """Effect, its influence function (size; to be multiplied by n) and residuals (size) of one year.

    `change` (size): change of the outcome since the base year. Residuals are what the regression on the
    comparison side, or its weighted mean, leaves of it.
    """
    split, x, beside = found.sides.joiners, found.sides.x, found.beside
    if x is not None and found.inverse is not None:
        weights = found.sides.weights
        later = change[split:] if weights is None else change[split:] * weights[split:]
        left = change - (found.inverse @ (x[:, split:] @ later)) @ x
    else:
        assert beside is not None  # noqa: S101 - without a regression there are weights
        left = change - float(beside @ change[split:])
    joined, others = left[:split], left[split:]
    gain = float(found.shares @ joined)
    influence = np.empty_like(left)
    influence[:split] = found.shares * (joined - gain)
    drift = 0.0 if beside is None else float(beside @ others)
    pulled = np.zeros(others.size) if beside is None else beside * (others - drift)
    np.negative(pulled, out=influence[split:])
    if found.regressed is not None:
        influence[split:] -= found.regressed * others
    if found.score is not None and found.information is not None and x is not None:
        influence -= found.score * ((found.information @ (x[:, split:] @ pulled)) @ x)
    return gain - drift, influence, left
