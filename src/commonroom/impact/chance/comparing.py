"""Intervals from how comparison schools vary and hang together, for few clusters, even for one."""

from __future__ import annotations

import numpy as np
from scipy import stats

from commonroom.impact.chance import noise as chance_of
from commonroom.impact.chance import surroundings
from commonroom.impact.chance.noise import Noise
from commonroom.impact.chance.surroundings import KINDS, PLACES, Surroundings
from commonroom.impact.staggered.aggregation import Combined
from commonroom.impact.study import Estimate, Floats

#: Pairs of schools held at once.
BLOCK = 4_000_000
#: Less than this is rounding, in sd of schools.
ROUNDING = 1e-9
#: Chance is never less than this share of what it would be if schools shared nothing.
LEAST = 0.5


def compare(combined: Combined, *, noise: Noise, level: float) -> tuple[Estimate, ...]:
    """Return effects with intervals from the chance that comparison schools show.

    Arguments: effects `combined` from the cells of `noise`; the chance learnt; the `level` of the intervals.
    An effect is a sum of schools' changes, each with its share, so its variance is that of the same sum of
    what is left of changes: each school's own variance, and for every two schools what schools so near share.
    It needs no second cluster that took part, so one authority has an interval too; it holds where the
    programme changes results alike, and is silent on how effects differ between clusters. Intervals are by
    Student's t; degrees of freedom are how many sets of schools as large as a cluster the pool holds, more
    where little is shared. Source: Conley and Taber 2011; Ferman and Pinto 2019; Donald and Lang 2007.
    """
    study = noise.study
    found = []
    for column, effect in enumerate(combined.effect.tolist()):
        weights = combined.weights[:, column]
        rows = _joined(noise, weights)
        size = np.bincount(np.unique(study.cluster[rows], return_inverse=True)[1]).astype(np.float64)
        variance, apart, schools = _variance(noise, weights)
        se = float(np.sqrt(variance))
        blocks = schools * size.sum() / (size**2).sum()
        together = abs(variance - apart)
        degrees = min(float(schools), blocks * (variance / together) ** 2 if together > 0 else np.inf) - 1
        found.append(
            interval(effect, se, degrees=max(degrees, 1.0), level=level, of=("comparison", size.size))
        )
    return tuple(found)


def interval(effect: float, se: float, *, degrees: float, level: float, of: tuple[str, int]) -> Estimate:
    """Return one estimate with its interval and p value by Student's t; `of`: where from, and clusters."""
    # What the path foresees wholly (a year of the path itself) leaves nothing to chance but rounding.
    if se < ROUNDING:
        return Estimate(effect, 0.0, effect, effect, float(abs(effect) < ROUNDING), *of)
    reach = float(stats.t.ppf(0.5 + level / 2, degrees)) * se
    p = float(2 * stats.t.sf(abs(effect) / se, degrees))
    return Estimate(effect, se, effect - reach, effect + reach, p, *of)


def _joined(noise: Noise, weights: Floats) -> np.ndarray:
    """Rows of the schools that took part and count."""
    return np.flatnonzero((noise.shares @ weights > 0) & noise.study.joined)


def _variance(noise: Noise, weights: Floats) -> tuple[float, float, int]:
    """Variance of a mix of cells; what it would be if schools shared nothing; from how many schools."""
    starts = np.unique(noise.cells.cohort[weights != 0])
    apart = np.zeros(noise.study.start.size)
    shared: Floats = np.zeros((KINDS, apart.size))
    schools = []
    for start in starts.tolist():
        mine = np.where(noise.cells.cohort == start, weights, 0.0)
        share = noise.shares @ mine
        one = chance_of.spread(noise, start, mine)
        # A school in several cohorts' comparison has the same luck in all of them, as nearly as can be said.
        apart += np.where(share != 0, share * np.sqrt(one.own), 0.0)
        shared += np.sqrt(one.shared)[:, None] * share
        schools.append(one.schools)
    own = float((apart**2).sum())
    return max(own + _together(noise.around, shared), LEAST * own), own, min(schools)


def _together(around: Surroundings, shared: Floats) -> float:
    """What schools have in common, over every two that count; `shared` (c, n), by kind."""
    values = shared.copy()
    values[PLACES : 2 * PLACES] *= around.close
    # A kind and its part that grows with how closely schools stand fade alike.
    alike_kinds = {kind: [kind, kind + PLACES] for kind in range(PLACES)} | {2 * PLACES: [2 * PLACES]}
    some = {kind: pair for kind, pair in alike_kinds.items() if values[pair].any()}
    rows = np.flatnonzero((values != 0).any(axis=0))
    if not rows.size:
        return 0.0
    total, size = 0.0, max(1, BLOCK // (rows.size * len(some)))
    for begin in range(0, rows.size, size):
        here = rows[begin : begin + size]
        near = surroundings.alike(around, here[:, None], rows[None, :], kinds=np.array(list(some)))
        for part, pair in zip(near, some.values(), strict=True):
            part[np.arange(here.size), np.arange(begin, begin + here.size)] = 0.0
            total += float(((values[pair][:, here] @ part) * values[pair][:, rows]).sum())
    return total
