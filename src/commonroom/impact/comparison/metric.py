"""How far two schools are from each other in the path of the outcome and in context."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.impact.comparison.cohort import Cohort
from commonroom.impact.study import Floats, Ints

#: A direction in which schools differ less than this, beside the one in which they differ most, is none.
LEAST = 1e-10


@dataclass(frozen=True)
class Metric:
    """Coordinates of schools (n, .) in which squared straight lines are 1 on average, NaN where unknown."""

    path: Floats
    context: Floats


def measure(cohort: Cohort) -> Metric:
    """Return coordinates of path and context for the schools of a cohort and those beside it.

    The path is measured in Mahalanobis' metric, in which a year's level counts as much as the change from
    year to year however alike the years are; context by standard deviations, since two variables that say
    nearly the same thing should not count by how they differ. Both are scaled so that the mean squared
    distance of two schools is 1. Source: METHODS.md section 9; Stuart 2010.
    """
    rows = np.concatenate([cohort.joiners, cohort.others])
    return Metric(
        _whiten(cohort.covariates[:, : cohort.path], rows), _scale(cohort.covariates[:, cohort.path :], rows)
    )


def _whiten(values: Floats, rows: Ints) -> Floats:
    """Turn values so that they vary by the same and apart from each other, among `rows`."""
    if rows.size < 2 or not values.shape[1]:
        return np.zeros((values.shape[0], 0))
    centred = values - values[rows].mean(axis=0)
    spread, turn = np.linalg.eigh(np.atleast_2d(centred[rows].T @ centred[rows]) / (rows.size - 1))
    kept = spread > max(LEAST * spread[-1], 0.0)
    if not kept.any():
        return np.zeros((values.shape[0], 0))
    return np.asarray(centred @ (turn[:, kept] / np.sqrt(2.0 * kept.sum() * spread[kept])))


def _scale(values: Floats, rows: Ints) -> Floats:
    """Take values in standard deviations of `rows`."""
    if rows.size < 2 or not values.shape[1]:
        return np.zeros((values.shape[0], 0))
    centred = values - values[rows].mean(axis=0)
    spread = centred[rows].std(axis=0, ddof=1)
    kept = spread > 0
    return np.asarray(centred[:, kept] / (spread[kept] * np.sqrt(2.0 * max(kept.sum(), 1))))
