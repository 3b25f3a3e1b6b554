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
#: Schools looked at together (rows of one distance matrix).
AT_ONCE = 250


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
    records = []
    for mixture in MIXTURES:
        mixed, shares = _mixed(places, weights, mixture=mixture)
        nearest = np.vstack(
            [_nearest(mixed, shares, asked=part, area=area, k=sizes[-1]) for part in _parts(asked)]
        )
        records += [
            {"context": mixture, "k": k, "schools": asked.size, "chosen": [mixture, k] == used}
            | _worth(places[:, 1:], outcome, asked=asked, family=nearest[:, :k])
            for k in sizes
        ]
    return CURVE.check(pl.DataFrame(records))


def _parts(asked: Ints) -> list[Ints]:
    """The schools asked about, few enough at once."""
    return [asked[start : start + AT_ONCE] for start in range(0, asked.size, AT_ONCE)]


def _mixed(places: Floats, weights: Floats, *, mixture: float) -> tuple[Floats, Floats]:
    """Weighted coordinates of one mixture, and their weights."""
    context = weights / weights.max()
    if np.isinf(mixture):
        return places[:, 1:] * np.sqrt(context), context
    spread = places[:, 0].std()
    score = (places[:, :1] - places[:, 0].mean()) / (spread if spread > 0 else 1.0)
    mixed = np.hstack([score, mixture * places[:, 1:] * np.sqrt(context)])
    return mixed, np.append(1.0, mixture**2 * context)


def _nearest(places: Floats, weights: Floats, *, asked: Ints, area: Ints, k: int) -> Ints:
    """The k nearest of each school asked about, outside its authority, on what both know."""
    known = (~np.isnan(places)).astype(np.float64)
    filled = np.nan_to_num(places, nan=0.0)
    own, mine = filled[asked], known[asked]
    squares = own**2 @ known.T + mine @ (filled**2).T - 2 * own @ filled.T
    shared = (mine * weights) @ known.T
    squares = np.where(shared > 0, squares / np.where(shared > 0, shared, 1.0), np.inf)
    squares[area[asked][:, None] == area[None, :]] = np.inf
    found = np.argpartition(squares, k - 1, axis=1)[:, :k]
    found.sort(axis=1)
    order = np.argsort(np.take_along_axis(squares, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


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
