"""Schools that a cohort may use, laid out so that both sides of every comparison are runs of neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.impact.definition import Controls
from commonroom.impact.study import NEVER, Adjusted, Floats, Ints, Study

#: A covariate that varies by less than this share of its size does not vary.
FLAT = 1e-12
#: The start of a school that never joins, after every year.
LAST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Ground:
    """Schools (m) in order of their start, those that never joined last.

    `place` (n): where each school of the study stands here, m for one that may not be used; `start` (m): LAST
    for those that never joined; `figures` (T, m), and whether all are `known`; `x` (p, m): ones and
    standardised covariates, None without any; `weights` (m), None where all weigh alike.
    """

    place: Ints
    start: Ints
    figures: Floats
    known: bool
    x: Floats | None
    weights: Floats | None


def alike(study: Study, covariates: Floats | None) -> Ground:
    """All schools whose covariates (n, q) are known, each with the same weight."""
    if covariates is None:
        return _lay(study, np.arange(study.start.size), covariates=None, weights=None)
    rows = np.flatnonzero(np.isfinite(covariates).all(axis=1))
    return _lay(study, rows, covariates=covariates, weights=None)


def weighted(study: Study, adjusted: Adjusted | None) -> Ground:
    """The schools that comparison gave a weight; none without it."""
    if adjusted is None:
        return _lay(study, np.arange(0), covariates=None, weights=None)
    covariates = adjusted.covariates if adjusted.covariates.shape[1] else None
    return _lay(study, np.flatnonzero(adjusted.weights > 0), covariates=covariates, weights=adjusted.weights)


def _lay(study: Study, rows: Ints, *, covariates: Floats | None, weights: Floats | None) -> Ground:
    start = np.where(study.start[rows] == NEVER, LAST, study.start[rows])
    order = np.argsort(start, kind="stable")
    rows = rows[order]
    figures = np.ascontiguousarray(study.figures[rows].T)
    place = np.full(study.start.size, rows.size)
    place[rows] = np.arange(rows.size)
    return Ground(
        place=place,
        start=start[order],
        figures=figures,
        known=not np.isnan(figures).any(),
        x=None if covariates is None else _standardise(covariates[rows]),
        weights=None if weights is None else weights[rows],
    )


def _standardise(covariates: Floats) -> Floats:
    """Ones, and covariates of mean 0 and sd 1 (0 where nothing varies), one a row."""
    found = np.ones((covariates.shape[1] + 1, covariates.shape[0]))
    if not covariates.shape[0]:
        return found
    centred = covariates - covariates.mean(axis=0)
    sd = centred.std(axis=0)
    varies = sd > FLAT * np.abs(covariates).max(axis=0)
    found[1:] = np.where(varies, centred / np.where(varies, sd, 1), 0).T
    return found


def stand(ground: Ground, *, cohort: int, until: int, controls: Controls) -> tuple[list[slice], int]:
    """Runs of the joiners and then of their comparison schools in a cell that ends in a year, and a key.

    Comparison schools never joined, or with `notyet` joined only after `until`. Equal keys mean equal runs.
    """
    size = ground.start.size
    first, after = np.searchsorted(ground.start, [cohort, cohort + 1]).tolist()
    free = int(np.searchsorted(ground.start, LAST if controls == "never" else until + 1))
    others = [slice(free, first), slice(after, size)] if free <= first else [slice(free, size)]
    return [slice(first, after), *others], free


def take(values: Floats, runs: list[slice]) -> Floats:
    """Runs of the last axis, one after another."""
    return np.concatenate([values[..., run] for run in runs], axis=-1)


def change(ground: Ground, at: int, since: int, runs: list[slice]) -> Floats:
    """Change (their sizes together) of the schools of runs between two places in the years."""
    later, earlier = ground.figures[at], ground.figures[since]
    return np.concatenate([later[run] - earlier[run] for run in runs])


def put(ground: Ground, values: Floats, runs: list[slice], *, out: Floats, fill: float) -> None:
    """Write values of runs (their sizes together) into `out` (n) by school, `fill` for every other school."""
    laid = np.full(ground.start.size + 1, fill, dtype=np.float64)
    first = 0
    for run in runs:
        laid[run] = values[first : first + run.stop - run.start]
        first += run.stop - run.start
    # Far faster than to scatter the values; the mode only saves a check of places that are sound.
    laid.take(ground.place, out=out, mode="clip")
