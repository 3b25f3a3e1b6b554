"""How a school differs from schools alike: the arithmetic, on arrays of J schools; NaN is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
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


@dataclass(frozen=True)
class Near:
    """Neighbours of every school as rows of `schools` (schools x ranks), nearest first, -1 where none."""

    schools: pl.Series
    index: NDArray[np.int32]


@dataclass(frozen=True)
class Links:
    """Who is whose neighbour: kernels (sparse J x J) of the ranks up to each of `ks` from the one before.

    They are the same for every measure; what a school counts for is multiplied into the columns.
    """

    ks: tuple[int, ...]
    parts: tuple[Any, ...]

    def sums(self, columns: Floats, *, power: int = 1) -> dict[int, Floats]:
        """Sums of columns (J x C) over each school's first neighbours, by how many; kernels to a power."""
        total = np.zeros_like(columns)
        found = {}
        for k, part in zip(self.ks, self.parts, strict=True):
            total = total + (part if power == 1 else _raised(part, power)) @ columns
            found[k] = total
        return found


def _raised(part: Any, power: int) -> Any:
    """A sparse matrix with its entries raised to a power; what is 0 stays 0."""
    data = (part.data != 0).astype(np.float64) if power == 0 else part.data**power
    return csr_array((data, part.indices, part.indptr), shape=part.shape)


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


def link(near: pl.DataFrame | Near, schools: pl.Series, *, ks: Iterable[int]) -> Links:
    """Neighbours as places in `schools`, cut at each of `ks`; those that are not in it are left out."""
    edges = [0, *sorted(set(ks))]
    parts = [_part(near, schools, span) for span in pairwise(edges)]
    return Links(tuple(edges[1:]), tuple(parts))


def _part(near: pl.DataFrame | Near, schools: pl.Series, span: tuple[int, int]) -> Any:
    """The kernels of the ranks beyond `span[0]` up to `span[1]` (sparse J x J)."""
    if isinstance(near, Near):
        index = near.index[:, slice(*span)]
        rows, ranks = np.nonzero(index >= 0)
        places = _places(near.schools, schools)
        at, to, kernel = places[rows], places[index[rows, ranks]], np.ones(rows.size)
    else:
        part = near.filter(pl.col("rank").is_between(*span, closed="right"))
        at, to = (_places(part[name], schools) for name in ("school", "neighbour"))
        weight = pl.col("weight") if "weight" in part.columns else pl.repeat(1.0, pl.len())
        kernel = part.select(weight.cast(pl.Float64)).to_series().to_numpy()
    there = (at >= 0) & (to >= 0) & (at != to)
    size = (schools.len(), schools.len())
    return csr_array((kernel[there], (at[there], to[there])), shape=size)


def _places(names: pl.Series, schools: pl.Series) -> NDArray[np.int32]:
    """The place in `schools` of each name, -1 where it is not there."""
    places = pl.DataFrame({"name": schools}).with_row_index("place")
    found = pl.DataFrame({"name": names}).join(places, on="name", how="left", maintain_order="left")
    return found["place"].cast(pl.Int32).fill_null(-1).to_numpy()


def precisions(main: Pool) -> Floats:
    """What each school counts for beside its kernel: 1 / (sampling variance + spread), 0 without a figure.

    The spread is what the residuals vary by beyond sampling, so a large school does not count for
    more than it is worth.
    """
    known = ~np.isnan(main.residual)
    residual, variance = main.residual[known], main.variance[known]
    spread = max(float(residual.var() - variance.mean()), 0.0) if residual.size else 0.0
    total = main.variance + spread
    precision = np.where(total > 0, 1 / np.where(total > 0, total, 1.0), 1.0 if spread == 0 else 0.0)
    return np.where(known, precision, 0.0)


def compare(links: Links, main: Pool, precision: Floats, *, k: int) -> Family:
    """The weighted mean of each school's first `k` neighbours, its noise and its weights' squares."""
    known = ~np.isnan(main.residual)
    residual, variance = (np.where(known, column, 0.0) for column in (main.residual, main.variance))
    once = links.sums(np.column_stack([precision, precision * residual]))[k]
    twice = links.sums(np.column_stack([precision**2, precision**2 * variance]), power=2)[k]
    count = links.sums((precision > 0).astype(np.float64)[:, None], power=0)[k][:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        total = once[:, 0]
        return Family(once[:, 1] / total, twice[:, 1] / total**2, twice[:, 0] / total**2, count)


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


def differ(links: Links, precision: Floats, pools: Sequence[Pool], *, ks: Iterable[int]) -> Floats:
    """Differences (ks x pools, J) of each school from its neighbours' mean, for every number of them."""
    residuals = np.column_stack([one.residual for one in pools])
    known = ~np.isnan(residuals)
    sums = links.sums(np.hstack([np.where(known, residuals, 0.0), known]) * precision[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [sums[k][:, : len(pools)] / sums[k][:, len(pools) :] for k in ks]
    return np.vstack([(residuals - mean).T for mean in means])


def keep(probabilities: Floats, *, false: float) -> Flags:
    """Mark the longest list, most probable first, of which at most a share `false` is expected wrong.

    The mean of 1 - probability over the list is at most `false` (Bayesian false discovery rate).
    """
    order = np.argsort(-probabilities, kind="stable")
    wrong = np.cumsum(1 - probabilities[order]) / np.arange(1, probabilities.size + 1)
    chosen = np.zeros(probabilities.size, dtype=bool)
    chosen[order] = wrong <= false + 1e-12
    return chosen
