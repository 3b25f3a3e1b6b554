"""Exact nearest neighbours with unknown values: a float32 filter that provably keeps them, then float64.

For schools a and b with known sets A and B: S = sum over A and B of (a_k - b_k)^2, V = sum over A
and B of the weights, d^2 = W S / V. S and V of all pairs are matrix products, cheap in float32.
Split the others into groups: the k-th smallest of the groups' least S / V bounds the k-th smallest
of all from above, and nearly attains it. Only pairs that pass this bound, widened by twice the
rounding error, are computed again in float64, variable by variable in one fixed order.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_info, threadpool_limits

from commonroom.families.placement import Floats, Ints

Singles: TypeAlias = npt.NDArray[np.float32]

#: Rows and pairs that one thread holds at once (float32: 13 MB, and as much again for V).
ROWS_AT_ONCE, PAIRS_AT_ONCE = 128, 3_200_000
#: Shared weight is counted in millionths: sums of integers below 2^24 are exact in float32.
MILLIONTHS = 1_000_000


def nearest(values: Floats, factors: Floats, weights: Floats, *, k: int, share: float) -> tuple[Ints, Floats]:
    """Find the k nearest of every row among all others, exactly; ties go to the earlier row.

    `values` (n x p), NaN where unknown; `factors` (p): sqrt(weight) / scale, so that differences
    times factors are squared and summed; `weights` (p); `share` of the weight that two rows must
    share (to within p millionths). Returns row numbers (n x k, -1 where there are no more) and
    sqrt(S / V) (n x k, NaN there). Uses as many threads as BLAS is allowed; the result does not
    depend on how many.
    """
    space = _Space(values, factors, weights, k=k, share=share)
    n = len(values)
    index = np.full((n, k), -1, dtype=np.int64)
    distance = np.full((n, k), np.nan)
    pools = threadpool_info()
    threads = max((pool["num_threads"] for pool in pools if pool["user_api"] == "blas"), default=1)
    rows = max(1, min(ROWS_AT_ONCE, PAIRS_AT_ONCE // n))
    # The rows of one chunk know the same variables: V is then one number for each of the others.
    _, pattern = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    order = np.argsort(pattern.ravel(), kind="stable")
    alike = np.split(order, np.cumsum(np.bincount(pattern.ravel()))[:-1])
    chunks = [part[start : start + rows] for part in alike for start in range(0, part.size, rows)]

    def fill(mine: list[Ints]) -> None:
        space_for_products = np.empty((rows, n), dtype=np.float32)
        for chunk in mine:
            found, ratios = space.nearest(chunk, space_for_products[: chunk.size])
            index[chunk, : found.shape[1]] = found
            distance[chunk, : found.shape[1]] = np.sqrt(ratios)

    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads) as executor:
        list(executor.map(fill, [chunks[start::threads] for start in range(threads)]))
    distance[index < 0] = np.nan
    return index, distance


class _Space:
    """All schools of one block, ready to be asked."""

    def __init__(self, values: Floats, factors: Floats, weights: Floats, *, k: int, share: float) -> None:
        known = ~np.isnan(values)
        self.n, self.k, self.weights, self.factors = len(values), k, weights, factors
        # Columns apart: gathers of one variable are then contiguous, and sums have one fixed order.
        # They hold what was given: differences of that are exact where its decimals are, and so are ties.
        self.columns = np.ascontiguousarray(np.where(known, values, 0.0).T)
        self.known = np.ascontiguousarray(known.T)
        self.some = frozenset(np.flatnonzero(~known.all(axis=0)).tolist())
        means = self.columns.sum(axis=1) / np.maximum(self.known.sum(axis=1), 1)
        places = np.where(known, (values - means) * factors, 0.0).T
        self.norms = (places**2).sum(axis=0)
        partly = [number in self.some for number in range(len(weights))]
        self.fixed, self.partly = places[~np.array(partly)], places[partly]
        self.partly_known = self.known[partly].astype(np.float32)
        self.parts = np.round(MILLIONTHS * weights / weights.sum())
        self.partly_parts = self.parts[partly]
        self.fixed_parts = float(self.parts[~np.array(partly)].sum())
        self.least = max(1.0, np.floor(share * MILLIONTHS) - len(weights))
        ones = np.ones((2, self.n))
        ones[1] = (self.fixed**2).sum(axis=0)
        right = [self.fixed, ones, self.partly_known, self.partly**2, self.partly]
        self.right = np.vstack(right).astype(np.float32)
        # Twice the textbook bound (terms + 2) u for a dot product of rounded factors, and for V the
        # rounding of weights to millionths.
        self.gamma = 2 * (self.right.shape[0] + 8) * 2.0**-24
        self.slack = len(weights) / self.least

    def nearest(self, rows: Ints, products: Singles) -> tuple[Ints, Floats]:
        """The nearest of some schools: school numbers and S / V, nearest first."""
        self._roughly(rows, products)
        limits = self._limits(rows, products)
        asked, found = np.divmod(np.flatnonzero(products <= limits[:, None]), self.n)
        ratios = self._exactly(rows[asked], found)
        keep = np.isfinite(ratios) & (found != rows[asked])
        return self._first(rows.size, asked[keep], found[keep], ratios[keep])

    def _roughly(self, rows: Ints, products: Singles) -> None:
        """Fill `products` with S / V in float32, infinite where the two are not to be compared.

        `rows` know the same variables, so that V goes into the factor of the others.
        """
        fixed, partly, known = self.fixed[:, rows], self.partly[:, rows], self.partly_known[:, rows]
        ones = np.ones((2, rows.size))
        ones[0] = (fixed**2).sum(axis=0)
        left = np.vstack([-2 * fixed, ones, partly**2, known, -2 * partly]).T / self.weights.sum()
        right, apart = self.right, np.zeros(0, dtype=np.int64)
        if self.some:
            shared = self.fixed_parts + (self.partly_parts * known[:, 0]) @ self.partly_known
            apart = np.flatnonzero(shared < self.least)
            right = right * (MILLIONTHS / np.maximum(shared, 1.0)).astype(np.float32)
        np.matmul(np.ascontiguousarray(left, dtype=np.float32), right, out=products)
        products[:, apart] = np.inf
        products[np.arange(rows.size), rows] = np.inf

    def _limits(self, rows: Ints, products: Singles) -> Singles:
        """What S / V in float32 may be at most for a school that can be among the k nearest."""
        groups = min(self.n, 8 * (self.k + 1))
        size = self.n // groups
        if groups < self.k:
            return np.full(rows.size, np.finfo(np.float32).max, dtype=np.float32)
        least = products[:, : groups * size].reshape(rows.size, size, groups).min(axis=1)
        kth = np.partition(least, self.k - 1, axis=1)[:, self.k - 1].astype(np.float64)
        # |b| <= |a| + sqrt(S) on what both know, so every term of the product is below
        # (2 |a| + sqrt(S))^2 <= 8 |a|^2 + 2 S; doubled for S not being known, and for both sides.
        weight = float(self.weights.sum())
        error = self.gamma * MILLIONTHS / (self.least * weight)
        spare = 4 * error * (8 * self.norms[rows] + 2 * weight * np.maximum(kth, 0.0))
        limits = kth + spare + 4 * self.slack * np.maximum(kth, 0.0)
        # Too few to compare in that many groups: look at all that can be compared.
        return np.asarray(np.minimum(limits, np.finfo(np.float32).max), dtype=np.float32)

    def _exactly(self, rows: Ints, found: Ints) -> Floats:
        """S / V of each pair in float64, infinite where the two share too little to be compared."""
        sums, shared, parts = np.zeros(rows.size), np.zeros(rows.size), np.zeros(rows.size)
        for number, (weight, part) in enumerate(zip(self.weights, self.parts, strict=True)):
            gaps = self.columns[number][rows] - self.columns[number][found]
            gaps *= self.factors[number]
            gaps *= gaps
            both: npt.NDArray[np.bool_] | int = 1
            if number in self.some:
                both = self.known[number][rows] & self.known[number][found]
                gaps *= both
            sums += gaps
            shared += weight * both
            parts += part * both
        apart = parts < self.least
        shared[apart] = 1.0
        sums[apart] = np.inf
        return np.asarray(sums / shared)

    def _first(self, size: int, asked: Ints, found: Ints, ratios: Floats) -> tuple[Ints, Floats]:
        """The first k of each, by ratio and then by school number."""
        counts = np.bincount(asked, minlength=size)
        order = np.arange(asked.size) - (np.cumsum(counts) - counts)[asked]
        table = np.full((size, max(1, int(counts.max(initial=0)))), np.inf)
        schools = np.full(table.shape, -1, dtype=np.int64)
        table[asked, order], schools[asked, order] = ratios, found
        # Candidates of a row come in the order of the schools, so a stable sort settles ties by identity.
        best = np.argsort(table, axis=1, kind="stable")[:, : self.k]
        return np.take_along_axis(schools, best, axis=1), np.take_along_axis(table, best, axis=1)
