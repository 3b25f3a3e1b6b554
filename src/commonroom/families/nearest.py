"""Exact nearest neighbours with unknown values: a float32 filter that provably keeps them, then float64.

For schools a and b with known sets A and B, S(a, b) = sum over A and B of (a_k - b_k)^2 and
V(a, b) = sum over A and B of the weights, d^2 = W S / V. Any k comparable schools bound the k-th
smallest S / V of a from above; with such a bound t, b can be a neighbour only if S - t V <= 0.
That is bilinear in (a, b), so one matrix product in float32 tests all pairs, and only those that
pass within the rounding bound are computed again in float64, variable by variable.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_info, threadpool_limits

from commonroom.families.placement import Floats, Ints

Singles = npt.NDArray[np.float32]
Pairs = tuple[Ints, Ints]

#: Pairs that one matrix product may hold (float32: 16 MB).
PAIRS_AT_ONCE = 4_000_000
#: One school in this many is looked at first, to bound the k-th distance of each.
SAMPLE = 8


def nearest(places: Floats, weights: Floats, *, k: int, total: float, least: float) -> tuple[Ints, Floats]:
    """Find the k nearest of every row among all others, exactly; ties go to the earlier row.

    `places` (n x p): weighted coordinates, NaN where unknown; `weights` (p); `total`: the weight of
    all criteria; `least`: the weight two rows must share. Returns row numbers (n x k, -1 where there
    are no more) and distances (n x k, NaN there). Uses as many threads as BLAS is allowed.
    """
    space = _Space(places, weights, k=k, least=least)
    n = len(places)
    rows = max(1, min(256, PAIRS_AT_ONCE // max(n, 1)))
    chunks = [np.arange(start, min(start + rows, n)) for start in range(0, n, rows)]
    index = np.full((n, k), -1, dtype=np.int64)
    distance = np.full((n, k), np.nan)
    pools = threadpool_info()
    threads = max([pool["num_threads"] for pool in pools if pool["user_api"] == "blas"], default=1)
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as executor:
        done: Iterable[tuple[Ints, Floats]] = executor.map(space.nearest, chunks)
        for chunk, (found, squares) in zip(chunks, done, strict=True):
            width = found.shape[1]
            index[chunk, :width] = found
            distance[chunk, :width] = np.sqrt(total * squares)
    return index, distance


class _Space:
    """All schools of one block, ready to be asked."""

    def __init__(self, places: Floats, weights: Floats, *, k: int, least: float) -> None:
        known = ~np.isnan(places)
        self.k, self.least, self.weights = k, least, weights
        self.n = len(places)
        self.some = np.flatnonzero(~known.all(axis=0))
        self.every = np.flatnonzero(known.all(axis=0))
        # Columns apart: gathers of one variable are then contiguous, and sums have one fixed order.
        self.columns = np.ascontiguousarray(np.where(known, places, 0.0).T)
        self.known = np.ascontiguousarray(known.T)
        self.norms = (self.columns**2).sum(axis=0)
        self.fixed, self.partly = self.columns[self.every], self.columns[self.some]
        self.partly_known = self.known[self.some]
        self.right = self._right()
        step = max(1, min(SAMPLE, self.n // (4 * (k + 1))))
        # A school far from all others would spoil the rounding bound of the sample; any sample will do.
        central = (
            np.flatnonzero(self.norms <= np.quantile(self.norms, 0.99)) if step > 1 else np.arange(self.n)
        )
        self.sample = central[::step]
        self.sampled = np.ascontiguousarray(self.right[:, self.sample])
        self.widest = float(self.norms[self.sample].max())
        # Twice the textbook bound (terms + 2) u for a dot product with rounded factors.
        self.gamma = 2 * (self.right.shape[0] + 8) * 2.0**-24
        self.shared = float(weights[self.every].sum())

    def _right(self) -> Singles:
        """What each school brings to the product, one column a school."""
        size = (self.fixed**2).sum(axis=0, keepdims=True)
        parts = [self.fixed, size, self.partly_known, self.partly**2, self.partly]
        return np.vstack(parts).astype(np.float32)

    def _left(self, rows: Ints, bounds: Floats) -> tuple[Singles, Floats]:
        """What the asking schools bring, and the constant of each: S - bound V = left @ right + constant."""
        fixed = self.fixed[:, rows]
        some, known = self.partly[:, rows], self.partly_known[:, rows]
        owned = some**2 - bounds * self.weights[self.some, None] * known
        parts = [-2 * fixed, np.ones((1, rows.size)), owned, known, -2 * some]
        left = np.ascontiguousarray(np.vstack(parts).T.astype(np.float32))
        return left, (fixed**2).sum(axis=0) - bounds * self.shared

    def nearest(self, rows: Ints) -> tuple[Ints, Floats]:
        """The nearest of some schools: row numbers and S / V, nearest first."""
        bounds = self._bounds(rows)
        asked, found = self._candidates(rows, bounds)
        ratios = self._ratios(rows[asked], found)
        keep = np.isfinite(ratios)
        asked, found, ratios = asked[keep], found[keep], ratios[keep]
        if self.some.size:
            keep = _within_kth(asked, ratios, k=self.k, margins=np.zeros(rows.size))
            asked, found, ratios = asked[keep], found[keep], ratios[keep]
        return self._first(rows.size, asked, found, ratios)

    def _bounds(self, rows: Ints) -> Floats:
        """An upper bound on the k-th smallest S / V of each, from the sample; infinite where unsure."""
        left, constant = self._left(rows, np.zeros(rows.size))
        sums = left @ self.sampled + constant.astype(np.float32)[:, None]
        least = self.least
        if self.some.size:
            own = (self.partly_known[:, rows] * self.weights[self.some, None]).T.astype(np.float32)
            theirs = self.partly_known[:, self.sample].astype(np.float32)
            shared = own @ theirs + np.float32(self.shared)
            sums /= np.where(shared >= least * (1 + 1e-4), shared, np.float32(np.nan))
            sums[np.isnan(sums)] = np.inf
        else:
            sums /= np.float32(self.shared)
        at = np.searchsorted(self.sample, rows)
        at[at == self.sample.size] = 0
        own_place = self.sample[at] == rows
        sums[np.flatnonzero(own_place), at[own_place]] = np.inf
        if self.sample.size < self.k:
            return np.full(rows.size, np.inf)
        kth = np.partition(sums, self.k - 1, axis=1)[:, self.k - 1].astype(np.float64)
        spare = 4 * self.gamma * (self.norms[rows] + self.widest) / least
        return (np.maximum(kth, 0.0) + spare) * (1 + 4 * self.gamma)

    def _candidates(self, rows: Ints, bounds: Floats) -> Pairs:
        """Every pair that can be among the nearest, as (place in rows, school), in that order."""
        unsure = ~np.isfinite(bounds)
        bounds = np.where(unsure, 0.0, bounds)
        left, constant = self._left(rows, bounds)
        product = left @ self.right
        # A neighbour b satisfies |b| <= |a| + sqrt(t W) on what both know: that bounds every term.
        reach = bounds * float(self.weights.sum())
        margins = self.gamma * ((2 * np.sqrt(self.norms[rows]) + np.sqrt(reach)) ** 2 + reach)
        margins[unsure] = np.inf
        limits = (margins - constant).astype(np.float32)
        product[np.arange(rows.size), rows] = np.inf
        flat = np.flatnonzero(product <= limits[:, None])
        asked = flat // self.n
        found = flat - asked * self.n
        keep = found != rows[asked]
        if not self.some.size:
            keep &= _within_kth(asked, product.ravel()[flat], k=self.k, margins=2 * margins)
        return asked[keep], found[keep]

    def _ratios(self, rows: Ints, found: Ints) -> Floats:
        """S / V of each pair in float64, infinite where the two share too little to be compared."""
        sums, shared = np.zeros(rows.size), np.zeros(rows.size)
        for number, weight in enumerate(self.weights):
            gaps = self.columns[number][rows] - self.columns[number][found]
            gaps *= gaps
            if number in self.some:
                both = self.known[number][rows] & self.known[number][found]
                gaps *= both
                shared += weight * both
            else:
                shared += weight
            sums += gaps
        comparable = (shared >= self.least) & (shared > 0)
        return np.where(comparable, sums / np.where(comparable, shared, 1.0), np.inf)

    def _first(self, size: int, asked: Ints, found: Ints, ratios: Floats) -> tuple[Ints, Floats]:
        """The first k of each, by ratio and then by row number."""
        table, order = _table(asked, ratios, size=size)
        schools = np.full(table.shape, -1, dtype=np.int64)
        schools[asked, order] = found
        # Candidates of a row come in the order of the schools, so a stable sort settles ties by identity.
        best = np.argsort(table, axis=1, kind="stable")[:, : self.k]
        return np.take_along_axis(schools, best, axis=1), np.take_along_axis(table, best, axis=1)


def _table(
    asked: Ints, values: npt.NDArray[np.floating], *, size: int
) -> tuple[npt.NDArray[np.floating], Ints]:
    """Values laid out one row per asking school, infinite where there are fewer; and each one's column."""
    counts = np.bincount(asked, minlength=size)
    order = np.arange(asked.size) - (np.cumsum(counts) - counts)[asked]
    table = np.full((size, max(1, int(counts.max(initial=0)))), np.inf, dtype=values.dtype)
    table[asked, order] = values
    return table, order


def _within_kth(
    asked: Ints, values: npt.NDArray[np.floating], *, k: int, margins: Floats
) -> npt.NDArray[np.bool_]:
    """Whether each value is within a margin of the k-th smallest of its row (ties included)."""
    table, _ = _table(asked, values, size=margins.size)
    if table.shape[1] <= k:
        return np.ones(asked.size, dtype=np.bool_)
    limits = np.partition(table, k - 1, axis=1)[:, k - 1] + margins
    return np.asarray(values <= limits[asked])
