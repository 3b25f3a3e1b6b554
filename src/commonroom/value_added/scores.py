"""How good a forecast with an interval was: CRPS, coverage, and differences by authority."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import beta
from scipy.stats import t as student

from commonroom.value_added.school_years import Floats

#: With so many degrees of freedom a t distribution is normal.
NORMAL = 1e6
FEWEST_FREEDOM = 3.0


def crps(figures: Floats, means: Floats, scales: Floats, freedom: Floats) -> Floats:
    """Continuous ranked probability score of t forecasts, element by element; lower is better.

    Closed form of Jordan, Krueger & Lerch (2019); the unit is that of `figures`.
    """
    df = np.minimum(freedom, 1e4)  # beta() loses digits beyond; the score no longer changes
    off = (figures - means) / scales
    spread = 2 * np.sqrt(df) / (df - 1) * beta(0.5, df - 0.5) / beta(0.5, df / 2) ** 2
    inside = off * (2 * student.cdf(off, df) - 1)
    density = 2 * student.pdf(off, df) * (df + off**2) / (df - 1)
    return np.asarray(scales * (inside + density - spread))


def covered(
    figures: Floats, means: Floats, scales: Floats, freedom: Floats, share: float
) -> NDArray[np.bool_]:
    """Whether each figure is inside the central interval that should hold `share` of them."""
    tails, which = np.unique(freedom, return_inverse=True)  # a quantile is dear, and few tails differ
    reach = student.ppf(0.5 + share / 2, tails)[which]
    return np.asarray(np.abs(figures - means) <= scales * reach)


def scale_and_freedom(standardised: Floats) -> tuple[float, float]:
    """Scale and degrees of freedom of a t distribution at which standardised errors are likeliest."""

    def unlikely(at: Floats) -> float:
        return -float(
            student.logpdf(standardised, FEWEST_FREEDOM + np.exp(at[1]), scale=np.exp(at[0])).mean()
        )

    start = np.array([np.log(1.4 * np.median(np.abs(standardised))), 1.5])
    bounds = [(-5.0, 5.0), (-3.0, 5.0)]
    found = minimize(unlikely, start, method="L-BFGS-B", bounds=bounds)
    return float(np.exp(found.x[0])), float(FEWEST_FREEDOM + np.exp(found.x[1]))


def scale_at(standardised: Floats, freedom: float) -> float:
    """Scale of a t distribution of given degrees of freedom at which standardised errors are likeliest."""

    def unlikely(at: Floats) -> float:
        return -float(student.logpdf(standardised, freedom, scale=np.exp(at[0])).mean())

    start = np.array([np.log(1.4 * np.median(np.abs(standardised)))])
    return float(np.exp(minimize(unlikely, start, method="L-BFGS-B", bounds=[(-5.0, 5.0)]).x[0]))


def difference(
    less: Floats, groups: NDArray[np.intp] | NDArray[np.str_], *, draws: int = 999, seed: int = 1
) -> tuple[float, float, float]:
    """Mean of `less` with a 95 % interval, whole groups (numbers of authorities) resampled `draws` times."""
    _, place = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(place, weights=less), np.bincount(place)
    chosen = _chosen(len(sums), draws, seed)
    low, high = np.quantile((chosen @ sums) / (chosen @ counts), [0.025, 0.975])
    return float(less.mean()), float(low), float(high)


@lru_cache(maxsize=8)
def _chosen(groups: int, draws: int, seed: int) -> Floats:
    """How often each group is drawn (draws, groups); the same for every model, so that they compare."""
    chosen = np.random.default_rng(seed).integers(0, groups, (draws, groups))
    return np.apply_along_axis(np.bincount, 1, chosen, minlength=groups).astype(np.float64)
