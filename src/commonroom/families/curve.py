"""The whole curve: mixtures of context and score, sizes of family, and what each is worth."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.families.placement import Floats, Ints
from commonroom.tables.learned import CURVE

#: Weight of context beside the score (METHODS.md 3.3: a); infinite: context alone.
MIXTURES = (0.15, 0.3, 0.5, 0.7, 1.0, 1.5, float("inf"))
SIZES = (10, 20, 30, 50, 75, 100, 150)
#: Schools that the curve is measured on, drawn from all.
ASKED = 1000
#: Schools looked at together (rows of one distance matrix, which then stays in the cache).
AT_ONCE = 32


def trace(
    places: Floats, weights: Floats, *, outcome: Floats, area: Ints, chosen: tuple[float, int, int]
) -> pl.DataFrame:
    """Measure every mixture and size of family on schools of other authorities.

    `places` (schools x (1 + criteria)): the score, then standard scores of context (NaN where
    unknown); `weights` (criteria); `outcome` (schools x 2): the outcome and what was expected;
    `area` (schools); `chosen`: the mixture and size that are used, and the seed by which at most a
    thousand schools are drawn. Returns tables.learned.CURVE, without the sizes for which there are
    too few schools. Source: METHODS.md section 3.
    """
    *used, seed = chosen
    rows = np.flatnonzero(~np.isnan(places[:, 0]) & ~np.isnan(outcome).any(axis=1))
    places, outcome, area = places[rows], outcome[rows], area[rows]
    others = rows.size - int(np.bincount(area).max()) if rows.size else 0
    sizes = [k for k in SIZES if k <= others]
    if not sizes:
        return CURVE.empty()
    asked = np.random.default_rng(seed).permutation(rows.size)[:ASKED]
    asked.sort()
    parts = [asked[start : start + AT_ONCE] for start in range(0, asked.size, AT_ONCE)]
    found = [_nearest(places, weights / weights.max(), asked=part, area=area, k=sizes[-1]) for part in parts]
    nearest = {mixture: np.vstack([part[mixture] for part in found]) for mixture in MIXTURES}
    records = [
        {"context": mixture, "k": k, "schools": asked.size, "chosen": [mixture, k] == used}
        | _worth(places[:, 1:], outcome, asked=asked, family=nearest[mixture][:, :k])
        for mixture in MIXTURES
        for k in sizes
    ]
    return CURVE.check(pl.DataFrame(records))


def _nearest(places: Floats, weights: Floats, *, asked: Ints, area: Ints, k: int) -> dict[float, Ints]:
    """The k nearest of each school asked about, outside its authority, on what both know, by mixture."""
    sums, shared = _apart(places[:, 1:] * np.sqrt(weights), weights, asked)
    spread = places[:, 0].std()
    score = places[:, 0] / (spread if spread > 0 else 1.0)
    gaps = (score[asked][:, None] - score) ** 2
    sums[area[asked][:, None] == area] = np.inf
    found = {}
    for mixture in MIXTURES:
        # The distance on context is the same under every mixture: only its part in the whole changes.
        if np.isinf(mixture):
            squares = np.where(shared > 0, sums, np.inf) / np.where(shared > 0, shared, 1.0)
        else:
            squares = (gaps + mixture**2 * sums) / (1.0 + mixture**2 * shared)
        first = np.argpartition(squares, k - 1, axis=1)[:, :k]
        first.sort(axis=1)
        order = np.argsort(np.take_along_axis(squares, first, axis=1), axis=1, kind="stable")
        found[mixture] = np.take_along_axis(first, order, axis=1)
    return found


def _apart(criteria: Floats, weights: Floats, asked: Ints) -> tuple[Floats, Floats]:
    """Squared differences on what both know, and its weight, of the schools asked about and all."""
    unknown = np.isnan(criteria)
    partly = unknown.any(axis=0)
    full, part = criteria[:, ~partly], np.where(unknown, 0.0, criteria)[:, partly]
    known = (~unknown[:, partly]).astype(np.float64)
    norms = (full**2).sum(axis=1)
    ones = np.ones(len(criteria))
    left = np.column_stack([-2 * full, norms, ones, part**2, known, -2 * part])[asked]
    right = np.column_stack([full, ones, norms, known, part**2, part])
    shared = (known[asked] * weights[partly]) @ known.T + float(weights[~partly].sum())
    return np.maximum(left @ right.T, 0.0), shared


def _worth(criteria: Floats, outcome: Floats, *, asked: Ints, family: Ints) -> dict[str, float]:
    """What families of one size predict, and how alike their schools are."""
    value, expected = outcome.T
    plain = value[family].mean(axis=1)
    adjusted = expected[asked] + (value - expected)[family].mean(axis=1)
    known = ~np.isnan(criteria)
    counts = known[family].sum(axis=1)
    sums = np.nan_to_num(criteria, nan=0.0)[family].sum(axis=1)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return {
        "r2": explained(value[asked], adjusted),
        "r2_plain": explained(value[asked], plain),
        "gap": float(np.nanmean(np.abs(criteria[asked] - means))),
    }


def explained(value: Floats, expected: Floats) -> float:
    """Share of the variance of outcomes that an expectation explains (0 where they do not vary)."""
    total = float(((value - value.mean()) ** 2).sum())
    return 1.0 - float(((value - expected) ** 2).sum()) / total if total > 0 else 0.0
