"""Bands that hold for all effects of an aggregation at once, by the multiplier bootstrap."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from commonroom.impact.staggered.aggregation import Combined
from commonroom.impact.study import Floats, Ints

#: Draws times clusters kept in memory at once.
BLOCK = 4_000_000


def spread(combined: Combined, *, cluster: Ints) -> Floats:
    """Standard errors (m) with the influence of schools added up within clusters (n)."""
    sums = _sums(combined.influence, cluster)
    return np.asarray(np.sqrt((sums**2).sum(axis=0)) / cluster.size)


def critical(combined: Combined, *, cluster: Ints, draws: int, level: float, seed: int) -> float:
    """How many standard errors a band is wide on each side so that it holds all effects with `level`.

    Every cluster's influence is turned round or not with equal chance (Rademacher weights: with few clusters
    they keep to the level better than Mammen's), `draws` times; the width is the `level` quantile of the
    largest effect drawn, each in its own standard errors, and never below that of one effect. The same seed
    gives the same width. Source: Callaway & Sant'Anna 2021, section 4.1, algorithm 1.
    """
    sums = _sums(combined.influence, cluster)
    sd = np.sqrt((sums**2).sum(axis=0))
    live = sums[:, sd > 0] / sd[sd > 0]
    rng = np.random.default_rng(seed)
    block = max(1, BLOCK // max(1, len(sums)))
    largest = np.zeros(draws)
    for first in range(0, draws, block):
        size = min(block, draws - first)
        signs = rng.integers(0, 2, size=(size, len(sums)), dtype=np.int8) * 2.0 - 1
        largest[first : first + size] = np.abs(signs @ live).max(axis=1, initial=0)
    one = NormalDist().inv_cdf((1 + level) / 2)
    return max(one, float(np.quantile(largest, level, method="higher")))


def bands(combined: Combined, *, cluster: Ints, draws: int, level: float, seed: int) -> tuple[Floats, Floats]:
    """Lower and upper ends (m) of a band that holds all effects at once with `level` (see `critical`)."""
    width = critical(combined, cluster=cluster, draws=draws, level=level, seed=seed)
    reach = width * spread(combined, cluster=cluster)
    return combined.effect - reach, combined.effect + reach


def _sums(influence: Floats, cluster: Ints) -> Floats:
    """Influence (n, m) added up within clusters (n), those without any left out."""
    numbers, where = np.unique(cluster, return_inverse=True)
    found = np.stack(
        [np.bincount(where, weights=column, minlength=numbers.size) for column in influence.T], axis=1
    )
    return np.asarray(found[(found != 0).any(axis=1)])
