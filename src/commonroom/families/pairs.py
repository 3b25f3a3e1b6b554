"""How far apart any two schools are, by the same measure that finds the nearest."""

from __future__ import annotations

import numpy as np

from commonroom.families.nearest import MILLIONTHS
from commonroom.families.placement import Floats, Ints, Placement

#: Pairs looked at together: their columns then stay in the cache.
AT_ONCE = 65_536


def between(placed: Placement, a: Ints, b: Ints) -> Floats:
    """Return the family distance of each pair of schools, as `find` would give it for neighbours.

    `a`, `b` (pairs): rows of `placed`. Two schools are compared on the criteria both know, the
    weights renormalised. NaN where these weigh less than the preset's share, or the two are of
    different blocks, which are never compared. Source: METHODS.md section 1.
    """
    known = ~np.isnan(placed.values)
    some = np.flatnonzero(~known.all(axis=0)).tolist()
    columns = np.where(known, placed.values, 0.0).T.copy()
    parts = np.round(MILLIONTHS * placed.weights / placed.weights.sum())
    least = max(1.0, np.floor(placed.preset.share * MILLIONTHS) - parts.size)
    found = np.empty(a.size)
    for start in range(0, a.size, AT_ONCE):
        left, right = a[start : start + AT_ONCE], b[start : start + AT_ONCE]
        sums, lost, lost_parts = np.zeros(left.size), np.zeros(left.size), np.zeros(left.size)
        for number, column in enumerate(columns):
            gaps = (column[left] - column[right]) * placed.factors[number]
            gaps *= gaps
            if number in some:
                one = ~(known[left, number] & known[right, number])
                gaps[one] = 0.0
                lost[one] += placed.weights[number]
                lost_parts[one] += parts[number]
            sums += gaps
        apart = (parts.sum() - lost_parts < least) | (placed.block[left] != placed.block[right])
        shared = np.where(apart, np.nan, placed.weights.sum() - lost)
        found[start : start + AT_ONCE] = np.sqrt(placed.total * (sums / shared))
    return found
