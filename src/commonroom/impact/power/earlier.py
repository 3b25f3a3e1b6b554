"""Earlier years of the panel that stand in for those that are asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.study import Floats, Ints, Study

#: With one year before the start there is a level and no change to match on.
LEVEL_AND_CHANGE = 2


@dataclass(frozen=True)
class StandIn:
    """Earlier years in the place of those asked about.

    `back`: so many calendar years earlier; `kept` (T): which years of the study are used; `years`: first and
    last year of the outcome that stand in.
    """

    back: int
    kept: Ints
    years: tuple[int, int]


def find(study: Study, *, window: tuple[int, int] | None, path_years: int) -> StandIn:
    """Find the years that stand in for a window: as late as may be, with a path before them.

    Every start is moved back by the same number of years. That number is taken with which most years of the
    window are there for most schools, beside a path of level and change; then the one with the longest path
    (up to `path_years`); then the smallest, 0 where the outcomes are known. Without a `window`, it runs from
    the first start to the last year of the study. Raises SaidToPeople where no year can stand in.
    """
    first, last = window or _own_window(study)
    best: tuple[tuple[float, ...], StandIn] | None = None
    for back in range(max(last - int(study.years[0]), 0) + 1):
        start = int(study.cohorts[0]) - back
        path = int((study.years < start).sum())
        cells = [(school, year) for school, year in _cells(study, back, (first, last))]
        if not path or not cells:
            continue
        score = (min(path, LEVEL_AND_CHANGE), sum(count for count, _ in cells), min(path, path_years), -back)
        if best is None or score > best[0]:
            years = [year for _, year in cells]
            counted = (study.years >= first - back) & (study.years <= last - back)
            kept = np.flatnonzero((study.years < start) | counted)
            best = (score, StandIn(back, kept, (min(years), max(years))))
    if best is None:
        raise SaidToPeople(
            "the panel has too few years to try the design on: none has a year before it.",
            where="power",
            remedy="Plan without it; the smallest effect that could be seen is then not known.",
        )
    return best[1]


def path(figures: Floats, years: Ints, *, before: Ints, lags: int) -> Floats:
    """Return the last figures before a year, the latest first (n, lags), NaN where there is none.

    Arguments: `figures` (n, T), the `years` (T) they are of, and `before` (n), a year for each school.
    """
    last = np.searchsorted(years, before)
    found = np.full((figures.shape[0], lags), np.nan)
    rows = np.arange(figures.shape[0])
    for lag in range(lags):
        there = last - 1 - lag >= 0
        found[there, lag] = figures[rows[there], (last - 1 - lag)[there]]
    return found


def _own_window(study: Study) -> tuple[int, int]:
    first = int(study.cohorts[0])
    return first, max(int(study.years[-1]), first)


def _cells(study: Study, back: int, window: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Schools of each cohort, and the year of the panel that stands in, for every year that would count."""
    for cohort in study.cohorts.tolist():
        count = int((study.start == cohort).sum())
        for year in study.years.tolist():
            if max(cohort, window[0]) <= year + back <= window[1]:
                yield count, year
