"""Regression to the mean: the naive before-and-after, beside what a placebo programme would have shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from commonroom.impact.guards.question import Question, Row, Verdict, cannot, changes
from commonroom.impact.study import Flags, Floats, Ints

#: Schools, nearest in level and fall, among which a placebo programme finds each of its schools.
NEAR = 20
#: A naive reckoning that calls more than this share of placebo programmes an effect misleads.
FALSE_ALARMS = 0.1


@dataclass(frozen=True)
class Alike:
    """Schools that stood where those that took part stood, just before.

    `joiners` (m): rows of the study; `nearest` (m, k): rows of schools of the pool that never joined, equally
    low (or high) in the last year before the start and equally fallen (or risen) to there.
    """

    joiners: Ints
    nearest: Ints


def alike(question: Question, *, among: Flags) -> Alike:
    """Find the schools `among` the pool (n) that are nearest in level and fall to each that took part.

    Nearest in a straight line, a standard deviation of level and one of fall counting alike; where a school
    has no figure in the year before the last, by level alone. Schools without a base figure have none.
    """
    study = question.study
    rows: list[int] = []
    near: list[Ints] = []
    for start in question.cohorts.tolist():
        base = study.base(start)
        level = study.figures[:, base]
        fall = level - study.figures[:, base - 1] if base else np.full(level.size, np.nan)
        others = np.flatnonzero(among & ~np.isnan(level))
        if not others.size:
            continue
        for row in np.flatnonzero((study.start == start) & ~np.isnan(level)):
            apart = (level[others] - level[row]) ** 2
            if not np.isnan(fall[row]):
                # A school whose fall is not known comes last, and only where there are too few others.
                apart = apart + np.nan_to_num((fall[others] - fall[row]) ** 2, nan=1e6)
            rows.append(int(row))
            near.append(others[_smallest(apart)])
    size = min((one.size for one in near), default=0)
    nearest = np.array([one[:size] for one in near], dtype=np.int64).reshape(len(near), size)
    return Alike(np.array(rows, dtype=np.int64), nearest)


def _smallest(apart: Floats) -> Ints:
    """Places of the NEAR smallest distances, nearest first, without sorting them all."""
    few = np.sort(np.argpartition(apart, NEAR)[:NEAR]) if apart.size > NEAR else np.arange(apart.size)
    return np.asarray(few[np.argsort(apart[few], kind="stable")])


def programmes(found: Alike, *, size: int, draws: int, seed: int) -> Ints:
    """Deal placebo programmes (draws, m): for each school that took part another of its nearest.

    `size` is the number of schools of the study. No school is in a programme twice while others are left.
    """
    rng = np.random.default_rng(seed)
    used = np.zeros((draws, size), dtype=bool)
    dealt = np.empty((draws, found.joiners.size), dtype=np.int64)
    each = np.arange(draws)
    for place, nearest in enumerate(found.nearest):
        keys = rng.random((draws, nearest.size)) + used[:, nearest]
        dealt[:, place] = nearest[keys.argmin(axis=1)]
        used[each, dealt[:, place]] = True
    return dealt


def look(question: Question) -> dict[str, list[Row]]:
    """Return the rows of `naive` and `regression_to_mean`, which always stand side by side.

    Naive is what a leaflet would say: the mean change of those that took part, with the interval of a t test
    over schools. A placebo programme is as many schools of the pool, each equally low and equally fallen as
    one that took part; the same naive reckoning of `placebo_programmes` of these gives a mean, a 95 % range
    and (`value`) the share that such a reckoning would call an effect. `p` is how often a placebo programme
    is at least as far from their mean as the real one. Source: METHODS.md section 9.
    """
    study = question.study
    nothing = {guard: cannot("", "no_answer") for guard in ("naive", "regression_to_mean")}
    if not question.cohorts.size:
        return nothing
    change = np.column_stack([changes(study, start) for start in question.cohorts.tolist()])
    of = np.searchsorted(question.cohorts, study.start)
    mine = np.flatnonzero(question.counted)
    own = change[mine, of[mine]]
    own = own[~np.isnan(own)]
    if own.size < 2:
        return nothing
    known = ~np.isnan(change).all(axis=1)
    found = alike(question, among=question.never & known)
    if not found.nearest.size:
        return {"naive": [_naive(own, "")], "regression_to_mean": cannot("", "no_comparison")}
    draws = question.definition.guards.placebo_programmes
    dealt = programmes(found, size=study.start.size, draws=draws, seed=question.seed)
    placebo = change[dealt, of[found.joiners]]
    placebo = placebo[(~np.isnan(placebo)).sum(axis=1) > 1]
    if not placebo.size:
        return {"naive": [_naive(own, "")], "regression_to_mean": cannot("", "no_answer")}
    return _both(own, placebo)


def _both(own: Floats, placebo: Floats) -> dict[str, list[Row]]:
    """The real change beside those of placebo programmes (draws, m)."""
    shown = np.nanmean(placebo, axis=1)
    count = (~np.isnan(placebo)).sum(axis=1)
    half = stats.t.ppf(0.975, count - 1) * np.nanstd(placebo, axis=1, ddof=1) / np.sqrt(count)
    mean = float(shown.mean())
    low, high = np.quantile(shown, [0.025, 0.975]).tolist()
    alarms = float((np.abs(shown) > half).mean())
    off = np.abs(shown - mean) >= abs(float(own.mean()) - mean)
    place = "as_placebo" if low <= own.mean() <= high else "more_than_placebo"
    place = "less_than_placebo" if own.mean() < low else place
    misleads = alarms > FALSE_ALARMS
    row = Row(
        effect=mean,
        se=float(shown.std(ddof=1)),
        low=low,
        high=high,
        value=alarms,
        p=float((1 + off.sum()) / (1 + off.size)),
        schools=placebo.shape[1],
        why=place,
    )
    verdict: Verdict = "fails" if misleads else "shown"
    return {
        "naive": [_naive(own, "misleads" if misleads else "does_not_mislead", verdict)],
        "regression_to_mean": [row],
    }


def _naive(own: Floats, why: str, verdict: Verdict = "shown") -> Row:
    """The mean change of those that took part, with the interval of a t test."""
    mean, se = float(own.mean()), float(own.std(ddof=1) / np.sqrt(own.size))
    half = float(stats.t.ppf(0.975, own.size - 1)) * se
    p = float(2 * stats.t.sf(abs(mean) / se, own.size - 1)) if se else None
    return Row("", mean, se, mean - half, mean + half, None, p, own.size, verdict, why)
