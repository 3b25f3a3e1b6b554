"""How much comparison schools vary for no reason of a programme, and how much they do so together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.optimize import nnls

from commonroom.impact.chance import surroundings
from commonroom.impact.chance.surroundings import Surroundings
from commonroom.impact.comparison import Matched
from commonroom.impact.comparison.cohort import Cohort
from commonroom.impact.definition import Method
from commonroom.impact.staggered import sides
from commonroom.impact.study import NEVER, Adjusted, Cells, Flags, Floats, Ints, Study

#: A school's variance is at least this share of the mean one.
LEAST = 0.25
#: With fewer comparison schools than this to each term, nothing is regressed on.
ENOUGH = 10
#: What is farther from the mean than so many standard deviations is taken as that far in a curve.
FAR = 4.0


@dataclass(frozen=True)
class Noise:
    """What comparison schools show of chance, for every cell.

    `left` (n, k): what is left of each change after path and context, of comparison schools of the pool, NaN
    of others; `shares` (n, k): how much of each school's change goes into the effect (1 / joiners for a
    joiner, below 0 for a comparison school); `cohorts`: who the schools of a cohort and of its pool are.
    """

    study: Study
    cells: Cells
    left: Floats
    shares: Floats
    cohorts: Mapping[int, Cohort]
    around: Surroundings


@dataclass(frozen=True)
class Spread:
    """Chance of one cohort in a mix of its cells.

    `own` (n): variance of what is left of a school's change, NaN where unknown; `shared` (c): the part of it
    that schools have in common, by kind of nearness; `schools`: how many it was learnt from.
    """

    own: Floats
    shared: Floats
    schools: int


def learn(study: Study, *, cells: Cells, matched: Matched, around: Surroundings | None = None) -> Noise:
    """Return what the comparison schools of the whole pool show of chance.

    Arguments: the `study`; its `cells`; what comparison found; the surroundings (looked at unless given).
    Changes of the pool's schools are regressed on path and context and curves of these; a school that joined
    counts until the year before. Source: Conley and Taber 2011; Ferman and Pinto 2019.
    """
    cohorts = {one.start: one for one in matched.cohorts}
    left = np.full(cells.residuals.shape, np.nan)
    shares = np.zeros(cells.residuals.shape)
    terms = {start: _terms(cohort) for start, cohort in cohorts.items()}
    for at, (start, year) in enumerate(zip(cells.cohort.tolist(), cells.year.tolist(), strict=True)):
        others, change = cohorts[start].others, _change(study, start, year)
        free = (study.start[others] == NEVER) | (study.start[others] > max(year, start))
        here = np.flatnonzero(free & ~np.isnan(change[others]))
        beside = tuple(one[here] for one in terms[start])
        left[others[here], at] = _unexplained(beside, change[others[here]])
        used = np.flatnonzero(~np.isnan(cells.residuals[:, at]))
        used = used[np.argsort(study.start[used] != start, kind="stable")]
        shares[used, at] = _shares(matched.adjusted[start], used, cells=cells, at=at)
    return Noise(study, cells, left, shares, cohorts, surroundings.look(study) if around is None else around)


def spread(noise: Noise, start: int, weights: Floats) -> Spread:
    """Return the chance of one cohort in a mix of cells, by their `weights` (k; 0 for other cohorts').

    A school's variance goes with its pupils (small cohorts are noisy: a constant and one part by pupils) and
    with the level it starts from; what schools share is learnt from products of what is left of two of them,
    as a sum of parts that fade with nearness, of the area and of the group, none below 0.
    """
    used = np.flatnonzero(weights)
    left = noise.left[:, used] @ (weights[used] / weights[used].sum())
    if not (~np.isnan(left)).any():
        left = noise.left[:, used[-1]]
    known = ~np.isnan(left)
    values = np.where(known, left, 0.0)
    shared, level = _shared(noise.around, values, known)
    own = _own(noise.study, noise.cohorts[start], left) - level
    rows = np.arange(left.size)
    together = shared @ surroundings.alike(noise.around, rows, rows)
    return Spread(np.maximum(own, together), shared, int(known.sum()))


def _shared(around: Surroundings, values: Floats, known: Flags) -> tuple[Floats, float]:
    """What schools share, by kind, and the level that products of pairs which share nothing have.

    Products of pairs, in bins of nearness, are a sum of parts, none below 0, and of a level. What is left is
    0 on average, so schools that share nothing differ in sign more often than not: that level is below 0. An
    effect, whose shares add up to 0, owes to how far products lie above it.
    """
    bins = around.alike.shape[1]
    product = values[around.one] * values[around.other]
    both = known[around.one] & known[around.other]
    count = np.bincount(around.bin, weights=both, minlength=bins)
    root = np.sqrt(count)
    mean = np.bincount(around.bin, weights=product, minlength=bins) / np.maximum(root, 1.0)
    terms = np.vstack([around.alike, -np.ones(bins)])
    found = nnls((terms * root).T, mean)[0]
    return np.asarray(found[:-1]), -float(found[-1])


def _change(study: Study, start: int, year: int) -> Floats:
    """Change up to a year since the last year before the start, or since the year before in earlier years."""
    at = int(np.searchsorted(study.years, year))
    since = study.base(start) if year >= start else at - 1
    return np.asarray(study.figures[:, at] - study.figures[:, since])


def _terms(cohort: Cohort) -> tuple[Floats, ...]:
    """Terms that changes of the schools beside a cohort are regressed on, most first.

    Path and context with all their squares and products and the cubes of the path; path and context with
    squares and cubes of the path; a column of ones. Matching compares schools that are alike in everything,
    so what is left should not owe to any curve of it.
    """
    used = cohort.covariates[cohort.others]
    ones = np.ones((used.shape[0], 1))
    if not used.size:
        return (ones,)
    sd = used.std(axis=0)
    used = np.clip((used - used.mean(axis=0)) / np.where(sd > 0, sd, 1.0), -FAR, FAR)
    path = used[:, : cohort.path]
    one, other = np.triu_indices(used.shape[1])
    plain = np.column_stack([ones, used, path**3])
    return np.column_stack([plain, used[:, one] * used[:, other]]), np.column_stack([plain, path**2]), ones


def _unexplained(terms: tuple[Floats, ...], change: Floats) -> Floats:
    """What is left of a change after its regression on the most terms there are schools enough for."""
    used = next((one for one in terms if change.size >= ENOUGH * one.shape[1]), terms[-1])
    degrees = change.size - used.shape[1]
    if degrees < 1:
        return np.full(change.size, np.nan)
    # Its size is as if nothing had been fitted.
    return np.asarray((change - used @ _regress(used, change)) * np.sqrt(change.size / degrees))


def _regress(terms: Floats, values: Floats) -> Floats:
    """Coefficients by the normal equations; terms that say the same share theirs."""
    return np.asarray(np.linalg.pinv(terms.T @ terms, rcond=1e-10, hermitian=True) @ (terms.T @ values))


def _shares(adjusted: Adjusted, rows: Ints, *, cells: Cells, at: int) -> Floats:
    """How much of each school's change goes into the effect of a cell; joiners stand first in `rows`.

    Given path and context, every method is a sum of changes: the mean of joiners, less the weighted mean of
    comparison schools, less what their regression foresees of the difference that weights left.
    """
    x: Floats = np.ones((adjusted.covariates.shape[1] + 1, rows.size))
    used = adjusted.covariates[rows]
    sd = used.std(axis=0)
    x[1:] = ((used - used.mean(axis=0)) / np.where(sd > 0, sd, 1.0)).T
    method = cells.methods[at]
    bare = method == "means" or x.shape[0] == 1
    two = sides.Sides(
        int(cells.joiners[at]), rows.size, x=None if bare else x, weights=adjusted.weights[rows]
    )
    found = sides.reckon(two, method=cast(Method, "reg" if bare else method))
    others = np.zeros(rows.size - two.joiners)
    for part in (found.beside, found.regressed):
        others -= 0.0 if part is None else part
    return np.concatenate([found.shares, others])


def _own(study: Study, cohort: Cohort, left: Floats) -> Floats:
    """Variance of what is left of each school's change: by one over its pupils, and by the level before."""
    pupils = np.where(np.isnan(study.pupils), np.nan, np.maximum(study.pupils, 1.0))
    known = ~np.isnan(left)
    mean = float((left[known] ** 2).mean()) if known.any() else np.nan
    level = cohort.covariates[:, : cohort.path].mean(axis=1) if cohort.path else np.zeros(left.size)
    small = 1.0 / pupils
    some = known & ~np.isnan(small)
    small = np.where(np.isnan(small), small[some].mean() if some.any() else 0.0, small)
    terms = np.column_stack([np.ones(left.size), small, level, level**2])
    if known.sum() < ENOUGH * terms.shape[1]:
        return np.where(np.isnan(level), np.nan, mean)
    middle, sd = terms[known].mean(axis=0), terms[known].std(axis=0)
    # Levels far from those of nearly all comparison schools are taken as the farthest that these have.
    terms = np.clip((terms - middle) / np.where(sd > 0, sd, 1.0), -FAR, FAR)
    terms[:, 0] = 1.0
    square = left[known] ** 2
    own = np.full(left.size, mean)
    for _ in range(2):
        # The variance of a square goes with the square of the variance.
        weight = 1.0 / own[known][:, None]
        own = np.maximum(terms @ _regress(terms[known] * weight, square * weight[:, 0]), LEAST * mean)
    return np.asarray(own)
