"""How a school differs from schools alike: the arithmetic, on arrays of J schools; NaN is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pool:
    """Residuals of J schools averaged over some years: mean, sampling variance, context error, years."""

    residual: Floats
    variance: Floats
    context: Floats
    years: Floats


@dataclass(frozen=True)
class Family:
    """What J schools are compared with: the weighted mean of their neighbours' residuals.

    `noise` is its sampling variance, `squares` the sum of squared weights, `count` the neighbours.
    """

    mean: Floats
    noise: Floats
    squares: Floats
    count: Floats


def pool(rows: pl.DataFrame, schools: pl.Series, *, leave: int | None) -> Pool:
    """Average each school's years, the year `leave` left out.

    Sampling errors of years are independent; the error of the expectation is taken to be the same
    error every year, so averaging does not make it smaller.
    """
    known = rows.filter(pl.col("residual").is_not_null() & pl.col("variance").is_not_null())
    if leave is not None:
        known = known.filter(pl.col("year") != leave)
    means = known.group_by("school").agg(
        pl.col("residual").mean(),
        variance=pl.col("variance").sum() / pl.len() ** 2,
        context=pl.col("context_error").fill_null(0.0).mean(),
        years=pl.len().cast(pl.Float64),
    )
    placed = pl.DataFrame({"school": schools}).join(means, on="school", how="left", maintain_order="left")
    columns = placed.select(pl.col("residual", "variance", "context", "years").fill_null(np.nan))
    return Pool(*(columns[name].to_numpy() for name in columns.columns))


def link(neighbours: pl.DataFrame, schools: pl.Series) -> pl.DataFrame:
    """Neighbours as places in `schools`: at, to, rank and weight; those that are not in it left out."""
    places = pl.DataFrame({"name": schools}).with_row_index("place")
    weight = pl.col("weight") if "weight" in neighbours.columns else pl.lit(1.0)
    return (
        neighbours.join(places.rename({"place": "at"}), left_on="school", right_on="name")
        .join(places.rename({"place": "to"}), left_on="neighbour", right_on="name")
        .filter(pl.col("at") != pl.col("to"))
        .select("at", "to", "rank", weight=weight)
    )


def weigh(links: pl.DataFrame, main: Pool, *, k: int) -> Any:
    """Sparse J x J weights of the first `k` neighbours: kernel / (sampling variance + spread).

    The spread is what the residuals vary by beyond sampling, so a large school does not count for
    more than it is worth. A school without a figure has no weight.
    """
    known = ~np.isnan(main.residual)
    residual, variance = main.residual[known], main.variance[known]
    spread = max(float(residual.var() - variance.mean()), 0.0) if residual.size else 0.0
    total = main.variance + spread
    precision = np.where(total > 0, 1 / np.where(total > 0, total, 1.0), 1.0 if spread == 0 else 0.0)
    near = links.filter((pl.col("rank") <= k) & pl.Series(known[links["to"].to_numpy()], dtype=pl.Boolean))
    at, to = near["at"].to_numpy(), near["to"].to_numpy()
    size = (known.size, known.size)
    return csr_array((near["weight"].to_numpy() * precision[to], (at, to)), shape=size)


def compare(weights: Any, main: Pool) -> Family:
    """The weighted mean of each school's neighbours, its noise and its weights' squares."""
    known = ~np.isnan(main.residual)
    total = weights @ known.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weights @ np.where(known, main.residual, 0.0)) / total
        squared = weights.multiply(weights)
        noise = (squared @ np.where(known, main.variance, 0.0)) / total**2
        squares = (squared @ known.astype(float)) / total**2
    return Family(mean, noise, squares, (weights != 0).astype(float) @ known.astype(float))


def posterior(delta: Floats, noise: Floats, factor: Floats) -> tuple[float, Floats, Floats]:
    """Variance of true residuals by moments, and posterior mean and deviation of each difference.

    `factor` is 1 + the sum of squared weights: the prior variance of a difference is the variance
    times it. The variance is (mean delta squared - mean noise) / mean factor, at least 0; then there
    are no differences to find, and every posterior is 0. METHODS.md section 6.
    """
    known = ~np.isnan(delta + noise + factor)
    if not known.any():
        return 0.0, np.full_like(delta, np.nan), np.full_like(delta, np.nan)
    excess = (delta[known] ** 2).mean() - noise[known].mean()
    spread = max(float(excess / factor[known].mean()), 0.0)
    prior = np.where(known, spread * factor, np.nan)
    total = np.where(prior + noise > 0, prior + noise, 1.0)
    shrink = prior / total
    return spread, shrink * delta, np.sqrt(prior * (1 - shrink))


def above(effect: Floats, deviation: Floats, limit: float) -> Floats:
    """Probability that a normal difference is above `limit`; without deviation 0, 1, or a half at it."""
    certain = 0.5 * (1 + np.sign(effect - limit))
    safe = np.where(deviation > 0, deviation, 1.0)
    return np.where(deviation > 0, ndtr((effect - limit) / safe), np.where(np.isnan(effect), np.nan, certain))


def agree(effect: Floats, universes: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Share of the universes (rows of U x J differences) with the sign of `effect`, and how many."""
    seen = (~np.isnan(universes)).sum(axis=0)
    same = ((np.sign(universes) == np.sign(effect)) & (effect != 0)).sum(axis=0)
    return np.where(seen > 0, same / np.maximum(seen, 1), np.nan), seen


def differ(weights: Any, pools: Sequence[Pool]) -> Floats:
    """Differences (len(pools) x J) of each school from its neighbours' mean, under one set of weights."""
    residuals = np.column_stack([one.residual for one in pools])
    known = ~np.isnan(residuals)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (weights @ np.where(known, residuals, 0.0)) / (weights @ known.astype(float))
    found: Floats = (residuals - means).T
    return found


def keep(probabilities: Floats, *, false: float) -> Flags:
    """Mark the longest list, most probable first, of which at most a share `false` is expected wrong.

    The mean of 1 - probability over the list is at most `false` (Bayesian false discovery rate).
    """
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(1 - probabilities[order]) / np.arange(1, probabilities.size + 1)
    chosen = np.zeros(probabilities.size, dtype=bool)
    chosen[order] = wrong <= false + 1e-12
    return chosen
